// Turns a row of changes of a signal into stretches of constant output. Used by the readers.

import { ELECTRODES, type Stretch, type StretchState } from './capture.ts';
import { sameLevels } from './memory-capture.ts';

/** The channels of an instrument may change a sample apart. Slower than this a sample could be a whole phase of 10 µs. */
const SKEWED_SAMPLE_NS_MAX = 2500;

/** What counts as the middle of an edge where samples of logic are this far apart, ns. */
export function settleOf(samplingNs: number): number {
  return samplingNs <= SKEWED_SAMPLE_NS_MAX ? 1.5 * samplingNs : 0;
}

/** Collects stretches; `take` gives those that are complete. The objects are reused after the next `take`. */
export class Stretcher {
  readonly #settleNs: number;
  readonly #pool: Stretch[] = [];
  #count = 0;
  #open = false;
  #startNs = 0;
  #state: StretchState = 'unknown';
  readonly #levelsUa = new Int32Array(ELECTRODES);

  /** Stretches shorter than `settleNs` (edges that arrive one after the other) count to the next one. */
  constructor(settleNs = 0) {
    this.#settleNs = settleNs;
  }

  /** From `atNs` on the output is this. Times never go back. */
  change(atNs: number, state: StretchState, levelsUa: ArrayLike<number>): void {
    if (this.#open) {
      if (state === this.#state && sameLevels(levelsUa, this.#levelsUa)) return;
      if (atNs > this.#startNs && atNs - this.#startNs >= this.#settleNs) {
        this.#emit(atNs);
        this.#startNs = atNs;
      }
    } else this.#startNs = atNs;
    this.#open = true;
    this.#state = state;
    this.#levelsUa.set(levelsUa);
  }

  /** The capture ends. */
  end(atNs: number): void {
    if (this.#open && atNs > this.#startNs) this.#emit(atNs);
    this.#open = false;
  }

  /** Stretches that are complete. The last one is kept until its neighbour is known to differ, or the capture has ended. */
  *take(): Iterable<Stretch> {
    const pool = this.#pool;
    const count = this.#open ? this.#count - 1 : this.#count;
    for (let i = 0; i < count; i++) yield pool[i];
    if (count <= 0) return;
    [pool[0], pool[count]] = [pool[count] ?? pool[0], pool[0]];
    this.#count -= count;
  }

  #emit(endNs: number): void {
    const last = this.#count > 0 ? this.#pool[this.#count - 1] : null;
    if (last && last.state === this.#state && sameLevels(last.levelsUa, this.#levelsUa)) {
      last.endNs = endNs;
      return;
    }
    if (this.#count === this.#pool.length) {
      this.#pool.push({ startNs: 0, endNs: 0, state: 'unknown', levelsUa: new Int32Array(ELECTRODES) });
    }
    const stretch = this.#pool[this.#count++];
    stretch.startNs = this.#startNs;
    stretch.endNs = endNs;
    stretch.state = this.#state;
    stretch.levelsUa.set(this.#levelsUa);
  }
}
