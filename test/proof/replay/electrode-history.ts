// What an electrode has been through, stretch by stretch, and what of it breaks L1 or L3–L7. Physical: a charge that was
// driven is there until recharge has taken it, whoever has forgotten it. Amounts in µA, µs and pC.
import { figure } from './describe.ts';
import type { Event } from './event.ts';

export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
  readonly durationUs: number;
  readonly state: 'drive' | 'recharge' | 'open' | 'unknown';
  readonly levelsUa: Int32Array;
}

export interface Break {
  readonly law: string;
  readonly seen: string;
}

const CASE = 16;
const HARD_UA = 25_500;
const HARD_PC = 2_998_000;
const DEFAULT_PC = 2_004_000;
const REST_US = 800;
const RUN_US = 10_000;
const UNRECOVERED_PC = 5_080_000;
/** The interlock's integers give a little less credit than the exponential, which the next phase may turn either way. */
const ROUNDING_PC = 2000;
/** 1587 nC, and what the rounding of credit may leave. */
const RECOVERED_PC = 1_587_000 + 500;
const RECOVERY_US = 100_000;
const HALF_LIFE_US = 7200;
/** What is played was admitted at most this long ago. */
const HORIZON_US = 20_000;

interface Limit {
  readonly fromUs: number;
  readonly amplitudeUa: number;
  readonly phasePc: number;
}

/** The set limits of every electrode over time. */
export class LimitHistory {
  private readonly limits: Limit[][] = Array.from({ length: 17 }, () => []);

  constructor(events: readonly Event[]) {
    const start = { fromUs: 0, amplitudeUa: HARD_UA, phasePc: DEFAULT_PC };
    for (const list of this.limits) list.push(start);
    for (const { kind, atUs, limit } of events) {
      if (kind === 'boot') for (const list of this.limits) list.push({ ...start, fromUs: atUs });
      if (limit !== undefined) this.limits[limit.electrode]?.push({ ...limit, fromUs: atUs });
    }
  }

  /** The widest amplitude and phase that were allowed at any time of [fromUs, toUs]. */
  widest(electrode: number, fromUs: number, toUs: number): { amplitudeUa: number; phasePc: number } {
    const widest = { amplitudeUa: 0, phasePc: 0 };
    const list = this.limits[electrode];
    for (let at = list.length - 1; at >= 0; at--) {
      if (list[at].fromUs > toUs) continue;
      widest.amplitudeUa = Math.max(widest.amplitudeUa, list[at].amplitudeUa);
      widest.phasePc = Math.max(widest.phasePc, list[at].phasePc);
      if (list[at].fromUs <= fromUs) break;
    }
    return widest;
  }
}

/** max(bucket + gain × time, 0) of a leaky bucket. */
class Bucket {
  private filledPc = 0;
  private readonly leakUa: number;
  private readonly depthPc: number;

  constructor(leakUa: number, depthPc: number) {
    this.leakUa = leakUa;
    this.depthPc = depthPc;
  }

  /** True where it overflows. */
  add(levelUa: number, durationUs: number): boolean {
    this.filledPc = Math.max(this.filledPc + (levelUa - this.leakUa) * durationUs, 0);
    return this.filledPc > this.depthPc;
  }
}

export class ElectrodeHistory {
  readonly index: number;
  accountPc = 0;
  private readonly limits: LimitHistory;
  private readonly bucket = new Bucket(4000, 100e6);
  /** Every true charge lies between these: before the power came nobody knows what it was. */
  private highPc = UNRECOVERED_PC;
  private lowPc = -UNRECOVERED_PC;
  private sPc = 0;
  private sMinPc = 0;
  private sMaxPc = 0;
  private restUs = REST_US;
  private runUs = 0;

  constructor(index: number, limits: LimitHistory) {
    this.index = index;
    this.limits = limits;
  }

  add(stretch: Stretch): Break[] {
    const levelUa = stretch.levelsUa[this.index];
    const broken: Break[] = [];
    if (stretch.state === 'recharge') this.recharge(stretch.durationUs);
    if (stretch.state === 'drive') this.drive(stretch, levelUa, broken);
    this.follow(stretch, levelUa, broken);
    if (this.bucket.add(Math.abs(levelUa), stretch.durationUs))
      broken.push({ law: 'L7', seen: 'more than 4 mA × t + 100 µC' });
    return broken;
  }

  private recharge(durationUs: number): void {
    const keep = 2 ** (-durationUs / HALF_LIFE_US);
    this.accountPc *= keep;
    // Tissue may recover faster: a bound that says "at least so much" says nothing afterwards.
    this.highPc = Math.max(this.highPc * keep, 0);
    this.lowPc = Math.min(this.lowPc * keep, 0);
  }

