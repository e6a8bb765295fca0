// A block of registers on the bus, with the RP2040's aliases for atomic access (datasheet 2.1.2).

import type { Peripheral } from 'rp2040js';
import { BusFault, hex } from './faults.ts';

const ALIAS_XOR = 1;
const ALIAS_SET = 2;

/** Blocks on the same bus as this one; a register that is not modelled faults. */
export abstract class Block implements Peripheral {
  constructor(readonly name: string) {}

  protected abstract read(offset: number): number;
  /** `raw` is what was on the bus, for bits that a written one clears; `value` is what the register becomes. */
  protected abstract write(offset: number, value: number, raw: number): void;
  /** Back to the values after a reset: called when RESETS takes the block into it. */
  abstract reset(): void;

  readUint32(offset: number): number {
    return this.read(offset & 0xfff);
  }

  writeUint32(offset: number, value: number): void {
    this.write(offset & 0xfff, value >>> 0, value >>> 0);
  }

  writeUint32Atomic(offset: number, value: number, alias: number): void {
    if (alias === 0) {
      this.write(offset, value >>> 0, value >>> 0);
      return;
    }
    const before = this.read(offset);
    const after =
      alias === ALIAS_XOR ? before ^ value : alias === ALIAS_SET ? before | value : before & ~value;
    this.write(offset, after >>> 0, value >>> 0);
  }

  protected unmodelled(offset: number): never {
    throw new BusFault('unmodelled', `register ${hex(offset)} of ${this.name} is not modelled`);
  }
}
