// One PIO block at cycle resolution, in place of rp2040js's, which runs it by setTimeout and without delays, dividers and
// enables (datasheet chapter 3). Its machines see each other's flags and the inputs one cycle and two cycles late.

import type { RP2040 } from 'rp2040js';
import type { Agenda, Part } from '../agenda.ts';
import { type Gpio, PINS_MASK } from '../gpio.ts';
import { Stall, StateMachine } from './state-machine.ts';

const FIRST_IRQ = 7;
const TXSTALL = 1 << 24;
const RXSTALL = 1;
/** Cycles before a settled one that are run singly, so that the input synchronisers hold what they would. */
const SYNCHRONISER_CYCLES = 4;

/** What a PIO needs of the chip. */
export interface PioLinks {
  readonly rp2040: RP2040;
  readonly agenda: Agenda;
  readonly gpio: Gpio;
  readonly isCollapsing: boolean;
  /** Levels of FIFOs have changed: the DMA looks at its requests. */
  fifoMoved(cycle: number): void;
  shift(cycle: number, word: number, bits: number, period: number): void;
}

export class Pio implements Part {
  readonly memory = new Uint16Array(32);
  readonly machines: readonly StateMachine[];
  readonly gpio: Gpio;
  /** IRQ flags 0–7 as they were when this cycle began. */
  flags = 0;
  fdebug = 0;
  bypass = 0;
  /** Interrupt enables and forces of its two lines. */
  readonly enable = [0, 0];
  readonly forced = [0, 0];
  private raised = 0;
  private lowered = 0;
  private out = 0;
  private directions = 0;
  /** No loop is collapsed up to here. */
  private singlyUntil = -1;
  private readonly part: number;

  constructor(
    readonly index: number,
    private readonly links: PioLinks,
  ) {
    this.gpio = links.gpio;
    this.part = links.agenda.add(this);
    this.machines = [0, 1, 2, 3].map((i) => new StateMachine(this, i));
  }

  /** The cycle that the hardware is at. */
  get now(): number {
    return this.links.agenda.now;
  }

  /** Everything that its machines do at `cycle`. */
  run(cycle: number): void {
    this.settleOthers(cycle);
    for (const sm of this.machines) if (sm.due <= cycle) sm.step(cycle);
    this.commit(cycle);
    this.reschedule();
  }

  reschedule(): void {
    const [a, b, c, d] = this.machines;
    this.links.agenda.schedule(this.part, Math.min(a.due, b.due, c.due, d.due));
  }

  /** Flags and pins take what the machines did to them, all at once; the highest machine wins (datasheet 3.5.6.1). */
  commit(cycle: number): void {
    if ((this.raised | this.lowered) !== 0) {
      this.flags = (this.flags & ~this.lowered) | this.raised;
      this.raised = 0;
      this.lowered = 0;
      this.wakeAll(Stall.IRQ, cycle + 1);
      this.updateInterrupts();
    }
    this.commitPins(cycle);
  }

  commitPins(cycle: number): void {
    const pins = this.gpio.pio[this.index];
    if (pins.out === this.out && pins.enable === this.directions) return;
    // The other block's shift, if one is under way, comes first; this block has seen to its own in settleOthers.
    const { shifting } = this.gpio;
    if (shifting !== null && shifting.pio !== this) shifting.pio.settle(cycle - 1);
    this.putPins();
    this.gpio.update(cycle);
  }

  /** A shift that is about to be reported in one piece has left the pins so. */
  commitShift(cycle: number, rose: number, fell: number): void {
    this.putPins();
    const mask = this.gpio.plain(this.index);
    this.gpio.settle((this.gpio.pads & ~mask) | (this.out & mask), cycle, rose, fell);
  }

  private putPins(): void {
    const pins = this.gpio.pio[this.index];
    pins.out = this.out;
    pins.enable = this.directions;
    const stock = this.links.rp2040.pio[this.index];
    stock.pinValues = this.out;
    stock.pinDirections = this.directions;
  }

