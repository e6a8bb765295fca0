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
const COMMENT = /^\s*[#%;]/;
const UNIT =
  /^(?:[(]?(?:s|ms|us|µs|ns|u?v|mv|µv|u?a|ma|µa)[)]?|(?:milli|micro|nano)?seconds?|volts?|amperes?|sequence|logic|m?[va] [ad]c)$/i;

/** Reads up to the first row. Throws CaptureError where there is no header. */
export function readLayout(origin: string, lines: LineReader): CsvLayout {
  const preamble: Preamble = { rows: [], texts: [] };
  let first: CsvLayout['first'] = null;
  for (let text = lines.next(); text !== null; text = lines.next()) {
    const plain = text.replace('\uFEFF', '');
    if (isRow(plain)) {
      first = { text: plain, line: lines.line };
      break;
    }
    if (preamble.texts.length >= PREAMBLE_LINES_MAX)
      throw new CaptureError(
        origin,
        lines.line,
        `no row of numbers in ${PREAMBLE_LINES_MAX} lines: this is no capture`,
      );
    preamble.texts.push(plain.replace(COMMENT, '').trim());
    if (COMMENT.test(plain)) continue;
    const cells = splitRow(plain, separatorOf(plain));
    if (cells.some((cell) => cell !== '')) preamble.rows.push({ cells, line: lines.line });
  }
  return layoutOf(origin, preamble, first);
}

function layoutOf(origin: string, preamble: Preamble, first: CsvLayout['first']): CsvLayout {
  const { rows, texts } = preamble;
  const below = rows.at(-1);
  const channels = channelsOf(texts);
  const hasUnits = below !== undefined && isUnits(below.cells) && (rows.length > 1 || channels.length > 0);
  const unitRow = hasUnits ? below.cells : [];
  const named = hasUnits ? rows.at(-2) : below;
  const columns = first === null ? 0 : splitRow(first.text, separatorOf(first.text)).length;
  const names = channels.length > 0 && (hasUnits || !named) ? withTime(channels, columns) : named?.cells;
  if (names === undefined)
    throw new CaptureError(origin, 0, 'empty or without a header: names of time and E1 … CASE expected');
  const vertical = valuesOf(texts, 'Vertical Units');
  const horizontal = valuesOf(texts, 'Horizontal Units')[0];
  const units = names.map((name, i) => {
    const unit = unitWord(unitRow[i]) ?? unitWord(/[([]([^)\]]*)[)\]]$/.exec(name)?.[1]) ?? unitInName(name);
    return unit ?? unitWord(i === 0 ? horizontal : vertical[i - 1]);
  });
  return {
    origin,
    line: (named ?? below)?.line ?? 0,
    separator: separatorOf(first?.text ?? named?.cells.join(',') ?? ''),
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

/** The unit of a name such as time_s or E1_mA. */
function unitInName(name: string): string | undefined {
  return /_(s|ms|us|µs|ns|ua|µa|ma|v|mv)$/i.exec(name)?.[1].replace('µ', 'u');
}

/** The separator of a line: semicolons and tabs leave the comma to decimals. */
export function separatorOf(line: string): string {
  return [';', '\t', ','].find((candidate) => line.includes(candidate)) ?? ',';
}

/** Cells without white space and quotes. */
export function splitRow(line: string, separator: string): string[] {
  const isQuoted = line.includes('"');
  return line
    .split(separator)
    .map((cell) => (isQuoted ? cell.trim().replace(/^"(.*)"$/, '$1') : cell.trim()));
}

/** Whether a line among the rows is empty or a comment. */
export function isBlank(line: string, separator: string): boolean {
  if (/^[-+.\d]/.test(line)) return false;
  return /^\s*[#%]/.test(line) || line.replaceAll(separator, '').trim() === '' || /^\s*;\s*[a-z]/i.test(line);
}
