// Two sections that keep a reader from believing too much: what is not proven, and what single faults leave.

import { element, escapeText } from '../../../host/report/svg.ts';
import { badge, codeIn, facts, type Html, links, paragraph, section, table, text } from './markup.ts';
import { NOT_PROVEN } from './not-proven.ts';
import type { SingleFault } from './single-fault.ts';
import { SINGLE_FAULTS } from './single-faults.ts';

export function notProvenSection(): Html {
  return section(
    'not-proven',
    'What is not proven',
    facts(NOT_PROVEN.map(({ topic, text: words }) => [topic, codeIn(words)])),
  );
}

export function singleFaultsSection(): Html {
  const columns = [
    { head: 'fault', kind: 'name', percent: 14 },
    { head: 'effect', percent: 19 },
    { head: 'caught by', percent: 19 },
    { head: 'within', percent: 12 },
    { head: 'laws and requirements', kind: 'refs', percent: 11 },
    { head: 'what is left', percent: 25 },
  ] as const;
  const rows = SINGLE_FAULTS.flatMap(({ part, faults }) => [
    part,
    ...faults.map((one) => ({ cells: faultCells(one) })),
  ]);
  return section(
    'single-faults',
    'Single faults',
    paragraph(
      'One thing breaks and everything else works. What catches it is the firmware (by law or requirement) or the hardware that the ' +
        'design asks for; a latent fault is one that shows only with a second one.',
    ),
    table(columns, rows),
  );
}

function faultCells(one: SingleFault): Html[] {
  const tried = one.isSimulated ? '' : element('p', { class: 'muted' }, 'The simulator cannot inject it.');
  return [
    element('strong', {}, escapeText(one.fault)),
    text(one.effect),
    one.caughtBy === '' ? badge('nothing', 'bad') : codeIn(one.caughtBy),
    one.within === '' ? '–' : text(one.within),
    links([...one.laws, ...one.requirements]),
    element('p', {}, escapeText(one.left)) + tried,
  ];
}
