// The body's network and its solution, against circuits worked out by hand and against Runge–Kutta integration of the
// node equations, which shares nothing with the modes that the body uses.

import { describe, expect, it } from 'vitest';
import { draw } from '../../sim/body/draw.ts';
import {
  Body,
  type BodyOptions,
  bodyOptions,
  impedance,
  pairOhm,
  rechargeConductance,
  slowestHalfLifeUs,
} from '../../sim/body/index.ts';
import { Reference } from './body-reference.ts';
import { starOf } from './body-tissue.ts';

const N = 17;

describe('resistance network', () => {
  it('REQ-SIM-101: 200 seeds give pairs within 200–2000 Ω, half-lives up to 6516 µs and sources within ±2 %', () => {
    const halfLives: number[] = [];
    for (let seed = 0; seed < 200; seed++) {
      const options = bodyOptions(seed);
      const ends = impedance(options.tissue, []);
      for (let a = 0; a < N; a++) {
        for (let b = 0; b < a; b++) {
          expect(pairOhm(ends, a, b)).toBeGreaterThanOrEqual(200);
          expect(pairOhm(ends, a, b)).toBeLessThanOrEqual(2000);
        }
      }
      for (const error of [...options.cathodicError, ...options.anodicError]) {
        expect(Math.abs(error)).toBeLessThanOrEqual(0.02);
      }
      halfLives.push(slowestHalfLifeUs(options));
    }
    expect(Math.max(...halfLives)).toBeLessThanOrEqual(6516);
    expect(Math.max(...halfLives)).toBeGreaterThan(6000);
    expect(Math.min(...halfLives)).toBeLessThan(2500);
  });

  it('gives the same body for the same seed and another for another', () => {
    expect(bodyOptions(7)).toEqual(bodyOptions(7));
    expect(bodyOptions(7).tissue).not.toEqual(bodyOptions(8).tissue);
  });

  it('refuses overrides for which no permitted network exists', () => {
    expect(() => bodyOptions(1, { rechargeOhm: 10_000 })).toThrow(RangeError);
  });

  it('knows a star: a pair measures both arms, every mode has the half-life of one arm and its capacitors', () => {
    const ends = impedance(starOf(600), []);
    expect(pairOhm(ends, 2, 13)).toBeCloseTo(1200, 3);
    const equal = { tissue: starOf(600), capacitanceScale: Array.from({ length: N }, () => 1) };
    const arm = (600 + 500) * (1 / (1 / 4.7 + 1 / 31.75)) * Math.LN2;
    expect(slowestHalfLifeUs(bodyOptions(0, equal))).toBeCloseTo(arm, 3);
  });

  it('finds that eight contacts against eight see four times the resistance that one pair sees between leads', () => {
    const tissue = { ...starOf(300), farOhm: [200, 200] };
    const pair = pairOhm(impedance(tissue, []), 0, 8);
    expect(pair).toBeCloseTo(300 + 300 + 400, 3);
    const options = bodyOptions(0, { tissue, capacitanceScale: Array.from({ length: N }, () => 1) });
    const ohm = slowestHalfLifeUs(options) / Math.LN2 / (1 / (1 / 4.7 + 1 / 31.75)) - options.rechargeOhm;
    expect(ohm).toBeGreaterThan(300 + 4 * 400 - 1);
  });

  it('shorts recharge through a symmetric matrix whose rows sum to zero, without the broken electrodes', () => {
    const broken = new Uint8Array(N).map((_, e) => (e === 5 ? 1 : 0));
    const siemens = rechargeConductance(impedance(bodyOptions(3).tissue, []), 500, broken);
    for (let a = 0; a < N; a++) {
      let sum = 0;
      for (let b = 0; b < N; b++) {
        sum += siemens[a * N + b];
        expect(siemens[a * N + b]).toBeCloseTo(siemens[b * N + a], 12);
      }
      expect(Math.abs(sum)).toBeLessThan(1e-12);
    }
    expect(siemens.subarray(5 * N, 6 * N).every((value) => value === 0)).toBe(true);
  });
});

