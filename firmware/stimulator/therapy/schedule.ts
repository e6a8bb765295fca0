// Which pulse comes next, and the queue that is kept filled with it: the areas' pulses interleaved, and recharge between.
//
// The earliest ideal onset first, ties to the lowest area; nothing is pre-empted. A pulse occupies its phases, gap, active
// recharge and 10 µs; its onset is its ideal onset, or the end of what occupies the output then. A delay never moves a
// later ideal onset. A pulse of amplitude 0 occupies its time as recharge.

import { HORIZON_US_MAX, SEGMENT_US_MIN } from '../../profile.ts';
import { Status } from '../../status.ts';
import { PULSE_REST_US } from '../../wire.ts';
import {
  firstArea,
  lastArea,
  NEVER,
  NEXT_REL,
  nextArea,
  OCCUPANCY_US,
  openAreas,
  rebaseAreas,
  SEGMENTS,
} from './area.ts';
import { notePulse } from './delivered.ts';
import { advance, endTrain } from './ideal.ts';
import { beginPulse, continuePulse, isPulseBegun, prepareLevels, resetPulse } from './pulse.ts';
import {
  canWait,
  freePlaces,
  isLater,
  mustWait,
  openQueue,
  queueBaseUs,
  queueEndRel,
  queueIdlePiece,
  rebaseQueue,
  roomLeft,
} from './queue.ts';
import { beginStop, isStopped, rampedUa, rebaseRamp, resetRamp } from './ramp.ts';

/** Nothing begins later than this after now … */
const FILL_US: i32 = 12000;
/** … and nothing ends later than this: the horizon less what a call may take. */
const REACH_US: i32 = HORIZON_US_MAX - 1000;
/**
 * Recharge before the first onset, in which the queue is filled: pulses are played as soon as they are queued, and the
 * shortest ones as fast.
 */
const LEAD_US: u64 = 1000;
/** More pulses than can begin in FILL_US: each occupies at least 20 µs. */
const PULSES_A_FILL: i32 = 640;
/** Pieces of idle time that reach as far as FILL_US. */
const PIECES_A_FILL: i32 = 8;

if (FILL_US / (10 + PULSE_REST_US) > PULSES_A_FILL) ERROR('a fill is bounded by its pulses');

/** End of the last pulse's occupancy, relative. */
let busyRel: i32 = 0;
let over: bool = false;

/** Starts the program of a slot with an empty queue. The first request must follow at once. */
export function openSchedule(slot: i32): void {
  resetRamp();
  resetPulse();
  openAreas(slot, openQueue() + LEAD_US); // REQ-SCH-019
  busyRel = 0;
  over = false;
}

/** True when every pulse and its rest are queued: nothing follows. */
export function isScheduleOver(): bool {
  return over;
}

/** STOP: what is queued is delivered, then each area ramps down. */
export function stopSchedule(): void {
  beginStop(queueEndRel());
}

/** The area with the earliest ideal onset, the lowest one of several; 0: none has a pulse left. */
function earliestArea(): usize {
  let earliest: usize = 0;
  let earliestRel = NEVER;
  const last = lastArea();
  for (let area = firstArea(); area < last; area = nextArea(area)) {
    const nextRel = load<i32>(area, NEXT_REL);
    if (nextRel < earliestRel) {
      earliest = area;
      earliestRel = nextRel;
    }
  }
  return earliest; // REQ-SCH-002
}

function rebase(nowUs: u64): void {
  const shiftUs = rebaseQueue(nowUs);
  // Not before the end of the queue: nothing can begin there, and an idle day must not run out of the 32 bits.
  busyRel = max(busyRel - shiftUs, 0);
  rebaseAreas(queueBaseUs(), shiftUs);
  rebaseRamp(shiftUs);
}

