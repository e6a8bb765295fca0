// Random therapies: the oracle passes their ideal output, and finds every single change to it.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AreaSettings, RechargeSetting, Therapy } from '../../host/therapy/therapy.ts';
import { judge } from '../oracle/index.ts';
import { captureOf, type IdealPulse, idealPulses } from './fixtures/ideal-waveform.ts';

const END_US = 700_000;
const SEED = 20_260_101;

/** Splits 1000 ‰ into `count` parts of at least 1 ‰. */
function split(cuts: number[]): number[] {
  const sorted = [0, ...[...new Set(cuts)].sort((a, b) => a - b), 1000];
  return sorted.slice(1).map((cut, i) => cut - sorted[i]);
}

const shares = fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 3 }).map(split);
const electrodes = fc
  .tuple(shares, shares, fc.shuffledSubarray([...Array(17).keys()], { minLength: 8, maxLength: 8 }))
  .map(([cathodes, anodes, order]) => {
    const name = (e: number) => (e === 16 ? 'CASE' : `E${e + 1}`);
    const entries = [...cathodes.map((share) => -share), ...anodes].map((share, i) => [
      name(order[i]),
      share,
    ]);
    return Object.fromEntries(entries) as AreaSettings['electrodes'];
  });

const recharge = fc.oneof(
  fc.constant<RechargeSetting>('symmetric'),
  fc.constant<RechargeSetting>('passive'),
  fc.integer({ min: 2, max: 4 }).map((asymmetric): RechargeSetting => ({ asymmetric })),
);

const area: fc.Arbitrary<AreaSettings> = fc
  .record({
    electrodes,
    recharge,
    steps: fc.integer({ min: 5, max: 600 }),
    phaseUs: fc.integer({ min: 10, max: 300 }),
    interphaseGapUs: fc.oneof(fc.constant(0), fc.integer({ min: 10, max: 200 })),
    rateMhz: fc.integer({ min: 5_000, max: 150_000 }),
    burst: fc.option(fc.record({ pulses: fc.integer({ min: 2, max: 4 }), intraRateHz: fc.constant(700.5) })),
    rampUpMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
    rampDownMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })),
    cycle: fc.option(
      fc.record({ onMs: fc.integer({ min: 200, max: 400 }), offMs: fc.integer({ min: 1, max: 100 }) }),
    ),
  })
  .map(({ steps, rateMhz, burst, cycle, ...rest }) => {
    const slow = burst ? Math.min(rateMhz, 80_000) : rateMhz;
    const bursts = burst ? { burst } : {};
    return { ...rest, rateHz: slow / 1000, amplitudeUa: steps * 10, ...bursts, ...(cycle ? { cycle } : {}) };
  })
  .map(feasible);

/** An asymmetric recharge only has amplitudes that divide: whole shares of a quarter and a multiple of 240 µA do. */
function feasible(settings: AreaSettings): AreaSettings {
  if (typeof settings.recharge !== 'object') return settings;
  const [cathode, anode, other] = Object.keys(settings.electrodes);
  const amplitudeUa = Math.max(240, settings.amplitudeUa - (settings.amplitudeUa % 240));
  const anodes = other ? { [anode]: 250, [other]: 750 } : { [anode]: 1000 };
  return { ...settings, amplitudeUa, electrodes: { [cathode]: -1000, ...anodes } };
}

function occupancyUs(settings: AreaSettings): number {
  const { recharge: kind, phaseUs, interphaseGapUs = 0 } = settings;
  const ratio = typeof kind === 'object' ? kind.asymmetric : kind === 'symmetric' ? 1 : 0;
  return phaseUs * (1 + ratio) + interphaseGapUs + 10;
}

function shortestUs({ rateHz, burst }: AreaSettings): number {
  const lastUs = burst ? ((burst.pulses - 1) * 1e6) / burst.intraRateHz : 0;
  return Math.min(1e6 / rateHz - lastUs, burst ? 1e6 / burst.intraRateHz : Number.POSITIVE_INFINITY) - 1;
}

/** Therapies that a device accepts: the areas' pulses fit the shortest interval. */
const therapy: fc.Arbitrary<Therapy> = fc
  .array(area, { minLength: 1, maxLength: 3 })
  .filter((areas) => areas.every((one) => new Set(Object.keys(one.electrodes)).size >= 2))
  .filter((areas) => {
    const sumUs = areas.reduce((sum, one) => sum + occupancyUs(one), 0);
    return areas.every((one) => sumUs <= shortestUs(one));
  })
  .map((areas): Therapy => ({ name: 'random', profile: 'percutaneous-16', areas }));

type Spoil = (pulses: IdealPulse[], index: number) => void;

/** Changes that any pulse of any therapy can suffer. */
const SPOILS: Record<string, Spoil> = {
  'onset 1 µs late': (pulses, i) => void pulses[i].onsetUs++,
  'phase 1 µs longer': (pulses, i) => void pulses[i].pieces[0].durationUs++,
  'phase 1 µs shorter': (pulses, i) => void pulses[i].pieces[0].durationUs--,
  'last piece 1 µs longer': (pulses, i) => void pulses[i].pieces.at(-1)!.durationUs++,
  'level 1 µA off': (pulses, i) => {
    const { levelsUa } = pulses[i].pieces[0];
    levelsUa[levelsUa.findIndex((level) => level !== 0)]++;
  },
  'one electrode more': (pulses, i) => {
    const { levelsUa } = pulses[i].pieces[0];
    levelsUa[levelsUa.indexOf(0)] = 1;
    levelsUa[levelsUa.findIndex((level) => level < 0)] -= 1;
  },
  missing: (pulses, i) => void pulses.splice(i, 1),
};

describe('random therapies', () => {
  test('REQ-ORC-009: ideal output passes', () => {
    fc.assert(
      fc.property(therapy, (one) => {
        const pulses = idealPulses(one, END_US);
        fc.pre(pulses.length > 0);
        const verdict = judge(captureOf(pulses, END_US), one);
        expect(verdict.findings).toEqual([]);
        expect(verdict.totals.startNs).toBe(65_000_000);
      }),
      { seed: SEED, numRuns: 120 },
    );
  });

  test('REQ-ORC-009: ideal output that is changed in one place does not', () => {
    fc.assert(
      fc.property(
        therapy,
        fc.constantFrom(...Object.keys(SPOILS)),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, spoil, where) => {
          const pulses = idealPulses(one, END_US);
          fc.pre(pulses.length >= 6);
          // The first and last pulses are left out: without their neighbours a missing one cannot be told.
          const index = 2 + Math.floor(where * (pulses.length - 5));
          SPOILS[spoil](pulses, index);
          const verdict = judge(captureOf(pulses, END_US), one);
          expect(verdict.findings.length, spoil).toBeGreaterThan(0);
          const whole = idealPulses(one, END_US);
          const fromNs = (whole[index].onsetUs + 65_000 - 1) * 1000;
          if (one.areas.length === 1) expect(verdict.findings[0].atNs).toBeGreaterThanOrEqual(fromNs - 20e6);
        },
      ),
      { seed: SEED, numRuns: 250 },
    );
  });
});
