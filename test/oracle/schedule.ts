// When each pulse is due, in µs after the program's t0: exact onsets by integer remainders and the non-pre-emptive interleave.

import type { AreaPlan } from './plan.ts';

/** A pulse that the therapy asks for. */
export interface DuePulse {
  area: AreaPlan;
  /** Number of the on-window, of the burst in it, of the pulse in the burst. */
  window: number;
  burst: number;
  inBurst: number;
  /** Ideal onset within the on-window, µs. */
  tUs: number;
  /** Ideal onset, µs after t0. */
  idealUs: number;
  /** Onset after waiting for pulses of other areas, µs after t0. */
  onsetUs: number;
}

/** floor(k · 10⁹ / rate) for k = 0, 1, 2 …, without ever losing the remainder. */
class Train {
  readonly #rateMhz: number;
  readonly #wholeUs: number;
  readonly #part: number;
  #remainder = 0;
  timeUs = 0;

  constructor(rateMhz: number) {
    this.#rateMhz = Math.max(1, rateMhz);
    this.#wholeUs = Math.floor(1e9 / this.#rateMhz);
    this.#part = 1e9 % this.#rateMhz;
  }

  step(): void {
    this.timeUs += this.#wholeUs;
    this.#remainder += this.#part;
    if (this.#remainder < this.#rateMhz) return;
    this.#remainder -= this.#rateMhz;
    this.timeUs++;
  }

  reset(): void {
    this.timeUs = 0;
    this.#remainder = 0;
  }
}

/** Ideal onsets of one area: pulses in bursts in on-windows. */
class AreaOnsets {
  readonly area: AreaPlan;
  readonly #bursts: Train;
  readonly #pulses: Train;
  window = 0;
  burst = 0;
  inBurst = 0;
  tUs = 0;
  idealUs = 0;

  constructor(area: AreaPlan) {
    this.area = area;
    this.#bursts = new Train(area.rateMhz);
    this.#pulses = new Train(area.intraRateMhz);
  }

  step(): void {
    const { burstPulses, periodUs, onUs } = this.area;
    this.inBurst++;
    this.#pulses.step();
    if (this.inBurst >= burstPulses) this.#nextBurst();
    this.tUs = this.#bursts.timeUs + this.#pulses.timeUs;
    if (periodUs > 0 && this.tUs >= onUs) {
      this.window++;
      this.#bursts.reset();
      this.#pulses.reset();
      this.burst = this.inBurst = this.tUs = 0;
    }
    this.idealUs = this.window * periodUs + this.tUs;
  }

  #nextBurst(): void {
    this.inBurst = 0;
    this.burst++;
    this.#pulses.reset();
    this.#bursts.step();
  }
}

/** The pulses of all areas in the order of their delivery, those of amplitude 0 included. Endless. */
export class Schedule {
  readonly #onsets: AreaOnsets[];
  #freeUs = 0;

  constructor(areas: readonly AreaPlan[]) {
    this.#onsets = areas.map((area) => new AreaOnsets(area));
  }

  next(): DuePulse {
    let first = this.#onsets[0];
    for (const other of this.#onsets) if (other.idealUs < first.idealUs) first = other;
    const { area, window, burst, inBurst, tUs, idealUs } = first;
    const onsetUs = Math.max(idealUs, this.#freeUs);
    this.#freeUs = onsetUs + area.occupancyUs;
    first.step();
    return { area, window, burst, inBurst, tUs, idealUs, onsetUs };
  }
}

/** The most that an onset of `area` may wait: one pulse of every other area, µs. */
export function delayBoundUs(area: AreaPlan, areas: readonly AreaPlan[]): number {
  return areas.reduce((sum, other) => sum + (other === area ? 0 : other.occupancyUs), 0);
}
