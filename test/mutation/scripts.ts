// Every script that is recorded, the ones that find most mutants first.

import type { Recorder } from './recorder.ts';
import * as board from './script-board.ts';
import * as gate from './script-gate.ts';
import * as roundings from './script-roundings.ts';
import * as samples from './script-samples.ts';
import * as trips from './script-trips.ts';
import * as turns from './script-turns.ts';

export interface Script {
  readonly name: string;
  /** Clock when it begins, µs. */
  readonly startUs: number;
  readonly run: (recorder: Recorder) => void;
}

const walk = (rounds: number, mostUa: number, mostUs: number) => (recorder: Recorder) => {
  gate.armedWide(recorder);
  gate.walk(recorder, rounds, mostUa, mostUs);
};

export const scripts: readonly Script[] = [
  { name: 'short life', startUs: 0, run: board.shortLife },
  { name: 'every contact', startUs: 0, run: turns.everyContact },
  { name: 'measurements', startUs: 7, run: samples.measurements },
  { name: 'long runs', startUs: 0, run: gate.longRuns },
  { name: 'afresh after off', startUs: 0, run: board.afreshAfterOff },
  { name: 'walk of small pulses', startUs: 2 ** 31 - 200_000, run: walk(120, 800, 400) },
  { name: 'walk of long pulses', startUs: 0, run: walk(120, 2900, 1000) },
  { name: 'walk of large pulses', startUs: 0, run: walk(120, 12_000, 200) },
  { name: 'held charges', startUs: 0, run: gate.heldCharges },
  { name: 'fresh from arm', startUs: 0, run: gate.freshFromArm },
  { name: 'rooms', startUs: 0, run: board.roomEdges },
  { name: 'horizon', startUs: 0, run: gate.fullHorizon },
  { name: 'trips', startUs: 0, run: trips.tripWindow },
  { name: 'retained trips', startUs: 9, run: trips.retainedTrips },
  { name: 'silent stage', startUs: 0, run: samples.silentStage },
  { name: 'distinct levels', startUs: 0, run: turns.distinctLevels },
  { name: 'small levels', startUs: 0, run: turns.smallLevels },
  { name: 'filling in', startUs: 0, run: turns.fillingIn },
  { name: 'idle case', startUs: 0, run: gate.idleCase },
  { name: 'full bucket', startUs: 0, run: gate.fullBucket },
  { name: 'bad requests', startUs: 0, run: gate.badRequests },
  { name: 'retained', startUs: 123_456, run: trips.retainedBoots },
  { name: 'wrong read-backs', startUs: 0, run: samples.wrongReadBacks },
  { name: 'limits', startUs: 0, run: board.limitEdges },
  { name: 'sensors', startUs: 0, run: board.sensorEdges },
  { name: 'clock', startUs: 2 ** 32 - 30_000, run: board.clockSteps },
  { name: 'read-back', startUs: 0, run: samples.readBackEdges },
  { name: 'forgotten mismatches', startUs: 0, run: samples.forgottenMismatches },
  { name: 'deep charges', startUs: 0, run: gate.deepCharges },
  { name: 'roundings', startUs: 0, run: roundings.roundings },
  { name: 'smallest bounds', startUs: 0, run: roundings.smallestBounds },
  { name: 'smallest accounts', startUs: 0, run: roundings.smallestAccounts },
  { name: 'waiting turns', startUs: 0, run: turns.waitingTurns },
  { name: 'long train', startUs: 0, run: turns.longTrain },
  { name: 'lost read-backs', startUs: 0, run: turns.lostReadBacks },
  { name: 'never booted', startUs: 0, run: board.neverBooted },
  { name: 'flipped bits', startUs: 0, run: board.flippedBits },
];
