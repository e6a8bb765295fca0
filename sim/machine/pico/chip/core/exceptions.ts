// Exceptions: which one is taken when, what entry and return cost, what a fault becomes. Overrides on the instance of
// rp2040js's core, whose stacking and unstacking stay.

import type { Agenda } from '../agenda.ts';
import { BusFault, type FaultRecord } from '../faults.ts';
import type { MendName } from '../options.ts';
import { type Core, PC } from './cpu.ts';

/** From the interrupt to the handler's first instruction (Cortex-M0+ TRM DDI0484C 3.5). */
export const ENTRY_CYCLES = 15;
/** From the return to the first instruction of what was interrupted: unstacking eight words and refilling. */
export const RETURN_CYCLES = 13;

const HARD_FAULT = 3;
const SV_CALL = 11;
const PEND_SV = 14;
const SYS_TICK = 15;
const NMI = 2;
const FIRST_IRQ = 16;
/** Lower than every exception: thread mode. */
const THREAD_PRIORITY = 4;

/** The exceptions of one core: pending, taken, returned from, escalated. */
export class Exceptions {
  /** A fault within a fault: no instruction is carried out until a reset. */
  isLockedUp = false;
  lastFault: FaultRecord | null = null;
  onLockup: () => void = () => {};
  /** The interrupt lines as they are; pending bits outlive them. */
  private lines = 0;
  private readonly core: Core;
  private readonly agenda: Agenda;

  constructor(core: Core, agenda: Agenda, without: ReadonlySet<MendName>) {
    this.core = core;
    this.agenda = agenda;
    const stockEntry = core.exceptionEntry.bind(core);
    const stockReturn = core.exceptionReturn.bind(core);
    const [entry, exit] = without.has('exception-cycles') ? [0, 0] : [ENTRY_CYCLES, RETURN_CYCLES];
    core.exceptionEntry = (number) => {
      core.cycles += entry;
      stockEntry(number);
      this.afterVector();
    };
    core.exceptionReturn = (value) => {
      const from = core.IPSR;
      this.checkReturn(value);
      stockReturn(value);
      core.cycles += exit;
      this.repend(from);
    };
    // rp2040js's way of taking exceptions goes with its pending bits, which follow the lines.
    const isStock = without.has('wfi-primask');
    if (!isStock && !without.has('pending-latch'))
      core.setInterrupt = (irq, value) => this.setLine(irq, value);
    if (!isStock) core.checkForInterrupts = () => this.takePending();
  }

  /** True where an interrupt ends WFI: one that would be taken if PRIMASK were clear (ARMv6-M B1.5.19). */
  get wakes(): boolean {
    const number = this.highestPending();
    return number !== 0 && this.core.exceptionPriority(number) < this.core.exceptionPriority(this.core.IPSR);
  }

  /** The same for WFE, which an interrupt that PRIMASK masks does not end. */
  get wakesFromEvent(): boolean {
    return this.core.eventRegistered || (this.wakes && !this.core.PM);
  }

  /** The instruction at `pc` has failed: HardFault, or lockup where it cannot be taken (ARMv6-M B1.5.12). */
  fault(fault: BusFault, pc: number): void {
    const { core } = this;
    this.lastFault = { cycle: core.cycles, pc, kind: fault.kind, detail: fault.detail };
    core.registers[PC] = pc;
    if (core.IPSR === HARD_FAULT || core.IPSR === NMI) {
      this.lockUp();
      return;
    }
    try {
      core.exceptionEntry(HARD_FAULT);
    } catch (second) {
      if (!(second instanceof BusFault)) throw second;
      this.lockUp();
    }
  }

  /** Pending bits that are cleared by hand are set again where the line still stands. */
  repend(exception = 0): void {
    const { core } = this;
    const irq =
      exception === 0 ? this.lines : exception >= FIRST_IRQ ? this.lines & (1 << (exception - FIRST_IRQ)) : 0;
    if (irq === 0) return;
    core.pendingInterrupts |= irq;
    core.interruptsUpdated = true;
  }

  private lockUp(): void {
    this.isLockedUp = true;
    this.agenda.limit = 0;
    this.onLockup();
  }

  /** A line that rises makes its exception pending, and it stays so when the line falls (ARMv6-M B3.4.1). */
  private setLine(irq: number, value: boolean): void {
    const bit = 1 << irq;
    if (!value) this.lines &= ~bit;
    else if ((this.lines & bit) === 0) {
      this.lines |= bit;
      this.core.pendingInterrupts |= bit;
      this.core.interruptsUpdated = true;
    }
  }

  /** The pending exception of the highest priority, the lowest number among equals; 0 where there is none. */
  private highestPending(): number {
    const { core } = this;
    if (core.pendingNMI) return NMI;
    const interrupts = core.pendingInterrupts & core.enabledInterrupts;
    for (let priority = 0; priority < THREAD_PRIORITY; priority++) {
      if (core.pendingSVCall && core.svCallPriority === priority) return SV_CALL;
      if (core.pendingPendSV && core.pendSVPriority === priority) return PEND_SV;
      if (core.pendingSystick && core.systickPriority === priority) return SYS_TICK;
      const level = interrupts & core.interruptPriorities[priority];
      if (level !== 0) return FIRST_IRQ + 31 - Math.clz32(level & -level);
    }
    return 0;
  }

  /** Takes the exception that is due before the next instruction, if there is one. */
  private takePending(): boolean {
    const { core } = this;
    const number = this.highestPending();
    const masked = core.PM ? 0 : THREAD_PRIORITY;
    const active = Math.min(core.exceptionPriority(core.IPSR), masked);
    if (number === 0 || core.exceptionPriority(number) >= active) {
      core.interruptsUpdated = false;
      return false;
    }
    this.clearPending(number);
    core.exceptionEntry(number);
    return true;
  }

  private clearPending(number: number): void {
    const { core } = this;
    if (number === NMI) core.pendingNMI = false;
    else if (number === SV_CALL) core.pendingSVCall = false;
    else if (number === PEND_SV) core.pendingPendSV = false;
    else if (number === SYS_TICK) core.pendingSystick = false;
    else if (core.setInterrupt !== Object.getPrototypeOf(core).setInterrupt) {
      core.pendingInterrupts &= ~(1 << (number - FIRST_IRQ));
    }
  }

  /** The vector's bit 0 must say Thumb, and PC must not keep it. */
  private afterVector(): void {
    const { core } = this;
    const vector = core.registers[PC];
    core.registers[PC] = vector & ~1;
    if ((vector & 1) === 0) throw new BusFault('not-thumb', 'a vector whose bit 0 is clear');
  }

  /** EXC_RETURN must name a stack and a mode that there is (ARMv6-M B1.5.8). */
  private checkReturn(value: number): void {
    const mode = value & 15;
    if (mode !== 1 && mode !== 9 && mode !== 13)
      throw new BusFault('return', 'an EXC_RETURN that there is not');
  }
}
