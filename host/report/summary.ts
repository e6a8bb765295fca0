// The page's first table: what was asked beside what was measured. On a narrow screen each area becomes a small table of two
// columns, by the style sheet alone.

import type { RunRecord } from './record.ts';
import { COLUMNS, NO_PULSE, type TableRow, tableRows } from './rows.ts';
import { element, escapeText } from './svg.ts';

const NOTES = [
  'Charge: of the first phase, on the contact that carries most.',
  'Net charge: the most that a pulse’s phases leave on an electrode by the levels that the output stage was commanded to. ' +
    'What the errors of its sources (±2 %) and an unfinished recharge leave in the body is not in this column.',
  'Onset error: against the exact instant.',
  'STOP and ESTOP: from the sending of the order to the last current, soft stop included; ' +
    `“${NO_PULSE}”: none was in progress when the order arrived, and none followed.`,
];

/** The section with the table of all runs. */
export function summaryTable(runs: readonly RunRecord[]): string {
  const heads = ['therapy', '', ...COLUMNS.map((column) => column.head)];
  const head = element(
    'tr',
    {},
    ...heads.map((text) => element('th', { scope: 'col' }, escapeText(text), ' ')),
  );
  const bodies = runs.flatMap(tableRows).map(areaRows);
  const table = element('table', { class: 'summary' }, element('thead', {}, head), ...bodies);
  const title = element('h2', {}, 'Programmed against measured');
  const notes = element('p', { class: 'muted wide' }, escapeText([sourceText(runs), ...NOTES].join(' ')));
  return element('section', {}, title, element('div', { class: 'scroll' }, table), notes);
}

/** Where the measured values come from. */
function sourceText(runs: readonly RunRecord[]): string {
  return runs.every((run) => run.levelsSeen)
    ? 'Measured by the oracle from the trace of the output, independently of the firmware.'
    : 'Where no trace of the output was captured, “measured” is what the device itself reports.';
}

/** Two rows: the name and what was asked; below it the verdict and what was measured. */
function areaRows(row: TableRow): string {
  const cells = (side: 'asked' | 'seen'): string[] =>
    COLUMNS.map(({ key, head }) => cell(row[side][key], { 'data-head': head }));
  const asked = element(
    'tr',
    { class: 'asked' },
    cell(row.name),
    cell('asked', { class: 'side' }),
    ...cells('asked'),
  );
  const seen = element(
    'tr',
    { class: 'seen' },
    cell(row.verdict, { class: row.tone }),
    cell('measured', { class: 'side' }),
    ...cells('seen'),
  );
  return element('tbody', {}, asked, seen);
}

function cell(text: string, attributes: Readonly<Record<string, string>> = {}): string {
  return element('td', attributes, escapeText(text), ' ');
}
