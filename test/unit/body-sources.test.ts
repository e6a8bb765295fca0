// What the body makes of commanded levels: source errors, Kirchhoff, compliance, broken and shorted leads, the sample.

import { describe, expect, it } from 'vitest';
import { draw } from '../../sim/body/draw.ts';
import { Body, type BodyOptions, bodyOptions, impedance, pairOhm } from '../../sim/body/index.ts';
import { starOf } from './body-tissue.ts';

const N = 17;
const CASE = 16;
const ONES = Array.from({ length: N }, () => 1);
const EXACT = Array.from({ length: N }, () => 0);

function levelsOf(entries: Record<number, number>): Int32Array {
  const levels = new Int32Array(N);
  for (const [electrode, level] of Object.entries(entries)) levels[Number(electrode)] = level;
  return levels;
}

/** No errors, no leak, equal capacitances, 500 Ω from each electrode to one point. */
function plain(overrides: Partial<BodyOptions> = {}): Body {
  const tissue = starOf(500);
  const ideal = { cathodicError: EXACT, anodicError: EXACT, capacitanceScale: ONES };
  return new Body(
    bodyOptions(1, { tissue, ...ideal, chargeTransferOhm: Number.POSITIVE_INFINITY, ...overrides }),
  );
}

function currents(body: Body): number[] {
  return Array.from({ length: N }, (_, e) => body.sample(e).currentUa);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('sources', () => {
  it('REQ-SIM-102: true currents sum to zero and stay within ±2 %, or ±4 % where a polarity is throttled', () => {
    for (let seed = 0; seed < 100; seed++) {
      const body = new Body(bodyOptions(seed));
      const source = draw(seed);
      const levels = new Int32Array(N);
      for (let e = 0; e < 15; e++) levels[e] = Math.round(source.uniform(-100, 100));
      levels[15] = -levels.reduce((total, level) => total + level, 0);
      body.drive(levels, 100);
      const balanced = currents(body);
      expect(Math.abs(sum(balanced))).toBeLessThan(1e-9);
      for (let e = 0; e < 16; e++) {
        expect(Math.abs(balanced[e] - levels[e])).toBeLessThanOrEqual(Math.abs(levels[e]) * 0.04);
      }
      expect(balanced[CASE]).toBe(0);
      levels[CASE] = -levels[3];
      levels[3] = 0;
      body.drive(levels, 100, true);
      const withCase = currents(body);
      expect(Math.abs(sum(withCase))).toBeLessThan(1e-9);
      for (let e = 0; e < 16; e++) {
        expect(Math.abs(withCase[e] - levels[e])).toBeLessThanOrEqual(Math.abs(levels[e]) * 0.02 + 1e-9);
      }
    }
  });

  it('REQ-SIM-102: without the case the stronger polarity is throttled, with it the case takes the rest', () => {
    const anodicError = EXACT.map((_, e) => (e === 1 ? 0.02 : 0));
    const cathodicError = EXACT.map((_, e) => (e === 0 ? -0.02 : 0));
    const body = plain({ anodicError, cathodicError });
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 100);
    expect(currents(body)[0]).toBeCloseTo(-980, 9);
    expect(currents(body)[1]).toBeCloseTo(980, 9);
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 100, true);
    expect(currents(body)[1]).toBeCloseTo(1020, 9);
    expect(currents(body)[CASE]).toBeCloseTo(-40, 9);
    body.drive(levelsOf({ 0: -1000, [CASE]: 1000 }), 100);
    expect(currents(body)[CASE]).toBeCloseTo(980, 9);
  });

  it('measures the pair’s resistance and half the capacitors’ charge in the middle of a segment', () => {
    const body = plain();
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 400);
    const seriesUf = 1 / (1 / 4.7 + 1 / 31.75);
    const expectedMv = (1000 * 1000 + (2 * 1000 * 200) / seriesUf) / 1000;
    expect(body.sample(1).driveMv).toBeCloseTo(expectedMv, 2);
    expect(body.sample(0)).toEqual({ currentUa: -1000, driveMv: -body.sample(1).driveMv });
    expect(body.sample(5).currentUa).toBe(0);
  });

  it('REQ-SIM-102: what 12 V cannot drive is scaled down to what it can', () => {
    const body = plain();
    body.drive(levelsOf({ 0: -20_000, 1: 12_000, 2: 8000 }), 10);
    expect(body.saturated).toBe(true);
    expect(body.sample(0).driveMv).toBeCloseTo(-12_000, 6);
    expect(Math.abs(sum(currents(body)))).toBeLessThan(1e-9);
    expect(currents(body)[1] / currents(body)[2]).toBeCloseTo(1.5, 9);
    // 20 mA + 12 mA through 500 Ω each would need 16 V.
    expect(currents(body)[0]).toBeLessThan(-14_900);
    expect(currents(body)[0]).toBeGreaterThan(-15_000);
    body.drive(levelsOf({ 0: 5000, 1: -5000 }), 10);
    expect(body.saturated).toBe(false);
  });

  it('REQ-SIM-102: a direct current ends when the blocking capacitors hold 12 V', () => {
    const body = plain();
    for (let i = 0; i < 2000; i++) body.drive(levelsOf({ 0: -4000, 1: 4000 }), 1000);
    expect(Math.abs(currents(body)[0])).toBeLessThan(1);
    const seriesUf = 1 / (1 / 4.7 + 1 / 31.75);
    expect(body.truePc[1] / 1e6).toBeCloseTo((12 / 2) * seriesUf, 1);
  });
});

