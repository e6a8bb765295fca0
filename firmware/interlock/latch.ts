// Off, trip, arm and clear: the interlock's states and everything that ends output (L8, L9).

import * as board from '../board.ts';
import * as profile from '../profile.ts';
import { State, Status, Trip } from '../status.ts';
import * as hal from './hal.ts';
import * as s from './state.ts';

// The bucket and the phase counts restart at `arm`: the discharge time is longer than either needs to be empty.
if (profile.TRIPS_MAX !== 3) ERROR('two ages and the newest trip make three');
if (profile.DISCHARGE_US < profile.PHASE_REST_US) ERROR('the phase count must have rested before arm');
if (profile.DISCHARGE_US < profile.MEAN_TOTAL_DEPTH_PC / profile.MEAN_TOTAL_UA)
  ERROR('the bucket must be empty before arm');
if (profile.DISCHARGE_US !== 9 * profile.RECHARGE_HALF_LIFE_US) ERROR('arm waits for nine half-lives');
if (profile.UNRECOVERED_PC_MAX > profile.ARMED_DOUBT_PC * 512)
  ERROR('nine half-lives halve the doubt nine times');

/** Charge bookkeeping of every electrode from here on: nothing on account, `doubtPc` either way in doubt, all at rest. */
function restartElectrodes(doubtPc: i32): void {
  for (let i = 0; i < profile.ELECTRODES; i++) {
    const e = s.electrode(i);
    s.putAccountPc(e, 0);
    s.putHighPc(e, doubtPc);
    s.putLowPc(e, -doubtPc);
    s.putRisePc(e, 0);
    s.putFallPc(e, 0);
    s.putTimes(e, profile.PHASE_REST_US);
    s.putLimits(e, s.limitUa(e), 0);
  }
  s.sumRecords();
}

/** Output off in this very call; the discharge time starts again. Nobody knows what was cut: every doubt is full. */
export function switchOff(): void {
  hal.off();
  if (s.get(s.S_STATE) === State.ARMED) s.put(s.S_STATE, State.DISARMED);
  s.put(s.S_QUEUE, 0);
  s.put(s.S_DISCHARGE, profile.DISCHARGE_US); // REQ-ARM-001
  s.put(s.S_UNRECOVERED, 0);
  s.put(s.S_MEASURES, 0);
  s.put(s.S_UNSAMPLED, 0);
  s.put(s.S_EXPECT, s.EXPECT_NONE);
  s.put(s.S_BUCKET, profile.MEAN_TOTAL_DEPTH_PC);
  restartElectrodes(profile.UNRECOVERED_PC_MAX); // REQ-ARM-002
}

/** True, with the output off, where the stage says that it is empty while something should still be playing. */
export function hasRunDry(room: i32): bool {
  if (room < board.FIFO_SEGMENTS || s.get(s.S_QUEUE) === 0) return false;
  switchOff(); // REQ-ARM-003
  return true;
}

/** Output off and latched. A further cause while latched changes nothing but that the output is switched off again. */
export function trip(cause: Trip): void {
  switchOff();
  if (s.get(s.S_STATE) >= State.TRIPPED) return;
  const oldest = s.get(s.S_TRIP_AGE + 1);
  s.put(s.S_TRIP_AGE + 1, s.get(s.S_TRIP_AGE));
  s.put(s.S_TRIP_AGE, 0);
  s.put(s.S_TRIP, cause);
  s.put(s.S_TRIP_HOLD, profile.TRIP_HOLD_US);
  s.put(s.S_STATE, oldest < profile.TRIP_WINDOW_US ? State.LOCKED : State.TRIPPED); // REQ-FLT-003
}

/** The state of a device that has just been reset, `trips` (0–2) of the last ten minutes counted as of now. */
export function restart(state: State, cause: Trip, toleranceUa: i32, trips: i32): void {
  s.put(s.S_STATE, state);
  s.put(s.S_TRIP, cause);
  s.put(s.S_CLOCK, hal.clock_us());
  s.put(s.S_POLL_AGE, 0);
  s.put(s.S_TRIP_HOLD, profile.TRIP_HOLD_US);
  s.put(s.S_TRIP_AGE, trips > 0 ? 0 : profile.TRIP_WINDOW_US);
  s.put(s.S_TRIP_AGE + 1, trips > 1 ? 0 : profile.TRIP_WINDOW_US);
  s.put(s.S_SEGMENTS, 0);
  s.put(s.S_SAMPLE, 0);
  s.put(s.S_WAIT, 0);
  s.put(s.S_TAG, -1);
  s.put(s.S_MISMATCH, 0);
  s.put(s.S_TOLERANCE, min(max(toleranceUa, profile.READBACK_UA_MIN), profile.READBACK_UA_MAX));
  for (let i = 0; i < 6; i++) s.put(s.S_SENSE + i, board.SENSE_STALE);
  for (let i = 0; i < profile.ELECTRODES; i++) {
    const e = s.electrode(i);
    s.putLimits(e, profile.AMPLITUDE_UA_MAX, 0);
    s.putLimitPc(e, profile.PHASE_PC_SET_DEFAULT);
  }
  s.putLevels(0, 0, 0, 0, 0, 0, 0, 0);
  switchOff();
}

/** What a call is answered with while the output may not be driven: OK only while armed. */
export function refusal(): i32 {
  const state = s.get(s.S_STATE);
  if (state === State.ARMED) return Status.OK;
  if (state === State.TRIPPED) return Status.TRIPPED;
  if (state === State.LOCKED) return Status.LOCKED;
  return Status.NOT_ARMED;
}

/** Post: ARMED with every account 0 and every doubt 10 nC, or unchanged. `sensors`: OK, or why they forbid it. */
export function armNow(sensors: i32): i32 {
  const state = s.get(s.S_STATE);
  if (state === State.TRIPPED) return Status.TRIPPED;
  if (state === State.LOCKED) return Status.LOCKED;
  if (sensors !== Status.OK) return sensors;
  if (state === State.ARMED) return Status.OK;
  if (s.get(s.S_DISCHARGE) > 0) return Status.DISCHARGING; // REQ-ARM-001
  s.put(s.S_STATE, State.ARMED);
  s.put(s.S_BUCKET, 0);
  s.put(s.S_TRIP, Trip.NONE);
  s.put(s.S_MISMATCH, 0);
  s.put(s.S_SAMPLE, 0);
  s.put(s.S_WAIT, 0);
  restartElectrodes(profile.ARMED_DOUBT_PC);
  return Status.OK;
}

/** Post: DISARMED, or unchanged. `sensors`: OK, or the cause that is still there. */
export function clearNow(sensors: i32): i32 {
  const state = s.get(s.S_STATE);
  if (state === State.LOCKED) return Status.LOCKED;
  if (state !== State.TRIPPED) return Status.OK;
  if (s.get(s.S_TRIP_HOLD) > 0) return Status.TRIPPED; // REQ-FLT-002
  if (sensors !== Status.OK) return sensors;
  s.put(s.S_STATE, State.DISARMED);
  return Status.OK;
}
