// The resistances between the electrodes: tissue, access and the recharge switches, as one passive network.
// It turns them into the two matrices that a body runs on and into the figures that an engineer would measure.

import { CASE, CONTACTS, ELECTRODES } from '../../firmware/profile.ts';
import { type Eigen, eigen, inverse } from './linear.ts';

/** Resistances of tissue and leads, Ω. Contact e lies in neighbourhood floor(e / 8), one to a lead. */
export interface Tissue {
  /** Access resistance of each of the 17 electrodes: lead wire and interface, in series. */
  readonly accessOhm: readonly number[];
  /** From each of the 16 contacts to the common node of its neighbourhood, and of the case to the far node. */
  readonly spreadOhm: readonly number[];
  /** Between contacts e and e + 1 of the same lead; 16 entries, those of 7 and 15 unused. */
  readonly neighbourOhm: readonly number[];
  /** From the common node of each neighbourhood to the far node. */
  readonly farOhm: readonly number[];
}

/** A short circuit between two leads: electrodes and resistance. */
export interface Short {
  readonly a: number;
  readonly b: number;
  readonly ohm: number;
}

const LEAD_CONTACTS = 8;
// Nodes: 0–16 the ends of the leads, 17–33 the surfaces of the electrodes, then the neighbourhoods and the far node.
const SURFACE = ELECTRODES;
const COMMON = 2 * ELECTRODES;
const FAR = COMMON + CONTACTS / LEAD_CONTACTS;
const NODES = FAR; // the far node is the reference and has no row

/**
 * Impedance matrix of the leads' ends against the far node, Ω, row-major 17 × 17: voltages for any currents.
 * Only differences of voltages for currents that sum to zero are physical; the reference cancels in them.
 */
export function impedance(tissue: Tissue, shorts: readonly Short[]): Float64Array {
  const laplacian = new Float64Array(NODES * NODES);
  const join = (a: number, b: number, ohm: number): void => {
    const siemens = 1 / ohm;
    if (a !== FAR) laplacian[a * NODES + a] += siemens;
    if (b !== FAR) laplacian[b * NODES + b] += siemens;
    if (a === FAR || b === FAR) return;
    laplacian[a * NODES + b] -= siemens;
    laplacian[b * NODES + a] -= siemens;
  };
  for (let e = 0; e < ELECTRODES; e++) {
    join(e, SURFACE + e, tissue.accessOhm[e]);
    const lead = Math.floor(e / LEAD_CONTACTS);
    join(SURFACE + e, e === CASE ? FAR : COMMON + lead, tissue.spreadOhm[e]);
    if (e < CASE && (e + 1) % LEAD_CONTACTS > 0) join(SURFACE + e, SURFACE + e + 1, tissue.neighbourOhm[e]);
  }
  tissue.farOhm.forEach((ohm, lead) => {
    join(COMMON + lead, FAR, ohm);
  });
  for (const short of shorts) join(short.a, short.b, short.ohm);
  const all = inverse(laplacian, NODES);
  const ends = new Float64Array(ELECTRODES * ELECTRODES);
  for (let a = 0; a < ELECTRODES; a++) {
    for (let b = 0; b < ELECTRODES; b++) ends[a * ELECTRODES + b] = all[a * NODES + b];
  }
  return ends;
}

/** Resistance between two electrodes with the others open, Ω: what an impedance measurement would find at its onset. */
export function pairOhm(ends: Float64Array, a: number, b: number): number {
  return ends[a * ELECTRODES + a] + ends[b * ELECTRODES + b] - 2 * ends[a * ELECTRODES + b];
}

/**
 * Conductance matrix of passive recharge, S, row-major 17 × 17: with all electrodes that are not broken shorted through
 * `rechargeOhm` each, the current into electrode a's capacitors is minus the sum of conductance[a][b] × their voltages.
 * Symmetric, its rows sum to zero, rows of broken electrodes are zero.
 */
export function rechargeConductance(
  ends: Float64Array,
  rechargeOhm: number,
  broken: Uint8Array,
): Float64Array {
  const joined = Array.from(broken.keys()).filter((e) => broken[e] === 0);
  const n = joined.length;
  const conductance = new Float64Array(ELECTRODES * ELECTRODES);
  if (n < 2) return conductance;
  const loop = new Float64Array(n * n);
  joined.forEach((a, row) => {
    joined.forEach((b, column) => {
      loop[row * n + column] = ends[a * ELECTRODES + b] + (a === b ? rechargeOhm : 0);
    });
  });
  const open = inverse(loop, n);
  const rowSums = joined.map((_, row) => joined.reduce((sum, _b, column) => sum + open[row * n + column], 0));
  const total = rowSums.reduce((sum, value) => sum + value, 0);
  // The common bus floats: its voltage is whatever makes the currents sum to zero.
  joined.forEach((a, row) => {
    joined.forEach((b, column) => {
      conductance[a * ELECTRODES + b] = open[row * n + column] - (rowSums[row] * rowSums[column]) / total;
    });
  });
  return conductance;
}

/** Conductances of the network's independent modes, S, and their shapes over electrodes weighted by √capacitance. */
export function modesOf(conductance: Float64Array, capacitanceScale: readonly number[]): Eigen {
  const weighted = new Float64Array(ELECTRODES * ELECTRODES);
  for (let a = 0; a < ELECTRODES; a++) {
    for (let b = 0; b < ELECTRODES; b++) {
      const scale = Math.sqrt(capacitanceScale[a] * capacitanceScale[b]);
      weighted[a * ELECTRODES + b] = conductance[a * ELECTRODES + b] / scale;
    }
  }
  return eigen(weighted, ELECTRODES);
}
