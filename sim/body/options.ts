// What a body is made of, and how one is drawn from a seed. Values that no document could be found for are parameters of
// the model and nothing more: blocking capacitor and access resistance are typical, the tissue is not anybody's.

import { CASE, CONTACTS, ELECTRODES } from '../../firmware/profile.ts';
import { type Draw, draw } from './draw.ts';
import { impedance, modesOf, pairOhm, rechargeConductance, type Tissue } from './network.ts';

/** Area of a contact, cm² (12.7 mm²; background). */
export const CONTACT_CM2 = 0.127;
/** Effective double-layer capacitance of Pt, µF/cm² (Merrill 2005; derived). */
export const DOUBLE_LAYER_UF_PER_CM2 = 250;
/** Blocking capacitor of each electrode, µF. */
export const BLOCKING_UF = 4.7;
/** The slowest discharge that the design allows: 2 kΩ × 4.7 µF × ln 2. */
export const HALF_LIFE_US_MAX = 6516;
/** Range of the resistance between any two electrodes, Ω (background). */
export const PAIR_OHM_MIN = 200;
export const PAIR_OHM_MAX = 2000;
/** Accuracy of each current source in each polarity (Sit & Sarpeshkar 2007: 1–2 % typical). */
export const ACCURACY_MAX = 0.02;
/** Tolerance of each electrode's capacitances (background). */
export const CAPACITANCE_TOLERANCE = 0.05;

export interface BodyOptions {
  readonly seed: number;
  readonly tissue: Tissue;
  /** Relative error of each of the 17 sources; the case's is not used, it carries what is left over. */
  readonly cathodicError: readonly number[];
  readonly anodicError: readonly number[];
  /** Blocking capacitor and double layer of an electrode of scale 1, µF. */
  readonly blockingUf: number;
  readonly doubleLayerUf: number;
  /** By how much the capacitances of each of the 17 electrodes are larger than that. */
  readonly capacitanceScale: readonly number[];
  /** Charge-transfer resistance of an electrode of scale 1, Ω; Infinity: an ideally polarisable electrode. */
  readonly chargeTransferOhm: number;
  /** Resistor in series with each electrode in passive recharge, Ω. */
  readonly rechargeOhm: number;
  /** What the output stage can drive, mV. */
  readonly complianceMv: number;
  readonly batteryMv: number;
  readonly temperatureMc: number;
}

/**
 * The options of the body with this seed, with some of them replaced.
 * Sources are uniform within ±2 %; networks have every pair of electrodes within 200–2000 Ω and every mode of passive
 * recharge at a half-life of at most 6516 µs. The second does not follow from the first: with two leads in tissue that
 * conducts badly, eight contacts against eight see four times the resistance that one pair of them shows.
 */
export function bodyOptions(seed: number, overrides: Partial<Omit<BodyOptions, 'seed'>> = {}): BodyOptions {
  const source = draw(seed);
  const errors = (): number[] => electrodes(() => source.uniform(-ACCURACY_MAX, ACCURACY_MAX));
  const cathodicError = errors();
  const anodicError = errors();
  const capacitanceScale = electrodes(
    () => 1 + source.uniform(-CAPACITANCE_TOLERANCE, CAPACITANCE_TOLERANCE),
  );
  const chargeTransferOhm = source.logUniform(200_000, 2_000_000);
  const rest: Omit<BodyOptions, 'tissue'> = {
    seed,
    cathodicError,
    anodicError,
    blockingUf: BLOCKING_UF,
    doubleLayerUf: DOUBLE_LAYER_UF_PER_CM2 * CONTACT_CM2,
    capacitanceScale,
    chargeTransferOhm,
    rechargeOhm: 500,
    complianceMv: 12000,
    batteryMv: 3900,
    temperatureMc: 37000,
    ...overrides,
  };
  const tissue =
    overrides.tissue ?? drawTissue(source, (candidate) => isPermitted({ ...rest, tissue: candidate }));
  return { ...rest, tissue };
}

/** Half-life of the slowest mode of passive recharge, µs, with nothing broken and the electrodes ideally polarisable. */
export function slowestHalfLifeUs(options: BodyOptions): number {
  const closed = new Uint8Array(ELECTRODES);
  const conductance = rechargeConductance(impedance(options.tissue, []), options.rechargeOhm, closed);
  const siemens = modesOf(conductance, options.capacitanceScale).values.toSorted();
  // The smallest is the mode in which all electrodes move together, which Kirchhoff forbids.
  return (seriesUf(options) * Math.LN2) / siemens[1];
}

/** Blocking capacitor and double layer in series, µF, of an electrode of scale 1. */
export function seriesUf(options: BodyOptions): number {
  return 1 / (1 / options.blockingUf + 1 / options.doubleLayerUf);
}

function isPermitted(options: BodyOptions): boolean {
  const ends = impedance(options.tissue, []);
  for (let a = 0; a < ELECTRODES; a++) {
    for (let b = 0; b < a; b++) {
      const ohm = pairOhm(ends, a, b);
      if (ohm < PAIR_OHM_MIN || ohm > PAIR_OHM_MAX) return false;
    }
  }
  return slowestHalfLifeUs(options) <= HALF_LIFE_US_MAX; // REQ-SIM-103
}

const TRIES_MAX = 1000;

function drawTissue(source: Draw, permitted: (tissue: Tissue) => boolean): Tissue {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const tissue = drawAnyTissue(source);
    if (permitted(tissue)) return tissue;
  }
  throw new RangeError(
    'no resistance network within the permitted ranges was found: are the overrides physical?',
  );
}

/** One candidate: about `ohm` from each contact to its neighbourhood, of which a part is access resistance. */
function drawAnyTissue(source: Draw): Tissue {
  const ohm = source.logUniform(120, 900);
  const spread = source.uniform(1.05, 2);
  const accessShare = source.uniform(0.1, 0.6);
  const total = electrodes((e) =>
    e === CASE ? source.uniform(0.1, 0.6) * ohm : ohm * source.logUniform(1 / spread, spread),
  );
  const neighbours = source.logUniform(1, 20);
  const far = source.logUniform(0.02, 0.4);
  return {
    accessOhm: total.map((value) => value * accessShare),
    spreadOhm: total.map((value) => value * (1 - accessShare)),
    neighbourOhm: Array.from({ length: CONTACTS }, () => ohm * neighbours * source.uniform(0.7, 1.3)),
    farOhm: [0, 1].map(() => ohm * far * source.uniform(0.7, 1.3)),
  };
}

function electrodes(value: (electrode: number) => number): number[] {
  return Array.from({ length: ELECTRODES }, (_, e) => value(e));
}
