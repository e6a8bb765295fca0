// What the first rows of a CSV tell of how it was made: whether it is sampled evenly, and how much its levels tremble.

import { CaptureError } from './capture-error.ts';
import { type CsvColumns, rowReader } from './csv-columns.ts';
import { type CsvLayout, isBlank, splitRow } from './csv-layout.ts';
import { electrodeName } from './finding.ts';
import type { LineReader } from './lines.ts';
import type { CaptureMapping } from './mapping.ts';
import type { Signal } from './signals.ts';
import { flipNoiseOf, medianOf, noiseOf, stepOf, trembles } from './tremble.ts';

export interface Survey {
  /** Rows are samples, `stepNs` apart but for gaps; else there is one row for each change. */
  readonly sampled: boolean;
  /** Time between samples, or the last place that times are written to, ns. */
  readonly stepNs: number;
  /** Time between the samples that rows, or changes alone, were taken from, ns; null where the file does not tell. */
  readonly samplingNs: number | null;
  /** The largest distance from its level that noise and converter give a sample, µA; 0 where rows are changes. */
  readonly noiseUa: number;
  /** The largest step that the converter of voltages without noise can have, µA; 0 where there is none to speak of. */
  readonly converterUa: number;
  /** The largest reading of a rest that such a step explains, µA. */
  readonly restUa: number;
  /** Electrodes whose level is hardly ever the same in two samples. */
  readonly trembling: readonly number[];
}

/** Logic 2 samples no slower; regular changes alone may lie on a coarser grid. */
const SAMPLING_NS_MAX = 1000;
const ROWS_LOOKED_AT = 20_000;
/** Of voltages that show no noise so far: a soft start has small levels first, which tell little of the converter. */
const QUIET_ROWS_LOOKED_AT = 1_000_000;
/** So many of the steps must be the same in an evenly sampled file: the others are gaps. */
const EVEN_SHARE = 0.9;

/** Reads the first rows, `lines` being at the second of them. Throws CaptureError where there is none. */
export function surveyOf(columns: CsvColumns, lines: LineReader, mapping: CaptureMapping): Survey {
  const { layout, time, signals } = columns;
  const { origin, first, separator } = layout;
  const read = rowReader(columns, mapping);
  const levels = signals
    .filter(({ signal }) => signal.kind === 'level')
    .map(({ column, signal }) => ({ column, signal, valuesUa: [] as number[], places: 0 }));
  const steps: number[] = [];
  let lastNs = Number.NaN;
  let places = 0;
  const empty = new Set(signals.map(({ column }) => column));
  const take = (line: string, number: number) => {
    const { timeNs, values } = read(line, number);
    const cells = splitRow(line, separator);
    if (time.column >= 0) places = Math.max(places, placesOf(cells[time.column]));
    for (const column of empty) if (cells[column] !== '') empty.delete(column);
    if (!Number.isNaN(lastNs)) steps.push(timeNs - lastNs);
    for (const level of levels) {
      level.valuesUa.push(values.valuesUa[level.signal.electrode]);
      level.places = Math.max(level.places, placesOf(cells[level.column]));
    }
    lastNs = timeNs;
  };
  if (first !== null && !(lines.unfinished && lines.line === first.line)) take(first.text, first.line);
  let rowsMax = ROWS_LOOKED_AT;
  for (const line of lines) {
    if (steps.length === rowsMax && levels.some((level) => isQuietVoltage(level, mapping)))
      rowsMax = QUIET_ROWS_LOOKED_AT;
    if (lines.unfinished || steps.length >= rowsMax) break;
    if (!isBlank(line, separator)) take(line, lines.line);
  }
  if (Number.isNaN(lastNs)) throw new CaptureError(origin, lines.line, 'no row of values: capture again');
  for (const column of empty)
    throw new CaptureError(
      origin,
      layout.line,
      `the column '${layout.names[column]}' is empty: capture again, or leave it out`,
    );
  const placeNs = time.column < 0 ? 0 : time.scaleNs / 10 ** places;
  const stepNs = time.column < 0 ? time.stepNs : evenStepNs(steps, placeNs);
  if (stepNs === null) {
    const samplingNs = samplingOf(layout, steps, placeNs);
    return {
      sampled: false,
      stepNs: Math.max(placeNs, samplingNs ?? 0),
      samplingNs,
      noiseUa: 0,
      converterUa: 0,
      restUa: 0,
      trembling: [],
    };
  }
  const coarse = levels.map((level) => coarsenessOf(level, mapping));
  return {
    sampled: true,
    stepNs,
    samplingNs: stepNs,
    noiseUa: Math.max(0, ...coarse.map(({ noiseUa }) => noiseUa)),
    converterUa: Math.max(0, ...coarse.map(({ converterUa }) => converterUa)),
    restUa: Math.max(0, ...coarse.map(({ restUa }) => restUa)),
    trembling: levels.filter(({ valuesUa }) => trembles(valuesUa)).map(({ signal }) => signal.electrode),
  };
}

