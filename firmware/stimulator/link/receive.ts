// From bytes to a frame: COBS is decoded and the CRC summed up as the bytes arrive, so that every byte costs the same.
// Any bytes may come, in any number. What is not a frame is dropped up to the next delimiter and counted once.

import { FRAME_BYTES_MAX, FRAME_CRC_BYTES, FRAME_PAYLOAD } from '../../wire.ts';
import { CRC_RESIDUE, CRC_START, crcStep } from './crc32c.ts';

const FRAME = memory.data(FRAME_BYTES_MAX, 8);

let length: i32 = 0;
/** Bytes left in the COBS block; at 0 the next byte is a code. */
let blockLeft: i32 = 0;
/** CRC register; bootReceive starts it (an initial value here would need a start function in the binary). */
let crc: u32 = 0;
/** Something other than delimiters has come since the last delimiter. */
let started: bool = false;
/** Longer than any frame: nothing is kept until the next delimiter. */
let dropping: bool = false;
let received: i32 = 0;
let damaged: u32 = 0;

/** Where the frame that receiveByte has announced lies, until the next byte is given to it. */
export function receivedFrame(): usize {
  return FRAME;
}

/** Its length, header and CRC included: 12–108 bytes. */
export function receivedBytes(): i32 {
  return received;
}

/** Damaged frames since boot. */
export function framesDamaged(): u32 {
  return damaged;
}

export function bootReceive(): void {
  damaged = 0;
  restart();
}

/** Takes a byte (0–255) from the line. True when it has completed an undamaged frame. */
export function receiveByte(byte: i32): bool {
  if (byte === 0) return endFrame();
  if (dropping) return false;
  if (blockLeft > 0) {
    blockLeft -= 1;
    append(byte);
    return false;
  }
  if (started) append(0);
  started = true;
  blockLeft = byte - 1;
  return false;
}

function append(byte: i32): void {
  if (length === FRAME_BYTES_MAX) {
    dropping = true; // REQ-LNK-002
    damaged += 1;
    return;
  }
  store<u8>(FRAME + <usize>length, byte);
  crc = crcStep(crc, <u32>byte);
  length += 1;
}

function endFrame(): bool {
  const whole = started && !dropping;
  const sound = whole && blockLeft === 0 && length >= FRAME_PAYLOAD + FRAME_CRC_BYTES && crc === CRC_RESIDUE;
  if (whole && !sound) damaged += 1; // REQ-LNK-001
  received = length;
  restart();
  return sound;
}

function restart(): void {
  length = 0;
  blockLeft = 0;
  crc = CRC_START;
  started = false;
  dropping = false;
}
