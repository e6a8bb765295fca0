// The interlock of the image and the one in C, each on a chip of its own, with the same clock, sensors and stage.

import * as board from '../../../../firmware/board.ts';
import { CASE, ELECTRODES } from '../../../../firmware/profile.ts';
import { BareImage, BareModules, type PicoImage } from '../../../../sim/machine/pico/index.ts';
import { agreed, Disagreement, type Pair, type Timed, timed } from './agree.ts';

const READBACK_UA = 500;

// What of the state is compared. Sums are not: each checks its own at every call, and would lock where one is wrong.
const RECORD_BYTES = 32 * ELECTRODES;
const SCALAR_BYTES = 4 * 26;
/** Sum of the records and parity, between scalars and records of the C. */
const SUM_BYTES = 4 * 2;

/** What both interlocks see of the board. */
export class Board {
  nowUs = 0;
  /** Free places of the FIFO. */
  room = board.FIFO_SEGMENTS;
  readonly sensors = new Map<number, number>([
    [board.SENSE_MAGNET, 0],
    [board.SENSE_BATTERY_MV, 3900],
    [board.SENSE_TEMPERATURE_MC, 37_000],
    [board.SENSE_SELF_TEST, 1],
    [board.SENSE_READBACK, board.SENSE_NO_SAMPLE],
  ]);

  /** The stage samples what was released: the newest read-back is what it should be. */
  play([, flags, ...words]: readonly number[]): void {
    const electrode = (flags >> board.SAMPLE_SHIFT) & board.SAMPLE_MASK;
    if (electrode === board.SAMPLE_NONE) return;
    const levels = words.flatMap((word) => [(word << 16) >> 16, word >> 16]);
    const ua = electrode === CASE ? -levels.reduce((a, b) => a + b, 0) : levels[electrode];
    const named =
      (electrode << board.READBACK_ELECTRODE_SHIFT) |
      (((flags >> board.TAG_SHIFT) & board.TAG_MASK) << board.READBACK_TAG_SHIFT);
    this.sensors.set(board.SENSE_READBACK, (ua & 0xffff) | named);
  }
}

/** What a call has given, what it has done at the board, and the state behind it. */
interface Outcome {
  readonly result: number;
  readonly done: readonly (readonly number[] | string)[];
  readonly state: string;
}

abstract class Interlock {
  abstract readonly image: BareImage;
  private readonly world: Board;
  private done: (readonly number[] | string)[] = [];

  constructor(world: Board) {
    this.world = world;
  }

  protected abstract make(name: string, args: readonly number[]): number;
  protected abstract state(): Buffer;

  call(name: string, args: readonly number[]): Timed<Outcome> {
    this.done = [];
    const { value, cycles } = timed(this.image, () => this.make(name, args));
    // Not all of the exports give something.
    const result = name === 'poll' || name === 'boot' ? 0 : value | 0;
    return { value: { result, done: this.done, state: this.state().toString('hex') }, cycles };
  }

  protected readonly hal = {
    clock_us: () => this.world.nowUs | 0,
    sense: (channel: number) => this.world.sensors.get(channel) ?? 0,
    segment_room: () => this.world.room,
    segment: (...segment: number[]) => void this.done.push(segment.slice(0, 10)),
    off: () => void this.done.push('off'),
    heartbeat: () => void this.done.push('heartbeat'),
  };
}

class OfFirmware extends Interlock {
  readonly image: BareModules;
  private parts: readonly { from: number; bytes: number }[] = [];

  constructor(world: Board) {
    super(world);
    this.image = new BareModules(this.hal);
  }

  protected make(name: string, args: readonly number[]): number {
    return this.image.callExport('interlock', name, ...args);
  }

  protected state(): Buffer {
    const memory = this.image.bytes('interlock');
    return Buffer.concat(this.parts.map(({ from, bytes }) => memory.subarray(from, from + bytes)));
  }

  /** Finds where the state lies, in parts, by what it is. */
  locate(parts: readonly Uint8Array[]): void {
    const memory = Buffer.from(this.image.bytes('interlock'));
    this.parts = parts.map((part) => ({ from: memory.indexOf(part), bytes: part.length }));
    if (this.parts.some(({ from }) => from < 0))
      throw new Disagreement('after boot the interlock and the hand-written C have other states');
  }
}

class OfC extends Interlock {
  readonly image: BareImage;

  constructor(world: Board, reference: PicoImage) {
    super(world);
    this.image = new BareImage(reference);
    for (const [name, answer] of Object.entries(this.hal)) this.image.replace(`hal_${name}`, 0, answer);
  }

  protected make(name: string, args: readonly number[]): number {
    return this.image.call(`interlock_${name}`, args);
  }

  /** Scalars and records. */
  parts(): Uint8Array[] {
    const records = SCALAR_BYTES + SUM_BYTES;
    const block = this.image.ram('block', records + RECORD_BYTES);
    return [block.subarray(0, SCALAR_BYTES), block.subarray(records)];
  }

  protected state(): Buffer {
    return Buffer.concat(this.parts());
  }
}

/** Both at once. */
export class Interlocks {
  readonly world = new Board();
  /** What the last call has given. */
  last: Outcome = { result: 0, done: [], state: '' };
  private readonly firmware: OfFirmware;
  private readonly c: OfC;

  constructor(reference: PicoImage) {
    this.firmware = new OfFirmware(this.world);
    this.c = new OfC(this.world, reference);
    for (const one of [this.firmware, this.c]) one.call('boot', [READBACK_UA, 0]);
    // Each lays its state out as it likes.
    this.firmware.locate(this.c.parts());
  }

  /** Calls both; throws Error where results, segments or states differ. */
  call(where: string, name: string, ...args: number[]): Pair {
    const firmware = this.firmware.call(name, args);
    this.last = firmware.value;
    const cycles = agreed(where, firmware, this.c.call(name, args));
    for (const done of this.last.done) if (typeof done !== 'string') this.world.play(done);
    return cycles;
  }
}
