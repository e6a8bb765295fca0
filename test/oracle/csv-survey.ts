// What the first rows of a CSV tell of how it was made: whether it is sampled evenly, and how much its levels tremble.

import { ELECTRODES } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { type CsvColumns, rowReader } from './csv-columns.ts';
import { type CsvLayout, isBlank, splitRow } from './csv-layout.ts';
import type { LineReader } from './lines.ts';
import type { CaptureMapping } from './mapping.ts';

export interface Survey {
  /** Rows are samples, `stepNs` apart but for gaps; else there is one row for each change. */
  readonly sampled: boolean;
  /** Time between samples, or the last place that times are written to, ns. */
  readonly stepNs: number;
  /** Time between the samples that rows, or changes alone, were taken from, ns; null where the file does not tell. */
  readonly samplingNs: number | null;
  /** The largest distance from its level that noise and converter give a sample, µA; 0 where rows are changes. */
  readonly noiseUa: number;
  /** Electrodes whose level is hardly ever the same in two samples. */
  readonly trembling: readonly number[];
}

/** Logic 2 samples no slower; regular changes alone may lie on a coarser grid. */
const SAMPLING_NS_MAX = 1000;
const ROWS_LOOKED_AT = 20_000;
/** Fewer rows tell nothing of noise. */
const NOISE_ROWS_MIN = 100;
/** So many of the steps must be the same in an evenly sampled file: the others are gaps. */
const EVEN_SHARE = 0.9;
/** Steps of a level that are greater than this share of its range are edges and not the converter's. */
const CONVERTER_SHARE_MAX = 1 / 40;
/** Gaussian noise passes this many standard deviations once in 1.7 million samples. */
const NOISE_SIGMAS = 5;
/** Median of the absolute value of a Gaussian variable, in standard deviations. */
const MEDIAN_SIGMAS = 0.6745;

/** Reads the first rows, `lines` being at the second of them. Throws CaptureError where there is none. */
export function surveyOf(columns: CsvColumns, lines: LineReader, mapping: CaptureMapping): Survey {
  const { layout, time, signals } = columns;
  const { origin, first, separator } = layout;
  const read = rowReader(columns, mapping);
  const electrodes = signals
    .filter(({ signal }) => signal.kind === 'level')
    .map((one) => one.signal.electrode);
  const steps: number[] = [];
  const changes = electrodes.map(() => [] as number[]);
  const before = new Float64Array(ELECTRODES);
  let lastNs = Number.NaN;
  let places = 0;
  const empty = new Set(signals.map(({ column }) => column));
  const take = (line: string, number: number) => {
    const { timeNs, values } = read(line, number);
    const cells = splitRow(line, separator);
    if (time.column >= 0) places = Math.max(places, placesOf(cells[time.column]));
    for (const column of empty) if (cells[column] !== '') empty.delete(column);
    if (!Number.isNaN(lastNs)) {
      steps.push(timeNs - lastNs);
      electrodes.forEach((e, i) => {
        changes[i].push(values.valuesUa[e] - before[e]);
      });
    }
    before.set(values.valuesUa);
    lastNs = timeNs;
  };
  if (first !== null && !(lines.unfinished && lines.line === first.line)) take(first.text, first.line);
  for (const line of lines) {
    if (lines.unfinished || steps.length >= ROWS_LOOKED_AT) break;
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
      trembling: [],
    };
  }
  const trembling = electrodes.filter((_, i) => medianOf(changes[i].map(Math.abs)) > 0);
  return {
    sampled: true,
    stepNs,
    samplingNs: stepNs,
    noiseUa: Math.max(0, ...changes.map(noiseOf)),
    trembling,
  };
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

/** From the differences between neighbouring samples: edges are rare among them. */
function noiseOf(changes: readonly number[]): number {
  if (changes.length < NOISE_ROWS_MIN) return 0;
  const magnitudes = changes.map(Math.abs);
  const sigma = medianOf(magnitudes) / MEDIAN_SIGMAS / Math.SQRT2;
  const range = magnitudes.reduce((most, change) => Math.max(most, change), 0);
  let converterUa = Number.POSITIVE_INFINITY;
  for (const change of magnitudes) if (change > 0) converterUa = Math.min(converterUa, change);
  if (converterUa > range * CONVERTER_SHARE_MAX) converterUa = 0;
  return NOISE_SIGMAS * sigma + 1.5 * converterUa;
}

function medianOf(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