describe('solution', () => {
  it.each([
    ['as drawn', 1, {}],
    ['with electrodes that leak within milliseconds', 2, { chargeTransferOhm: 300 }],
    [
      'with capacitances 0.5–2',
      3,
      { capacitanceScale: Array.from({ length: N }, (_, e) => 0.5 + (e * 1.5) / 16) },
    ],
    ['without leak', 4, { chargeTransferOhm: Number.POSITIVE_INFINITY }],
  ])('REQ-SIM-101: agrees with Runge–Kutta integration %s', (_, seed, overrides) => {
    const options = bodyOptions(seed, overrides);
    expect(difference(options, seed, (body, reference) => [body, reference])).toBeLessThan(1e-8);
  });

  it('REQ-SIM-101: agrees with Runge–Kutta integration after a lead has broken and two have touched', () => {
    const options = bodyOptions(5, { chargeTransferOhm: 2000 });
    const withFaults = (body: Body, reference: Reference): void => {
      body.breakLead(4);
      body.shortLeads(9, 12);
      reference.broken[4] = true;
      reference.shorts.push([9, 12]);
    };
    expect(difference(options, 5, withFaults)).toBeLessThan(1e-8);
  });

  it('REQ-SIM-101: charges sum to zero, energy never grows in recharge, pieces of a duration add up', () => {
    for (let seed = 0; seed < 20; seed++) {
      const whole = new Body(bodyOptions(seed));
      const pieces = new Body(bodyOptions(seed));
      for (let round = 0; round < 20; round++) {
        const levels = anyLevels(draw(seed * 100 + round));
        for (const body of [whole, pieces]) body.drive(levels, 400, true);
        const before = sumOfSquares(whole.truePc);
        whole.recharge(3000);
        for (const piece of [10, 990, 1500.5, 499.5]) pieces.recharge(piece);
        expect(sumOfSquares(whole.truePc)).toBeLessThan(before);
        expect(Math.abs(whole.truePc.reduce((sum, value) => sum + value, 0))).toBeLessThan(1e-2);
        expect(largestDifference(whole.truePc, pieces.truePc)).toBeLessThan(1e-2);
      }
    }
  });
});

/** Relative difference of body and reference over a random sequence, with a fault (or nothing) in the middle of it. */
function difference(
  options: BodyOptions,
  seed: number,
  fault: (body: Body, reference: Reference) => unknown,
): number {
  const body = new Body(options);
  const reference = new Reference(options);
  const source = draw(seed);
  let worst = 0;
  let largest = 0;
  for (let step = 0; step < 24; step++) {
    if (step === 12) fault(body, reference);
    const levels = anyLevels(source);
    const durationUs = Math.floor(source.logUniform(10, 1000));
    body.drive(levels, durationUs, true);
    const currents = Float64Array.from(levels, (_, e) => body.sample(e).currentUa);
    reference.drive(currents, durationUs);
    body.hold(77);
    reference.drive(new Float64Array(N), 77);
    const restUs = source.logUniform(10, 8000);
    body.recharge(restUs);
    reference.recharge(restUs);
    worst = Math.max(worst, largestDifference(body.truePc, reference.chargePc));
    for (let e = 0; e < N; e++) {
      const volts = Math.abs(body.interfaceMv(e) * 1000 - reference.interfaceUv[e]);
      worst = Math.max(worst, volts * options.doubleLayerUf);
    }
    largest = Math.max(largest, ...body.truePc.map(Math.abs));
  }
  return worst / largest;
}

function anyLevels(source: ReturnType<typeof draw>): Int32Array {
  const levels = new Int32Array(N);
  for (let e = 0; e < 16; e++) levels[e] = Math.round(source.uniform(-500, 500));
  levels[16] = -levels.reduce((sum, level) => sum + level, 0);
  return levels;
}

function largestDifference(a: Float64Array, b: Float64Array): number {
  return a.reduce((worst, value, e) => Math.max(worst, Math.abs(value - b[e])), 0);
}

function sumOfSquares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}
