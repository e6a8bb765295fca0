// One area of a therapy as the oracle computes it: exact integers for rates and times, levels for an amplitude, the ramp.
// Written from the design's pages "Units and time" and "Therapy"; nothing here comes from the firmware.

import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { ELECTRODES } from './capture.ts';
import { electrodeOf } from './finding.ts';

/** A pulse is followed by at least this much recharge. */
export const PULSE_REST_US = 10;
/** Amplitudes, those of a ramp included, come in this step. */
export const AMPLITUDE_STEP_UA = 10;

/** Levels of one amplitude: first phase, and second phase where it is driven. */
export interface PulseLevels {
  readonly amplitudeUa: number;
  readonly firstUa: Int32Array;
  readonly secondUa: Int32Array;
  /** Smallest level of an electrode that is driven, µA. */
  readonly leastUa: number;
  /** Largest charge of the first phase on one electrode, pC. */
  readonly chargePc: number;
}

export class AreaPlan {
  readonly index: number;
  readonly settings: AreaSettings;
  /** ‰ of the amplitude on each of the 17 electrodes. */
  readonly fractions = new Int32Array(ELECTRODES);
  readonly rateMhz: number;
  readonly intraRateMhz: number;
  readonly burstPulses: number;
  readonly phaseUs: number;
  readonly gapUs: number;
  /** Width of the driven second phase, µs; 0: passive recharge. */
  readonly secondUs: number;
  /** Levels of the second phase are those of the first divided by this. */
  readonly ratio: number;
  readonly rampUpUs: number;
  readonly rampDownUs: number;
  /** On-time and period of cycling, µs; 0: no cycling. */
  readonly onUs: number;
  readonly periodUs: number;
  /** How long a pulse keeps the output stage: phases, gap and rest, µs. */
  readonly occupancyUs: number;
  readonly #levels = new Map<number, PulseLevels>();
  readonly #feasible = new Map<number, number>();

  constructor(index: number, settings: AreaSettings) {
    this.index = index;
    this.settings = settings;
    for (const [name, fraction] of Object.entries(settings.electrodes)) {
      const electrode = electrodeOf(name);
      if (electrode < 0) throw new RangeError(`area ${index + 1}: there is no electrode ${name}`);
      this.fractions[electrode] = fraction ?? 0;
    }
    this.rateMhz = Math.round(settings.rateHz * 1000);
    this.burstPulses = settings.burst?.pulses ?? 1;
    this.intraRateMhz = Math.round((settings.burst?.intraRateHz ?? 0) * 1000);
    this.phaseUs = settings.phaseUs;
    this.gapUs = settings.interphaseGapUs ?? 0;
    const recharge = settings.recharge;
    this.ratio = typeof recharge === 'object' ? recharge.asymmetric : 1;
    this.secondUs = recharge === 'passive' ? 0 : this.phaseUs * this.ratio;
    this.rampUpUs = (settings.rampUpMs ?? 0) * 1000;
    this.rampDownUs = (settings.rampDownMs ?? 0) * 1000;
    this.onUs = (settings.cycle?.onMs ?? 0) * 1000;
    this.periodUs = settings.cycle ? this.onUs + settings.cycle.offMs * 1000 : 0;
    this.occupancyUs = this.phaseUs + this.gapUs + this.secondUs + PULSE_REST_US;
  }

  /** Amplitude at `tUs` into the on-window for the set amplitude: the ramp floored to what the device can make. */
  valueUa(amplitudeUa: number, tUs: number): number {
    return this.feasibleUa(this.rampUa(amplitudeUa, tUs));
  }

  /** Ramp value at `tUs` into the on-window for the set amplitude, floored to 10 µA. */
  rampUa(amplitudeUa: number, tUs: number): number {
    let valueUa = amplitudeUa;
    if (this.rampUpUs > tUs) valueUa = Math.min(valueUa, (amplitudeUa * tUs) / this.rampUpUs);
    if (this.periodUs > 0 && this.rampDownUs > this.onUs - tUs) {
      valueUa = Math.min(valueUa, (amplitudeUa * Math.max(0, this.onUs - tUs)) / this.rampDownUs);
    }
    return Math.max(0, Math.floor(valueUa / AMPLITUDE_STEP_UA) * AMPLITUDE_STEP_UA);
  }

  /** Greatest amplitude not above `valueUa` that the device can make: a multiple of 10 µA whose levels divide by the ratio. */
  feasibleUa(valueUa: number): number {
    const steppedUa = Math.max(0, Math.floor(valueUa / AMPLITUDE_STEP_UA) * AMPLITUDE_STEP_UA);
    if (this.ratio === 1 || steppedUa === 0) return steppedUa;
    const known = this.#feasible.get(steppedUa);
    if (known !== undefined) return known;
    const divides = this.#share(steppedUa).every((levelUa) => levelUa % this.ratio === 0);
    const feasibleUa = divides ? steppedUa : this.feasibleUa(steppedUa - AMPLITUDE_STEP_UA);
    this.#feasible.set(steppedUa, feasibleUa);
    return feasibleUa;
  }

  levels(amplitudeUa: number): PulseLevels {
    const known = this.#levels.get(amplitudeUa);
    if (known) return known;
    const firstUa = this.#share(amplitudeUa);
    const secondUa = firstUa.map((levelUa) => (this.secondUs > 0 ? -levelUa / this.ratio : 0));
    const peakUa = firstUa.reduce((peak, levelUa) => Math.max(peak, Math.abs(levelUa)), 0);
    const driven = [...firstUa, ...secondUa].map(Math.abs).filter((levelUa) => levelUa > 0);
    const leastUa = driven.length > 0 ? Math.min(...driven) : 0;
    const levels = { amplitudeUa, firstUa, secondUa, leastUa, chargePc: peakUa * this.phaseUs };
    this.#levels.set(amplitudeUa, levels);
    return levels;
  }

  /** Number of its cathodes. */
  get cathodes(): number {
    return this.fractions.reduce((count, fraction) => count + (fraction < 0 ? 1 : 0), 0);
  }

  /** Whether a pulse of this amplitude has a level, of either phase, under `faintUa`, or none at all. */
  isFaint(amplitudeUa: number, faintUa: number): boolean {
    return amplitudeUa <= 0 || this.levels(amplitudeUa).leastUa < faintUa;
  }

  /** Largest remainder in steps of 1 µA, ties to the lowest electrode; cathodes and anodes apart. */
  #share(amplitudeUa: number): Int32Array {
    const levelsUa = new Int32Array(ELECTRODES);
    for (const sign of [-1, 1]) {
      const members = [...this.fractions.keys()].filter((e) => this.fractions[e] * sign > 0);
      const shares = members.map((electrode) => amplitudeUa * Math.abs(this.fractions[electrode]));
      let leftUa = amplitudeUa - shares.reduce((sum, share) => sum + Math.floor(share / 1000), 0);
      const order = members.map((_, i) => i).sort((a, b) => (shares[b] % 1000) - (shares[a] % 1000) || a - b);
      for (const i of order) {
        levelsUa[members[i]] = sign * (Math.floor(shares[i] / 1000) + (leftUa > 0 ? 1 : 0));
        leftUa--;
      }
    }
    return levelsUa;
  }
}

/** The areas of a therapy. Throws a RangeError for a therapy that cannot be planned. */
export function planTherapy(therapy: Therapy): AreaPlan[] {
  if (therapy.areas.length === 0) throw new RangeError('the therapy has no area');
  return therapy.areas.map((settings, index) => new AreaPlan(index, settings));
}
