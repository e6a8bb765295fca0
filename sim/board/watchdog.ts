// The watchdog: resets the board when it has not been fed for 50 ms.

import { WATCHDOG_US } from '../../firmware/board.ts';
import type { Clock } from '../clock/clock.ts';
import { cyclesOfUs } from '../clock/cycles.ts';

const LIMIT_CYCLES = cyclesOfUs(WATCHDOG_US);
const FED_AT = 0;

export class Watchdog {
  private readonly clock: Clock;
  private readonly expire: (cycle: number) => void;
  private readonly state = new Float64Array(1);
  private readonly checkKind: number;
  private isRunning = false;
  private isScheduled = false;

  /** `expire` is called when the time has run out; the watchdog then stands still until it is started again. */
  constructor(clock: Clock, expire: (cycle: number) => void) {
    this.clock = clock;
    this.expire = expire;
    this.checkKind = clock.on((cycle) => this.check(cycle));
  }

  start(cycle: number): void {
    this.state[FED_AT] = cycle;
    this.isRunning = true;
    if (!this.isScheduled) this.schedule(cycle);
  }
  stop(): void {
    this.isRunning = false;
  }
  /** Too late where the time has run out by then, even if nobody has looked yet. */
  feed(cycle: number): void {
    if (cycle < this.state[FED_AT] + LIMIT_CYCLES) this.state[FED_AT] = cycle;
  }

  private schedule(from: number): void {
    this.isScheduled = true;
    this.clock.schedule(from + LIMIT_CYCLES, this.checkKind);
  }

  private check(cycle: number): void {
    this.isScheduled = false;
    if (!this.isRunning) return;
    if (this.state[FED_AT] + LIMIT_CYCLES > cycle) {
      this.schedule(this.state[FED_AT]);
      return;
    }
    this.isRunning = false;
    this.expire(cycle);
  }
}
