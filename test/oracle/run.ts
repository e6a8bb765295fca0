// One run of a therapy, from its first pulse to its end: pairs the pulses that were seen with those that were due.

import { ANCHOR_PULSES, findStart, type StartRange } from './anchor.ts';
import { BurstCounter } from './bursts.ts';
import { DuePulses } from './due-pulses.ts';
import { type FindingList, us } from './finding.ts';
import type { GapList } from './gaps.ts';
import { AreaIntent, type Command, type Intent } from './intent.ts';
import { LevelJudge } from './levels.ts';
import type { AreaMeter } from './measure.ts';
import type { Terms } from './options.ts';
import { type AreaPlan, PULSE_REST_US } from './plan.ts';
import { hasPolarity, type SeenPulse } from './pulse.ts';
import { type DuePulse, delayBoundUs, Schedule } from './schedule.ts';
import { ShapeJudge } from './shape.ts';
import { commonRange, FallTracker, type StopRange } from './soft-stop.ts';
import { isFaintPulse } from './visibility.ts';

/** Pulses due later than this after the one at hand are of no concern to it: longer than the longest period, 500 ms. */
const AHEAD_NS = 1e9;

/** Shape and amplitude of a due pulse. */
const FIT_MIN = 6;

export interface RunContext {
  readonly areas: readonly AreaPlan[];
  readonly terms: Terms;
  readonly findings: FindingList;
  readonly meters: readonly AreaMeter[];
  /** Start of the capture, ns. */
  readonly captureStartNs: number;
  readonly gaps: GapList;
  /** Where its START lets t0 be. */
  readonly start: StartRange;
  readonly release: (pulse: SeenPulse) => void;
}

/** When a run was told to stop or switched off; infinite: never. */
export interface RunEnd {
  readonly stopNs: number;
  readonly offNs: number;
}

export class Run {
  /** End of the last driven phase, ns. */
  lastEndNs = 0;
  pulses = 0;
  /** Since when pulses that were due did not come up to the end, ns; null: they came. */
  silentFromNs: number | null = null;
  readonly end: RunEnd;
  readonly #context: RunContext;
  readonly #shape: ShapeJudge;
  readonly #due: DuePulses;
  readonly #intents: AreaIntent[];
  readonly #levels: LevelJudge[];
  readonly #bursts: BurstCounter[];
  readonly #falls: FallTracker[];
  readonly #boundsUs: number[];
  /** When all output has ended after STOP at the latest, ns; infinite without one. */
  readonly #stopEndNs: number;
  #waiting: SeenPulse[] = [];
  #held: SeenPulse | null = null;

  constructor(context: RunContext, changes: readonly Command[], end: RunEnd) {
    const { areas, terms, findings, meters } = context;
    this.#context = context;
    this.end = end;
    this.#shape = new ShapeJudge(findings, terms);
    this.#intents = areas.map(
      (area) => new AreaIntent(area, changes, terms.amplitudeLatencyNs, terms.stopLatencyNs),
    );
    this.#due = new DuePulses(new Schedule(areas), this.#intents, terms);
    if (Number.isFinite(end.stopNs)) for (const intent of this.#intents) intent.stop(end.stopNs);
    this.#levels = this.#intents.map((intent) => new LevelJudge(findings, terms, this.#shape, intent));
    this.#bursts = areas.map(() => new BurstCounter(findings));
    this.#falls = areas.map((area) => new FallTracker(area, terms.levelToleranceUa, terms.stopLatencyNs));
    this.#boundsUs = areas.map((area) => delayBoundUs(area, areas));
    const rampUs = Math.max(...areas.map((area) => area.rampDownUs));
    const pulsesUs = areas.reduce((sum, area) => sum + area.occupancyUs, 0);
    this.#stopEndNs = end.stopNs + terms.stopLatencyNs + (rampUs + pulsesUs) * 1000;
    for (const meter of meters) meter.newRun();
  }

  /** The instant that the therapy's times count from, ns; null before the first pulses. */
  get t0Ns(): number | null {
    return this.#due.t0Ns;
  }

