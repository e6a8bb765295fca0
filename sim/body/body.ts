// The patient and the leads as an electrical network: where the output stage's currents really go.
// Deterministic: the same options and calls give the same charges. Nothing here decides about output.

import { CASE, ELECTRODES } from '../../firmware/profile.ts';
import { Battery } from './battery.ts';
import { ChargeGuard } from './charge-guard.ts';
import { Modes } from './modes.ts';
import { impedance, rechargeConductance, type Short } from './network.ts';
import type { BodyOptions } from './options.ts';
import { Peaks } from './peaks.ts';
import { Sources } from './sources.ts';

const SHORT_OHM = 1;
const UV_PER_MV = 1000;

/** What the output stage's converter would see of an electrode. */
export interface Sample {
  /** True current of the electrode, µA; positive is anodic. */
  readonly currentUa: number;
  /** Highest minus lowest terminal of the driven electrodes, mV, signed like the sampled electrode's level. */
  readonly driveMv: number;
}

export class Body {
  readonly options: BodyOptions;
  /** What each electrode has really seen; see Peaks. */
  readonly peaks: Peaks = new Peaks();
  /** Temperature at the surface of the implant, m°C. */
  temperatureMc: number;
  #modes: Modes;
  #ends: Float64Array;
  #battery: Battery;
  readonly #broken = new Uint8Array(ELECTRODES);
  #shorts: Short[] = [];
  #nowUs = 0;
  readonly #truePc = new Float64Array(ELECTRODES);
  #truePcFresh = false;
  readonly #sources: Sources;
  readonly #guard: ChargeGuard | null;
  /** The drive whose currents have been found and whose charge has not been moved; −1: none. */
  #begunUs = -1;
  #begunLevelsUa: Int32Array | null = null;
  #begunCase = false;

  /** `hasGuard`: the board that drives it has a charge guard. */
  constructor(options: BodyOptions, hasGuard = false) {
    this.options = options;
    this.temperatureMc = options.temperatureMc;
    this.#sources = new Sources(options);
    this.#guard = hasGuard ? new ChargeGuard(options.blockingUf, options.capacitanceScale) : null;
    this.#battery = new Battery(options.batteryMv);
    this.#ends = impedance(options.tissue, []);
    this.#modes = new Modes(options, rechargeConductance(this.#ends, options.rechargeOhm, this.#broken));
  }

