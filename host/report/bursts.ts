// Counts the pulses of bursts and measures their rate from the onsets that a trace shows, whatever the program says of them.

import { contactLevelsUa } from '../therapy/levels.ts';
import type { AreaSettings } from '../therapy/therapy.ts';
import type { RunRecord } from './record.ts';
import { findOnsets, hasShape } from './window.ts';

/** What the bursts of an area were seen to be. */
export interface SeenBurst {
  /** Pulses of most bursts; a ramp's first one, or one that an on-window cuts, may have fewer. */
  readonly pulses: number;
  /** Mean rate inside those bursts, Hz; undefined for bursts of one pulse. */
  readonly intraRateHz: number | undefined;
}

/**
 * The bursts of an area between the start of a run and the order to stop it. Undefined where no levels were captured, where
 * the pause between bursts is no longer than the one inside them, or where another area's pulses look like this one's.
 */
export function seenBurst(run: Pick<RunRecord, 'therapy' | 'scope'>, index: number): SeenBurst | undefined {
  const { scope, therapy } = run;
  const area = therapy.areas[index];
  const pauseNs = longestStepNs(area);
  if (scope === undefined || pauseNs === undefined || !isDistinct(therapy.areas, index)) return undefined;
  const onsets = findOnsets(scope.capture, area, { fromNs: scope.startNs, toNs: scope.stopNs });
  return measureBursts(
    onsets.map((onset) => onset.atNs),
    pauseNs,
  );
}

/** Bursts in a row of onsets, ns, that are split where two are further apart than `pauseNs`. The last one may be cut: left out. */
export function measureBursts(onsetsNs: readonly number[], pauseNs: number): SeenBurst | undefined {
  const bursts = splitAt(onsetsNs, pauseNs).slice(0, -1);
  const tally = new Map<number, { bursts: number; spanNs: number }>();
  for (const burst of bursts) {
    const entry = tally.get(burst.length) ?? { bursts: 0, spanNs: 0 };
    entry.bursts++;
    entry.spanNs += burst[burst.length - 1] - burst[0];
    tally.set(burst.length, entry);
  }
  const [most] = [...tally].sort(([, a], [, b]) => b.bursts - a.bursts);
  if (most === undefined) return undefined;
  const [pulses, { bursts: count, spanNs }] = most;
  return { pulses, intraRateHz: pulses > 1 ? ((pulses - 1) * count * 1e9) / spanNs : undefined };
}

function splitAt(onsetsNs: readonly number[], pauseNs: number): number[][] {
  const bursts: number[][] = [];
  for (const [index, atNs] of onsetsNs.entries()) {
    if (index === 0 || atNs - onsetsNs[index - 1] > pauseNs) bursts.push([atNs]);
    else bursts[bursts.length - 1].push(atNs);
  }
  return bursts;
}

/** Halfway between the time from pulse to pulse and that from the last pulse to the next burst, ns. */
function longestStepNs(area: AreaSettings): number | undefined {
  if (area.burst === undefined) return undefined;
  const stepNs = 1e9 / area.burst.intraRateHz;
  const pauseNs = 1e9 / area.rateHz - (area.burst.pulses - 1) * stepNs;
  return pauseNs > stepNs * 1.2 ? (stepNs + pauseNs) / 2 : undefined;
}

/** Whether no other area drives the same electrodes in the same directions. */
function isDistinct(areas: readonly AreaSettings[], index: number): boolean {
  const shapes = areas.map((area) => contactLevelsUa(area, SHAPE_UA).map(Math.sign));
  return shapes.every((shape, other) => other === index || !hasShape(shape, shapes[index]));
}

/** An amplitude at which every electrode of an area carries current, µA. */
const SHAPE_UA = 25_500;
