// A logged serial line as the edges that a logic analyser would see: start bit, eight data bits, stop bit.

import { CLOCK_HZ } from '../clock/cycles.ts';
import type { TimedLog } from './timed-log.ts';

const STOP_BIT = 9;
/**
 * No byte begins earlier than this part of a bit: tools see an edge only after the line was idle, and a byte may be sent with
 * the first cycle. Its bits keep their widths.
 */
const IDLE_BITS_MIN = 1 / 8;

export class UartBits {
  /** Cycle of the next edge, Infinity where the log has no more. */
  nextCycle = Number.POSITIVE_INFINITY;
  /** Level of the line; it idles high. */
  level = 1;
  private readonly log: TimedLog;
  private readonly bitCycles: number;
  private readonly earliestCycle: number;
  private readonly untilCycle: () => number;
  private index = 0;
  private bit = 0;

  /** Bytes that begin at or after `untilCycle()` are left out for now: a reset may still take them back. */
  constructor(log: TimedLog, baud: number, untilCycle: () => number) {
    this.log = log;
    this.bitCycles = CLOCK_HZ / baud;
    this.earliestCycle = Math.ceil(IDLE_BITS_MIN * this.bitCycles);
    this.untilCycle = untilCycle;
  }

  /** Looks for the next edge; call it when the log has grown. */
  seek(): void {
    for (; this.index < this.log.length; this.index++, this.bit = 0) {
      const start = this.log.cycles[this.index];
      if (start >= this.untilCycle()) break;
      for (; this.bit <= STOP_BIT; this.bit++) {
        if (this.levelOf(this.bit) === this.level) continue;
        this.nextCycle = Math.max(start, this.earliestCycle) + Math.round(this.bit * this.bitCycles);
        return;
      }
    }
    this.nextCycle = Number.POSITIVE_INFINITY;
  }

  /** Passes the edge at `nextCycle`. */
  step(): void {
    this.level ^= 1;
    this.bit++;
    this.seek();
  }

  /** `count` entries at the front of the log are gone. */
  dropped(count: number): void {
    this.index -= count;
  }
  /** Entries that have been read completely. */
  get done(): number {
    return this.index;
  }

  private levelOf(bit: number): number {
    if (bit === 0) return 0;
    return bit === STOP_BIT ? 1 : (this.log.values[this.index] >> (bit - 1)) & 1;
  }
}
