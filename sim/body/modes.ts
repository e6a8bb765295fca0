// The charge state of all electrodes, held by modes of the network instead of by electrode.
//
//   source ──┤├── Cb ──┬── Cdl ──┬── access ── tissue          each electrode: q on Cb (all that passed),
//                      └── Rct ──┘                             v on Cdl (less what Rct let through)
//
// Recharge couples all electrodes: dq/dt = −Y (q/Cb + v), Cdl dv/dt = dq/dt − v/Rct, with the symmetric conductance
// matrix Y. Where Cb and Cdl of an electrode grow by the same scale c and Rct falls by it, the eigenvectors of
// c^-½ Y c^-½ take this apart into 17 independent pairs (one of q, one of v) and leave driving and holding as simple as
// before. So recharge of any duration is exact and costs 17 products of a 2 × 2 matrix.

import { ELECTRODES } from '../../firmware/profile.ts';
import { modesOf } from './network.ts';

/** What the modes need to know of an electrode of scale 1, and the scales. */
export interface Capacitances {
  readonly blockingUf: number;
  readonly doubleLayerUf: number;
  readonly chargeTransferOhm: number;
  readonly capacitanceScale: readonly number[];
}

const N = ELECTRODES;
const CACHE_SLOTS = 64;
const TABLE_US = 5001;

export class Modes {
  /** Per mode: charge / √Cb and voltage × √Cdl, so that the squares are energies. */
  readonly #charge = new Float64Array(N);
  readonly #voltage = new Float64Array(N);
  /** Per mode: the two rates of recharge, and the projector onto the slow one. */
  readonly #slow = new Float64Array(N);
  readonly #fast = new Float64Array(N);
  readonly #p11 = new Float64Array(N);
  readonly #p12 = new Float64Array(N);
  readonly #p22 = new Float64Array(N);
  /** shapes[e × 17 + k]: electrode e in mode k; and what turns such a component into charge, or a voltage into one. */
  readonly #shapes: Float64Array;
  readonly #chargeWeight: Float64Array;
  readonly #voltageWeight: Float64Array;
  readonly #scale: Float64Array;
  readonly #doubleLayerUf: number;
  readonly #leakUs: number;
  // Between two recharges nothing couples the electrodes: those that are driven are kept singly, as what the modes
  // hold (base) and what has been added since, and go back into the modes when the next recharge begins.
  readonly #touched = new Int32Array(N);
  readonly #isTouched = new Uint8Array(N);
  readonly #basePc = new Float64Array(N);
  readonly #baseUv = new Float64Array(N);
  readonly #addedPc = new Float64Array(N);
  readonly #addedUv = new Float64Array(N);
  #touchedCount = 0;
  /** Share of the modes' interface voltages that the open time since the last recharge has left. */
  #openKept = 1;
  /** Duration of the last drive, and the time for which its current counts, over the double layer of scale 1. */
  #drivenUs = -1;
  #drivenGain = 0;
  readonly #keptTable = new Float64Array(TABLE_US);
  readonly #cacheUs = new Float64Array(CACHE_SLOTS).fill(-1);
  readonly #cache = new Float64Array(CACHE_SLOTS * 3 * N);

  /** Modes at zero charge for a recharge conductance matrix (S, row-major 17 × 17). */
  constructor(capacitances: Capacitances, conductance: Float64Array) {
    const { blockingUf, doubleLayerUf, chargeTransferOhm, capacitanceScale } = capacitances;
    this.#doubleLayerUf = doubleLayerUf;
    this.#leakUs = chargeTransferOhm * doubleLayerUf;
    this.#scale = Float64Array.from(capacitanceScale);
    this.#chargeWeight = this.#scale.map((scale) => Math.sqrt(scale * blockingUf));
    this.#voltageWeight = this.#scale.map((scale) => Math.sqrt(scale * doubleLayerUf));
    const { values, vectors } = modesOf(conductance, capacitanceScale);
    this.#shapes = vectors;
    for (let k = 0; k < N; k++) this.#prepare(k, Math.max(values[k], 0), blockingUf, doubleLayerUf);
  }

