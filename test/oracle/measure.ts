// What was measured of each area, beside what was programmed.

import type { AreaPlan } from './plan.ts';
import type { SeenPulse } from './pulse.ts';
import type { DuePulse } from './schedule.ts';
import { netChargePc } from './shape.ts';

/** Quantities of a pulse train. `null`: the capture cannot show it, or no pulse was seen. */
export interface Quantities {
  /** Rate of pulses, or of bursts, Hz. */
  readonly rateHz: number | null;
  /** Width of the first phase, µs. */
  readonly phaseUs: number | null;
  /** Interphase gap, µs. */
  readonly gapUs: number | null;
  /** Sum over the cathodes, µA. */
  readonly amplitudeUa: number | null;
  /** Charge of the first phase on the electrode that carries most of it, pC. */
  readonly chargePerPhasePc: number | null;
}

export interface AreaMeasure {
  /** Index of the area. */
  readonly area: number;
  readonly name?: string;
  /** Pulses delivered. */
  readonly pulses: number;
  readonly programmed: Quantities;
  /** Rate: mean. Width and gap: of the pulse that is furthest from the programmed one. Amplitude and charge: largest. */
  readonly measured: Quantities;
  /** Net charge of the worst pulse on its worst electrode, signed, pC. For passive recharge that is the whole phase. */
  readonly netChargePc: number | null;
  /** Largest distance from the ideal onset plus the delay that the interleave makes, ns. */
  readonly onsetErrorNsMax: number;
  /** Largest delay from the ideal onset, µs. */
  readonly delayUsMax: number;
}

/** Sums over the pulses of one area. */
export class AreaMeter {
  readonly #area: AreaPlan;
  readonly #hasLevels: boolean;
  #pulses = 0;
  #bursts = 0;
  #burstsNs = 0;
  #lastBurst = -1;
  #lastWindow = -1;
  #lastOnsetNs = 0;
  #phaseUs: number | null = null;
  #gapUs: number | null = null;
  #amplitudeUa = 0;
  #chargePc = 0;
  #netPc = 0;
  #errorNsMax = 0;
  #delayNsMax = 0;

  constructor(area: AreaPlan, hasLevels: boolean) {
    this.#area = area;
    this.#hasLevels = hasLevels;
  }

  get pulses(): number {
    return this.#pulses;
  }

  /** Forgets the last onset: a new run begins. */
  newRun(): void {
    this.#lastBurst = -1;
  }

  add(pulse: SeenPulse, due: DuePulse, errorNs: number, delayNs: number): void {
    this.#pulses++;
    this.#errorNsMax = Math.max(this.#errorNsMax, Math.abs(errorNs));
    this.#delayNsMax = Math.max(this.#delayNsMax, delayNs);
    if (due.inBurst === 0) this.#rate(pulse.onsetNs - (due.onsetUs - due.idealUs) * 1000, due);
    if (pulse.cut) return;
    const phaseUs = (pulse.firstEndNs - pulse.onsetNs) / 1000;
    this.#phaseUs = further(this.#phaseUs, phaseUs, this.#area.phaseUs);
    const gapSeen =
      pulse.hasSecond || (pulse.gapState === 'open' && (this.#area.gapUs > 0 || pulse.gapNs > 0));
    if (gapSeen) this.#gapUs = further(this.#gapUs, pulse.gapNs / 1000, this.#area.gapUs);
    if (!this.#hasLevels) return;
    let peakUa = 0;
    let sumUa = 0;
    for (const levelUa of pulse.firstUa) {
      if (levelUa < 0) sumUa -= levelUa;
      peakUa = Math.max(peakUa, Math.abs(levelUa));
    }
    this.#amplitudeUa = Math.max(this.#amplitudeUa, sumUa);
    this.#chargePc = Math.max(this.#chargePc, peakUa * phaseUs);
    const netPc = netChargePc(pulse);
    if (Math.abs(netPc) > Math.abs(this.#netPc)) this.#netPc = netPc;
  }

  result(): AreaMeasure {
    const { index, settings, phaseUs, gapUs, rateMhz } = this.#area;
    const { amplitudeUa } = settings;
    const chargePerPhasePc = this.#area.levels(amplitudeUa).chargePc;
    const levelsSeen = this.#hasLevels && this.#pulses > 0;
    const measured: Quantities = {
      rateHz: this.#burstsNs > 0 ? (this.#bursts * 1e9) / this.#burstsNs : null,
      phaseUs: this.#phaseUs,
      gapUs: this.#gapUs,
      amplitudeUa: levelsSeen ? this.#amplitudeUa : null,
      chargePerPhasePc: levelsSeen ? this.#chargePc : null,
    };
    return {
      area: index,
      ...(settings.name === undefined ? {} : { name: settings.name }),
      pulses: this.#pulses,
      programmed: { rateHz: rateMhz / 1000, phaseUs, gapUs, amplitudeUa, chargePerPhasePc },
      measured,
      netChargePc: levelsSeen ? this.#netPc : null,
      onsetErrorNsMax: this.#errorNsMax,
      delayUsMax: this.#delayNsMax / 1000,
    };
  }

  #rate(onsetNs: number, due: DuePulse): void {
    if (this.#lastBurst >= 0 && this.#lastWindow === due.window) {
      this.#bursts += due.burst - this.#lastBurst;
      this.#burstsNs += onsetNs - this.#lastOnsetNs;
    }
    this.#lastBurst = due.burst;
    this.#lastWindow = due.window;
    this.#lastOnsetNs = onsetNs;
  }
}

/** Of two measured values the one further from the programmed one. */
function further(seen: number | null, value: number, programmed: number): number {
  return seen !== null && Math.abs(seen - programmed) >= Math.abs(value - programmed) ? seen : value;
}
