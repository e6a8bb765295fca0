// Short runs of the real module from power-on, on an ideal board: calls that release, refuse, trip, lock, measure, and
// that find the state block damaged. The witnesses of the laws are among them. They judge nothing.

import { STATUS_TRIPS_SHIFT } from '../../../firmware/board.ts';
import { CALLS, type CallName } from '../../mutation/player.ts';
import { Random } from '../../mutation/random.ts';
import { CASE, HOLD, MEASURE, RECHARGE, Recorder, STALE } from '../../mutation/recorder.ts';
import { describe } from '../replay/describe.ts';
import { levelsOfWords, type Step } from '../replay/steps.ts';
import type { Play } from './play.ts';

/** A call of the module as a step in words. */
export function stepOf(name: CallName, args: readonly number[]): Step {
  const [first, second, third] = args;
  switch (name) {
    case 'boot':
      return { call: 'boot', by: second === 0 ? 'power' : 'watchdog' };
    case 'request':
      return { call: 'request', durationUs: first, flags: second, levelsUa: levelsOfWords(args.slice(2)) };
    case 'stop':
      return { call: 'stop', mode: first };
    case 'reading':
      return { call: 'reading', channel: first };
    case 'lower_limit':
    case 'raise_limit':
      return { call: name, electrode: first, amplitudeUa: second, phasePc: third };
    default:
      return { call: name };
  }
}

class Teller extends Recorder {
  readonly plays: Play[] = [];
  private lines: string[] = [];
  private isQuiet = false;
  private lastUs = 0;

  override call(name: CallName, ...args: number[]): number {
    const before = this.player.block.slice();
    const result = super.call(name, ...args);
    const made = this.steps.at(-1);
    if (this.isQuiet || made?.kind !== 'call') return result;
    const hasAnswer = !['boot', 'poll'].includes(name);
    const said = describe(stepOf(name, args), hasAnswer ? result : undefined);
    if (this.nowUs !== this.lastUs) this.say(`wait ${(this.nowUs - this.lastUs).toLocaleString('en-US')} µs`);
    this.lastUs = this.nowUs;
    this.say(said);
    const { inputs, effects } = made;
    const call = CALLS.indexOf(name);
    this.plays.push({
      call,
      args,
      inputs,
      before,
      after: this.player.block.slice(),
      result,
      effects,
      lines: this.lines,
    });
    return result;
  }

  say(line: string): void {
    this.lines = [...this.lines, line];
  }

  /** The polls of a wait are made, and not told. */
  override idle(durationUs: number): void {
    this.isQuiet = true;
    super.idle(durationUs);
    this.isQuiet = false;
    this.say(`wait ${durationUs.toLocaleString('en-US')} µs, with a poll every 5,000 µs`);
    this.lastUs = this.nowUs;
  }

  override excursion(attempt: () => void): void {
    const { lines, lastUs } = this;
    super.excursion(attempt);
    this.lines = lines;
    this.lastUs = lastUs;
  }

  /** A sensor shows something else from now on. */
  turn(
    change: Partial<
      Pick<Recorder, 'magnet' | 'batteryMv' | 'temperatureMc' | 'selfTest' | 'readbackErrorUa'>
    >,
  ): void {
    Object.assign(this, change);
    const words = Object.entries(change).map(
      ([name, value]) => `${name} ${value === STALE ? 'stale' : value}`,
    );
    this.say(`the board now shows: ${words.join(', ')}`);
  }
}

function pulse(t: Teller, levelUa = 1000, flags = 0): void {
  t.request(200, flags, { 0: -levelUa, 1: flags === 0 ? levelUa : 0 });
  t.request(100, HOLD);
  t.request(200, flags, { 0: levelUa, 1: flags === 0 ? -levelUa : 0 });
  t.request(2000, RECHARGE);
}

const EVERY: readonly (readonly [CallName, ...number[]])[] = [
  ['poll'],
  ['request', 200, 0, 0x03e8fc18, 0, 0, 0, 0, 0, 0, 0],
  ['request', 2000, RECHARGE, 0, 0, 0, 0, 0, 0, 0, 0],
  ['stop', 1],
  ['stop', 0],
  ['arm'],
  ['clear'],
  ['lower_limit', 0, 500, 100_000],
  ['lower_limit', 17, 500, 100_000],
  ['raise_limit', 0, 25_500, 2_900_000],
  ['raise_limit', 0, 25_501, 2_900_000],
  ['reading', 0],
  ['reading', 8],
  ['reading', 9],
  ['reading', 32],
  ['reading', 64],
  ['reading', 99],
  ['status'],
  ['boot', 100, 0],
];

/** Each call from the present state, which none of them changes for the next. */
function every(t: Teller): void {
  for (const [name, ...args] of EVERY) t.excursion(() => t.call(name, ...args));
}

type Story = (t: Teller) => void;

