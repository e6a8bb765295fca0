// Defects that were found by attacking the whole device, each pinned by the case that showed it.

import { describe, expect, it } from 'vitest';
import { Mode, StopReason } from '../../firmware/status.ts';
import { Message } from '../../firmware/wire.ts';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { bodyOptions, CYCLE_NS, type Fault, Mark } from '../../sim/index.ts';
import { Device } from './rig/device.ts';

const SECOND_US = 1_000_000;

function therapyOf(...areas: AreaSettings[]): Therapy {
  return { name: 'regression', profile: 'percutaneous-16', areas };
}

/** Four areas whose on-windows end while pulses of others are in the way. */
function crowded(amplitudeUa: number, rampDownMs: number): Therapy {
  return therapyOf(
    {
      electrodes: { E6: -380, E8: -620, E2: 380, E7: 620 },
      amplitudeUa: 3900,
      phaseUs: 10,
      interphaseGapUs: 497,
      recharge: 'symmetric',
      rateHz: 2.191,
      cycle: { onMs: 59, offMs: 59 },
    },
    {
      electrodes: { CASE: -586, E15: -414, E2: 447, E3: 315, E4: 131, E12: 107 },
      amplitudeUa: 1080,
      phaseUs: 959,
      recharge: 'symmetric',
      rateHz: 17.311,
      cycle: { onMs: 58, offMs: 60 },
    },
    {
      electrodes: { E1: -1000, E9: 833, E2: 167 },
      amplitudeUa,
      phaseUs: 100,
      recharge: 'passive',
      rateHz: 17.275,
      rampDownMs,
      cycle: { onMs: 59, offMs: 59 },
    },
    {
      electrodes: { E15: -1000, E6: 1000 },
      amplitudeUa: 15_230,
      phaseUs: 81,
      recharge: 'symmetric',
      rateHz: 6.991,
      cycle: { onMs: 109, offMs: 208 },
    },
  );
}

describe('STOP while a last pulse waits behind another area’s', () => {
  for (const rampDownMs of [0, 3, 24, 59]) {
    it(`REQ-SCH-006 REQ-SCH-008: with a ramp-down of ${rampDownMs} ms no level passes the set amplitude`, () => {
      for (const amplitudeUa of [500, 4330]) {
        for (let afterUs = 98_000; afterUs <= 104_000; afterUs += 600) {
          const device = new Device();
          expect(device.accepts(crowded(amplitudeUa, rampDownMs))).toBe(true);
          device.start(Mode.FREE_RUNNING);
          device.run(afterUs);
          const fromNs = device.sim.nowCycles * CYCLE_NS;
          device.stop();
          device.run(400_000);
          for (const stretch of device.sim.capture().stretches()) {
            if (stretch.startNs < fromNs) continue;
            // E1 is the one cathode of its area: never anodic, never above the amplitude.
            expect(stretch.levelsUa[0]).toBeLessThanOrEqual(0);
            expect(stretch.levelsUa[0]).toBeGreaterThanOrEqual(-amplitudeUa);
          }
          expect(device.told('state').at(-1)?.reason).toBe(StopReason[StopReason.STOP]);
        }
      }
    });
  }
});

const near = (rateHz: number, electrodes: AreaSettings['electrodes']): AreaSettings => ({
  electrodes,
  amplitudeUa: 2000,
  phaseUs: 100,
  recharge: 'symmetric',
  rateHz,
});
const FIRST = { E1: -1000, E2: 1000 };
const SECOND = { E5: -1000, E6: 1000 };

