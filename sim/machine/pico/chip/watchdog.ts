// The watchdog (datasheet 4.7) and the µs tick that it makes of the 12 MHz crystal, in place of rp2040js's, which counts
// without a tick and calls back for ever. Its counter falls by two each tick (erratum RP2040-E1).

import type { Agenda, Part } from './agenda.ts';
import { Block } from './block.ts';

const CTRL = 0x00;
const LOAD = 0x04;
const REASON = 0x08;
const SCRATCH0 = 0x0c;
const TICK = 0x2c;
const CTRL_TRIGGER = 0x8000_0000;
const CTRL_ENABLE = 0x4000_0000;
const CTRL_PAUSES = 7 << 24;
const COUNTER_MASK = 0xff_ffff;
const TICK_ENABLE = 1 << 9;
const TICK_RUNNING = 1 << 10;
export const REASON_TIMER = 1;
export const REASON_FORCE = 2;
/** Cycles of clk_ref, 12 MHz, that make 1 µs. */
const CYCLES_PER_TICK_US = 12;
const CORE_CYCLES_PER_US = 125;
const PER_TICK = 2;
const NEVER = Number.POSITIVE_INFINITY;

/** The tick generator: off until TICK is written. */
export class Ticks {
  readonly onChange: (() => void)[] = [];
  private base = 0;
  private origin = 0;
  private cyclesPerTick = NEVER;
  private register: number;

  constructor(isRunning: boolean) {
    this.register = CYCLES_PER_TICK_US | (isRunning ? TICK_ENABLE : 0);
    if (isRunning) this.cyclesPerTick = CORE_CYCLES_PER_US;
  }

  /** Ticks until `cycle`, the one in that cycle included. */
  count(cycle: number): number {
    if (this.cyclesPerTick === NEVER) return this.base;
    return this.base + Math.floor((cycle - this.origin) / this.cyclesPerTick);
  }

  /** The cycle of the tick with this number. */
  cycleOf(tick: number): number {
    if (tick === NEVER || this.cyclesPerTick === NEVER) return NEVER;
    return Math.ceil(this.origin + (tick - this.base) * this.cyclesPerTick);
  }

  get value(): number {
    return this.register | (this.register & TICK_ENABLE ? TICK_RUNNING : 0);
  }

  /** Takes the TICK register; clk_ref is the crystal's 12 MHz. */
  set(value: number, cycle: number): void {
    this.base = this.count(cycle);
    this.origin = cycle;
    this.register = value & 0x3ff;
    const divisor = value & 0x1ff;
    const isOn = (value & TICK_ENABLE) !== 0 && divisor > 0;
    this.cyclesPerTick = isOn ? (divisor * CORE_CYCLES_PER_US) / CYCLES_PER_TICK_US : NEVER;
    for (const changed of this.onChange) changed();
  }
}

export interface WatchdogLinks {
  readonly agenda: Agenda;
  readonly ticks: Ticks;
  bitten(cycle: number): void;
  scratch(cycle: number, index: number, value: number): void;
}

export class Watchdog extends Block implements Part {
  readonly scratch = new Uint32Array(8);
  private readonly part: number;
  private control = CTRL_PAUSES;
  /** The counter at the tick `since`; while it is disabled it stands. */
  private counter = 0;
  private since = 0;

  constructor(
    private readonly links: WatchdogLinks,
    private readonly reason: number,
  ) {
    super('WATCHDOG');
    this.part = links.agenda.add(this);
    links.ticks.onChange.push(() => this.reschedule());
  }

  run(cycle: number): void {
    this.links.bitten(cycle);
  }

  private get isEnabled(): boolean {
    return (this.control & CTRL_ENABLE) !== 0;
  }

  private get left(): number {
    if (!this.isEnabled) return this.counter;
    const ticks = this.links.ticks.count(this.links.agenda.now) - this.since;
    return Math.max(0, this.counter - PER_TICK * ticks);
  }

  /** From now on the counter falls from `value`. */
  private restart(value: number): void {
    this.counter = value;
    this.since = this.links.ticks.count(this.links.agenda.now);
    this.reschedule();
  }

  private reschedule(): void {
    const { agenda, ticks } = this.links;
    const due = ticks.cycleOf(this.since + Math.max(1, Math.ceil(this.counter / PER_TICK)));
    agenda.schedule(this.part, this.isEnabled ? Math.max(due, agenda.now) : NEVER);
  }

  protected override read(offset: number): number {
    if (offset >= SCRATCH0 && offset < TICK) return this.scratch[(offset - SCRATCH0) >> 2];
    switch (offset) {
      case CTRL:
        return (this.control | this.left) >>> 0;
      case REASON:
        return this.reason;
      case TICK:
        return this.links.ticks.value;
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number): void {
    const { agenda, ticks } = this.links;
    if (offset >= SCRATCH0 && offset < TICK) {
      const index = (offset - SCRATCH0) >> 2;
      this.scratch[index] = value;
      this.links.scratch(agenda.now, index, value);
      return;
    }
    if (offset === TICK) {
      ticks.set(value, agenda.now);
      return;
    }
    if (offset === LOAD) {
      this.restart(value & COUNTER_MASK);
      return;
    }
    if (offset !== CTRL) {
      this.unmodelled(offset);
      return;
    }
    const { left } = this;
    this.control = value & (CTRL_ENABLE | CTRL_PAUSES);
    this.restart(left);
    if (value & CTRL_TRIGGER) this.links.bitten(agenda.now);
  }

  override reset(): void {}
}
