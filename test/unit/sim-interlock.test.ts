// The simulator around the real interlock, driven by a stand-in for the stimulator: faults reach it, and runs repeat.

import { describe, expect, test } from 'vitest';
import { Trip } from '../../firmware/status.ts';
import {
  createSimulator,
  type Fault,
  type InterlockCalls,
  Mark,
  type Simulator,
  type SimulatorOptions,
  type StimulatorHal,
  vcdText,
} from '../../sim/index.ts';
import { pair } from './sim-stand-ins.ts';

const US = 125;
const PULSE: readonly (readonly [number, number, number])[] = [
  [300, 0, pair(-2000, 2000)],
  [50, 2, 0],
  [300, 0, pair(2000, -2000)],
  [4350, 1, 0],
];

/** Arms, then repeats PULSE 12 ms ahead, and starts again whenever it is refused. */
function pulsing(hal: StimulatorHal, interlock: InterlockCalls) {
  let endUs = 0;
  let isArmed = false;
  let next = 0;
  return {
    boot: () => {},
    poll: () => {
      const nowUs = hal.clock_us();
      if (!isArmed) {
        if (interlock.arm() !== 0) return 1000;
        isArmed = true;
        next = 0;
        endUs = nowUs;
      }
      for (; endUs < nowUs + 12_000; next = (next + 1) % PULSE.length) {
        const [durationUs, flags, word] = PULSE[next];
        if (interlock.request(durationUs, flags, word, 0, 0, 0, 0, 0, 0, 0) !== 0) {
          isArmed = false;
          return 1000;
        }
        endUs += durationUs;
      }
      return 4000;
    },
  };
}

async function pulses(options: SimulatorOptions = {}): Promise<Simulator> {
  const sim = await createSimulator({ seed: 11, ...options, firmware: { stimulator: pulsing } });
  sim.runUs(200_000);
  return sim;
}

const marks = (sim: Simulator, kind: Mark) => sim.trace?.marks(kind) ?? [];

/** Injects at a cycle, runs 200 ms and gives the first trip and its latency. */
async function tripAfter(fault: Fault, options: SimulatorOptions = {}) {
  const sim = await pulses(options);
  expect(marks(sim, Mark.TRIP)).toEqual([]);
  const atCycle = sim.nowCycles + 1000 * US;
  sim.faults.inject(fault, atCycle);
  sim.runUs(200_000);
  const trip = marks(sim, Mark.TRIP)[0];
  return { sim, trip: trip?.argument, latencyUs: trip && (trip.cycle - atCycle) / US };
}

