// The command set against a model: after every message, wait, silence, magnet and fault the device is what the model says.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeArea } from '../../host/device/area-record.ts';
import { Mark } from '../../sim/index.ts';
import { judgeLimits } from '../oracle/index.ts';
import { steps } from './model/commands.ts';
import { KINDS, Model } from './model/model.ts';
import { Device } from './rig/device.ts';
import { enough, few } from './rig/machine.ts';

const SEED = 20_261_129;
const RUNS = 800;

describe('the command set', () => {
  it('REQ-LNK-016 REQ-SCH-014 REQ-SCH-018 REQ-THR-005 REQ-THR-006 REQ-THR-008 REQ-LNK-015 REQ-FLT-002 REQ-FLT-003: state and answers are the model’s', () => {
    const seen = { pulses: 0, stimulations: 0, measurements: 0, trips: 0, locks: 0 };
    fc.assert(
      fc.property(fc.commands(steps, { maxCommands: 60, size: 'max' }), (commands) => {
        const device = new Device();
        const model = new Model();
        // A program to begin with: sequences need not find theirs by chance.
        model.slots[0][0] = { kind: 0, amplitudeUa: 500 };
        device.setArea(0, 0, encodeArea(KINDS[0]));
        device.setAmplitude(0, 0, 500);
        fc.modelRun(() => ({ model, real: device }), commands);
        const capture = device.sim.capture();
        expect(judgeLimits(capture).findings).toEqual([]);
        const unwanted = [Mark.TRAP, Mark.UNDERRUN, Mark.RESET].flatMap(
          (kind) => device.sim.trace?.marks(kind) ?? [],
        );
        expect(unwanted).toEqual([]);
        seen.pulses += device.status().pulses;
        seen.stimulations += device.told('state').filter(({ therapy }) => therapy === 'STIMULATING').length;
        seen.measurements += device.told('impedance').length;
        seen.trips += model.trips;
        if (model.interlock === 'LOCKED') seen.locks++;
      }),
      { seed: SEED, numRuns: few(RUNS) },
    );
    // What the sequences went through: a model of nothing would hold as well.
    expect(seen.pulses).toBeGreaterThan(enough(30_000));
    expect(seen.stimulations).toBeGreaterThan(enough(400));
    expect(seen.measurements).toBeGreaterThan(enough(300));
    expect(seen.trips).toBeGreaterThan(enough(250));
    expect(seen.locks).toBeGreaterThanOrEqual(enough(3));
  });
});
