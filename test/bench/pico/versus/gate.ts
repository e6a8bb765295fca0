// The gate and the interlock's poll: hundreds of random requests must be judged alike, booked alike and released alike before
// any of them counts.

import * as board from '../../../../firmware/board.ts';
import { CONTACTS, DISCHARGE_US } from '../../../../firmware/profile.ts';
import { State, Status } from '../../../../firmware/status.ts';
import { RandomStream } from '../../../../sim/index.ts';
import type { PicoImage } from '../../../../sim/machine/pico/index.ts';
import { type Pair, share, sum } from './agree.ts';
import { Interlocks } from './interlocks.ts';

const STEPS = 3000;
const PULSES = 20;
const ZERO = [0, 0, 0, 0, 0, 0, 0, 0];

/** Eight words of two levels each. */
function words(levels: readonly number[]): number[] {
  return ZERO.map((_, n) => ((levels[2 * n] ?? 0) & 0xffff) | ((levels[2 * n + 1] ?? 0) << 16));
}

function arm(both: Interlocks): void {
  for (let us = 0; us <= DISCHARGE_US; us += board.POLL_PERIOD_US) {
    both.call('poll', 'poll');
    both.world.nowUs += board.POLL_PERIOD_US;
  }
  both.call('arm', 'arm');
}

/** Levels that sum to zero, or to what the case takes, or to nothing in particular. */
function randomLevels(random: RandomStream): number[] {
  const most = [300, 2000, 9000, 30_000][random.below(4)];
  const used = [2, 2, 4, CONTACTS][random.below(4)];
  const levels = Array.from({ length: CONTACTS }, (_, n) => (n < used ? random.below(2 * most) - most : 0));
  const rest = levels.reduce((a, b) => a + b, 0);
  if (random.chance(850_000)) levels[0] = Math.max(-32_768, Math.min(32_767, levels[0] - rest));
  return levels;
}

function randomRequest(random: RandomStream): number[] {
  if (random.chance(400_000)) {
    const flag = random.chance(800_000) ? board.FLAG_RECHARGE : board.FLAG_HOLD;
    return [random.chance(900_000) ? 10 + random.below(2000) : random.below(6000), flag, ...ZERO];
  }
  const flags = [0, 0, 0, board.FLAG_CASE, board.FLAG_CASE, board.FLAG_MEASURE, 16][random.below(7)];
  const durationUs = random.chance(900_000) ? 10 + random.below(400) : random.below(1100);
  return [durationUs, flags, ...words(randomLevels(random))];
}

/** What now and then is wrong with a sensor, for one call. */
function disturb({ world }: Interlocks, random: RandomStream): () => void {
  const [channel, value] = [
    [board.SENSE_MAGNET, 1],
    [board.SENSE_BATTERY_MV, 2900],
    [board.SENSE_TEMPERATURE_MC, board.SENSE_STALE],
    [board.SENSE_READBACK, 12],
  ][random.below(4)];
  const before = world.sensors.get(channel) ?? 0;
  if (random.chance(4000)) world.sensors.set(channel, value);
  return () => {
    if (world.sensors.get(channel) === value) world.sensors.set(channel, before);
  };
}

/** Throws where the two differ in any of many calls. Returns how often each status came. */
export function agreeOnRequests(reference: PicoImage): Map<string, number> {
  const seen = new Map<string, number>();
  const random = new RandomStream(3, 'requests');
  let both = new Interlocks(reference);
  for (let step = 0; step < STEPS; step++) {
    const where = `call ${step} of the interlock`;
    both.call(where, 'status');
    const state = both.last.result & board.STATUS_STATE_MASK;
    if (state === State.LOCKED) both = new Interlocks(reference);
    if (state !== State.ARMED) arm(both);
    const mend = disturb(both, random);
    both.world.room = random.chance(990_000) ? 60 : random.below(65);
    if (random.chance(100_000)) both.call(where, 'poll');
    both.call(where, 'request', ...randomRequest(random));
    const status = Status[both.last.result] ?? String(both.last.result);
    seen.set(status, (seen.get(status) ?? 0) + 1);
    mend();
    both.world.nowUs += random.below(350);
  }
  return seen;
}

export interface GatePairs {
  readonly poll: Pair;
  readonly refused: Pair;
  readonly recharge: Pair;
  readonly two: Pair;
  readonly sixteen: Pair;
}

/** One biphasic pulse of 100 µs a phase, and the rest after it. */
function pulse(both: Interlocks, levels: readonly number[]): { active: Pair; recharge: Pair } {
  const request = (durationUs: number, flags: number, asked: readonly number[]): Pair => {
    const cycles = both.call('a pulse', 'request', durationUs, flags, ...words(asked));
    if (both.last.result !== Status.OK) throw new Error(`a pulse was refused: ${Status[both.last.result]}`);
    return cycles;
  };
  const phases = [levels, levels.map((ua) => -ua)].map((asked) => request(100, 0, asked));
  const recharge = request(800, board.FLAG_RECHARGE, ZERO);
  both.world.nowUs += 1000;
  both.call('a pulse', 'poll');
  return { active: share(sum(phases), 2), recharge };
}

function pulses(both: Interlocks, levels: readonly number[]): { active: Pair; recharge: Pair } {
  const all = Array.from({ length: PULSES }, () => pulse(both, levels));
  return {
    active: share(sum(all.map(({ active }) => active)), PULSES),
    recharge: share(sum(all.map(({ recharge }) => recharge)), PULSES),
  };
}

export function compareGates(reference: PicoImage): GatePairs {
  agreeOnRequests(reference);
  const both = new Interlocks(reference);
  arm(both);
  both.world.room = 60;
  both.call('recharge', 'request', 5000, board.FLAG_RECHARGE, ...ZERO);
  const two = pulses(both, [-1000, 1000]);
  const sixteen = pulses(
    both,
    Array.from({ length: CONTACTS }, (_, n) => (n % 2 === 0 ? -500 : 500)),
  );
  const poll = both.call('poll', 'poll');
  const refused = both.call('a refusal', 'request', 100, 0, ...words([-26_000, 26_000]));
  if (both.last.result !== Status.AMPLITUDE) throw new Error('a level above its limit was not refused');
  return { poll, refused, recharge: sixteen.recharge, two: two.active, sixteen: sixteen.active };
}