/** Queues recharge until `untilRel`, as far as `fillRel` and the FIFO allow. Returns OK, FIFO_FULL where it can wait, or the refusal. */
function fillIdle(untilRel: i32, fillRel: i32): i32 {
  for (let n = 0; n < PIECES_A_FILL; n++) {
    const endRel = queueEndRel();
    if (endRel >= untilRel || endRel >= fillRel || roomLeft() <= 0) return Status.OK;
    const status = canWait() ? <i32>Status.FIFO_FULL : queueIdlePiece(untilRel);
    if (status !== Status.OK) return status;
  }
  return Status.OK;
}

/**
 * The onset, or the first one after it that idle time can reach. Recharge is queued up to the next onset; where STOP takes
 * that pulse away, the one after it may be due too soon behind the queue's end for a segment between them.
 */
function reachable(onsetRel: i32): i32 {
  const idleUs = onsetRel - queueEndRel();
  return idleUs > 0 && idleUs < SEGMENT_US_MIN ? queueEndRel() + SEGMENT_US_MIN : onsetRel;
}

/** Queues the pulse of an area whose levels are prepared. Returns the interlock's refusal, or OK. */
function fillPulse(area: usize, onsetRel: i32, madeUa: i32): i32 {
  notePulse(area, <u32>queueBaseUs() + onsetRel, onsetRel - load<i32>(area, NEXT_REL), madeUa);
  beginPulse(area);
  pass(area, onsetRel);
  return continuePulse();
}

/** The pulse of an area is settled: its time is taken, the next one is due. */
function pass(area: usize, onsetRel: i32): void {
  busyRel = onsetRel + load<i32>(area, OCCUPANCY_US);
  advance(area, queueBaseUs());
}

/**
 * Fills the queue up to 12 ms ahead of `nowUs` or until the FIFO is nearly full. Returns OK (also where the rest must
 * wait), or what the interlock refused a segment with.
 */
export function fillQueue(nowUs: u64): i32 {
  rebase(nowUs);
  freePlaces(nowUs);
  const nowRel = <i32>(nowUs - queueBaseUs());
  if (isPulseBegun()) {
    const status = continuePulse();
    if (status !== Status.OK) return isLater(status) ? Status.OK : status;
  }
  const status = fillPulses(nowRel + FILL_US, nowRel + REACH_US);
  return isLater(status) ? Status.OK : status;
}

function fillPulses(fillRel: i32, reachRel: i32): i32 {
  for (let n = 0; n < PULSES_A_FILL; n++) {
    if (mustWait()) return Status.FIFO_FULL;
    const area = earliestArea();
    if (area === 0) return fillRest();
    const idealRel = load<i32>(area, NEXT_REL);
    if (isStopped(area, idealRel)) {
      endTrain(area);
      continue;
    }
    const onsetRel = reachable(max(idealRel, busyRel)); // REQ-SCH-002
    if (onsetRel > fillRel) return fillIdle(onsetRel, fillRel);
    const madeUa = prepareLevels(area, rampedUa(area, idealRel));
    if (madeUa === 0) {
      pass(area, onsetRel); // REQ-SCH-007
      continue;
    }
    if (onsetRel + load<i32>(area, OCCUPANCY_US) > reachRel) return fillIdle(onsetRel, fillRel);
    let status = fillIdle(onsetRel, fillRel);
    if (status !== Status.OK || queueEndRel() < onsetRel) return status;
    if (roomLeft() < load<i32>(area, SEGMENTS)) return Status.OK; // REQ-SCH-005
    status = fillPulse(area, onsetRel, madeUa);
    if (status !== Status.OK) return status;
  }
  return Status.OK;
}

/** No pulse is left: the last one gets its rest unless recharge is queued already, and the schedule is over. */
function fillRest(): i32 {
  const isMissing = busyRel - queueEndRel() >= PULSE_REST_US;
  const status = isMissing ? queueIdlePiece(busyRel) : <i32>Status.OK;
  if (status === Status.OK) over = true;
  return status;
}
