// The largest charges that each electrode has really seen, for comparison with what the interlock counted.

import { ELECTRODES, PHASE_REST_US } from '../../firmware/profile.ts';

/**
 * Peaks per electrode, pC. An electrode is looked at whenever it has been driven: its charge is then at an extreme.
 * What an idle one gains in recharge shows in `Body.truePc`.
 */
export class Peaks {
  /** Largest magnitude of the true charge at the end of a drive. */
  readonly chargePc = new Float64Array(ELECTRODES);
  /** Largest true phase charge: greatest minus least signed charge since at rest for 800 µs, as law L4 counts it. */
  readonly phasePc = new Float64Array(ELECTRODES);
  /**
   * Largest swing of the true charge: greatest minus least since at rest for 800 µs. Unlike a phase charge it does not add
   * up, over a train without rests, the errors of the sources that the recharge between pulses takes back.
   */
  readonly swingPc = new Float64Array(ELECTRODES);
  readonly #bottomPc = new Float64Array(ELECTRODES);
  readonly #topPc = new Float64Array(ELECTRODES);
  readonly #sinceRestPc = new Float64Array(ELECTRODES);
  readonly #leastPc = new Float64Array(ELECTRODES);
  readonly #greatestPc = new Float64Array(ELECTRODES);
  readonly #drivenUntilUs = new Float64Array(ELECTRODES).fill(-PHASE_REST_US);

  /** Forgets the peaks; a phase in progress keeps its count. */
  reset(): void {
    this.chargePc.fill(0);
    this.phasePc.fill(0);
    this.swingPc.fill(0);
  }

  /** By how much the charge of an electrode, now chargePc, has risen (isUp) or fallen since its last rest before startUs, pC. */
  swungPc(electrode: number, startUs: number, chargePc: number, isUp: boolean): number {
    if (startUs - this.#drivenUntilUs[electrode] >= PHASE_REST_US) return 0;
    return Math.max(0, isUp ? chargePc - this.#bottomPc[electrode] : this.#topPc[electrode] - chargePc);
  }

  /** Electrode driven from startUs to endUs with movedPc; its charge is now chargePc. */
  note(electrode: number, startUs: number, endUs: number, movedPc: number, chargePc: number): void {
    const magnitude = Math.abs(chargePc);
    if (magnitude > this.chargePc[electrode]) this.chargePc[electrode] = magnitude;
    if (startUs - this.#drivenUntilUs[electrode] >= PHASE_REST_US) {
      this.#sinceRestPc[electrode] = 0;
      this.#leastPc[electrode] = 0;
      this.#greatestPc[electrode] = 0;
      this.#bottomPc[electrode] = Number.POSITIVE_INFINITY;
      this.#topPc[electrode] = Number.NEGATIVE_INFINITY;
    }
    const beforePc = chargePc - movedPc;
    const topPc = Math.max(this.#topPc[electrode], beforePc, chargePc);
    const bottomPc = Math.min(this.#bottomPc[electrode], beforePc, chargePc);
    this.#topPc[electrode] = topPc;
    this.#bottomPc[electrode] = bottomPc;
    if (topPc - bottomPc > this.swingPc[electrode]) this.swingPc[electrode] = topPc - bottomPc;
    this.#drivenUntilUs[electrode] = endUs;
    const signed = this.#sinceRestPc[electrode] + movedPc;
    this.#sinceRestPc[electrode] = signed;
    if (signed < this.#leastPc[electrode]) this.#leastPc[electrode] = signed;
    if (signed > this.#greatestPc[electrode]) this.#greatestPc[electrode] = signed;
    const phase = this.#greatestPc[electrode] - this.#leastPc[electrode];
    if (phase > this.phasePc[electrode]) this.phasePc[electrode] = phase;
  }
}
