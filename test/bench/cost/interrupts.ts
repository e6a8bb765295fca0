// How long interrupts take on the Pico, by number: from the interrupted instruction to the next one.

import type { Chip } from '../../../sim/machine/pico/chip/chip.ts';

const FIRST_IRQ = 16;
export const IRQ = { WAKE: 0, MILLISECOND: 1, SAMPLE: 7, UART: 20, CONVERTER: 22 } as const;

export interface Taken {
  count: number;
  cycles: number;
}

/** Watches a chip from now on. */
export class Interrupts {
  private readonly taken = new Map<number, Taken>();
  private readonly begun: { irq: number; cycle: number; inner: number }[] = [];

  constructor({ rp2040: { core } }: Chip) {
    const enter = core.exceptionEntry.bind(core);
    const leave = core.exceptionReturn.bind(core);
    core.exceptionEntry = (number: number) => {
      this.begun.push({ irq: number - FIRST_IRQ, cycle: core.cycles, inner: 0 });
      enter(number);
    };
    core.exceptionReturn = (value: number) => {
      leave(value);
      this.end(core.cycles);
    };
  }

  /** What interrupts of this number took so far; those that came in between not counted. */
  of(irq: number): Taken {
    return { ...(this.taken.get(irq) ?? { count: 0, cycles: 0 }) };
  }

  private end(cycle: number): void {
    const one = this.begun.pop();
    if (one === undefined) return;
    const all = cycle - one.cycle;
    const known = this.taken.get(one.irq) ?? { count: 0, cycles: 0 };
    this.taken.set(one.irq, { count: known.count + 1, cycles: known.cycles + all - one.inner });
    const outer = this.begun.at(-1);
    if (outer !== undefined) outer.inner += all;
  }
}

/** Cycles of one of the interrupts that came between two looks. */
export function each(before: Taken, after: Taken): number {
  return (after.cycles - before.cycles) / (after.count - before.count);
}
