// What has been requested of the interlock and not yet been played: where the queue ends on the clock, and how many
// places of the stage's FIFO it takes. Every segment of the stimulator is requested here.
//
// The one assumption about the output stage: it starts the first segment at the first µs tick after the request, and
// plays what follows back to back. So a segment's onset is
//   clock at the first request + 1 + everything queued before it.

import { FIFO_SEGMENTS, FLAG_RECHARGE } from '../../board.ts';
import { IDLE_US_MAX } from '../../profile.ts';
import { Status } from '../../status.ts';
import { isUrgent } from '../attend.ts';
import { request } from '../interlock.ts';
import { clockUs } from './now.ts';

const START_US: u64 = 1;
/** Segment starts may lag by the time that a call takes: the last places are left free. */
const FIFO_SPARE: i32 = 2;
/** The queue is topped up when this much is left of it. */
export const LOW_WATER_US: i32 = 5000;
/** A fill that has lasted this long lets the link have its turn, where the queue is not low. */
const FILL_WORK_US: i32 = 100;

/** Origin of relative times: where the queue ended when the present fill began, clock µs. */
let baseUs: u64 = 0;
/** End of the queue, relative. */
let endRel: i32 = 0;
/** Ends of the segments that may still be in the FIFO, low words of clock µs; a ring. */
const ends: usize = memory.data(256, 4);
let ringHead: u32 = 0;
let ringTail: u32 = 0;
/** When the present fill began, low word of clock µs; and whether it has been put off. */
let fillFromUs: i32 = 0;
let isPutOff: bool = false;

if (FIFO_SEGMENTS * 4 !== 256) ERROR('the ring holds as many segments as the FIFO');

/** The queue is empty and the next request comes at once. Returns its onset, clock µs. */
export function openQueue(): u64 {
  baseUs = clockUs() + START_US;
  endRel = 0;
  ringHead = 0;
  ringTail = 0;
  return baseUs;
}

/** Begins a fill at `nowUs`: makes the end of the queue the origin; returns by how many µs it moved. */
export function rebaseQueue(nowUs: u64): i32 {
  fillFromUs = <i32>nowUs;
  isPutOff = false;
  const shiftUs = endRel;
  baseUs += <u64>shiftUs;
  endRel = 0;
  return shiftUs;
}

/** Origin of relative times, clock µs. */
export function queueBaseUs(): u64 {
  return baseUs;
}
/** End of the queue, relative µs. */
export function queueEndRel(): i32 {
  return endRel;
}
/** End of the queue, clock µs. */
export function queueEndUs(): u64 {
  return baseUs + <u64>endRel;
}

/** Forgets what has been played by `nowUs`. Returns the free places of the FIFO. */
export function freePlaces(nowUs: u64): i32 {
  const now = <i32>nowUs;
  while (ringHead !== ringTail && now - load<i32>(place(ringHead)) >= 0) ringHead += 1;
  return roomLeft();
}

/** Free places of the FIFO as of the last `freePlaces`. */
export function roomLeft(): i32 {
  return FIFO_SEGMENTS - FIFO_SPARE - <i32>(ringTail - ringHead);
}

function place(position: u32): usize {
  return ends + ((<usize>(position & (FIFO_SEGMENTS - 1))) << 2);
}

/** True where the present fill has stopped short so that the link gets its turn: it wants to go on at once. */
export function isFillPutOff(): bool {
  return isPutOff;
}

/** Whether the next pulse must wait because an ESTOP has come, which the link must have its turn for. */
export function mustWait(): bool {
  isPutOff = isUrgent(); // REQ-LNK-019
  return isPutOff;
}

/** Whether the next segment can wait until the link has had its turn, so that no frame is kept waiting for long. */
export function canWait(): bool {
  // The board reckons an idle stage's start from the last look at the clock: where little is queued none is taken here.
  const endUs = <i32>baseUs + endRel;
  if (endUs - fillFromUs < LOW_WATER_US) return false;
  const now = <i32>clockUs();
  isPutOff = now - fillFromUs >= FILL_WORK_US && endUs - now >= LOW_WATER_US; // REQ-SCH-020
  return isPutOff;
}

function book(durationUs: i32): void {
  endRel += durationUs;
  store<i32>(place(ringTail), <i32>baseUs + endRel);
  ringTail += 1;
  // Cannot happen while callers look at `roomLeft`; the oldest is given up rather than the newest lost.
  if (ringTail - ringHead > <u32>FIFO_SEGMENTS) ringHead += 1;
}

/** Requests an active segment, levels packed at `words`. Returns the interlock's Status. */
export function queueActive(durationUs: i32, flags: i32, words: usize): i32 {
  const status = request(
    durationUs,
    flags,
    load<i32>(words),
    load<i32>(words, 4),
    load<i32>(words, 8),
    load<i32>(words, 12),
    load<i32>(words, 16),
    load<i32>(words, 20),
    load<i32>(words, 24),
    load<i32>(words, 28),
  );
  if (status === Status.OK) book(durationUs);
  return status;
}

/** Requests a segment without current: FLAG_RECHARGE or FLAG_HOLD. Returns the interlock's Status. */
export function queueZero(durationUs: i32, flag: i32): i32 {
  const status = request(durationUs, flag, 0, 0, 0, 0, 0, 0, 0, 0);
  if (status === Status.OK) book(durationUs);
  return status;
}

/** Requests the next equal piece of an idle stretch that lasts until `untilRel`. Returns the interlock's Status. */
export function queueIdlePiece(untilRel: i32): i32 {
  const leftUs = untilRel - endRel;
  // As few pieces as there can be, as equal as they can be: none is shorter than half of the longest.
  if (leftUs <= IDLE_US_MAX) return queueZero(leftUs, FLAG_RECHARGE);
  const pieces = (leftUs + IDLE_US_MAX - 1) / IDLE_US_MAX;
  return queueZero(leftUs / pieces, FLAG_RECHARGE); // REQ-SCH-009
}

/** True for a refusal that only means "later". */
export function isLater(status: i32): bool {
  return status === Status.FIFO_FULL || status === Status.HORIZON;
}
