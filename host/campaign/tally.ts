// Counts records: outcomes, and faults by phase of operation.

import {
  FLIP_RESULTS,
  type FlipResult,
  OUTCOMES,
  type Outcome,
  PHASES,
  type Phase,
  STRUCK_NAMES,
  type StruckName,
} from './names.ts';
import { flipResult, isFailure, type RunRecord } from './record.ts';

/** How often each outcome came. */
export type Counts = Record<Outcome, number>;

export interface Tally {
  readonly runs: number;
  readonly counts: Counts;
  /** Runs that a fault struck in. */
  readonly faulted: number;
  /** By fault and by the phase that it struck in; a run with two faults counts in both. */
  readonly cells: ReadonlyMap<StruckName, ReadonlyMap<Phase, Counts>>;
  /** What became of flipped bits, by the fault's name. */
  readonly flips: ReadonlyMap<StruckName, Record<FlipResult, number>>;
  readonly failures: readonly RunRecord[];
}

export function tallyOf(records: Iterable<RunRecord>): Tally {
  const counts = noCounts();
  const cells = new Map<StruckName, Map<Phase, Counts>>();
  const flips = new Map<StruckName, Record<FlipResult, number>>();
  const failures: RunRecord[] = [];
  let runs = 0;
  let faulted = 0;
  for (const record of records) {
    runs++;
    counts[record.outcome]++;
    if (record.faults.length > 0) faulted++;
    if (isFailure(record)) failures.push(record);
    for (const { name, phase } of struckIn(record)) {
      const row = entry(cells, name, () => new Map<Phase, Counts>());
      entry(row, phase, noCounts)[record.outcome]++;
      if (name.endsWith('-flip')) entry(flips, name, noFlips)[flipResult(record)]++;
    }
  }
  failures.sort((a, b) => a.n - b.n);
  return { runs, counts, faulted, cells: inOrder(cells), flips, failures };
}

/** The faults of a run; a run without any counts as `none`, in the phase that all of them come to. */
function struckIn(record: RunRecord): { name: StruckName; phase: Phase }[] {
  if (record.faults.length > 0) return [...record.faults];
  return [{ name: 'none', phase: record.outcome === 'refused' ? 'programming' : 'stimulating' }];
}

function inOrder(cells: Map<StruckName, Map<Phase, Counts>>): Tally['cells'] {
  return new Map(
    STRUCK_NAMES.filter((name) => cells.has(name)).map((name) => [
      name,
      cells.get(name) as Map<Phase, Counts>,
    ]),
  );
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function noCounts(): Counts {
  return Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Counts;
}

function noFlips(): Record<FlipResult, number> {
  return Object.fromEntries(FLIP_RESULTS.map((result) => [result, 0])) as Record<FlipResult, number>;
}

/** Sum of all outcomes of a cell. */
export function totalOf(counts: Counts): number {
  return OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** Phases that some run was struck in, in the order of a run. */
export function phasesOf(tally: Tally): Phase[] {
  return PHASES.filter((phase) => [...tally.cells.values()].some((row) => row.has(phase)));
}
