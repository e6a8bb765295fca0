// On-times that the ramps leave nothing of: where the therapy file is refused, and with which on-time it would not be.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { semanticProblems } from '../../host/therapy/semantics.ts';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { Device } from './rig/device.ts';
import { few } from './rig/machine.ts';
import { pulseOnsetsUs } from './rig/pulses.ts';

const OFF_MS = 50;

const AREA = fc
  .record({
    rateHz: fc.integer({ min: 2, max: 60 }),
    amplitudeUa: fc.integer({ min: 1, max: 40 }).map((steps) => 20 * steps),
    rampUpMs: fc.integer({ min: 0, max: 60 }),
    rampDownMs: fc.integer({ min: 0, max: 60 }),
    isBurst: fc.boolean(),
    ratio: fc.constantFrom(1, 2),
  })
  .map(({ isBurst, ratio, rampUpMs, rampDownMs, ...area }): AreaSettings => {
    const onMs = Math.max(1, rampUpMs + rampDownMs);
    const cycle = { onMs, offMs: OFF_MS };
    const burst = isBurst ? { pulses: 3, intraRateHz: 400 } : undefined;
    const recharge = ratio === 1 ? ('symmetric' as const) : { asymmetric: ratio };
    const shape = { electrodes: { E1: -1000, E2: 500, E3: 500 }, phaseUs: 50, burst, recharge };
    return { ...shape, ...area, rampUpMs, rampDownMs, cycle };
  });

function withOnMs(area: AreaSettings, onMs: number): Therapy {
  return { name: 'ramped', profile: 'percutaneous-16', areas: [{ ...area, cycle: { onMs, offMs: OFF_MS } }] };
}

/** Pulses that the device gives of three on-windows. */
function delivered(therapy: Therapy): number {
  const device = new Device();
  expect(device.accepts(therapy)).toBe(true);
  device.stimulate();
  const onMs = therapy.areas[0].cycle?.onMs ?? 0;
  device.run(3000 * (onMs + OFF_MS));
  return pulseOnsetsUs(device.sim.capture()).length;
}

describe('on-times of ramps alone', () => {
  it('REQ-HST-101: a therapy that gives no pulse is refused, with the shortest on-time that gives one', () => {
    let refused = 0;
    const property = (area: AreaSettings) => {
      const onMs = area.cycle?.onMs ?? 0;
      const [problem, ...others] = semanticProblems(withOnMs(area, onMs));
      expect(others).toEqual([]);
      expect(delivered(withOnMs(area, onMs)) > 0).toBe(problem === undefined);
      if (problem === undefined) return;
      refused++;
      expect(problem.field).toBe('areas[0].cycle.onMs');
      const nearestMs = Number(/nearest: (\d+) ms$/.exec(problem.message)?.[1]);
      expect(semanticProblems(withOnMs(area, nearestMs))).toEqual([]);
      expect(delivered(withOnMs(area, nearestMs))).toBeGreaterThan(0);
      expect(delivered(withOnMs(area, nearestMs - 1))).toBe(0);
    };
    fc.assert(fc.property(AREA, property), { seed: 20_261_129, numRuns: few(150) });
    expect(refused).toBeGreaterThan(few(150) / 10);
  });
});
