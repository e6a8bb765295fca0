// Makes run n of a plan. It depends on the plan's seed and on n alone: not on the runs before it, nor on who runs it.

import fc from 'fast-check';
import { RandomStream } from '../../sim/index.ts';
import { loadPreset } from '../therapy/presets.ts';
import type { Therapy } from '../therapy/therapy.ts';
import type { CampaignCase, PlannedFault } from './case.ts';
import { drawnFaults } from './faults.ts';
import { type Flips, flipOf, momentOf } from './flips.ts';
import type { Plan } from './plan.ts';
import { drawnStream } from './streams.ts';
import { therapies } from './therapies.ts';
import { withinCompliance } from './within-compliance.ts';

/** Length of the therapy of a plan that names none, ms. */
export const DURATION_MS = 1000;
/** Shortest and longest interval between onsets that is generated, µs. */
const INTERVAL_US = [150, 60_000] as const;

/** Run `n` of a plan, from 0. */
export function caseOf(plan: Plan, n: number): CampaignCase {
  if (plan.flips !== undefined) return flipCase(plan, plan.flips, n);
  return sampled(casesOf(plan), runSeed(plan, n));
}

/** The cases that a plan draws from: shrunk, they get simpler. Not for plans that flip bits. */
export function casesOf(plan: Plan): fc.Arbitrary<CampaignCase> {
  const { durationMs = DURATION_MS, machine = 'wasm', chargeGuard = true } = plan;
  return fc.noBias(
    fc
      .record({
        therapy: therapies({ intervalUs: INTERVAL_US }),
        seed: fc.noShrink(fc.nat(0xffff_ffff)),
        stream: drawnStream(plan.streams, durationMs),
        faults: drawnFaults(plan.faults, plan.faultsMax ?? 1),
      })
      .map(({ therapy, seed, stream, faults }): CampaignCase => {
        const { leastMs, ...commands } = stream;
        const forMs = Math.max(durationMs, leastMs);
        const driven = withinCompliance(therapy, seed);
        const board = { machine, chargeGuard };
        return { therapy: driven, ...board, seed, ...commands, forMs, faults: faults(driven) };
      }),
  );
}

/** Seed of run n, a signed 32-bit integer: what fast-check takes. */
export function runSeed(plan: Plan, n: number): number {
  return new RandomStream(plan.seed, `run ${n}`).nextI32();
}

function sampled<T>(arbitrary: fc.Arbitrary<T>, seed: number): T {
  return fc.sample(arbitrary, { seed, numRuns: 1 })[0];
}

/** Run n flips one bit at one moment; runs of one moment share therapy and body. */
function flipCase(plan: Plan, flips: Flips, n: number): CampaignCase {
  const without: Plan = { ...plan, flips: undefined };
  const seed = runSeed(plan, momentOf(flips, n));
  const random = new RandomStream(seed, 'moment');
  const presets = FLIPPED[plan.machine ?? 'wasm'];
  const therapy = briefly(loadPreset(presets[random.below(presets.length)]));
  const base = { ...sampled(casesOf(without), seed), therapy };
  const fault: PlannedFault = {
    ...flipOf(flips, n, new RandomStream(runSeed(plan, n), 'bit'), random),
    phase: PHASES_OF_FLIPS[random.below(PHASES_OF_FLIPS.length)],
    atPermille: random.below(1001),
  };
  return { ...base, faults: [fault] };
}

/** Presets that are flipped under: slow and fast, active and passive recharge. The Pico refuses 10 kHz. */
const FLIPPED = {
  wasm: ['tonic', 'fast', 'burstdr', '10khz'],
  pico: ['tonic', 'fast', 'burstdr'],
} as const;
const FLIPPED_RAMP_MS = 20;
/** From here on a steep ramp is more than the processor takes. */
const RAMPLESS_HZ = 1000;

/** A therapy with ramps so short that a run of 100 ms reaches its full amplitude. */
function briefly(therapy: Therapy): Therapy {
  const areas = therapy.areas.map((area) => {
    const mostMs = area.rateHz < RAMPLESS_HZ ? FLIPPED_RAMP_MS : 0;
    const rampUpMs = Math.min(area.rampUpMs ?? 0, mostMs);
    return { ...area, rampUpMs, rampDownMs: Math.min(area.rampDownMs ?? 0, mostMs) };
  });
  return { ...therapy, areas };
}

/** Most moments lie in the stimulation. */
const PHASES_OF_FLIPS = ['arming', 'ramp', 'stimulating', 'stimulating', 'stimulating', 'stopping'] as const;
