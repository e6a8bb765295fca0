// The numbers in the cells of a CSV: decimal and within range, or an error that names line and column.

import { CaptureError } from './capture-error.ts';

/** Digits with a point or, where commas do not separate, a comma; an exponent as oscilloscopes write it. */
const DECIMAL = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[+-]?\d{1,3})?$/i;

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
    if (/^[+-]?∞$/.test(cell))
      throw new CaptureError(
        this.#origin,
        line,
        `${this.#what}: '${cell}' is out of the instrument's range: capture again with a greater one`,
      );
    const shown = cell.length > 40 ? `${cell.slice(0, 40)}…` : cell;
    throw new CaptureError(
      this.#origin,
      line,
      Number.isNaN(value)
        ? `${this.#what}: '${shown}' is no decimal number: the file is cut or damaged; capture again`
        : `${this.#what}: '${shown}' is out of range: at most ${this.#limit}; check the unit`,
    );
  }
}
