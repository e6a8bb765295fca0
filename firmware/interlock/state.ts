// All mutable state of the interlock: one static block of memory, closed by a parity word (L14).
// Nothing else in the module is mutable, and nothing outside the block is ever loaded.
//
//  BLOCK +0    27 scalars of 4 bytes, the last of them the XOR of all words of the records
//        +108  17 electrode records of 32 bytes, E1 … E16, case
//        +652  levels of the request that is being judged, 16 i16 µA; 0 between calls
//        +684  parity: XOR of the scalars and PARITY_SEED
//  The scalars come first: a Cortex-M0+ reaches no further than 124 bytes from a register in one instruction.
//
//  electrode record
//  +0  account    i32 pC   signed, released − recovered
//  +4  high       i32 pC   no true charge is above this,
//  +8  low        i32 pC   nor below this
//  +12 rise       i32 pC   s − min(s) since the last rest
//  +16 fall       i32 pC   max(s) − s since the last rest
//  +20 limitPc    i32 pC   set phase limit
//  +24 limitUa    i16 µA   set amplitude limit
//  +26 peakUa     i16 µA   highest level released since `arm`
//  +28 rest       i16 µs   at zero level for so long, up to PHASE_REST_US
//  +30 run        i16 µs   one polarity for so long, signed like it; 0 at zero level
//
// Every call sums the whole block when it begins. What it books on a record it also books on the records' sum, so that it
// closes with the scalars alone: on a Cortex-M0+ a sum over all of them costs as much as everything else that a call does.
// Halves of a word are taken apart in registers, and a record is read from its end: one check then bounds all of it.
import { ELECTRODES } from '../profile.ts';
import { low } from './words.ts';

const SCALARS = 27;
const RECORD_BYTES = 32;
const RECORDS_OFFSET = SCALARS * 4;
const LEVELS_OFFSET = RECORDS_OFFSET + ELECTRODES * RECORD_BYTES;
const PARITY_OFFSET = LEVELS_OFFSET + 32;
const ROW_BYTES = 68;
if (LEVELS_OFFSET - RECORDS_OFFSET !== 8 * ROW_BYTES)
  ERROR('the sum of the records takes whole rows of 17 words');
// A block that was never booted is all zero: its parity must not hold.
const PARITY_SEED = 0x5eed0001;

const BLOCK: usize = memory.data(688, 8);

/** Scalars of the block, by index. */
export const S_STATE = 0;
/** Cause of the last trip; MAGNET_SEEN beside it when the magnet switched off since `arm`. */
export const S_TRIP = 1;
export const MAGNET_SEEN = 256;
/** Clock at the last call, µs modulo 2^32. */
export const S_CLOCK = 2;
/** µs until what is queued has been played. */
export const S_QUEUE = 3;
/** µs of discharge left before `arm`. */
export const S_DISCHARGE = 4;
/** µs since the last poll. */
export const S_POLL_AGE = 5;
/** µs of stage time, at the end of the queue, since every account was last within RECOVERED_PC. */
export const S_UNRECOVERED = 6;
/** µs before a trip may be cleared. */
export const S_TRIP_HOLD = 7;
/** Ages of the last two trips, µs, up to TRIP_WINDOW_US; the newest first. */
export const S_TRIP_AGE = 8;
/** Leaky bucket of the sum of all electrodes, pC. */
export const S_BUCKET = 10;
/** Segments released since boot. */
export const S_SEGMENTS = 11;
/** Whose turn it is to be sampled, and electrodes seen anodic since `arm` (sample.ts). */
export const S_SAMPLE = 12;
/** Tag of the newest read-back, −1 before the first. */
export const S_TAG = 13;
/** Electrodes, a bit each, whose last read-back did not match. */
export const S_MISMATCH = 14;
/** µs of sampled output released since the last fresh read-back. */
export const S_UNSAMPLED = 15;
/** Active measure segments since the last recharge. */
export const S_MEASURES = 16;
/** Read-back tolerance, µA: bits 0–15 the board's, 16–31 what the awaited read-back is allowed beyond it. */
export const S_TOLERANCE = 17;
/** Sensors as last seen, by channel: magnet, battery, temperature, self-test, read-back, voltage. */
export const S_SENSE = 18;
/** What the one read-back that is awaited should show: packed like a read-back, its kind in bits 21–22. */
export const S_EXPECT = 24;
/** Since when the turn waits, and electrodes seen cathodic since `arm` (sample.ts). */
export const S_WAIT = 25;
/** XOR of all words of the records. */
const S_RECORDS = 26;

export function electrode(index: i32): usize {
  return BLOCK + RECORDS_OFFSET + index * RECORD_BYTES;
}

export function get(scalar: i32): i32 {
  return load<i32>(BLOCK + (scalar << 2));
}
export function put(scalar: i32, value: i32): void {
  store<i32>(BLOCK + (scalar << 2), value);
}

