// Reads a CSV as a capture: a header, then samples or one row for each change, of currents, voltages or logic levels.

import { type ByteSource, sourceOf } from './bytes.ts';
import { type Capture, ELECTRODES, type Stretch } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { ClipWatch } from './clipping.ts';
import { type CsvColumns, findColumns, type Row, rowReader } from './csv-columns.ts';
import { isBlank, readLayout } from './csv-layout.ts';
import { type Survey, surveyOf } from './csv-survey.ts';
import type { Command } from './intent.ts';
import { LineReader } from './lines.ts';
import type { CaptureMapping } from './mapping.ts';
import { OrderWatch } from './order-signals.ts';
import { Plateaus } from './plateaus.ts';
import { SignalValues } from './signals.ts';
import { Stretcher, settleOf } from './stretcher.ts';

export interface CsvCapture extends Capture {
  /** What columns ORDER_START … tell of: the commands to judge with. */
  readonly commands: readonly Command[];
  /** What the user should know about the file. Complete once its stretches have been read. */
  readonly warnings: readonly string[];
}

/** Steps longer than this many samples are gaps; times that are written coarsely make one step look like two. */
const GAP_STEPS = 2.5;

/**
 * Reads a CSV from a path, or from its text (anything with a line break): of sigrok and PulseView, of common oscilloscopes, or
 * plain. Empty cells keep the value before; electrodes without a column are at zero; a zero is neither recharge nor open unless
 * a column RECHARGE says so. In evenly sampled rows levels are means, and where rows are missing the output is unseen. Throws
 * CaptureError.
 */
export function readCsv(pathOrText: string, mapping: CaptureMapping = {}): CsvCapture {
  const source = sourceOf(pathOrText);
  const lines = linesOf(source);
  const columns = findColumns(readLayout(source.origin, lines), mapping);
  const survey = surveyOf(columns, lines, mapping);
  const shown = new SignalValues();
  for (const { signal } of columns.signals) shown.declare(signal);
  const { hasLevels, electrodes } = shown;
  const noiseUa = hasLevels ? (mapping.noiseUa ?? survey.noiseUa) : 0;
  const zeroUa = hasLevels ? (mapping.zeroUa ?? Math.max(noiseUa, survey.restUa)) : 0;
  // The noise that is told has the converter in it.
  const converterUa = mapping.noiseUa === undefined ? survey.converterUa : 0;
  const unfinished = !/[\r\n]$/.test(source.tail(1));
  const cutWarnings = unfinished
    ? [`${source.origin}: the last line has no line break: the file may be cut; judged up to that line`]
    : [];
  const rows = new CsvRows(source, columns, survey, { ...mapping, noiseUa, zeroUa });
  return {
    origin: source.origin,
    resolutionNs: mapping.resolutionNs ?? survey.stepNs,
    commands: shown.hasOrders ? readOrders(source, columns) : [],
    hasLevels,
    electrodes,
    levelToleranceUa: mapping.toleranceUa ?? Math.max(noiseUa, zeroUa, roundedUa(converterUa)),
    measured: {
      samplingNs: survey.samplingNs ?? undefined,
      ...(hasLevels ? { noiseUa, zeroUa, converterUa } : {}),
    },
    get warnings() {
      return [...cutWarnings, ...rows.warnings];
    },
    stretches: () => rows.stretches(hasLevels),
  };
}

/** How far from what it was a level of whole µA may be read, µA: half a step, and half a µA. */
function roundedUa(converterUa: number): number {
  return converterUa > 0 ? converterUa / 2 + 0.5 : 0;
}

/** The orders alone, as far as the file goes: they must be known before the output can be judged. */
function readOrders(source: ByteSource, columns: CsvColumns): readonly Command[] {
  const signals = columns.signals.filter(({ signal }) => signal.kind === 'order');
  const watch = new OrderWatch();
  for (const { timeNs, values } of rowsOf(source, { ...columns, signals }, {}))
    watch.see(timeNs, values.orders);
  return watch.commands;
}

