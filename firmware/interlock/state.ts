// All mutable state of the interlock: one static block of memory, closed by a 64-bit parity word (L14).
// Nothing else in the module is mutable, and nothing outside the block is ever loaded.
//
//  BLOCK +0    17 electrode records of 32 bytes, E1 … E16, case
//        +544  26 scalars of 4 bytes
//        +648  parity: XOR of the 81 doublewords above and PARITY_SEED
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
import { ELECTRODES } from '../profile.ts';

const SCALARS = 26;
const RECORD_BYTES = 32;
const SCALAR_OFFSET = ELECTRODES * RECORD_BYTES;
const PARITY_OFFSET = SCALAR_OFFSET + SCALARS * 4;
if (PARITY_OFFSET !== 3 * 216) ERROR('the parity sums whole rows of 27 doublewords');
// A block that was never booted is all zero: its parity must not hold.
const PARITY_SEED: u64 = ((<u64>0x1a57f00d) << 32) | 0x5eed0001;

const BLOCK: usize = memory.data(656, 8);

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

export function electrode(index: i32): usize {
  return BLOCK + index * RECORD_BYTES;
}

export function get(scalar: i32): i32 {
  return load<i32>(BLOCK + (scalar << 2), SCALAR_OFFSET);
}
export function put(scalar: i32, value: i32): void {
  store<i32>(BLOCK + (scalar << 2), value, SCALAR_OFFSET);
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
export function limitUa(e: usize): i32 {
  return load<i16>(e, 24);
}
export function putLimitUa(e: usize, ua: i32): void {
  store<i16>(e, <i16>ua, 24);
}
export function peakUa(e: usize): i32 {
  return load<i16>(e, 26);
}
export function putPeakUa(e: usize, ua: i32): void {
  store<i16>(e, <i16>ua, 26);
}
export function restUs(e: usize): i32 {
  return load<i16>(e, 28);
}
export function putRestUs(e: usize, us: i32): void {
  store<i16>(e, <i16>us, 28);
}
export function runUs(e: usize): i32 {
  return load<i16>(e, 30);
}
export function putRunUs(e: usize, us: i32): void {
  store<i16>(e, <i16>us, 30);
}

/** Kinds of an awaited read-back: none, one that must match, one of a measurement. */
export const EXPECT_NONE = 0;
export const EXPECT_COMPARED = 1 << 21;
export const EXPECT_MEASURE = 2 << 21;
export const EXPECT_KIND = 3 << 21;

function parity(): u64 {
  let sum = PARITY_SEED;
  for (let p = BLOCK; p < BLOCK + PARITY_OFFSET; p += 216) {
    sum ^= load<u64>(p, 0) ^ load<u64>(p, 8) ^ load<u64>(p, 16) ^ load<u64>(p, 24) ^ load<u64>(p, 32);
    sum ^= load<u64>(p, 40) ^ load<u64>(p, 48) ^ load<u64>(p, 56) ^ load<u64>(p, 64) ^ load<u64>(p, 72);
    sum ^= load<u64>(p, 80) ^ load<u64>(p, 88) ^ load<u64>(p, 96) ^ load<u64>(p, 104) ^ load<u64>(p, 112);
    sum ^= load<u64>(p, 120) ^ load<u64>(p, 128) ^ load<u64>(p, 136) ^ load<u64>(p, 144) ^ load<u64>(p, 152);
    sum ^= load<u64>(p, 160) ^ load<u64>(p, 168) ^ load<u64>(p, 176) ^ load<u64>(p, 184) ^ load<u64>(p, 192);
    sum ^= load<u64>(p, 200) ^ load<u64>(p, 208);
  }
  return sum;
}

/** True where no bit of the block has changed since `seal`. REQ-INT-001 */
export function isIntact(): bool {
  return parity() === load<u64>(BLOCK, PARITY_OFFSET);
}
/** Closes the block after a call's changes. */
export function seal(): void {
  store<u64>(BLOCK, parity(), PARITY_OFFSET);
}
