// The header of a CSV of currents, and how its rows are read.

import { ELECTRODES, type StretchState } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import type { CsvMapping } from './csv.ts';
import { CellReader } from './csv-cells.ts';
import { electrodeName, electrodeOf } from './finding.ts';
import type { LineReader } from './lines.ts';

export interface CsvHeader {
  readonly origin: string;
  readonly separator: string;
  /** Of all columns. */
  readonly names: readonly string[];
  readonly timeColumn: number;
  readonly timeScaleNs: number;
  /** Column, electrode and µA per unit. */
  readonly levels: readonly { readonly column: number; readonly electrode: number; readonly scale: number }[];
  /** Column RECHARGE, or −1. */
  readonly rechargeColumn: number;
}

export interface Row {
  timeNs: number;
  state: StretchState;
  readonly levelsUa: Int32Array;
}

const TIME_SCALES_NS: Record<string, number> = { s: 1e9, ms: 1e6, us: 1e3, µs: 1e3, ns: 1 };
/** Times up to which ns are exact: 104 days. */
const TIME_NS_MAX = Number.MAX_SAFE_INTEGER;
/** No stimulator carries more: 1 A. */
const LEVEL_UA_MAX = 1e6;
const LEVEL_SCALES: Record<string, number> = { ua: 1, µa: 1, ma: 1000 };

/** Finds the header: the first line that is neither empty nor a comment (#, %). */
export function parseHeader(origin: string, lines: LineReader, mapping: CsvMapping): CsvHeader {
  let line = lines.next();
  while (line !== null && /^\s*([#%].*)?$/.test(line.replace('\uFEFF', ''))) line = lines.next();
  if (line === null) throw new CaptureError(origin, 0, 'empty: a header with time and E1 … CASE expected');
  const separator = [';', '\t', ','].find((candidate) => line.includes(candidate)) ?? ',';
  const names = splitRow(line.replace('\uFEFF', ''), separator);
  const fail = (message: string) => new CaptureError(origin, lines.line, message);
  const isTime = (name: string) => (mapping.time ? name === mapping.time : /^(time|t)$/i.test(stemOf(name)));
  const timeColumn = names.findIndex(isTime);
  if (timeColumn < 0)
    throw fail(`no column ${mapping.time ?? 'time_s, time_ms or time_us'}: name the time column so`);
  const timeUnit = unitOf(names[timeColumn]) ?? mapping.timeUnit;
  const timeScaleNs = timeUnit ? TIME_SCALES_NS[timeUnit.toLowerCase()] : undefined;
  if (timeScaleNs === undefined) {
    throw fail(
      `the time column '${names[timeColumn]}' has no unit that is known: name it time_s, time_ms or time_us`,
    );
  }
  const levels = levelColumns(names, mapping, fail);
  if (levels.length === 0)
    throw fail('no column of an electrode: name them E1_uA … E16_uA, CASE_uA (or _mA)');
  const rechargeColumn = names.indexOf('RECHARGE');
  return { origin, separator, names, timeColumn, timeScaleNs, levels, rechargeColumn };
}

function levelColumns(names: string[], mapping: CsvMapping, fail: (message: string) => CaptureError) {
  const mapped = new Map(Object.entries(mapping.columns ?? {}).map(([electrode, name]) => [name, electrode]));
  const levels: { column: number; electrode: number; scale: number }[] = [];
  names.forEach((name, column) => {
    const electrode = electrodeOf((mapped.get(name) ?? stemOf(name)).toUpperCase());
    if (electrode < 0) return;
    const unit = unitOf(name) ?? mapping.levelUnit;
    const scale = unit ? LEVEL_SCALES[unit.toLowerCase()] : undefined;
    if (scale === undefined) {
      throw fail(
        `the column '${name}' has no unit that is known: name it ${electrodeName(electrode)}_uA or _mA`,
      );
    }
    if (levels.some((other) => other.electrode === electrode)) {
      throw fail(`two columns of ${electrodeName(electrode)}: leave one`);
    }
    levels.push({ column, electrode, scale });
  });
  return levels;
}

/** Name and unit: time_us, time (us), Time [µs], E1_mA. */
const NAME = /^(.*?)(?:[_ ]*[([]([a-zµ]+)[)\]]|[_ ]([a-zµ]+))$/i;

function stemOf(name: string): string {
  return NAME.exec(name)?.[1].trim() ?? name;
}

function unitOf(name: string): string | undefined {
  const match = NAME.exec(name);
  return match?.[2] ?? match?.[3];
}

/** Cells without white space and quotes. */
export function splitRow(line: string, separator: string): string[] {
  return line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
}

/** Reads rows; the row is reused. Gives null for an empty line or a comment. */
export function rowReader(
  header: CsvHeader,
  mapping: CsvMapping,
): (line: string, number: number) => Row | null {
  const { origin, separator, names, timeColumn, timeScaleNs, rechargeColumn } = header;
  const cellsOf = (column: number, scale: number, max: number, limit: string) =>
    new CellReader(origin, column, names[column], scale, max, limit);
  const times = cellsOf(timeColumn, timeScaleNs, TIME_NS_MAX, '104 days');
  const levels = header.levels.map(({ column, electrode, scale }) => {
    return { column, electrode, currents: cellsOf(column, scale, LEVEL_UA_MAX, '1 A') };
  });
  const recharges = rechargeColumn < 0 ? null : cellsOf(rechargeColumn, 1, 1, '1');
  const row: Row = { timeNs: 0, state: 'unknown', levelsUa: new Int32Array(ELECTRODES) };
  const held = new Float64Array(ELECTRODES);
  const values = new Float64Array(ELECTRODES);
  const zeroUa = mapping.zeroUa ?? 0;
  const noiseUa = mapping.noiseUa ?? 0;
  let recharge = false;
  return (line, number) => {
    if (/^\s*([#%].*)?$/.test(line)) return null;
    const cells = splitRow(line, separator);
    const time = cells[timeColumn] ?? '';
    if (time === '') throw new CaptureError(origin, number, 'a row without a time: every row needs one');
    row.timeNs = round(times.read(time, number));
    for (const { column, electrode, currents } of levels) {
      const cell = cells[column] ?? '';
      if (cell !== '') values[electrode] = currents.read(cell, number);
    }
    if (recharges && cells[rechargeColumn]) recharge = recharges.read(cells[rechargeColumn], number) !== 0;
    hold(row.levelsUa, held, values, zeroUa, noiseUa);
    const driven = row.levelsUa.some((levelUa) => levelUa !== 0);
    row.state = driven ? 'drive' : rechargeColumn < 0 ? 'unknown' : recharge ? 'recharge' : 'open';
    return row;
  };
}

/** Keeps the levels of the stretch while every value stays within the noise; small values are zero. */
function hold(
  levelsUa: Int32Array,
  held: Float64Array,
  values: Float64Array,
  zeroUa: number,
  noiseUa: number,
): void {
  const isZero = (value: number) => Math.abs(value) <= zeroUa;
  const same = values.every(
    (value, e) =>
      isZero(value) === isZero(held[e]) &&
      Math.abs(value - held[e]) <= Math.max(noiseUa, isZero(value) ? 2 * zeroUa : 0),
  );
  if (same) return;
  held.set(values);
  for (let e = 0; e < ELECTRODES; e++) levelsUa[e] = isZero(values[e]) ? 0 : Math.round(values[e]);
}

/** Times written in decimals, to the ps: 0.1 µs is 100 ns and not 100.00000000000001. */
function round(timeNs: number): number {
  return Math.round(timeNs * 1000) / 1000;
}
