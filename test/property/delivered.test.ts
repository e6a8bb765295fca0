// A timestamp for every pulse: DELIVERED batches against the capture, and the same output however busy the line is.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Message } from '../../firmware/wire.ts';
import { expandDelivered } from '../../host/device/delivered.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import { CYCLES_PER_US } from '../../sim/index.ts';
import { forTherapies } from './rig/check.ts';
import { Device } from './rig/device.ts';
import { enough, few, PICO, RIG_MACHINE } from './rig/machine.ts';
import { pulseOnsetsUs } from './rig/pulses.ts';
import { showUs, therapies } from './rig/therapies.ts';

const SEED = 20_261_126;
const FLUSH_US = 700_000;

const inNs = (us: number): number => Math.round(1000 * us);
/** When a chip's boot ROM has ended and its clock begins, µs after power-on, at least and at most. */
const CHIP_ZERO_US = [1200, 1300];

/**
 * By how much the capture's time is later than the device's clock, ns: its zero, and up to the time of a call. Where the
 * zero is the chip's own, the first onset says it and all others must agree.
 */
function offsetOf(seen: ReadonlySet<number>, firstNs: number, clockZeroUs: number): number {
  if (RIG_MACHINE === PICO) {
    const [leastNs, mostNs] = CHIP_ZERO_US.map(inNs);
    const chipZero = [...seen].map((ns) => ns - firstNs).find((ns) => ns >= leastNs && ns <= mostNs);
    return chipZero ?? Number.NaN;
  }
  const zeroNs = inNs(clockZeroUs);
  return zeroNs + (seen.has(firstNs + zeroNs) ? 0 : 1000);
}

/** Longer than the call takes that switches off: the device does not know when within it the output ended, µs. */
const OFF_US = 25;

/** Pulses of which the device cannot know whether they had begun when the output went off: 1 or 0. */
function cutAtOnset(device: Device, seen: readonly number[]): number {
  const offUs = device.sim.board.stage.lastOffCycle / CYCLES_PER_US;
  return seen.some((us) => Math.abs(us - offUs) <= OFF_US) ? 1 : 0;
}

describe('DELIVERED', () => {
  it('REQ-SCH-010 REQ-SCH-012: batches expand to exactly the onsets of the capture, apart from the clock’s own zero', () => {
    let ended = 0;
    let thinned = 0;
    const tally = forTherapies(
      therapies({ intervalUs: [800, 40_000] }),
      { seed: SEED, runs: few(150) },
      (device, therapy) => {
        device.stimulate();
        device.run(showUs(therapy, 1_000_000));
        expect(ended++ % 2 === 0 ? device.stop() : device.estop()).toBe(Status.OK);
        device.run(FLUSH_US);
        const clockZeroUs = device.sim.board.timerBase[0] / CYCLES_PER_US;
        const seen = pulseOnsetsUs(device.sim.capture());
        const batches = device.told('delivered');
        const counted = batches.reduce((sum, { count }) => sum + count, 0);
        expect(Math.abs(counted - seen.length)).toBeLessThanOrEqual(cutAtOnset(device, seen));
        const whole = batches.filter(({ thinned }) => !thinned);
        thinned += batches.length - whole.length;
        const told = whole.flatMap(expandDelivered).sort((a, b) => a - b);
        if (told.length > 0) {
          // The stage starts at the first tick after the request: a call's time later than the firmware takes it to.
          const places = new Set(seen.map(inNs));
          const offsetNs = offsetOf(places, inNs(told[0]), clockZeroUs);
          expect(told.filter((us) => !places.has(inNs(us) + offsetNs))).toEqual([]);
          expect(new Set(told).size).toBe(told.length);
        }
        expect(device.status().pulses).toBe(counted);
        return device.judge(therapy);
      },
    );
    // Only where areas delay each other all the time can the line not carry every batch.
    expect(thinned).toBeLessThan(100);
    expect(tally.accepted).toBeGreaterThan(enough(90));
    expect(tally.pulses).toBeGreaterThan(enough(10_000));
  });
});

/** Everything from the first onset on, relative to it, as far as `untilUs`. */
function shape(device: Device, untilUs: number): string[] {
  const lines: string[] = [];
  let zeroNs = -1;
  for (const { startNs, state, levelsUa } of device.sim.capture().stretches()) {
    if (zeroNs < 0 && state === 'drive') zeroNs = startNs;
    if (zeroNs < 0 || startNs - zeroNs > 1000 * untilUs) continue;
    lines.push(`${startNs - zeroNs} ${state} ${levelsUa.join(' ')}`);
  }
  return lines;
}

const noise = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 200, maxLength: 400 });

/** Keeps the line full at its rate for `durationUs`: noise, broken frames, and valid questions one after the other. */
function flood(device: Device, bytes: number[], durationUs: number): void {
  const endUs = device.sim.nowUs + durationUs;
  while (device.sim.nowUs < endUs) {
    device.sim.write(Uint8Array.from(bytes));
    device.sim.write(Uint8Array.of(0));
    for (let n = 0; n < 10; n++)
      device.sim.write(device.client.encode(n % 3 === 0 ? Message.STATUS : Message.INFO));
    // No byte of it waits longer than the line takes for it.
    const lineUs = (device.sim.board.uart.pendingBytes * device.sim.board.uart.byteCycles) / CYCLES_PER_US;
    device.run(lineUs);
  }
}

describe('the link', () => {
  it('REQ-LNK-013: idle, or flooded at 1,000,000 baud, the same therapy gives identical stretches', () => {
    const durationUs = 400_000;
    // As close as pulses are on most that the processor can serve.
    const closestUs = RIG_MACHINE === PICO ? 400 : 150;
    let compared = 0;
    fc.assert(
      fc.property(therapies({ intervalUs: [closestUs, 20_000] }), noise, (therapy: Therapy, bytes) => {
        const idle = new Device({ seed: 1 });
        if (!idle.accepts(therapy)) return;
        idle.stimulate();
        idle.run(durationUs + 20_000);
        const busy = new Device({ seed: 1 });
        expect(busy.accepts(therapy)).toBe(true);
        expect(busy.start()).toBe(Status.OK);
        flood(busy, bytes, durationUs + 90_000);
        expect(busy.sim.board.uart.pendingBytes).toBe(0);
        const expected = shape(idle, durationUs);
        expect(shape(busy, durationUs)).toEqual(expected);
        compared += expected.length;
        busy.run(20_000);
        expect(busy.status().framesDamaged).toBeGreaterThan(50);
      }),
      { seed: SEED, numRuns: Math.max(few(60), 10) },
    );
    expect(compared).toBeGreaterThan(enough(20_000));
  });
});
