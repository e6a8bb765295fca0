// A figure of the bench: what was measured, against what in the same run, and what it should be.

export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it is compared with: measured in the same run, or given. */
  readonly reference: string;
  /** Value over the reference's. */
  readonly ratio: number;
  /** Aim, in the unit of the value. */
  readonly aim?: { readonly least: number } | { readonly most: number };
  /** What keeps it from being better. */
  readonly limit?: string;
}

/** Whether a figure is as it should be; undefined where there is no aim. */
export function isMet({ value, aim }: Figure): boolean | undefined {
  if (aim === undefined) return undefined;
  return 'least' in aim ? value >= aim.least : value <= aim.most;
}

/** Three significant digits, thousands apart. */
function short(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-GB');
  return value === 0 ? '0' : String(Number(value.toPrecision(3)));
}

function aimOf(figure: Figure): string {
  if (figure.aim === undefined) return '';
  const text =
    'least' in figure.aim ? `at least ${short(figure.aim.least)}` : `at most ${short(figure.aim.most)}`;
  return `${text}: ${isMet(figure) ? 'met' : 'missed'}`;
}

/** Figures as lines of text: name, value, ratio to its reference, aim, and what limits it. */
export function tableOf(figures: readonly Figure[]): string {
  const cells = figures.map((figure) => [
    figure.name,
    `${short(figure.value)} ${figure.unit}`,
    `${short(figure.ratio)} × ${figure.reference}`,
    aimOf(figure),
  ]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((row) => row[column].length)));
  return figures
    .map((figure, index) => {
      const line = cells[index].map((cell, column) => cell.padEnd(widths[column])).join('  ');
      return `${line}  ${figure.limit ?? ''}`.trimEnd();
    })
    .join('\n');
}
