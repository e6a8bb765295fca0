// Puts the law book between the board and an interlock: every call and every effect of it is reported, in the µs of the
// simulation. It changes neither: what it looks up in between leaves no trace in board or interlock.
import {
  FIFO_SEGMENTS,
  FLAG_CASE,
  SAMPLE_MASK,
  SAMPLE_NONE,
  SAMPLE_SHIFT,
  SENSE_MAGNET,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
} from '../../../firmware/board.ts';
import type { Board } from '../../../sim/board/board.ts';
import { UnmodelledAccess } from '../../../sim/board/unmodelled.ts';
import { CYCLES_PER_US } from '../../../sim/clock/cycles.ts';
import type { Hal, InterlockExports } from '../../../sim/machine/machine.ts';
import { instantiateInterlock } from '../../../sim/machine/wasm-modules.ts';
import type { Sensors } from '../../property/interlock/bench.ts';
import type { LawBook } from '../../property/interlock/law-book.ts';
import { levelsOfWords } from './steps.ts';

export interface Watched {
  readonly book: LawBook;
  board(): Board;
  /** After each call. */
  onCall(): void;
  /** A call ended in a wasm trap. */
  onTrap(message: string): void;
  /** The output stage was handed what no stage can do. */
  onImpossible(message: string): void;
}

/** The electrodes' records, which a refused request must leave alone. */
const RECORDS_START = 16 + 108;
const RECORDS_BYTES = 544;
/** More than the whole state. */
const STATE_BYTES = 1024;

function readings(board: Board): Sensors {
  const cycle = board.clock.nowCycles;
  const { magnetInput } = board;
  const isLatched = magnetInput.isLatched;
  const magnet = magnetInput.read(cycle);
  magnetInput.isLatched = isLatched;
  return {
    magnet,
    batteryMv: board.readBattery(cycle),
    temperatureMc: board.temperature.read(cycle),
    selfTest: board.selfTestPassed ? 1 : 0,
  };
}

function reportSegment(watched: Watched, durationUs: number, flags: number, words: readonly number[]): void {
  const { stage, clock } = watched.board();
  const levelsUa = levelsOfWords(words);
  levelsUa.push((flags & FLAG_CASE) !== 0 ? 0 - levelsUa.reduce((sum, ua) => sum + ua, 0) : 0);
  const nowUs = clock.nowCycles / CYCLES_PER_US;
  const endUs = stage.queueEndCycle / CYCLES_PER_US;
  watched.book.released({
    durationUs,
    flags,
    levelsUa,
    startUs: endUs > nowUs ? endUs : Math.floor(nowUs) + 1,
    nowUs,
    queued: FIFO_SEGMENTS - stage.room(clock.nowCycles) + 1,
    sampled: ((flags >> SAMPLE_SHIFT) & SAMPLE_MASK) !== SAMPLE_NONE,
  });
}

/** A HAL that can be muted: it then answers as at the last call and has no effect on the board. */
class WatchedHal implements Hal {
  isMuted = false;
  private lastUs = 0;
  private readonly hal: Hal;
  private readonly watched: Watched;

  constructor(hal: Hal, watched: Watched) {
    this.hal = hal;
    this.watched = watched;
  }

  readonly clock_us = (): number => {
    if (!this.isMuted) this.lastUs = this.hal.clock_us();
    return this.lastUs;
  };
  readonly sense = (channel: number): number => {
    if (this.isMuted) return channel === SENSE_MAGNET ? 0 : SENSE_NO_SAMPLE;
    const value = this.hal.sense(channel);
    if (channel === SENSE_READBACK && value !== SENSE_NO_SAMPLE) this.watched.book.sampled(value);
    return value;
  };
  readonly segment_room = (): number => (this.isMuted ? 0 : this.hal.segment_room());
  readonly segment: Hal['segment'] = (durationUs, flags, ...words) => {
    if (this.isMuted) return;
    reportSegment(this.watched, durationUs, flags, words);
    try {
      this.hal.segment(durationUs, flags, ...words);
    } catch (error) {
      if (error instanceof UnmodelledAccess) this.watched.onImpossible(error.message);
      throw error;
    }
  };
  readonly off = (): void => {
    if (this.isMuted) return;
    this.watched.book.off(this.watched.board().clock.nowCycles / CYCLES_PER_US);
    this.hal.off();
  };
  readonly heartbeat = (): void => {
    if (!this.isMuted) this.hal.heartbeat();
  };
}