interface Level {
  readonly signal: Signal;
  readonly valuesUa: readonly number[];
  /** Decimal places that it is written to. */
  readonly places: number;
}

/** Noise shows a converter's step by itself. A column of currents is taken as it stands, one of voltages came from a converter. */
function isQuietVoltage({ signal, valuesUa }: Level, { contacts = {} }: CaptureMapping): boolean {
  return (
    contacts[electrodeName(signal.electrode)]?.uaPerVolt !== undefined &&
    noiseOf(valuesUa.slice(0, ROWS_LOOKED_AT)) === 0
  );
}

/** Noise of a column, or what its converter hides. */
function coarsenessOf(level: Level, mapping: CaptureMapping) {
  const { signal, valuesUa, places } = level;
  if (!isQuietVoltage(level, mapping)) return { noiseUa: noiseOf(valuesUa), converterUa: 0, restUa: 0 };
  const converterUa = stepOf(valuesUa, Math.abs(signal.scale) / 10 ** places);
  const leastUa = valuesUa.reduce(
    (least, valueUa) => Math.min(least, Math.abs(valueUa)),
    Number.POSITIVE_INFINITY,
  );
  const noiseUa = flipNoiseOf(valuesUa, converterUa);
  return { noiseUa, converterUa, restUa: leastUa <= converterUa / 2 + 1e-6 ? leastUa : 0 };
}

/** Of changes alone sigrok tells the rate; those of Logic 2 lie on a grid of samples, of which all steps are multiples. */
function samplingOf(
  { sampleRateHz, names }: CsvLayout,
  steps: readonly number[],
  placeNs: number,
): number | null {
  if (sampleRateHz !== undefined) return 1e9 / sampleRateHz;
  if (names[0] !== 'Time [s]' || steps.length === 0) return null;
  return Math.min(
    SAMPLING_NS_MAX,
    placeNs * steps.map((step) => Math.round(step / placeNs)).reduce(divisorOf),
  );
}

/** The greatest common divisor. */
function divisorOf(a: number, b: number): number {
  return b === 0 ? a : divisorOf(b, a % b);
}

/** Decimal places of a number, its exponent taken into account: 1.250E-03 has 6. */
function placesOf(cell: string): number {
  const match = /[.,](\d*)(?:e([+-]?\d+))?$|e([+-]?\d+)$/i.exec(cell);
  return (match?.[1]?.length ?? 0) - Number(match?.[2] ?? match?.[3] ?? 0);
}

/** The step that almost all rows are apart, or null. */
function evenStepNs(steps: readonly number[], placeNs: number): number | null {
  if (steps.length < 3) return null;
  const medianNs = medianOf(steps);
  const even = steps.filter((step) => Math.abs(step - medianNs) <= 0.01 * medianNs + placeNs);
  if (!(medianNs > 0) || even.length < EVEN_SHARE * steps.length) return null;
  return even.reduce((sum, step) => sum + step, 0) / even.length;
}