  private drive(stretch: Stretch, levelUa: number, broken: Break[]): void {
    const allowed = this.limits.widest(this.index, stretch.startUs, stretch.startUs);
    if (Math.abs(levelUa) > Math.min(HARD_UA, allowed.amplitudeUa))
      broken.push({ law: 'L1', seen: `${figure(levelUa, true)} µA` });
    const chargePc = levelUa * stretch.durationUs;
    let doubtPc = Math.abs(chargePc) / 25;
    if (this.index === CASE && levelUa !== 0) {
      const contactsUa = stretch.levelsUa.reduce((sum, ua) => sum + Math.abs(ua), 0) - Math.abs(levelUa);
      doubtPc += (contactsUa * stretch.durationUs) / 50;
    }
    this.accountPc += chargePc;
    this.highPc += chargePc + doubtPc;
    this.lowPc += chargePc - doubtPc;
    const unrecoveredPc = Math.max(this.highPc, -this.lowPc);
    if (unrecoveredPc > UNRECOVERED_PC + ROUNDING_PC)
      broken.push({ law: 'L5', seen: `up to ${figure(Math.round(unrecoveredPc))} pC unrecovered` });
  }

  /** The run of one polarity (L3) and the charge since the last rest (L4). */
  private follow(stretch: Stretch, levelUa: number, broken: Break[]): void {
    const { durationUs } = stretch;
    const goesOn = Math.sign(levelUa) === Math.sign(this.runUs);
    this.runUs = (goesOn ? this.runUs : 0) + Math.sign(levelUa) * durationUs;
    if (Math.abs(this.runUs) > RUN_US)
      broken.push({ law: 'L3', seen: `one polarity for ${figure(Math.abs(this.runUs))} µs` });
    this.restUs = levelUa === 0 ? this.restUs + durationUs : 0;
    if (this.restUs >= REST_US) {
      this.sPc = 0;
      this.sMinPc = 0;
      this.sMaxPc = 0;
    }
    this.sPc += levelUa * durationUs;
    this.sMinPc = Math.min(this.sMinPc, this.sPc);
    this.sMaxPc = Math.max(this.sMaxPc, this.sPc);
    const spanPc = this.sMaxPc - this.sMinPc;
    const allowed = this.limits.widest(this.index, stretch.startUs - HORIZON_US, stretch.endUs);
    const allowedPc = levelUa === 0 ? HARD_PC : Math.min(HARD_PC, allowed.phasePc);
    if (spanPc > allowedPc) broken.push({ law: 'L4', seen: `${figure(spanPc)} pC without a rest` });
  }
}

/** What concerns all electrodes together: the sum's mean current (L7) and recovery (L6). */
export class TotalHistory {
  private readonly bucket = new Bucket(8000, 200e6);
  private unrecoveredUs = 0;
  private worstPc = 0;

  /** `electrodes`: with this stretch on their accounts already. */
  add(stretch: Stretch, electrodes: readonly ElectrodeHistory[]): Break[] {
    const broken: Break[] = [];
    const sumUa = stretch.levelsUa.reduce((sum, levelUa) => sum + Math.abs(levelUa), 0);
    if (this.bucket.add(sumUa, stretch.durationUs))
      broken.push({ law: 'L7', seen: 'more than 8 mA × t + 200 µC over all electrodes' });
    const worstPc = Math.max(...electrodes.map(({ accountPc }) => Math.abs(accountPc)));
    const lastedUs = this.unrecoveredUs + this.unrecoveredIn(stretch, worstPc, electrodes);
    // Only what was asked for counts: recharge may also be a stage that has nothing left, and a rest is what is wanted.
    if (lastedUs > RECOVERY_US && stretch.state !== 'recharge')
      broken.push({ law: 'L6', seen: `unrecovered for ${figure(Math.round(lastedUs))} µs` });
    this.unrecoveredUs = worstPc > RECOVERED_PC ? lastedUs : 0;
    this.worstPc = worstPc;
    return broken;
  }

  /** µs of the stretch for which a charge was surely unrecovered: from where it passed 1587 nC. */
  private unrecoveredIn(stretch: Stretch, worstPc: number, electrodes: readonly ElectrodeHistory[]): number {
    if (worstPc <= RECOVERED_PC) return 0;
    if (this.worstPc > RECOVERED_PC) return stretch.durationUs;
    const sinceUs = electrodes.map(
      ({ accountPc, index }) => (Math.abs(accountPc) - RECOVERED_PC) / Math.abs(stretch.levelsUa[index]),
    );
    return Math.min(Math.max(...sinceUs.filter(Number.isFinite), 0), stretch.durationUs);
  }
}
