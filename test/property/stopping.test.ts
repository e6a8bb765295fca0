// Every way in which a therapy ends, at any moment of any therapy: STOP completes the pulse and ramps down, ESTOP and the
// magnet cut at once, and nothing comes afterwards.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mode, Status } from '../../firmware/status.ts';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { CYCLES_PER_US } from '../../sim/index.ts';
import { Device } from './rig/device.ts';
import { enough, few } from './rig/machine.ts';
import { therapies, type Wishes } from './rig/therapies.ts';

const SEED = 20_261_124;
/** After this nothing of a ramp-down is left. */
const RAMP_US_MAX = 460_000;
const AFTERWARDS_US = 300_000;
/** A message of 14 bytes at 1,000,000 baud, the turn of the main loop that is going on, and the one that reads it. */
const ESTOP_US_MAX = 1500;

/** Starts each accepted therapy and ends it after a while with `end`; nothing may follow. */
function endings(
  wishes: Wishes,
  runs: number,
  end: (device: Device, therapy: Therapy, atUs: number) => void,
) {
  let accepted = 0;
  fc.assert(
    fc.property(
      therapies({ intervalUs: [100, 20_000], ...wishes }),
      fc.integer({ min: 0, max: 300_000_000 }),
      (therapy, afterNs) => {
        const device = new Device();
        if (!device.accepts(therapy)) return;
        accepted++;
        expect(device.start(Mode.FREE_RUNNING)).toBe(Status.OK);
        // From arming on, at any cycle.
        device.run(60_000);
        device.sim.runUntilCycle(device.sim.nowCycles + Math.round((afterNs * CYCLES_PER_US) / 1000));
        end(device, therapy, afterNs / 1000);
        const stretches = [...device.sim.capture().stretches()].length;
        device.run(AFTERWARDS_US);
        expect([...device.sim.capture().stretches()].length).toBe(stretches);
        const { therapy: state, interlock } = device.status();
        expect([state, interlock]).toEqual(['IDLE', 'DISARMED']);
      },
    ),
    { seed: SEED, numRuns: few(runs) },
  );
  expect(accepted).toBeGreaterThan(enough(0.6 * runs));
}

/** No pulse at all is right where the end came before the first. */
function findings(device: Device, therapy: Therapy, offLatencyNs?: number) {
  const { findings: found } = device.judge(therapy, offLatencyNs === undefined ? {} : { offLatencyNs });
  return found.filter(({ rule }) => rule !== 'no-output');
}

describe('endings', () => {
  it('REQ-SCH-008 REQ-SCH-016: STOP never cuts a pulse, ramps down from the amplitude in use, and disarms', () => {
    endings({}, 200, (device, therapy) => {
      expect(device.stop()).toBe(Status.OK);
      device.run(RAMP_US_MAX);
      expect(findings(device, therapy)).toEqual([]);
      expect(device.told('state').at(-1)).toMatchObject({ therapy: 'IDLE', reason: 'STOP' });
    });
  });

  it('REQ-SCH-008 REQ-TIM-001: an area that ends just before a pulse of another leaves no gap that is too short', () => {
    // Recharge is queued up to a pulse that STOP then takes away: the next one is due some µs later.
    const silenced: AreaSettings = {
      electrodes: { E6: -1000, E5: 1000 },
      amplitudeUa: 320,
      phaseUs: 10,
      recharge: 'passive',
      rateHz: 500,
    };
    const ramped: AreaSettings = {
      ...silenced,
      electrodes: { E1: -1000, E14: 1000 },
      rateHz: 499.9,
      rampDownMs: 40,
    };
    const therapy: Therapy = { name: 'near', profile: 'percutaneous-16', areas: [silenced, ramped] };
    for (let pulses = 0; pulses < 20; pulses++) {
      const device = new Device();
      expect(device.accepts(therapy)).toBe(true);
      device.stimulate();
      device.run(2000 * pulses + 33 * pulses);
      expect(device.stop()).toBe(Status.OK);
      device.run(RAMP_US_MAX);
      expect(device.told('state').at(-1)).toMatchObject({ therapy: 'IDLE', reason: 'STOP', refusal: 'OK' });
      expect(findings(device, therapy)).toEqual([]);
    }
  });

  it('REQ-SCH-008: a ramp-down has only pulses that are whole, one weaker than the one before', () => {
    endings({ areas: [1, 1], ramps: true, cycling: false, bursts: false }, 120, (device, therapy) => {
      expect(device.stop()).toBe(Status.OK);
      device.run(RAMP_US_MAX);
      expect(findings(device, therapy)).toEqual([]);
    });
  });

  it('REQ-SCH-015 REQ-FLT-005: ESTOP switches off within the poll that reads it', () => {
    endings({}, 200, (device, therapy) => {
      expect(device.estop()).toBe(Status.OK);
      device.run(1000);
      expect(findings(device, therapy, ESTOP_US_MAX * 1000)).toEqual([]);
      expect(device.told('state').at(-1)).toMatchObject({ therapy: 'IDLE', reason: 'ESTOP' });
    });
  });

  it('REQ-FLT-004: the magnet switches off in its own cycle, and START is refused while it is there', () => {
    endings({}, 200, (device, therapy) => {
      device.note('magnet');
      device.sim.board.magnet(true);
      device.run(20_000);
      expect(findings(device, therapy, 0)).toEqual([]);
      const last = device.told('state').at(-1);
      // Before the first pulse it is `arm` that says so.
      expect([last?.therapy, last?.reason === 'REFUSED' ? last.refusal : last?.reason]).toEqual([
        'IDLE',
        'MAGNET',
      ]);
      device.commands.splice(1);
      expect(device.start()).toBe(Status.MAGNET);
      device.sim.board.magnet(false);
      device.run(20_000);
    });
  });

  it('REQ-LNK-010: in clinic mode a silent host ends the therapy softly after 2 s, and not before', () => {
    fc.assert(
      fc.property(therapies({ intervalUs: [500, 20_000] }), (therapy) => {
        const device = new Device();
        if (!device.accepts(therapy)) return;
        device.stimulate(Mode.CLINIC);
        device.run(1_850_000);
        expect(device.judge(therapy).findings).toEqual([]);
        // The last frame of the session was START.
        const [{ atNs }] = device.commands;
        device.commands.push({ kind: 'stop', atNs: atNs + 2e9 });
        device.run(600_000);
        expect(findings(device, therapy)).toEqual([]);
        expect(device.told('state').at(-1)).toMatchObject({ therapy: 'IDLE', reason: 'LINK_LOSS' });
      }),
      { seed: SEED, numRuns: few(25) },
    );
  });
});
