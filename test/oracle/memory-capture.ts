// A capture held in memory, built stretch by stretch: for tests, and for tools that make captures of their own.

import { type Capture, ELECTRODES, type Stretch, type StretchState } from './capture.ts';

export class MemoryCapture implements Capture {
  readonly origin: string;
  readonly resolutionNs: number;
  readonly hasLevels: boolean;
  readonly #stretches: Stretch[] = [];

  constructor(origin = 'memory', resolutionNs = 0, hasLevels = true) {
    this.origin = origin;
    this.resolutionNs = resolutionNs;
    this.hasLevels = hasLevels;
  }

  /** End of what was added, ns. */
  get endNs(): number {
    return this.#stretches.at(-1)?.endNs ?? 0;
  }

  /** Adds a stretch right after the last one; equal neighbours are merged. Levels are copied. */
  add(durationNs: number, state: StretchState, levelsUa: ArrayLike<number>): void {
    if (!(durationNs > 0)) throw new RangeError(`a stretch of ${durationNs} ns: it must be longer than 0`);
    const last = this.#stretches.at(-1);
    if (last && last.state === state && sameLevels(last.levelsUa, levelsUa)) {
      last.endNs += durationNs;
      return;
    }
    const startNs = this.endNs;
    const levels = new Int32Array(ELECTRODES);
    levels.set(levelsUa);
    this.#stretches.push({ startNs, endNs: startNs + durationNs, state, levelsUa: levels });
  }

  stretches(): Iterable<Stretch> {
    return this.#stretches;
  }
}

/** Whether two sets of 17 levels are equal. */
export function sameLevels(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let e = 0; e < ELECTRODES; e++) if (a[e] !== b[e]) return false;
  return true;
}
