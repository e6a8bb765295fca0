// Records what the shipped interlock does on a scripted board: calls in, answers and effects out. The board is light and
// ideal unless told otherwise: a FIFO that plays, read-backs of what was driven. It judges nothing; that is the laws' work.

import { CALLS, type CallName, type Inputs, Player, SENSE_CHANNELS } from './player.ts';
import type { Random } from './random.ts';

export const RECHARGE = 1;
export const HOLD = 2;
export const CASE = 4;
export const MEASURE = 8;
export const STALE = -2147483648;
const NO_SAMPLE = -1;

export type Levels = Readonly<Record<number, number>>;

/** One thing that is done to the interlock, and what came of it. */
export type Step =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly args: readonly number[];
      readonly inputs: Inputs;
      readonly result: number;
      /** The board's log of the call. */
      readonly effects: Int32Array;
      /** Hash of the state block afterwards. */
      readonly state: number;
    }
  /** A bit of the state block turns over. */
  | { readonly kind: 'flip'; readonly word: number; readonly mask: number }
  /** Remember the state block; go back to it. What lies between is an excursion. */
  | { readonly kind: 'save' | 'restore' };

/** Levels of the contacts packed as the calls want them: two i16 a word, the case left out. */
export function pack(levelsUa: Levels): number[] {
  const words = new Array<number>(8).fill(0);
  for (const [index, ua] of Object.entries(levelsUa)) {
    const contact = Number(index);
    if (contact < 16) words[contact >> 1] |= contact & 1 ? ua << 16 : ua & 0xffff;
  }
  return words;
}

interface Board {
  nowUs: number;
  ends: number[];
  stageEndUs: number;
  samples: { atUs: number; packed: number }[];
  newest: number;
}

export class Recorder {
  readonly steps: Step[] = [];
  readonly player: Player;
  magnet = 0;
  batteryMv = 3800;
  temperatureMc = 36500;
  selfTest = 1;
  voltageMv = 1000;
  /** Added to every read-back, µA. */
  readbackErrorUa = 0;
  readbackWorks = true;
  /** Added to the electrode that a read-back names. */
  readbackShift = 0;
  /** The read-back that the board shows whatever was driven. */
  readbackLie: number | undefined;
  /** Room that the stage claims whatever is true. */
  roomLie: number | undefined;
  private board: Board = { nowUs: 0, ends: [], stageEndUs: 0, samples: [], newest: NO_SAMPLE };

  constructor(
    module: WebAssembly.Module,
    readonly random: Random,
    startUs = 0,
  ) {
    this.player = new Player(module);
    this.board.nowUs = startUs;
  }

  get nowUs(): number {
    return this.board.nowUs;
  }
  wait(durationUs: number): void {
    this.board.nowUs += durationUs;
  }

  private inputs(): Inputs {
    const { board } = this;
    while (board.samples.length > 0 && board.samples[0].atUs <= board.nowUs)
      board.newest = board.samples.shift()!.packed;
    board.ends = board.ends.filter((endUs) => endUs > board.nowUs);
    const senses = new Int32Array(SENSE_CHANNELS);
    senses.set([this.magnet, this.batteryMv, this.temperatureMc, this.selfTest]);
    senses.set([this.readbackLie ?? board.newest, this.voltageMv], 4);
    return { clockUs: board.nowUs | 0, senses, room: this.roomLie ?? 64 - board.ends.length };
  }

  call(name: CallName, ...args: number[]): number {
    const inputs = this.inputs();
    const call = CALLS.indexOf(name);
    const result = this.player.call(call, args, inputs);
    const effects = this.player.log.slice(0, this.player.logged);
    this.steps.push({ kind: 'call', call, args, inputs, result, effects, state: this.player.hash() });
    this.play(effects);
    return result;
  }

  /** The board does what the call asked of it: 1 a segment, 2 off, 3 heartbeat (player.ts). */
  private play(effects: Int32Array): void {
    for (let i = 0; i < effects.length; i++) {
      if (effects[i] === 2) {
        this.board.ends = [];
        this.board.samples = this.board.samples.filter(({ atUs }) => atUs <= this.board.nowUs);
      } else if (effects[i] === 1) {
        this.playSegment(effects[i + 1], effects[i + 2], [...effects.subarray(i + 3, i + 11)]);
        i += 10;
      }
    }
  }

  private playSegment(durationUs: number, flags: number, words: number[]): void {
    const { board } = this;
    const levelsUa = words.flatMap((word) => [(word << 16) >> 16, word >> 16]);
    levelsUa.push(flags & CASE ? -levelsUa.reduce((sum, ua) => sum + ua, 0) : 0);
    const startUs = board.ends.length === 0 ? board.nowUs + 1 : board.stageEndUs;
    board.stageEndUs = startUs + durationUs;
    board.ends.push(board.stageEndUs);
    const electrode = (flags >> 16) & 31;
    if (!this.readbackWorks || electrode > 16 || flags & (RECHARGE | HOLD)) return;
    const measuredUa = (levelsUa[electrode] + this.readbackErrorUa) & 0xffff;
    const packed = measuredUa | ((electrode + this.readbackShift) << 16) | (((flags >> 8) & 63) << 24);
    board.samples.push({ atUs: startUs + durationUs / 2, packed });
  }

  /** Tries something from here and comes back: neither interlock nor board remembers it. */
  excursion(attempt: () => void): void {
    const { board } = this;
    this.board = { ...board, ends: [...board.ends], samples: [...board.samples] };
    const saved = this.player.block.slice();
    this.steps.push({ kind: 'save' });
    attempt();
    this.steps.push({ kind: 'restore' });
    this.player.block.set(saved);
    this.board = board;
  }

  /** Turns bits of one word of the state block over. */
  flip(word: number, mask: number): void {
    this.steps.push({ kind: 'flip', word, mask });
    this.player.block[word] ^= mask;
  }

  request(durationUs: number, flags: number, levelsUa: Levels = {}): number {
    return this.call('request', durationUs, flags, ...pack(levelsUa));
  }

  /** Waits with a poll every 5 ms, as a live board does. */
  idle(durationUs: number): void {
    for (let leftUs = durationUs; leftUs > 0; leftUs -= 5000) {
      this.wait(Math.min(leftUs, 5000));
      this.call('poll');
    }
  }

  /** Boots, waits for the discharge and arms. */
  armed(toleranceUa = 100): this {
    this.call('boot', toleranceUa, 0);
    return this.rearmed();
  }
  /** Whatever is queued is over; discharges and arms. */
  rearmed(): this {
    this.call('stop', 1);
    this.idle(66_000);
    this.call('arm');
    return this;
  }
}
