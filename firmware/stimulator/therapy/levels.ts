// Shares an amplitude among the electrodes of an area: contact levels in 1 µA that sum to exactly zero.
//
// The cathodes share −A and the anodes +A by their fractions in ‰. Each polarity is split by largest remainder:
// every electrode gets the floor of its share, and the µA that are left go one by one to the electrodes with the
// greatest remainder, ties to the lowest electrode.

import { ELECTRODES } from '../../profile.ts';
import { AREA_FRACTIONS } from '../../wire.ts';

const MILLE = 1000;
/** More than there are electrodes. */
const RANKS = 32;
/** Remainder of a share in ‰ of 1 µA, and −1 where the electrode has got its extra µA or belongs to the other side. */
const remainders: usize = memory.data(68, 4);

/** Fraction of an electrode (0–16) in an area record, ‰, negative for a cathode. */
export function fractionOf(record: usize, electrode: i32): i32 {
  return load<i16>(record + AREA_FRACTIONS + ((<usize>electrode) << 1));
}

/**
 * Writes the floor of the shares of one polarity (`sign` is −1 for the cathodes, 1 for the anodes) and their
 * remainders; returns the µA that are still to be shared out.
 */
function splitFloor(record: usize, amplitudeUa: i32, out: usize, sign: i32): i32 {
  let left = 0;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const at: usize = (<usize>electrode) << 2;
    const fraction = fractionOf(record, electrode) * sign;
    if (fraction <= 0) {
      store<i32>(remainders + at, -1);
      continue;
    }
    const share = amplitudeUa * fraction;
    const whole = share / MILLE;
    store<i32>(out + at, whole * sign);
    store<i32>(remainders + at, share - whole * MILLE);
    left += share - whole * MILLE;
  }
  return left / MILLE;
}

/** Gives one more µA of the polarity `sign` to the electrode with the greatest remainder. */
function giveOne(out: usize, sign: i32): void {
  let best = -1;
  let bestRemainder = -1;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const remainder = load<i32>(remainders + ((<usize>electrode) << 2));
    if (remainder > bestRemainder) {
      best = electrode;
      bestRemainder = remainder;
    }
  }
  if (best < 0) return;
  const at: usize = (<usize>best) << 2;
  store<i32>(remainders + at, -1);
  store<i32>(out + at, load<i32>(out + at) + sign);
}

/**
 * Writes the levels of 17 electrodes (i32, µA, cathodes negative) for an amplitude in µA (0–25,500) to `out`.
 * For fractions that are balanced (cathodes −1000 ‰, anodes +1000 ‰) the levels sum to exactly zero.
 */
export function splitLevels(record: usize, amplitudeUa: i32, out: usize): void {
  for (let electrode = 0; electrode < ELECTRODES; electrode++) store<i32>(out + ((<usize>electrode) << 2), 0);
  for (let sign = -1; sign <= 1; sign += 2) {
    let left = splitFloor(record, amplitudeUa, out, sign); // REQ-THR-001
    // What is left is less than one µA an electrode, so the bound is never met.
    for (let n = 0; n < ELECTRODES && left > 0; n++, left--) giveOne(out, sign);
  }
}

/**
 * True if every level of the amplitude (µA) divides by the ratio (1 or more) of an asymmetric recharge. Each level can only
 * be the multiple of the ratio next to its share, so it is known which electrodes need one more µA: it has to be theirs.
 */
export function levelsDivide(record: usize, amplitudeUa: i32, ratio: i32): bool {
  if (ratio <= 1) return true;
  // The levels of a side sum to the amplitude.
  if (amplitudeUa % ratio !== 0) return false;
  return sideDivides(record, amplitudeUa, ratio, -1) && sideDivides(record, amplitudeUa, ratio, 1);
}

/** The same for one polarity. Most amplitudes fail at one of the first electrodes. */
function sideDivides(record: usize, amplitudeUa: i32, ratio: i32, sign: i32): bool {
  let left = 0;
  let leastUp = i32.MAX_VALUE;
  let mostDown = -1;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const fraction = fractionOf(record, electrode) * sign;
    if (fraction <= 0) continue;
    const share = amplitudeUa * fraction;
    const whole = share / MILLE;
    const remainder = share - whole * MILLE;
    left += remainder;
    // Who comes first when the µA that are left are given: the greater remainder, then the lower electrode.
    const rank = remainder * RANKS + ELECTRODES - electrode;
    const rest = whole % ratio;
    if (rest === 0) mostDown = max(mostDown, rank);
    else if (rest === ratio - 1) {
      leastUp = min(leastUp, rank);
      left -= MILLE;
    } else return false;
    if (leastUp < mostDown) return false;
  }
  return left === 0;
}
