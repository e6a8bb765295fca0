// The laws, one by one: statement, numbers, verdict, what the verdict cost and rests on, a witness, and the counterexample
// where there is one. It repeats what the run found and may never soften it.

import { grouped } from '../../../host/report/format.ts';
import { element, escapeText } from '../../../host/report/svg.ts';
import type { Counterexample, LawResult, ProofResult } from '../result.ts';
import { secondsText } from './head.ts';
import {
  codeIn,
  facts,
  type Html,
  links,
  list,
  paragraph,
  section,
  standingBadge,
  table,
  text,
} from './markup.ts';
import { LAW_IDS, standingOf, type Trace } from './trace.ts';

/** The laws of a run; `trace` is null where the page has no tables of hazards and requirements to lead to. */
export function lawsSection(result: ProofResult, trace: Trace | null): Html {
  const known = LAW_IDS.flatMap((id) => result.laws.filter((law) => law.id === id));
  const common = commonAssumptions(result);
  const others = result.laws.filter((law) => !LAW_IDS.includes(law.id));
  return section(
    'laws',
    trace === null ? 'The law' : 'The laws',
    paragraph(
      '“Contact” includes the case. An obligation is one thing to be shown for one path through one call. It is immediate where ' +
        'it is literally one of the assumptions; the rest are queries, each distinct one put to the solver once.',
    ),
    common.length === 0 ? '' : paragraph('All of L1–L16 assume:') + list('ul', common),
    trace === null ? '' : overview(result, others),
    ...[...known, ...others].map((law) =>
      lawArticle(law, common, trace, law.id === 'L13' ? bounds(result) : ''),
    ),
  );
}

/** A row for each law, run or not, and below them what all of them rest on. */
function overview(result: ProofResult, others: readonly LawResult[]): Html {
  const columns = [
    { head: 'law', kind: 'id' },
    { head: 'about' },
    { head: 'verdict' },
    { head: 'obligations', kind: 'number' },
    { head: 'immediate', kind: 'number' },
    { head: 'queries', kind: 'number' },
    { head: 'solver', kind: 'number' },
  ] as const;
  const ids = [...LAW_IDS, ...others.map(({ id }) => id)];
  const rows = ids.map((id) => {
    const law = result.laws.find((one) => one.id === id);
    const badge = standingBadge(standingOf(result, id));
    if (law === undefined) return { id, cells: [text(id), 'not part of this run', badge, '', '', '', ''] };
    const figures = [law.obligations, law.immediate, law.queries].map((count) => grouped(count));
    return { cells: [links([id]), text(law.title), badge, ...figures, secondsText(law.solverMs / 1000)] };
  });
  return table(columns, rows, 'fit');
}

function lawArticle(law: LawResult, common: readonly string[], trace: Trace | null, more: Html): Html {
  const isNamed = law.title.toLowerCase() === law.id.toLowerCase();
  const name = isNamed ? law.title : `${law.id}: ${law.title}`;
  const title = element('h3', {}, escapeText(`${name} `), standingBadge(law.verdict));
  return element(
    'article',
    { id: law.id },
    title,
    paragraph(law.statement),
    law.counterexample === null ? '' : counterexample(law.counterexample),
    law.undecided.length === 0 ? '' : undecided(law.undecided),
    numbers(law),
    facts([
      ['Obligations', text(costText(law))],
      ...tied(law, trace),
      ['Assumed', assumed(law, common)],
      ['Witness', witness(law)],
    ]),
    more,
  );
}

/** The requirements that a law carries and the hazards that it controls. */
function tied({ id, requirements }: LawResult, trace: Trace | null): (readonly [string, Html])[] {
  if (trace === null)
    return [['Requirements', codeIn(`${requirements.join(', ')} (\`firmware/REQUIREMENTS.md\`)`)]];
  const hazards = trace.hazards.filter(({ hazard }) => hazard.laws.includes(id)).map((one) => one.hazard.id);
  const controls = hazards.length === 0 ? [] : [['Hazards', links(hazards)] as const];
  return [['Requirements', links(requirements)], ...controls];
}

/** What every one of L1–L16 in this run assumes; nothing where there is but one to compare. */
function commonAssumptions({ laws }: ProofResult): string[] {
  const [first, ...others] = laws.filter(({ id }) => /^L\d+$/.test(id));
  if (others.length === 0) return [];
  return first.assumptions.filter((line) => others.every((law) => law.assumptions.includes(line)));
}

function assumed({ assumptions }: LawResult, common: readonly string[]): Html {
  const hasCommon = common.length > 0 && common.every((line) => assumptions.includes(line));
  const own = hasCommon ? assumptions.filter((line) => !common.includes(line)) : assumptions;
  if (own.length === 0) return hasCommon ? 'what all of L1–L16 assume, and nothing more' : 'nothing';
  return (hasCommon ? 'what all of L1–L16 assume, and' : '') + list('ul', own);
}

function costText(law: LawResult): string {
  const time = secondsText(law.solverMs / 1000);
  return `${grouped(law.obligations)}, of them ${grouped(law.immediate)} immediate; ${grouped(law.queries)} ${law.queries === 1 ? 'query' : 'queries'}, ${time} in the solver`;
}

function numbers(law: LawResult): Html {
  if (law.numbers.length === 0) return '';
  return table(
    [{ head: 'number', kind: 'id' }, { head: 'what it is' }, { head: 'source' }],
    law.numbers.map((one) => ({ cells: [text(one.value), codeIn(one.meaning), codeIn(one.source)] })),
  );
}

/** Steps that reach the law's premise: without them a proof might speak of nothing. */
function witness({ witness }: LawResult): Html {
  if (witness === null) return 'none: there is nothing to replay';
  const said = witness.isReplayed
    ? 'within the assumptions, and replayed on the binary'
    : 'within the assumptions; not replayed on the binary';
  return text(said) + list('ol', witness.steps, 'steps');
}

function undecided(lines: readonly string[]): Html {
  return element('div', { class: 'counterexample' }, element('h4', {}, 'Not decided'), list('ul', lines));
}

function counterexample(found: Counterexample): Html {
  const steps = (title: string, lines: readonly string[], none: string): Html =>
    element('h4', {}, escapeText(title)) +
    (lines.length === 0 ? paragraph(none, 'muted') : list('ol', lines, 'steps'));
  return element(
    'div',
    { class: 'counterexample' },
    element('h4', {}, 'Counterexample'),
    element('p', { class: 'bad' }, codeIn(found.broken)),
    steps('The state, the call and what it did', found.induction, 'Not given.'),
    steps(
      'From power-on, replayed in the simulator',
      found.replay,
      'No sequence of calls from power-on was found.',
    ),
    found.oracle === '' ? '' : paragraph(`The oracle said of it: ${found.oracle}`),
  );
}

function bounds({ bounds }: ProofResult): Html {
  if (bounds.length === 0) return paragraph('The bounds of the calls were not part of this run.', 'gap');
  return (
    element('h4', {}, 'The most instructions that a call can take') +
    table(
      [{ head: 'call', kind: 'id' }, { head: 'instructions', kind: 'number' }, { head: 'exact' }],
      bounds.map((one) => ({
        cells: [
          text(one.call),
          grouped(one.instructions),
          one.isReached
            ? 'yes: a run from power-on takes as many'
            : 'no run from power-on that takes as many is known',
        ],
      })),
      'fit',
    )
  );
}
