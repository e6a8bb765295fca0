// The terminal's table: two lines for each area, what was asked and what was seen.

import { COLUMNS, type TableRow, type TableRun, tableRows } from './rows.ts';

export type { TableRun };

/** Styles text; identity where colours are off. */
export type Paint = (style: 'bold' | 'dim' | 'green' | 'red', text: string) => string;

export const plain: Paint = (_style, text) => text;

const STYLES = { good: 'green', bad: 'red', muted: 'dim' } as const;
const NAME_WIDTH_MAX = 26;

/** The table of runs, lines without a newline at the end. */
export function tableText(runs: readonly TableRun[], paint: Paint = plain): string {
  const rows = runs.flatMap(tableRows);
  const nameWidth = Math.min(NAME_WIDTH_MAX, Math.max(7, ...rows.map((row) => row.name.length)));
  const widths = COLUMNS.map(({ key, head }) =>
    Math.max(head.length, ...rows.flatMap((row) => [row.asked[key].length, row.seen[key].length])),
  );
  const cells = (values: readonly string[]): string =>
    values.map((value, index) => value.padStart(widths[index])).join('  ');
  const head = `${'therapy'.padEnd(nameWidth)}        ${cells(COLUMNS.map((column) => column.head))}`;
  const body = rows.flatMap((row) => rowLines(row, nameWidth, cells, paint));
  return [paint('bold', head), ...body].join('\n');
}

function rowLines(
  row: TableRow,
  nameWidth: number,
  cells: (values: readonly string[]) => string,
  paint: Paint,
): string[] {
  const name =
    row.name.length > nameWidth ? `${row.name.slice(0, nameWidth - 1)}…` : row.name.padEnd(nameWidth);
  const asked = cells(COLUMNS.map(({ key }) => row.asked[key])).trimEnd();
  const seen = cells(COLUMNS.map(({ key }) => row.seen[key]));
  const verdict = row.verdict === '' ? '' : `  ${paint(STYLES[row.tone], row.verdict)}`;
  return [
    `${name}  ${paint('dim', 'asked')} ${asked}`,
    `${' '.repeat(nameWidth)}  ${paint('dim', 'seen ')} ${seen}${verdict}`,
  ];
}
