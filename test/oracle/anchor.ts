// Finds t0, the instant that the therapy's times count from. The first pulse seen need not be the first one due: a soft
// start begins with pulses of amplitude 0, and a pulse may be missing or displaced. The t0 that explains most pulses wins.

import { ELECTRODES } from './capture.ts';
import { AreaIntent } from './intent.ts';
import type { Terms } from './options.ts';
import type { AreaPlan } from './plan.ts';
import { hasPolarity, type SeenPulse } from './pulse.ts';
import { type DuePulse, Schedule } from './schedule.ts';

/** Earliest and latest t0 that a START leaves, ns of the capture; infinite where none is known. */
export interface StartRange {
  readonly lowNs: number;
  readonly highNs: number;
}

/** Pulses seen that are looked at. */
export const ANCHOR_PULSES = 24;
const SEEN_TRIED = 4;
const DUE_TRIED = 12;
const DUE_LISTED = 64;
/** A soft start of 60 s at 10 kHz to a very small amplitude has this many pulses of amplitude 0, with room. */
const DUE_SCANNED_MAX = 4_000_000;

interface Candidate {
  readonly due: DuePulse;
  readonly amplitudeUa: number;
}

/**
 * The t0 in ns of the capture, or null where the therapy has no pulse at all. Never before `range`; after it only where
 * nothing within explains at least half as much.
 */
export function findStart(
  seen: readonly SeenPulse[],
  areas: readonly AreaPlan[],
  terms: Terms,
  range: StartRange,
): number | null {
  const candidates = firstDue(seen[0].onsetNs, areas, terms);
  if (candidates.length === 0) return null;
  const first = { t0Ns: Math.max(range.lowNs, seen[0].onsetNs - candidates[0].due.onsetUs * 1000), score: 0 };
  let best = first;
  let within = first;
  for (const pulse of seen.slice(0, SEEN_TRIED)) {
    for (const { due } of candidates.slice(0, DUE_TRIED)) {
      const t0Ns = pulse.onsetNs - due.onsetUs * 1000;
      if (t0Ns < range.lowNs - terms.toleranceNs) continue;
      const score = scoreOf(t0Ns, seen, candidates, terms);
      if (score > best.score) best = { t0Ns, score };
      if (score > within.score && t0Ns <= range.highNs + terms.toleranceNs) within = { t0Ns, score };
    }
  }
  return within.score * 2 >= best.score ? within.t0Ns : best.t0Ns;
}

/** The first pulses due with an amplitude. */
function firstDue(onsetNs: number, areas: readonly AreaPlan[], terms: Terms): Candidate[] {
  const { commands, amplitudeLatencyNs, stopLatencyNs } = terms;
  const intents = areas.map((area) => new AreaIntent(area, commands, amplitudeLatencyNs, stopLatencyNs));
  const schedule = new Schedule(areas);
  const candidates: Candidate[] = [];
  for (let i = 0; i < DUE_SCANNED_MAX && candidates.length < DUE_LISTED; i++) {
    const due = schedule.next();
    const amplitudeUa = Math.max(...intents[due.area.index].of(due, onsetNs, onsetNs).amplitudesUa);
    if (due.area.isSeen(amplitudeUa, terms.levelToleranceUa)) candidates.push({ due, amplitudeUa });
  }
  return candidates;
}

/**
 * Pulses whose onset fits a due one of the same polarity count two, those with its amplitude as well three; each due one
 * before the first that was seen counts one less, lest a ramp-down after STOP be taken for the end of an on-window.
 */
function scoreOf(
  t0Ns: number,
  seen: readonly SeenPulse[],
  candidates: readonly Candidate[],
  terms: Terms,
): number {
  const isBefore = ({ due }: Candidate) => t0Ns + due.onsetUs * 1000 < seen[0].onsetNs - terms.toleranceNs;
  let score = -candidates.filter(isBefore).length;
  let i = 0;
  for (const pulse of seen) {
    while (
      i < candidates.length &&
      t0Ns + candidates[i].due.onsetUs * 1000 < pulse.onsetNs - terms.toleranceNs
    )
      i++;
    if (i === candidates.length) break;
    const { due, amplitudeUa } = candidates[i];
    if (t0Ns + due.onsetUs * 1000 > pulse.onsetNs + terms.toleranceNs) continue;
    if (!hasPolarity(pulse.firstUa, due.area)) continue;
    score += 2 + (terms.hasLevels ? likeness(pulse.amplitudeUa() - amplitudeUa, terms.levelToleranceUa) : 0);
  }
  return score;
}

/** 1 for the amplitude itself, 0 for one that noise cannot have made of it. */
function likeness(errorUa: number, toleranceUa: number): number {
  const share = Math.abs(errorUa) / (ELECTRODES * toleranceUa + 1);
  return Math.max(0, 1 - share);
}