export function accountPc(e: usize): i32 {
  return load<i32>(e, 0);
}
export function putAccountPc(e: usize, pc: i32): void {
  store<i32>(e, pc, 0);
}
export function highPc(e: usize): i32 {
  return load<i32>(e, 4);
}
export function putHighPc(e: usize, pc: i32): void {
  store<i32>(e, pc, 4);
}
export function lowPc(e: usize): i32 {
  return load<i32>(e, 8);
}
export function putLowPc(e: usize, pc: i32): void {
  store<i32>(e, pc, 8);
}
export function risePc(e: usize): i32 {
  return load<i32>(e, 12);
}
export function putRisePc(e: usize, pc: i32): void {
  store<i32>(e, pc, 12);
}
export function fallPc(e: usize): i32 {
  return load<i32>(e, 16);
}
export function putFallPc(e: usize, pc: i32): void {
  store<i32>(e, pc, 16);
}
export function limitPc(e: usize): i32 {
  return load<i32>(e, 20);
}
export function putLimitPc(e: usize, pc: i32): void {
  store<i32>(e, pc, 20);
}
/** Set amplitude limit in the low half, peak in the high one. */
export function limits(e: usize): i32 {
  return load<i32>(e, 24);
}
export function putLimits(e: usize, limitUa: i32, peakUa: i32): i32 {
  const word = (limitUa & 0xffff) | (peakUa << 16);
  store<i32>(e, word, 24);
  return word;
}
export function limitUa(e: usize): i32 {
  return low(limits(e));
}
/** Rest in the low half, run in the high one. */
export function times(e: usize): i32 {
  return load<i32>(e, 28);
}
export function putTimes(e: usize, word: i32): void {
  store<i32>(e, word, 28);
}

/** Level of a contact in the request that is being judged. */
export function levelUa(contact: i32): i32 {
  return load<i16>(BLOCK + (contact << 1), LEVELS_OFFSET);
}
export function putLevels(w0: i32, w1: i32, w2: i32, w3: i32, w4: i32, w5: i32, w6: i32, w7: i32): void {
  store<i32>(BLOCK, w0, LEVELS_OFFSET);
  store<i32>(BLOCK, w1, LEVELS_OFFSET + 4);
  store<i32>(BLOCK, w2, LEVELS_OFFSET + 8);
  store<i32>(BLOCK, w3, LEVELS_OFFSET + 12);
  store<i32>(BLOCK, w4, LEVELS_OFFSET + 16);
  store<i32>(BLOCK, w5, LEVELS_OFFSET + 20);
  store<i32>(BLOCK, w6, LEVELS_OFFSET + 24);
  store<i32>(BLOCK, w7, LEVELS_OFFSET + 28);
}

/** Kinds of an awaited read-back: none, one that must match, one of a measurement. */
export const EXPECT_NONE = 0;
export const EXPECT_COMPARED = 1 << 21;
export const EXPECT_MEASURE = 2 << 21;
export const EXPECT_KIND = 3 << 21;

function sumOfRecords(): i32 {
  let sum = 0;
  for (let p = BLOCK + RECORDS_OFFSET; p < BLOCK + LEVELS_OFFSET; p += ROW_BYTES) {
    sum ^= load<i32>(p, 64) ^ load<i32>(p, 60) ^ load<i32>(p, 56) ^ load<i32>(p, 52) ^ load<i32>(p, 48);
    sum ^= load<i32>(p, 44) ^ load<i32>(p, 40) ^ load<i32>(p, 36) ^ load<i32>(p, 32) ^ load<i32>(p, 28);
    sum ^= load<i32>(p, 24) ^ load<i32>(p, 20) ^ load<i32>(p, 16) ^ load<i32>(p, 12) ^ load<i32>(p, 8);
    sum ^= load<i32>(p, 4) ^ load<i32>(p, 0);
  }
  return sum;
}
/** Not 0 where a level is not. */
function levels(): i32 {
  const late = level(7) | level(6) | level(5) | level(4);
  return late | level(3) | level(2) | level(1) | level(0);
}
function level(word: i32): i32 {
  return load<i32>(BLOCK + (word << 2), LEVELS_OFFSET);
}
function parity(): i32 {
  let sum = PARITY_SEED;
  sum ^= get(26) ^ get(25) ^ get(24) ^ get(23) ^ get(22) ^ get(21) ^ get(20) ^ get(19) ^ get(18);
  sum ^= get(17) ^ get(16) ^ get(15) ^ get(14) ^ get(13) ^ get(12) ^ get(11) ^ get(10) ^ get(9);
  sum ^= get(8) ^ get(7) ^ get(6) ^ get(5) ^ get(4) ^ get(3) ^ get(2) ^ get(1) ^ get(0);
  return sum;
}

/** True where no bit of the block has changed since `seal`. REQ-INT-001 */
export function isIntact(): bool {
  const isOther = (sumOfRecords() ^ get(S_RECORDS)) | (parity() ^ load<i32>(BLOCK, PARITY_OFFSET));
  return (isOther | levels()) === 0;
}
/** Books on the records' sum what words of records have changed by: the XOR of what they were and what they are. */
export function changeRecords(change: i32): void {
  put(S_RECORDS, get(S_RECORDS) ^ change);
}
/** Sums the records anew, where most of them have changed. */
export function sumRecords(): void {
  put(S_RECORDS, sumOfRecords());
}
/** Closes the block after a call's changes. */
export function seal(): void {
  store<i32>(BLOCK, parity(), PARITY_OFFSET);
}
