// The kinds of pulses that a capture shows, whatever their amplitude, beside those that a therapy asks for.

import { type Capture, ELECTRODES } from './capture.ts';
import type { Terms } from './options.ts';
import type { AreaPlan } from './plan.ts';
import { drives } from './pulse.ts';

/** First phases that look alike. */
export interface Pattern {
  /** Shares of the amplitude on the 17 electrodes; in logic −1, 0 and 1. */
  readonly shares: readonly number[];
  readonly widthNs: number;
}

interface Phase {
  readonly levelsUa: Int32Array;
  readonly widthNs: number;
}

interface Kind extends Pattern {
  readonly slack: number;
  count: number;
}

/** Kinds that are kept: the most frequent ones. */
const KINDS_MAX = 6;
/** A pulse whose shares are known no better says nothing. */
const SLACK_MAX = 0.1;

/** What the areas of a therapy ask for, in their order; those of no amplitude are left out. */
export function askedPatterns(areas: readonly AreaPlan[], { hasLevels }: Terms): Pattern[] {
  return areas
    .filter(({ settings }) => settings.amplitudeUa > 0)
    .map(({ fractions, phaseUs }) => ({
      shares: Array.from(fractions, (fraction) => (hasLevels ? fraction / 1000 : Math.sign(fraction))),
      widthNs: phaseUs * 1000,
    }));
}

/** The most frequent kinds of first phases in a capture. */
export function seenPatterns(capture: Capture, areas: readonly AreaPlan[], terms: Terms): Pattern[] {
  const kinds: Kind[] = [];
  for (const { levelsUa, widthNs } of firstPhases(capture, areas)) {
    const amplitudeUa = terms.hasLevels ? levelsUa.reduce((sum, ua) => sum + Math.abs(ua), 0) / 2 : 1;
    const slack = terms.hasLevels ? (terms.levelToleranceUa + 2) / amplitudeUa : 0;
    if (slack > SLACK_MAX) continue;
    const shares = Array.from(levelsUa, (levelUa) => levelUa / amplitudeUa);
    const known = kinds.find(
      (kind) =>
        Math.abs(kind.widthNs - widthNs) <= 2 * terms.toleranceNs &&
        distance(kind.shares, shares) <= kind.slack + slack,
    );
    if (known === undefined) kinds.push({ shares, widthNs, slack, count: 1 });
    else known.count++;
  }
  return kinds.sort((a, b) => b.count - a.count).slice(0, KINDS_MAX);
}

/** First phases by what follows what: a phase of opposite polarity after one is its second, unless a long rest parts them. */
function* firstPhases(capture: Capture, areas: readonly AreaPlan[]): Iterable<Phase> {
  const active = areas.filter(({ secondUs }) => secondUs > 0);
  const partNs = Math.max(0, ...active.map(({ gapUs }) => gapUs)) * 1500 + capture.resolutionNs;
  let first: Int32Array | null = null;
  let endNs = Number.NEGATIVE_INFINITY;
  let isSeen = false;
  for (const { startNs, endNs: untilNs, state, levelsUa } of capture.stretches()) {
    if (drives(levelsUa)) {
      const isSecond: boolean =
        active.length > 0 && first !== null && startNs - endNs <= partNs && opposite(first, levelsUa);
      if (isSeen && !isSecond) yield { levelsUa, widthNs: untilNs - startNs };
      first = isSecond ? null : levelsUa.slice();
      endNs = untilNs;
    }
    // What comes first may be the rest of a phase.
    isSeen = state !== 'unseen';
  }
}

function opposite(a: Int32Array, b: Int32Array): boolean {
  return a.every((levelUa, e) => Math.sign(levelUa) === -Math.sign(b[e]));
}

/** The largest difference between two rows. */
export function distance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, share, i) => Math.max(most, Math.abs(share - b[i])), 0);
}

/** Whether a pattern could be another with its electrodes in other places. */
export function isRearranged(one: Pattern, other: Pattern, terms: Terms, slack: number): boolean {
  const sorted = ({ shares }: Pattern) => [...shares].sort((a, b) => a - b);
  const widthSlackNs = 2 * terms.toleranceNs + one.widthNs / 1000;
  return (
    Math.abs(one.widthNs - other.widthNs) <= widthSlackNs && distance(sorted(one), sorted(other)) <= slack
  );
}

/** Shares that differ by less are the same: rounding, and what levels are judged to. In logic all shares are exact. */
export function alikeOf(areas: readonly AreaPlan[], { hasLevels, levelToleranceUa }: Terms): number {
  const amplitudesUa = areas
    .map(({ settings }) => settings.amplitudeUa)
    .filter((amplitudeUa) => amplitudeUa > 0);
  return hasLevels ? (levelToleranceUa + 2) / Math.min(...amplitudesUa) : 0;
}

/** What each electrode has in a row of patterns, one row of shares an electrode. */
export function sharesByElectrode(patterns: readonly Pattern[]): number[][] {
  return Array.from({ length: ELECTRODES }, (_, e) => patterns.map(({ shares }) => shares[e]));
}
