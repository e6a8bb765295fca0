// The board's charge guard: comparators on every electrode's blocking capacitor, which cut the output by themselves. They see
// the charge that is really there, whoever brought it: the one measure against a current source that sticks, because a phase
// of it can be too long before the converter has told of it.

import type { Peaks } from './peaks.ts';
import type { Sources } from './sources.ts';

/**
 * What the guard lets a blocking capacitor hold, mV. On 4.7 µF ± 5 % that is 4018–4441 nC: above every charge that an accepted
 * therapy leaves, and below 5080 nC (limits.md).
 */
export const GUARD_MV = 900;
/**
 * By how much it lets the capacitor swing between rests of 800 µs, mV: 3126–3455 nC. Above the largest phase that the
 * interlock passes, 2998 nC with its source 2 % off, and below 30 µC/cm², which is 3810 nC.
 */
export const GUARD_SWING_MV = 700;
/** From the comparators to open switches, µs. */
export const GUARD_US = 2;

export class ChargeGuard {
  /** What each electrode may hold and by how much it may swing, pC. */
  readonly #mostPc: Float64Array;
  readonly #swingPc: Float64Array;

  constructor(blockingUf: number, capacitanceScale: readonly number[]) {
    const holds = (mv: number): Float64Array =>
      Float64Array.from(capacitanceScale, (scale) => mv * blockingUf * scale * 1000);
    this.#mostPc = holds(GUARD_MV);
    this.#swingPc = holds(GUARD_SWING_MV);
  }

  /** µs from the start of a drive with these currents until the output is cut; `durationUs` where it is not. */
  allowedUs(sources: Sources, peaks: Peaks, startUs: number, durationUs: number): number {
    const { driven, currentsUa, chargesPc, count } = sources;
    let allowedUs = durationUs;
    for (let i = 0; i < count; i++) {
      const electrode = driven[i];
      const currentUa = currentsUa[i];
      if (currentUa === 0) continue;
      const isUp = currentUa > 0;
      const heldPc = isUp ? chargesPc[i] : -chargesPc[i];
      const swungPc = peaks.swungPc(electrode, startUs, chargesPc[i], isUp);
      const roomPc = Math.min(this.#mostPc[electrode] - heldPc, this.#swingPc[electrode] - swungPc);
      const cutUs = Math.max(0, roomPc / Math.abs(currentUa)) + GUARD_US;
      if (cutUs < allowedUs) allowedUs = cutUs;
    }
    return allowedUs;
  }
}
