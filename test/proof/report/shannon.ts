// Shannon's line, as Shannon 1992 gives it, and the contact that the profile is made for. A model drawn from published
// damage data: it says where damage has been seen, and may never be read as a promise that below it there is none.

import { CONTACT_CM2 } from '../../../sim/body/options.ts';
import { PHASE_PC_MAX, PHASE_PC_SET_DEFAULT, UNRECOVERED_PC_MAX } from '../limits.ts';

/** The k that are drawn: Shannon's own, Cogan's, and where damage has been observed. */
export const SHANNON_K = [1.5, 1.85, 2.0] as const;
/** Lines of constant density, µC/cm²: the ceiling of deep brain stimulation and the bound of unrecovered charge. */
export const CEILINGS_UC_PER_CM2 = [30, 40] as const;

const PC_PER_UC = 1e6;

/** Density in µC/cm² on the line of k at a charge per phase in µC: log10 D = k − log10 Q. */
export function shannonDensity(k: number, chargeUc: number): number {
  return 10 ** k / chargeUc;
}

/** k of a charge in µC at a density in µC/cm². */
export function shannonK(chargeUc: number, densityUcPerCm2: number): number {
  return Math.log10(chargeUc * densityUcPerCm2);
}

/** The greatest charge in µC on an area in cm² that keeps k: Q² = A·10^k. */
export function shannonCharge(k: number, areaCm2: number): number {
  return Math.sqrt(areaCm2 * 10 ** k);
}

/** Density in µC/cm² of a charge in µC on the profile's contact. */
export function contactDensity(chargeUc: number): number {
  return chargeUc / CONTACT_CM2;
}

/** A charge of the profile's contact that the plot marks. */
export interface ContactMark {
  readonly chargeUc: number;
  readonly name: string;
  /** An enforced phase limit; the other is only the reach of a ceiling. */
  readonly isLimit: boolean;
}

/** The phase limits of the profile, and what 30 µC/cm² would be on the same contact. */
export const CONTACT_MARKS: readonly ContactMark[] = [
  { chargeUc: PHASE_PC_SET_DEFAULT / PC_PER_UC, name: 'set limit at boot', isLimit: true },
  { chargeUc: PHASE_PC_MAX / PC_PER_UC, name: 'hard limit', isLimit: true },
  { chargeUc: CEILINGS_UC_PER_CM2[0] * CONTACT_CM2, name: 'ceiling of 30 µC/cm²', isLimit: false },
];

/** Unrecovered charge (L5) as a density, µC/cm²: not a phase, so not on the contact's line. */
export const UNRECOVERED_UC_PER_CM2 = contactDensity(UNRECOVERED_PC_MAX / PC_PER_UC);
export { CONTACT_CM2 };
