// The core's own loop, in place of rp2040js's executeInstruction: one handler for each of the 65,536 halfwords, looked up.
// The registers, flags and modes stay those of rp2040js's core, which its NVIC, debugger and exceptions use.

import type { RP2040 } from 'rp2040js';
import type { Agenda } from '../agenda.ts';
import { type Bus, FLASH_BASE, RAM_BASE, RAM_BYTES } from '../bus.ts';
import { BusFault } from '../faults.ts';
import { HANDLERS } from './decode.ts';
import { type RegisterName, THUMB } from './registers.ts';

/** The core of rp2040js; its package does not export the type by name. */
export type Core = RP2040['core'];

export const SP = 13;
export const LR = 14;
export const PC = 15;
const NUMBERED: Readonly<Partial<Record<RegisterName, number>>> = { sp: SP, lr: LR, pc: PC };
const FLASH_BYTES = 16 * 1024 * 1024;

/** Carries out one instruction; returns the cycles that it took. `r[PC]` is the next instruction's address by then. */
export type Handler = (cpu: Cpu, opcode: number) => number;

/** What handlers work on. */
export class Cpu {
  readonly r: Uint32Array;
  /** Called at BKPT; false: there is no debugger, it faults. */
  onBreak: (immediate: number) => boolean = () => false;
  /** Called with what a fault was and the address of its instruction. */
  onFault: (fault: BusFault, pc: number) => void = () => {};
  /** It waits in WFE, not in WFI. */
  isWaitingForEvent = false;
  /** False: the next instruction faults (EPSR.T is clear, ARMv6-M B1.5.4). */
  isThumb = true;
  /** The instruction that runs, for faults. */
  private pc = 0;

  constructor(
    readonly core: Core,
    readonly bus: Bus,
    readonly agenda: Agenda,
    /** True: instructions are carried out by rp2040js as it is (the mend 'instructions' left out). */
    private readonly isStock = false,
  ) {
    this.r = core.registers;
    if (!isStock) core.executeInstruction = () => this.step();
  }

  /** The address that an instruction reads from PC: its own plus 4. */
  get pcValue(): number {
    return this.r[PC] + 2;
  }

  /** Runs instructions until the agenda's limit; a fault becomes a HardFault in between. */
  run(): void {
    while (this.core.cycles < this.agenda.limit) {
      try {
        if (this.isStock) this.runStock();
        else this.runFreely();
      } catch (fault) {
        if (!(fault instanceof BusFault)) throw fault;
        this.onFault(fault, this.pc);
      }
    }
  }

  private runFreely(): void {
    const { core, agenda, bus, r } = this;
    if (!this.isThumb) this.refuse();
    const { ram16, flash16 } = bus;
    while (core.cycles < agenda.limit) {
      if (core.interruptsUpdated && core.checkForInterrupts()) continue;
      const pc = r[PC];
      this.pc = pc;
      const inRam = (pc - RAM_BASE) >>> 0;
      const inFlash = (pc - FLASH_BASE) >>> 0;
      const opcode =
        inRam < RAM_BYTES ? ram16[inRam >> 1] : inFlash < FLASH_BYTES ? flash16[inFlash >> 1] : bus.fetch(pc);
      r[PC] = pc + 2;
      // Not in one statement: a handler may have moved the cycles on itself.
      const cycles = HANDLERS[opcode](this, opcode);
      core.cycles += cycles;
    }
  }

  private refuse(): never {
    this.isThumb = true;
    this.pc = this.r[PC];
    throw new BusFault('not-thumb', 'the processor has left the Thumb state');
  }

  /** One instruction, for a debugger: rp2040js's own entry point. Returns its cycles. */
  private step(): number {
    const before = this.core.cycles;
    this.agenda.limit = before + 1;
    this.run();
    return this.core.cycles - before;
  }

  private runStock(): void {
    const { core, agenda } = this;
    const execute = Object.getPrototypeOf(core).executeInstruction as () => number;
    while (core.cycles < agenda.limit && !core.waiting) {
      this.pc = this.r[PC];
      execute.call(core);
    }
    if (core.waiting) this.leaveLoop();
  }

  /** Flips one of REGISTER_BITS, between two instructions. */
  flip(register: RegisterName, bit: number): void {
    const { core, r } = this;
    if (register === 'xpsr' && bit === THUMB) this.isThumb = false;
    else if (register === 'xpsr') core.xPSR ^= 1 << bit;
    else if (register === 'primask') core.PM = !core.PM;
    else r[NUMBERED[register] ?? Number(register.slice(1))] ^= 1 << bit;
    core.interruptsUpdated = true;
  }

  /** Ends the loop after this instruction, for the chip to look at what has changed (sleep, stop). */
  leaveLoop(): void {
    this.agenda.limit = 0;
  }

  /** BX, BLX and POP to `address` (ARMv6-M A4.2.3: bit 0 must say Thumb). */
  branchExchange(address: number): number {
    if (address >= 0xf000_0000 && this.core.currentMode === 1) {
      this.core.exceptionReturn(address & 0x0fff_ffff);
      return 0;
    }
    if ((address & 1) === 0) throw new BusFault('not-thumb', 'a branch to an address whose bit 0 is clear');
    this.r[PC] = address & ~1;
    return 0;
  }
}
