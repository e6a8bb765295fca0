// The magnet while the device arms for a therapy or a measurement: however soon it leaves, nothing begins. One that was gone
// before START keeps nothing from beginning.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { CYCLES_PER_US } from '../../sim/index.ts';
import { Device } from './rig/device.ts';
import { few } from './rig/machine.ts';

const SEED = 20_261_129;
const THERAPY: Therapy = {
  name: 'arming',
  profile: 'percutaneous-16',
  areas: [
    {
      electrodes: { E3: -1000, E4: 1000 },
      amplitudeUa: 3000,
      phaseUs: 200,
      recharge: 'symmetric',
      rateHz: 80,
    },
  ],
};

/** A device with the therapy, in its discharge time: of its boot, or of a magnet that was there a while ago. */
function ready(magnetAgoUs?: number): Device {
  const device = new Device();
  expect(device.accepts(THERAPY)).toBe(true);
  if (magnetAgoUs === undefined) return device;
  pass(device, 0, 100_000);
  device.run(100 + magnetAgoUs);
  return device;
}

/** The magnet comes after `afterNs` and goes, perhaps within a turn of the main loop. */
function pass(device: Device, afterNs: number, forNs: number): void {
  const { faults, nowCycles } = device.sim;
  const comesAt = nowCycles + cyclesOf(afterNs);
  faults.inject({ kind: 'magnet', isPresent: true }, comesAt);
  faults.inject({ kind: 'magnet', isPresent: false }, comesAt + cyclesOf(forNs));
}

function cyclesOf(ns: number): number {
  return Math.round((ns * CYCLES_PER_US) / 1000);
}

function drives(device: Device): boolean {
  for (const { state } of device.sim.capture().stretches()) if (state === 'drive') return true;
  return false;
}

/** A moment while it arms, as a share of the time that is left, how long the magnet is there, and whether it was before. */
const passes = fc.record({
  share: fc.double({ min: 0, max: 0.95, noNaN: true }),
  forNs: fc.integer({ min: 100, max: 200_000 }),
  magnetAgoUs: fc.option(fc.integer({ min: 10, max: 40_000 }), { nil: undefined }),
});

/** Lets `begin` arm a device and a magnet pass meanwhile. */
function passesWhileArming(begin: (device: Device) => Status, check: (device: Device) => void): void {
  fc.assert(
    fc.property(passes, ({ share, forNs, magnetAgoUs }) => {
      const device = ready(magnetAgoUs);
      expect(begin(device)).toBe(Status.OK);
      const { dischargeUs } = device.status();
      expect(dischargeUs).toBeGreaterThan(0);
      pass(device, 1000 * share * dischargeUs, forNs);
      device.run(200_000);
      expect(drives(device)).toBe(false);
      check(device);
    }),
    { seed: SEED, numRuns: few(200) },
  );
}

const measure = (device: Device): Status =>
  device.client.ask(wire.Message.MEASURE, Uint8Array.of(3, 16)).status;

describe('arming', () => {
  it('REQ-SCH-023: a magnet that comes and goes while a therapy arms ends it before its first pulse', () => {
    passesWhileArming(
      (device) => device.start(),
      (device) => {
        expect(device.told('state').at(-1)).toMatchObject({ therapy: 'IDLE', reason: 'MAGNET' });
      },
    );
  });

  it('REQ-SCH-023: a magnet that comes and goes while a measurement arms ends it without one', () => {
    passesWhileArming(measure, (device) => {
      expect(device.told('impedance')).toMatchObject([{ status: 'MAGNET' }]);
    });
  });

  it('REQ-SCH-023: a magnet that has left before START keeps no therapy from beginning', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 80_000 }), (magnetAgoUs) => {
        const device = ready(magnetAgoUs);
        device.stimulate();
        device.run(100_000);
        expect(device.judge(THERAPY).findings).toEqual([]);
        expect(device.status().therapy).toBe('STIMULATING');
      }),
      { seed: SEED, numRuns: few(50) },
    );
  });
});
