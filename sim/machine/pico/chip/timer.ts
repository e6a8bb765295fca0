// The µs timer and its four alarms (datasheet 4.6) in place of rp2040js's, whose alarms come up to 1 µs early. It counts
// the ticks that the watchdog block makes of the crystal: without them it stands still, as it does on the chip.

import type { RP2040 } from 'rp2040js';
import type { Agenda, Part } from './agenda.ts';
import { Block } from './block.ts';
import type { Ticks } from './watchdog.ts';

const TIMEHW = 0x00;
const TIMELW = 0x04;
const TIMEHR = 0x08;
const TIMELR = 0x0c;
const ALARM0 = 0x10;
const ARMED = 0x20;
const TIMERAWH = 0x24;
const TIMERAWL = 0x28;
const DBGPAUSE = 0x2c;
const INTR = 0x34;
const INTE = 0x38;
const INTF = 0x3c;
const INTS = 0x40;
const TWO_32 = 0x1_0000_0000;
const NEVER = Number.POSITIVE_INFINITY;

export class Timer extends Block implements Part {
  private readonly part: number;
  private readonly alarms = [0, 0, 0, 0];
  /** Ticks at which armed alarms fire; NEVER: not armed. */
  private readonly fireAt = [NEVER, NEVER, NEVER, NEVER];
  /** What the 64-bit time is ahead of the ticks, from writes to TIMELW and TIMEHW. */
  private offset = 0;
  private latchedHigh = 0;
  private writtenLow = 0;
  private debugPause = 7;
  private raw = 0;
  private enable = 0;
  private forced = 0;

  constructor(
    private readonly rp2040: RP2040,
    private readonly agenda: Agenda,
    private readonly ticks: Ticks,
  ) {
    super('TIMER');
    this.part = agenda.add(this);
    ticks.onChange.push(() => this.reschedule());
  }

  private get us(): number {
    return this.ticks.count(this.agenda.now) + this.offset;
  }

  run(cycle: number): void {
    const ticks = this.ticks.count(cycle);
    for (let i = 0; i < 4; i++) {
      if (this.fireAt[i] > ticks) continue;
      this.fireAt[i] = NEVER;
      this.raw |= 1 << i;
    }
    this.update();
    this.reschedule();
  }

  private reschedule(): void {
    this.agenda.schedule(this.part, this.ticks.cycleOf(Math.min(...this.fireAt)));
  }

  /** An alarm compares the low 32 bits: it fires when they next equal its value, at once where they do now. */
  private arm(index: number, value: number): void {
    this.alarms[index] = value;
    const ahead = (value - (this.us % TWO_32) + TWO_32) % TWO_32;
    this.fireAt[index] = this.ticks.count(this.agenda.now) + ahead;
    if (ahead === 0) this.run(this.agenda.now);
    else this.reschedule();
  }

  private update(): void {
    const status = (this.raw & this.enable) | this.forced;
    for (let i = 0; i < 4; i++) this.rp2040.setInterrupt(i, ((status >> i) & 1) === 1);
  }

  private get armed(): number {
    return this.fireAt.reduce((mask, at, i) => (at === NEVER ? mask : mask | (1 << i)), 0);
  }

  protected override read(offset: number): number {
    if (offset >= ALARM0 && offset < ARMED) return this.alarms[(offset - ALARM0) >> 2];
    switch (offset) {
      case TIMELR:
        this.latchedHigh = Math.floor(this.us / TWO_32);
        return this.us % TWO_32;
      case TIMEHR:
        return this.latchedHigh;
      case TIMERAWL:
        return this.us % TWO_32;
      case TIMERAWH:
        return Math.floor(this.us / TWO_32);
      case ARMED:
        return this.armed;
      case DBGPAUSE:
        return this.debugPause;
      case INTR:
        return this.raw;
      case INTE:
        return this.enable;
      case INTF:
        return this.forced;
      case INTS:
        return (this.raw & this.enable) | this.forced;
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number, raw: number): void {
    if (offset >= ALARM0 && offset < ARMED) {
      this.arm((offset - ALARM0) >> 2, value);
      return;
    }
    switch (offset) {
      case TIMELW:
        this.writtenLow = value;
        return;
      case TIMEHW:
        this.offset += value * TWO_32 + this.writtenLow - this.us;
        return;
      case ARMED:
        for (let i = 0; i < 4; i++) if ((raw >> i) & 1) this.fireAt[i] = NEVER;
        this.reschedule();
        return;
      case DBGPAUSE:
        this.debugPause = value & 6;
        return;
      case INTR:
        this.raw &= ~raw;
        this.update();
        return;
      case INTE:
        this.enable = value & 15;
        this.update();
        return;
      case INTF:
        this.forced = value & 15;
        this.update();
        return;
      default:
        this.unmodelled(offset);
    }
  }

  override reset(): void {
    this.fireAt.fill(NEVER);
    this.alarms.fill(0);
    this.offset = -this.ticks.count(this.agenda.now);
    this.raw = this.enable = this.forced = 0;
    this.update();
    this.reschedule();
  }
}
