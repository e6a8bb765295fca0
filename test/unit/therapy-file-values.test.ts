// Exact quantities of a therapy: rates in mHz, contact levels, and the times that pulses occupy.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contactLevelsUa, dividingAmplitudesUa, levelsDivide } from '../../host/therapy/levels.ts';
import { onsetUs, rateMhz, ratesAroundHz } from '../../host/therapy/quantity.ts';
import type { AreaSettings, ElectrodeName } from '../../host/therapy/therapy.ts';
import { occupancyUs, onsetIntervalUsMin, phaseUsFitting } from '../../host/therapy/timing.ts';

const AREA: AreaSettings = {
  electrodes: { E3: -1000, E4: 1000 },
  amplitudeUa: 4000,
  phaseUs: 300,
  recharge: 'symmetric',
  rateHz: 50,
};

/** Fractions of 1000 ‰ on one to four electrodes. */
function shares(names: readonly ElectrodeName[], sign: number): fc.Arbitrary<AreaSettings['electrodes']> {
  return fc
    .array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: names.length })
    .map((weights) => {
      const sum = weights.reduce((a, b) => a + b, 0);
      const fractions = weights.map((weight) => Math.floor((weight * 1000) / sum));
      fractions[0] += 1000 - fractions.reduce((a, b) => a + b, 0);
      return Object.fromEntries(fractions.map((fraction, index) => [names[index], sign * fraction]));
    });
}

const electrodes = fc
  .tuple(shares(['E1', 'E5', 'E9', 'E16'], -1), shares(['E2', 'E6', 'E10', 'CASE'], 1))
  .map(([cathodes, anodes]) => ({ ...cathodes, ...anodes }));

describe('REQ-HST-101: exact quantities of a therapy file', () => {
  it('takes every whole number of mHz and no other rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 10_000_000 }), (mhz) => {
        expect(rateMhz(mhz / 1000)).toBe(mhz);
        expect(rateMhz(Number((mhz / 1000).toFixed(3)))).toBe(mhz);
        expect(rateMhz((mhz + 0.25) / 1000)).toBeUndefined();
      }),
    );
    expect(ratesAroundHz(47.3001)).toEqual([47.3, 47.301]);
  });

  it('contact levels sum to zero, each side to the amplitude, each level within 1 µA of its share', () => {
    fc.assert(
      fc.property(electrodes, fc.integer({ min: 0, max: 2550 }), (fractions, tens) => {
        const amplitudeUa = tens * 10;
        const area = { ...AREA, electrodes: fractions, amplitudeUa };
        const levels = contactLevelsUa(area);
        expect(levels.reduce((sum, level) => sum + Math.min(0, level), 0)).toBe(-amplitudeUa + 0);
        expect(levels.reduce((sum, level) => sum + level, 0)).toBe(0);
        for (const [name, fraction] of Object.entries(fractions)) {
          const index = name === 'CASE' ? 16 : Number(name.slice(1)) - 1;
          expect(Math.abs(levels[index] - (amplitudeUa * (fraction ?? 0)) / 1000)).toBeLessThan(1);
        }
      }),
    );
  });

  it('ties go to the lowest electrode', () => {
    const area = { ...AREA, electrodes: { E1: -333, E2: -333, E3: -334, E8: 500, E9: 500 } as const };
    expect([...contactLevelsUa(area, 10)].slice(0, 9)).toEqual([-3, -3, -4, 0, 0, 0, 0, 5, 5]);
    const thirds = { ...AREA, electrodes: { E1: -250, E2: -250, E3: -250, E4: -250, E9: 1000 } as const };
    expect([...contactLevelsUa(thirds, 10)].slice(0, 4)).toEqual([-3, -3, -2, -2]);
  });

  it('the amplitudes named for an asymmetric recharge divide, and none between them does', () => {
    fc.assert(
      fc.property(
        electrodes,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 2, max: 10 }),
        (fractions, tens, ratio) => {
          const area = { ...AREA, electrodes: fractions, amplitudeUa: tens * 10 };
          const [low, high] = dividingAmplitudesUa(area, ratio);
          for (let ua = (low ?? 0) + 10; ua < (high ?? 25500); ua += 10) {
            if (ua !== area.amplitudeUa) expect(levelsDivide(area, ua, ratio)).toBe(false);
          }
          if (low !== undefined) expect(levelsDivide(area, low, ratio)).toBe(true);
          if (high !== undefined) expect(levelsDivide(area, high, ratio)).toBe(true);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('a pulse occupies its phases, its gap, its active recharge and 10 µs', () => {
    expect(occupancyUs({ ...AREA, recharge: 'passive' })).toBe(310);
    expect(occupancyUs(AREA)).toBe(610);
    expect(occupancyUs({ ...AREA, recharge: { asymmetric: 4 }, interphaseGapUs: 50 })).toBe(1560);
    expect(phaseUsFitting({ ...AREA, recharge: { asymmetric: 4 }, interphaseGapUs: 50 }, 1560)).toBe(300);
  });

  it('the shortest interval is never longer than any between two onsets', () => {
    const bursts = fc.record({
      pulses: fc.integer({ min: 2, max: 6 }),
      intraRateHz: fc.integer({ min: 200, max: 900 }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 30_000 }), bursts, (mhz, burst) => {
        const area = { ...AREA, rateHz: mhz / 1000, burst };
        let least = Number.POSITIVE_INFINITY;
        for (let k = 0; k < 40; k++) {
          const [now, next] = [k, k + 1].map((n) => onsetUs(n, burst.pulses, mhz, burst.intraRateHz * 1000));
          least = Math.min(least, next - now);
        }
        expect(onsetIntervalUsMin(area)).toBeLessThanOrEqual(least);
        expect(onsetIntervalUsMin(area)).toBeGreaterThanOrEqual(least - 1);
      }),
    );
  });
});
