// The columns of a CSV: which one has the times, and which signals the others carry.

import { CaptureError } from './capture-error.ts';
import { CellReader } from './csv-cells.ts';
import { type CsvLayout, splitRow } from './csv-layout.ts';
import { type CaptureMapping, ColumnFinder, thereAre } from './mapping.ts';
import { type Signal, SignalValues, stemOf } from './signals.ts';

/** Where times come from: a column, or, where there is none (−1), the number of the row. */
export interface TimeSource {
  readonly column: number;
  /** ns of the column's unit. */
  readonly scaleNs: number;
  readonly startNs: number;
  readonly stepNs: number;
}

export interface CsvColumns {
  readonly layout: CsvLayout;
  readonly time: TimeSource;
  /** Columns that matter, and what they carry. */
  readonly signals: readonly { readonly column: number; readonly signal: Signal }[];
}

const TIME_SCALES_NS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };
/** Times up to which ns are exact: 104 days. */
const TIME_NS_MAX = Number.MAX_SAFE_INTEGER;
/** No stimulator carries more: 1 A. */
const LEVEL_UA_MAX = 1e6;

/** Finds the columns. Throws CaptureError, at the line of the names, for what is missing or not understood. */
export function findColumns(layout: CsvLayout, mapping: CaptureMapping): CsvColumns {
  const fail = (message: string) => new CaptureError(layout.origin, layout.line, message);
  const time = timeSourceOf(layout, mapping, fail);
  const finder = new ColumnFinder(mapping);
  const signals: { column: number; signal: Signal }[] = [];
  layout.names.forEach((name, column) => {
    if (column === time.column) return;
    const unit = layout.units[column];
    const bare = name.replace(/ *(?:[([][^)\]]*[)\]]| in \S+)$/, '');
    const names = bare === name ? [name] : [name, bare];
    for (const signal of finder.find({ names, width: 1, lowBit: 0, unit, needsUnit: true }, fail))
      signals.push({ column, signal });
  });
  finder.refuseMissing(layout.names, fail);
  const twice = signals.find(({ signal }, i) =>
    signals.some(
      (other, j) => j < i && other.signal.kind === signal.kind && other.signal.electrode === signal.electrode,
    ),
  );
  if (twice) throw fail(`two columns of ${stemOf(layout.names[twice.column])}: leave one`);
  if (!signals.some(({ signal }) => ['level', 'cathode', 'anode'].includes(signal.kind)))
    throw fail(
      `no column of an electrode: name them E1_uA … E16_uA, CASE_uA (or _mA), or give a mapping; ${thereAre(layout.names)}`,
    );
  return { layout, time, signals };
}

function timeSourceOf(
  layout: CsvLayout,
  mapping: CaptureMapping,
  fail: (message: string) => CaptureError,
): TimeSource {
  const { names, units, startS, sampleRateHz } = layout;
  const counted = (stepS: number) => ({ column: -1, scaleNs: 1, startNs: startS * 1e9, stepNs: stepS * 1e9 });
  if (mapping.sampleRateHz !== undefined) return counted(1 / mapping.sampleRateHz);
  const isTime = (name: string, i: number) =>
    mapping.time === undefined
      ? TIME_SCALES_NS[(units[i] ?? '').toLowerCase()] !== undefined || /^(time|t)$/i.test(stemOf(name))
      : name === mapping.time || stemOf(name) === mapping.time;
  const column = names.findIndex(isTime);
  const countedS = layout.stepS ?? (sampleRateHz === undefined ? undefined : 1 / sampleRateHz);
  if (column < 0 && mapping.time === undefined && countedS !== undefined) return counted(countedS);
  if (column < 0)
    throw fail(
      `no column ${mapping.time ?? 'time_s, time_ms or time_us'}: name the time column so, or map it (time, or sampleRateHz); ${thereAre(names)}`,
    );
  const unit = mapping.timeUnit ?? units[column] ?? sigrokUnit(sampleRateHz);
  const scaleNs = TIME_SCALES_NS[unit?.toLowerCase() ?? ''];
  if (scaleNs === undefined)
    throw fail(
      `the time column '${names[column]}' has no unit that is known: name it time_s, time_ms or time_us, or map its timeUnit`,
    );
  return { column, scaleNs, startNs: 0, stepNs: 0 };
}

