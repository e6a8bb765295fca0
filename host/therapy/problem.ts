// What is wrong with a therapy or another file of the user's, as a list of one-line problems that name the field, its value, the limit and what would do.

/** One thing wrong with a file. */
export interface Problem {
  /** Path of the field in the file: `areas[0].phaseUs`; empty for the file as a whole. */
  readonly field: string;
  /** What is wrong: value, limit and the nearest values that would do. */
  readonly message: string;
}

/** A file that cannot be used. `problems` holds every one that was found; `message` is one line for each. */
export class FileProblems extends RangeError {
  /** The file, or what else it came from. */
  readonly file: string;
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    super(problems.map((problem) => problemLine(file, problem)).join('\n'));
    this.name = 'FileProblems';
    this.file = file;
    this.problems = problems;
  }
}

/** A therapy that cannot be used. */
export class TherapyError extends FileProblems {
  override readonly name = 'TherapyError';
}

/** One problem as one line: `file: field: message`. */
export function problemLine(file: string, problem: Problem): string {
  const line = [file, problem.field, problem.message].filter((part) => part !== '').join(': ');
  return line.replace(UNPRINTABLE, escaped);
}

/** Characters that a terminal may obey, or that turn a text's direction. The schema's pattern for names says the same. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** A text that is no longer than a line can take. */
export function shortened(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 3)}…` : text;
}

const TEXT_MAX = 40;

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
  const text = shortened(JSON.stringify(value) ?? String(value));
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
