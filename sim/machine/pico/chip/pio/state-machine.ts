// One PIO state machine: its registers, what each of its cycles does, when the next one is. It sees its block (flags, pins,
// memory) as it was before the cycle; what it does to flags and pins the block applies for all machines at once.

import { Divider } from './divider.ts';
import { Fifo } from './fifo.ts';
import { execute } from './instructions.ts';
import type { Pio } from './pio.ts';
import { Stretch } from './stretch.ts';

const NEVER = Number.POSITIVE_INFINITY;
const EXECCTRL_RESET = 0x1f << 12;
const SHIFTCTRL_RESET = 0b11 << 18;
const PINCTRL_RESET = 5 << 26;
const SIDE_ENABLE = 1 << 30;
const SIDE_PINDIRS = 1 << 29;

/** What a stalled machine waits for. */
export enum Stall {
  NONE = 0,
  IRQ = 1,
  PIN = 2,
  TX = 3,
  RX = 4,
}

export class StateMachine {
  enabled = false;
  pc = 0;
  x = 0;
  y = 0;
  isr = 0;
  isrCount = 0;
  osr = 0;
  osrCount = 32;
  readonly tx = new Fifo();
  readonly rx = new Fifo();
  readonly divider = new Divider();
  readonly stretch = new Stretch(this);
  execctrl = EXECCTRL_RESET;
  shiftctrl = SHIFTCTRL_RESET;
  pinctrl = PINCTRL_RESET;

  /** The cycle of its next instruction; never while it stalls or is disabled. */
  next = NEVER;
  /** The cycle in which the hardware refills OSR between instructions. */
  refillAt = NEVER;
  stall: Stall = Stall.NONE;
  /** An instruction from EXEC or SMx_INSTR that runs in place of the one at PC; −1: none. */
  exec = -1;
  /** It came from SMx_INSTR and stalls: it runs on even if the machine is disabled. */
  isForced = false;
  /** What is left of a stalled instruction that must not start over: an IN's push, an IRQ's wait. */
  isHalfDone = false;
  hasJumped = false;
  /** Cycles of delay left when it was disabled. */
  private pausedDelay = 1;

  constructor(
    readonly pio: Pio,
    readonly index: number,
  ) {}

  // The fields of its registers (datasheet 3.7), by name.
  get wrapTop(): number {
    return (this.execctrl >> 12) & 31;
  }
  get wrapBottom(): number {
    return (this.execctrl >> 7) & 31;
  }
  get jmpPin(): number {
    return (this.execctrl >> 24) & 31;
  }
  get isAutopull(): boolean {
    return (this.shiftctrl & (1 << 17)) !== 0;
  }
  get isAutopush(): boolean {
    return (this.shiftctrl & (1 << 16)) !== 0;
  }
  get pushThreshold(): number {
    return (this.shiftctrl >> 20) & 31 || 32;
  }
  get pullThreshold(): number {
    return (this.shiftctrl >> 25) & 31 || 32;
  }
  get sideCount(): number {
    return this.pinctrl >>> 29;
  }
  get sideBase(): number {
    return (this.pinctrl >> 10) & 31;
  }
  get inBase(): number {
    return (this.pinctrl >> 15) & 31;
  }
  get outBase(): number {
    return this.pinctrl & 31;
  }
  get outCount(): number {
    return (this.pinctrl >> 20) & 63;
  }
  get setBase(): number {
    return (this.pinctrl >> 5) & 31;
  }
  get setCount(): number {
    return (this.pinctrl >> 26) & 7;
  }
  /** The side-set goes to levels, and every instruction has one. */
  get isSidePlain(): boolean {
    return (this.execctrl & (SIDE_ENABLE | SIDE_PINDIRS)) === 0;
  }

  /** All ones while the chosen FIFO's level is under STATUS_N (datasheet 3.7, EXECCTRL). */
  get status(): number {
    const fifo = this.execctrl & 16 ? this.rx : this.tx;
    return fifo.level < (this.execctrl & 15) ? 0xffff_ffff : 0;
  }

  /** When it next does anything by itself. */
  get due(): number {
    return this.next < this.refillAt ? this.next : this.refillAt;
  }

  delayOf(opcode: number): number {
    return (opcode >> 8) & 31 & ((1 << (5 - this.sideCount)) - 1);
  }

  /** What is due at `cycle`: an instruction, or only the refill of OSR. */
  step(cycle: number): void {
    const isRefill = this.refillAt <= cycle;
    if (isRefill) this.refillAt = NEVER;
    if (this.next > cycle) {
      if (isRefill) this.autopull();
      return;
    }
    this.stretch.end(cycle);
    const opcode = this.exec >= 0 ? this.exec : this.pio.memory[this.pc];
    if (this.exec < 0 && this.stretch.begin(opcode, cycle)) return;
    this.runOne(opcode, cycle);
  }

  /** Runs `opcode` at `cycle` and works out when the next one is due. */
  private runOne(opcode: number, cycle: number): void {
    const fromExec = this.exec >= 0;
    this.hasJumped = false;
    this.exec = -1;
    this.stall = execute(this, opcode, cycle);
    this.sideSet(opcode);
    if (this.isAutopull && opcode >> 13 !== 3) this.autopull();
    if (this.stall !== Stall.NONE) {
      if (fromExec) this.exec = opcode;
      this.next = this.isHopeless(opcode, cycle) ? NEVER : this.divider.after(cycle, 1);
      return;
    }
    this.isHalfDone = false;
    this.isForced = false;
    if (!this.hasJumped && !fromExec)
      this.pc = this.pc === this.wrapTop ? this.wrapBottom : (this.pc + 1) & 31;
    // The delay of an instruction that chooses another to execute is left out (datasheet 3.4.5.2).
    const ticks = this.exec >= 0 ? 1 : 1 + this.delayOf(opcode);
    this.next = this.enabled || this.exec >= 0 ? this.divider.after(cycle, ticks) : NEVER;
  }

