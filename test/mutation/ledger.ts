// What the interlock's books say right now, read from its state block, so that a script can ask for exactly what a limit
// still allows and for one more. Offsets are those of firmware/interlock/state.ts; if they move, scripts only get blunter.

import type { Recorder } from './recorder.ts';

const RECORD_WORDS = 8;
const RECORDS_WORD = 27;

export interface ElectrodeBook {
  readonly accountPc: number;
  readonly highPc: number;
  readonly lowPc: number;
  readonly risePc: number;
  readonly fallPc: number;
  readonly limitPc: number;
  readonly limitUa: number;
  readonly peakUa: number;
  readonly restUs: number;
  readonly runUs: number;
}

export function bookOf(recorder: Recorder, electrode: number): ElectrodeBook {
  const words = recorder.player.block
    .subarray(RECORDS_WORD + electrode * RECORD_WORDS)
    .subarray(0, RECORD_WORDS);
  const low = (word: number): number => (word << 16) >> 16;
  return {
    accountPc: words[0],
    highPc: words[1],
    lowPc: words[2],
    risePc: words[3],
    fallPc: words[4],
    limitPc: words[5],
    limitUa: low(words[6]),
    peakUa: words[6] >> 16,
    restUs: low(words[7]),
    runUs: words[7] >> 16,
  };
}

/** Indices of the scalars that scripts look at (state.ts, S_*). */
export const SCALAR = {
  queueUs: 3,
  dischargeUs: 4,
  pollAgeUs: 5,
  unrecoveredUs: 6,
  tripHoldUs: 7,
  tripAgeUs: 8,
  bucketPc: 10,
  turn: 12,
  unsampledUs: 15,
  expected: 24,
  wait: 25,
} as const;

export function scalarOf(recorder: Recorder, scalar: number): number {
  return recorder.player.block[scalar];
}

/** Doubt of a charge, as the interlock counts it. */
export function doubtOf(chargePc: number): number {
  return (chargePc >> 5) + (chargePc >> 7) + (chargePc >> 10) + 3;
}

/** A level and a duration whose product is the charge; undefined where there is none. The search starts anywhere. */
export function factorsOf(recorder: Recorder, chargePc: number): readonly [number, number] | undefined {
  const first = recorder.random.between(10, 1000);
  for (let i = 0; i < 991; i++) {
    const durationUs = 10 + ((first - 10 + i) % 991);
    const levelUa = chargePc / durationUs;
    if (Number.isInteger(levelUa) && levelUa <= 25_500) return [levelUa, durationUs];
  }
  return undefined;
}

/** The smallest charge from 0 to `mostPc` for which a growing amount reaches `target`. */
export function smallestCharge(amount: (chargePc: number) => number, target: number, mostPc: number): number {
  let [low, high] = [0, mostPc];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (amount(middle) >= target) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What passive recharge leaves of a charge, 2^20 times: before it is rounded up (firmware/recharge.ts). */
export function sharedOut(chargePc: number, durationUs: number): number {
  let share = 429_203;
  for (const [coefficient, shift] of [
    [672_118, 15],
    [651_494, 15],
    [826_931, 14],
    [2 ** 20, 13],
  ])
    share = coefficient - Math.floor((durationUs * share) / 2 ** shift);
  return chargePc * share;
}
/** What passive recharge leaves of a charge, as the interlock counts it. */
export function afterRecharge(chargePc: number, durationUs: number): number {
  return Math.ceil(sharedOut(chargePc, durationUs) / 2 ** 20);
}
