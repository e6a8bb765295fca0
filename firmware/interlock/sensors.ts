// Clock, magnet, deadlines, sensors and read-back: what a call looks at before it has any effect (L6, L10–L12).

import * as board from '../board.ts';
import * as profile from '../profile.ts';
import { State, Status, Trip } from '../status.ts';
import * as hal from './hal.ts';
import { restart, switchOff, trip } from './latch.ts';
import * as s from './state.ts';

/** One step of the clock counts for at most this: longer than every deadline, and two of them fit an i32. */
const STEP_US_MAX = 0x3fffffff;
if (STEP_US_MAX <= profile.TRIP_WINDOW_US) ERROR('a step must outlast every deadline');

function countDown(scalar: i32, stepUs: i32): void {
  s.put(scalar, max(s.get(scalar) - stepUs, 0));
}
function countUp(scalar: i32, stepUs: i32, mostUs: i32): void {
  s.put(scalar, min(s.get(scalar) + stepUs, mostUs));
}

/** Moves every deadline on by the time since the last call, and ends output when the queue has run empty. */
function advanceClock(): void {
  const nowUs = hal.clock_us();
  const stepUs = <i32>min<u32>(<u32>(nowUs - s.get(s.S_CLOCK)), STEP_US_MAX);
  s.put(s.S_CLOCK, nowUs);
  countUp(s.S_POLL_AGE, stepUs, STEP_US_MAX);
  countDown(s.S_DISCHARGE, stepUs);
  countDown(s.S_TRIP_HOLD, stepUs);
  countUp(s.S_TRIP_AGE, stepUs, profile.TRIP_WINDOW_US);
  countUp(s.S_TRIP_AGE + 1, stepUs, profile.TRIP_WINDOW_US);
  const queueUs = s.get(s.S_QUEUE);
  if (queueUs === 0) return;
  s.put(s.S_QUEUE, max(queueUs - stepUs, 0));
  // Underrun. A request that would leave charge unrecovered for 100 ms is refused, so this is also where the clock ends a
  // charge that nobody recovers (L6).
  if (stepUs >= queueUs) switchOff(); // REQ-ARM-003
}

/** The magnet first: seen, it switches off in this call (L10). */
function readMagnet(): void {
  const magnet = hal.sense(board.SENSE_MAGNET);
  s.put(s.S_SENSE + board.SENSE_MAGNET, magnet);
  if (magnet === 0) return;
  if (magnet === 1) {
    s.put(s.S_TRIP, s.get(s.S_TRIP) | s.MAGNET_SEEN);
    switchOff(); // REQ-FLT-004
  } else trip(magnet === board.SENSE_STALE ? Trip.SENSOR_STALE : Trip.SENSOR_IMPOSSIBLE); // REQ-SEN-001
}

/**
 * The newest read-back against what it should show (L12). One is awaited at a time, so none is missed and none is judged
 * twice: once it is seen, its tag is not awaited again before another has been seen.
 */
export function readBack(): void {
  const sample = hal.sense(board.SENSE_READBACK);
  s.put(s.S_SENSE + board.SENSE_READBACK, sample);
  if (sample === board.SENSE_NO_SAMPLE || sample === board.SENSE_STALE) return;
  const tag = (sample >> board.READBACK_TAG_SHIFT) & board.TAG_MASK;
  s.put(s.S_TAG, tag);
  const expected = s.get(s.S_EXPECT);
  const kind = expected & s.EXPECT_KIND;
  if (kind === s.EXPECT_NONE || tag !== expected >> board.READBACK_TAG_SHIFT) return;
  s.put(s.S_EXPECT, s.EXPECT_NONE);
  s.put(s.S_UNSAMPLED, 0);
  const index = (expected >> board.READBACK_ELECTRODE_SHIFT) & board.SAMPLE_MASK;
  if (((sample >> board.READBACK_ELECTRODE_SHIFT) & 0xff) !== index) {
    trip(Trip.SENSOR_IMPOSSIBLE); // REQ-SEN-002
    return;
  }
  if (kind === s.EXPECT_MEASURE) s.put(s.S_SENSE + board.SENSE_VOLTAGE_MV, hal.sense(board.SENSE_VOLTAGE_MV));
  else compareReadBack(index, <i32>(<i16>sample), <i32>(<i16>expected));
}

