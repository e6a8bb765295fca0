// Judges a captured output against a therapy, pulse by pulse, in one pass. Written from the design, not from the firmware.

import type { Therapy } from '../../host/therapy/therapy.ts';
import type { StartRange } from './anchor.ts';
import { type Capture, ELECTRODES, type Stretch } from './capture.ts';
import { type Finding, FindingList, type Rule, us } from './finding.ts';
import { GapList } from './gaps.ts';
import type { Command } from './intent.ts';
import { type AreaMeasure, AreaMeter } from './measure.ts';
import { type JudgeOptions, type Terms, termsOf } from './options.ts';
import { type AreaPlan, planTherapy } from './plan.ts';
import { type PlannedRun, planRuns } from './planned-runs.ts';
import { drives, hasPolarity, PulseReader, type SeenPulse } from './pulse.ts';
import { Run } from './run.ts';
import type { StopRange } from './soft-stop.ts';
import { isFaintPulse, notJudged, refuseFaint } from './visibility.ts';

export interface Totals {
  /** Pulses of all areas, those that were not due included. */
  readonly pulses: number;
  readonly stretches: number;
  /** Length of the capture, ns. */
  readonly durationNs: number;
  /** Instant that the first run's times count from, ns of the capture; null where nothing was delivered. */
  readonly startNs: number | null;
  /** Runs: one, and one more for each `start` after an end. */
  readonly runs: number;
  /** Longest time from a STOP to the end of the last phase, ramp-down included, ns; null without one. */
  readonly stopLatencyNsMax: number | null;
  /** Longest time from ESTOP, magnet or trip to zero output, ns; null without one. */
  readonly offLatencyNsMax: number | null;
  /** Since when pulses that were due did not come up to the capture's end, ns of the capture; null: they came. */
  readonly silentFromNs: number | null;
  /** When a soft stop began that no command told of but the output shows whole, about, ns of the capture; else null. */
  readonly softStopNs: number | null;
}

export interface Verdict {
  /** True if nothing was found. */
  readonly holds: boolean;
  readonly origin: string;
  readonly findings: readonly Finding[];
  /** Findings that are counted but not listed. */
  readonly more: number;
  /** All findings by rule. */
  readonly counts: Readonly<Partial<Record<Rule, number>>>;
  readonly areas: readonly AreaMeasure[];
  readonly totals: Totals;
  /** What the capture cannot show and was not judged. */
  readonly notJudged: readonly string[];
}

/** Recharge after the output was switched off, before the interlock lets anything begin. */
const DISCHARGE_NS = 64.8e6;

/**
 * Judges a capture against a therapy: onsets, widths, gaps, levels, counts, balance, overlap, ramps, cycling, stopping.
 * A capture at whose end the amplitudes go down as after STOP, to nothing, is read once more and judged as stopped there.
 * Throws a RangeError for a therapy that cannot be planned and a CaptureError for a capture that cannot be read.
 */
export function judge(capture: Capture, therapy: Therapy, options: JudgeOptions = {}): Verdict {
  const first = new Judge(capture, therapy, options);
  const verdict = first.verdict();
  const range = first.softStop();
  return (range && judgeStopped(capture, therapy, options, range)) ?? verdict;
}

/** The verdict with a STOP at the place found; null where the output does not fit it to the end. */
function judgeStopped(
  capture: Capture,
  therapy: Therapy,
  options: JudgeOptions,
  { lowNs, highNs }: StopRange,
): Verdict | null {
  const commands: Command[] = [...(options.commands ?? []), { kind: 'stop', atNs: lowNs }];
  const stopLatencyNs = Math.max(termsOf(capture, options).stopLatencyNs, highNs - lowNs);
  const verdict = new Judge(capture, therapy, { ...options, commands, stopLatencyNs }).verdict();
  const fits = verdict.more === 0 && verdict.findings.every((finding) => finding.atNs < lowNs);
  if (!fits) return null;
  const softStopNs = Math.round((lowNs + highNs) / 2);
  return { ...verdict, totals: { ...verdict.totals, stopLatencyNsMax: null, softStopNs } };
}

class Judge {
  readonly #capture: Capture;
  readonly #terms: Terms;
  readonly #areas: AreaPlan[];
  readonly #findings: FindingList;
  readonly #meters: AreaMeter[];
  readonly #reader: PulseReader;
  readonly #planned: PlannedRun[];
  readonly #runs: Run[] = [];
  #captureStartNs = 0;
  #pulses = 0;
  #unknown = false;
  #beganAmidPulse = false;
  readonly #gaps = new GapList();
  #endNs = 0;

