// What stands above the rows of a CSV: names and units of the columns, and what the preambles of sigrok and of common
// oscilloscopes say of sampling. The rows begin with the first line whose first cell is a number.

import { CaptureError } from './capture-error.ts';
import { isDecimal } from './csv-cells.ts';
import type { LineReader } from './lines.ts';

export interface CsvLayout {
  readonly origin: string;
  /** Number of the line of names. */
  readonly line: number;
  readonly separator: string;
  readonly names: readonly string[];
  /** Unit of each column, where one is given: of a row below the names, in the name, or in the preamble. */
  readonly units: readonly (string | undefined)[];
  /** Where no column has times: that of the first row and from row to row, s. */
  readonly startS: number;
  readonly stepS: number | undefined;
  /** Rate of the samples as sigrok writes it, Hz. */
  readonly sampleRateHz: number | undefined;
  /** The first row, and its number; null in a file that has none. */
  readonly first: { readonly text: string; readonly line: number } | null;
}

interface Preamble {
  readonly rows: { readonly cells: string[]; readonly line: number }[];
  /** All of it, comments included, without comment marks. */
  readonly texts: string[];
}

const PREAMBLE_LINES_MAX = 500;
/** A row that begins with a date and a time, as Logic 2 writes it where it is asked to. */
const TIME_OF_DAY = /^"?\d{4}-\d\d-\d\dT\d\d:\d\d/;
const COMMENT = /^\s*[#%;]/;
const UNIT =
  /^(?:[(]?(?:[mµun]?s|[kmµun]?v|[mµun]?a)[)]?|(?:milli|micro|nano)?seconds?|volts?|amperes?|value|sequence|logic|m?[va] [ad]c)$/i;
/** What a line of a preamble tells, which names no columns. */
const KEY = /\b(?:length|interval|rate|scale|offset|units?|number|version|point)$/i;
/** Signs that stand for µ: the Greek letter, and a byte of another character set. */
const MICRO = /[μ\uFFFD](?=[sVA]\b)/g;
/** Lines that the older Tektronix describes a record in, beside its first samples. */
const BESIDE_LINES = 18;

/** Reads up to the first row. Throws CaptureError where there is no header. */
export function readLayout(origin: string, lines: LineReader): CsvLayout {
  const preamble: Preamble = { rows: [], texts: [] };
  let first: CsvLayout['first'] = null;
  for (let text = lines.next(); text !== null; text = lines.next()) {
    const plain = text.replace('\uFEFF', '').replace(MICRO, 'µ');
    if (preamble.texts.length === 0 && isBeside(plain)) return layoutBeside(origin, plain, lines);
    if (isRow(plain)) {
      first = { text: plain, line: lines.line };
      break;
    }
    if (preamble.texts.length >= PREAMBLE_LINES_MAX)
      throw new CaptureError(
        origin,
        lines.line,
        `no row of numbers with commas, semicolons or tabs between them in ${PREAMBLE_LINES_MAX} lines: this is no capture`,
      );
    if (TIME_OF_DAY.test(plain))
      throw new CaptureError(origin, lines.line, 'times of day: export times in seconds from the start');
    preamble.texts.push(plain.replace(COMMENT, '').trim());
    if (COMMENT.test(plain)) continue;
    const cells = splitRow(plain, separatorOf(plain));
    if (cells.some((cell) => cell !== '')) preamble.rows.push({ cells, line: lines.line });
  }
  return layoutOf(origin, preamble, first);
}

/** The older Tektronix (TDS): a description in the first three cells of the first lines, samples in the next two of all. */
function isBeside(text: string): boolean {
  const [key, , , time, value] = splitRow(text, ',');
  return key === 'Record Length' && isDecimal(time ?? '') && isDecimal(value ?? '');
}

function layoutBeside(origin: string, first: string, lines: LineReader): CsvLayout {
  const number = lines.line;
  const more: string[] = [];
  for (let text = lines.next(); text !== null; text = lines.next()) {
    more.push(text);
    if (more.length === BESIDE_LINES) break;
  }
  lines.back(more);
  const texts = [first, ...more];
  const told = (key: string) => valuesOf(texts, key)[0];
  return {
    origin,
    line: number,
    separator: ',',
    names: ['', '', '', 'TIME', told('Source') || 'CH1'],
    units: ['', '', '', unitWord(told('Horizontal Units')) ?? 's', unitWord(told('Vertical Units'))],
    startS: 0,
    stepS: undefined,
    sampleRateHz: undefined,
    first: { text: first, line: number },
  };
}

function layoutOf(origin: string, preamble: Preamble, first: CsvLayout['first']): CsvLayout {
  const { rows, texts } = preamble;
  const below = rows.at(-1);
  const channels = channelsOf(texts);
  const hasUnits = below !== undefined && isUnits(below.cells) && (rows.length > 1 || channels.length > 0);
  const unitRow = hasUnits ? below.cells : [];
  const above = hasUnits ? rows.at(-2) : below;
  // Without a row of names the units stand for them; without either the numbers of the columns do.
  const named = hasUnits && KEY.test(above?.cells[0] ?? '') ? below : above;
  const columns = first === null ? 0 : splitRow(first.text, separatorOf(first.text)).length;
  const numbered = Array.from({ length: columns }, (_, i) => `${i + 1}`);
  const names =
    channels.length > 0 && (hasUnits || !named) ? withTime(channels, columns) : (named?.cells ?? numbered);
  if (names.length === 0)
    throw new CaptureError(origin, 0, 'empty or without a header: names of time and E1 … CASE expected');
  const vertical = valuesOf(texts, 'Vertical Units');
  const horizontal = valuesOf(texts, 'Horizontal Units')[0] ?? (isLeCroy(texts) ? 's' : undefined);
  const units = names.map((name, i) => {
    const unit = unitWord(unitRow[i]) ?? unitInName(name);
    return unit ?? unitWord(i === 0 ? horizontal : vertical[i - 1]);
  });
  return {
    origin,
    line: (named ?? below)?.line ?? first?.line ?? 0,
    separator: separatorOf(first?.text ?? names.join(',')),
    names,
    units,
    startS: numberOf(cellUnder(names, unitRow, 'Start') ?? told(texts, /\bt0 *= *([-+\d.e]+)/i)) ?? 0,
    stepS: numberOf(
      cellUnder(names, unitRow, 'Increment') ??
        told(texts, /\btInc *= *([-+\d.e]+)/i) ??
        valuesOf(texts, 'Sample Interval')[0]?.replace(/^\D+:/, ''),
    ),
    sampleRateHz: rateOf(texts),
    first,
  };
}

/** LeCroy writes no units: seconds, and volts. */
function isLeCroy([first = '']: readonly string[]): boolean {
  return /^"?LECROY/i.test(first);
}

/** sigrok names its channels in a comment; the time may be a column before them. */
function withTime(channels: readonly string[], columns: number): string[] {
  return columns === channels.length + 1 ? ['Time', ...channels] : [...channels];
}

function channelsOf(texts: readonly string[]): string[] {
  const list = told(texts, /^Channels \(\d+\/\d+\): *(.+)$/);
  return list === undefined ? [] : list.split(',').map((name) => name.trim());
}

function rateOf(texts: readonly string[]): number | undefined {
  const match = /^([\d.]+) *([kMG]?)Hz/.exec(told(texts, /^Samplerate: *(.+)$/) ?? '');
  const scales: Record<string, number> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };
  return match ? Number(match[1]) * scales[match[2]] : undefined;
}

