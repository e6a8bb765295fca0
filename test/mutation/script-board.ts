// Scripts around the output: sensors and clock at every edge, ends of output, limits, readings, the stage's room and flipped
// bits. Edges are tried as excursions from each state that the interlock can be in.

import { SCALAR, scalarOf } from './ledger.ts';
import { BLOCK_WORDS, type CallName } from './player.ts';
import { CASE, HOLD, RECHARGE, type Recorder, STALE } from './recorder.ts';
import { ask, cushion, randomLevels } from './script-gate.ts';
import { trip } from './script-trips.ts';

const EVERY_CHANNEL = [...Array.from({ length: 100 }, (_, i) => i - 3), 2 ** 31 - 1, -(2 ** 31), 2 ** 27 + 1];

export function readEverything(recorder: Recorder): void {
  for (const channel of EVERY_CHANNEL) recorder.call('reading', channel);
  recorder.call('status');
}

/** A life in short: the first script, which finds most mutants at once. */
export function shortLife(recorder: Recorder): void {
  recorder.armed();
  cushion(recorder);
  for (let i = 0; i < 12; i++) {
    const { flags, levels } = randomLevels(recorder, 900);
    ask(recorder, 200, flags, levels);
    ask(recorder, 60, HOLD);
    ask(recorder, 200, flags, Object.fromEntries(Object.entries(levels).map(([e, ua]) => [e, -ua])));
    ask(recorder, 2000, RECHARGE);
    recorder.call('poll');
  }
  readEverything(recorder);
  recorder.temperatureMc = 39_001;
  recorder.call('poll');
  recorder.call('clear');
  recorder.temperatureMc = 37_000;
  recorder.idle(1_000_000);
  recorder.call('clear');
  recorder.rearmed();
}

/** Calls before any boot: the block's parity cannot hold. */
export function neverBooted(recorder: Recorder): void {
  for (const name of ['poll', 'arm', 'clear', 'status'] as const)
    recorder.excursion(() => {
      recorder.call(name);
      recorder.call('status');
    });
  recorder.excursion(() => recorder.call('reading', 8));
  recorder.excursion(() => recorder.call('stop', 1));
  recorder.request(100, RECHARGE);
  recorder.call('boot', 100, 0);
  recorder.call('status');
}

/** Every call, as a caller would make it who wants nothing in particular. */
const ASKED: readonly (readonly [CallName, ...number[]])[] = [
  ['poll'],
  ['arm'],
  ['clear'],
  ['status'],
  ['stop', 0],
  ['reading', 9],
  ['lower_limit', 3, 9000, 1_000_000],
  ['raise_limit', 3, 25_500, 2_100_000],
  ['request', 100, RECHARGE, 0, 0, 0, 0, 0, 0, 0, 0],
];

/** One sensor value after the other, each seen by every call that looks. */
export function sensorEdges(recorder: Recorder): void {
  const good = { magnet: 0, batteryMv: 3800, temperatureMc: 36_500, selfTest: 1 };
  const values: readonly (readonly [keyof typeof good, readonly number[]])[] = [
    ['magnet', [1, 2, -1, 3, STALE, STALE + 1, 256]],
    ['batteryMv', [-1, 0, 1, 2999, 3000, 3001, 5999, 6000, 6001, 9999, STALE, STALE + 1, 2 ** 31 - 1]],
    ['temperatureMc', [-1, 0, 1, 38_999, 39_000, 39_001, 84_999, 85_000, 85_001, STALE, STALE + 1]],
    ['selfTest', [0, 1, 2, -1, 3, STALE]],
  ];
  const look = (): void => {
    const { magnet, batteryMv, temperatureMc, selfTest } = recorder;
    for (const [name, ...args] of ASKED)
      recorder.excursion(() => {
        Object.assign(recorder, { magnet, batteryMv, temperatureMc, selfTest });
        recorder.call(name, ...args);
        recorder.call('status');
        for (const channel of [0, 1, 2, 3]) recorder.call('reading', channel);
        Object.assign(recorder, good);
        recorder.call('arm');
        recorder.call('clear');
        recorder.call('status');
      });
  };
  const all = (): void => {
    for (const [sensor, readings] of values)
      for (const reading of readings) {
        Object.assign(recorder, good, { [sensor]: reading });
        look();
        Object.assign(recorder, good);
      }
    Object.assign(recorder, good, { batteryMv: 2000, temperatureMc: 50_000 });
    look();
    Object.assign(recorder, good, { batteryMv: STALE, temperatureMc: 90_000 });
    look();
    Object.assign(recorder, good, { batteryMv: 8000, temperatureMc: STALE });
    look();
    Object.assign(recorder, good);
  };
  recorder.call('boot', 100, 0);
  all();
  recorder.idle(70_000);
  all();
  recorder.call('arm');
  cushion(recorder);
  recorder.request(200, 0, { 2: 700, 3: -700 });
  all();
  recorder.magnet = 1;
  recorder.call('poll');
  recorder.magnet = 0;
  recorder.call('status');
  all();
  recorder.batteryMv = 2999;
  recorder.call('poll');
  recorder.batteryMv = 3800;
  all();
  recorder.idle(1_005_000);
  all();
}

