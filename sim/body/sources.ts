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
  /** Duration of the last segment, the share of an interface voltage left in its middle, and µV per µA there. */
  #middleOfUs = -1;
  #keptToMiddle = 0;
  #perUa = 0;

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
    const cathodicGain = this.#cathodicGain;
    const anodicGain = this.#anodicGain;
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
      const current = level * (level < 0 ? cathodicGain[e] : anodicGain[e]);
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
    const count = this.count;
    const restUv = this.#restUv;
    const slopeUv = this.#slopeUv;
    for (let i = 0; i < count; i++) {
      const terminalUv = restUv[i] + share * slopeUv[i];
      if (terminalUv > highest) {
        highest = terminalUv;
        this.#high = i;
      }
      if (terminalUv < lowest) {
        lowest = terminalUv;
        this.#low = i;
      }
    }
    return count > 0 ? highest - lowest : 0;
  }

  /** Terminal voltages in the middle of the segment: what the charges hold, and what the whole currents add. */
  #setTerminals(modes: Modes, ends: Float64Array, durationUs: number): void {
    const { driven, currentsUa, chargesPc, count } = this;
    if (durationUs !== this.#middleOfUs) this.#findMiddle(modes, durationUs);
    const keptToMiddle = this.#keptToMiddle;
    const perUa = this.#perUa;
    const scales = this.#scale;
    const interfacesUv = this.#interfacesUv;
    modes.read(driven, count, chargesPc, interfacesUv);
    for (let i = 0; i < count; i++) {
      const e = driven[i];
      const scale = scales[e];
      const row = e * N;
      let slope = (currentsUa[i] * perUa) / scale;
      for (let j = 0; j < count; j++) slope += ends[row + driven[j]] * currentsUa[j];
      this.#slopeUv[i] = slope;
      this.#restUv[i] = chargesPc[i] / (this.#blockingUf * scale) + interfacesUv[i] * keptToMiddle;
    }
  }

  /** What the middle of a segment needs to know of its duration alone; every network of a body leaks alike. */
  #findMiddle(modes: Modes, durationUs: number): void {
    this.#middleOfUs = durationUs;
    this.#keptToMiddle = Math.sqrt(modes.kept(durationUs));
    this.#perUa = durationUs / 2 / this.#blockingUf + modes.gainUs(durationUs / 2) / this.#doubleLayerUf;
  }
}