/** An interlock's memory from `start` on, copied into the same place at every look. */
class Look {
  private readonly view: Uint8Array;
  private readonly copy: Uint8Array;

  constructor({ memory }: InterlockExports, start: number, length: number) {
    this.view = memory === undefined ? new Uint8Array() : new Uint8Array(memory.buffer, start, length);
    this.copy = new Uint8Array(this.view.length);
  }
  take(): Uint8Array {
    this.copy.set(this.view);
    return this.copy;
  }
  putBack(): void {
    this.view.set(this.copy);
  }
}

/** The status as it is, without what asking for it would do: the state is put back. */
function peekStatus(interlock: InterlockExports, hal: WatchedHal, state: Look): number {
  state.take();
  hal.isMuted = true;
  try {
    return interlock.status();
  } finally {
    hal.isMuted = false;
    state.putBack();
  }
}

type CallName = Exclude<keyof InterlockExports, 'memory'>;

/** Makes one call at a time, with the law book before and after it. */
class Watcher {
  private readonly recordsBefore: Look;
  private readonly recordsAfter: Look;
  private readonly state: Look;
  private readonly interlock: InterlockExports;
  private readonly hal: WatchedHal;
  private readonly watched: Watched;

  constructor(interlock: InterlockExports, hal: WatchedHal, watched: Watched) {
    this.interlock = interlock;
    this.hal = hal;
    this.watched = watched;
    this.recordsBefore = new Look(interlock, RECORDS_START, RECORDS_BYTES);
    this.recordsAfter = new Look(interlock, RECORDS_START, RECORDS_BYTES);
    this.state = new Look(interlock, 0, STATE_BYTES);
  }

  call(name: CallName, args: number[]): number {
    const { book } = this.watched;
    const board = this.watched.board();
    const nowUs = board.clock.nowCycles / CYCLES_PER_US;
    book.before(name, args, nowUs, readings(board), this.recordsBefore.take());
    try {
      const run = this.interlock[name] as (...values: readonly number[]) => number | undefined;
      const result = run(...args) ?? 0;
      const status = peekStatus(this.interlock, this.hal, this.state);
      book.after(result, status, this.recordsAfter.take());
      return result;
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        book.trapped(error.message);
        this.watched.onTrap(error.message);
      }
      throw error;
    } finally {
      this.watched.onCall();
    }
  }
}

/** A new interlock on this HAL, under the eyes of the law book. */
export function watchInterlock(hal: Hal, watched: Watched, module: WebAssembly.Module): InterlockExports {
  const watchedHal = new WatchedHal(hal, watched);
  const interlock = instantiateInterlock(watchedHal, module);
  const watcher = new Watcher(interlock, watchedHal, watched);
  const call = (name: CallName, args: number[]): number => watcher.call(name, args);
  return {
    boot: (toleranceUa, retained) => void call('boot', [toleranceUa, retained]),
    poll: () => call('poll', []),
    request: (...args) => call('request', args),
    stop: (mode) => call('stop', [mode]),
    arm: () => call('arm', []),
    clear: () => call('clear', []),
    lower_limit: (...args) => call('lower_limit', args),
    raise_limit: (...args) => call('raise_limit', args),
    reading: (channel) => call('reading', [channel]),
    status: () => call('status', []),
    memory: interlock.memory,
  };
}
