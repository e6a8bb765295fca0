// Finds t0, the instant that the therapy's times count from. The first pulse seen need not be the first one due: a soft
// start begins with pulses of amplitude 0, and a pulse may be missing or displaced. The t0 that explains most pulses wins.

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
/** Faint pulses that may be seen before the first that must be. */
const FAINT_LISTED = 6;
/** A soft start of 60 s at 10 kHz to a very small amplitude has this many pulses of amplitude 0, with room. */
const DUE_SCANNED_MAX = 4_000_000;

interface Candidate {
  readonly due: DuePulse;
  readonly amplitudeUa: number;
  /** It may be seen or not. */
  readonly isFaint: boolean;
}

/**
 * The t0 in ns of the capture, or null where the therapy has no pulse at all. Never before `range`; after it only where
 * nothing within explains at least half as much. `captureStartNs`: what was due before it need not be seen.
 */
export function findStart(
  seen: readonly SeenPulse[],
  areas: readonly AreaPlan[],
  terms: Terms,
  range: StartRange,
  captureStartNs: number,
): number | null {
  const candidates = firstDue(seen[0].onsetNs, areas, terms, 0);
  const visible = candidates.find(({ isFaint }) => !isFaint);
  if (visible === undefined) return null;
  const first = { t0Ns: Math.max(range.lowNs, seen[0].onsetNs - visible.due.onsetUs * 1000), score: 0 };
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
  const chosen = within.score * 2 >= best.score ? within : best;
  const begun = Number.isFinite(range.lowNs) ? null : findBegun(seen, areas, terms, captureStartNs);
  return begun !== null && begun.score > chosen.score ? begun.t0Ns : chosen.t0Ns;
}

/** The t0 of a capture that begins when the soft start is over: the pulse due before the first one seen lies before it. */
function findBegun(
  seen: readonly SeenPulse[],
  areas: readonly AreaPlan[],
  terms: Terms,
  captureStartNs: number,
): { t0Ns: number; score: number } | null {
  const rampUs = Math.max(...areas.map((area) => area.rampUpUs));
  if (rampUs === 0) return null;
  const candidates = firstDue(seen[0].onsetNs, areas, terms, rampUs);
  let best: { t0Ns: number; score: number } | null = null;
  for (let i = 1; i < Math.min(DUE_TRIED, candidates.length); i++) {
    const t0Ns = seen[0].onsetNs - candidates[i].due.onsetUs * 1000;
    if (t0Ns + candidates[i - 1].due.onsetUs * 1000 > captureStartNs + terms.toleranceNs) continue;
    const score = scoreOf(t0Ns, seen, candidates.slice(i), terms);
    if (best === null || score > best.score) best = { t0Ns, score };
  }
  return best;
}

/** The first pulses due with an amplitude, from an instant after t0 on; of faint ones before the others only the last. */
function firstDue(
  onsetNs: number,
  areas: readonly AreaPlan[],
  terms: Terms,
  fromUs: number,
): readonly Candidate[] {
  const { commands, amplitudeLatencyNs, stopLatencyNs } = terms;
  const intents = areas.map((area) => new AreaIntent(area, commands, amplitudeLatencyNs, stopLatencyNs));
  const schedule = new Schedule(areas);
  const candidates: Candidate[] = [];
  let isSeen = false;
  for (let i = 0; i < DUE_SCANNED_MAX && candidates.length < DUE_LISTED; i++) {
    const due = schedule.next();
    const amplitudeUa = Math.max(...intents[due.area.index].of(due, onsetNs, onsetNs).amplitudesUa);
    if (amplitudeUa === 0 || due.onsetUs < fromUs) continue;
    const isFaint = due.area.isFaint(amplitudeUa, terms.faintUa);
    candidates.push({ due, amplitudeUa, isFaint });
    isSeen ||= !isFaint;
    if (!isSeen && candidates.length > FAINT_LISTED) candidates.shift();
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
  const isMissed = ({ due, isFaint }: Candidate) =>
    !isFaint && t0Ns + due.onsetUs * 1000 < seen[0].onsetNs - terms.toleranceNs;
  let score = -candidates.filter(isMissed).length;
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
    score += 2 + (terms.hasLevels ? likeness(pulse.amplitudeUa() - amplitudeUa, due.area, terms) : 0);
  }
  return score;
}

/** 1 for the amplitude itself, 0 for one that noise cannot have made of it. */
function likeness(errorUa: number, area: AreaPlan, { levelToleranceUa }: Terms): number {
  return Math.max(0, 1 - Math.abs(errorUa) / (area.cathodes * levelToleranceUa + 1));
}
