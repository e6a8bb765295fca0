// A Raspberry Pi Pico's processor in exact cycles: rp2040js with its timing mended on the instance. This file puts the parts
// together and passes time; what each part does is in its own file.

import { RP2040 } from 'rp2040js';
import { Agenda } from './agenda.ts';
import { boot } from './boot.ts';
import { type Bus, FLASH_BASE, RAM_BASE } from './bus.ts';
import { Cpu, LR, PC, SP } from './core/cpu.ts';
import { Exceptions } from './core/exceptions.ts';
import type { RegisterName } from './core/registers.ts';
import type { FaultRecord } from './faults.ts';
import { Hardware } from './hardware.ts';
import type { ChipListener, ChipOptions } from './options.ts';
import { mendSystemControl, STRICT_LOGGER } from './system.ts';

/** Where a called function returns to: nothing can be executed there. */
const CALL_RETURN = 0xdead_beee;
const CALL_STACK = 0x2004_0000;
const CALL_CYCLES_MAX = 125_000_000;

export class Chip {
  readonly rp2040 = new RP2040();
  /** Cycles spent asleep in WFI and WFE. */
  sleptCycles = 0;
  /** Set by a listener: `run` ends after the present instruction. */
  stopRequested = false;
  /** Called at BKPT with its immediate, the PC behind it; without it BKPT faults. */
  onBreak?: (immediate: number) => void;
  private readonly agenda = new Agenda();
  private readonly hardware: Hardware;
  private readonly bus: Bus;
  private readonly cpu: Cpu;
  private readonly exceptions: Exceptions;
  private readonly startCycle: number;
  private readonly listener: ChipListener;
  /** Where the present run ends, in cycles since the reset. */
  private until = 0;
  private hasBitten = false;
  private hasReturned = false;
  /** What is to be done between two instructions, at a count of cycles in which the core did not sleep. */
  private planned: { readonly busyCycle: number; act(): void } | null = null;

  constructor(flash: Uint8Array, listener: ChipListener, options: ChipOptions) {
    const { rp2040, agenda } = this;
    const without = new Set(options.without);
    this.listener = listener;
    this.startCycle = options.startCycle;
    rp2040.logger = STRICT_LOGGER;
    rp2040.flash.set(flash);
    this.hardware = new Hardware({
      rp2040,
      agenda,
      listener,
      options,
      without,
      told: () => {
        if (this.stopRequested) agenda.limit = 0;
      },
      bitten: (cycle) => this.bite(cycle),
    });
    this.bus = this.hardware.bus;
    this.cpu = new Cpu(rp2040.core, this.bus, agenda, without.has('instructions'));
    this.exceptions = new Exceptions(rp2040.core, agenda, without);
    mendSystemControl(rp2040, () => this.exceptions.repend());
    this.connectCore();
    this.start(options);
  }

  /** The present cycle, absolute. */
  get cycle(): number {
    return this.startCycle + this.rp2040.core.cycles;
  }

  /** What the last fault was, null where there was none. */
  get lastFault(): FaultRecord | null {
    return this.exceptions.lastFault;
  }

  /** True when the watchdog has bitten: nothing happens any more. */
  get isHalted(): boolean {
    return this.hasBitten;
  }

  /** The scratch registers, for the chip after a reset by the watchdog. */
  get scratch(): Uint32Array {
    return this.hardware.watchdog.scratch;
  }

  /**
   * Passes time until `untilCycle`, or the end of the instruction that reaches past it, or until a listener sets
   * stopRequested, or the watchdog bites.
   */
  run(untilCycle: number): void {
    this.stopRequested = false;
    this.hasReturned = false;
    this.pass(untilCycle - this.startCycle);
    this.hardware.settle();
  }

  /** For listeners: the run that goes on ends at `untilCycle` where that is earlier than its own end. */
  runUntilAtMost(untilCycle: number): void {
    const until = untilCycle - this.startCycle;
    if (until >= this.until) return;
    this.until = until;
    if (until < this.agenda.limit) this.agenda.limit = until;
  }

  /** A byte has arrived at UART0: this is the end of its stop bit. */
  receiveByte(byte: number): void {
    this.bringUp();
    this.hardware.uart.receive(byte);
  }

  /** Sets the level of a pad from outside. */
  setPin(gpio: number, level: boolean): void {
    this.bringUp();
    this.hardware.gpio.setExternal(gpio, level);
  }

  /** RAM as bytes from 0x20000000 on, for tests and injected faults. */
  readRam(address: number): number {
    return this.bus.ram8[address - RAM_BASE];
  }
  writeRam(address: number, value: number): void {
    this.bus.ram8[address - RAM_BASE] = value;
  }

  /**
   * Flips a bit of a register between two instructions, after so many cycles in which the core does not sleep; then `told`
   * is called with the address of the instruction that is next.
   */
  flipRegister(register: RegisterName, bit: number, busyCycles: number, told: (pc: number) => void): void {
    const act = (): void => {
      const pc = this.rp2040.core.registers[PC];
      this.cpu.flip(register, bit);
      told(pc);
    };
    this.planned = { busyCycle: this.busyCycles + busyCycles, act };
  }

  private get busyCycles(): number {
    return this.rp2040.core.cycles - this.sleptCycles;
  }

  /** Puts a halfword into flash or RAM, whatever the bus would say: for tests that replace or break a function. */
  writeCode(address: number, halfword: number): void {
    const inFlash = (address - FLASH_BASE) >>> 0;
    if (inFlash < this.bus.flash8.length) this.bus.flash16[inFlash >> 1] = halfword;
    else this.bus.ram16[(address - RAM_BASE) >>> 1] = halfword;
  }

