// A campaign's result as one HTML file that opens from disk: outcomes, faults by phase, and each failure with its plot.

import { PAGE_STYLE } from '../report/page-style.ts';
import { NOTICE } from '../report/record.ts';
import { element, escapeText } from '../report/svg.ts';
import type { CampaignCase } from './case.ts';
import { failureText } from './junit.ts';
import { FLIP_RESULTS, OUTCOME_WORDS, OUTCOMES } from './names.ts';
import type { Plan } from './plan.ts';
import type { RunPlot } from './plot.ts';
import type { RunRecord } from './record.ts';
import { type Counts, phasesOf, type Tally, totalOf } from './tally.ts';

/** A failure as the page shows it. */
export interface ShownFailure {
  readonly record: RunRecord;
  readonly shrunk: CampaignCase;
  readonly plots: readonly RunPlot[];
  /** Commands that run it again: as it was drawn, and shrunk. */
  readonly replay: string;
  readonly replayShrunk: string;
}

export interface PageContent {
  readonly plan: Plan;
  readonly version: string;
  readonly tally: Tally;
  readonly failures: readonly ShownFailure[];
}

const STYLE = `
td.side { white-space: normal; }
.matrix td, .matrix th { text-align: center; border-left: 1px solid var(--rule); }
.matrix td:first-child, .matrix th:first-child { border-left: 0; }
.matrix tr { border-top: 1px solid var(--rule); }
.matrix small { display: block; color: var(--muted); font-size: 11px; line-height: 1.3; }
.matrix .hot { background: #fdecea; } .matrix .hot small.bad { color: var(--bad); }
pre { background: #f6f8f9; border: 1px solid var(--rule); border-radius: 8px; padding: 10px 12px; font-size: 12.5px;
  overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; margin: 6px 0 12px; }
`;

/** The whole page. */
export function campaignPage(content: PageContent): string {
  const { plan, tally } = content;
  const title = `Stimgate campaign: ${plan.name}`;
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    element('title', {}, escapeText(title)),
    element('style', {}, PAGE_STYLE + STYLE),
  ];
  const main = [
    element('h1', {}, escapeText(title)),
    paragraph(summaryText(tally)),
    paragraph(NOTICE, 'notice'),
    section('Outcomes', outcomesTable(tally)),
    section('Faults and phases of operation', `${paragraph(MATRIX_TEXT, 'muted')}${matrix(tally)}`),
    ...(tally.flips.size > 0 ? [section('Flipped bits', flipsTable(tally))] : []),
    ...failureSections(content),
    section('How this came about', plainFacts(content)),
  ];
  return `<!doctype html>\n<html lang="en"><head>${head.join('\n')}</head>\n<body><main>\n${main.join('\n')}\n</main></body></html>\n`;
}

const MATRIX_TEXT =
  'Runs by the fault that struck and by what the device was doing then. A fault that was planned for a phase which the run did not come to is not in it.';

/** What came of a campaign, in a sentence or two. */
export function summaryText({ runs, faulted, counts, failures }: Tally): string {
  const hazardous = counts.hazardous === 0 ? 'None was hazardous' : `${counts.hazardous} were hazardous`;
  const failed = failures.length === 0 ? 'all hold' : `${failures.length} fail`;
  return `${number(runs)} runs, ${number(faulted)} of them with a fault: ${failed}. ${hazardous}.`;
}

function paragraph(text: string, className?: string): string {
  return element('p', { class: className }, escapeText(text));
}

function section(title: string, inside: string): string {
  return element('section', {}, element('h2', {}, escapeText(title)), inside);
}

function table(className: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (name: string, texts: readonly string[]): string =>
    texts.map((text) => (text.startsWith('<td') ? text : element(name, {}, text || ' '))).join('');
  const body = rows.map((row) => element('tr', {}, cells('td', row))).join('\n');
  const whole = element(
    'table',
    { class: className },
    element('thead', {}, element('tr', {}, cells('th', head))),
    element('tbody', {}, body),
  );
  return element('div', { class: 'scroll' }, whole);
}

function outcomesTable({ counts, runs }: Tally): string {
  const rows = OUTCOMES.map((outcome) => [
    OUTCOME_WORDS[outcome],
    number(counts[outcome]),
    `${((100 * counts[outcome]) / Math.max(1, runs)).toFixed(2)} %`,
    escapeText(OUTCOME_MEANS[outcome]),
  ]).map((row) => [...row.slice(0, 3), `<td class="side">${row[3]}</td>`]);
  return table('', ['Outcome', 'Runs', 'Share', ''], rows);
}

