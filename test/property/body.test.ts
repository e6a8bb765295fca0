// Validated programs into random bodies: no nuisance refusal or trip, and the true charge of every contact against what the
// interlock takes for possible.

import { describe, expect, it } from 'vitest';
import { bodyOptions, CYCLES_PER_US } from '../../sim/index.ts';
import { captureOf } from '../../sim/trace/capture.ts';
import { faultsOf, forTherapies } from './rig/check.ts';
import type { Device } from './rig/device.ts';
import { enough, few, WASM } from './rig/machine.ts';
import { showUs, therapies, type Wishes } from './rig/therapies.ts';
import { type Excess, replay } from './rig/true-charge.ts';

const SEED = 20_261_125;
/** Within 12 V in any of these bodies: at most 2 kΩ between two electrodes, and charged capacitors. */
const AMPLITUDE_UA_MAX = 4000;

const worst = (excesses: Excess[], of: (excess: Excess) => number) => Math.max(...excesses.map(of));

/** Delivers generated therapies into bodies of their own and plays each capture to its body once more. */
function deliver(wishes: Wishes, runs: number): Excess[] {
  const excesses: Excess[] = [];
  let seed = 0;
  const options = () => ({ seed: ++seed, body: bodyOptions(seed) });
  forTherapies(
    therapies({ amplitudeUaMax: AMPLITUDE_UA_MAX, ...wishes }),
    { seed: SEED, runs: few(runs), options },
    (device, therapy) => {
      device.stimulate();
      device.run(showUs(therapy, 400_000));
      const { verdict, faults } = faultsOf(device, therapy);
      expect(faults).toEqual([]);
      const excess = replay(device.sim.capture(), bodyOptions(seed));
      expect(excess.saturated).toBe(false);
      excesses.push(excess);
      sameBody(device, excess);
      return verdict;
    },
  );
  expect(excesses.length).toBeGreaterThan(enough(0.6 * runs));
  expect(worst(excesses, ({ trueNc }) => trueNc)).toBeLessThan(5080);
  return excesses;
}

/** The replayed body is the simulator's: what is said of it is said of what the firmware really drove. */
function sameBody(device: Device, { body }: Excess): void {
  const truePc = device.sim.body?.truePc ?? [];
  for (const [e, pc] of body.truePc.entries()) expect(Math.abs(pc - truePc[e])).toBeLessThan(1000);
}

describe('no nuisance', () => {
  it('REQ-VAL-024 REQ-INT-002: no accepted therapy is refused or tripped, for loads within compliance', () => {
    deliver({}, 60);
    deliver({ areas: [2, 4], intervalUs: [300, 10_000] }, 60);
    deliver({ recharge: 'passive', intervalUs: [1500, 60_000] }, 60);
  });
});

// Measured over these programs and bodies, nC past the bounds on a driven contact, on an idle one:
//   one area                            0.07    40
//   two to four, active recharge        1.4      2.5
//   two to four, any recharge           9.8     16
//   two to four, passive recharge     112      114
// Each contact alone keeps its bounds. In recharge the contacts are coupled: charge goes from one to its neighbours through
// the tissue, within a root of the sum of squares that falls as fast as the credit. That is what the excess is; the true
// charge stays under 5080 nC by far.
describe('true charge', () => {
  it.each<[string, Wishes, number, number]>([
    ['one area', { areas: [1, 1] }, 1, 60],
    ['two to four areas with active recharge', { areas: [2, 4], recharge: 'active' }, 3, 5],
    ['two to four areas', { areas: [2, 4] }, 15, 25],
    [
      'two to four areas with passive recharge',
      { areas: [2, 4], recharge: 'passive', intervalUs: [1500, 60_000] },
      170,
      170,
    ],
  ])(
    'REQ-CHG-002: %s: under 5080 nC, and past its bounds by what coupling brings at most',
    (_, wishes, drivenNc, idleNc) => {
      const excesses = deliver(wishes, 150);
      expect(worst(excesses, (excess) => excess.drivenNc)).toBeLessThan(drivenNc);
      expect(worst(excesses, (excess) => excess.idleNc)).toBeLessThan(idleNc);
    },
  );

  it('REQ-CHG-002 REQ-CHG-003: the interlock’s own bounds, at the end of what is queued, are the design’s and never inside them', () => {
    let compared = 0;
    forTherapies(
      therapies({ intervalUs: [300, 50_000] }),
      // The pins tell what is queued only when it plays: what is announced is the wasm machine's.
      { seed: SEED, runs: 60, options: () => WASM },
      (device, therapy) => {
        device.stimulate();
        for (let moment = 0; moment < 5; moment++) {
          device.run(1000 * (moment + 1) + (showUs(therapy, 100_000) >> moment));
          compared += compareBounds(device);
        }
        return undefined;
      },
    );
    expect(compared).toBeGreaterThan(2000);
  });
});

/** Every electrode's record in the interlock's memory against the capture, announced output included. */
function compareBounds(device: Device): number {
  const { trace, board } = device.sim;
  if (trace === null) throw new Error('a trace is needed');
  const stimulating = device.told('state').find((state) => state.therapy === 'STIMULATING');
  const armedUs = (stimulating?.clockUs ?? Number.POSITIVE_INFINITY) + board.timerBase[0] / CYCLES_PER_US;
  const { bounds } = replay(captureOf(trace, board.stage.queueEndCycle), bodyOptions(1), armedUs);
  const memory = device.sim.memory('interlock');
  const view = new DataView(memory.buffer, memory.byteOffset);
  for (let e = 0; e < 17; e++) {
    const record = 16 + 108 + 32 * e;
    const highPc = view.getInt32(record + 4, true);
    const lowPc = view.getInt32(record + 8, true);
    expect(highPc).toBeGreaterThanOrEqual(bounds.highPc[e] - 1);
    expect(lowPc).toBeLessThanOrEqual(bounds.lowPc[e] + 1);
    // Every rounding goes outwards: by some pC a segment, most of all where each is recovered at once.
    const roomPc = 2000 + 0.01 * Math.max(highPc, -lowPc);
    expect(highPc).toBeLessThan(bounds.highPc[e] + roomPc);
    expect(lowPc).toBeGreaterThan(bounds.lowPc[e] - roomPc);
  }
  return 17;
}
