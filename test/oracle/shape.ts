// Judges one pulse that was seen against the one that was due: widths, gap, levels of each electrode, balance.

import { ELECTRODES } from './capture.ts';
import { electrodeName, type FindingList, nc, us } from './finding.ts';
import type { Terms } from './options.ts';
import type { AreaPlan, PulseLevels } from './plan.ts';
import type { SeenPulse } from './pulse.ts';
import type { DuePulse } from './schedule.ts';

/** Largest net charge over the electrodes: phases times levels as they were seen, signed, pC. */
export function netChargePc(pulse: SeenPulse): number {
  const firstUs = (pulse.firstEndNs - pulse.onsetNs) / 1000;
  const secondUs = pulse.hasSecond ? (pulse.secondEndNs - pulse.secondStartNs) / 1000 : 0;
  let worstPc = 0;
  for (let e = 0; e < ELECTRODES; e++) {
    let netPc = pulse.firstUa[e] * firstUs;
    if (pulse.hasSecond) netPc += pulse.secondUa[e] * secondUs;
    if (Math.abs(netPc) > Math.abs(worstPc)) worstPc = netPc;
  }
  return Math.abs(worstPc) < 1e-6 ? 0 : worstPc;
}

export class ShapeJudge {
  readonly #findings: FindingList;
  readonly #terms: Terms;

  constructor(findings: FindingList, terms: Terms) {
    this.#findings = findings;
    this.#terms = terms;
  }

  /** Widths, gap, second phase and its levels. The levels of the first phase are the caller's, which knows the ramp. */
  judge(pulse: SeenPulse, due: DuePulse, levels: PulseLevels): void {
    const { area } = due;
    const what = `area ${area.index + 1}`;
    this.#width('phase-width', pulse.onsetNs, pulse.firstEndNs, area.phaseUs, `${what}: first phase`);
    if (area.secondUs > 0) this.#second(pulse, due, levels, what);
    else {
      this.#gap(
        pulse,
        area.gapUs,
        what,
        pulse.gapState === 'unknown' || (!pulse.hasSecond && area.gapUs === 0),
      );
      if (pulse.hasSecond) {
        this.#findings.add(
          'recharge-extra',
          pulse.secondStartNs,
          () => `${what}: a second phase is driven; passive recharge expected`,
        );
      }
    }
  }

  /** Whether widths, gap and the second phase, its levels included, are those of the area. A cut pulse fits any. */
  fits(pulse: SeenPulse, area: AreaPlan): boolean {
    if (pulse.cut) return true;
    const lasts = (timeNs: number, timeUs: number) =>
      Math.abs(timeNs - timeUs * 1000) <= this.#allowedNs(timeUs);
    if (!lasts(pulse.firstEndNs - pulse.onsetNs, area.phaseUs)) return false;
    if (pulse.hasSecond !== area.secondUs > 0) return false;
    if (!pulse.hasSecond) return pulse.gapState === 'unknown' || lasts(pulse.gapNs, area.gapUs);
    if (!lasts(pulse.gapNs, area.gapUs)) return false;
    if (!lasts(pulse.secondEndNs - pulse.secondStartNs, area.secondUs)) return false;
    return this.firstWrong(pulse.secondUa, area.levels(pulse.amplitudeUa()).secondUa) < 0;
  }

  /** Index of the first electrode whose level is not the expected one, or −1. */
  firstWrong(seenUa: Int32Array, expectedUa: Int32Array): number {
    const { hasLevels, levelToleranceUa } = this.#terms;
    for (let e = 0; e < ELECTRODES; e++) {
      if (seenUa[e] === expectedUa[e]) continue;
      if (
        hasLevels
          ? Math.abs(seenUa[e] - expectedUa[e]) > levelToleranceUa
          : seenUa[e] !== Math.sign(expectedUa[e])
      ) {
        return e;
      }
    }
    return -1;
  }

  #second(pulse: SeenPulse, due: DuePulse, levels: PulseLevels, what: string): void {
    const { area } = due;
    if (!pulse.hasSecond) {
      const message = () => `${what}: no driven second phase; ${area.secondUs} µs expected`;
      this.#findings.add('recharge-missing', pulse.firstEndNs, message);
      this.#balance(pulse, area, what);
      return;
    }
    this.#gap(pulse, area.gapUs, what, false);
    this.#width(
      'recharge-width',
      pulse.secondStartNs,
      pulse.secondEndNs,
      area.secondUs,
      `${what}: second phase`,
    );
    const wrong = this.firstWrong(pulse.secondUa, levels.secondUa);
    if (wrong >= 0) {
      this.#findings.add(
        'recharge-level',
        pulse.secondStartNs,
        () =>
          `${what}: ${electrodeName(wrong)} at ${pulse.secondUa[wrong]} µA in the second phase; ${levels.secondUa[wrong]} µA expected`,
        wrong,
      );
    }
    this.#balance(pulse, area, what);
  }

  /** Allowed error of a time, where the clocks may differ. */
  #allowedNs(timeUs: number): number {
    return this.#terms.toleranceNs + (this.#terms.clockPpm / 1e3) * timeUs;
  }

  #width(
    rule: 'phase-width' | 'recharge-width',
    startNs: number,
    endNs: number,
    widthUs: number,
    what: string,
  ): void {
    const widthNs = endNs - startNs;
    if (Math.abs(widthNs - widthUs * 1000) <= this.#allowedNs(widthUs)) return;
    this.#findings.add(rule, startNs, () => `${what} lasts ${us(widthNs)}; ${widthUs} µs expected`);
  }

  #gap(pulse: SeenPulse, gapUs: number, what: string, unseen: boolean): void {
    if (unseen) return;
    if (Math.abs(pulse.gapNs - gapUs * 1000) > this.#allowedNs(gapUs)) {
      const message = () => `${what}: interphase gap of ${us(pulse.gapNs)}; ${gapUs} µs expected`;
      this.#findings.add('gap', pulse.firstEndNs, message);
    }
  }

  /** An actively balanced pulse leaves exactly nothing; finite resolution of edges and levels allows what it must. */
  #balance(pulse: SeenPulse, area: AreaPlan, what: string): void {
    const { hasLevels, toleranceNs, levelToleranceUa } = this.#terms;
    if (!hasLevels) return;
    const netPc = netChargePc(pulse);
    if (netPc === 0) return;
    const firstUs = (pulse.firstEndNs - pulse.onsetNs) / 1000;
    const secondUs = (pulse.secondEndNs - pulse.secondStartNs) / 1000;
    const drivenUs = firstUs + (pulse.hasSecond ? secondUs : 0);
    const exact = Math.abs(firstUs - area.phaseUs) < 1e-5 && Math.abs(secondUs - area.secondUs) < 1e-5;
    const edgesPc = exact ? 0 : (toleranceNs / 1000) * 2 * peakUa(pulse);
    const allowedPc = edgesPc + levelToleranceUa * drivenUs;
    if (Math.abs(netPc) <= allowedPc) return;
    this.#findings.add(
      'balance',
      pulse.onsetNs,
      () => `${what}: net charge of ${nc(netPc)} on an electrode; 0 nC expected`,
    );
  }
}

function peakUa(pulse: SeenPulse): number {
  let peak = 0;
  for (let e = 0; e < ELECTRODES; e++) peak = Math.max(peak, Math.abs(pulse.firstUa[e]));
  return peak;
}
