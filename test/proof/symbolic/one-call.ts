// One call of the interlock in V8, on a block and with readings of the test's choice: all that it does to the board. For the
// tests of the symbolic execution; the prover never uses it.
import { loadModule } from '../../../sim/machine/wasm-modules.ts';
import { PARITY_WORD, wordOf } from '../model/block.ts';
import type { ExportName } from '../model/calls.ts';
import { BLOCK_ADDRESS, BLOCK_WORDS } from './memory.ts';

const PARITY = PARITY_WORD;
const LEVELS = PARITY - 8;
const SUM = wordOf('records');
const RECORDS = SUM + 1;

/** Clock at the call, the sensors by channel, and the places that the stage claims. */
export interface Readings {
  readonly clockUs: number;
  readonly sensed: readonly number[];
  readonly room: number;
}

export interface CallCase {
  readonly name: ExportName;
  readonly args: readonly number[];
  /** The 172 words of the block before. */
  readonly before: Int32Array;
  readonly readings: Readings;
}

export interface Released {
  readonly args: readonly number[];
  readonly block: Int32Array;
}

export interface Happened {
  readonly result: number | undefined;
  readonly after: Int32Array;
  readonly released: readonly Released[];
  readonly offs: number;
  readonly heartbeats: number;
  /** Channels in the order in which they were read. */
  readonly channels: readonly number[];
  readonly clocks: number;
  readonly rooms: number;
}

/** The sum of the records, and with it the parity. */
function sumsOf(words: Int32Array): [number, number] {
  const records = words.slice(RECORDS, LEVELS).reduce((sum, word) => sum ^ word, 0);
  const others = words.slice(0, SUM).reduce((sum, word) => sum ^ word, 0x5eed0001);
  return [records, others ^ records];
}
/** The block without a request that is being judged, and with both of its sums in place. */
export function sealed(words: Int32Array): Int32Array {
  const copy = words.slice().fill(0, LEVELS, PARITY);
  [copy[SUM], copy[PARITY]] = sumsOf(copy);
  return copy;
}
export function isSealed(words: Int32Array): boolean {
  return sealed(words).every((word, i) => word === words[i]);
}

/** Counts and keeps what the interlock asks of its board. */
export class Log {
  readonly released: Released[] = [];
  offs = 0;
  heartbeats = 0;
  readonly channels: number[] = [];
  clocks = 0;
  rooms = 0;
  private readonly readings: Readings;
  private readonly block: () => Int32Array;

  constructor(readings: Readings, block: () => Int32Array) {
    this.readings = readings;
    this.block = block;
  }

  answer(path: string, args: readonly number[]): number {
    switch (path) {
      case 'hal.clock_us':
        this.clocks++;
        return this.readings.clockUs | 0;
      case 'hal.sense':
        this.channels.push(args[0]);
        return this.readings.sensed[args[0]];
      case 'hal.segment_room':
        this.rooms++;
        return this.readings.room;
      case 'hal.segment':
        this.released.push({ args, block: this.block().slice() });
        return 0;
      case 'hal.off':
        this.offs++;
        return 0;
      default:
        this.heartbeats++;
        return 0;
    }
  }
}

const NAMES = ['clock_us', 'sense', 'segment_room', 'segment', 'off', 'heartbeat'];

/** Runs the call on an instance of its own. */
export function runInV8({ name, args, before, readings }: CallCase): Happened {
  let words = new Int32Array();
  const log = new Log(readings, () => words);
  const hal = Object.fromEntries(
    NAMES.map((entry) => [entry, (...given: number[]) => log.answer(`hal.${entry}`, given)]),
  );
  const { exports } = new WebAssembly.Instance(loadModule('interlock'), { hal });
  words = new Int32Array((exports.memory as WebAssembly.Memory).buffer, BLOCK_ADDRESS, BLOCK_WORDS);
  words.set(before);
  const result = (exports[name] as (...given: number[]) => number | undefined)(...args);
  const { released, offs, heartbeats, channels, clocks, rooms } = log;
  return { result, after: words.slice(), released, offs, heartbeats, channels, clocks, rooms };
}
