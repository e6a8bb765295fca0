// How much of an area's charge can still be there, at worst, when its next pulse comes: sums of the shares that passive
// recharge leaves, over all pulses before, in closed form. A factor of 1 stands for one pulse alone.
//
// Between a pulse and the one k before it lie at least k·T·(1 − load) − k·busy − fixed µs of recharge: T is the ideal
// distance, `load` the share of the time that other areas take, `fixed` what they can take at once. The recharge comes in
// pieces of 10 µs and more, whose credit the interlock rounds down by at most 1/256.

import { RECHARGE_HALF_LIFE_US } from '../../profile.ts';
import { AREAS, PULSE_REST_US } from '../../wire.ts';
import { alphaOf, betaOf, LINES } from './validate-flow.ts';
import {
  bursts,
  busyUs,
  gapQ12,
  intraQ12,
  periodQ12,
  pulses,
  wrapBurstQ12,
  wrapQ12,
} from './validate-train.ts';

const ONE: u64 = 1 << 32;
const HALF_LIFE_Q12: u64 = RECHARGE_HALF_LIFE_US << 12;
/** ln 2 / HALF_LIFE_Q12 in Q56, rounded down. */
const RATE_Q56: u64 = 1693607521;
/** No program is accepted near this factor; Q16 like all factors. */
export const FACTOR_MAX: u64 = 1 << 36;
export const FACTOR_ONE: u64 = 1 << 16;
/** Waiting longer than this for other areas leaves nothing to gain from a bound: 8 half-lives. */
const FIXED_Q12_MAX: u64 = HALF_LIFE_Q12 * 8;
/** Above the error of `kept`, Q32. */
const KEPT_ERROR: u64 = 2048;
/** Floors of the onsets at both ends, and of the pulse in between. */
const ROUNDING_US = 3;
/** Times are cut at 2^20 µs, 145 half-lives, of which nothing is left. */
const TIME_Q12_MAX: u64 = (1 << 20) << 12;

const FACTOR_BYTES = 16;
const factors: usize = memory.data(64, 8);
if (AREAS * FACTOR_BYTES !== 64) ERROR('there are two factors for each area');

/** Charge after any pulse of the area over the charge of one pulse, Q16. */
export function peakFactor(area: i32): u64 {
  return load<u64>(factors + <usize>(area * FACTOR_BYTES), 0);
}
/** The same at the end of the recharge before a burst, or a pulse where there are no bursts, Q16. */
export function troughFactor(area: i32): u64 {
  return load<u64>(factors + <usize>(area * FACTOR_BYTES), 8);
}

/** Share left after `timeQ12` of recharge, Q32: at least 2^(−t/7200), by no more than KEPT_ERROR above it. */
function kept(timeQ12: u64): u64 {
  const halvings = timeQ12 / HALF_LIFE_Q12;
  if (halvings >= 31) return 2;
  const u = ((timeQ12 - halvings * HALF_LIFE_Q12) * RATE_Q56) >> 24;
  // The series of e^−u up to u⁸/8!, which ends on the safe side; coefficients 2^32/k!.
  let sum: u64 = 852176 - ((u * 106522) >> 32);
  sum = 5965232 - ((u * sum) >> 32);
  sum = 35791394 - ((u * sum) >> 32);
  sum = 178956971 - ((u * sum) >> 32);
  sum = 715827883 - ((u * sum) >> 32);
  sum = 2147483648 - ((u * sum) >> 32);
  sum = ONE - ((u * sum) >> 32);
  sum = ONE - ((u * sum) >> 32);
  return min(ONE, ((sum + 64) >> halvings) + 1);
}

/** A share that may be this much too small, for where a large share would flatter. */
function atLeast(share: u64): u64 {
  return share > KEPT_ERROR ? share - KEPT_ERROR : 0;
}

// of the area and line in hand
let load20: u64 = 0;
let ownBusyUs: i32 = 0;

/** Recharge within `timeQ12` of the train that holds `own` pulses, less what the interlock's rounding can lose; Q12. */
function rechargeWithin(timeQ12: u64, own: u64): u64 {
  const open = min(timeQ12, TIME_Q12_MAX) * ((1 << 20) - load20);
  const busy = (own * <u64>ownBusyUs) << 12;
  const restQ12 = open >> 20;
  if (restQ12 <= busy) return 0;
  return ((restQ12 - busy) * 255) >> 8;
}