/** Two mismatches in a row of the same electrode trip. */
function compareReadBack(index: i32, measuredUa: i32, levelUa: i32): void {
  const tolerances = s.get(s.S_TOLERANCE);
  const toleranceUa = max(abs(levelUa) / profile.READBACK_DIVISOR, tolerances & 0xffff) + (tolerances >> 16);
  const bit = 1 << index;
  const mismatches = s.get(s.S_MISMATCH);
  if (abs(measuredUa - levelUa) <= toleranceUa) {
    s.put(s.S_MISMATCH, mismatches & ~bit);
  } else {
    s.put(s.S_MISMATCH, mismatches | bit);
    if ((mismatches & bit) !== 0) trip(Trip.READBACK); // REQ-SEN-003
  }
}

/** Deadlines of polling and sampling (L11, L12). */
function checkDeadlines(): void {
  if (s.get(s.S_POLL_AGE) > profile.POLL_US_MAX) trip(Trip.POLL_LATE); // REQ-SEN-004
  if (s.get(s.S_UNSAMPLED) > profile.READBACK_MISSING_US) trip(Trip.READBACK_MISSING); // REQ-SEN-005
}

/** Opens every call: integrity, clock, magnet, deadlines. Whatever is wrong ends output before the call acts. */
export function enter(): void {
  if (!s.isIntact()) {
    restart(State.LOCKED, Trip.INTEGRITY, profile.READBACK_UA_MIN, 0); // REQ-INT-001
    return;
  }
  advanceClock();
  readMagnet();
  checkDeadlines();
}

/** Reads battery, temperature and self-test. Post: NONE, or why output must not be driven (L11). */
export function readSensors(): Trip {
  const batteryMv = hal.sense(board.SENSE_BATTERY_MV);
  const temperatureMc = hal.sense(board.SENSE_TEMPERATURE_MC);
  s.put(s.S_SENSE + board.SENSE_BATTERY_MV, batteryMv);
  s.put(s.S_SENSE + board.SENSE_TEMPERATURE_MC, temperatureMc);
  s.put(s.S_SENSE + board.SENSE_SELF_TEST, hal.sense(board.SENSE_SELF_TEST));
  if (batteryMv === board.SENSE_STALE || temperatureMc === board.SENSE_STALE) return Trip.SENSOR_STALE; // REQ-SEN-001
  if (batteryMv < 0 || batteryMv > profile.BATTERY_MV_IMPOSSIBLE_HIGH) return Trip.SENSOR_IMPOSSIBLE;
  if (
    temperatureMc < profile.TEMPERATURE_MC_IMPOSSIBLE_LOW ||
    temperatureMc > profile.TEMPERATURE_MC_IMPOSSIBLE_HIGH
  )
    return Trip.SENSOR_IMPOSSIBLE;
  if (temperatureMc > profile.TEMPERATURE_MC_MAX) return Trip.TEMPERATURE; // REQ-SEN-006
  if (batteryMv < profile.BATTERY_MV_MIN) return Trip.BATTERY; // REQ-SEN-007
  return Trip.NONE;
}

/** What `arm` and `clear` ask of the sensors. */
export function sensorRefusal(): i32 {
  const cause = readSensors();
  if (cause !== Trip.NONE) trip(cause);
  if (s.get(s.S_SENSE + board.SENSE_MAGNET) !== 0) return Status.MAGNET;
  return cause === Trip.NONE && s.get(s.S_POLL_AGE) <= profile.POLL_US_MAX ? Status.OK : Status.SENSOR;
}
