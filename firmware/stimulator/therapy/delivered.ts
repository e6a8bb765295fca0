// What has been delivered, pulse by pulse, told in batches: a batch of equal delays expands to one timestamp a pulse.
//
// A pulse is noted when it is queued and counts once its onset has been played; what an off cuts from the queue never
// counts. A new batch begins wherever the delay changes, a pulse index is missing (amplitude 0) or starts again (a new
// on-window), and when 100 ms are over. Where batches wait too long they are thinned: one an area, count and largest delay.

import { FIFO_SEGMENTS, POLL_PERIOD_US } from '../../board.ts';
import {
  AREA_BURST_PULSES,
  AREA_INTRA_RATE_MHZ,
  AREA_RATE_MHZ,
  AREAS,
  DELIVERED_AMPLITUDE_UA,
  DELIVERED_AREA,
  DELIVERED_BURST_PULSES,
  DELIVERED_BYTES,
  DELIVERED_COUNT,
  DELIVERED_DELAY_US,
  DELIVERED_FIRST_INDEX,
  DELIVERED_FIRST_ONSET_US,
  DELIVERED_INTRA_RATE_MHZ,
  DELIVERED_RATE_MHZ,
  DELIVERED_THINNED,
  DELIVERED_TOTAL,
  DELIVERED_US_MAX,
} from '../../wire.ts';
import { copyWords } from '../store/words.ts';
import { INDEX, NUMBER, RECORD } from './area.ts';

/** A batch is closed at the last poll before it would be older than 100 ms. */
const BATCH_US: u64 = DELIVERED_US_MAX - POLL_PERIOD_US;

// Pulses that are queued and not yet played; a ring. Each has a segment in the FIFO, so there are never more of them.
//   0 area block   4 onset, low word of clock µs   8 index   12 delay µs   16 amplitude µA
const FLIGHT_ONSET = 4;
const FLIGHT_INDEX = 8;
const FLIGHT_DELAY_US = 12;
const FLIGHT_UA = 16;
const flights: usize = memory.data(2048, 4);
let flightHead: u32 = 0;
let flightTail: u32 = 0;
if (FIFO_SEGMENTS * 32 !== 2048) ERROR('there is a place for a pulse in each segment of the FIFO');

// The batch of each area that is being filled: the wire's 40 bytes, then whether it is open.
const OPEN = 40;
const batches: usize = memory.data(192, 8);
const totals: usize = memory.data(16, 4);
if (AREAS * (DELIVERED_BYTES + 8) !== 192 || AREAS * 4 !== 16) ERROR('there is a batch for each area');

// Batches that are ready, oldest first; a ring of the wire's 40 bytes.
const RING: u32 = 32;
const ring: usize = memory.data(1280, 8);
let ringHead: u32 = 0;
let ringTail: u32 = 0;
/** Merged batches on their way back into the ring, one an area, and how many each is made of. */
const merged: usize = memory.data(160, 8);
const mergedOf: usize = memory.data(16, 4);

let pulses: u32 = 0;

/** State after a reset: nothing delivered. */
export function resetDelivered(): void {
  flightHead = flightTail = 0;
  ringHead = ringTail = 0;
  pulses = 0;
  for (let n: usize = 0; n < <usize>AREAS; n++) store<i32>(batchOf(n), 0, OPEN);
  startDelivered();
}

/** A therapy starts: the totals of its areas begin at 0. */
export function startDelivered(): void {
  for (let n: usize = 0; n < <usize>AREAS; n++) store<u32>(totals + (n << 2), 0);
}

/** Pulses delivered since the reset, modulo 2^32. */
export function pulsesTotal(): u32 {
  return pulses;
}

function batchOf(number: usize): usize {
  return batches + number * (DELIVERED_BYTES + 8);
}
function flight(position: u32): usize {
  return flights + ((<usize>(position & (FIFO_SEGMENTS - 1))) << 5);
}
function ready(position: u32): usize {
  return ring + <usize>(position & (RING - 1)) * DELIVERED_BYTES;
}

/** Notes the next pulse of an area as queued: onset (low word of clock µs), delay µs, amplitude µA. */
export function notePulse(area: usize, onsetUs: u32, delayUs: i32, amplitudeUa: i32): void {
  const noted = flight(flightTail);
  store<usize>(noted, area);
  store<u32>(noted, onsetUs, FLIGHT_ONSET);
  store<u32>(noted, load<u32>(area, INDEX), FLIGHT_INDEX);
  store<i32>(noted, delayUs, FLIGHT_DELAY_US);
  store<i32>(noted, amplitudeUa, FLIGHT_UA);
  flightTail += 1;
}

/** Counts the pulses whose onsets have been played by `nowUs`, and closes the batches that are due. */
export function countDelivered(nowUs: u64): void {
  while (flightHead !== flightTail) {
    const next = flight(flightHead);
    const sinceUs = <i32>(<u32>nowUs - load<u32>(next, FLIGHT_ONSET));
    if (sinceUs < 0) break;
    count(next, nowUs - <u64>sinceUs);
    flightHead += 1;
  }
  for (let n: usize = 0; n < <usize>AREAS; n++) {
    const batch = batchOf(n);
    if (load<i32>(batch, OPEN) === 0) continue;
    if (nowUs - load<u64>(batch, DELIVERED_FIRST_ONSET_US) >= BATCH_US) close(batch); // REQ-SCH-011
  }
}