  emitShift(cycle: number, word: number, bits: number, period: number): void {
    this.links.shift(cycle, word, bits, period);
  }

  raise(flag: number): void {
    this.raised |= flag;
  }
  lower(flag: number): void {
    this.lowered |= flag;
  }

  /** `count` pins from `base` on, wrapping at 32, get the low bits of `value`. */
  drive(value: number, base: number, count: number): void {
    const mask = pinMask(base, count);
    this.out = ((this.out & ~mask) | (turned(value, base) & mask)) & PINS_MASK;
  }
  driveDirections(value: number, base: number, count: number): void {
    const mask = pinMask(base, count);
    this.directions = ((this.directions & ~mask) | (turned(value, base) & mask)) & PINS_MASK;
  }
  get padOut(): number {
    return this.out;
  }
  get padEnable(): number {
    return this.directions;
  }

  inputs(cycle: number): number {
    const late = this.gpio.synchronised(cycle);
    return this.bypass === 0 ? late : (late & ~this.bypass) | (this.gpio.inputs & this.bypass);
  }

  push(sm: StateMachine, value: number): void {
    sm.rx.push(value);
    this.fifoMoved();
  }
  pull(sm: StateMachine): number {
    const value = sm.tx.pull();
    this.fifoMoved();
    return value;
  }

  flagTxStall(sm: StateMachine): void {
    this.fdebug |= TXSTALL << sm.index;
  }
  flagRxStall(sm: StateMachine): void {
    this.fdebug |= RXSTALL << sm.index;
  }

  /** A word for TX from the bus; one for a full FIFO is lost and flagged. */
  writeTx(sm: StateMachine, value: number): void {
    if (sm.tx.isFull) {
      this.fdebug |= 1 << (16 + sm.index);
      return;
    }
    sm.tx.push(value);
    if (sm.stall === Stall.TX) sm.wake(this.now + 1);
    sm.scheduleRefill(this.now + 1);
    this.fifoMoved();
    this.reschedule();
  }

  readRx(sm: StateMachine): number {
    if (sm.rx.isEmpty) {
      this.fdebug |= 1 << (8 + sm.index);
      return 0;
    }
    const value = sm.rx.pull();
    if (sm.stall === Stall.RX) sm.wake(this.now + 1);
    this.fifoMoved();
    this.reschedule();
    return value;
  }

  private fifoMoved(): void {
    if ((this.enable[0] | this.enable[1]) !== 0) this.updateInterrupts();
    this.links.fifoMoved(this.now);
  }

  /** A join has changed: both FIFOs are empty, and have other depths. */
  fifosChanged(): void {
    this.updateInterrupts();
    this.links.fifoMoved(this.now);
  }

  /** Flags are changed from the bus. */
  setFlags(flags: number): void {
    this.flags = flags & 0xff;
    this.wakeAll(Stall.IRQ, this.now + 1);
    this.updateInterrupts();
    this.reschedule();
  }

  /** Machines that wait for a pin look again when the synchronisers have let the change through. */
  padsChanged(cycle: number): void {
    if (!this.wakeAll(Stall.PIN, cycle + (this.bypass === 0 ? 2 : 1))) return;
    this.reschedule();
  }

  private wakeAll(stall: Stall, cycle: number): boolean {
    let isAny = false;
    for (const sm of this.machines) {
      if (sm.stall !== stall) continue;
      sm.wake(cycle);
      isAny = true;
    }
    return isAny;
  }

  /** INTR, table 400: flags 0–3, TX not full, RX not empty. */
  get raw(): number {
    let value = (this.flags & 15) << 8;
    for (const { index, tx, rx } of this.machines) {
      if (!tx.isFull) value |= 1 << (4 + index);
      if (!rx.isEmpty) value |= 1 << index;
    }
    return value;
  }

