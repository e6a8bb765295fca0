// The pulses that a run still has to bring, in their order, and where its capture should show them.

import type { AreaIntent, Intent } from './intent.ts';
import type { Terms } from './options.ts';
import type { SeenPulse } from './pulse.ts';
import type { DuePulse, Schedule } from './schedule.ts';

export class DuePulses {
  /** The instant that the therapy's times count from, ns; null before the first pulses. */
  t0Ns: number | null = null;
  /** Onset of the pulse that was last taken off, ns. */
  lastDueNs = Number.NEGATIVE_INFINITY;
  readonly #schedule: Schedule;
  readonly #intents: readonly AreaIntent[];
  readonly #terms: Terms;
  readonly #ahead: DuePulse[] = [];
  #spare: DuePulse | null = null;
  /** Drift of the capture's clock, followed where one is allowed. */
  #driftNs = 0;
  #lastOnsetNs = 0;

  constructor(schedule: Schedule, intents: readonly AreaIntent[], terms: Terms) {
    this.#schedule = schedule;
    this.#intents = intents;
    this.#terms = terms;
  }

  begin(t0Ns: number): void {
    this.t0Ns = t0Ns;
    this.#lastOnsetNs = t0Ns;
  }

  /** The i-th pulse due that may have an amplitude, if it is due before the horizon. */
  peek(index: number, horizonNs: number): DuePulse | null {
    while (this.#ahead.length > 0 && !this.#isPossible(this.#ahead[0])) this.#ahead.shift();
    while (this.#ahead.length <= index) {
      const due = this.#spare ?? this.#schedule.next();
      this.#spare = due;
      if (this.atNs(due.onsetUs) > horizonNs) return null;
      this.#spare = null;
      if (this.#isPossible(due)) this.#ahead.push(due);
    }
    return this.#ahead[index];
  }

  /** Takes the first one off, which was due at `dueNs`. */
  shift(dueNs: number): void {
    this.lastDueNs = dueNs;
    this.#ahead.shift();
  }

  #isPossible(due: DuePulse): boolean {
    return this.intentOf(due).highUa > 0;
  }

  intentOf(due: DuePulse): Intent {
    return this.#intents[due.area.index].of(due, this.atNs(due.idealUs), this.atNs(due.onsetUs));
  }

  /** A time of the therapy in the capture. */
  atNs(timeUs: number): number {
    return (this.t0Ns ?? 0) + this.#driftNs + timeUs * 1000;
  }

  /** How far a pulse may lie from its instant. */
  toleranceNs(pulse: SeenPulse): number {
    const { toleranceNs, clockPpm } = this.#terms;
    return clockPpm === 0 ? toleranceNs : toleranceNs + this.#allowedNs(pulse);
  }

  /** A pulse was found so far from its instant. */
  followClock(pulse: SeenPulse, errorNs: number): void {
    if (this.#terms.clockPpm === 0) return;
    const allowedNs = this.#allowedNs(pulse);
    this.#driftNs += Math.max(-allowedNs, Math.min(allowedNs, errorNs));
    this.#lastOnsetNs = pulse.onsetNs;
  }

  /** By how much the capture's clock may have drifted since the last pulse. */
  #allowedNs(pulse: SeenPulse): number {
    return (this.#terms.clockPpm / 1e6) * (pulse.onsetNs - this.#lastOnsetNs);
  }
}