  /** Splits recharge of mode k into its two exponentials. */
  #prepare(k: number, siemens: number, blockingUf: number, doubleLayerUf: number): void {
    const charge = siemens / blockingUf;
    const voltage = siemens / doubleLayerUf + 1 / this.#leakUs;
    const cross = siemens / Math.sqrt(blockingUf * doubleLayerUf);
    const half = Math.hypot((charge - voltage) / 2, cross);
    const fast = (charge + voltage) / 2 + half;
    this.#fast[k] = fast;
    // The product of the rates is exact where their difference would lose every digit.
    this.#slow[k] = fast > 0 ? charge / this.#leakUs / fast : 0;
    const split = half > 0 ? 2 * half : 1;
    this.#p11[k] = half > 0 ? (fast - charge) / split : 1;
    this.#p12[k] = -cross / split;
    this.#p22[k] = half > 0 ? (fast - voltage) / split : 1;
  }

  /** Charge that has passed electrode e and not come back, pC. */
  chargePc(electrode: number): number {
    return this.#sum(electrode, this.#charge) * this.#chargeWeight[electrode] + this.#addedPc[electrode];
  }

  /** Voltage on the double layer of electrode e, µV. */
  interfaceUv(electrode: number): number {
    const modal = this.#sum(electrode, this.#voltage) / this.#voltageWeight[electrode];
    return modal * this.#openKept + this.#addedUv[electrode];
  }

  /** Adds charge and voltage to one electrode: for carrying them over when a fault changes the network. */
  add(electrode: number, chargePc: number, interfaceUv: number): void {
    this.#touch(electrode);
    this.#addedPc[electrode] += chargePc;
    this.#addedUv[electrode] += interfaceUv;
  }

  /** Charge (pC) and interface voltage (µV) of each of the first `count` of `electrodes`, into the two arrays. */
  read(electrodes: Int32Array, count: number, chargesPc: Float64Array, interfacesUv: Float64Array): void {
    for (let i = 0; i < count; i++) {
      const electrode = electrodes[i];
      this.#touch(electrode);
      chargesPc[i] = this.#basePc[electrode] + this.#addedPc[electrode];
      interfacesUv[i] = this.#baseUv[electrode] * this.#openKept + this.#addedUv[electrode];
    }
  }

  /** Drives the first `count` of `electrodes` with constant currents. */
  drive(electrodes: Int32Array, currentsUa: Float64Array, count: number, durationUs: number): void {
    this.hold(durationUs);
    if (durationUs !== this.#drivenUs) {
      this.#drivenUs = durationUs;
      this.#drivenGain = this.gainUs(durationUs) / this.#doubleLayerUf;
    }
    const gainUs = this.#drivenGain;
    for (let i = 0; i < count; i++) {
      const electrode = electrodes[i];
      const current = currentsUa[i];
      this.#touch(electrode);
      this.#addedPc[electrode] += current * durationUs;
      this.#addedUv[electrode] += (current * gainUs) / this.#scale[electrode];
    }
  }

  /** Open circuit: only the double layers leak. */
  hold(durationUs: number): void {
    const kept = this.kept(durationUs);
    this.#openKept *= kept;
    for (let i = 0; i < this.#touchedCount; i++) this.#addedUv[this.#touched[i]] *= kept;
  }

  /** All electrodes shorted through their recharge resistors. */
  recharge(durationUs: number): void {
    this.#settle();
    const at = this.#propagator(durationUs); // REQ-SIM-101
    const steps = this.#cache;
    const charges = this.#charge;
    const voltages = this.#voltage;
    for (let k = 0, i = at; k < N; k++, i += 3) {
      const charge = charges[k];
      const voltage = voltages[k];
      charges[k] = steps[i] * charge + steps[i + 1] * voltage;
      voltages[k] = steps[i + 1] * charge + steps[i + 2] * voltage;
    }
  }

  /** Component of an electrode in a vector of modes. */
  #sum(electrode: number, modal: Float64Array): number {
    const shapes = this.#shapes;
    const row = electrode * N;
    let sum = 0;
    for (let k = 0; k < N; k++) sum += shapes[row + k] * modal[k];
    return sum;
  }

  /** From now until the next recharge this electrode is also kept by itself. */
  #touch(electrode: number): void {
    if (this.#isTouched[electrode] === 1) return;
    this.#isTouched[electrode] = 1;
    this.#touched[this.#touchedCount++] = electrode;
    const shapes = this.#shapes;
    const charges = this.#charge;
    const voltages = this.#voltage;
    const row = electrode * N;
    let charge = 0;
    let voltage = 0;
    for (let k = 0; k < N; k++) {
      const shape = shapes[row + k];
      charge += shape * charges[k];
      voltage += shape * voltages[k];
    }
    this.#basePc[electrode] = charge * this.#chargeWeight[electrode];
    this.#baseUv[electrode] = voltage / this.#voltageWeight[electrode];
  }

  /** Moves what has been added to single electrodes since the last recharge into the modes. */
  #settle(): void {
    if (this.#openKept === 1 && this.#touchedCount === 0) return;
    const shapes = this.#shapes;
    const charges = this.#charge;
    const voltages = this.#voltage;
    const openKept = this.#openKept;
    for (let k = 0; k < N; k++) voltages[k] *= openKept;
    for (let i = 0; i < this.#touchedCount; i++) {
      const electrode = this.#touched[i];
      const row = electrode * N;
      const charge = this.#addedPc[electrode] / this.#chargeWeight[electrode];
      const voltage = this.#addedUv[electrode] * this.#voltageWeight[electrode];
      for (let k = 0; k < N; k++) {
        const shape = shapes[row + k];
        charges[k] += shape * charge;
        voltages[k] += shape * voltage;
      }
      this.#isTouched[electrode] = 0;
      this.#addedPc[electrode] = 0;
      this.#addedUv[electrode] = 0;
    }
    this.#touchedCount = 0;
    this.#openKept = 1;
  }

  /** Share of an interface voltage that an open double layer keeps for this long. */
  kept(durationUs: number): number {
    if (durationUs >= TABLE_US || durationUs !== Math.trunc(durationUs))
      return Math.exp(-durationUs / this.#leakUs);
    const known = this.#keptTable[durationUs];
    if (known > 0) return known;
    const kept = Math.exp(-durationUs / this.#leakUs);
    this.#keptTable[durationUs] = kept;
    return kept;
  }

  /** Time for which a constant current counts towards the interface voltage at its end, µs. */
  gainUs(durationUs: number): number {
    const ratio = durationUs / this.#leakUs;
    // 1 − exp(−ratio) loses digits where the leak is slow: take its series there.
    if (ratio < 1e-3) return durationUs * (1 - ratio * (0.5 - ratio * (1 / 6 - ratio / 24)));
    return this.#leakUs * (1 - this.kept(durationUs));
  }

  /** Offset in the cache of the 17 propagators of this duration. */
  #propagator(durationUs: number): number {
    const slot = Math.trunc(durationUs) % CACHE_SLOTS;
    const start = slot * 3 * N;
    if (this.#cacheUs[slot] === durationUs) return start;
    this.#cacheUs[slot] = durationUs;
    for (let k = 0, i = start; k < N; k++, i += 3) {
      const fast = Math.exp(-this.#fast[k] * durationUs);
      const rest = Math.exp(-this.#slow[k] * durationUs) - fast;
      this.#cache[i] = fast + rest * this.#p11[k];
      this.#cache[i + 1] = rest * this.#p12[k];
      this.#cache[i + 2] = fast + rest * this.#p22[k];
    }
    return start;
  }
}
