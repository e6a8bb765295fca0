// Frames on their way out: a ring of encoded bytes that the line takes as fast as it will. Nothing here ever waits:
// what does not fit is for the caller to hold back, and a line that takes nothing cannot keep a command from acting.

import {
  ENCODED_BYTES_MAX,
  FRAME_CRC_BYTES,
  FRAME_PAYLOAD,
  FRAME_SEQUENCE,
  FRAME_SESSION,
  FRAME_TYPE,
  FRAME_VERSION,
  WIRE_VERSION,
} from '../../wire.ts';
import { uart_write } from '../hal.ts';
import { byteAt, putWord } from './bytes.ts';
import { crc32c } from './crc32c.ts';

/** A power of two. Short, so that a fault never queues behind more than 45 ms of other frames at 115,200 baud. */
const RING_BYTES = 512;
const RING = memory.data(RING_BYTES, 8);
/** Most bytes given to the line in one poll. */
const WRITES_MAX = 64;

/** The longest frame with a delimiter on both sides: what a response may need. */
export const RESPONSE_ROOM = ENCODED_BYTES_MAX + 2;

// Counters of bytes ever queued and ever taken, modulo 2^32; their difference is what waits.
let head: u32 = 0;
let tail: u32 = 0;

export function bootTransmit(): void {
  head = 0;
  tail = 0;
}

/** Bytes that can still be queued. */
export function transmitRoom(): i32 {
  return RING_BYTES - <i32>(head - tail);
}

/** Whether bytes wait for the line. */
export function transmitWaiting(): bool {
  return head !== tail;
}

/** Writes the header of a frame whose payload the caller puts at FRAME_PAYLOAD. */
export function beginFrame(frame: usize, type: i32, session: u32, sequence: i32): void {
  store<u8>(frame + FRAME_VERSION, WIRE_VERSION);
  store<u8>(frame + FRAME_TYPE, type);
  putWord(frame + FRAME_SESSION, session);
  store<u16>(frame + FRAME_SEQUENCE, sequence);
}

/** Adds the CRC. Returns the frame's length in bytes. */
export function endFrame(frame: usize, payloadBytes: i32): i32 {
  const bytes = FRAME_PAYLOAD + payloadBytes;
  putWord(frame + <usize>bytes, crc32c(frame, bytes));
  return bytes + FRAME_CRC_BYTES;
}

/** Queues a delimiter alone: it ends whatever half a frame was on the line before. Pre: room. */
export function queueDelimiter(): void {
  put(head, 0);
  head += 1;
}

/** Queues a frame, COBS-encoded and delimited: two bytes more than its length (under 254). Pre: room. */
export function queueFrame(frame: usize, bytes: i32): void {
  let codeAt = head;
  let at = head + 1;
  const end = frame + <usize>bytes;
  for (let from = frame; from < end; from++, at++) {
    const byte = byteAt(from);
    put(at, byte);
    if (byte !== 0) continue;
    put(codeAt, <i32>(at - codeAt));
    codeAt = at;
  }
  put(codeAt, <i32>(at - codeAt));
  put(at, 0);
  head = at + 1;
}

/** Gives the line what it takes, a bounded number of bytes. */
export function pumpTransmit(): void {
  for (let i = 0; i < WRITES_MAX; i++) {
    if (head === tail) return;
    if (uart_write(load<u8>(RING + (tail & (RING_BYTES - 1)))) === 0) return;
    tail += 1;
  }
}

function put(at: u32, byte: i32): void {
  store<u8>(RING + (at & (RING_BYTES - 1)), byte);
}
