// A growing log of {cycle, value} in two typed columns: 12 bytes an entry, no object on the way in.

import { grown } from '../clock/clock.ts';

export class TimedLog {
  cycles: Float64Array;
  values: Int32Array;
  length = 0;

  constructor(capacity = 1024) {
    this.cycles = new Float64Array(capacity);
    this.values = new Int32Array(capacity);
  }

  push(cycle: number, value: number): void {
    if (this.length === this.cycles.length) this.grow();
    this.cycles[this.length] = cycle;
    this.values[this.length++] = value;
  }

  /** Forgets what was logged for `cycle` and later: an output that was announced and then cut. */
  cut(cycle: number): void {
    while (this.length > 0 && this.cycles[this.length - 1] >= cycle) this.length--;
  }

  /** Forgets the first `count` entries. */
  drop(count: number): void {
    this.cycles.copyWithin(0, count, this.length);
    this.values.copyWithin(0, count, this.length);
    this.length -= count;
  }

  /** Number of entries before `cycle`. */
  countBefore(cycle: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cycles[middle] < cycle) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private grow(): void {
    const capacity = this.cycles.length * 2;
    this.cycles = grown(this.cycles, new Float64Array(capacity));
    this.values = grown(this.values, new Int32Array(capacity));
  }
}
