// Laws L1–L7 of the interlock judged from what was released, in plain floating point from their definitions: whatever
// program ran, whoever asked. Takes the stretches of a capture or single segments.

import { type Capture, ELECTRODES, type Stretch, type StretchState } from './capture.ts';
import { electrodeName, type Finding, FindingList, nc, type Rule, us } from './finding.ts';
import { type LawOptions, type LawPeaks, LIMITS } from './limits.ts';

/** Judges L1–L7 incrementally. Feed everything that was released, zero output included, in order. */
export class LawJudge {
  readonly peaks = {
    amplitudeUa: 0,
    phasePc: 0,
    accountPc: 0,
    unrecoveredPc: 0,
    recoveryUs: 0,
    polarityRunUs: 0,
    meanPc: 0,
    meanTotalPc: 0,
  };
  /** Signed unrecovered charge of each electrode, pC. */
  readonly accountPc = new Float64Array(ELECTRODES);
  readonly doubtPc = new Float64Array(ELECTRODES);
  readonly #findings: FindingList;
  readonly #options: LawOptions;
  readonly #slack: number;
  readonly #toleranceUs: number;
  readonly #chargePc = new Float64Array(ELECTRODES);
  readonly #chargeLowPc = new Float64Array(ELECTRODES);
  readonly #chargeHighPc = new Float64Array(ELECTRODES);
  readonly #restUs = new Float64Array(ELECTRODES).fill(Number.POSITIVE_INFINITY);
  readonly #runUs = new Float64Array(ELECTRODES);
  readonly #sign = new Int8Array(ELECTRODES);
  readonly #meanPc = new Float64Array(ELECTRODES);
  #meanTotalPc = 0;
  #sinceRecoveredUs = 0;
  #late = false;
  #nowNs = 0;
  /** A stretch that is too short, until what follows tells whether an `off` cut it. */
  #short: { atNs: number; durationUs: number; zeroUs: number } | null = null;
  #first = true;

  constructor(options: LawOptions = {}) {
    this.#options = options;
    this.#findings = new FindingList(options.findingsMax);
    this.#slack = 1 + (options.creditSlack ?? 0.01);
    this.#toleranceUs = (options.toleranceNs ?? 0) / 1000 + 1e-9;
    this.doubtPc.fill(options.doubtPc ?? 10_000);
  }

  get findings(): readonly Finding[] {
    return this.#findings.kept;
  }

  /** All findings, those that are not kept included. */
  get total(): number {
    return this.#findings.total;
  }

  get counts(): Readonly<Partial<Record<Rule, number>>> {
    return this.#findings.counts;
  }

  /** The next stretch of a capture. */
  feed(stretch: Stretch): void {
    this.#nowNs = stretch.startNs;
    this.segment((stretch.endNs - stretch.startNs) / 1000, stretch.state, stretch.levelsUa);
  }

  /** The next segment, `durationUs` long. A zero stretch of unknown state counts as recharge. */
  segment(durationUs: number, state: StretchState, levelsUa: ArrayLike<number>): void {
    let sumUa = 0;
    let totalUa = 0;
    let contactsUa = 0;
    for (let e = 0; e < ELECTRODES; e++) {
      sumUa += levelsUa[e];
      totalUa += Math.abs(levelsUa[e]);
      if (e < ELECTRODES - 1) contactsUa += Math.abs(levelsUa[e]);
    }
    if (this.#options.segments) this.#segmentDuration(durationUs, totalUa > 0);
    else this.#stretchDuration(durationUs, totalUa > 0);
    this.#total(durationUs, totalUa);
    if (totalUa === 0) this.#zero(durationUs, state);
    else this.#drive(durationUs, state, levelsUa, sumUa, contactsUa);
    this.#nowNs += durationUs * 1000;
    this.#first = false;
  }

  #drive(
    durationUs: number,
    state: StretchState,
    levelsUa: ArrayLike<number>,
    sumUa: number,
    contactsUa: number,
  ): void {
    if (sumUa !== 0) this.#add('l2-kirchhoff', () => `the currents sum to ${sumUa} µA; 0 µA at most`);
    if (state === 'recharge') this.#add('l2-recharge-level', () => 'current flows in a recharge segment');
    const before = this.#isRecovered();
    for (let e = 0; e < ELECTRODES; e++) {
      const levelUa = levelsUa[e];
      if (levelUa === 0) this.#electrodeAtZero(e, durationUs);
      else this.#electrode(e, levelUa, durationUs);
    }
    const caseUa = levelsUa[ELECTRODES - 1];
    if (caseUa !== 0) this.doubtPc[ELECTRODES - 1] += (contactsUa * durationUs) / 50;
    this.#unrecovered();
    const after = this.#isRecovered();
    this.#recovery(before && after ? 0 : durationUs, after);
  }