/** Output, then an end of it by every way, and what must then start afresh. */
export function afreshAfterOff(recorder: Recorder): void {
  const ends: readonly (() => void)[] = [
    () => recorder.call('stop', 1),
    () => recorder.wait(50_000),
    () => recorder.call('boot', 100, 0),
    () => {
      recorder.wait(30_000);
      recorder.call('status');
      recorder.call('boot', 100, 0);
    },
  ];
  for (const end of ends) {
    recorder.armed();
    recorder.request(40, 12, { 3: 500 });
    recorder.request(40, 12, { 2: -700, 15: 900 });
    recorder.call('reading', 9);
    recorder.wait(90);
    recorder.call('poll');
    cushion(recorder);
    end();
    for (const electrode of [0, 2, 3, 15, 16])
      recorder.excursion(() => recorder.call('lower_limit', electrode, 300, 90_000));
    recorder.wait(75_000);
    recorder.call('status');
    recorder.call('reading', 12);
    recorder.rearmed();
    for (const flags of [4, 12])
      recorder.excursion(() => {
        recorder.request(40, flags, { 3: 500 });
        recorder.request(40, flags, { 3: -500 });
      });
  }
}

/** Steps of the clock at every deadline, and one to either side. */
export function clockSteps(recorder: Recorder): void {
  const steps = (): void => {
    for (const edge of [
      scalarOf(recorder, SCALAR.queueUs),
      scalarOf(recorder, SCALAR.dischargeUs),
      100_000 - scalarOf(recorder, SCALAR.pollAgeUs),
      scalarOf(recorder, SCALAR.tripHoldUs),
      0x3fffffff,
      2 ** 31,
      2 ** 32 - 1,
    ])
      for (const waitUs of [edge - 2, edge - 1, edge, edge + 1, edge + 2])
        for (const [name, ...args] of ASKED)
          recorder.excursion(() => {
            recorder.wait(Math.max(waitUs, 0));
            recorder.call(name, ...args);
            for (const channel of [8, 9, 10, 11]) recorder.call('reading', channel);
            recorder.call('arm');
            recorder.call('status');
            recorder.request(100, RECHARGE);
          });
  };
  recorder.call('boot', 300, 0);
  steps();
  recorder.idle(60_000);
  steps();
  recorder.idle(10_000);
  recorder.call('arm');
  steps();
  cushion(recorder, 1);
  recorder.request(100, 0, { 2: 50, 9: -50 });
  steps();
  recorder.wait(2000);
  recorder.call('poll');
  steps();
  trip(recorder);
  steps();
}

