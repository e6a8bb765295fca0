// The chain of converters at the end of DATA and CLOCK: 17 × 16 bits that move on with every rising edge of the clock.

import { ELECTRODES } from '../../../firmware/profile.ts';

const BITS = 16;
/** One more than there are levels: an output that was cut leaves the chain in the middle of one. */
const HALVES = ELECTRODES + 1;

export class ShiftRegister {
  /** Whole halfwords in the order in which they came, as a ring. */
  private readonly halves = new Uint16Array(HALVES);
  private oldest = 0;
  private partial = 0;
  private partialBits = 0;

  /** Bits at so many rising edges, the first one most significant. */
  shift(word: number, bits: number): void {
    for (let left = bits; left > 0; ) {
      const taken = Math.min(left, BITS - this.partialBits);
      const piece = (word >>> (left - taken)) & ((1 << taken) - 1);
      this.partial = (this.partial << taken) | piece;
      this.partialBits += taken;
      left -= taken;
      if (this.partialBits === BITS) this.put();
    }
  }

  /** Level of an electrode, µA: E1's are the 16 bits that came 272 edges ago. */
  levelUa(electrode: number): number {
    const bits = this.partialBits;
    const begun = this.half(electrode + 1) << bits;
    const ended = electrode + 2 < HALVES ? this.half(electrode + 2) >> (BITS - bits) : this.partial;
    return ((begun | ended) << BITS) >> BITS;
  }

  private half(age: number): number {
    return this.halves[(this.oldest + age) % HALVES];
  }

  private put(): void {
    this.halves[this.oldest] = this.partial;
    this.oldest = (this.oldest + 1) % HALVES;
    this.partial = 0;
    this.partialBits = 0;
  }
}
