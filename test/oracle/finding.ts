// What the oracle has to say: findings with a stable rule name, bounded in number, and how quantities are written in them.

import { ELECTRODES } from './capture.ts';

/** The rules of the oracle. Stable: reports and tests name them. */
export type Rule =
  | 'no-output'
  | 'late-start'
  | 'onset'
  | 'delay-bound'
  | 'phase-width'
  | 'gap'
  | 'recharge-width'
  | 'recharge-missing'
  | 'recharge-extra'
  | 'level'
  | 'recharge-level'
  | 'ramp'
  | 'ramp-overshoot'
  | 'ramp-monotonic'
  | 'amplitude-change'
  | 'balance'
  | 'kirchhoff'
  | 'overlap'
  | 'pulse-missing'
  | 'pulse-extra'
  | 'burst-count'
  | 'cycling'
  | 'idle-open'
  | 'stop-ramp'
  | 'off-latency'
  | 'output-after-end'
  | 'l1-amplitude'
  | 'l2-kirchhoff'
  | 'l2-recharge-level'
  | 'l3-duration'
  | 'l3-polarity-run'
  | 'l4-phase-charge'
  | 'l5-account'
  | 'l5-unrecovered'
  | 'l6-recovery'
  | 'l7-mean-contact'
  | 'l7-mean-total';

export interface Finding {
  readonly rule: Rule;
  /** ns from the start of the capture. */
  readonly atNs: number;
  /** Electrode concerned: 0–15, the case 16. */
  readonly electrode?: number;
  /** One sentence with what was expected and what was seen, in units. */
  readonly message: string;
}

/** Findings kept: the first `perRuleMax` of each rule and `max` in all; the others are only counted. */
export class FindingList {
  readonly kept: Finding[] = [];
  readonly counts: Partial<Record<Rule, number>> = {};
  total = 0;
  readonly #max: number;
  readonly #perRuleMax: number;

  constructor(max = 100, perRuleMax = 20) {
    this.#max = max;
    this.#perRuleMax = perRuleMax;
  }

  /** `message` is only called when the finding is kept. */
  add(rule: Rule, atNs: number, message: () => string, electrode?: number): void {
    this.addMany(rule, 1, atNs, message, electrode);
  }

  /** One finding that stands for `number` of them. */
  addMany(rule: Rule, number: number, atNs: number, message: () => string, electrode?: number): void {
    const before = this.counts[rule] ?? 0;
    this.counts[rule] = before + number;
    this.total += number;
    if (before >= this.#perRuleMax || this.kept.length >= this.#max) return;
    const finding = { rule, atNs, message: message() };
    this.kept.push(electrode === undefined ? finding : { ...finding, electrode });
  }

  /** Number of findings that are counted but not kept. */
  get more(): number {
    return this.total - this.kept.length;
  }
}

/** `E1` … `E16`, `CASE`. */
export function electrodeName(electrode: number): string {
  return electrode === ELECTRODES - 1 ? 'CASE' : `E${electrode + 1}`;
}

/** Electrode of a name, or −1. */
export function electrodeOf(name: string): number {
  if (name === 'CASE') return ELECTRODES - 1;
  const match = /^E([1-9]|1[0-6])$/.exec(name);
  return match ? Number(match[1]) - 1 : -1;
}

/** A time in µs as short as it can be written exactly: 250 µs, 33.333 µs. */
export function us(timeNs: number): string {
  return `${Number((timeNs / 1000).toFixed(6))} µs`;
}

/** A current in µA, to three digits. */
export function ua(currentUa: number): string {
  return `${Number(currentUa.toPrecision(3))} µA`;
}

/** A charge in nC. */
export function nc(chargePc: number): string {
  return `${Number((chargePc / 1000).toFixed(3))} nC`;
}
