// The record of a run: one JSON line, the same whoever ran it and whenever.

import type { CampaignFault } from './case.ts';
import type { FlipResult, Outcome, Phase, StreamName, StruckName } from './names.ts';

export interface FaultRecord {
  readonly name: StruckName;
  readonly phase: Phase;
  /** When it struck, µs from power-on. */
  readonly atUs: number;
  readonly fault: CampaignFault;
  /** Where a bit of a local, a register or the Pico's RAM flipped, in the binary's own words. */
  readonly place?: string;
}

export interface RunRecord {
  /** Number of the run in its plan, from 0. */
  readonly n: number;
  /** Seed of the run's device. */
  readonly seed: number;
  readonly outcome: Outcome;
  /** What ended it before its host did, in a word or two: `trip READBACK`, `watchdog`; or why it was refused. */
  readonly by?: string;
  /** Why it is hazardous. */
  readonly hazards?: readonly string[];
  readonly stream: StreamName;
  /** Faults that struck. */
  readonly faults: readonly FaultRecord[];
  readonly pulses: number;
  /** Largest true charge of an electrode and of a phase, nC. */
  readonly chargeNc: number;
  readonly phaseNc: number;
  /** Longest time from magnet, ESTOP or trip to the last current after it, µs. */
  readonly offUs: number;
  /** The first things that the oracle and the laws found beyond what a fault excuses, and how many there were. */
  readonly findings?: readonly string[];
  readonly findingsInAll?: number;
}

/**
 * Whether a run fails a campaign: it is hazardous, or nothing was broken and it did not end as it should. With a fault a
 * therapy may come out late, wrong or not at all: the campaign counts that, and only a hazard fails.
 */
export function isFailure(record: RunRecord): boolean {
  if (record.outcome === 'hazardous') return true;
  if (record.faults.length > 0) return false;
  return record.outcome !== 'pass' && record.outcome !== 'refused';
}

/** What became of a flipped bit. */
export function flipResult(record: RunRecord): FlipResult {
  switch (record.outcome) {
    case 'pass':
      return 'masked';
    case 'tripped':
      return record.by === 'trip INTEGRITY' ? 'detected' : 'safe stop';
    case 'refused':
      return 'safe stop';
    case 'wrong':
      return 'wrong therapy';
    default:
      return record.outcome;
  }
}
