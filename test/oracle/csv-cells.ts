// The numbers in the cells of a CSV: decimal and within range, or an error that names line and column.

import { CaptureError } from './capture-error.ts';

/** Digits with a point or, where commas do not separate, a comma; an exponent as oscilloscopes write it. */
const DECIMAL = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?$/i;

/** What instruments write of a sample that is out of range: PicoScope ∞, those with SCPI 9.9E+37, others words. */
const OVER = /^[+-]?(?:∞|inf|9\.9\d*e\+?37|ol|ovld|ovr|over(?: ?(?:range|load|flow))?|clip(?:ped|ping)?)$/i;
/** And of one that they have not. */
const NONE = /^(?:[+-]?nan|n\/?a|null|none|-+|\?+|[+-]?1\.#.*)$/i;

/** Whether a cell is a decimal number. */
export function isDecimal(cell: string): boolean {
  return DECIMAL.test(cell);
}

/** Reads the cells of one column. */
export class CellReader {
  readonly #origin: string;
  readonly #what: string;
  readonly #scale: number;
  readonly #max: number;
  readonly #limit: string;

  /** `scale`: of the cell's unit; `max`: the largest magnitude after scaling, `limit`: how it is called. */
  constructor(origin: string, column: number, name: string, scale: number, max: number, limit: string) {
    this.#origin = origin;
    this.#what = `column ${column + 1} (${name})`;
    this.#scale = scale;
    this.#max = max;
    this.#limit = limit;
  }

  /** The cell's number times the scale. Throws CaptureError. */
  read(cell: string, line: number): number {
    const value = DECIMAL.test(cell) ? Number(cell.replace(',', '.')) * this.#scale : Number.NaN;
    if (Math.abs(value) <= this.#max) return value;
    const shown = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
    throw new CaptureError(this.#origin, line, `${this.#what}: '${shown}' ${this.#whatIsWrong(cell, value)}`);
  }

  #whatIsWrong(cell: string, value: number): string {
    if (OVER.test(cell)) return "is out of the instrument's range: capture again with a greater one";
    if (NONE.test(cell)) return 'is no sample: export the part that was captured, or capture again';
    if (Number.isNaN(value)) return 'is no decimal number: the file is cut or damaged; capture again';
    return `is out of range: at most ${this.#limit}; check the unit`;
  }
}