describe('read-back of areas that are locked in rate with others', () => {
  const programs: [string, Therapy][] = [
    ['one area', therapyOf(near(100, SECOND))],
    ['100 and 100 Hz', therapyOf(near(100, FIRST), near(100, SECOND))],
    ['three at 100 Hz', therapyOf(near(100, FIRST), near(100, { E9: -1000, E10: 1000 }), near(100, SECOND))],
    ['100 and 50 Hz', therapyOf(near(100, FIRST), near(50, SECOND))],
    ['40 and 40 Hz', therapyOf(near(40, FIRST), near(40, SECOND))],
    ['97 and 2 Hz', therapyOf(near(97, FIRST), near(2, SECOND))],
  ];
  const faults: Fault[] = [
    { kind: 'broken-lead', electrode: 4 },
    { kind: 'stuck-dac', electrode: 4, levelUa: 0 },
    { kind: 'stuck-dac', electrode: 4, levelUa: -6000 },
  ];
  for (const [name, therapy] of programs) {
    it(`REQ-SEN-003: ${name}: a fault of E5 trips within 10 s`, () => {
      for (const fault of faults) {
        const device = new Device({ body: bodyOptions(3) });
        expect(device.accepts(therapy)).toBe(true);
        device.start(Mode.FREE_RUNNING);
        device.run(300_000);
        device.sim.faults.inject(fault);
        for (let waitedUs = 0; waitedUs < 10 * SECOND_US; waitedUs += 100_000) {
          device.run(100_000);
          if (device.sim.trace!.marks(Mark.TRIP).length > 0) break;
        }
        expect(device.sim.trace!.marks(Mark.TRIP).length, JSON.stringify(fault)).toBeGreaterThan(0);
      }
    });
  }
});

describe('read-back while an area is in its off-time', () => {
  it('REQ-SEN-005: output of the other area does not go unread while its electrode is waited for', () => {
    const device = new Device();
    const therapy = therapyOf(
      {
        ...near(55.965, { CASE: -1000, E8: 1000 }),
        recharge: 'passive',
        amplitudeUa: 760,
        phaseUs: 20,
        cycle: { onMs: 18, offMs: 259 },
      },
      {
        ...near(55.965, { E15: -1000, E13: 1000 }),
        recharge: { asymmetric: 8 },
        amplitudeUa: 40,
        phaseUs: 745,
      },
    );
    expect(device.accepts(therapy)).toBe(true);
    device.start(Mode.FREE_RUNNING);
    device.run(3 * SECOND_US);
    expect(device.status().therapy).toBe('STIMULATING');
  });
});

describe('a lock after three trips', () => {
  it('REQ-FLT-006: outlives the watchdog’s reset, and ends with the power', () => {
    const device = new Device();
    for (let trips = 0; trips < 3; trips++) {
      device.sim.board.setTemperature(41_000);
      device.run(50_000);
      device.sim.board.setTemperature(37_000);
      device.run(1_200_000);
      if (trips < 2) device.client.ask(Message.CLEAR);
    }
    expect(device.status().interlock).toBe('LOCKED');
    device.sim.faults.inject({ kind: 'hang', module: 'stimulator' });
    device.run(200_000);
    device.client.hello();
    expect(device.status().interlock).toBe('LOCKED');
    device.sim.faults.inject({ kind: 'brown-out', durationUs: 1000 });
    device.run(200_000);
    device.client.hello();
    expect(device.status().interlock).toBe('DISARMED');
  });
});

describe('a case that carries a small share', () => {
  for (const [share, amplitudeUa] of [
    [20, 5000],
    [100, 8000],
    [300, 5000],
  ]) {
    it(`REQ-SEN-009: ${share} ‰ of ${amplitudeUa} µA on the case trips no body whose sources are within ±2 %`, () => {
      const electrodes = { E3: -1000, E4: 1000 - share, CASE: share };
      for (let seed = 1; seed <= 30; seed++) {
        const device = new Device({ seed, body: bodyOptions(seed) });
        expect(device.accepts(therapyOf({ ...near(50, electrodes), amplitudeUa }))).toBe(true);
        device.start(Mode.FREE_RUNNING);
        device.run(2 * SECOND_US);
        expect(device.status().trip).toBe('NONE');
      }
    });
  }
});
