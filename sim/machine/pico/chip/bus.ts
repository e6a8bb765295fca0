// Memory and registers as the core and the DMA see them. RAM and flash are typed arrays; everything else is brought up to
// the cycle of the access first. What does not exist faults (rp2040js logs it and carries on).

import type { Peripheral, RP2040 } from 'rp2040js';
import type { Agenda } from './agenda.ts';
import { BusFault, hex } from './faults.ts';

export const RAM_BASE = 0x2000_0000;
export const RAM_BYTES = 264 * 1024;
export const FLASH_BASE = 0x1000_0000;
const FLASH_BYTES = 16 * 1024 * 1024;
/** The flash and its three aliases without cache or allocation, datasheet 2.6.3. */
const FLASH_ALIAS_BYTES = 4 * FLASH_BYTES;
const BLOCKS_BASE = 0x4000_0000;
const AHB_BASE = 0x5000_0000;
const BLOCKS_END = 0x5040_0000;
const SSI_BASE = 0x1800_0000;
const SIO_BASE = 0xd000_0000;
const PPB_PAGE = 0xe000e;

/** Cycles that a load or store waits for its data. Datasheet 2.1.3: the APB bridge takes 3 for reads and 4 for writes. */
const AHB_CYCLES = 1;
const APB_READ_CYCLES = 3;
const APB_WRITE_CYCLES = 4;

/** The single-cycle I/O port's block. */
export interface Sio {
  read(offset: number): number;
  write(offset: number, value: number): void;
}

export interface BusParts {
  readonly rp2040: RP2040;
  readonly agenda: Agenda;
  readonly sio: Sio;
  /** Throws BusFault where the block at this address is held in reset. */
  readonly checkReset: (address: number) => void;
  /** False: faults are left to rp2040js, which has none. */
  readonly strict: boolean;
}

/** Loads, stores and fetches by address. After each, `cost` is how many cycles it waited for its data. */
export class Bus {
  cost = AHB_CYCLES;
  /** True while it is not the core that has the bus: the hardware is at the cycle of the access already. */
  isInHardwareTime = false;
  readonly ram8: Uint8Array;
  readonly ram16: Uint16Array;
  readonly ram32: Uint32Array;
  readonly flash8: Uint8Array;
  readonly flash16: Uint16Array;
  readonly flash32: Uint32Array;
  private readonly blocks: (Peripheral | undefined)[] = [];
  private readonly parts: BusParts;
  private readonly ssi: Peripheral;

  constructor(parts: BusParts) {
    this.parts = parts;
    const { sram, flash } = parts.rp2040;
    this.ram8 = sram;
    this.ram16 = new Uint16Array(sram.buffer);
    this.ram32 = new Uint32Array(sram.buffer);
    this.flash8 = flash;
    this.flash16 = new Uint16Array(flash.buffer);
    this.flash32 = new Uint32Array(flash.buffer);
    this.ssi = parts.rp2040.peripherals[0x18000];
  }

  /** Puts `block` at `base` in place of what is there, for the core, the DMA and rp2040js alike. */
  install(base: number, block: Peripheral): void {
    this.blocks[(base - BLOCKS_BASE) >>> 14] = block;
    this.parts.rp2040.peripherals[(base >>> 14) << 2] = block;
  }

  /** Takes over a block of rp2040js as it is. */
  adopt(base: number): void {
    this.blocks[(base - BLOCKS_BASE) >>> 14] = this.parts.rp2040.peripherals[(base >>> 14) << 2];
  }

  blockAt(address: number): Peripheral | undefined {
    return this.blocks[(address - BLOCKS_BASE) >>> 14];
  }

