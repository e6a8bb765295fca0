// The interlock: the only module that can release output, and its whole attack surface. It takes clock and sensors from
// the board, never from its caller; every call looks at them before it acts. It may never release what breaks a law.

import * as board from '../board.ts';
import * as profile from '../profile.ts';
import { State, Status, Trip } from '../status.ts';
import { passActive, passZero } from './gate.ts';
import * as hal from './hal.ts';
import { armNow, clearNow, hasRunDry, refusal, restart, switchOff, trip } from './latch.ts';
import { enter, readBack, readSensors, sensorRefusal } from './sensors.ts';
import * as s from './state.ts';
import { high } from './words.ts';

// The limits as immutable globals of the binary: host, simulator and proofs read them there.
export const AMPLITUDE_UA_MAX = profile.AMPLITUDE_UA_MAX;
export const PHASE_PC_MAX = profile.PHASE_PC_MAX;
export const PHASE_PC_SET_DEFAULT = profile.PHASE_PC_SET_DEFAULT;
export const UNRECOVERED_PC_MAX = profile.UNRECOVERED_PC_MAX;
export const RECOVERED_PC = profile.RECOVERED_PC;
export const MEAN_TOTAL_UA = profile.MEAN_TOTAL_UA;
export const HORIZON_US_MAX = profile.HORIZON_US_MAX;

/**
 * Called by the board alone, once after every reset, before anything else. Post: output off; DISARMED, or as latched as the
 * device was. `readbackToleranceUa`: what the board's converter can tell apart, µA, held to 100–500. `retained`: the status
 * before the reset, from a register that a watchdog reset leaves alone; 0 after the power was off.
 */
export function boot(readbackToleranceUa: i32, retained: i32): void {
  const trip = (retained >> board.STATUS_TRIP_SHIFT) & board.STATUS_TRIP_MASK;
  const trips = (retained >> board.STATUS_TRIPS_SHIFT) & board.STATUS_TRIPS_MASK;
  let state = retained & board.STATUS_STATE_MASK;
  // A lock needs the power off, but an integrity trip only a reboot. A trip still waits for its `clear`. REQ-FLT-006
  if (state < State.TRIPPED || state > State.LOCKED || trip === Trip.INTEGRITY) state = State.DISARMED;
  restart(state, state === State.DISARMED ? Trip.NONE : trip, readbackToleranceUa, trips); // REQ-ARM-004
  s.seal();
}

/**
 * Called by the board alone, at least every 100 ms. Judges every sensor and toggles the heartbeat. Gives the status as it is
 * then, which the board retains: on a Cortex-M0+ a call of its own for that would cost as much as this one.
 */
export function poll(): i32 {
  enter();
  readBack();
  hasRunDry(hal.segment_room());
  const cause = readSensors();
  if (cause !== Trip.NONE) trip(cause);
  s.put(s.S_POLL_AGE, 0);
  hal.heartbeat(); // REQ-FLT-001
  const packed = packedStatus();
  s.seal();
  return packed;
}

/**
 * Asks for a segment. Levels: eight words of two i16 µA each; with FLAG_CASE the case carries minus their sum.
 * Post: OK and queued behind what was queued before; or refused by number and nothing but clock and sensors has changed.
 */
export function request(
  durationUs: i32,
  flags: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
): i32 {
  enter();
  readBack();
  let status = refusal();
  if (status === Status.OK) {
    const passed = judge(durationUs, flags, w0, w1, w2, w3, w4, w5, w6, w7);
    if (passed >= 0) hal.segment(durationUs, passed, w0, w1, w2, w3, w4, w5, w6, w7);
    else status = -passed;
  }
  s.seal();
  return status;
}

/** Books the segment and gives its flags for the stage, or minus the refusal. */
function judge(
  durationUs: i32,
  flags: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
): i32 {
  const isZero = (w0 | w1 | w2 | w3 | w4 | w5 | w6 | w7) === 0;
  if (flags === board.FLAG_RECHARGE || flags === board.FLAG_HOLD)
    return isZero ? passZero(durationUs, flags) : -Status.BALANCE; // REQ-CUR-003
  if (isZero || (flags & ~(board.FLAG_CASE | board.FLAG_MEASURE)) !== 0) return -Status.BAD_ARGUMENT;
  s.putLevels(w0, w1, w2, w3, w4, w5, w6, w7);
  const passed = passActive(durationUs, flags);
  s.putLevels(0, 0, 0, 0, 0, 0, 0, 0);
  return passed;
}

/** Switches off in this very call (L10): ESTOP, or to disarm when a therapy has ended. */
export function stop(mode: i32): i32 {
  enter();
  switchOff(); // REQ-FLT-005
  s.seal();
  return mode === board.STOP_ESTOP || mode === board.STOP_DISARM ? Status.OK : Status.BAD_ARGUMENT;
}