  /** When the output has been switched off at the latest, ns; infinite if it was not told to end. */
  get offByNs(): number {
    return Math.min(this.#stopEndNs, this.end.offNs + this.#context.terms.offLatencyNs);
  }

  /** The next pulse that was seen. It is judged when the one after it is known. */
  feed(pulse: SeenPulse): void {
    const { areas, release, terms } = this.#context;
    // Where the soft start comes out of the noise, a pulse that may be under it says nothing of t0.
    if (this.t0Ns === null && isFaintPulse(pulse, areas, { ...terms, levelToleranceUa: 0 })) {
      release(pulse);
      return;
    }
    this.pulses++;
    this.lastEndNs = Math.max(this.lastEndNs, pulse.hasSecond ? pulse.secondEndNs : pulse.firstEndNs);
    if (this.t0Ns !== null) {
      this.#advance(pulse);
      return;
    }
    this.#waiting.push(pulse);
    if (this.#waiting.length >= ANCHOR_PULSES) this.#anchor();
  }

  /** The capture, or the time of this run, ends. */
  finish(endNs: number): void {
    if (this.pulses === 0) {
      this.#silent(endNs);
      return;
    }
    if (this.t0Ns === null) this.#anchor();
    if (this.#held) this.#match(this.#held, null);
    this.#held = null;
    if (this.t0Ns !== null) this.#missingUntil(endNs);
    for (const counter of this.#bursts) counter.close();
  }

  /** Where a STOP that the run was not told of may have been taken: the amplitudes have gone down as after one. */
  softStop(endNs: number): StopRange | null {
    return commonRange(this.#falls.map((fall) => fall.range(endNs)));
  }

  #anchor(): void {
    const { areas, captureStartNs, findings, start, terms } = this.#context;
    const found = findStart(this.#waiting, areas, terms, start, captureStartNs);
    const t0Ns = found ?? this.#waiting[0].onsetNs;
    this.#due.begin(t0Ns);
    if (t0Ns > start.highNs + terms.toleranceNs) {
      const message = () =>
        `the therapy began ${us(t0Ns - start.lowNs)} after START; ${us(start.highNs - start.lowNs)} at most expected`;
      findings.add('late-start', t0Ns, message);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const pulse of waiting) this.#advance(pulse);
  }

  /** A run without a pulse: right only if none had to come before it ended, begun as late as may be. */
  #silent(endNs: number): void {
    const { captureStartNs, findings, start, terms } = this.#context;
    const told = Number.isFinite(start.lowNs);
    this.#due.t0Ns = told ? start.highNs : captureStartNs + terms.startLatencyNs;
    const expected = this.#demandsPulse(endNs);
    this.#due.t0Ns = null;
    if (!expected) return;
    const of = told ? `no pulse after START at ${us(start.lowNs)}` : 'the capture shows no pulse at all';
    findings.add('no-output', told ? start.lowNs : captureStartNs, () => `${of}; the therapy expected`);
  }

  /** Whether a pulse was demanded that had to be complete before the end. */
  #demandsPulse(endNs: number): boolean {
    for (;;) {
      const due = this.#due.peek(0, endNs);
      if (!due) return false;
      const onsetNs = this.#due.atNs(due.onsetUs);
      const whole = onsetNs + due.area.occupancyUs * 1000 + this.#context.terms.toleranceNs <= endNs;
      if (whole && this.#isRequired(due, this.#due.intentOf(due))) return true;
      this.#due.shift(onsetNs);
    }
  }

  #advance(pulse: SeenPulse): void {
    const held = this.#held;
    this.#held = pulse;
    if (!held) return;
    this.#match(held, pulse);
    this.#context.release(held);
  }

  #match(pulse: SeenPulse, next: SeenPulse | null): void {
    const endNs = this.offByNs;
    if (pulse.onsetNs > endNs) {
      const message = () => `a pulse ${us(pulse.onsetNs - endNs)} after all output should have ended`;
      this.#context.findings.add('output-after-end', pulse.onsetNs, message);
      return;
    }
    const toleranceNs = this.#due.toleranceNs(pulse);
    for (;;) {
      const due = this.#due.peek(0, pulse.onsetNs + AHEAD_NS);
      if (!due) break;
      const dueNs = this.#due.atNs(due.onsetUs);
      const errorNs = pulse.onsetNs - dueNs;
      if (this.#isFaint(due)) {
        // What is seen of a faint pulse may be anything, and comes before its end.
        if (errorNs < -toleranceNs) break;
        if (errorNs <= due.area.occupancyUs * 1000 + toleranceNs) return;
        this.#due.shift(dueNs);
        continue;
      }
      if (this.#isSkipped(pulse, next, due, toleranceNs)) {
        this.#missing(due);
        continue;
      }
      if (Math.abs(errorNs) <= toleranceNs || this.#fitsWhileStopping(pulse, due, toleranceNs)) {
        this.#accept(pulse, due, toleranceNs);
        return;
      }
      if (errorNs < 0) {
        if (this.#isExtra(pulse, next, due, toleranceNs)) break;
        this.#accept(pulse, due, toleranceNs);
        return;
      }
      const second = this.#due.peek(1, pulse.onsetNs + AHEAD_NS);
      const secondNs = second ? this.#due.atNs(second.onsetUs) : Number.POSITIVE_INFINITY;
      const nearer = secondNs - pulse.onsetNs < errorNs || errorNs > AHEAD_NS;
      if (nearer || Math.abs(secondNs - pulse.onsetNs) <= toleranceNs) {
        this.#missing(due);
        continue;
      }
      if (!hasPolarity(pulse.firstUa, due.area)) break;
      this.#accept(pulse, due, toleranceNs);
      return;
    }
    this.#extra(pulse);
  }

  #isFaint(due: DuePulse): boolean {
    const { faintUa } = this.#context.terms;
    return faintUa > 0 && due.area.isFaint(this.#due.intentOf(due).lowUa, faintUa);
  }

  /** A pulse of another area, where the due one need not come any more: its area has fallen silent before the others. */
  #isSkipped(pulse: SeenPulse, next: SeenPulse | null, due: DuePulse, toleranceNs: number): boolean {
    if (pulse.onsetNs < this.#due.atNs(due.idealUs) - toleranceNs) return false;
    if (this.#isRequired(due, this.#due.intentOf(due))) return false;
    const fit = this.#fitOf(pulse, due, toleranceNs);
    if (fit < 0) return true;
    for (let i = 1; ; i++) {
      const other = this.#due.peek(i, pulse.onsetNs + AHEAD_NS);
      if (!other || this.#due.atNs(other.idealUs) > pulse.onsetNs + toleranceNs) return false;
      if (other.area === due.area) continue;
      const otherFit = this.#fitOf(pulse, other, toleranceNs);
      if (otherFit > fit) return true;
      const latestNs = this.#due.atNs(other.idealUs) + this.#boundsUs[other.area.index] * 1000 + toleranceNs;
      // The last pulse that can be the other one, which must come.
      const isLast = !next || next.onsetNs > latestNs || this.#fitOf(next, other, toleranceNs) < FIT_MIN;
      if (otherFit >= FIT_MIN && isLast && this.#isRequired(other, this.#due.intentOf(other))) return true;
    }
  }

  /** How well a pulse fits a due one where areas share electrodes: −1 not at all; its shape first, then amplitude, instant. */
  #fitOf(pulse: SeenPulse, due: DuePulse, toleranceNs: number): number {
    const { area } = due;
    if (!hasPolarity(pulse.firstUa, area)) return -1;
    const hasLevels = this.#context.terms.hasLevels && !pulse.cut;
    const seenUa = pulse.amplitudeUa();
    if (hasLevels && this.#shape.firstWrong(pulse.firstUa, area.levels(seenUa).firstUa) >= 0) return -1;
    const { lowUa, highUa } = this.#due.intentOf(due);
    const isAmplitude = !hasLevels || (seenUa >= lowUa && seenUa <= highUa);
    const atNs = [this.#due.atNs(due.idealUs), this.#due.atNs(due.onsetUs)];
    const isInstant = atNs.some((onsetNs) => Math.abs(pulse.onsetNs - onsetNs) <= toleranceNs);
    return (this.#shape.fits(pulse, area) ? 4 : 0) + (isAmplitude ? 2 : 0) + (isInstant ? 1 : 0);
  }

  /** An early pulse: one too many, unless it is the due one displaced. */
  #isExtra(pulse: SeenPulse, next: SeenPulse | null, due: DuePulse, toleranceNs: number): boolean {
    const dueNs = this.#due.atNs(due.onsetUs);
    if (next && Math.abs(next.onsetNs - dueNs) <= toleranceNs) return true;
    if (!hasPolarity(pulse.firstUa, due.area)) return true;
    return dueNs - pulse.onsetNs > (dueNs - this.#due.lastDueNs) / 2;
  }

  /** While areas fall silent one by one it is open whether their pulses still delay others. */
  #fitsWhileStopping(pulse: SeenPulse, due: DuePulse, toleranceNs: number): boolean {
    const boundUs = this.#boundsUs[due.area.index];
    if (boundUs === 0 || pulse.onsetNs < this.end.stopNs) return false;
    const delayNs = pulse.onsetNs - this.#due.atNs(due.idealUs);
    return (
      delayNs >= -toleranceNs &&
      delayNs <= boundUs * 1000 + toleranceNs &&
      hasPolarity(pulse.firstUa, due.area)
    );
  }

  #accept(pulse: SeenPulse, due: DuePulse, toleranceNs: number): void {
    const { area } = due;
    const { findings, meters, terms } = this.#context;
    const idealNs = this.#due.atNs(due.idealUs);
    const dueNs = this.#due.atNs(due.onsetUs);
    const fits = this.#fitsWhileStopping(pulse, due, toleranceNs);
    const errorNs = fits ? 0 : pulse.onsetNs - dueNs;
    if (Math.abs(errorNs) > toleranceNs) this.#reportOnset(pulse, due, errorNs, toleranceNs);
    const delayNs = Math.max(0, pulse.onsetNs - idealNs);
    const intent = this.#intents[area.index].of(due, idealNs, dueNs);
    const levels = this.#levels[area.index].judge(pulse, due, intent, idealNs);
    if (terms.hasLevels) this.#falls[area.index].add(pulse, intent, idealNs);
    const cutByOff = pulse.endNs >= this.end.offNs;
    if (cutByOff) this.#reportOff(pulse);
    else if (!pulse.cut) this.#shape.judge(pulse, due, levels);
    if (pulse.restBeforeNs < PULSE_REST_US * 1000 - terms.toleranceNs && !pulse.cut) {
      const message = () =>
        `area ${area.index + 1}: ${us(pulse.restBeforeNs)} of rest before the pulse; at least 10 µs expected`;
      findings.add('overlap', pulse.onsetNs, message);
    }
    if (cutByOff) pulse.cut = true;
    meters[area.index].add(pulse, due, errorNs, delayNs);
    this.#bursts[area.index].add(due, dueNs, true);
    this.#due.followClock(pulse, fits ? 0 : errorNs);
    this.#due.shift(dueNs);
  }

  #reportOnset(pulse: SeenPulse, due: DuePulse, errorNs: number, toleranceNs: number): void {
    const boundUs = this.#boundsUs[due.area.index];
    const delayNs = pulse.onsetNs - this.#due.atNs(due.idealUs);
    const what = `area ${due.area.index + 1}: onset`;
    if (boundUs > 0 && delayNs > boundUs * 1000 + toleranceNs) {
      const message = () => `${what} ${us(delayNs)} after the ideal one; at most ${boundUs} µs expected`;
      this.#context.findings.add('delay-bound', pulse.onsetNs, message);
      return;
    }
    const side = errorNs < 0 ? 'early' : 'late';
    const message = () =>
      `${what} ${us(Math.abs(errorNs))} ${side}; ${us(this.#due.atNs(due.onsetUs))} expected, ${us(pulse.onsetNs)} seen`;
    this.#context.findings.add('onset', pulse.onsetNs, message);
  }

  /** The pulse that was in progress when the output was switched off may be cut, but not go on. */
  #reportOff(pulse: SeenPulse): void {
    const { findings, terms } = this.#context;
    const drivenEndNs = pulse.hasSecond ? pulse.secondEndNs : pulse.firstEndNs;
    const latencyNs = drivenEndNs - this.end.offNs;
    if (latencyNs <= terms.offLatencyNs + terms.toleranceNs) return;
    const message = () =>
      `output ${us(latencyNs)} after it was switched off; at most ${us(terms.offLatencyNs)} expected`;
    findings.add('off-latency', drivenEndNs, message);
  }

  #missing(due: DuePulse): void {
    const dueNs = this.#due.atNs(due.onsetUs);
    if (this.#isRequired(due, this.#due.intentOf(due))) {
      this.#bursts[due.area.index].add(due, dueNs, false);
      const message = () => `area ${due.area.index + 1}: no pulse; one expected at ${us(dueNs)}`;
      this.#context.findings.add('pulse-missing', dueNs, message);
    }
    this.#due.shift(dueNs);
  }

  /** Whether the capture must show the pulse, whatever amplitude change or STOP is under way. */
  #isRequired(due: DuePulse, intent: Intent): boolean {
    const { captureStartNs, gaps, terms } = this.#context;
    const onsetNs = this.#due.atNs(due.onsetUs);
    const endNs = onsetNs + due.area.occupancyUs * 1000;
    // A pulse that the capture begins with may have begun before it.
    const isLater = onsetNs > captureStartNs + terms.toleranceNs;
    // One that is all but faint may have been taken for it.
    const surelyUa = terms.faintUa > 0 ? terms.faintUa + terms.levelToleranceUa : 0;
    if (!isLater || due.area.isFaint(intent.lowUa, surelyUa)) return false;
    return endNs <= this.end.offNs && !gaps.meets(onsetNs - terms.toleranceNs, endNs + terms.toleranceNs);
  }

  /** What is due and did not come before the end, as one finding. */
  #missingUntil(endNs: number): void {
    let number = 0;
    let firstNs = 0;
    for (;;) {
      const due = this.#due.peek(0, endNs);
      if (!due) break;
      const onsetNs = this.#due.atNs(due.onsetUs);
      const whole = onsetNs + due.area.occupancyUs * 1000 + this.#context.terms.toleranceNs <= endNs;
      if (whole && this.#isRequired(due, this.#due.intentOf(due))) {
        if (number === 0) firstNs = onsetNs;
        number++;
        this.#bursts[due.area.index].add(due, onsetNs, false);
      }
      this.#due.shift(onsetNs);
    }
    if (number === 0) return;
    if (this.lastEndNs <= firstNs) this.silentFromNs = firstNs;
    const message = () => `no pulse from ${us(firstNs)} to ${us(endNs)}; ${number} more pulses expected`;
    this.#context.findings.addMany('pulse-missing', number, firstNs, message);
  }

  #extra(pulse: SeenPulse): void {
    const { areas, findings, terms } = this.#context;
    if (pulse.restBeforeNs < PULSE_REST_US * 1000 - terms.toleranceNs && !pulse.cut) {
      const message = () => `${us(pulse.restBeforeNs)} of rest between two outputs; at least 10 µs expected`;
      findings.add('overlap', pulse.onsetNs, message);
    }
    const area = areas.find((candidate) => hasPolarity(pulse.firstUa, candidate));
    if (area) this.#bursts[area.index].addExtra();
    if (area && area.periodUs > 0) {
      const inPeriodUs = ((pulse.onsetNs - (this.t0Ns ?? 0)) / 1000) % area.periodUs;
      if (inPeriodUs < 0 || inPeriodUs >= area.onUs) {
        const message = () =>
          `area ${area.index + 1}: a pulse in the off-time, ${us(inPeriodUs * 1000)} into the cycle`;
        findings.add('cycling', pulse.onsetNs, message);
        return;
      }
    }
    const of = area ? `area ${area.index + 1}: ` : '';
    findings.add('pulse-extra', pulse.onsetNs, () => `${of}a pulse that is not due`);
  }
}