  /** A load and a store as the core would make them now, without its time. Faults throw BusFault. */
  read32(address: number): number {
    return this.atOnce(() => this.bus.read32(address) >>> 0);
  }
  write32(address: number, value: number): void {
    this.atOnce(() => this.bus.write32(address, value));
  }

  private atOnce<T>(access: () => T): T {
    this.bringUp();
    this.bus.isInHardwareTime = true;
    try {
      return access();
    } finally {
      this.bus.isInHardwareTime = false;
    }
  }

  /**
   * Calls the function at `address` (bit 0 does not matter) and passes time until it returns: r0. Throws Error where it
   * does not within `cyclesMax`, or where the core locks up.
   */
  call(address: number, args: readonly number[] = [], cyclesMax = CALL_CYCLES_MAX): number {
    const { core } = this.rp2040;
    const r = core.registers;
    const [pc, lr] = [r[PC], r[LR]];
    if (r[SP] < RAM_BASE) r[SP] = CALL_STACK;
    const sp = r[SP];
    r[SP] = (sp & ~7) - 8 * Math.ceil(Math.max(0, args.length - 4) / 2);
    for (const [i, argument] of args.entries()) {
      if (i < 4) r[i] = argument;
      else this.bus.write32(r[SP] + 4 * (i - 4), argument);
    }
    r[LR] = CALL_RETURN | 1;
    r[PC] = address & ~1;
    const end = core.cycles + cyclesMax;
    this.hasReturned = false;
    this.stopRequested = false;
    while (!this.hasReturned && core.cycles < end && !this.isStuck) this.pass(end);
    this.hardware.settle();
    if (!this.hasReturned)
      throw new Error(`the function at ${address.toString(16)} did not return: ${this.lastFaultText}`);
    r[PC] = pc;
    r[LR] = lr;
    r[SP] = sp;
    return r[0];
  }

  private get isStuck(): boolean {
    return this.hasBitten || this.stopRequested || this.exceptions.isLockedUp;
  }

  private get lastFaultText(): string {
    const fault = this.lastFault;
    return fault === null ? 'no fault' : `${fault.kind} at ${fault.pc.toString(16)}: ${fault.detail}`;
  }

  /** Passes time until the cycle `until` since the reset. */
  private pass(until: number): void {
    const { core } = this.rp2040;
    const { agenda } = this;
    this.until = until;
    while (core.cycles < this.until && !this.stopRequested && !this.hasBitten && !this.hasReturned) {
      agenda.limit = Math.min(this.until, agenda.next);
      if (this.isAwake()) this.runCore();
      else this.sleep(agenda.limit);
      agenda.advance(core.cycles);
    }
  }

  /** Runs to the agenda's limit; what is planned for a busy cycle before it is done there. */
  private runCore(): void {
    const { agenda, planned } = this;
    if (planned !== null) {
      const left = planned.busyCycle - this.busyCycles;
      if (left <= 0) {
        this.planned = null;
        planned.act();
      } else agenda.limit = Math.min(agenda.limit, this.rp2040.core.cycles + left);
    }
    this.cpu.run();
  }

  private isAwake(): boolean {
    const { core } = this.rp2040;
    if (this.exceptions.isLockedUp) return false;
    if (!core.waiting) return true;
    if (!this.exceptions.wakes && !(this.cpu.isWaitingForEvent && core.eventRegistered)) return false;
    if (this.cpu.isWaitingForEvent && !core.eventRegistered && core.PM) return false;
    if (this.cpu.isWaitingForEvent) core.eventRegistered = false;
    core.waiting = false;
    return true;
  }

  private sleep(until: number): void {
    const { core } = this.rp2040;
    if (!this.exceptions.isLockedUp) this.sleptCycles += Math.max(0, until - core.cycles);
    core.cycles = Math.max(core.cycles, until);
  }

  private bringUp(): void {
    this.agenda.advance(this.rp2040.core.cycles);
  }

  private bite(cycle: number): void {
    if (this.hasBitten) return;
    this.hasBitten = true;
    this.hardware.tell(cycle, (at) => this.listener.watchdog(at));
    this.cpu.leaveLoop();
  }

  private connectCore(): void {
    const { core } = this.rp2040;
    const { bus, cpu } = this;
    core.readUint32 = (address) => bus.read32(address);
    core.readUint16 = (address) => bus.read16(address);
    core.readUint8 = (address) => bus.read8(address);
    core.writeUint32 = (address, value) => bus.write32(address, value);
    core.writeUint16 = (address, value) => bus.write16(address, value);
    core.writeUint8 = (address, value) => bus.write8(address, value);
    cpu.onBreak = (immediate) => {
      if (this.onBreak === undefined) return false;
      this.onBreak(immediate);
      return true;
    };
    cpu.onFault = (fault, pc) => {
      if (fault.kind === 'not-executable' && pc === CALL_RETURN) {
        this.hasReturned = true;
        cpu.leaveLoop();
      } else this.exceptions.fault(fault, pc);
    };
    this.exceptions.onLockup = () => this.hardware.tell(core.cycles, (at) => this.listener.lockup(at));
  }

  private start({ bare }: ChipOptions): void {
    const { core } = this.rp2040;
    core.cycles = 0;
    core.registers.fill(0);
    core.VTOR = 0;
    if (bare === undefined) {
      boot(core, this.bus);
      return;
    }
    core.VTOR = bare.vtor;
    core.registers[SP] = this.bus.read32(bare.vtor) & ~3;
    core.registers[PC] = this.bus.read32(bare.vtor + 4) & ~1;
  }
}