/** Enables output: nine half-lives after it was last off, with a passed self-test, fresh sensors and no magnet (L9). */
export function arm(): i32 {
  enter();
  let sensors = sensorRefusal();
  if (sensors === Status.OK && s.get(s.S_SENSE + board.SENSE_SELF_TEST) !== 1) sensors = Status.SELF_TEST; // REQ-ARM-005
  const status = armNow(sensors);
  s.seal();
  return status;
}

/** Ends a trip: its cause gone, a second after it. Three trips in ten minutes and an integrity trip need a boot (L8). */
export function clear(): i32 {
  enter();
  const status = clearNow(sensorRefusal());
  s.seal();
  return status;
}

if (s.MAGNET_SEEN << board.STATUS_TRIP_SHIFT !== board.STATUS_MAGNET)
  ERROR('the magnet has its bit beside the trip');

function isElectrode(index: i32): bool {
  return <u32>index < <u32>profile.ELECTRODES;
}

/** Tightens an electrode's set limits, at any time. A lower limit than what was released since `arm` switches off (L15). */
export function lower_limit(index: i32, amplitudeUa: i32, phasePc: i32): i32 {
  return moveLimit(index, amplitudeUa, phasePc, false);
}

/** Widens an electrode's set limits: only disarmed, never past the hard limits (L15). */
export function raise_limit(index: i32, amplitudeUa: i32, phasePc: i32): i32 {
  return moveLimit(index, amplitudeUa, phasePc, true);
}

function moveLimit(index: i32, amplitudeUa: i32, phasePc: i32, isRaise: bool): i32 {
  enter();
  let status = Status.BAD_ARGUMENT;
  if (isElectrode(index)) {
    const e = s.electrode(index);
    status = Status.LIMIT;
    const mayMove = isRaise
      ? s.get(s.S_STATE) === State.DISARMED &&
        amplitudeUa >= s.limitUa(e) &&
        amplitudeUa <= profile.AMPLITUDE_UA_MAX &&
        phasePc >= s.limitPc(e) &&
        phasePc <= profile.PHASE_PC_MAX
      : amplitudeUa >= 0 && amplitudeUa <= s.limitUa(e) && phasePc >= 0 && phasePc <= s.limitPc(e);
    if (mayMove) {
      if (high(s.limits(e)) > amplitudeUa) switchOff(); // REQ-CUR-004
      const limits = s.limits(e);
      const change = limits ^ s.putLimits(e, amplitudeUa, high(limits)); // REQ-CUR-005
      s.changeRecords(change ^ s.limitPc(e) ^ phasePc);
      s.putLimitPc(e, phasePc);
      status = Status.OK;
    }
  }
  s.seal();
  return status;
}

/** Sensors as last seen, deadlines and set limits (board.ts, SENSE_* and READING_*); SENSE_STALE for any other channel. */
export function reading(channel: i32): i32 {
  enter();
  const value = readingOf(channel);
  s.seal();
  return value;
}

function readingOf(channel: i32): i32 {
  if (<u32>channel <= <u32>board.SENSE_VOLTAGE_MV) return s.get(s.S_SENSE + channel);
  if (channel === board.READING_DISCHARGE_US) return s.get(s.S_DISCHARGE);
  if (channel === board.READING_QUEUE_US) return s.get(s.S_QUEUE);
  if (channel === board.READING_TRIP_HOLD_US) return s.get(s.S_TRIP_HOLD);
  if (channel === board.READING_TRIPS) return recentTrips();
  if (channel === board.READING_SEGMENTS) return s.get(s.S_SEGMENTS);
  if (isElectrode(channel - board.READING_LIMIT_UA))
    return s.limitUa(s.electrode(channel - board.READING_LIMIT_UA));
  if (isElectrode(channel - board.READING_LIMIT_PC))
    return s.limitPc(s.electrode(channel - board.READING_LIMIT_PC));
  return board.SENSE_STALE;
}

function recentTrips(): i32 {
  let trips = 0;
  if (s.get(s.S_TRIP_AGE) < profile.TRIP_WINDOW_US) trips++;
  if (s.get(s.S_TRIP_AGE + 1) < profile.TRIP_WINDOW_US) trips++;
  return trips;
}

/** State, trip, magnet and activity, packed as board.ts says (STATUS_*). */
function packedStatus(): i32 {
  let packed = s.get(s.S_STATE) | (s.get(s.S_TRIP) << board.STATUS_TRIP_SHIFT);
  packed |= recentTrips() << board.STATUS_TRIPS_SHIFT;
  if (s.get(s.S_QUEUE) !== 0) packed |= board.STATUS_ACTIVE;
  return packed;
}

/** The same for whoever asks. */
export function status(): i32 {
  enter();
  const packed = packedStatus();
  s.seal();
  return packed;
}