/** (1 − shareⁿ)/(1 − share), Q16; `shareN` is the n-th power. */
function series(share: u64, shareN: u64): u64 {
  return share >= ONE ? FACTOR_MAX : ((ONE - atLeast(shareN)) << 16) / (ONE - share) + 1;
}
/** value/(1 − share), Q16. */
function forEver(value: u64, share: u64): u64 {
  if (share >= ONE || value > 1 << 31) return FACTOR_MAX;
  return min(FACTOR_MAX, (value << 32) / (ONE - share) + 1);
}
/** share · value, rounded up. */
function scaled(value: u64, share: u64): u64 {
  return value >= FACTOR_MAX ? FACTOR_MAX : (((value >> 4) * (share >> 4)) >> 24) + 32;
}

/** Factor after the last pulse of a burst, the worst of all bursts. */
function burstFactor(area: i32): u64 {
  const count = <u64>pulses(area);
  const intraQ = rechargeWithin(intraQ12(area), 1);
  const burst = count === 1 ? FACTOR_ONE : series(kept(intraQ), kept(intraQ * count));
  const periodQ = rechargeWithin(periodQ12(area), count);
  const steady = forEver(burst, kept(periodQ));
  const windowBursts = bursts(area);
  if (windowBursts === 0 || steady >= FACTOR_MAX) return steady;
  // First and last burst of an on-window, each worse than the other at times, with what the window before has left.
  const wrap = kept(rechargeWithin(wrapBurstQ12(area), count));
  const window = kept(min<u64>(windowBursts - 1, 1 << 20) * periodQ);
  const rise = steady - (((steady >> 4) * (atLeast(window) >> 4)) >> 24);
  const first = forEver(burst + scaled(rise, wrap), scaled(window, wrap));
  if (first >= FACTOR_MAX) return FACTOR_MAX;
  return max(first, rise + scaled(first, window));
}

/** Worst factors with what other areas take: peak into `peak`, before a burst into `trough`. */
let peak: u64 = 0;
let trough: u64 = 0;

function settle(area: i32, fixedQ12: u64, restQ12: u64): void {
  const last = burstFactor(area);
  const growth = (FACTOR_ONE << 32) / max(atLeast(kept(fixedQ12)), 1) + 1;
  const gap = gapQ12(area);
  const wrap = wrapQ12(area);
  const closest = wrap === 0 ? gap : min(gap, wrap);
  const before = scaled(last, kept(rechargeWithin(closest, 1)));
  const worst = max(last, FACTOR_ONE + before);
  if (worst >= FACTOR_MAX >> 8) {
    peak = FACTOR_MAX;
    trough = FACTOR_MAX;
    return;
  }
  peak = FACTOR_ONE + (((worst - FACTOR_ONE) * growth) >> 16) + 1;
  const left = scaled(last, kept(rechargeWithin(min(closest, restQ12), 1)));
  trough = ((left * growth) >> 16) + 1;
}

/**
 * Writes the factors of an area. `used` has a bit for each area with output, `restQ12` is the longest recharge that the
 * trough may wait for, `sharedUs` what a pulse of each area of the program occupies, summed. Pre: trains and flows of all
 * areas in `used` are open.
 */
export function openFactors(area: i32, used: i32, sharedUs: i32, restQ12: u64): void {
  const at = factors + <usize>(area * FACTOR_BYTES);
  store<u64>(at, FACTOR_MAX, 0);
  store<u64>(at, FACTOR_MAX, 8);
  ownBusyUs = busyUs(area);
  for (let number = 0; number < LINES; number++) {
    load20 = 0;
    // Recharge while a pulse is delayed does not count twice: the rests of others, and the pulses of silent areas.
    let fixedQ8 = (<u64>(sharedUs - busyUs(area) - PULSE_REST_US + ROUNDING_US)) << 8;
    for (let other = 0; other < AREAS; other++) {
      if (other === area || (used & (1 << other)) === 0) continue;
      const busy = <u64>busyUs(other);
      load20 += ((busy * betaOf(other, number)) >> 12) + 1;
      fixedQ8 += busy * (alphaOf(other, number) - (1 << 8));
    }
    if (load20 >= 1 << 20 || fixedQ8 << 4 >= FIXED_Q12_MAX) continue;
    settle(area, fixedQ8 << 4, restQ12);
    store<u64>(at, min(load<u64>(at, 0), peak), 0);
    store<u64>(at, min(load<u64>(at, 8), trough), 8);
  }
}
