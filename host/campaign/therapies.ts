// Random therapies within the device's ranges, made so that most of them pass its validation: pulses that fit between the
// onsets of all areas, charges and mean currents somewhere up to the limits and a little past them.

import fc from 'fast-check';
import { dividingAmplitudesUa } from '../therapy/levels.ts';
import type { AreaSettings, ElectrodeName, RechargeSetting, Therapy } from '../therapy/therapy.ts';

/** What a property is about: the generator then makes it all the time instead of now and then. */
export interface Wishes {
  readonly areas?: readonly [least: number, most: number];
  readonly recharge?: 'active' | 'passive';
  readonly bursts?: boolean;
  readonly ramps?: boolean;
  readonly cycling?: boolean;
  /** Shortest interval between onsets, µs. */
  readonly intervalUs?: readonly [least: number, most: number];
  /** Never above this amplitude, µA. */
  readonly amplitudeUaMax?: number;
  readonly withCase?: boolean;
}

const PERIOD_US_MAX = 500_000;
const PULSE_REST_US = 10;
const HALF_LIFE_US = 7200;
/** Shares of the laws' limits that an area takes: L4 at boot, L5 and L6 with passive recharge, L7 of the sum. */
const PHASE_PC = 2_000_000;
const UNRECOVERED_PC = 4_800_000;
const RECOVERED_PC = 1_500_000;
const MEAN_TOTAL_UA = 7800;

const share = fc.integer({ min: 0, max: 1000 }).map((n) => n / 1000);

/** Spread evenly over orders of magnitude: 0 gives `least`, 1 gives `most`. */
function between(least: number, most: number, where: number): number {
  return Math.round(least * (most / least) ** where);
}

/** Draws for one area, all of them independent: `makeArea` fits them to what is possible. */
const draws = fc.record({
  electrodes: fc.shuffledSubarray(
    Array.from({ length: 17 }, (_, e) => e),
    { minLength: 2, maxLength: 6 },
  ),
  cathodes: fc.integer({ min: 1, max: 5 }),
  weights: fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 6, maxLength: 6 }),
  recharge: fc.integer({ min: 0, max: 5 }),
  ratio: fc.integer({ min: 2, max: 10 }),
  stretch: share,
  phase: share,
  gap: share,
  amplitude: share,
  silent: fc.integer({ min: 0, max: 11 }),
  burst: fc.boolean(),
  burstPulses: fc.integer({ min: 2, max: 8 }),
  intra: share,
  ramp: fc.boolean(),
  rampUpMs: fc.integer({ min: 0, max: 400 }),
  rampDownMs: fc.integer({ min: 0, max: 400 }),
  cycle: fc.integer({ min: 0, max: 2 }),
  onMs: share,
  offMs: share,
});
type Draws = typeof draws extends fc.Arbitrary<infer T> ? T : never;

/** Therapies of one to four areas. `wishes` fixes what is not to be left to chance. */
export function therapies(wishes: Wishes = {}): fc.Arbitrary<Therapy> {
  const [least, most] = wishes.areas ?? [1, 4];
  return fc
    .record({ areas: fc.array(draws, { minLength: least, maxLength: most }), interval: share })
    .map(({ areas, interval }) => makeTherapy(areas, interval, wishes));
}

function makeTherapy(areas: Draws[], interval: number, wishes: Wishes): Therapy {
  const [least, most] = wishes.intervalUs ?? [100, PERIOD_US_MAX / 8];
  const baseUs = between(Math.max(least, 60 * areas.length), Math.max(most, 60 * areas.length), interval);
  return {
    name: 'generated',
    profile: 'percutaneous-16',
    // One in twelve of the areas behind the first is silent: it takes its time all the same.
    areas: areas.map((draw, index) => {
      const area = makeArea(draw, baseUs, areas.length, wishes);
      return index > 0 && draw.silent === 0 ? { ...area, amplitudeUa: 0 } : area;
    }),
  };
}

/** An area whose onsets are at least `baseUs` apart and whose pulse takes at most its part of that. */
function makeArea(draw: Draws, baseUs: number, count: number, wishes: Wishes): AreaSettings {
  const recharge = rechargeOf(draw, baseUs / count, wishes);
  const factor = recharge === 'passive' ? 1 : recharge === 'symmetric' ? 2 : 1 + recharge.asymmetric;
  const budgetUs = Math.floor(baseUs / count) - PULSE_REST_US - 1;
  const phaseUsMax = Math.max(10, Math.min(1000, Math.floor((budgetUs - draw.gap * 200) / factor)));
  const phaseUs = between(10, phaseUsMax, draw.phase);
  const gapUs = Math.min(500, Math.floor(budgetUs - factor * phaseUs));
  const interphaseGapUs = draw.gap < 0.4 || gapUs < 10 ? 0 : between(10, gapUs, (draw.gap - 0.4) / 0.6);
  const { meanUs, ...train } = trainOf(draw, baseUs, wishes);
  const cycle = cycleOf(draw, baseUs, wishes);
  const area: AreaSettings = {
    electrodes: electrodesOf(draw, typeof recharge === 'object', wishes),
    amplitudeUa: 0,
    phaseUs,
    interphaseGapUs,
    recharge,
    ...train,
    ...rampsOf(draw, cycle?.onMs ?? Number.POSITIVE_INFINITY, meanUs, wishes),
    ...(cycle === undefined ? {} : { cycle }),
  };
  return { ...area, amplitudeUa: amplitudeOf(area, draw, meanUs, factor, count, wishes) };
}