/** The rows in the order of time. The yielded object is reused. */
function* rowsOf(source: ByteSource, columns: CsvColumns, mapping: CaptureMapping): Iterable<Row> {
  const { layout } = columns;
  const lines = linesOf(source);
  const { first } = readLayout(source.origin, lines);
  const read = rowReader(columns, mapping);
  let lastNs = Number.NEGATIVE_INFINITY;
  for (let line = first?.text ?? null; line !== null; line = lines.next()) {
    // Its last cell may have lost digits: of a line that may be cut no current is taken, and no row has to come of it.
    if (lines.unfinished) break;
    if (isBlank(line, layout.separator)) continue;
    const row = read(line, lines.line);
    if (row.timeNs <= lastNs) throw new CaptureError(source.origin, lines.line, goesBack(row.timeNs, lastNs));
    lastNs = row.timeNs;
    yield row;
  }
}

function linesOf(source: ByteSource): LineReader {
  return new LineReader(source.origin, source.chunks());
}

type Terms = CaptureMapping & { readonly noiseUa: number; readonly zeroUa: number };

class CsvRows {
  warnings: string[] = [];
  readonly #source: ByteSource;
  readonly #columns: CsvColumns;
  readonly #survey: Survey;
  readonly #terms: Terms;

  constructor(source: ByteSource, columns: CsvColumns, survey: Survey, terms: Terms) {
    this.#source = source;
    this.#columns = columns;
    this.#survey = survey;
    this.#terms = terms;
  }

  *stretches(hasLevels: boolean): Iterable<Stretch> {
    const { sampled, stepNs, samplingNs } = this.#survey;
    const settleNs = this.#terms.settleNs ?? (hasLevels ? 0 : settleOf(samplingNs ?? 0));
    const stretcher = new Stretcher(settleNs);
    const plateaus = sampled && this.#terms.noiseUa > 0 ? new Plateaus(stretcher, this.#terms) : null;
    const gapNs = sampled ? GAP_STEPS * stepNs : Number.POSITIVE_INFINITY;
    const clips = new ClipWatch(this.#survey.trembling);
    let lastNs = Number.NaN;
    let gaps = 0;
    for (const { timeNs, values } of rowsOf(this.#source, this.#columns, this.#terms)) {
      if (timeNs - lastNs > gapNs) {
        gaps++;
        if (plateaus) plateaus.close(lastNs + stepNs);
        else stretcher.change(lastNs + stepNs, 'unseen', NOTHING);
      }
      lastNs = timeNs;
      clips.add(values.valuesUa);
      if (plateaus) plateaus.add(timeNs, values.valuesUa, values.idle());
      else stretcher.change(timeNs, values.state(), values.output());
      yield* stretcher.take();
    }
    plateaus?.end();
    stretcher.end(sampled ? lastNs + stepNs : lastNs);
    yield* stretcher.take();
    const clipped = clips.warnings().map((text) => `${this.#source.origin}: ${text}`);
    this.warnings = [...this.#warningsOf(gaps, plateaus?.spikes ?? 0), ...clipped];
  }

  #warningsOf(gaps: number, spikes: number): string[] {
    const { origin } = this.#source;
    const warnings: string[] = [];
    if (gaps > 0)
      warnings.push(
        `${origin}: ${gaps === 1 ? 'a gap' : `${gaps} gaps`} without samples: what was due there is not judged`,
      );
    if (spikes > 0)
      warnings.push(
        `${origin}: ${spikes === 1 ? 'a sample' : `${spikes} samples`} off the level of both neighbours taken for noise; sample faster, or give noiseUa, if pulses are missed`,
      );
    return warnings;
  }
}

const NOTHING = new Int32Array(ELECTRODES);

function goesBack(timeNs: number, lastNs: number): string {
  if (timeNs === lastNs)
    return `two rows at ${lastNs} ns: times are written too coarsely; export more digits, or map sampleRateHz`;
  return `time goes from ${lastNs} ns to ${timeNs} ns: rows must be in the order of time`;
}
