// Reads a CSV of currents as a capture: a time column and columns named E1 … CASE, sampled or one row for each change.

import { sourceOf } from './bytes.ts';
import type { Capture, Stretch } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { parseHeader, type Row, rowReader, splitRow } from './csv-header.ts';
import { LineReader } from './lines.ts';
import { Stretcher } from './stretcher.ts';

export interface CsvMapping {
  /** Name of the time column. Default: the one named time or t, with a unit. */
  readonly time?: string;
  /** Unit of the time column where its name has none. */
  readonly timeUnit?: 's' | 'ms' | 'us' | 'ns';
  /** Unit of the currents where the names of their columns have none. */
  readonly levelUnit?: 'uA' | 'mA';
  /** Names of columns by electrode, such as { "E1": "Channel A (mA)" }. */
  readonly columns?: Readonly<Record<string, string>>;
  /** Time between samples, ns. Default: as found in the file. */
  readonly resolutionNs?: number;
  /** Currents up to this are zero, µA. Default 0. */
  readonly zeroUa?: number;
  /** A stretch goes on while the currents stay within this of its first sample, µA. Default 0. */
  readonly noiseUa?: number;
  /** Stretches shorter than this (samples in the middle of an edge) count to the next, ns. */
  readonly settleNs?: number;
}

export interface CsvCapture extends Capture {
  /** What the user should know about the file. */
  readonly warnings: readonly string[];
}

/** Rows that tell whether a file is sampled evenly, and how finely its times are written. */
const ROWS_LOOKED_AT = 1000;

interface Timing {
  readonly sampled: boolean;
  readonly stepNs: number;
}

/**
 * Reads a CSV from a path, or from its text (anything with a line break). Empty cells keep the value before; electrodes
 * without a column are at zero; a zero is neither recharge nor open unless a column RECHARGE says so. Throws CaptureError.
 */
export function readCsv(pathOrText: string, mapping: CsvMapping = {}): CsvCapture {
  const source = sourceOf(pathOrText);
  const rows = () => new LineReader(source.origin, source.chunks());
  const timing = timingOf(source.origin, rows(), mapping);
  const unfinished = !source.tail(1).endsWith('\n');
  return {
    origin: source.origin,
    resolutionNs: mapping.resolutionNs ?? timing.stepNs,
    hasLevels: true,
    warnings: unfinished
      ? [`${source.origin}: the last line has no line break: the file may be cut; judged up to that line`]
      : [],
    *stretches(): Iterable<Stretch> {
      const stretcher = new Stretcher(mapping.settleNs);
      const lines = rows();
      const read = rowReader(parseHeader(source.origin, lines, mapping), mapping);
      let lastNs = Number.NEGATIVE_INFINITY;
      for (const line of lines) {
        // Its last cell may have lost digits: of a line that may be cut no current is taken, and no row has to come of it.
        if (lines.unfinished) break;
        const row = read(line, lines.line);
        if (!row) continue;
        if (row.timeNs <= lastNs) throw new CaptureError(source.origin, lines.line, goesBack(row, lastNs));
        lastNs = row.timeNs;
        stretcher.change(row.timeNs, row.state, row.levelsUa);
        yield* stretcher.take();
      }
      stretcher.end(timing.sampled ? lastNs + timing.stepNs : lastNs);
      yield* stretcher.take();
    },
  };
}

function goesBack(row: Row, lastNs: number): string {
  return `time goes from ${lastNs} ns to ${row.timeNs} ns: rows must be in the order of time`;
}

/** Evenly sampled: the step. One row for each change: the last place that times are written to. */
function timingOf(origin: string, lines: LineReader, mapping: CsvMapping): Timing {
  const header = parseHeader(origin, lines, mapping);
  const read = rowReader(header, mapping);
  const stepsNs: number[] = [];
  let lastNs = Number.NaN;
  let places = 0;
  for (const line of lines) {
    if (lines.unfinished) break;
    const row = read(line, lines.line);
    if (!row) continue;
    const cell = splitRow(line, header.separator)[header.timeColumn] ?? '';
    places = Math.max(places, /[.,](\d+)/.exec(cell)?.[1].length ?? 0);
    if (!Number.isNaN(lastNs)) stepsNs.push(row.timeNs - lastNs);
    lastNs = row.timeNs;
    if (stepsNs.length >= ROWS_LOOKED_AT) break;
  }
  if (Number.isNaN(lastNs)) throw new CaptureError(origin, lines.line, 'no row of values: capture again');
  const meanNs = stepsNs.reduce((sum, step) => sum + step, 0) / stepsNs.length;
  const placeNs = header.timeScaleNs / 10 ** places;
  const sampled =
    stepsNs.length > 2 && stepsNs.every((step) => Math.abs(step - meanNs) <= 0.01 * meanNs + placeNs);
  return sampled ? { sampled, stepNs: meanNs } : { sampled, stepNs: placeNs };
}
