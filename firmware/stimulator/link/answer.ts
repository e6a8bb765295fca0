// Answers: the response to the last accepted frame, kept to be sent again, and refusals of frames that were not accepted.
// A response that finds no room waits for it; the command has taken effect all the same.

import {
  FRAME_BYTES_MAX,
  FRAME_CRC_BYTES,
  FRAME_PAYLOAD,
  FRAME_SEQUENCE,
  FRAME_SESSION,
  FRAME_TYPE,
  Message,
  REFUSAL_AREA,
  REFUSAL_BYTES,
  REFUSAL_FIELD,
  REFUSAL_HIGH,
  REFUSAL_LOW,
  RESPONSE_BIT,
  RESPONSE_STATUS,
} from '../../wire.ts';
import { clearRefusal, refusalArea, refusalField, refusalHigh, refusalLow } from '../therapy/refusal.ts';
import { byteAt, wordAt } from './bytes.ts';
import { beginFrame, endFrame, queueDelimiter, queueFrame, RESPONSE_ROOM, transmitRoom } from './transmit.ts';

const RESPONSE = memory.data(FRAME_BYTES_MAX, 8);
const REFUSAL = memory.data(FRAME_PAYLOAD + REFUSAL_BYTES + FRAME_CRC_BYTES, 8);
let responseBytes: i32 = 0;
let waiting: bool = false;

export function bootAnswer(): void {
  responseBytes = 0;
  waiting = false;
}

/** Begins the response to a frame. Returns where its payload goes. */
export function beginResponse(frame: usize): usize {
  beginAnswer(RESPONSE, frame);
  return RESPONSE + FRAME_PAYLOAD;
}

/** Completes the response and sends it. */
export function finishResponse(payloadBytes: i32): void {
  responseBytes = endFrame(RESPONSE, payloadBytes);
  sendResponse();
}

/** Sends the last response, now or as soon as there is room. */
export function sendResponse(): void {
  waiting = true;
  flushResponse();
}

/** Sends the response that waits, if one does and there is room. */
export function flushResponse(): void {
  if (!waiting || transmitRoom() < RESPONSE_ROOM) return;
  // Whatever the line carried before the session, perhaps half a frame, ends here.
  if (byteAt(RESPONSE + FRAME_TYPE) === (Message.HELLO | RESPONSE_BIT)) queueDelimiter();
  queueFrame(RESPONSE, responseBytes);
  waiting = false;
}

/** Refuses a frame that was not accepted; the answer is dropped if there is no room for it. */
export function refuseFrame(frame: usize, status: i32): void {
  if (transmitRoom() < RESPONSE_ROOM) return;
  beginAnswer(REFUSAL, frame);
  clearRefusal();
  queueFrame(REFUSAL, endFrame(REFUSAL, writeRefusal(REFUSAL + FRAME_PAYLOAD, status)));
}

/** Writes a refusal with what the refusing call has left behind. Returns the payload's length. */
export function writeRefusal(payload: usize, status: i32): i32 {
  store<u32>(payload, 0);
  store<u8>(payload + RESPONSE_STATUS, status);
  store<u8>(payload + REFUSAL_FIELD, refusalField());
  store<u8>(payload + REFUSAL_AREA, refusalArea());
  store<i32>(payload + REFUSAL_LOW, refusalLow());
  store<i32>(payload + REFUSAL_HIGH, refusalHigh());
  return REFUSAL_BYTES;
}

/** An answer carries the session and the sequence of the frame that it answers. */
function beginAnswer(answer: usize, frame: usize): void {
  const type = byteAt(frame + FRAME_TYPE) | RESPONSE_BIT;
  beginFrame(answer, type, wordAt(frame + FRAME_SESSION), load<u16>(frame + FRAME_SEQUENCE));
}