/** sigrok writes times in the first of s, ms, µs and ns that a sample is not shorter than. */
function sigrokUnit(sampleRateHz: number | undefined): string | undefined {
  if (sampleRateHz === undefined) return undefined;
  return ['s', 'ms', 'us', 'ns'].find((unit) => sampleRateHz <= 1e9 / TIME_SCALES_NS[unit]);
}

export interface Row {
  timeNs: number;
  readonly values: SignalValues;
}

/** Reads rows in order; the row is reused. */
export function rowReader(
  columns: CsvColumns,
  mapping: CaptureMapping,
): (line: string, number: number) => Row {
  const { layout, time, signals } = columns;
  const { origin, names } = layout;
  const values = new SignalValues(mapping.zeroUa);
  const times =
    time.column < 0
      ? null
      : new CellReader(origin, time.column, names[time.column], time.scaleNs, TIME_NS_MAX, '104 days');
  const cells = signals.map(({ column, signal }) => {
    values.declare(signal);
    const limit = signal.kind === 'level' ? LEVEL_UA_MAX / Math.abs(signal.scale) : Number.MAX_VALUE;
    return { column, signal, reader: new CellReader(origin, column, names[column], 1, limit, '1 A') };
  });
  const split = rowSplitter(columns);
  const row: Row = { timeNs: 0, values };
  let rows = 0;
  return (line, number) => {
    const { timeText, cells: texts } = split(line, number);
    if (times === null) row.timeNs = round(time.startNs + rows++ * time.stepNs);
    else {
      if (timeText === '')
        throw new CaptureError(origin, number, 'a row without a time: every row needs one');
      row.timeNs = round(times.read(timeText, number));
    }
    if (texts === null) return row;
    for (const { column, signal, reader } of cells) {
      const text = texts[column];
      if (text !== '') values.set(signal, reader.read(text, number));
    }
    return row;
  };
}

interface SplitRow {
  readonly timeText: string;
  /** null: all but the time is as in the row before. */
  readonly cells: readonly string[] | null;
}

/** Splits rows into cells. Samples of logic repeat themselves: such rows are not split again. */
function rowSplitter({ layout, time, signals }: CsvColumns): (line: string, number: number) => SplitRow {
  const { origin, separator, names } = layout;
  const last = Math.max(time.column, ...signals.map(({ column }) => column));
  let before = '';
  return (line, number) => {
    const at = time.column < 0 ? 0 : line.indexOf(separator);
    const isPlain = time.column <= 0 && at >= 0 && !line.includes('"');
    if (isPlain && line.length - at === before.length && line.endsWith(before))
      return { timeText: line.slice(0, at).trim(), cells: null };
    const cells = splitRow(line, separator);
    if (cells.length <= last || cells.slice(names.length).some((cell) => cell !== ''))
      throw new CaptureError(origin, number, wrongCount(cells.length, names.length));
    before = isPlain ? line.slice(at) : '';
    return { timeText: cells[time.column] ?? '', cells };
  };
}

function wrongCount(count: number, expected: number): string {
  const row = `a row of ${count} ${count === 1 ? 'cell' : 'cells'} under ${expected} names`;
  return count < expected
    ? `${row}: the file is cut or damaged; capture again`
    : `${row}: name every column, and where commas are decimal put semicolons between the columns`;
}

/** Times written in decimals, to the ps: 0.1 µs is 100 ns and not 100.00000000000001. */
function round(timeNs: number): number {
  return Math.round(timeNs * 1000) / 1000;
}
