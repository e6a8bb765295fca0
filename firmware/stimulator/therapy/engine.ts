// The therapy from START to its end: arming, stimulating, ramping down, and every way in which it stops.
// It only asks the interlock; when the interlock is no longer armed, it finds out why and stays idle. Nothing resumes.

import {
  FIFO_SEGMENTS,
  POLL_PERIOD_US,
  READING_DISCHARGE_US,
  START_US_MAX,
  STATUS_MAGNET,
  STATUS_STATE_MASK,
  STOP_DISARM,
  STOP_ESTOP,
} from '../../board.ts';
import { DISCHARGE_US } from '../../profile.ts';
import { Mode, State, Status, StopReason, Therapy } from '../../status.ts';
import { SLOTS } from '../../wire.ts';
import { reading, stop } from '../interlock.ts';
import { isEmpty, resetStore } from '../store/program.ts';
import { countDelivered, resetDelivered, settleDelivered, startDelivered } from './delivered.ts';
import { openFeasible } from './feasible.ts';
import { cancelImpedance, isMeasuringPulse, resetImpedance, runImpedance } from './impedance.ts';
import { clockUs, notedStatus, noteNow, noteStatus } from './now.ts';
import { openPeaks } from './peaks.ts';
import { freePlaces, isFillPutOff, LOW_WATER_US, queueBaseUs, queueEndUs } from './queue.ts';
import { armOrWait, startRefusal } from './ready.ts';
import { fillQueue, isScheduleOver, openSchedule, stopSchedule } from './schedule.ts';
import {
  activeMode,
  activeSlot,
  enterArming,
  enterIdle,
  enterState,
  lastReason,
  lastRefusal,
  resetState,
  stateChanges,
  therapyState,
} from './state.ts';
import { checkProgram } from './validate.ts';

// asc takes a re-export with a file's extension for another file: imported and exported apart.
export { activeMode, activeSlot, lastReason, lastRefusal, stateChanges, therapyState };

/** Why the ramp-down that is going on was asked for. */
let stopReason: i32 = 0;

/** After a reset: no programs, idle, nothing resumes. */
export function bootTherapy(): void {
  resetStore(); // REQ-THR-009
  resetState();
  stopReason = StopReason.STOP;
  resetDelivered();
  resetImpedance();
}

/**
 * Starts the program of a slot; the first pulse follows the interlock's discharge time. Returns OK, BAD_SLOT,
 * BAD_ARGUMENT for an unknown mode, STIMULATING while anything is going on, EMPTY_PROGRAM, TRIPPED, LOCKED, MAGNET, or
 * why validation refuses the program.
 */
export function start(slot: i32, mode: i32): i32 {
  if (slot < 0 || slot >= SLOTS) return Status.BAD_SLOT;
  if (mode !== Mode.CLINIC && mode !== Mode.FREE_RUNNING) return Status.BAD_ARGUMENT;
  if (therapyState() !== Therapy.IDLE) return Status.STIMULATING;
  if (isEmpty(slot)) return Status.EMPTY_PROGRAM;
  const refused = startRefusal();
  if (refused !== Status.OK) return refused;
  const checked = checkProgram(slot);
  if (checked !== Status.OK) return checked; // REQ-SCH-014
  startDelivered();
  openPeaks(slot);
  openFeasible(slot);
  enterArming(slot, mode);
  return Status.OK;
}

/** STOP: completes what is queued, ramps down, ends. Returns OK, or NOT_STIMULATING. */
export function stopSoft(): i32 {
  return stopBecause(StopReason.STOP);
}

/** The link has fallen silent in clinic mode: stops as STOP does. */
export function linkLost(): void {
  stopBecause(StopReason.LINK_LOSS);
}

function stopBecause(reason: i32): i32 {
  switch (therapyState()) {
    case Therapy.IDLE:
      return Status.NOT_STIMULATING;
    case Therapy.ARMING:
      enterIdle(reason, Status.OK);
      break;
    case Therapy.STIMULATING:
      stopReason = reason;
      stopSchedule(); // REQ-SCH-008
      enterState(Therapy.STOPPING);
      break;
    case Therapy.MEASURING:
      // A measuring pulse that is queued is over in a few ms: it is not cut.
      if (!isMeasuringPulse()) cancelImpedance();
      break;
    default:
      break;
  }
  return Status.OK;
}

