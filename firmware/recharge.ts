// The credit of passive recharge, as law L5 counts it: what share of a charge is still there after t µs at the shorted
// electrodes, half-life RECHARGE_HALF_LIFE_US. Shared by the interlock, which grants it, and by validation, which
// predicts it. Every rounding goes towards more charge left; 32-bit arithmetic only, no branches.

// 1 − 2^(−t/7200) = t·(c0 − t·(c1 − t·(c2 − t·c3))), a minimax cubic whose error and roundings stay on the safe side for
// t from 0 to 5000. Powers of two of the coefficients: 33, 33 + 14, 33 + 14 + 15, 33 + 14 + 15 + 15. Every product fits u32.
const C0: u32 = 826931;
const C1: u32 = 651494;
const C2: u32 = 672118;
const C3: u32 = 429203;

/**
 * Share of a charge that a recharge of `durationUs` takes, Q20; what it leaves is the rest of 2^20.
 * Pre: 0 ≤ durationUs ≤ IDLE_US_MAX. Post: 2^(−t/7200) ≤ 1 − result/2^20 < 2^(−t/7200) + 2.5e-6; 0 for 0.
 */
export function creditShare(durationUs: i32): i32 {
  const t = <u32>durationUs;
  const third = C2 - ((t * C3) >> 15);
  const second = C1 - ((t * third) >> 15);
  const first = C0 - ((t * second) >> 14);
  return <i32>((t * first) >> 13); // REQ-CHG-011
}

/**
 * Magnitude of a charge after recharge: chargePc · (1 − credit / 2^20), rounded up, without 64-bit arithmetic: what is taken
 * is rounded down, and of its low product no bit below 2^12 can carry into it.
 * Pre: 0 ≤ chargePc ≤ 8,000,000; 0 ≤ credit ≤ 2^20. Post: result ≤ chargePc; 0 stays 0.
 */
export function afterRecharge(chargePc: i32, credit: i32): i32 {
  const high = (<u32>chargePc >> 12) * <u32>credit;
  const rest = ((<u32>chargePc & 0xfff) * <u32>credit) >> 12;
  return chargePc - <i32>((high + rest) >> 8); // REQ-CHG-012
}