  #electrode(e: number, levelUa: number, durationUs: number): void {
    const { peaks } = this;
    const magnitudeUa = Math.abs(levelUa);
    const limitUa = Math.min(LIMITS.amplitudeUa, this.#options.amplitudeUa?.[e] ?? LIMITS.amplitudeUa);
    if (magnitudeUa > peaks.amplitudeUa) peaks.amplitudeUa = magnitudeUa;
    if (magnitudeUa > limitUa) this.#add('l1-amplitude', () => `${levelUa} µA; ${limitUa} µA at most`, e);
    const sign = levelUa < 0 ? -1 : 1;
    this.#runUs[e] = (this.#sign[e] === sign ? this.#runUs[e] : 0) + durationUs;
    this.#sign[e] = sign;
    if (this.#runUs[e] > peaks.polarityRunUs) peaks.polarityRunUs = this.#runUs[e];
    if (this.#runUs[e] > LIMITS.polarityRunUsMax + this.#toleranceUs) {
      const message = () => `one polarity for ${this.#runUs[e]} µs; ${LIMITS.polarityRunUsMax} µs at most`;
      this.#add('l3-polarity-run', message, e);
    }
    this.#phase(e, levelUa * durationUs);
    this.accountPc[e] += levelUa * durationUs;
    this.doubtPc[e] += (magnitudeUa * durationUs) / 25;
    this.#mean(e, (magnitudeUa - LIMITS.meanUa) * durationUs);
  }

  /** L4: the span of the signed charge since the electrode last rested. */
  #phase(e: number, chargePc: number): void {
    if (this.#restUs[e] >= LIMITS.restUs) {
      this.#chargePc[e] = this.#chargeLowPc[e] = this.#chargeHighPc[e] = 0;
    }
    this.#restUs[e] = 0;
    this.#chargePc[e] += chargePc;
    this.#chargeLowPc[e] = Math.min(this.#chargeLowPc[e], this.#chargePc[e]);
    this.#chargeHighPc[e] = Math.max(this.#chargeHighPc[e], this.#chargePc[e]);
    const spanPc = this.#chargeHighPc[e] - this.#chargeLowPc[e];
    const limitPc = Math.min(LIMITS.phasePc, this.#options.phasePc?.[e] ?? LIMITS.phasePc);
    if (spanPc > this.peaks.phasePc) this.peaks.phasePc = spanPc;
    if (spanPc <= limitPc + this.#toleranceUs * LIMITS.amplitudeUa) return;
    this.#add('l4-phase-charge', () => `${nc(spanPc)} in a phase; ${nc(limitPc)} at most`, e);
  }

  #electrodeAtZero(e: number, durationUs: number): void {
    this.#restUs[e] += durationUs;
    this.#runUs[e] = 0;
    this.#sign[e] = 0;
    this.#mean(e, -LIMITS.meanUa * durationUs);
  }

  #mean(e: number, changePc: number): void {
    const levelPc = Math.max(0, this.#meanPc[e] + changePc);
    this.#meanPc[e] = levelPc;
    if (levelPc > this.peaks.meanPc) this.peaks.meanPc = levelPc;
    if (levelPc <= LIMITS.meanDepthPc) return;
    this.#add(
      'l7-mean-contact',
      () => `mean current bucket at ${nc(levelPc)}; ${nc(LIMITS.meanDepthPc)} at most`,
      e,
    );
  }

  #total(durationUs: number, totalUa: number): void {
    const levelPc = Math.max(0, this.#meanTotalPc + (totalUa - LIMITS.meanTotalUa) * durationUs);
    this.#meanTotalPc = levelPc;
    if (levelPc > this.peaks.meanTotalPc) this.peaks.meanTotalPc = levelPc;
    if (levelPc <= LIMITS.meanTotalDepthPc) return;
    const message = () => `bucket of all currents at ${nc(levelPc)}; ${nc(LIMITS.meanTotalDepthPc)} at most`;
    this.#add('l7-mean-total', message);
  }