  constructor(capture: Capture, therapy: Therapy, options: JudgeOptions) {
    this.#capture = capture;
    this.#terms = termsOf(capture, options);
    this.#areas = planTherapy(therapy);
    refuseFaint(capture, this.#areas, this.#terms.faintUa);
    this.#findings = new FindingList(options.findingsMax);
    this.#meters = this.#areas.map((area) => new AreaMeter(area, capture.hasLevels));
    this.#reader = new PulseReader(this.#areas, capture.resolutionNs);
    this.#planned = planRuns(this.#terms.commands);
    this.#reader.onIdleOpen = (startNs, endNs) => {
      const message = () =>
        `electrodes open for ${us(endNs - startNs)} outside an interphase gap; recharge expected`;
      this.#findings.add('idle-open', startNs, message);
    };
  }

  verdict(): Verdict {
    let endNs = 0;
    let stretches = 0;
    for (const stretch of this.#capture.stretches()) {
      if (stretches++ === 0) this.#captureStartNs = stretch.startNs;
      endNs = stretch.endNs;
      if (stretch.state === 'unknown') this.#unknown = true;
      else if (stretch.state === 'unseen') this.#gaps.add(stretch.startNs, stretch.endNs);
      else if (stretch.state !== 'drive') this.#atZero(stretch);
      if (this.#terms.hasLevels) this.#kirchhoff(stretch);
      const pulse = this.#reader.push(stretch);
      if (pulse) this.#feed(pulse);
    }
    const last = this.#reader.end(endNs);
    if (last) this.#feed(last);
    this.#endNs = endNs;
    this.#beginRuns(Number.POSITIVE_INFINITY);
    this.#runs.at(-1)?.finish(endNs);
    if (this.#pulses === 0 && !this.#findings.counts['no-output']) this.#noOutput();
    return this.#result(stretches, endNs);
  }

  /** Where the one run may have been stopped, if nothing says how it ended. Asked after the verdict. */
  softStop(): StopRange | null {
    if (this.#runs.length !== 1 || this.#terms.commands.some((command) => command.kind !== 'start'))
      return null;
    return this.#runs[0].softStop(this.#endNs);
  }

  #feed(pulse: SeenPulse): void {
    if (pulse.begunUnseen || pulse.cut) this.#tooLong(pulse);
    if (pulse.begunUnseen) {
      // What came before is not known, nor is its onset: there is nothing to judge it by.
      this.#beganAmidPulse ||= pulse.onsetNs <= this.#captureStartNs + pulse.restBeforeNs;
      this.#reader.release(pulse);
      return;
    }
    if (isFaintPulse(pulse, this.#areas, this.#terms)) {
      this.#reader.release(pulse);
      return;
    }
    this.#pulses++;
    this.#beginRuns(pulse.onsetNs);
    const run = this.#runs.at(-1);
    if (run) run.feed(pulse);
    else this.#findings.add('pulse-extra', pulse.onsetNs, () => 'a pulse before the therapy was started');
  }

  /** Of a pulse of which a part was not seen: no phase of it may have gone on for longer than the longest that there is. */
  #tooLong(pulse: SeenPulse): void {
    const { clockPpm, toleranceNs } = this.#terms;
    const own = this.#areas.filter((area) => !pulse.begunUnseen && hasPolarity(pulse.firstUa, area));
    const longestUs = (of: readonly AreaPlan[]) =>
      Math.max(...of.map(({ phaseUs, secondUs }) => Math.max(phaseUs, secondUs)));
    const firstUs = own.length > 0 ? Math.max(...own.map(({ phaseUs }) => phaseUs)) : longestUs(this.#areas);
    const phases = [
      [pulse.onsetNs, pulse.firstEndNs, firstUs],
      pulse.hasSecond ? [pulse.secondStartNs, pulse.secondEndNs, longestUs(this.#areas)] : [0, 0, 0],
    ];
    for (const [startNs, endNs, mostUs] of phases) {
      if (endNs - startNs <= mostUs * (1000 + clockPpm / 1000) + toleranceNs) continue;
      const message = () =>
        `output that is not seen whole lasts ${us(endNs - startNs)} at least; phases of ${mostUs} µs at most expected`;
      this.#findings.add('phase-width', startNs, message);
    }
  }

  /** Begins the runs that were started until then, each as the one before it is over. */
  #beginRuns(untilNs: number): void {
    while (this.#runs.length < this.#planned.length) {
      const planned = this.#planned[this.#runs.length];
      if (untilNs < planned.startNs) break;
      this.#runs.at(-1)?.finish(planned.startNs);
      this.#runs.push(this.#newRun(planned));
    }
  }

  #newRun(planned: PlannedRun): Run {
    const context = {
      areas: this.#areas,
      terms: this.#terms,
      findings: this.#findings,
      meters: this.#meters,
      captureStartNs: this.#captureStartNs,
      gaps: this.#gaps,
      start: this.#startRange(planned.startNs),
      release: (pulse: SeenPulse) => this.#reader.release(pulse),
    };
    return new Run(context, this.#terms.commands, planned.end);
  }

  /** A therapy begins when START is taken, not before the discharge after the last output is over. */
  #startRange(startNs: number): StartRange {
    if (!Number.isFinite(startNs)) return { lowNs: startNs, highNs: Number.POSITIVE_INFINITY };
    const offNs = this.#runs.at(-1)?.offByNs ?? this.#captureStartNs;
    const readyNs = Math.max(startNs, offNs + DISCHARGE_NS);
    return { lowNs: startNs, highNs: readyNs + this.#terms.startLatencyNs };
  }

  #kirchhoff(stretch: Stretch): void {
    let sumUa = 0;
    for (let e = 0; e < ELECTRODES; e++) sumUa += stretch.levelsUa[e];
    if (Math.abs(sumUa) <= this.#terms.levelToleranceUa * (this.#capture.electrodes?.size ?? ELECTRODES))
      return;
    this.#findings.add('kirchhoff', stretch.startNs, () => `the currents sum to ${sumUa} µA; 0 µA expected`);
  }

  #atZero(stretch: Stretch): void {
    if (!drives(stretch.levelsUa)) return;
    const message = () => `current flows while the capture says ${stretch.state}; none expected`;
    this.#findings.add('level', stretch.startNs, message);
  }

  /** Nothing was delivered, in however short a capture: right only if it was ended, or every amplitude is zero. */
  #noOutput(): void {
    const { stopNs, offNs } = this.#planned[0].end;
    if (Math.min(stopNs, offNs) <= this.#endNs) return;
    const changes = this.#terms.commands.filter((command) => command.kind === 'amplitude');
    const amplitudesUa = [
      ...this.#areas.map((area) => area.settings.amplitudeUa),
      ...changes.map((change) => change.amplitudeUa ?? 0),
    ];
    if (amplitudesUa.every((amplitudeUa) => amplitudeUa === 0)) return;
    this.#findings.add(
      'no-output',
      this.#captureStartNs,
      () => 'the capture shows no pulse at all; the therapy expected',
    );
  }

  #result(stretches: number, endNs: number): Verdict {
    const findings = this.#findings;
    const stops = this.#runs.filter((run) => Number.isFinite(run.end.stopNs) && run.pulses > 0);
    const offs = this.#runs.filter((run) => Number.isFinite(run.end.offNs) && run.pulses > 0);
    return {
      holds: findings.total === 0,
      origin: this.#capture.origin,
      findings: [...findings.kept].sort((a, b) => a.atNs - b.atNs),
      more: findings.more,
      counts: findings.counts,
      areas: this.#meters.map((meter) => meter.result()),
      totals: {
        pulses: this.#pulses,
        stretches,
        durationNs: endNs - this.#captureStartNs,
        startNs: this.#runs[0]?.t0Ns ?? null,
        runs: this.#runs.length,
        stopLatencyNsMax: worst(stops.map((run) => run.lastEndNs - run.end.stopNs)),
        offLatencyNsMax: worst(offs.map((run) => run.lastEndNs - run.end.offNs)),
        silentFromNs: this.#runs.at(-1)?.silentFromNs ?? null,
        softStopNs: null,
      },
      notJudged: notJudged(this.#terms, {
        startsLate: (this.#runs[0]?.t0Ns ?? endNs) < this.#captureStartNs - this.#terms.toleranceNs,
        beganAmidPulse: this.#beganAmidPulse,
        gaps: this.#gaps.count,
        hasUnknown: this.#unknown,
      }),
    };
  }
}

function worst(latenciesNs: number[]): number | null {
  return latenciesNs.length === 0 ? null : Math.max(0, ...latenciesNs);
}