  /**
   * Drives for durationUs with levels in µA as the stage's converters are set: contacts 0–15, the case at 16.
   * Each source gives its level × (1 + its error in that polarity). With the case enabled, the case carries minus their
   * sum. Without it nothing else can: every path into the tissue is a source behind a capacitor, so the sources of the
   * stronger polarity are throttled by their balancing loop until the sum is zero, all by the same share.
   * Where the terminals would be further apart than the compliance voltage in the middle of the segment, all currents
   * of the segment are reduced by the share that makes them fit. With a charge guard the drive ends where the guard cuts it.
   * Returns µs that it lasted.
   */
  drive(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean = levelsUa[CASE] !== 0): number {
    if (levelsUa !== this.#begunLevelsUa || durationUs !== this.#begunUs || caseEnabled !== this.#begunCase)
      this.#find(levelsUa, durationUs, caseEnabled);
    this.#begunUs = -1;
    const { driven, currentsUa, chargesPc, count } = this.#sources;
    const drivenUs = this.#allowedUs(durationUs);
    const endUs = this.#nowUs + drivenUs;
    let outputPc = 0;
    for (let i = 0; i < count; i++) {
      const movedPc = currentsUa[i] * drivenUs;
      if (movedPc > 0) outputPc += movedPc;
      this.peaks.note(driven[i], this.#nowUs, endUs, movedPc, chargesPc[i] + movedPc);
    }
    this.#modes.drive(driven, currentsUa, count, drivenUs);
    this.#truePcFresh = false;
    this.#pass(drivenUs, outputPc);
    return drivenUs;
  }

  /**
   * A drive has begun and its middle is past: from now on `sample` tells of it, though no charge of it has been moved.
   * `drive` follows when it is over, with what was left of it; levelsUa must not change until then. Returns µs that it will
   * last at most.
   */
  begin(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean): number {
    this.#find(levelsUa, durationUs, caseEnabled);
    this.#begunLevelsUa = levelsUa;
    this.#begunUs = durationUs;
    this.#begunCase = caseEnabled;
    return this.#allowedUs(durationUs);
  }

  /** Passive recharge: all 17 electrodes shorted together through equal resistors and their blocking capacitors. */
  recharge(durationUs: number): void {
    this.#begunUs = -1;
    this.#truePcFresh = false;
    this.#modes.recharge(durationUs);
    this.#pass(durationUs, 0);
  }

  /** All electrodes open: no current, the charges stay. */
  hold(durationUs: number): void {
    this.#begunUs = -1;
    this.#modes.hold(durationUs);
    this.#pass(durationUs, 0);
  }

  /** An electrode as sampled in the middle of the most recent drive(). A source that cannot drive stands at its rail. */
  sample(electrode: number): Sample {
    const { driven, currentsUa, count, spanMv } = this.#sources;
    let currentUa = 0;
    for (let i = 0; i < count; i++) {
      if (driven[i] === electrode) currentUa = currentsUa[i];
    }
    return { currentUa, driveMv: this.#sources.levelUa(electrode) < 0 ? -spanMv : spanMv };
  }

  /** Whether the most recent drive() was limited by the compliance voltage. */
  get saturated(): boolean {
    return this.#sources.saturated;
  }

  /** True charge of each electrode, pC: all that has passed it and not come back, which lies on its capacitor. */
  get truePc(): Float64Array {
    if (!this.#truePcFresh) {
      for (let e = 0; e < ELECTRODES; e++) this.#truePc[e] = this.#modes.chargePc(e);
      this.#truePcFresh = true;
    }
    return this.#truePc;
  }

  /** Voltage on the double layer of an electrode, mV: what corrosion depends on. */
  interfaceMv(electrode: number): number {
    return this.#modes.interfaceUv(electrode) / UV_PER_MV;
  }

  get batteryMv(): number {
    return this.#battery.mv;
  }

  set batteryMv(millivolts: number) {
    this.#battery.mv = millivolts;
  }

  /** The lead of an electrode breaks: it carries no current any more, in no state. */
  breakLead(electrode: number): void {
    this.#broken[checked(electrode)] = 1;
    this.#rebuild();
  }

  /**
   * The leads of two electrodes touch, 1 Ω, where they enter the tissue's side of both interfaces.
   * Sources still drive what they are set to; the voltage between the two falls to that of their capacitors.
   */
  shortLeads(a: number, b: number): void {
    if (checked(a) === checked(b)) throw new RangeError(`electrode ${a} cannot be shorted to itself`);
    this.#shorts.push({ a, b, ohm: SHORT_OHM });
    this.#rebuild();
  }

  /** Back to the body of the options: no charge, no faults, no peaks. */
  reset(): void {
    this.#broken.fill(0);
    this.#shorts = [];
    this.#battery = new Battery(this.options.batteryMv);
    this.temperatureMc = this.options.temperatureMc;
    this.#ends = impedance(this.options.tissue, []);
    this.#modes = new Modes(
      this.options,
      rechargeConductance(this.#ends, this.options.rechargeOhm, this.#broken),
    );
    this.#truePcFresh = false;
    this.#begunUs = -1;
    this.#sources.reset();
    // Whatever was counted before lies a rest in the past now.
    this.#nowUs += 1e6;
    this.peaks.reset();
  }

  /** True currents of a drive and the voltages in its middle. */
  #find(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean): void {
    this.#sources.set(levelsUa, caseEnabled, this.#broken);
    this.#sources.fitCompliance(this.#modes, this.#ends, durationUs);
  }

  /** µs of the drive whose currents have been found until the guard cuts it; durationUs where it does not. */
  #allowedUs(durationUs: number): number {
    return this.#guard?.allowedUs(this.#sources, this.peaks, this.#nowUs, durationUs) ?? durationUs;
  }

  #pass(durationUs: number, outputPc: number): void {
    this.#nowUs += durationUs;
    this.#battery.draw(durationUs, outputPc, this.options.complianceMv);
  }

  /** A fault has changed the network: new modes with the old charges. */
  #rebuild(): void {
    const before = this.#modes;
    this.#begunUs = -1;
    this.#ends = impedance(this.options.tissue, this.#shorts);
    this.#modes = new Modes(
      this.options,
      rechargeConductance(this.#ends, this.options.rechargeOhm, this.#broken),
    );
    for (let e = 0; e < ELECTRODES; e++) this.#modes.add(e, before.chargePc(e), before.interfaceUv(e));
    this.#truePcFresh = false;
  }
}

function checked(electrode: number): number {
  if (Number.isInteger(electrode) && electrode >= 0 && electrode < ELECTRODES) return electrode;
  throw new RangeError(`there is no electrode ${electrode}: 0–${CASE}, ${CASE} is the case`);
}
