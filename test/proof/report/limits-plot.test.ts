// The plot of limits: that its lines are Shannon's, that the profile's limits lie where they are said to lie, and that no
// published point is missing or shown as harmless that was not.

import { describe, expect, it } from 'vitest';
import { PHASE_PC_MAX, PHASE_PC_SET_DEFAULT, UNRECOVERED_PC_MAX } from '../../../firmware/profile.ts';
import { limitsPlot } from './limits-plot.ts';
import { MCCREERY } from './mccreery.ts';
import {
  CONTACT_CM2,
  contactDensity,
  SHANNON_K,
  shannonCharge,
  shannonDensity,
  shannonK,
  UNRECOVERED_UC_PER_CM2,
} from './shannon.ts';

const svg = limitsPlot();
/** Ends of the drawn lines of a colour and width, in pixels. */
const drawn = (colour: string, width: number) =>
  [
    ...svg.matchAll(
      /<line x1="([\d.]+)" y1="([\d.]+)" x2="([\d.]+)" y2="([\d.]+)" stroke="([^"]+)" stroke-width="([\d.]+)"\/>/g,
    ),
  ]
    .filter(([, , , , , stroke, strokeWidth]) => stroke === colour && Number(strokeWidth) === width)
    .map(([, ...ends]) => ends.slice(0, 4).map(Number));
/** Middles of the filled squares that mark enforced limits. */
const limits = [
  ...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="12" height="12" fill="#0072b2"><title>/g),
].map(([, x, y]) => [Number(x) + 6, Number(y) + 6]);
const SHANNON_COLOURS = ['#009e73', '#d55e00'];

/** How far a point is from a drawn line, px. */
function distance([x, y]: number[], [x1, y1, x2, y2]: number[]): number {
  const across = (x2 - x1) * (y1 - y) - (x1 - x) * (y2 - y1);
  return Math.abs(across) / Math.hypot(x2 - x1, y2 - y1);
}

describe('the plot of limits', () => {
  it('REQ-INT-003: every point of a Shannon line keeps Q² = A·10^k', () => {
    for (const k of SHANNON_K) {
      for (let chargeUc = 0.03; chargeUc < 40; chargeUc *= 1.1) {
        const areaCm2 = chargeUc / shannonDensity(k, chargeUc);
        expect(chargeUc ** 2 / (areaCm2 * 10 ** k)).toBeCloseTo(1, 9);
        expect(shannonK(chargeUc, shannonDensity(k, chargeUc))).toBeCloseTo(k, 9);
        expect(shannonCharge(k, areaCm2)).toBeCloseTo(chargeUc, 9);
      }
    }
  });

  it('REQ-INT-003: the phase limits of the profile are k = 1.5 and 1.85 on its contact, rounded down to 1 nC', () => {
    for (const [pc, k] of [
      [PHASE_PC_SET_DEFAULT, 1.5],
      [PHASE_PC_MAX, 1.85],
    ]) {
      expect(pc / 1000).toBe(Math.floor(shannonCharge(k, CONTACT_CM2) * 1000));
      const [chargeNc, areaMm2] = [pc / 1000, CONTACT_CM2 * 100];
      expect(chargeNc ** 2).toBeLessThanOrEqual(areaMm2 * 10 ** (k + 4));
    }
    expect(UNRECOVERED_UC_PER_CM2).toBeCloseTo(40, 9);
    expect(UNRECOVERED_PC_MAX / 1e6).toBeCloseTo(40 * CONTACT_CM2, 9);
  });

  it('REQ-INT-003: the marks of both limits are drawn where the contact’s line meets Shannon’s', () => {
    const [contact] = drawn('#0072b2', 2.5);
    expect(limits.length).toBe(2);
    for (const [index, mark] of limits.entries()) {
      const [shannon] = drawn(SHANNON_COLOURS[index], 2);
      expect(distance(mark, shannon)).toBeLessThan(0.1);
      expect(distance(mark, contact)).toBeLessThan(0.1);
    }
    expect(contactDensity(3.81)).toBeCloseTo(30, 9);
    for (const name of [
      'set limit at boot: 2,004 nC, k = 1.50',
      'hard limit: 2,998 nC, k = 1.85',
      '3,810 nC, k = 2.06',
    ]) {
      expect(svg).toContain(name);
    }
  });

  it('REQ-INT-003: every published point is there, filled where any site was damaged', () => {
    const circles = [
      ...svg.matchAll(/r="5" fill="([^"]+)"[^>]*><title>(\d+) of (\d+) sites damaged: ([\d.]+) µC/g),
    ];
    expect(
      circles.map(([, fill, damaged, sites, uc]) => [fill !== '#ffffff', +damaged, +sites, +uc]),
    ).toEqual(MCCREERY.map((one) => [one.damaged > 0, one.damaged, one.sites, one.chargeUc]));
    expect(circles.length).toBe(12);
  });

  it('REQ-INT-003: charge, density and area of a published point agree', () => {
    for (const { areaCm2, densityUcPerCm2, chargeUc } of MCCREERY) {
      expect(chargeUc / areaCm2 / densityUcPerCm2).toBeGreaterThan(0.95);
      expect(chargeUc / areaCm2 / densityUcPerCm2).toBeLessThan(1.05);
    }
  });

  it('REQ-INT-003: everything drawn lies inside the picture', () => {
    const [width, height] = [/ width="(\d+)"/, / height="(\d+)"/].map((one) => Number(one.exec(svg)?.[1]));
    for (const [, name, value] of svg.matchAll(/ (x|y|x1|x2|y1|y2|cx|cy)="(-?[\d.]+)"/g)) {
      expect(Number(value)).toBeGreaterThanOrEqual(0);
      expect(Number(value)).toBeLessThanOrEqual(name.includes('x') ? width : height);
    }
  });
});