  updateInterrupts(): void {
    const { raw } = this;
    for (let line = 0; line < 2; line++) {
      const status = (raw & this.enable[line]) | this.forced[line];
      this.links.rp2040.setInterrupt(FIRST_IRQ + 2 * this.index + line, status !== 0);
    }
  }

  // --- Stretches: see stretch.ts.

  mayCollapse(cycle: number): boolean {
    return this.links.isCollapsing && cycle > this.singlyUntil;
  }

  /** Only one machine of a chip shifts in one piece at a time, on pins that nobody else looks at. */
  takeShift(sm: StateMachine, pins: number): boolean {
    const { gpio } = this;
    if (gpio.shifting !== null || gpio.inputReaders !== 0 || (gpio.plain(this.index) & pins) !== pins)
      return false;
    gpio.shifting = sm;
    return true;
  }
  releaseShift(): void {
    this.gpio.shifting = null;
  }

  /** Memory has changed: instructions that read pins, now or by way of EXEC, forbid shifting in one piece. */
  scan(): void {
    const readers = this.memory.some(readsPins) ? 1 << this.index : 0;
    this.gpio.inputReaders = (this.gpio.inputReaders & ~(1 << this.index)) | readers;
  }

  /** Brings its machines up to `cycle`, inclusive, as if each instruction had been run by itself. */
  settle(cycle: number): void {
    if (!this.machines.some((sm) => sm.stretch.isActive)) return;
    this.singlyUntil = cycle;
    for (const sm of this.machines) if (sm.stretch.isActive) sm.stretch.settle(cycle - SYNCHRONISER_CYCLES);
    for (let due = this.earliest(); due <= cycle; due = this.earliest()) {
      for (const sm of this.machines) if (sm.due <= due) sm.step(due);
      this.commit(due);
    }
    this.reschedule();
  }

  private earliest(): number {
    const [a, b, c, d] = this.machines;
    return Math.min(a.due, b.due, c.due, d.due);
  }

  /** A pin that changes now must not be told before edges of a shift that came earlier. */
  private settleOthers(cycle: number): void {
    const { shifting } = this.gpio;
    if (shifting === null || shifting.pio !== this || shifting.due <= cycle) return;
    for (const sm of this.machines) {
      if (sm.due <= cycle && this.mayDrive(sm)) {
        this.settle(cycle - 1);
        return;
      }
    }
  }

  private mayDrive(sm: StateMachine): boolean {
    const opcode = sm.exec >= 0 ? sm.exec : this.memory[sm.pc];
    const [kind, target] = [opcode >> 13, (opcode >> 5) & 7];
    if ((kind === 3 || kind === 7) && (target === 0 || target === 4)) return true;
    if ((kind === 5 && target === 0) || !sm.isSidePlain) return true;
    const mask = pinMask(sm.sideBase, sm.sideCount);
    const value = turned(((opcode >> 8) & 31) >> (5 - sm.sideCount), sm.sideBase);
    return ((this.out ^ value) & mask) !== 0;
  }

  reset(): void {
    this.memory.fill(0);
    for (const sm of this.machines) sm.reset();
    this.enable.fill(0);
    this.forced.fill(0);
    this.flags = this.fdebug = this.bypass = 0;
    this.out = this.directions = 0;
    this.scan();
    this.commitPins(this.now);
    this.updateInterrupts();
    this.reschedule();
  }
}

function turned(value: number, by: number): number {
  return by === 0 ? value : (value << by) | (value >>> (32 - by));
}

function pinMask(base: number, count: number): number {
  return turned(count >= 32 ? -1 : (1 << count) - 1, base);
}

/** WAIT on a pin, IN PINS, MOV from PINS, JMP PIN; and what may execute any of them. */
function readsPins(opcode: number): boolean {
  const target = (opcode >> 5) & 7;
  switch (opcode >> 13) {
    case 0:
      return target === 6;
    case 1:
      return (target & 3) < 2;
    case 2:
      return target === 0;
    case 3:
      return target === 7;
    case 5:
      return (opcode & 7) === 0 || target === 4;
    default:
      return false;
  }
}
