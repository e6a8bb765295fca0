// The registers of IO_BANK0 and PADS_BANK0 (datasheet 2.19.6).

import { Block } from './block.ts';
import { CTRL_RESET, type Gpio, PAD_RESET, PINS } from './gpio.ts';

const GPIO_CTRL_LAST = 0xec;
const INTR = 0xf0;
const PROC0_INTE = 0x100;
const PROC0_INTF = 0x110;
const PROC0_INTS = 0x120;

/** IO_BANK0's registers; those of the second core and of dormant wake-up are not modelled. */
export class IoBank0 extends Block {
  constructor(private readonly gpio: Gpio) {
    super('IO_BANK0');
  }

  protected override read(offset: number): number {
    this.gpio.beforeAccess();
    if (offset <= GPIO_CTRL_LAST) {
      return offset & 4 ? this.gpio.readCtrl(offset >> 3) : this.gpio.status(offset >> 3);
    }
    const { edges } = this.gpio;
    switch (offset & ~15) {
      case INTR:
        return this.eight(offset, (pin) => edges.raw(pin));
      case PROC0_INTE:
        return this.eight(offset, (pin) => edges.enable[pin]);
      case PROC0_INTF:
        return this.eight(offset, (pin) => edges.force[pin]);
      case PROC0_INTS:
        return this.eight(offset, (pin) => edges.status(pin));
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number, raw: number): void {
    const { edges } = this.gpio;
    this.gpio.beforeAccess();
    if (offset <= GPIO_CTRL_LAST) {
      if (offset & 4) this.gpio.writeCtrl(offset >> 3, value);
      return;
    }
    const first = (offset & 15) * 2;
    for (let pin = first; pin < Math.min(first + 8, PINS); pin++) {
      const shift = (pin - first) * 4;
      const register = offset & ~15;
      if (register === INTR) edges.acknowledge(pin, (raw >>> shift) & 15);
      else if (register === PROC0_INTE) edges.enable[pin] = (value >>> shift) & 15;
      else if (register === PROC0_INTF) edges.force[pin] = (value >>> shift) & 15;
      else this.unmodelled(offset);
    }
    edges.update();
  }

  override reset(): void {
    this.gpio.beforeAccess();
    for (let pin = 0; pin < PINS; pin++) this.gpio.writeCtrl(pin, CTRL_RESET);
    this.gpio.edges.clear();
  }

  private eight(offset: number, of: (pin: number) => number): number {
    const first = (offset & 15) * 2;
    let value = 0;
    for (let pin = first; pin < Math.min(first + 8, PINS); pin++) value |= of(pin) << ((pin - first) * 4);
    return value >>> 0;
  }
}

/** PADS_BANK0: a voltage select, 30 pads and the two debug pads. */
export class PadsBank0 extends Block {
  private voltage = 0;
  private readonly debug = [0xda, 0x5a];

  constructor(private readonly gpio: Gpio) {
    super('PADS_BANK0');
  }

  protected override read(offset: number): number {
    const pin = (offset >> 2) - 1;
    if (pin < 0) return this.voltage;
    return pin < PINS ? this.gpio.readPad(pin) : (this.debug[pin - PINS] ?? this.unmodelled(offset));
  }

  protected override write(offset: number, value: number): void {
    const pin = (offset >> 2) - 1;
    this.gpio.beforeAccess();
    if (pin < 0) this.voltage = value & 1;
    else if (pin < PINS) this.gpio.writePad(pin, value);
    else if (pin < PINS + 2) this.debug[pin - PINS] = value & 0xff;
    else this.unmodelled(offset);
  }

  override reset(): void {
    this.gpio.beforeAccess();
    for (let pin = 0; pin < PINS; pin++) this.gpio.writePad(pin, PAD_RESET);
  }
}
