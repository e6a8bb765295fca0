// Recognises a soft stop that no command tells of: the amplitude of an area goes down to nothing as after STOP. It only says
// where the STOP may have been taken; whether the output fits is for the judge to say, as with any other STOP.

import type { Intent } from './intent.ts';
import { AMPLITUDE_STEP_UA, type AreaPlan } from './plan.ts';
import type { SeenPulse } from './pulse.ts';

/** Pulses of one area that must have been on the way down: one or two are a fault rather than a ramp. */
const PULSES_MIN = 3;
/** A time on the ramp is known to the device's tick. */
const TICK_NS = 1000;

/** Earliest and latest instant at which the STOP may have been taken, ns of the capture. */
export interface StopRange {
  readonly lowNs: number;
  readonly highNs: number;
}

/** Follows the amplitudes of one area. */
export class FallTracker {
  readonly #area: AreaPlan;
  readonly #slackUa: number;
  readonly #stopLatencyNs: number;
  #lowNs = Number.NaN;
  #highNs = Number.POSITIVE_INFINITY;
  #lastUa = 0;
  #pulses = 0;

  /** `levelToleranceUa`: of one electrode; `stopLatencyNs`: pulses that were queued before the STOP follow for so long. */
  constructor(area: AreaPlan, levelToleranceUa: number, stopLatencyNs: number) {
    this.#area = area;
    this.#slackUa = levelToleranceUa * area.cathodes;
    this.#stopLatencyNs = stopLatencyNs;
  }

  /** The next pulse of the area; `intent` knows of no STOP. */
  add(pulse: SeenPulse, intent: Intent, idealNs: number): void {
    if (this.#area.rampDownUs === 0 || pulse.cut) return;
    const seenUa = pulse.amplitudeUa();
    if (seenUa >= intent.lowUa - this.#slackUa) this.#whole(intent, idealNs);
    else this.#fallen(seenUa, idealNs);
  }

  /** Where the STOP may have been taken, if the amplitude has fallen and the capture shows the end of it. */
  range(endNs: number): StopRange | null {
    const seen = this.#pulses >= PULSES_MIN && this.#lowNs <= this.#highNs;
    if (!seen || endNs < this.#highNs + this.#area.rampDownUs * 1000) return null;
    return { lowNs: this.#lowNs, highNs: this.#highNs };
  }

  #whole(intent: Intent, idealNs: number): void {
    // From within another ramp the amplitude in use is not known: such a stop is not recognised.
    const isSet = intent.lowUa === this.#area.settings.amplitudeUa;
    this.#lowNs = isSet ? idealNs - this.#stopLatencyNs : Number.NaN;
    this.#highNs = Number.POSITIVE_INFINITY;
    this.#lastUa = intent.lowUa;
    this.#pulses = 0;
  }

  #fallen(seenUa: number, idealNs: number): void {
    if (seenUa > this.#lastUa + this.#slackUa) this.#lowNs = Number.NaN;
    this.#lastUa = seenUa;
    this.#pulses++;
    this.#highNs = Math.min(this.#highNs, idealNs);
    if (this.#area.ratio !== 1) return;
    const { amplitudeUa } = this.#area.settings;
    const sinceNs = (valueUa: number) => this.#area.rampDownUs * 1000 * (1 - valueUa / amplitudeUa);
    const leastUa = seenUa - this.#slackUa;
    const mostUa = seenUa + this.#slackUa + AMPLITUDE_STEP_UA;
    this.#lowNs = Math.max(this.#lowNs, idealNs - sinceNs(leastUa) - TICK_NS);
    this.#highNs = Math.min(this.#highNs, idealNs - sinceNs(mostUa) + TICK_NS);
  }
}

/** What all areas that fell agree on; null where none fell or they do not agree. */
export function commonRange(ranges: readonly (StopRange | null)[]): StopRange | null {
  const known = ranges.filter((range) => range !== null);
  if (known.length === 0) return null;
  const lowNs = Math.max(...known.map((range) => range.lowNs));
  const highNs = Math.min(...known.map((range) => range.highNs));
  return lowNs <= highNs ? { lowNs, highNs } : null;
}
