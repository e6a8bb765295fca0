// What L5 believes of each electrode, recomputed in floating point from a capture, beside what a body model with the same
// capture really gets. Written from the design's words: bounds of the true charge that widen with each charge and shrink
// towards zero in recharge.

import { Body, type BodyOptions } from '../../../sim/index.ts';
import { type Capture, ELECTRODES } from '../../oracle/index.ts';

const CASE = 16;
const HALF_LIFE_US = 7200;
const ARMED_DOUBT_PC = 10_000;

/** Bounds of the true charge of each electrode, pC. */
export class Bounds {
  readonly accountPc = new Float64Array(ELECTRODES);
  readonly highPc = new Float64Array(ELECTRODES).fill(ARMED_DOUBT_PC);
  readonly lowPc = new Float64Array(ELECTRODES).fill(-ARMED_DOUBT_PC);

  drive(levelsUa: Int32Array, durationUs: number): void {
    let contactsPc = 0;
    for (let e = 0; e < CASE; e++) contactsPc += Math.abs(levelsUa[e]) * durationUs;
    for (let e = 0; e < ELECTRODES; e++) {
      const chargePc = levelsUa[e] * durationUs;
      const doubtPc = Math.abs(chargePc) / 25 + (e === CASE && chargePc !== 0 ? contactsPc / 50 : 0);
      this.accountPc[e] += chargePc;
      this.highPc[e] += chargePc + doubtPc;
      this.lowPc[e] += chargePc - doubtPc;
    }
  }

  recharge(durationUs: number): void {
    const left = 2 ** (-durationUs / HALF_LIFE_US);
    for (let e = 0; e < ELECTRODES; e++) {
      this.accountPc[e] *= left;
      this.highPc[e] = Math.max(0, this.highPc[e]) * left;
      this.lowPc[e] = Math.min(0, this.lowPc[e]) * left;
    }
  }
}

/** The worst of a capture, nC. */
export interface Excess {
  /** How far a true charge of a driven electrode went past its bounds; negative: never. */
  drivenNc: number;
  /** The same for electrodes that have not been driven. */
  idleNc: number;
  /** Largest true charge. */
  trueNc: number;
  /** Largest bound. */
  boundNc: number;
  /** Some segment could not be driven as it was asked for. */
  saturated: boolean;
  readonly bounds: Bounds;
  readonly body: Body;
}

/**
 * Plays a capture to a body and to the bounds, and compares them at the end of every stretch. `armedUs`: instant of the
 * capture from which the interlock counts recharge; where it is left out, the first onset.
 */
export function replay(capture: Capture, options: BodyOptions, armedUs = Number.POSITIVE_INFINITY): Excess {
  const bounds = new Bounds();
  const body = new Body(options);
  const excess: Excess = {
    drivenNc: Number.NEGATIVE_INFINITY,
    idleNc: Number.NEGATIVE_INFINITY,
    trueNc: 0,
    boundNc: 0,
    saturated: false,
    bounds,
    body,
  };
  const driven = new Uint8Array(ELECTRODES);
  let started = false;
  for (const { startNs, endNs, state, levelsUa } of capture.stretches()) {
    const armed: boolean = state === 'recharge' && !started && endNs / 1000 > armedUs;
    const durationUs = (armed ? endNs - Math.max(startNs, 1000 * armedUs) : endNs - startNs) / 1000;
    started ||= state === 'drive' || armed;
    if (state === 'drive') {
      body.drive(levelsUa, durationUs);
      bounds.drive(levelsUa, durationUs);
      excess.saturated ||= body.saturated;
      for (let e = 0; e < ELECTRODES; e++) if (levelsUa[e] !== 0) driven[e] = 1;
    } else if (state === 'open') body.hold(durationUs);
    else if (started) {
      body.recharge(durationUs);
      bounds.recharge(durationUs);
    }
    if (started) compare(excess, driven);
  }
  return excess;
}

function compare(excess: Excess, driven: Uint8Array): void {
  const { bounds, body } = excess;
  const { truePc } = body;
  for (let e = 0; e < ELECTRODES; e++) {
    const pastPc = Math.max(truePc[e] - bounds.highPc[e], bounds.lowPc[e] - truePc[e]);
    if (driven[e] !== 0) excess.drivenNc = Math.max(excess.drivenNc, pastPc / 1000);
    else excess.idleNc = Math.max(excess.idleNc, pastPc / 1000);
    excess.trueNc = Math.max(excess.trueNc, Math.abs(truePc[e]) / 1000);
    excess.boundNc = Math.max(excess.boundNc, bounds.highPc[e] / 1000, -bounds.lowPc[e] / 1000);
  }
}