describe('simulator with the interlock', () => {
  test('pulses come out with exact widths and no trip, into a body drawn from the seed', async () => {
    const sim = await pulses();
    sim.runUs(500_000);
    expect(marks(sim, Mark.TRIP)).toEqual([]);
    const drives = Array.from(sim.capture().stretches(), (s) => ({ ...s })).filter(
      (s) => s.state === 'drive',
    );
    expect(drives.length).toBeGreaterThan(200);
    for (const [i, drive] of drives.entries()) {
      expect(drive.endNs - drive.startNs).toBe(300_000);
      expect(drive.levelsUa[0]).toBe(i % 2 === 0 ? -2000 : 2000);
      if (i >= 2) expect(drive.startNs - drives[i - 2].startNs).toBe(5_000_000);
    }
    const truePc = Array.from(sim.body?.truePc ?? []);
    expect(Math.abs(truePc[0])).toBeGreaterThan(0);
    expect(Math.abs(truePc[0])).toBeLessThan(600_000);
    expect(Math.abs(truePc.reduce((sum, pc) => sum + pc, 0))).toBeLessThan(1);
  });

  test('the same seed gives the same trace, byte for byte; how it is run in pieces makes no difference', async () => {
    const record = async (seed: number, pieceUs: number): Promise<string> => {
      const sim = await pulses({ seed });
      sim.faults.inject({ kind: 'uart', direction: 'rx', lossPpm: 200_000, corruptPpm: 300_000 });
      const endCycle = 400_000 * US;
      sim.write(new Uint8Array(100).fill(0x5a));
      while (sim.nowCycles < endCycle) sim.runUntilCycle(Math.min(endCycle, sim.nowCycles + pieceUs * US));
      return vcdText(sim.trace ?? expect.fail('no trace'), endCycle);
    };
    const text = await record(3, 200_000);
    expect(await record(3, 200_000)).toBe(text);
    expect(await record(3, 777)).toBe(text);
    expect(await record(4, 200_000)).not.toBe(text);
  });

  test('a stuck converter trips on the read-back', async () => {
    const { trip, latencyUs } = await tripAfter({ kind: 'stuck-dac', electrode: 0, levelUa: 900 });
    expect(trip).toBe(Trip.READBACK);
    expect(latencyUs).toBeLessThan(200_000);
  });

  test('a broken lead trips on the read-back', async () => {
    expect((await tripAfter({ kind: 'broken-lead', electrode: 0 })).trip).toBe(Trip.READBACK);
  });

  test('sensors that age, heat and an empty battery trip', async () => {
    const stale: Fault = { kind: 'sensor', sensor: 'temperature', health: 'stale' };
    expect((await tripAfter(stale, { body: 'none' })).trip).toBe(Trip.SENSOR_STALE);
    const hot: Fault = { kind: 'temperature', milliCelsius: 39_001 };
    expect((await tripAfter(hot, { body: 'none' })).trip).toBe(Trip.TEMPERATURE);
    const empty: Fault = { kind: 'battery', millivolts: 2999 };
    const { trip, latencyUs } = await tripAfter(empty);
    expect(trip).toBe(Trip.BATTERY);
    expect(latencyUs).toBeLessThan(11_100);
  });

  test('the output is off from the magnet’s own cycle until it is armed again', async () => {
    const sim = await pulses();
    const atCycle = sim.nowCycles + 1100 * US;
    sim.faults.inject({ kind: 'magnet', isPresent: true }, atCycle);
    sim.faults.inject({ kind: 'magnet', isPresent: false }, atCycle + 1000 * US);
    sim.runUs(60_000);
    const after = Array.from(sim.capture().stretches(), (s) => ({ ...s })).filter(
      (s) => s.endNs > atCycle * 8,
    );
    expect(after.length).toBe(1);
    expect(after[0]).toMatchObject({ startNs: expect.any(Number), state: 'recharge' });
    expect(after[0].startNs).toBeLessThanOrEqual(atCycle * 8);
  });

  test('a flipped bit of the interlock’s state trips until a reset', async () => {
    const sim = await pulses({ body: 'none' });
    const memory = sim.memory('interlock');
    const address = memory.findIndex((byte) => byte !== 0);
    sim.faults.inject({ kind: 'bit-flip', module: 'interlock', address, bit: 3 });
    sim.runUs(20_000);
    expect(marks(sim, Mark.TRIP).map((mark) => mark.argument)).toEqual([Trip.INTEGRITY]);
    sim.faults.inject({ kind: 'brown-out', durationUs: 1000 });
    sim.runUs(20_000);
    expect(marks(sim, Mark.CLEAR).length).toBe(1);
  });

  test('a drifting stage clock shows in the pulses', async () => {
    const sim = await pulses({ body: 'none' });
    sim.faults.inject({ kind: 'clock-drift', ppm: 1000 });
    const from = sim.nowCycles + 30_000 * US;
    sim.runUs(60_000);
    const late = Array.from(sim.capture().stretches(), (s) => ({ ...s }))
      .filter((s) => s.state === 'drive' && s.startNs > from * 8)
      .slice(0, -1);
    for (const s of late) expect(Math.abs(s.endNs - s.startNs - 300_300)).toBeLessThanOrEqual(8);
  });
});