describe('faults', () => {
  it('REQ-SIM-102: a broken lead carries no current and its source stands at the rail', () => {
    const body = plain();
    body.breakLead(0);
    body.drive(levelsOf({ 0: -1000, 1: 600, 2: 400 }), 100);
    expect(currents(body)).toEqual(EXACT);
    expect(body.sample(0)).toEqual({ currentUa: 0, driveMv: -12_000 });
    body.drive(levelsOf({ 0: -1000, 3: -1000, 1: 2000 }), 100);
    expect(currents(body)[3]).toBe(-1000);
    expect(currents(body)[1]).toBe(1000);
    body.recharge(3000);
    expect(body.truePc[0]).toBeCloseTo(0, 6);
  });

  it('keeps the charge of a contact whose lead breaks, and only that', () => {
    const body = plain();
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 1000);
    body.breakLead(0);
    body.recharge(100_000);
    expect(body.truePc[0]).toBeCloseTo(-1e6, 3);
    expect(Math.abs(sum([...body.truePc]))).toBeLessThan(1e-2);
  });

  it('lets a pair of touching leads show as a small resistance', () => {
    const body = plain({ doubleLayerUf: 1e9, blockingUf: 1e9 });
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 20);
    expect(body.sample(1).driveMv).toBeCloseTo(1000, 3);
    body.shortLeads(0, 1);
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 20);
    expect(body.sample(1).driveMv).toBeLessThan(1.001);
    expect(pairOhm(impedance(starOf(500), [{ a: 0, b: 1, ohm: 1 }]), 0, 2)).toBeCloseTo(750, 0);
  });

  it('refuses electrodes that do not exist', () => {
    expect(() => plain().breakLead(17)).toThrow(RangeError);
    expect(() => plain().breakLead(1.5)).toThrow(RangeError);
    expect(() => plain().shortLeads(3, 3)).toThrow(RangeError);
  });
});

describe('bookkeeping', () => {
  it('holds charge while open, and forgets everything on reset', () => {
    const body = plain();
    body.drive(levelsOf({ 0: -1000, 1: 1000 }), 1000);
    const before = [...body.truePc];
    body.hold(500);
    expect([...body.truePc]).toEqual(before);
    body.breakLead(2);
    body.batteryMv = 3100;
    body.reset();
    expect([...body.truePc]).toEqual(EXACT);
    expect([...body.peaks.chargePc]).toEqual(EXACT);
    expect(body.batteryMv).toBe(3900);
    body.drive(levelsOf({ 2: -1000, 1: 1000 }), 10);
    expect(currents(body)[2]).toBe(-1000);
  });

  it('counts phase charge as law L4 does: 800 µs at zero end a phase', () => {
    const body = plain();
    const pulse = levelsOf({ 0: -1000, 1: 1000 });
    body.drive(pulse, 500);
    body.recharge(799);
    body.drive(pulse, 500);
    expect(body.peaks.phasePc[0]).toBeCloseTo(1e6, 6);
    body.peaks.reset();
    body.recharge(800);
    body.drive(pulse, 600);
    expect(body.peaks.phasePc[0]).toBeCloseTo(0.6e6, 6);
    expect(body.peaks.chargePc[1]).toBeCloseTo(body.truePc[1], 3);
  });

  it('drains the battery with time and with output, and takes set values', () => {
    const idle = plain();
    const busy = plain();
    for (let i = 0; i < 50; i++) {
      idle.hold(3600e6);
      busy.hold(3600e6 - 1);
      for (const level of [-8000, 8000]) busy.drive(levelsOf({ 0: level, 1: -level }), 1_000_000);
    }
    expect(idle.batteryMv).toBeLessThan(3900);
    expect(busy.batteryMv).toBeLessThan(idle.batteryMv);
    busy.batteryMv = 3500;
    busy.temperatureMc = 39_500;
    expect([busy.batteryMv, busy.temperatureMc]).toEqual([3500, 39_500]);
  });

  it('is deterministic to the last bit', () => {
    const runs = [0, 1].map(() => {
      const body = new Body(bodyOptions(11));
      for (let i = 1; i < 500; i++) {
        body.drive(levelsOf({ 2: -i, 9: i }), 10 + (i % 90));
        body.recharge(10 + ((i * 37) % 4990));
      }
      return [...body.truePc];
    });
    expect(runs[0]).toEqual(runs[1]);
  });
});