  /**
   * Runs an instruction written to SMx_INSTR: at once, whether the machine is enabled or not; its delay is left out.
   * One that stalls stays until it is done.
   */
  force(opcode: number, cycle: number): void {
    const { next, stall } = this;
    const wasStalled = stall !== Stall.NONE;
    this.isHalfDone = false;
    this.hasJumped = false;
    this.exec = -1;
    this.stall = execute(this, opcode, cycle);
    this.sideSet(opcode);
    if (this.stall !== Stall.NONE) {
      this.exec = opcode;
      this.isForced = true;
      this.next = this.isHopeless(opcode, cycle) ? NEVER : this.divider.after(cycle, 1);
      return;
    }
    const soon = this.divider.from(cycle + 1);
    if (this.enabled || this.exec >= 0) this.next = wasStalled || next === NEVER || next < soon ? soon : next;
  }

  /** True where trying again makes no sense before something wakes it. */
  private isHopeless(opcode: number, cycle: number): boolean {
    if (this.stall === Stall.TX) return opcode >> 13 !== 3 || this.osrCount >= this.pullThreshold;
    return this.stall !== Stall.PIN || this.pio.gpio.isSteady(cycle);
  }

  /** The condition that it waits for may hold from `cycle` on. */
  wake(cycle: number): void {
    if (this.next === NEVER && (this.enabled || this.isForced)) this.next = this.divider.from(cycle);
  }

  /** The side-set takes effect in the first cycle of an instruction, stalled or not (datasheet 3.5.1). */
  sideSet(opcode: number): void {
    const count = this.sideCount;
    if (count === 0) return;
    const field = (opcode >> 8) & 31;
    const hasEnable = (this.execctrl & SIDE_ENABLE) !== 0;
    if (hasEnable && (field & 16) === 0) return;
    const width = hasEnable ? count - 1 : count;
    const value = (field >> (5 - count)) & ((1 << width) - 1);
    if (this.execctrl & SIDE_PINDIRS) this.pio.driveDirections(value, this.sideBase, width);
    else this.pio.drive(value, this.sideBase, width);
  }

  /** Refills an empty OSR where there is a word (datasheet 3.5.4.2, for cycles without OUT). */
  autopull(): void {
    if (!this.isAutopull || this.osrCount < this.pullThreshold || this.tx.isEmpty) return;
    this.osr = this.pio.pull(this);
    this.osrCount = 0;
  }

  /** A word has arrived in TX, or a setting has changed: the hardware refills OSR in its next cycle by itself. */
  scheduleRefill(cycle: number): void {
    const isWanted =
      this.enabled && this.isAutopull && this.osrCount >= this.pullThreshold && !this.tx.isEmpty;
    this.refillAt = isWanted ? this.divider.from(cycle) : NEVER;
  }

  /** The divider's phase or divisor changes: what is to come moves to its next tick. */
  retime(change: () => void): void {
    change();
    if (this.next !== NEVER) this.next = this.divider.from(Math.max(this.next, this.pio.now + 1));
    if (this.refillAt !== NEVER) this.refillAt = this.divider.from(Math.max(this.refillAt, this.pio.now + 1));
  }

  enable(isOn: boolean, cycle: number): void {
    if (isOn === this.enabled) return;
    this.enabled = isOn;
    if (isOn) {
      this.next = this.divider.from(cycle + this.pausedDelay);
      this.scheduleRefill(cycle + 1);
    } else if (!this.isForced) {
      this.pausedDelay = this.next === NEVER ? 1 : Math.max(1, this.next - cycle);
      this.next = NEVER;
      this.refillAt = NEVER;
    }
  }

  /** CTRL.SM_RESTART (datasheet 3.7): shift counters, ISR, delay, stalls and latched instructions; not PC, X, Y, OSR. */
  restart(cycle: number): void {
    this.isr = 0;
    this.isrCount = 0;
    this.osrCount = 32;
    this.exec = -1;
    this.isForced = false;
    this.isHalfDone = false;
    this.stall = Stall.NONE;
    this.pausedDelay = 1;
    this.next = this.enabled ? this.divider.from(cycle + 1) : NEVER;
    this.scheduleRefill(cycle + 1);
  }

  /** Changing the join throws both FIFOs' words away (datasheet 3.5.3). */
  setShiftctrl(value: number): void {
    const joined = (value ^ this.shiftctrl) >>> 30 !== 0;
    this.shiftctrl = value;
    if (!joined) return;
    const isTx = (value & 0x4000_0000) !== 0;
    const isRx = value >>> 31 === 1;
    this.tx.clear();
    this.rx.clear();
    this.tx.depth = isTx ? 8 : isRx ? 0 : 4;
    this.rx.depth = isRx ? 8 : isTx ? 0 : 4;
  }

  reset(): void {
    this.enabled = false;
    this.pc = this.x = this.y = this.isr = this.osr = 0;
    this.divider.set(0x1_0000, 0);
    this.restart(0);
    this.setShiftctrl(SHIFTCTRL_RESET);
    this.tx.clear();
    this.rx.clear();
    this.execctrl = EXECCTRL_RESET;
    this.pinctrl = PINCTRL_RESET;
    this.stretch.forget();
  }
}
