// The hazards with what controls them, and the same backwards, in the words of ISO 14971 and IEC 62304. Gaps come first
// and in red; a table without gaps says that it knows of none.

import { grouped } from '../../../host/report/format.ts';
import { element, escapeText } from '../../../host/report/svg.ts';
import type { ProofResult } from '../result.ts';
import {
  codeIn,
  type Html,
  link,
  links,
  list,
  paragraph,
  section,
  standingBadge,
  table,
  text,
} from './markup.ts';
import type { TestTitle } from './requirements.ts';
import { type HazardTrace, type RequirementTrace, standingOf, type Trace } from './trace.ts';

const INTRODUCTION =
  'A hazard is a potential source of harm; a hazardous situation is how somebody comes to be exposed to it. A risk control ' +
  'measure is a requirement of the firmware, or of what tests it. Verification is a proof, a test, or both. The measures sit in a ' +
  'software item of its own, the interlock (IEC 62304 5.3.5, 7.2), and their verification is recorded here (7.3).';
const LIMITS_OF_IT =
  'Severity and probability are not estimated and no residual risk is judged acceptable: there is no device, no indication and no ' +
  'patient to judge it for. ISO 14971 asks the manufacturer for all of these. The list is ours; no clinical team has reviewed it.';

function gapLines(gaps: readonly string[]): Html {
  return gaps.map((gap) => element('p', { class: 'gap' }, escapeText(`Gap: ${gap}`))).join('');
}

export function gapsSection(trace: Trace): Html {
  const missing = trace.hazards.filter(({ gaps }) => gaps.length > 0);
  const open = trace.requirements.filter(({ gaps }) => gaps.length > 0);
  const lines = [
    ...missing.map(({ hazard, gaps }) => `${hazard.id} ${hazard.hazard}: ${gaps.join('; ')}`),
    ...open.map(({ requirement, gaps }) => `${requirement.id}: ${gaps.join(', ')}`),
  ];
  const tested = trace.hazards
    .filter(({ hazard }) => hazard.laws.length === 0 && hazard.requirements.length > 0)
    .map(({ hazard }) => hazard.id);
  return section(
    'gaps',
    'Hazards: gaps',
    paragraph(INTRODUCTION),
    paragraph(LIMITS_OF_IT),
    lines.length === 0 ? paragraph('No missing link.') : list('ul', lines, 'gap'),
    trace.hasTests
      ? ''
      : paragraph('The sources of the tests were not at hand: nothing is said of tests here.', 'gap'),
    element('p', {}, 'Controlled by tested requirements without a law: ', links(tested)),
  );
}

export function hazardsSection(result: ProofResult, trace: Trace): Html {
  const columns = [
    { head: 'ID', kind: 'id' },
    { head: 'hazard, hazardous situation, harm', percent: 32 },
    { head: 'risk control measures', kind: 'refs', percent: 21 },
    { head: 'proof: laws', kind: 'refs' },
    { head: 'tests', kind: 'number' },
    { head: 'gaps, and what is left', percent: 29 },
  ] as const;
  const rows = trace.hazards.map((one) => ({
    id: one.hazard.id,
    cells: hazardCells(result, one, trace.hasTests),
  }));
  return section('hazards', 'Hazard → risk control → verification', table(columns, rows));
}

function hazardCells(result: ProofResult, { hazard, tests, gaps }: HazardTrace, hasTests: boolean): Html[] {
  const what =
    element('p', {}, element('strong', {}, text(hazard.hazard))) +
    paragraph(hazard.situation) +
    element('p', { class: 'muted' }, escapeText(`Harm: ${hazard.harm}.`));
  const laws = hazard.laws.map((law) => {
    const standing = standingOf(result, law);
    return standing === 'proven' ? link(law) : `${link(law)} ${standingBadge(standing)}`;
  });
  const left = hazard.gap === '' ? '' : paragraph(hazard.gap);
  return [
    text(hazard.id),
    what,
    hazard.requirements.length === 0 ? '' : links(hazard.requirements),
    laws.length === 0 ? (hazard.requirements.length === 0 ? '' : 'none: tested only') : laws.join(' '),
    hasTests ? grouped(tests) : '–',
    gapLines(gaps) + left || 'none known',
  ];
}

export function requirementsSection(trace: Trace): Html {
  const columns = [
    { head: 'ID', kind: 'id' },
    { head: 'requirement (risk control measure)', percent: 42 },
    { head: 'hazards', kind: 'refs', percent: 12 },
    { head: 'proof: laws', kind: 'refs' },
    { head: 'tests', percent: 28 },
  ] as const;
  const rows = trace.requirements.map((one) => ({
    id: one.requirement.id,
    cells: requirementCells(one, trace.hasTests),
  }));
  return section('requirements', 'Requirement → hazard, law, test', table(columns, rows));
}

function requirementCells(one: RequirementTrace, hasTests: boolean): Html[] {
  const { requirement, hazards, laws, tests, gaps } = one;
  return [
    text(requirement.id),
    codeIn(requirement.sentence),
    hazards.length === 0 ? gapLines(['no hazard']) : links(hazards),
    links(laws),
    tests.length > 0 ? testsHtml(tests) : hasTests ? gapLines(gaps.filter((gap) => gap === 'no test')) : '–',
  ];
}

/** The files with their number of tests, and the titles on demand. */
function testsHtml(tests: readonly TestTitle[]): Html {
  const files = [...new Set(tests.map((test) => test.file))];
  const counts = files.map((file) => `${file} (${tests.filter((test) => test.file === file).length})`);
  const titles = element(
    'details',
    {},
    element('summary', {}, escapeText(tests.length === 1 ? 'title' : `${tests.length} titles`)),
    list(
      'ul',
      tests.map((test) => test.text),
    ),
  );
  return text(counts.join(', ')) + titles;
}