const atWork: Story = (t) => {
  t.armed();
  t.request(5000, RECHARGE);
  pulse(t);
  every(t);
  for (const [durationUs, flags, levels] of REFUSED) t.excursion(() => t.request(durationUs, flags, levels));
  t.excursion(() => {
    for (let i = 0; i < 4; i++) t.request(5000, RECHARGE);
  });
  t.wait(6000);
  every(t);
};
const REFUSED: readonly (readonly [number, number, Record<number, number>])[] = [
  [9, 0, { 0: 100, 1: -100 }],
  [200, 0, { 0: 25_501, 1: -25_501 }],
  [200, 0, { 0: 100, 1: -99 }],
  [1000, 0, { 0: 2900, 1: -2900 }],
  [200, RECHARGE, { 0: 1, 1: -1 }],
  [200, CASE, { 0: 900, 2: 300 }],
  [200, MEASURE, { 0: 900, 1: -900 }],
  [200, CASE | MEASURE, { 3: 700 }],
];

const latched: Story = (t) => {
  t.armed();
  pulse(t);
  t.turn({ temperatureMc: 39_001 });
  every(t);
  t.call('poll');
  every(t);
  t.turn({ temperatureMc: 36_500 });
  every(t);
  t.idle(1_005_000);
  every(t);
  for (let i = 0; i < 2; i++) {
    t.call('clear');
    t.turn({ batteryMv: 2_900 });
    t.call('poll');
    t.turn({ batteryMv: 3_800 });
    t.idle(1_005_000);
  }
  every(t);
  t.call('boot', 100, t.call('status'));
  every(t);
};

const magnet: Story = (t) => {
  t.armed();
  pulse(t);
  t.turn({ magnet: 1 });
  every(t);
  t.call('poll');
  every(t);
};

const stale: Story = (t) => {
  for (const change of [{ magnet: STALE }, { batteryMv: STALE }, { temperatureMc: STALE }, { selfTest: 0 }])
    t.excursion(() => {
      t.armed();
      t.turn(change);
      every(t);
      Object.assign(t, { magnet: 0, batteryMv: 3800, temperatureMc: 36_500, selfTest: 1 });
    });
};

const disarmed: Story = (t) => {
  t.call('boot', 100, 0);
  every(t);
  t.call('raise_limit', 0, 25_500, 2_900_000);
  t.call('lower_limit', 1, 900, 100_000);
  t.idle(66_000);
  every(t);
};

const dry: Story = (t) => {
  t.armed();
  pulse(t);
  t.wait(60_000);
  every(t);
  t.wait(60_000);
  every(t);
};

const misread: Story = (t) => {
  t.armed();
  t.request(5000, RECHARGE);
  t.turn({ readbackErrorUa: 900 });
  for (let i = 0; i < 6; i++) {
    pulse(t);
    t.wait(2500);
    t.excursion(() => every(t));
    t.call('poll');
  }
};

const unread: Story = (t) => {
  t.armed();
  t.readbackWorks = false;
  t.say('the board gives no read-back from now on');
  t.request(10_000, RECHARGE);
  for (let i = 0; i < 8; i++) {
    pulse(t);
    t.wait(2500);
    t.call('poll');
  }
  every(t);
};

const damaged: Story = (t) => {
  every(t);
  t.armed();
  pulse(t);
  t.flip(3, 1 << 7);
  t.say('bit 7 of the state block’s word 3 turns over');
  every(t);
};

const measured: Story = (t) => {
  t.armed();
  t.request(5000, RECHARGE);
  pulse(t, 900, CASE);
  t.request(100, MEASURE, { 0: 500, 1: -500 });
  t.wait(5900);
  every(t);
  t.wait(2000);
  every(t);
};

/** A device that came up with two trips of the last minutes on record; else as after power-on. */
const rebooted = (t: Teller, trips: number): void => {
  t.call('boot', 500, trips << STATUS_TRIPS_SHIFT);
  t.rearmed();
};

/** All that can end output at once: the queue has run empty, no poll has come for long, and the sensors say no. */
const late: Story = (t) => {
  for (const trips of [0, 2]) {
    rebooted(t, trips);
    pulse(t);
    t.turn({ magnet: STALE, batteryMv: 2900 });
    t.wait(120_000);
    every(t);
    t.turn({ magnet: 0, batteryMv: 3800 });
  }
};

/** Every electrode and the case at work, and a read-back to judge in the very call: the longest requests. */
const crowded: Story = (t) => {
  rebooted(t, 0);
  const levels = (sign: number, moreUa: number): Record<number, number> =>
    Object.fromEntries(Array.from({ length: 16 }, (_, i) => [i, sign * (i + 1 + moreUa)]));
  t.request(2000, RECHARGE);
  t.wait(1600);
  // The numbers of segments start anew after 64: the 64th has one thing more to see to, and there the first read-back is off.
  for (let i = 0; i < 65; i++) {
    if (i === 57) t.turn({ readbackErrorUa: 600 });
    // A level above all before it is one thing more to book.
    t.request(200, CASE, levels(i % 3 === 0 ? -1 : 1, Math.max(0, i - 55)));
    t.wait(200);
  }
};

/** Every call that the stories make on this binary. A binary that traps ends its story there. */
export function tellStories(interlock: Uint8Array): Play[] {
  const module = new WebAssembly.Module(new Uint8Array(interlock));
  const stories = [
    atWork,
    latched,
    magnet,
    stale,
    disarmed,
    dry,
    misread,
    unread,
    damaged,
    measured,
    late,
    crowded,
  ];
  return stories.flatMap((story) => {
    const teller = new Teller(module, new Random(1));
    try {
      story(teller);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
    return teller.plays;
  });
}
