// Watchdog resets, brown-outs and traps at any moment: the output is off, and nothing resumes by itself. And the same seed
// gives the same trace.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WATCHDOG_US } from '../../firmware/board.ts';
import { Status } from '../../firmware/status.ts';
import {
  CYCLES_PER_US,
  type Fault,
  type Firmware,
  type Hal,
  instantiateInterlock,
  instantiateStimulator,
  Mark,
  vcdText,
} from '../../sim/index.ts';
import { faultsOf } from './rig/check.ts';
import { Device } from './rig/device.ts';
import { few } from './rig/machine.ts';
import { showUs, therapies } from './rig/therapies.ts';

const SEED = 20_261_127;
const AFTERWARDS_US = 500_000;
const accessible = therapies({ intervalUs: [150, 20_000] });
/** Cycles into a running therapy. */
const moment = fc.integer({ min: 0, max: 100_000 * CYCLES_PER_US });

/** Since the last reset or trap there was no output, and the device knows of nothing but being switched on. */
function isFresh(device: Device, sinceUs: number): void {
  device.run(AFTERWARDS_US);
  for (const { startNs, endNs, state } of device.sim.capture().stretches()) {
    if (state === 'drive') expect(endNs).toBeLessThanOrEqual(sinceUs * 1000);
    else expect(startNs).toBeGreaterThanOrEqual(0);
  }
  device.client.hello();
  const { therapy, interlock, stopReason, pulses } = device.status();
  expect([therapy, interlock, stopReason, pulses]).toEqual(['IDLE', 'DISARMED', 'NONE', 0]);
  expect(device.validate()).toBe(Status.EMPTY_PROGRAM);
}

const faults: [string, Fault, number][] = [
  ['a hung stimulator', { kind: 'hang', module: 'stimulator' }, WATCHDOG_US + 20_000],
  ['a hung interlock', { kind: 'hang', module: 'interlock' }, WATCHDOG_US + 20_000],
  ['a brown-out', { kind: 'brown-out', durationUs: 3000 }, 0],
];

describe('resets', () => {
  it.each(faults)('REQ-THR-009 REQ-ARM-004: after %s nothing resumes by itself', (_, fault, withinUs) => {
    fc.assert(
      fc.property(accessible, moment, (therapy, cycles) => {
        const device = new Device();
        if (!device.accepts(therapy)) return;
        device.stimulate();
        device.sim.runUntilCycle(device.sim.nowCycles + cycles);
        const atUs = device.sim.nowUs;
        device.sim.faults.inject(fault);
        isFresh(device, atUs + withinUs);
        expect(device.sim.trace?.marks(Mark.RESET).length).toBe(1);
        // A new therapy is delivered as it should be.
        expect(device.accepts(therapy)).toBe(true);
        device.stimulate();
        device.run(20_000);
        expect(device.status().therapy).toBe('STIMULATING');
      }),
      { seed: SEED, numRuns: few(40) },
    );
  });
});

/** The HAL with a clock that traps in its n-th call, in the middle of whatever the module is doing, once. */
function trapping<H extends Pick<Hal, 'clock_us'>>(hal: H, plan: { calls: number }): H {
  return {
    ...hal,
    clock_us: () => {
      if (plan.calls-- === 0) throw new WebAssembly.RuntimeError('unreachable');
      return hal.clock_us();
    },
  };
}

describe('traps', () => {
  it.each(['interlock', 'stimulator'] as const)(
    'REQ-THR-009 REQ-ARM-004: a trap in the %s ends with the output off in that instant, and nothing resumes',
    (module) => {
      fc.assert(
        fc.property(accessible, fc.integer({ min: 0, max: 50 }), (therapy, calls) => {
          const plan = { calls: Number.POSITIVE_INFINITY };
          const firmware: Partial<Firmware> =
            module === 'interlock'
              ? { interlock: (hal) => instantiateInterlock(trapping(hal, plan)) }
              : { stimulator: (hal, interlock) => instantiateStimulator(trapping(hal, plan), interlock) };
          const device = new Device({ firmware });
          if (!device.accepts(therapy)) return;
          device.stimulate();
          plan.calls = calls;
          device.run(600_000);
          const traps = device.sim.trace?.marks(Mark.TRAP) ?? [];
          expect(traps.length).toBe(1);
          isFresh(device, traps[0].cycle / CYCLES_PER_US);
        }),
        { seed: SEED, numRuns: few(40) },
      );
    },
  );
});

describe('the simulation', () => {
  it('REQ-SIM-104: the same seed gives the same trace, byte for byte, however it is run', () => {
    fc.assert(
      fc.property(
        accessible,
        fc.integer(),
        fc.array(fc.integer({ min: 1, max: 40_000 })),
        (therapy, seed, pieces) => {
          const texts = [[], pieces].map((steps) => {
            const device = new Device({ seed, body: undefined });
            device.accepts(therapy);
            device.start();
            const endCycle = device.sim.nowCycles + 200_000 * CYCLES_PER_US;
            for (const us of steps) {
              if (device.sim.nowCycles + us * CYCLES_PER_US < endCycle) device.sim.runUs(us);
            }
            device.sim.runUntilCycle(endCycle);
            device.stop();
            if (device.sim.trace === null) throw new Error('a trace is needed');
            return vcdText(device.sim.trace, device.sim.nowCycles);
          });
          expect(texts[1] === texts[0]).toBe(true);
        },
      ),
      { seed: SEED, numRuns: few(15) },
    );
  });

  it('REQ-SIM-104: another seed gives another body and session, and the same therapy all the same', () => {
    fc.assert(
      fc.property(accessible, fc.integer(), (therapy, seed) => {
        const device = new Device({ seed });
        if (!device.accepts(therapy)) return;
        device.stimulate();
        device.run(showUs(therapy, 300_000));
        expect(faultsOf(device, therapy).faults).toEqual([]);
      }),
      { seed: SEED, numRuns: few(20) },
    );
  });
});
