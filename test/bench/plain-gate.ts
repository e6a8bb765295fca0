// The reference of the interlock: the bookkeeping of L1–L7 for a segment in plain TypeScript. No clock, no sensors, no
// parity, no sampling and no FIFO; what the interlock costs beyond this is what its other laws cost. Not a gate to use.

import {
  AMPLITUDE_UA_MAX,
  ELECTRODES,
  MEAN_TOTAL_DEPTH_PC,
  MEAN_TOTAL_UA,
  PHASE_PC_SET_DEFAULT,
  PHASE_REST_US,
  POLARITY_RUN_US_MAX,
  RECHARGE_HALF_LIFE_US,
  RECOVERED_PC,
  RECOVERY_US_MAX,
  UNRECOVERED_PC_MAX,
} from '../../firmware/profile.ts';

const DOUBT_SHARE = 1 / 25;

export class PlainGate {
  private readonly accountPc = new Int32Array(ELECTRODES);
  private readonly highPc = new Int32Array(ELECTRODES);
  private readonly lowPc = new Int32Array(ELECTRODES);
  private readonly risePc = new Int32Array(ELECTRODES);
  private readonly fallPc = new Int32Array(ELECTRODES);
  private readonly restUs = new Int32Array(ELECTRODES);
  private readonly runUs = new Int32Array(ELECTRODES);
  private bucketPc = 0;
  private unrecoveredUs = 0;

  /** Judges and books an active segment. False: refused. */
  drive(levelsUa: Int32Array, durationUs: number): boolean {
    let sumUa = 0;
    let totalUa = 0;
    for (let e = 0; e < ELECTRODES; e++) {
      sumUa += levelsUa[e];
      totalUa += Math.abs(levelsUa[e]);
    }
    const bucketPc = Math.max(this.bucketPc + (totalUa - MEAN_TOTAL_UA) * durationUs, 0);
    if (sumUa !== 0 || bucketPc > MEAN_TOTAL_DEPTH_PC) return false;
    if (this.unrecoveredUs + durationUs > RECOVERY_US_MAX) return false;
    for (let e = 0; e < ELECTRODES; e++) {
      if (levelsUa[e] !== 0 && !this.permits(e, levelsUa[e], durationUs)) return false;
    }
    for (let e = 0; e < ELECTRODES; e++) this.book(e, levelsUa[e], durationUs);
    this.bucketPc = bucketPc;
    this.noteRecovery(durationUs);
    return true;
  }

  /** Judges and books recharge. False: refused. */
  recharge(durationUs: number): boolean {
    if (this.unrecoveredUs + durationUs > RECOVERY_US_MAX) return false;
    const keep = 2 ** (-durationUs / RECHARGE_HALF_LIFE_US);
    for (let e = 0; e < ELECTRODES; e++) {
      const account = this.accountPc[e];
      this.accountPc[e] = account < 0 ? Math.floor(account * keep) : Math.ceil(account * keep);
      this.highPc[e] = Math.ceil(Math.max(this.highPc[e], 0) * keep);
      this.lowPc[e] = Math.floor(Math.min(this.lowPc[e], 0) * keep);
      this.rest(e, durationUs);
    }
    this.bucketPc = Math.max(this.bucketPc - MEAN_TOTAL_UA * durationUs, 0);
    this.noteRecovery(durationUs);
    return true;
  }

  private permits(e: number, levelUa: number, durationUs: number): boolean {
    const chargePc = levelUa * durationUs;
    const doubtPc = Math.ceil(Math.abs(chargePc) * DOUBT_SHARE);
    if (Math.abs(levelUa) > AMPLITUDE_UA_MAX) return false;
    if (this.highPc[e] + chargePc + doubtPc > UNRECOVERED_PC_MAX) return false;
    if (this.lowPc[e] + chargePc - doubtPc < -UNRECOVERED_PC_MAX) return false;
    if (Math.abs(this.nextRunUs(e, levelUa, durationUs)) > POLARITY_RUN_US_MAX) return false;
    const spanPc = Math.max(this.risePc[e] + chargePc, 0) + Math.max(this.fallPc[e] - chargePc, 0);
    return spanPc <= PHASE_PC_SET_DEFAULT;
  }

  private book(e: number, levelUa: number, durationUs: number): void {
    if (levelUa === 0) {
      this.rest(e, durationUs);
      return;
    }
    const chargePc = levelUa * durationUs;
    const doubtPc = Math.ceil(Math.abs(chargePc) * DOUBT_SHARE);
    this.accountPc[e] += chargePc;
    this.highPc[e] += chargePc + doubtPc;
    this.lowPc[e] += chargePc - doubtPc;
    this.runUs[e] = this.nextRunUs(e, levelUa, durationUs);
    this.risePc[e] = Math.max(this.risePc[e] + chargePc, 0);
    this.fallPc[e] = Math.max(this.fallPc[e] - chargePc, 0);
    this.restUs[e] = 0;
  }

  private nextRunUs(e: number, levelUa: number, durationUs: number): number {
    return levelUa > 0 ? Math.max(this.runUs[e], 0) + durationUs : Math.min(this.runUs[e], 0) - durationUs;
  }

  private rest(e: number, durationUs: number): void {
    this.restUs[e] = Math.min(this.restUs[e] + durationUs, PHASE_REST_US);
    this.runUs[e] = 0;
    if (this.restUs[e] < PHASE_REST_US) return;
    this.risePc[e] = 0;
    this.fallPc[e] = 0;
  }

  private noteRecovery(durationUs: number): void {
    let worstPc = 0;
    for (let e = 0; e < ELECTRODES; e++) worstPc = Math.max(worstPc, Math.abs(this.accountPc[e]));
    this.unrecoveredUs = worstPc <= RECOVERED_PC ? 0 : this.unrecoveredUs + durationUs;
  }
}