const OUTCOME_MEANS: Readonly<Record<(typeof OUTCOMES)[number], string>> = {
  pass: 'delivered as it was programmed, or not at all where it was not started',
  refused: 'the device refused the therapy, or did not answer: nothing was delivered',
  tripped: 'the device ended by itself: a trip, a reset, a cut of the driver',
  late: 'what was programmed, at other instants',
  wrong: 'legal, but not what was programmed',
  hazardous:
    'true unrecovered charge above 5080 nC or a phase above 3810 nC on an electrode, or current more than 1 ms after magnet, ESTOP or trip, in the body model; or a segment released that no stage could play',
};

function matrix(tally: Tally): string {
  const phases = phasesOf(tally);
  const rows = [...tally.cells].map(([fault, row]) => [
    fault === 'none' ? 'no fault' : fault,
    ...phases.map((phase) => cell(row.get(phase))),
  ]);
  return table('matrix', ['Fault', ...phases], rows);
}

function cell(counts: Counts | undefined): string {
  if (counts === undefined) return '<td class="muted">–</td>';
  const lines = OUTCOMES.filter((outcome) => counts[outcome] > 0).map((outcome) => {
    const tone = outcome === 'hazardous' ? 'bad' : undefined;
    return element(
      'small',
      { class: tone },
      escapeText(`${number(counts[outcome])} ${OUTCOME_WORDS[outcome]}`),
    );
  });
  const className = counts.hazardous > 0 ? 'hot' : undefined;
  return element('td', { class: className }, number(totalOf(counts)), ...lines);
}

function flipsTable(tally: Tally): string {
  const rows = [...tally.flips].map(([name, results]) => [
    name,
    ...FLIP_RESULTS.map((result) => number(results[result])),
  ]);
  return table('', ['Bits', ...FLIP_RESULTS], rows);
}

function failureSections({ failures, tally }: PageContent): string[] {
  if (tally.failures.length === 0) return [];
  const rest = tally.failures.slice(failures.length);
  const more =
    rest.length === 0
      ? []
      : [
          section(
            'More failures',
            element(
              'ul',
              {},
              ...rest
                .slice(0, 200)
                .map((one) => element('li', {}, escapeText(`run ${one.n}: ${failureText(one)}`))),
            ),
          ),
        ];
  return [...failures.map(failureSection), ...more];
}

function failureSection({ record, shrunk, plots, replay, replayShrunk }: ShownFailure): string {
  const title = element(
    'h2',
    {},
    `Run ${record.n}: `,
    element('span', { class: 'bad' }, escapeText(OUTCOME_WORDS[record.outcome])),
  );
  const why = [...(record.hazards ?? []), ...(record.findings ?? [])].map((text) =>
    element('li', {}, escapeText(text)),
  );
  const figures = plots.map((plot) =>
    element(
      'figure',
      { class: 'wide' },
      element('figcaption', {}, element('h3', {}, escapeText(plot.title))),
      plot.svg,
    ),
  );
  return element(
    'section',
    {},
    title,
    paragraph(`Seed ${record.seed}.${record.by === undefined ? '' : ` Ended by: ${record.by}.`}`),
    element('ul', {}, ...why),
    ...record.faults.flatMap(({ name, place }) =>
      place === undefined ? [] : [paragraph(`${name}: ${place}.`)],
    ),
    paragraph(
      'The minimal case: what is left of it when everything is taken away that it does not need to fail.',
    ),
    element('pre', {}, escapeText(caseText(shrunk))),
    paragraph('Run again, the minimal case and the one that was drawn:'),
    element('pre', {}, escapeText(`${replayShrunk}\n${replay}`)),
    element('div', { class: 'figures' }, ...figures),
  );
}

/** A case as JSON with a line for each area, step and fault. */
function caseText(one: CampaignCase): string {
  const list = (items: readonly unknown[]): string =>
    items.map((item) => `\n    ${JSON.stringify(item)}`).join(',');
  const { therapy, steps, faults, ...rest } = one;
  const { areas, ...about } = therapy;
  const plain = JSON.stringify(rest).slice(1, -1);
  const head = JSON.stringify(about).slice(1, -1);
  return `{ ${plain},\n  "therapy": { ${head}, "areas": [${list(areas)} ] },\n  "steps": [${list(steps)} ],\n  "faults": [${list(faults)} ] }`;
}

const GUARDED =
  'The simulated board has a charge guard, hardware that cuts the output where a blocking capacitor holds too much: "chargeGuard": false in a plan takes it away.';
const UNGUARDED =
  'The simulated board has no charge guard: nothing but the firmware stops a source that sticks.';

function plainFacts({ plan, version }: PageContent): string {
  return (
    paragraph(`Stimgate ${version}. The same plan and build give the same records, byte for byte.`) +
    paragraph(plan.chargeGuard === false ? UNGUARDED : GUARDED) +
    element('pre', {}, escapeText(JSON.stringify(plan, null, 2)))
  );
}

function number(value: number): string {
  return value.toLocaleString('en-GB');
}
