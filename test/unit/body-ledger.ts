// The law's ledger, written down plainly from the design for tests of the body: what the interlock is to believe of each
// electrode's charge (L4, L5). Written from the design's words, not from the firmware, in floating point.

export const ELECTRODES = 17;
export const CASE = 16;
const HALF_LIFE_US = 7200;
const UNRECOVERED_PC_MAX = 5_080_000;
const PHASE_PC_MAX = 2_998_000;
const PHASE_REST_US = 800;
const ARMED_DOUBT_PC = 10_000;

/**
 * What is done with the sign of an account in recharge.
 * `signed`: the words of L5; account and doubt shrink by the credit, the account keeps its sign.
 * `interval`: the true charge is somewhere between nothing and what the credit leaves, so half of that bound becomes
 * account and half doubt; |account| + doubt is the same number, but a later reversal finds no charge to cancel.
 */
export type Reading = 'signed' | 'interval';

export class Ledger {
  readonly accountPc = new Float64Array(ELECTRODES);
  readonly doubtPc = new Float64Array(ELECTRODES).fill(ARMED_DOUBT_PC);
  readonly #sPc = new Float64Array(ELECTRODES);
  readonly #leastPc = new Float64Array(ELECTRODES);
  readonly #greatestPc = new Float64Array(ELECTRODES);
  readonly #zeroUs = new Float64Array(ELECTRODES).fill(PHASE_REST_US);
  readonly #reading: Reading;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  /** |account| + doubt: what the law takes for the largest possible charge. */
  boundPc(electrode: number): number {
    return Math.abs(this.accountPc[electrode]) + this.doubtPc[electrode];
  }

  /** Releases the segment if L4 and L5 allow it, else changes nothing. */
  drive(levelsUa: Int32Array, durationUs: number, caseEnabled: boolean): boolean {
    const sumUa = levelsUa.subarray(0, CASE).reduce((sum, level) => sum + Math.abs(level), 0);
    for (let e = 0; e < ELECTRODES; e++) {
      const chargePc = levelsUa[e] * durationUs;
      const account = Math.abs(this.accountPc[e] + chargePc);
      if (
        account + this.doubtPc[e] + doubtOf(e, chargePc, sumUa * durationUs, caseEnabled) >
        UNRECOVERED_PC_MAX
      )
        return false;
      if (levelsUa[e] !== 0 && this.#phaseWith(e, chargePc) > PHASE_PC_MAX) return false;
    }
    for (let e = 0; e < ELECTRODES; e++)
      this.#release(e, levelsUa[e] * durationUs, sumUa * durationUs, durationUs, caseEnabled);
    return true;
  }

  hold(durationUs: number): void {
    for (let e = 0; e < ELECTRODES; e++) this.#zeroUs[e] += durationUs;
  }

  recharge(durationUs: number): void {
    this.hold(durationUs);
    const left = 2 ** (-durationUs / HALF_LIFE_US);
    for (let e = 0; e < ELECTRODES; e++) {
      const account = this.accountPc[e];
      if (this.#reading === 'interval' && Math.abs(account) > this.doubtPc[e]) {
        const half = (this.boundPc(e) * left) / 2;
        this.accountPc[e] = Math.sign(account) * half;
        this.doubtPc[e] = half;
      } else {
        this.accountPc[e] *= left;
        this.doubtPc[e] *= left;
      }
    }
  }

  #phaseWith(e: number, chargePc: number): number {
    if (this.#zeroUs[e] >= PHASE_REST_US) return Math.abs(chargePc);
    const s = this.#sPc[e] + chargePc;
    return Math.max(this.#greatestPc[e], s) - Math.min(this.#leastPc[e], s);
  }

  #release(e: number, chargePc: number, sumPc: number, durationUs: number, caseEnabled: boolean): void {
    this.accountPc[e] += chargePc;
    this.doubtPc[e] += doubtOf(e, chargePc, sumPc, caseEnabled);
    if (chargePc === 0) {
      this.#zeroUs[e] += durationUs;
      return;
    }
    if (this.#zeroUs[e] >= PHASE_REST_US) {
      this.#sPc[e] = this.#leastPc[e] = this.#greatestPc[e] = 0;
    }
    this.#zeroUs[e] = 0;
    this.#sPc[e] += chargePc;
    this.#leastPc[e] = Math.min(this.#leastPc[e], this.#sPc[e]);
    this.#greatestPc[e] = Math.max(this.#greatestPc[e], this.#sPc[e]);
  }
}

function doubtOf(e: number, chargePc: number, sumPc: number, caseEnabled: boolean): number {
  return Math.abs(chargePc) / 25 + (e === CASE && caseEnabled ? sumPc / 50 : 0);
}