function rechargeOf(draw: Draws, slotUs: number, wishes: Wishes): RechargeSetting {
  if (wishes.recharge === 'passive') return 'passive';
  const ratio = Math.min(draw.ratio, Math.floor((slotUs - PULSE_REST_US - 1) / 10) - 1);
  if (draw.recharge >= 4 && ratio >= 2) return { asymmetric: ratio };
  return draw.recharge === 0 && wishes.recharge !== 'active' ? 'passive' : 'symmetric';
}

/** Rate and burst; `meanUs` is the mean interval between pulses. */
function trainOf(draw: Draws, baseUs: number, wishes: Wishes) {
  const pulses = draw.burstPulses;
  const intraUs = between(baseUs, Math.min(4 * baseUs, 20_000), draw.intra);
  const spanUs = (pulses - 1) * intraUs + baseUs + 2;
  const isBurst = (wishes.bursts ?? (draw.burst && draw.stretch < 0.7)) && intraUs >= baseUs;
  if (!isBurst || spanUs > PERIOD_US_MAX) {
    const periodUs = between(baseUs, Math.min(8 * baseUs, PERIOD_US_MAX), draw.stretch);
    return { rateHz: rateHz(periodUs), meanUs: periodUs };
  }
  const periodUs = between(spanUs, Math.min(8 * spanUs, PERIOD_US_MAX), draw.stretch);
  return {
    rateHz: rateHz(periodUs),
    burst: { pulses, intraRateHz: rateHz(intraUs) },
    meanUs: periodUs / pulses,
  };
}

/** The greatest rate in steps of 1 mHz whose period is no shorter. */
function rateHz(periodUs: number): number {
  return Math.min(10_000_000, Math.max(2000, Math.floor(1e9 / periodUs))) / 1000;
}

/** Ramps, which must fit in the on-time of cycling; none where it has only the pulses at its ends, of amplitude 0. */
function rampsOf(draw: Draws, onMs: number, meanUs: number, wishes: Wishes) {
  if (!(wishes.ramps ?? draw.ramp) || 1000 * onMs < 3 * meanUs) return {};
  const scale = Math.min(1, onMs / Math.max(1, draw.rampUpMs + draw.rampDownMs));
  return { rampUpMs: Math.floor(draw.rampUpMs * scale), rampDownMs: Math.floor(draw.rampDownMs * scale) };
}

function cycleOf(draw: Draws, baseUs: number, wishes: Wishes) {
  if (!(wishes.cycling ?? draw.cycle === 0)) return undefined;
  const onMs = between(Math.max(1, Math.ceil(baseUs / 1000)), 600, draw.onMs);
  return { onMs, offMs: between(Math.ceil(baseUs / 1000) + 1, 600, draw.offMs) };
}

/** Cathodes and anodes with shares by weight, or in halves where levels must divide by a ratio; sums are exact. */
function electrodesOf(draw: Draws, inHalves: boolean, wishes: Wishes): AreaSettings['electrodes'] {
  const chosen = draw.electrodes.filter((e) => e !== 16 || wishes.withCase !== false);
  if (wishes.withCase === true && !chosen.includes(16)) chosen.push(16);
  const used = (chosen.length >= 2 ? chosen : [0, 1]).slice(inHalves ? -4 : 0);
  const split = Math.min(inHalves ? Math.floor(used.length / 2) : draw.cathodes, used.length - 1);
  const fractions: Partial<Record<ElectrodeName, number>> = {};
  for (const [side, sign] of [
    [used.slice(0, split), -1],
    [used.slice(split), 1],
  ] as const) {
    const weights = side.map((_, i) => (inHalves ? 1 : draw.weights[i]));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    let left = 1000;
    for (const [i, e] of side.entries()) {
      const permille = i === side.length - 1 ? left : Math.floor((1000 * weights[i]) / total);
      const name: ElectrodeName = e === 16 ? 'CASE' : `E${e + 1}`;
      fractions[name] = sign * permille;
      left -= permille;
    }
  }
  return fractions;
}

function amplitudeOf(
  area: AreaSettings,
  draw: Draws,
  meanUs: number,
  factor: number,
  count: number,
  wishes: Wishes,
): number {
  const { phaseUs, recharge } = area;
  const drives = recharge === 'passive' ? 1 : 2;
  const limits = [25_500, wishes.amplitudeUaMax ?? 25_500, PHASE_PC / phaseUs];
  limits.push((MEAN_TOTAL_UA * meanUs) / (2 * phaseUs * drives * count));
  if (recharge === 'passive') {
    const left = 2 ** (-(meanUs - phaseUs * factor) / HALF_LIFE_US);
    limits.push((UNRECOVERED_PC * (1 - left)) / (1.05 * phaseUs * count));
    limits.push((RECOVERED_PC * (1 - left)) / (left * phaseUs * count));
  }
  const most = Math.min(...limits);
  const wanted = Math.max(10, Math.floor((most * (0.03 + draw.amplitude)) / 10) * 10);
  const amplitudeUa = Math.min(wanted, wishes.amplitudeUaMax ?? 25_500, 25_500);
  if (typeof recharge !== 'object') return amplitudeUa;
  const [below, above] = dividingAmplitudesUa({ ...area, amplitudeUa }, recharge.asymmetric);
  return below ?? above ?? 0;
}

/** How long a run must be to show every area's train, µs: many periods, a few cycles. */
export function showUs(therapy: Therapy, longestUs = 3_000_000): number {
  const wanted = therapy.areas.map((area) => {
    const cycleUs = area.cycle ? 3000 * (area.cycle.onMs + area.cycle.offMs) : 0;
    return Math.max((20 * 1e6) / area.rateHz, cycleUs, 1500 * (area.rampUpMs ?? 0));
  });
  return Math.round(Math.min(longestUs, Math.max(200_000, ...wanted)));
}