  read32(address: number): number {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES && (address & 3) === 0) {
      this.cost = AHB_CYCLES;
      return this.ram32[offset >> 2];
    }
    return this.slowRead(address >>> 0, 3);
  }

  read16(address: number): number {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES && (address & 1) === 0) {
      this.cost = AHB_CYCLES;
      return this.ram16[offset >> 1];
    }
    const word = this.slowRead(address >>> 0, 1);
    return (address & 2 ? word >>> 16 : word) & 0xffff;
  }

  read8(address: number): number {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES) {
      this.cost = AHB_CYCLES;
      return this.ram8[offset];
    }
    return (this.slowRead(address >>> 0, 0) >>> ((address & 3) * 8)) & 0xff;
  }

  write32(address: number, value: number): void {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES && (address & 3) === 0) {
      this.cost = AHB_CYCLES;
      this.ram32[offset >> 2] = value;
    } else this.slowWrite(address >>> 0, value, 3);
  }

  /** A narrow store puts its data on every lane, and a register takes all 32 bits (datasheet 2.1.4). */
  write16(address: number, value: number): void {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES && (address & 1) === 0) {
      this.cost = AHB_CYCLES;
      this.ram16[offset >> 1] = value;
    } else this.slowWrite(address >>> 0, (value & 0xffff) * 0x1_0001, 1);
  }

  write8(address: number, value: number): void {
    const offset = (address - RAM_BASE) >>> 0;
    if (offset < RAM_BYTES) {
      this.cost = AHB_CYCLES;
      this.ram8[offset] = value;
    } else this.slowWrite(address >>> 0, (value & 0xff) * 0x101_0101, 0);
  }

  /** The halfword at `pc` for execution. */
  fetch(pc: number): number {
    const inFlash = (pc - FLASH_BASE) >>> 0;
    if (inFlash < FLASH_ALIAS_BYTES) return this.flash16[(inFlash & (FLASH_BYTES - 1)) >> 1];
    const inRam = (pc - RAM_BASE) >>> 0;
    if (inRam < RAM_BYTES) return this.ram16[inRam >> 1];
    throw new BusFault('not-executable', `execution at ${hex(pc)}`);
  }

  /** Everything that is not RAM: the whole word that `address` lies in. */
  private slowRead(address: number, alignment: number): number {
    if (address & alignment) throw new BusFault('unaligned', `load from ${hex(address)}`);
    const inFlash = address - FLASH_BASE;
    if (inFlash >= 0 && inFlash < FLASH_ALIAS_BYTES) {
      this.cost = AHB_CYCLES;
      return this.flash32[(inFlash & (FLASH_BYTES - 1)) >> 2];
    }
    return this.readRegister((address & ~3) >>> 0) >>> 0;
  }

  private readRegister(address: number): number {
    const { rp2040, sio } = this.parts;
    if (address >= BLOCKS_BASE && address < BLOCKS_END) {
      const block = this.reach(address, address < AHB_BASE ? APB_READ_CYCLES : AHB_CYCLES);
      return block.readUint32(address & 0xfff);
    }
    if (address >>> 28 === SIO_BASE >>> 28) {
      this.bringUp(0);
      return sio.read(address - SIO_BASE);
    }
    if (address >>> 12 === PPB_PAGE) {
      this.bringUp(AHB_CYCLES);
      return rp2040.ppb.readUint32(address & 0xfff);
    }
    if (address >>> 14 === SSI_BASE >>> 14) {
      this.bringUp(AHB_CYCLES);
      return this.ssi.readUint32(address & 0xfff);
    }
    return this.missing(`load from ${hex(address)}`);
  }

  private slowWrite(address: number, value: number, alignment: number): void {
    if (address & alignment) throw new BusFault('unaligned', `store to ${hex(address)}`);
    const { rp2040, sio } = this.parts;
    const word = (address & ~3) >>> 0;
    if (address >= BLOCKS_BASE && address < BLOCKS_END) {
      const block = this.reach(address, address < AHB_BASE ? APB_WRITE_CYCLES : AHB_CYCLES);
      block.writeUint32Atomic(word & 0xfff, value, (word >>> 12) & 3);
    } else if (address >>> 28 === SIO_BASE >>> 28) {
      this.bringUp(0);
      sio.write(word - SIO_BASE, value);
    } else if (address >>> 12 === PPB_PAGE) {
      this.bringUp(AHB_CYCLES);
      rp2040.ppb.writeUint32(word & 0xfff, value);
    } else if (address >>> 14 === SSI_BASE >>> 14) {
      this.bringUp(AHB_CYCLES);
      this.ssi.writeUint32Atomic(word & 0xfff, value, 0);
    } else if (address >= FLASH_BASE && address < FLASH_BASE + FLASH_ALIAS_BYTES) {
      throw new BusFault('read-only', `store to flash at ${hex(address)}`);
    } else this.missing(`store to ${hex(address)}`);
  }

  /** The block at `address`, with the hardware brought up to the cycle in which the access reaches it. */
  private reach(address: number, cycles: number): Peripheral {
    const block = this.blocks[(address - BLOCKS_BASE) >>> 14];
    if (block === undefined) throw new BusFault('unmodelled', `no block is modelled at ${hex(address)}`);
    this.parts.checkReset(address);
    this.bringUp(cycles);
    return block;
  }

  /** An access reaches its register in the last cycle of its wait. */
  private bringUp(cycles: number): void {
    this.cost = cycles;
    const { agenda, rp2040 } = this.parts;
    if (!this.isInHardwareTime) agenda.advance(rp2040.core.cycles + cycles);
  }

  private missing(access: string): number {
    if (this.parts.strict) throw new BusFault('unmapped', access);
    this.cost = AHB_CYCLES;
    return 0xffff_ffff;
  }
}