/** Set limits on every electrode at every edge, armed and not. */
export function limitEdges(recorder: Recorder): void {
  const amplitudes = [-1, 0, 1, 2999, 3000, 3001, 25_499, 25_500, 25_501, 40_000, 70_000, STALE];
  const phases = [-1, 0, 1, 99_999, 100_000, 100_001, 2_003_999, 2_004_000, 2_004_001];
  const more = [2_997_999, 2_998_000, 2_998_001, 5_000_000, 2 ** 31 - 1];
  const all = (electrode: number): void => {
    for (const name of ['lower_limit', 'raise_limit'] as const)
      for (const ua of amplitudes)
        for (const pc of recorder.random.oneIn(3) ? [...phases, ...more] : phases)
          recorder.excursion(() => {
            recorder.call(name, electrode, ua, pc);
            recorder.call('reading', 32 + (electrode & 31));
            recorder.call('reading', 64 + (electrode & 31));
          });
  };
  recorder.call('boot', 100, 0);
  recorder.call('poll');
  for (const electrode of [-1, 0, 16, 17, 2 ** 31 - 1, -(2 ** 31)]) all(electrode);
  for (let electrode = 0; electrode < 17; electrode++) {
    recorder.call('lower_limit', electrode, 3000 + electrode, 100_000 + 1000 * electrode);
    recorder.call('raise_limit', electrode, 4000, 2_004_001 + electrode);
  }
  recorder.call('lower_limit', 7, 3000, 100_000);
  all(7);
  readEverything(recorder);
  recorder.rearmed();
  all(7);
  cushion(recorder);
  recorder.request(30, CASE, { 7: 2500, 8: -1200 });
  for (const electrode of [6, 7, 8, 16]) {
    for (const ua of [2501, 2500, 2499, 1300, 1299, 1201, 1200, 1199, 0])
      recorder.excursion(() => {
        recorder.call('lower_limit', electrode, ua, 90_000);
        recorder.call('status');
        recorder.request(30, CASE, { 7: 2500, 8: -1200 });
        recorder.request(30, CASE, { 7: -1300, 8: 1200 });
      });
    recorder.excursion(() => recorder.call('raise_limit', electrode, 25_500, 2_998_000));
  }
  trip(recorder);
  all(3);
}

/** A full FIFO, a lying one, and an empty one while something should play. */
export function roomEdges(recorder: Recorder): void {
  const rooms = [-2147483648, -1, 0, 1, 2, 62, 63, 64, 65, 66, 2 ** 31 - 1];
  const look = (): void => {
    for (const room of rooms) {
      recorder.roomLie = room;
      for (const flags of [RECHARGE, HOLD, 0])
        recorder.excursion(() => {
          recorder.request(20, flags, flags === 0 ? { 1: 3, 2: -3 } : {});
          recorder.call('reading', 9);
        });
      recorder.excursion(() => {
        recorder.call('poll');
        recorder.call('status');
      });
    }
    recorder.roomLie = undefined;
  };
  recorder.armed();
  look();
  for (let i = 0; i < 70; i++) recorder.request(10, i % 3 ? RECHARGE : HOLD);
  look();
  recorder.wait(400);
  recorder.request(900, RECHARGE);
  look();
  for (const mode of [0, 1, 2, -1, 3])
    recorder.excursion(() => {
      recorder.call('stop', mode);
      recorder.call('status');
    });
}

/** Every bit of the block, turned over in a rich state: each call must notice. */
export function flippedBits(recorder: Recorder): void {
  recorder.armed();
  cushion(recorder);
  for (let i = 0; i < 10; i++) {
    const { flags, levels } = randomLevels(recorder, 1500);
    ask(recorder, 100 + i, flags, levels);
    ask(recorder, 700, RECHARGE);
  }
  for (let word = 0; word < BLOCK_WORDS; word++)
    for (let bit = 0; bit < 32; bit++)
      recorder.excursion(() => {
        recorder.flip(word, 1 << bit);
        if (bit % 8 === 0) recorder.call('poll');
        else if (bit % 8 === 1) recorder.request(100, RECHARGE);
        else recorder.call('status');
      });
  for (const [name, ...args] of [...ASKED, ...EVERY_CHANNEL.map((channel) => ['reading', channel] as const)])
    recorder.excursion(() => {
      recorder.flip(3, 4);
      recorder.call(name, ...args);
      recorder.call('status');
    });
  recorder.flip(3, 4);
  readEverything(recorder);
  for (const name of ['arm', 'clear', 'poll'] as const) recorder.call(name);
  recorder.request(100, RECHARGE);
  recorder.idle(1_010_000);
  recorder.call('clear');
  recorder.call('arm');
  recorder.call('boot', 100, recorder.call('status'));
  recorder.rearmed();
}
