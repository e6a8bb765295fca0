// Finds stretches of constant current in samples that tremble: the level of one is the mean of its samples, its edge lies
// where the current passes the middle between two levels. Currents within the threshold are zero, whatever they do.

import { ELECTRODES, type StretchState } from './capture.ts';
import type { Stretcher } from './stretcher.ts';

interface Sample {
  timeNs: number;
  readonly valuesUa: Float64Array;
}

export interface PlateauTerms {
  /** Currents up to this are zero, µA. */
  readonly zeroUa: number;
  /** A sample of a level lies within this of it, µA. */
  readonly noiseUa: number;
}

/** Samples that must agree before they are a level. */
const AGREEING = 2;
/** A change that has found no level after so many samples takes what it has reached. */
const CHANGE_SAMPLES_MAX = 1000;

export class Plateaus {
  /** Samples off their level between two that are on it. */
  spikes = 0;
  readonly #stretcher: Stretcher;
  readonly #zeroUa: number;
  readonly #noiseUa: number;
  readonly #sumUa = new Float64Array(ELECTRODES);
  readonly #meanUa = new Float64Array(ELECTRODES);
  readonly #levelsUa = new Int32Array(ELECTRODES);
  /** Samples of the level at hand; 0: none yet. */
  #count = 0;
  #startNs = 0;
  #isZero = true;
  #idle: StretchState = 'unknown';
  #lastNs = 0;
  /** Samples after the last one of the level. */
  #changing: Sample[] = [];

  constructor(stretcher: Stretcher, { zeroUa, noiseUa }: PlateauTerms) {
    this.#stretcher = stretcher;
    this.#zeroUa = zeroUa;
    this.#noiseUa = noiseUa;
  }

  /** The next sample; `idle` is the state of an output at zero. */
  add(timeNs: number, valuesUa: Float64Array, idle: StretchState): void {
    if (this.#count > 0 && this.#fits(valuesUa) && (!this.#isZero || idle === this.#idle)) {
      this.spikes += this.#changing.length;
      this.#changing = [];
      this.#take(timeNs, valuesUa);
      return;
    }
    this.#changing.push({ timeNs, valuesUa: valuesUa.slice() });
    if (this.#settled() || this.#changing.length > CHANGE_SAMPLES_MAX) this.#begin(idle);
  }

  /** The samples end, or have a gap, at `atNs`. */
  close(atNs: number): void {
    this.#put();
    this.#stretcher.change(atNs, 'unseen', new Int32Array(ELECTRODES));
    this.#count = 0;
    this.#changing = [];
  }

  /** Hands the level at hand over; the samples end. */
  end(): void {
    this.#put();
  }

  #fits(valuesUa: Float64Array): boolean {
    if (this.#isZero !== this.#within(valuesUa)) return false;
    if (this.#isZero) return true;
    // The mean of the first samples trembles itself.
    const bandUa = this.#noiseUa * (1 + 1 / Math.sqrt(this.#count)) + 1e-6;
    for (let e = 0; e < ELECTRODES; e++) {
      if (Math.abs(valuesUa[e] - this.#meanUa[e]) > bandUa) return false;
    }
    return true;
  }

  #within(valuesUa: Float64Array): boolean {
    for (let e = 0; e < ELECTRODES; e++) if (Math.abs(valuesUa[e]) > this.#zeroUa) return false;
    return true;
  }

  #take(timeNs: number, valuesUa: Float64Array): void {
    this.#count++;
    this.#lastNs = timeNs;
    for (let e = 0; e < ELECTRODES; e++) {
      this.#sumUa[e] += valuesUa[e];
      this.#meanUa[e] = this.#sumUa[e] / this.#count;
    }
  }

  /** Whether the last samples of a change agree on a new level. */
  #settled(): boolean {
    const last = this.#changing.slice(-AGREEING);
    if (last.length < AGREEING) return false;
    const [{ valuesUa }] = last;
    const isZero = this.#within(valuesUa);
    return last.every(
      (sample) =>
        this.#within(sample.valuesUa) === isZero &&
        (isZero || sample.valuesUa.every((value, e) => Math.abs(value - valuesUa[e]) <= 2 * this.#noiseUa)),
    );
  }

  /** A new level begins with the samples that agree on it. */
  #begin(idle: StretchState): void {
    const samples = this.#changing;
    const agreeing = samples.slice(-AGREEING);
    const edgeNs = this.#count === 0 ? samples[0].timeNs : this.#edgeNs(samples, agreeing.at(-1)!);
    if (this.#count > 0) this.#put();
    this.#changing = [];
    this.#count = 0;
    this.#sumUa.fill(0);
    this.#startNs = edgeNs;
    this.#idle = idle;
    this.#isZero = this.#within(agreeing[0].valuesUa);
    for (const { timeNs, valuesUa } of agreeing) this.#take(timeNs, valuesUa);
  }

  /** Where the electrode that changes most passes the middle between the old level and the new one. */
  #edgeNs(samples: readonly Sample[], reached: Sample): number {
    let most = 0;
    const stepUa = (e: number) => reached.valuesUa[e] - this.#levelUa(e);
    for (let e = 1; e < ELECTRODES; e++) if (Math.abs(stepUa(e)) > Math.abs(stepUa(most))) most = e;
    const oldUa = this.#levelUa(most);
    const halfUa = stepUa(most) / 2;
    let beforeNs = this.#lastNs;
    let before = 0;
    for (const { timeNs, valuesUa } of samples) {
      const now = (valuesUa[most] - oldUa) / (2 * halfUa || 1);
      if (now >= 0.5)
        return beforeNs + (timeNs - beforeNs) * Math.min(1, Math.max(0, (0.5 - before) / (now - before)));
      beforeNs = timeNs;
      before = Math.max(0, now);
    }
    return samples[0].timeNs;
  }

  #levelUa(electrode: number): number {
    return this.#isZero ? 0 : this.#meanUa[electrode];
  }

  #put(): void {
    if (this.#count === 0) return;
    for (let e = 0; e < ELECTRODES; e++) {
      const levelUa = this.#levelUa(e);
      this.#levelsUa[e] = Math.abs(levelUa) <= this.#zeroUa ? 0 : Math.round(levelUa);
    }
    const drives = this.#levelsUa.some((levelUa) => levelUa !== 0);
    this.#stretcher.change(this.#startNs, drives ? 'drive' : this.#idle, this.#levelsUa);
  }
}
