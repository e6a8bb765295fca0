// The page that a regulator reads: one HTML file that opens from disk, without scripts and with nothing loaded from
// elsewhere. It shows what a run found; it may never show a part that was not run as if it had been.

import { element, escapeText } from '../../../host/report/svg.ts';
import type { ProofResult } from '../result.ts';
import { mutationSection, opinionsSection } from './doubts.ts';
import { HAZARDS } from './hazards.ts';
import { headOf, subjectSection } from './head.ts';
import { lawsSection } from './laws.ts';
import { notProvenSection, singleFaultsSection } from './limits-of-proof.ts';
import { limitsSection } from './limits-section.ts';
import type { Html } from './markup.ts';
import type { Sources } from './sources.ts';
import { PROOF_STYLE } from './style.ts';
import { onlyLawOf, traceOf } from './trace.ts';
import { gapsSection, hazardsSection, requirementsSection } from './trace-tables.ts';

const CONTENTS: readonly (readonly [string, string])[] = [
  ['subject', 'What was proven'],
  ['laws', 'The laws'],
  ['opinions', 'Second opinions'],
  ['mutants', 'Mutants'],
  ['not-proven', 'What is not proven'],
  ['limits', 'The profile’s limits among published damage'],
  ['gaps', 'Hazards: gaps'],
  ['hazards', 'Hazard → risk control → verification'],
  ['requirements', 'Requirement → hazard, law, test'],
  ['single-faults', 'Single faults'],
];

/** The page of a run, with the requirements and tests that its tables of hazards tie together. */
export function proofPage(result: ProofResult, sources: Sources): string {
  const main = onlyLawOf(result) === null ? wholePage(result, sources) : pageOfOne(result);
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, 'Stimgate: proofs'),
    element('style', {}, PROOF_STYLE),
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('\n')}</head>\n<body><main>\n${main.join('\n')}\n</main></body></html>\n`;
}

function wholePage(result: ProofResult, sources: Sources): Html[] {
  const trace = traceOf(result, HAZARDS, sources);
  return [
    headOf(result),
    contents(),
    subjectSection(result),
    lawsSection(result, trace),
    opinionsSection(result),
    mutationSection(result),
    notProvenSection(),
    limitsSection(),
    gapsSection(trace),
    hazardsSection(result, trace),
    requirementsSection(trace),
    singleFaultsSection(),
  ];
}

/** One law alone: without the tables that tie all laws together, which could only show the others as missing. */
function pageOfOne(result: ProofResult): Html[] {
  return [
    headOf(result),
    subjectSection(result),
    lawsSection(result, null),
    opinionsSection(result),
    notProvenSection(),
  ];
}

function contents(): Html {
  const items = CONTENTS.map(([id, title]) =>
    element('li', {}, element('a', { href: `#${id}` }, escapeText(title))),
  );
  return element('nav', { 'aria-label': 'Contents' }, element('ul', {}, ...items));
}