/** The output went off at `offUs`: pulses with later onsets were never delivered. Every batch becomes ready. */
export function settleDelivered(offUs: u64): void {
  countDelivered(offUs);
  flightHead = flightTail; // REQ-SCH-012
  for (let n: usize = 0; n < <usize>AREAS; n++) {
    const batch = batchOf(n);
    if (load<i32>(batch, OPEN) !== 0) close(batch);
  }
}

function count(noted: usize, onsetUs: u64): void {
  const area = load<usize>(noted);
  const number = load<i32>(area, NUMBER);
  const batch = batchOf(number);
  const index = load<u32>(noted, FLIGHT_INDEX);
  const isOpen = load<i32>(batch, OPEN) !== 0;
  if (isOpen && !continues(batch, noted, index, onsetUs)) close(batch);
  if (load<i32>(batch, OPEN) === 0) open(batch, area, noted, onsetUs);
  const total = load<u32>(totals + ((<usize>number) << 2)) + 1;
  store<u32>(totals + ((<usize>number) << 2), total);
  store<u32>(batch, load<u32>(batch, DELIVERED_COUNT) + 1, DELIVERED_COUNT);
  store<u32>(batch, total, DELIVERED_TOTAL);
  store<i32>(batch, load<i32>(noted, FLIGHT_UA), DELIVERED_AMPLITUDE_UA);
  pulses += 1; // REQ-SCH-010
}

/** True if a pulse expands from the batch: the next index, the same delay, within the same 100 ms. */
function continues(batch: usize, noted: usize, index: u32, onsetUs: u64): bool {
  if (load<i32>(batch, DELIVERED_DELAY_US) !== load<i32>(noted, FLIGHT_DELAY_US)) return false;
  // A first index starts a window, and also the train again after 2^32 pulses.
  if (index === 0) return false;
  if (load<u32>(batch, DELIVERED_FIRST_INDEX) + load<u32>(batch, DELIVERED_COUNT) !== index) return false;
  return onsetUs - load<u64>(batch, DELIVERED_FIRST_ONSET_US) < BATCH_US;
}

function open(batch: usize, area: usize, noted: usize, onsetUs: u64): void {
  const record = load<usize>(area, RECORD);
  store<u8>(batch, load<u8>(area, NUMBER), DELIVERED_AREA);
  store<u8>(batch, 0, DELIVERED_THINNED);
  store<u16>(batch, load<u16>(record, AREA_BURST_PULSES), DELIVERED_BURST_PULSES);
  store<u32>(batch, 0, DELIVERED_COUNT);
  store<u32>(batch, load<u32>(noted, FLIGHT_INDEX), DELIVERED_FIRST_INDEX);
  store<i32>(batch, load<i32>(noted, FLIGHT_DELAY_US), DELIVERED_DELAY_US);
  store<u64>(batch, onsetUs, DELIVERED_FIRST_ONSET_US);
  store<u32>(batch, load<u32>(record, AREA_RATE_MHZ), DELIVERED_RATE_MHZ);
  store<u32>(batch, load<u32>(record, AREA_INTRA_RATE_MHZ), DELIVERED_INTRA_RATE_MHZ);
  store<i32>(batch, 1, OPEN);
}

/** The batch is ready. With a full ring the waiting ones are thinned first. */
function close(batch: usize): void {
  if (ringTail - ringHead >= RING) mergeDelivered();
  copyWords(ready(ringTail), batch, DELIVERED_BYTES);
  ringTail += 1;
  store<i32>(batch, 0, OPEN);
}

/** True if a batch waits to be sent. */
export function deliveredReady(): bool {
  return ringHead !== ringTail;
}

/** The oldest batch that waits, in the wire's layout (DELIVERED_…, 40 bytes). Pre: deliveredReady(). */
export function deliveredRecord(): usize {
  return ready(ringHead);
}

/** The oldest batch has been sent. Pre: deliveredReady(). */
export function takeDelivered(): void {
  if (ringHead !== ringTail) ringHead += 1;
}

/** Folds the batches that wait into one an area; one that is made of several is marked as thinned. */
export function mergeDelivered(): void {
  for (let n: usize = 0; n < <usize>AREAS; n++) store<i32>(mergedOf + (n << 2), 0);
  while (ringHead !== ringTail) {
    fold(ready(ringHead));
    ringHead += 1;
  }
  for (let n: usize = 0; n < <usize>AREAS; n++) {
    if (load<i32>(mergedOf + (n << 2)) === 0) continue;
    copyWords(ready(ringTail), merged + n * DELIVERED_BYTES, DELIVERED_BYTES);
    ringTail += 1;
  }
}

function fold(batch: usize): void {
  const number: usize = load<u8>(batch, DELIVERED_AREA);
  const into = merged + number * DELIVERED_BYTES;
  const parts = load<i32>(mergedOf + (number << 2));
  store<i32>(mergedOf + (number << 2), parts + 1);
  if (parts === 0) {
    copyWords(into, batch, DELIVERED_BYTES);
    return;
  }
  store<u8>(into, 1, DELIVERED_THINNED); // REQ-SCH-013
  store<u32>(into, load<u32>(into, DELIVERED_COUNT) + load<u32>(batch, DELIVERED_COUNT), DELIVERED_COUNT);
  const delayUs = max(load<u32>(into, DELIVERED_DELAY_US), load<u32>(batch, DELIVERED_DELAY_US));
  store<u32>(into, delayUs, DELIVERED_DELAY_US);
  store<u32>(into, load<u32>(batch, DELIVERED_TOTAL), DELIVERED_TOTAL);
  store<u32>(into, load<u32>(batch, DELIVERED_AMPLITUDE_UA), DELIVERED_AMPLITUDE_UA);
}
