// What is wrong with a therapy, as a list of one-line problems that name the field, its value, the limit and what would do.

/** One thing wrong with a therapy. */
export interface Problem {
  /** Path of the field in the file: `areas[0].phaseUs`; empty for the file as a whole. */
  readonly field: string;
  /** What is wrong: value, limit and the nearest values that would do. */
  readonly message: string;
}

/** A therapy that cannot be used. `problems` holds every one that was found; `message` is one line for each. */
export class TherapyError extends RangeError {
  /** The file, or what else the therapy came from. */
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => problemLine(file, problem)).join('\n'));
    this.name = 'TherapyError';
    this.file = file;
    this.problems = problems;
  }
}

/** One problem as one line: `file: field: message`. */
export function problemLine(file: string, problem: Problem): string {
  return [file, problem.field, problem.message].filter((part) => part !== '').join(': ');
}

const UNITS: readonly [RegExp, string][] = [
  [/Ua$/, 'µA'],
  [/Us$/, 'µs'],
  [/Ms$/, 'ms'],
  [/Hz$/, 'Hz'],
  [/Nc$/, 'nC'],
  [/(^|\.)pulses$/, 'pulses'],
  [/electrodes\.\w+$/, '‰'],
];

/** A value with the unit that its field's name says. */
export function withUnit(field: string, value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : shortJson(value);
  if (typeof value !== 'number') return text;
  const unit = UNITS.find(([pattern]) => pattern.test(field));
  return unit === undefined ? text : `${text} ${unit[1]}`;
}

/** "nearest: a or b", from the values that would do; empty where none are known. */
export function nearest(field: string, values: readonly (number | undefined)[]): string {
  const known = [...new Set(values.filter((value) => value !== undefined))];
  if (known.length === 0) return '';
  return `; nearest: ${known.map((value) => withUnit(field, value)).join(' or ')}`;
}

function shortJson(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