/** Output off in this call, whatever is going on. `reason`: a StopReason. Returns the interlock's Status. */
export function stopNow(reason: i32): i32 {
  const result = stop(STOP_ESTOP); // REQ-SCH-015
  const state = therapyState();
  if (state === Therapy.MEASURING) cancelImpedance();
  else if (state !== Therapy.IDLE) end(reason, Status.OK, offUs());
  return result;
}

/** Ends a therapy whose output went off at `offUs`. */
function end(reason: i32, refused: i32, offUs: u64): void {
  settleDelivered(offUs);
  enterIdle(reason, refused);
}

/** Goes on with whatever is going on. `nowUs`: clock. Returns µs until it wants to run again. */
export function runTherapy(nowUs: u64): i32 {
  noteNow(nowUs);
  noteStatus();
  switch (therapyState()) {
    case Therapy.IDLE:
      return POLL_PERIOD_US;
    case Therapy.ARMING:
      return runArming();
    case Therapy.MEASURING:
      return runImpedance(nowUs);
    default:
      return runStimulation(nowUs);
  }
}

function runArming(): i32 {
  const armed = armOrWait();
  if (armed < 0) return -armed;
  if (armed !== Status.OK) {
    enterIdle(refusedToArm(armed), armed);
    return 0;
  }
  stopReason = StopReason.STOP;
  enterState(Therapy.STIMULATING);
  openSchedule(activeSlot());
  return fill(queueBaseUs());
}

/** Why a therapy ended that the interlock did not arm for. */
function refusedToArm(armed: i32): i32 {
  if (armed === Status.MAGNET) return StopReason.MAGNET;
  return armed === Status.TRIPPED || armed === Status.LOCKED ? StopReason.TRIP : StopReason.REFUSED;
}

function runStimulation(nowUs: u64): i32 {
  const packed = notedStatus();
  if ((packed & STATUS_STATE_MASK) !== State.ARMED) {
    endDisarmed(packed, nowUs);
    return 0;
  }
  countDelivered(nowUs);
  if (!isScheduleOver()) return fill(nowUs);
  const leftUs = <i64>(queueEndUs() - nowUs);
  if (leftUs > 0) return <i32>leftUs;
  stop(STOP_DISARM); // REQ-SCH-016
  end(stopReason, Status.OK, nowUs);
  return 0;
}

/** Tops the queue up. Returns µs until the next time. */
function fill(nowUs: u64): i32 {
  const refused = fillQueue(nowUs);
  if (refused !== Status.OK) {
    endRefused(refused, nowUs);
    return 0;
  }
  if (isFillPutOff()) return 0;
  // Filling takes time itself: what is left counts from here.
  const filledUs = clockUs();
  const leftUs = <i32>(queueEndUs() - filledUs);
  if (isScheduleOver()) return max(leftUs, 0);
  if (leftUs > 2 * LOW_WATER_US) return leftUs - LOW_WATER_US;
  // A queue of many short segments fills the FIFO before it is long: then half of it may be played, if it is not already.
  const isLow = leftUs < LOW_WATER_US && freePlaces(filledUs) > FIFO_SEGMENTS / 2;
  return isLow ? 0 : max(leftUs / 2, 0); // REQ-SCH-022
}

/** The interlock refused a segment for good: output off, unless it was off already. */
function endRefused(refused: i32, nowUs: u64): void {
  const packed = noteStatus();
  if ((packed & STATUS_STATE_MASK) !== State.ARMED) {
    endDisarmed(packed, nowUs);
    return;
  }
  stop(STOP_ESTOP);
  end(StopReason.REFUSED, refused, clockUs()); // REQ-SCH-017
}

/** The interlock has switched off by itself: finds out why and when. */
function endDisarmed(packed: i32, nowUs: u64): void {
  const state = packed & STATUS_STATE_MASK;
  let reason: i32 = StopReason.UNDERRUN;
  if (state === State.TRIPPED || state === State.LOCKED) reason = StopReason.TRIP;
  else if ((packed & STATUS_MAGNET) !== 0) reason = StopReason.MAGNET;
  else if (isScheduleOver() && nowUs + START_US_MAX >= queueEndUs()) reason = stopReason;
  end(reason, Status.OK, offUs()); // REQ-SCH-018
}

/** When the interlock switched off, from the discharge time that is left, clock µs. */
function offUs(): u64 {
  // The clock first: the interlock looks at it as soon as it is called, and the call takes µs.
  const nowUs = clockUs();
  const goneUs = DISCHARGE_US - reading(READING_DISCHARGE_US);
  return nowUs - <u64>(goneUs < 0 ? 0 : goneUs);
}
