// Whether a capture that does not hold would, had two of its contacts changed places or all its currents been turned round: then
// the leads, the probes or the mapping are wrong and not the stimulator.

import type { Therapy } from '../../host/therapy/therapy.ts';
import { type Capture, ELECTRODES, type Stretch, withStretches } from './capture.ts';
import { electrodeName } from './finding.ts';
import { judge } from './judge.ts';
import type { JudgeOptions } from './options.ts';
import { planTherapy } from './plan.ts';

/** What the contacts of a capture look like. */
export interface Swap {
  /** Two electrodes that have changed places, or none where all currents are turned round. */
  readonly electrodes: readonly [number, number] | null;
  /** One sentence: what is wrong and what to look at. */
  readonly message: string;
}

/** Stretches that are looked at. */
const STRETCHES_MAX = 3000;
/** The findings that are left of so many are few: the capture may have faults of its own. */
const LEFT_SHARE_MAX = 0.1;

/** The exchange that explains a capture's findings; null where none does. Throws as `judge` does. */
export function findSwap(capture: Capture, therapy: Therapy, options: JudgeOptions = {}): Swap | null {
  const part = beginning(capture);
  const before = findingsOf(part, therapy, options);
  if (before === 0) return null;
  const explains = (places: readonly number[], sign: number) =>
    findingsOf(rearranged(part, places, sign), therapy, options) <= before * LEFT_SHARE_MAX;
  const pairs = pairsOf(part, therapy);
  const pair = pairs.find((electrodes) => explains(exchanged(electrodes), 1));
  const isTurned = explains(exchanged(null), -1);
  if (pair === undefined) return isTurned ? { electrodes: null, message: TURNED } : null;
  const [a, b] = pair.map(electrodeName);
  const orTurned = isTurned ? ', or all currents are turned round' : '';
  return {
    electrodes: pair,
    message: `${a} and ${b} look swapped${orTurned}: with them exchanged it fits the therapy; check the leads, the probes and the mapping`,
  };
}

const TURNED =
  'all currents look turned round: with opposite signs it fits the therapy; check the probes, and the signs of uaPerVolt';

function beginning(capture: Capture): Capture {
  const kept: Stretch[] = [];
  for (const stretch of capture.stretches()) {
    if (kept.length >= STRETCHES_MAX) break;
    kept.push({ ...stretch, levelsUa: stretch.levelsUa.slice() });
  }
  return withStretches(capture, () => kept);
}

function findingsOf(capture: Capture, therapy: Therapy, options: JudgeOptions): number {
  const verdict = judge(capture, therapy, options);
  return verdict.findings.length + verdict.more;
}

/** Pairs of electrodes, one of which at least is driven in the capture, and one in the therapy. */
function pairsOf(capture: Capture, therapy: Therapy): [number, number][] {
  const seen = new Set<number>();
  for (const { levelsUa } of capture.stretches()) addDriven(seen, levelsUa);
  const asked = new Set<number>();
  for (const { fractions } of planTherapy(therapy)) addDriven(asked, fractions);
  const pairs: [number, number][] = [];
  for (let a = 0; a < ELECTRODES; a++) {
    for (let b = a + 1; b < ELECTRODES; b++) {
      if ((seen.has(a) || seen.has(b)) && (asked.has(a) || asked.has(b))) pairs.push([a, b]);
    }
  }
  return pairs;
}

function addDriven(electrodes: Set<number>, levels: Int32Array): void {
  for (let e = 0; e < ELECTRODES; e++) if (levels[e] !== 0) electrodes.add(e);
}

/** For each electrode the one whose current it gets. */
function exchanged(pair: readonly [number, number] | null): number[] {
  const places = Array.from({ length: ELECTRODES }, (_, e) => e);
  if (pair !== null) [places[pair[0]], places[pair[1]]] = [pair[1], pair[0]];
  return places;
}

function rearranged(capture: Capture, places: readonly number[], sign: number): Capture {
  return withStretches(capture, function* () {
    const levelsUa = new Int32Array(ELECTRODES);
    for (const stretch of capture.stretches()) {
      places.forEach((from, e) => {
        levelsUa[e] = sign * stretch.levelsUa[from];
      });
      yield { ...stretch, levelsUa };
    }
  });
}
