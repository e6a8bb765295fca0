// The output stage's current sources against the body: what commanded levels become. Holds the most recent drive.

import { CASE, ELECTRODES } from '../../firmware/profile.ts';
import type { Modes } from './modes.ts';
import type { BodyOptions } from './options.ts';

const N = ELECTRODES;
const UV_PER_MV = 1000;

export class Sources {
  /** The first `count` entries are the electrodes that carry current, and their true currents, µA. */
  readonly driven = new Int32Array(N);
  readonly currentsUa = new Float64Array(N);
  count = 0;
  /** Their charges at the start of the segment, pC. */
  readonly chargesPc = new Float64Array(N);
  /** Highest minus lowest terminal in the middle of the segment, mV. */
  spanMv = 0;
  /** Whether the compliance voltage limited the currents. */
  saturated = false;
  readonly #levelsUa = new Int32Array(N);
  readonly #interfacesUv = new Float64Array(N);
  readonly #restUv = new Float64Array(N);
  readonly #slopeUv = new Float64Array(N);
  readonly #cathodicGain: Float64Array;
  readonly #anodicGain: Float64Array;
  readonly #scale: Float64Array;
  readonly #blockingUf: number;
  readonly #doubleLayerUf: number;
  readonly #limitUv: number;

  constructor(options: BodyOptions) {
    this.#cathodicGain = Float64Array.from(options.cathodicError, (error) => 1 + error);
    this.#anodicGain = Float64Array.from(options.anodicError, (error) => 1 + error);
    this.#scale = Float64Array.from(options.capacitanceScale);
    this.#blockingUf = options.blockingUf;
    this.#doubleLayerUf = options.doubleLayerUf;
    this.#limitUv = options.complianceMv * UV_PER_MV;
  }

  /** The level that an electrode was last commanded, µA. */
  levelUa(electrode: number): number {
    return this.#levelsUa[electrode];
  }

  /** Forgets the most recent drive. */
  reset(): void {
    this.count = 0;
    this.spanMv = 0;
    this.saturated = false;
    this.#levelsUa.fill(0);
  }

  /** Finds the true currents for these levels with these leads broken. */
  set(levelsUa: Int32Array, caseEnabled: boolean, broken: Uint8Array): void {
    const { driven, currentsUa } = this;
    const levels = this.#levelsUa;
    let count = 0;
    let anodicUa = 0;
    let cathodicUa = 0;
    let open = false;
    for (let e = 0; e < CASE; e++) {
      const level = levelsUa[e];
      levels[e] = level;
      if (level === 0) continue;
      if (broken[e] === 1) {
        open = true;
        continue;
      }
      const current = level * (level < 0 ? this.#cathodicGain[e] : this.#anodicGain[e]);
      if (current > 0) anodicUa += current;
      else cathodicUa -= current;
      driven[count] = e;
      currentsUa[count++] = current;
    }
    levels[CASE] = levelsUa[CASE];
    if (caseEnabled && broken[CASE] === 0) {
      driven[count] = CASE;
      currentsUa[count++] = cathodicUa - anodicUa;
    } else if (anodicUa !== cathodicUa) {
      open ||= caseEnabled;
      const weaker = Math.min(anodicUa, cathodicUa);
      for (let i = 0; i < count; i++) currentsUa[i] *= weaker / (currentsUa[i] > 0 ? anodicUa : cathodicUa); // REQ-SIM-102
    }
    this.count = count;
    // A source that works against an open lead stands at its rail.
    this.spanMv = open ? this.#limitUv / UV_PER_MV : 0;
  }

  /** Reduces the currents to what the compliance voltage can drive in the middle of a segment; notes the voltage. */
  fitCompliance(modes: Modes, ends: Float64Array, durationUs: number): void {
    const limitUv = this.#limitUv;
    const railed = this.spanMv > 0;
    this.#setTerminals(modes, ends, durationUs);
    let spanUv = this.#span(1);
    this.saturated = spanUv > limitUv;
    if (this.saturated) {
      const share = this.#shareAt(limitUv); // REQ-SIM-102
      for (let i = 0; i < this.count; i++) this.currentsUa[i] *= share;
      spanUv = limitUv;
    }
    if (!railed) this.spanMv = spanUv / UV_PER_MV;
  }

  /**
   * The share of all currents at which the span is the limit. The span is the largest of some straight lines in the
   * share, hence convex: Newton's steps from above end at the limit after at most one step for each pair of terminals.
   */
  #shareAt(limitUv: number): number {
    let share = 1;
    for (let step = 0; step < N * N; step++) {
      const excessUv = this.#span(share) - limitUv;
      if (excessUv <= limitUv * 1e-12) break;
      const slopeUv = this.#slopeUv[this.#high] - this.#slopeUv[this.#low];
      // Charges that alone hold more than the limit leave nothing to drive with.
      if (slopeUv <= 0 || excessUv >= share * slopeUv) return 0;
      share -= excessUv / slopeUv;
    }
    return share;
  }

  #high = 0;
  #low = 0;

  /** Highest minus lowest terminal at this share of the currents, µV; notes which they are. */
  #span(share: number): number {
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.count; i++) {
      const terminalUv = this.#restUv[i] + share * this.#slopeUv[i];
      if (terminalUv > highest) {
        highest = terminalUv;
        this.#high = i;
      }
      if (terminalUv < lowest) {
        lowest = terminalUv;
        this.#low = i;
      }
    }
    return this.count > 0 ? highest - lowest : 0;
  }

  /** Terminal voltages in the middle of the segment: what the charges hold, and what the whole currents add. */
  #setTerminals(modes: Modes, ends: Float64Array, durationUs: number): void {
    const { driven, currentsUa, chargesPc, count } = this;
    const keptToMiddle = Math.sqrt(modes.kept(durationUs));
    const perUa = durationUs / 2 / this.#blockingUf + modes.gainUs(durationUs / 2) / this.#doubleLayerUf;
    modes.read(driven, count, chargesPc, this.#interfacesUv);
    for (let i = 0; i < count; i++) {
      const e = driven[i];
      const scale = this.#scale[e];
      let slope = (currentsUa[i] * perUa) / scale;
      for (let j = 0; j < count; j++) slope += ends[e * N + driven[j]] * currentsUa[j];
      this.#slopeUv[i] = slope;
      this.#restUv[i] = chargesPc[i] / (this.#blockingUf * scale) + this.#interfacesUv[i] * keptToMiddle;
    }
  }
}
