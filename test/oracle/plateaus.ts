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
/** A probe that settles may seem to rest on the way: so few samples are no level where the next one lies further on. */
const SETTLING_SAMPLES_MAX = 6;
/** A change that has found no level after so many samples takes what it has reached. */
const CHANGE_SAMPLES_MAX = 1000;

export class Plateaus {
  /** Samples far off their level between two that are on it. */
  spikes = 0;
  readonly #stretcher: Stretcher;
  readonly #zeroUa: number;
  readonly #noiseUa: number;
  readonly #sumUa = new Float64Array(ELECTRODES);
  readonly #meanUa = new Float64Array(ELECTRODES);
  readonly #levelsUa = new Int32Array(ELECTRODES);
  /** The level before the one at hand, and its last sample. */
  readonly #beforeUa = new Float64Array(ELECTRODES);
  #beforeNs = 0;
  #hasBefore = false;
  /** Samples from there into the level at hand. */
  #edge: Sample[] = [];
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
      for (const sample of this.#changing) if (this.#isSpike(sample.valuesUa)) this.spikes++;
      this.#changing = [];
      this.#take(timeNs, valuesUa);
      if (this.#count <= SETTLING_SAMPLES_MAX) this.#edge.push({ timeNs, valuesUa: valuesUa.slice() });
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
    this.#hasBefore = false;
    this.#edge = [];
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

  /** Whether noise alone would hardly be so far off. */
  #isSpike(valuesUa: Float64Array): boolean {
    return valuesUa.some(
      (valueUa, e) => Math.abs(valueUa - this.#levelUa(e)) > this.#zeroUa + 2 * this.#noiseUa,
    );
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
    const agreeing = this.#changing.slice(-AGREEING);
    const reachedUa = agreeing[agreeing.length - 1].valuesUa;
    if (this.#count > 0 && !this.#wasSettling(reachedUa)) this.#leave();
    this.#edge.push(...this.#changing);
    this.#changing = [];
    this.#startNs = this.#edgeNs(reachedUa);
    this.#count = 0;
    this.#sumUa.fill(0);
    this.#idle = idle;
    this.#isZero = this.#within(agreeing[0].valuesUa);
    for (const { timeNs, valuesUa } of agreeing) this.#take(timeNs, valuesUa);
  }

  /** The level at hand is over. */
  #leave(): void {
    this.#put();
    for (let e = 0; e < ELECTRODES; e++) this.#beforeUa[e] = this.#levelUa(e);
    this.#beforeNs = this.#lastNs;
    this.#hasBefore = true;
    this.#edge = [];
  }

  /** Whether the level at hand was only the way to the one reached now, which lies further in the same direction. */
  #wasSettling(reachedUa: Float64Array): boolean {
    if (!this.#hasBefore || this.#isZero || this.#count > SETTLING_SAMPLES_MAX) return false;
    const most = mostChanged((e) => reachedUa[e] - this.#beforeUa[e]);
    const doneUa = this.#levelUa(most) - this.#beforeUa[most];
    return Math.sign(reachedUa[most] - this.#levelUa(most)) === Math.sign(doneUa);
  }

  /** Where the electrode that changes most passes the middle between the level before and the one reached. */
  #edgeNs(reachedUa: Float64Array): number {
    const [{ timeNs: firstNs }] = this.#edge;
    if (!this.#hasBefore) return firstNs;
    const most = mostChanged((e) => reachedUa[e] - this.#beforeUa[e]);
    const fromUa = this.#beforeUa[most];
    let lastNs = this.#beforeNs;
    let last = 0;
    for (const { timeNs, valuesUa } of this.#edge) {
      const now = (valuesUa[most] - fromUa) / (reachedUa[most] - fromUa);
      if (now >= 0.5) return lastNs + (timeNs - lastNs) * Math.max(0, (0.5 - last) / (now - last));
      lastNs = timeNs;
      last = Math.max(0, now);
    }
    return firstNs;
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

/** The electrode of the largest change. */
function mostChanged(changeUa: (electrode: number) => number): number {
  let most = 0;
  for (let e = 1; e < ELECTRODES; e++) if (Math.abs(changeUa(e)) > Math.abs(changeUa(most))) most = e;
  return most;
}