function told(texts: readonly string[], pattern: RegExp): string | undefined {
  for (const text of texts) {
    const match = pattern.exec(text);
    if (match) return match[1];
  }
  return undefined;
}

/** The cells after a key of the preamble: `Vertical Units,V,A`. */
function valuesOf(texts: readonly string[], key: string): string[] {
  const row = texts.find((text) => text.replace(/^"/, '').startsWith(key));
  return row === undefined ? [] : splitRow(row, separatorOf(row)).slice(1);
}

/** Rigol writes numbers into the row of units, under names of their own. */
function cellUnder(names: readonly string[], unitRow: readonly string[], name: string): string | undefined {
  const column = names.indexOf(name);
  return column < 0 ? undefined : unitRow[column];
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && isDecimal(text) ? Number(text) : undefined;
}

function isRow(text: string): boolean {
  const cells = splitRow(text, separatorOf(text));
  return isDecimal(cells.find((cell) => cell !== '') ?? '');
}

function isUnits(cells: readonly string[]): boolean {
  const told = cells.filter((cell) => cell !== '' && !isDecimal(cell));
  return told.length > 0 && told.every((cell) => UNIT.test(cell));
}

/** A unit in short: s, ms, us, ns, V, mV, uV, A, mA, uA, sequence, logic. */
function unitWord(text: string | undefined): string | undefined {
  if (text === undefined || !UNIT.test(text)) return undefined;
  const plain = text
    .replace(/[()]/g, '')
    .replace('µ', 'u')
    .replace(/ [ad]c$/i, '');
  const long: Record<string, string> = {
    second: 's',
    millisecond: 'ms',
    microsecond: 'us',
    nanosecond: 'ns',
  };
  Object.assign(long, { volt: 'V', ampere: 'A' });
  return long[plain.toLowerCase().replace(/s$/, '')] ?? plain;
}

/** The unit of a name such as time_s, E1_mA, Time (ms), CH1 in V; or of one that is a unit itself. */
function unitInName(name: string): string | undefined {
  const match = /[([]([^)\]]*)[)\]]$|(?:^|[_ ])in ([^ ]+)$|_([^_ ]+)$/.exec(name);
  return unitWord(match?.[1] ?? match?.[2] ?? match?.[3] ?? name);
}

/** The separator of a line: semicolons and tabs leave the comma to decimals. */
export function separatorOf(line: string): string {
  return [';', '\t', ','].find((candidate) => line.includes(candidate)) ?? ',';
}

/** Cells without white space and quotes. */
export function splitRow(line: string, separator: string): string[] {
  if (!line.includes('"')) return line.split(separator).map((cell) => cell.trim());
  const cells = [''];
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) cells.push('');
    else cells[cells.length - 1] += character;
  }
  return cells.map((cell) => cell.trim());
}

/** Whether a line among the rows is empty or a comment. */
export function isBlank(line: string, separator: string): boolean {
  if (/^[-+.\d]/.test(line)) return false;
  return /^\s*[#%]/.test(line) || line.replaceAll(separator, '').trim() === '' || /^\s*;\s*[a-z]/i.test(line);
}
