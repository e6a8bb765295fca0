// The recharge credit that interlock and validation share, held against the exponential for every duration.

import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { assemble, type Functions } from './fixtures/assemble.ts';

const ONE = 1 << 20;
let recharge: Functions;

beforeAll(async () => {
  const names = '{ creditShare, afterRecharge }';
  recharge = (await assemble(`import ${names} from './firmware/recharge.ts'; export ${names};`)).exports;
});

/**
 * keep/2^20 ≥ 2^(−t/7200), to the 7200th power, in integers. Powers are cut down to 128 bits on the way: what holds for
 * the smaller number holds for the exact one.
 */
function keepsEnough(keep: number, durationUs: number): boolean {
  let power = 1n;
  let shift = 0;
  for (const bit of (7200).toString(2)) {
    power *= power;
    shift *= 2;
    if (bit === '1') power *= BigInt(keep);
    const excess = power.toString(2).length - 128;
    if (excess <= 0) continue;
    power >>= BigInt(excess);
    shift += excess;
  }
  return power >= 1n << BigInt(Math.max(20 * 7200 - durationUs - shift, 0));
}

describe('credit of passive recharge', () => {
  it('REQ-CHG-011: keeps no less than 2^(−t/7200) for every duration, exactly, and at most 2.5e-6 more', () => {
    let worst = 0;
    for (let durationUs = 10; durationUs <= 5000; durationUs++) {
      const keep = ONE - recharge.creditShare(durationUs);
      if (!keepsEnough(keep, durationUs)) throw new Error(`too much credit for ${durationUs} µs`);
      worst = Math.max(worst, keep / ONE - 2 ** (-durationUs / 7200));
    }
    expect(worst).toBeLessThan(2.5e-6);
    expect(recharge.creditShare(0)).toBe(0);
  });

  it('REQ-CHG-011: keeps less the longer it lasts', () => {
    for (let durationUs = 1; durationUs <= 5000; durationUs++) {
      expect(recharge.creditShare(durationUs)).toBeGreaterThan(recharge.creditShare(durationUs - 1));
    }
  });

  it('REQ-CHG-012: a charge after recharge is its share, rounded up to 1 pC, and no more than it was', () => {
    const charge = fc.oneof(fc.integer({ min: 0, max: 8_000_000 }), fc.integer({ min: 0, max: 5000 }));
    const share = fc.oneof(fc.integer({ min: 0, max: ONE }), fc.integer({ min: ONE - 2000, max: ONE }));
    fc.assert(
      fc.property(charge, share, (chargePc, keep) => {
        const exact = BigInt(chargePc) * BigInt(keep);
        const up = (exact + BigInt(ONE) - 1n) / BigInt(ONE);
        expect(recharge.afterRecharge(chargePc, ONE - keep)).toBe(Number(up));
      }),
      { numRuns: 20_000 },
    );
    for (const chargePc of [0, 1, 4095, 4096, 7_999_999, 8_000_000]) {
      expect(recharge.afterRecharge(chargePc, 0)).toBe(chargePc);
      expect(recharge.afterRecharge(chargePc, ONE)).toBe(0);
    }
  });
});
