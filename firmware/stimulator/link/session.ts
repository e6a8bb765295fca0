// Which frames count: one session at a time, opened by HELLO, and a sequence that only moves forward.
// A frame that is not accepted here changes nothing but a counter. Not defended against an attacker: a CRC, and a nonce
// that anyone on the line can read, keep out noise, mix-ups and repeats.

import { Status } from '../../status.ts';
import {
  FRAME_BYTES_MAX,
  FRAME_CRC_BYTES,
  FRAME_PAYLOAD,
  FRAME_SEQUENCE,
  FRAME_SESSION,
  FRAME_TYPE,
  FRAME_VERSION,
  Message,
  WIRE_VERSION,
} from '../../wire.ts';
import { byteAt, copyBytes, sameBytes, wordAt } from './bytes.ts';
import { requestBytesOf } from './lengths.ts';

/** Verdict on a frame that is the last accepted one again, byte for byte. The others are Status numbers. */
export const REPEATED = -1;
/** A HELLO this soon after the last one, and with nothing between, is its retry and not a new session. */
const HELLO_RETRY_US: u64 = 100000;
/** A new sequence number lies at most this far ahead of the last one, modulo 2^16. */
const AHEAD_MAX = 32767;

/** The last accepted frame, to know it again. */
const ACCEPTED = memory.data(FRAME_BYTES_MAX, 8);
let acceptedBytes: i32 = 0;
let acceptedUs: u64 = 0;
let sequence: i32 = 0;
/** The session's nonce; 0: none was opened since boot. */
let session: u32 = 0;
let generator: u32 = 0;

/** Boots without a session. `entropy` makes the nonces of this boot differ from those of others. */
export function bootSession(entropy: u32): void {
  acceptedBytes = 0;
  acceptedUs = 0;
  sequence = 0;
  session = 0;
  generator = entropy;
}

/** The frame that was accepted last. */
export function acceptedFrame(): usize {
  return ACCEPTED;
}

/** The session's number; 0: none. */
export function sessionNumber(): u32 {
  return session;
}

/** µs since the last frame that was accepted in the session: repeats and refused frames do not count. */
export function silenceUs(nowUs: u64): u64 {
  return nowUs - acceptedUs;
}

/** Judges an undamaged frame: Status.OK to accept it, REPEATED to answer as before, else the reason to refuse it. */
export function judge(frame: usize, bytes: i32, type: i32, nowUs: u64): i32 {
  if (byteAt(frame + FRAME_VERSION) !== WIRE_VERSION) return Status.BAD_VERSION; // REQ-LNK-005
  const isHello = type === Message.HELLO;
  if (!isHello && session === 0) return Status.BAD_SESSION;
  if (wordAt(frame + FRAME_SESSION) !== (isHello ? 0 : session)) return Status.BAD_SESSION; // REQ-LNK-005
  const repeated = bytes === acceptedBytes && sameBytes(frame, ACCEPTED, bytes);
  if (isHello) {
    if (load<u16>(frame + FRAME_SEQUENCE) !== 0) return Status.BAD_SEQUENCE;
    if (repeated && nowUs - acceptedUs < HELLO_RETRY_US) return REPEATED; // REQ-LNK-004
  } else {
    if (repeated) return REPEATED; // REQ-LNK-006
    if (!isAhead(frame, sequence)) return Status.BAD_SEQUENCE; // REQ-LNK-007
  }
  const payloadBytes = requestBytesOf(type);
  if (payloadBytes < 0) return Status.UNKNOWN_MESSAGE; // REQ-LNK-008
  if (bytes !== FRAME_PAYLOAD + payloadBytes + FRAME_CRC_BYTES) return Status.BAD_LENGTH; // REQ-LNK-008
  return Status.OK;
}

/** Whether a frame that would be accepted now still will be after an older one, whatever becomes of that. */
export function staysAhead(older: usize, frame: usize): bool {
  if (byteAt(older + FRAME_TYPE) === Message.HELLO) return false;
  return isAhead(frame, load<u16>(older + FRAME_SEQUENCE));
}

/** Whether a frame's sequence lies ahead of another one. */
function isAhead(frame: usize, other: i32): bool {
  const ahead = (<i32>load<u16>(frame + FRAME_SEQUENCE) - other) & 0xffff;
  return ahead !== 0 && ahead <= AHEAD_MAX;
}

/** Accepts a frame that was judged OK: it is the last one now, and a HELLO opens a session. */
export function accept(frame: usize, bytes: i32, type: i32, nowUs: u64): void {
  copyBytes(ACCEPTED, frame, bytes);
  acceptedBytes = bytes;
  acceptedUs = nowUs;
  sequence = load<u16>(frame + FRAME_SEQUENCE);
  if (type === Message.HELLO) session = nextNonce(<u32>nowUs); // REQ-LNK-003
}

/** Xorshift32 (Marsaglia 2003) over entropy and clock: never 0, never the last session's. */
function nextNonce(clockUs: u32): u32 {
  generator ^= clockUs;
  if (generator === 0) generator = 0x9e3779b9;
  step();
  if (generator === session) step();
  return generator;
}

function step(): void {
  generator ^= generator << 13;
  generator ^= generator >>> 17;
  generator ^= generator << 5;
}
