// The single-cycle I/O block (datasheet 2.3.1): pins, the core's number, spin locks and the divider. The mailbox to the
// second core and the interpolators are not modelled.

import type { RP2040 } from 'rp2040js';
import type { Agenda } from './agenda.ts';
import type { Sio } from './bus.ts';
import { BusFault, hex } from './faults.ts';
import { type Gpio, PINS_MASK } from './gpio.ts';

const GPIO_IN = 0x004;
const GPIO_OUT = 0x010;
const GPIO_OE_XOR = 0x02c;
const DIV_UDIVIDEND = 0x060;
const DIV_QUOTIENT = 0x070;
const DIV_CSR = 0x078;
const SPINLOCK_ST = 0x05c;
const SPINLOCKS = 0x100;
const SPINLOCKS_END = 0x180;
/** Datasheet 2.3.1.5: a division takes 8 cycles, in which the core runs on. */
export const DIVIDER_CYCLES = 8;

/** The SIO as the core sees it. */
export class SioBlock implements Sio {
  private dividerReady = 0;

  constructor(
    private readonly rp2040: RP2040,
    private readonly gpio: Gpio,
    private readonly agenda: Agenda,
    isDividerMended: boolean,
  ) {
    if (!isDividerMended) return;
    const { core, sio } = rp2040;
    const stock = sio.updateHardwareDivider.bind(sio);
    sio.updateHardwareDivider = (isSigned) => {
      const { cycles } = core;
      stock(isSigned);
      core.cycles = cycles;
      this.dividerReady = agenda.now + DIVIDER_CYCLES;
    };
  }

  read(offset: number): number {
    const { sio } = this.gpio;
    if (offset === 0) return 0;
    if (offset === GPIO_IN) {
      this.gpio.beforeAccess();
      return this.gpio.inputs >>> 0;
    }
    if (offset >= GPIO_OUT && offset <= GPIO_OE_XOR) {
      if (offset === GPIO_OUT) return sio.out;
      return offset === GPIO_OUT + 0x10 ? sio.enable : 0;
    }
    if (offset >= DIV_UDIVIDEND && offset <= DIV_CSR) return this.readDivider(offset);
    if (offset === SPINLOCK_ST || (offset >= SPINLOCKS && offset < SPINLOCKS_END)) {
      return this.rp2040.sio.readUint32(offset) >>> 0;
    }
    throw new BusFault('unmodelled', `SIO register ${hex(offset)} is not modelled`);
  }

  write(offset: number, value: number): void {
    if (offset >= GPIO_OUT && offset <= GPIO_OE_XOR) this.writePins(offset, value);
    else if (offset >= DIV_UDIVIDEND && offset <= DIV_QUOTIENT + 4)
      this.rp2040.sio.writeUint32(offset, value);
    else if (offset >= SPINLOCKS && offset < SPINLOCKS_END) this.rp2040.sio.writeUint32(offset, value);
    else throw new BusFault('unmodelled', `SIO register ${hex(offset)} is not modelled`);
  }

  /** OUT, SET, CLR, XOR of the levels, then the same of the enables. */
  private writePins(offset: number, value: number): void {
    const { sio } = this.gpio;
    this.gpio.beforeAccess();
    const key = offset >= GPIO_OUT + 0x10 ? 'enable' : 'out';
    const before = sio[key];
    const operation = (offset >> 2) & 3;
    const results = [value, before | value, before & ~value, before ^ value];
    sio[key] = results[operation] & PINS_MASK;
    const stock = this.rp2040.sio;
    if (key === 'out') stock.gpioValue = sio.out;
    else stock.gpioOutputEnable = sio.enable;
    this.gpio.update(this.agenda.now);
  }

  /** A result that is read too early would be the one of another division: that is a bug of the firmware. */
  private readDivider(offset: number): number {
    const isReady = this.agenda.now >= this.dividerReady;
    if (offset === DIV_CSR) return (this.rp2040.sio.readUint32(offset) & ~1) | (isReady ? 1 : 0);
    if (!isReady && offset >= DIV_QUOTIENT)
      throw new BusFault('unmodelled', 'the divider is read before it is done');
    return this.rp2040.sio.readUint32(offset) >>> 0;
  }
}