  /** L5 at a segment's end: levels are constant, so the extremes lie there. */
  #unrecovered(): void {
    const { peaks } = this;
    for (let e = 0; e < ELECTRODES; e++) {
      const accountPc = Math.abs(this.accountPc[e]);
      const sumPc = accountPc + this.doubtPc[e];
      if (accountPc > peaks.accountPc) peaks.accountPc = accountPc;
      if (sumPc > peaks.unrecoveredPc) peaks.unrecoveredPc = sumPc;
      if (accountPc > LIMITS.unrecoveredPc) {
        this.#add(
          'l5-account',
          () => `${nc(accountPc)} not recovered; ${nc(LIMITS.unrecoveredPc)} at most`,
          e,
        );
      } else if (sumPc > LIMITS.unrecoveredPc * this.#slack) {
        const message = () =>
          `${nc(accountPc)} not recovered and ${nc(this.doubtPc[e])} of doubt; ${nc(LIMITS.unrecoveredPc)} at most`;
        this.#add('l5-unrecovered', message, e);
      }
    }
  }

  #zero(durationUs: number, state: StretchState): void {
    for (let e = 0; e < ELECTRODES; e++) this.#electrodeAtZero(e, durationUs);
    if (state === 'open' || state === 'drive') {
      const recovered = this.#isRecovered();
      this.#recovery(recovered ? 0 : durationUs, recovered);
      return;
    }
    const overLimit = this.#worstAccountPc() / (LIMITS.recoveredPc * this.#slack);
    const untilUs = overLimit <= 1 ? 0 : LIMITS.halfLifeUs * Math.log2(overLimit);
    const left = 2 ** (-durationUs / LIMITS.halfLifeUs);
    for (let e = 0; e < ELECTRODES; e++) {
      this.accountPc[e] *= left;
      this.doubtPc[e] *= left;
    }
    this.#recovery(Math.min(untilUs, durationUs), untilUs <= durationUs);
  }

  /** L6: `durationUs` passed since it was last asked, at the end of which every account is recovered or not. */
  #recovery(durationUs: number, recovered: boolean): void {
    const sinceUs = this.#sinceRecoveredUs + durationUs;
    this.#sinceRecoveredUs = recovered ? 0 : sinceUs;
    if (sinceUs > this.peaks.recoveryUs) this.peaks.recoveryUs = sinceUs;
    if (sinceUs > LIMITS.recoveryUs + this.#toleranceUs && !this.#late) {
      const message = () =>
        `charge not recovered for ${us(sinceUs * 1000)}; ${us(LIMITS.recoveryUs * 1000)} at most`;
      this.#add('l6-recovery', message);
    }
    this.#late = !recovered && sinceUs > LIMITS.recoveryUs + this.#toleranceUs;
  }

  #isRecovered(): boolean {
    return this.#worstAccountPc() <= LIMITS.recoveredPc * this.#slack;
  }

  #worstAccountPc(): number {
    let worstPc = 0;
    for (let e = 0; e < ELECTRODES; e++) worstPc = Math.max(worstPc, Math.abs(this.accountPc[e]));
    return worstPc;
  }

  /** L3 for single segments. */
  #segmentDuration(durationUs: number, active: boolean): void {
    const limitUs = active ? LIMITS.activeUsMax : LIMITS.idleUsMax;
    if (durationUs < LIMITS.segmentUsMin) this.#addShort(this.#nowNs, durationUs);
    if (durationUs > limitUs)
      this.#add('l3-duration', () => `a segment of ${durationUs} µs; ${limitUs} µs at most`);
  }

  /** L3 for merged stretches: only those too short show. One that an `off` cut is followed by the discharge time. */
  #stretchDuration(durationUs: number, active: boolean): void {
    const short = this.#short;
    if (short && active) this.#addShort(short.atNs, short.durationUs);
    if (short) short.zeroUs += durationUs;
    if (short && (active || short.zeroUs >= LIMITS.dischargeUs)) this.#short = null;
    if (durationUs < LIMITS.segmentUsMin - this.#toleranceUs && !this.#first) {
      this.#short = { atNs: this.#nowNs, durationUs, zeroUs: 0 };
    }
  }

  #addShort(atNs: number, durationUs: number): void {
    const message = () => `a segment of ${us(durationUs * 1000)}; ${LIMITS.segmentUsMin} µs at least`;
    this.#findings.add('l3-duration', atNs, message);
  }

  #add(rule: Rule, message: () => string, electrode?: number): void {
    const text = () => (electrode === undefined ? message() : `${electrodeName(electrode)}: ${message()}`);
    this.#findings.add(rule, this.#nowNs, text, electrode);
  }
}

export interface LimitsVerdict {
  readonly holds: boolean;
  readonly origin: string;
  readonly findings: readonly Finding[];
  readonly more: number;
  readonly counts: Readonly<Partial<Record<Rule, number>>>;
  readonly peaks: LawPeaks;
}

/** Judges a capture against the interlock's laws L1–L7, whatever therapy it shows. Needs levels: RangeError without. */
export function judgeLimits(capture: Capture, options: LawOptions = {}): LimitsVerdict {
  if (!capture.hasLevels)
    throw new RangeError(`${capture.origin}: shows polarity only; limits need a capture with levels`);
  const judge = new LawJudge({ toleranceNs: capture.resolutionNs, ...options });
  for (const stretch of capture.stretches()) judge.feed(stretch);
  const { findings, total, counts, peaks } = judge;
  return {
    holds: total === 0,
    origin: capture.origin,
    findings,
    more: total - findings.length,
    counts,
    peaks,
  };
}
