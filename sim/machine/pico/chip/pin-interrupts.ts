// The pins' interrupts (datasheet 2.19.3): edges are latched, levels follow the pad.

import type { Gpio } from './gpio.ts';

const PINS = 30;
const IO_BANK0_IRQ = 13;

/** Edges stay until they are written away; levels follow the pad (datasheet 2.19.3). */
export class PinInterrupts {
  /** Four bits a pin: level low, level high, edge low, edge high. */
  private readonly latched = new Uint32Array(PINS);
  readonly enable = new Uint32Array(PINS);
  readonly force = new Uint32Array(PINS);

  constructor(private readonly gpio: Gpio) {}

  raw(pin: number): number {
    return this.latched[pin] | ((this.gpio.pads >> pin) & 1 ? 2 : 1);
  }

  status(pin: number): number {
    return (this.raw(pin) & this.enable[pin]) | this.force[pin];
  }

  latch(changed: number, pads: number): void {
    this.latchEdges(changed & pads, changed & ~pads);
  }

  latchEdges(rose: number, fell: number): void {
    for (let rest = rose | fell; rest !== 0; rest &= rest - 1) {
      const pin = 31 - Math.clz32(rest & -rest);
      this.latched[pin] |= ((rose >> pin) & 1 ? 8 : 0) | ((fell >> pin) & 1 ? 4 : 0);
    }
    if (this.gpio.watched !== 0) this.update();
  }

  acknowledge(pin: number, bits: number): void {
    this.latched[pin] &= ~(bits & 12);
    this.update();
  }

  update(): void {
    let watched = 0;
    let asserted = false;
    for (let pin = 0; pin < PINS; pin++) {
      if ((this.enable[pin] | this.force[pin]) === 0) continue;
      watched |= 1 << pin;
      asserted ||= this.status(pin) !== 0;
    }
    this.gpio.watched = watched;
    this.gpio.rp2040.setInterrupt(IO_BANK0_IRQ, asserted);
  }

  clear(): void {
    this.latched.fill(0);
    this.enable.fill(0);
    this.force.fill(0);
    this.update();
  }
}
