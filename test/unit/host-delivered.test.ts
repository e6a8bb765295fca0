// Timestamps of delivered pulses: exact against the formula in big integers.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeliveredBatch, expandDelivered, idealOnsetUs } from '../../host/device/delivered.ts';

const BATCH: DeliveredBatch = {
  area: 0,
  thinned: false,
  burstPulses: 1,
  count: 3,
  firstIndex: 0,
  delayUs: 0,
  firstOnsetUs: 1000,
  rateMhz: 60_000,
  intraRateMhz: 0,
  total: 3,
  amplitudeUa: 4000,
};

describe('expandDelivered', () => {
  it('60 Hz: 16666.67 µs apart, without drift', () => {
    expect(expandDelivered(BATCH)).toEqual([1000, 17_666, 34_333]);
    expect(expandDelivered({ ...BATCH, firstIndex: 3_600_000, count: 2 })).toEqual([1000, 17_666]);
  });

  it('bursts of five at 500 Hz, 40 bursts a second, from the middle of a burst', () => {
    const burst = {
      ...BATCH,
      rateMhz: 40_000,
      intraRateMhz: 500_000,
      burstPulses: 5,
      firstIndex: 3,
      count: 4,
    };
    expect(expandDelivered(burst)).toEqual([1000, 3000, 20_000, 22_000]);
  });

  it('the delay is part of the first onset, and the same for all', () => {
    expect(expandDelivered({ ...BATCH, delayUs: 40, firstOnsetUs: 1040 })).toEqual([1040, 17_706, 34_373]);
  });

  it('is the formula of wire.ts in big integers, for any index and rate', () => {
    const rate = fc.integer({ min: 2000, max: 10_000_000 });
    const index = fc.integer({ min: 0, max: 0xffffffff });
    fc.assert(
      fc.property(
        rate,
        rate,
        fc.integer({ min: 1, max: 1000 }),
        index,
        (rateMhz, intraRateMhz, burstPulses, k) => {
          const [r, i, n, big] = [rateMhz, intraRateMhz, burstPulses, k].map(BigInt);
          const exact = ((big / n) * 1_000_000_000n) / r + ((big % n) * 1_000_000_000n) / i;
          expect(BigInt(idealOnsetUs({ rateMhz, intraRateMhz, burstPulses }, k))).toBe(exact);
        },
      ),
      { numRuns: 2000, seed: 21 },
    );
  });

  it('refuses what has no timestamps or is absurd', () => {
    expect(() => expandDelivered({ ...BATCH, thinned: true })).toThrow(/thinned/);
    expect(() => expandDelivered({ ...BATCH, count: 4_000_000_000 })).toThrow(RangeError);
  });
});
