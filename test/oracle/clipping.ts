// Samples that rest exactly where their channel ends: the instrument's range was too small, and the current may have been greater.

import { electrodeName } from './finding.ts';

/** In a channel that trembles so many samples in a row are not the same by chance. */
const SAMPLES_MIN = 20;

interface Channel {
  readonly electrode: number;
  leastUa: number;
  mostUa: number;
  lastUa: number;
  /** Samples in a row that are the same, up to the last one. */
  row: number;
  /** Of rows that are long enough: where they were lowest and highest, and their samples in all. */
  restLeastUa: number;
  restMostUa: number;
  rested: number;
}

/** Watches the channels that tremble. */
export class ClipWatch {
  readonly #channels: readonly Channel[];

  constructor(trembling: Iterable<number>) {
    this.#channels = Array.from(trembling, (electrode) => ({
      electrode,
      leastUa: Number.POSITIVE_INFINITY,
      mostUa: Number.NEGATIVE_INFINITY,
      lastUa: Number.NaN,
      row: 0,
      restLeastUa: Number.POSITIVE_INFINITY,
      restMostUa: Number.NEGATIVE_INFINITY,
      rested: 0,
    }));
  }

  /** The next sample. */
  add(valuesUa: Float64Array): void {
    for (const channel of this.#channels) {
      const valueUa = valuesUa[channel.electrode];
      channel.row = valueUa === channel.lastUa ? channel.row + 1 : 1;
      channel.lastUa = valueUa;
      if (valueUa < channel.leastUa) channel.leastUa = valueUa;
      if (valueUa > channel.mostUa) channel.mostUa = valueUa;
      if (channel.row < SAMPLES_MIN) continue;
      channel.rested += channel.row === SAMPLES_MIN ? SAMPLES_MIN : 1;
      channel.restLeastUa = Math.min(channel.restLeastUa, valueUa);
      channel.restMostUa = Math.max(channel.restMostUa, valueUa);
    }
  }

  /** What to say of each electrode whose channel rests at an end of its values. */
  warnings(): string[] {
    return this.#channels
      .filter(
        ({ leastUa, mostUa, restLeastUa, restMostUa }) =>
          leastUa < mostUa && (restLeastUa === leastUa || restMostUa === mostUa),
      )
      .map(
        ({ electrode, rested, leastUa, restLeastUa, mostUa }) =>
          `${electrodeName(electrode)} rests for ${rested} samples at exactly ${Math.round(restLeastUa === leastUa ? leastUa : mostUa)} µA, an end of its values: it looks clipped; capture again with a greater range`,
      );
  }
}
