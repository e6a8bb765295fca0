// The link as the main loop sees it: a bounded piece of work per poll, after the therapy has had its turn, so that no
// traffic and no silence on the line can delay an edge.

import { POLL_PERIOD_US } from '../../board.ts';
import { Mode, Status, StopReason, Therapy } from '../../status.ts';
import { FRAME_BYTES_MAX, FRAME_PAYLOAD, FRAME_TYPE, LINK_LOSS_US, Message } from '../../wire.ts';
import { uart_read } from '../hal.ts';
import { activeMode, linkLost, stopNow, therapyState } from '../therapy/engine.ts';
import {
  beginResponse,
  bootAnswer,
  finishResponse,
  flushResponse,
  refuseFrame,
  sendResponse,
} from './answer.ts';
import { byteAt, copyBytes } from './bytes.ts';
import { bootCounters, countRefused, countValid } from './counters.ts';
import { bootDevice } from './device.ts';
import { dispatch } from './dispatch.ts';
import { bootEvents, publishEvents } from './events.ts';
import { REQUEST_TYPES } from './lengths.ts';
import { bootReceive, receiveByte, receivedBytes, receivedFrame } from './receive.ts';
import { accept, acceptedFrame, bootSession, judge, REPEATED, silenceUs, staysAhead } from './session.ts';
import { bootTransmit, pumpTransmit, transmitWaiting } from './transmit.ts';

/** Most bytes taken from the line in one poll. */
const READS_MAX = 64;
/** While bytes wait for a line that is full, it is tried again this often. */
const TRANSMIT_US = 100;

/** Two frames may have been read and wait for their turns: the older one here (0 bytes: none), the newer one as received. */
const HELD = memory.data(FRAME_BYTES_MAX, 8);
let heldBytes: i32 = 0;
let isNewerHeld: bool = false;
/** The line may hold more than was read last. */
let isLineFull: bool = false;

/** Boots without a session; `entropy` and the read-back tolerance in µA come from the board. */
export function bootLink(board: i32, entropy: i32, readbackToleranceUa: i32): void {
  heldBytes = 0;
  isNewerHeld = false;
  bootReceive();
  bootTransmit();
  bootAnswer();
  bootCounters();
  bootSession(<u32>entropy);
  bootEvents();
  bootDevice(board, readbackToleranceUa);
}

/** Receives, acts on one frame at most, publishes and transmits. Returns µs until it wants to run again; 0: at once. */
export function pollLink(nowUs: u64): i32 {
  const inputLeft = receive(nowUs);
  watchSilence(nowUs);
  flushResponse();
  publishEvents(nowUs);
  pumpTransmit();
  if (inputLeft) return 0;
  return transmitWaiting() ? TRANSMIT_US : POLL_PERIOD_US;
}

/** Returns whether the line may hold more. */
function receive(nowUs: u64): bool {
  if (isEstopHeld()) stopNow(StopReason.ESTOP);
  const bytes = heldBytes;
  if (bytes === 0) return isLineFull;
  heldBytes = 0;
  handleFrame(HELD, bytes, nowUs);
  if (isNewerHeld && heldBytes === 0) hold();
  return true; // REQ-LNK-013
}

/** Reads what has come, and says whether there is an ESTOP in it that will be accepted in its turn. */
export function isEstopHeld(): bool {
  readFrames(); // REQ-LNK-019
  if (heldBytes !== 0 && isEstop(HELD, heldBytes)) return true;
  if (!isNewerHeld || !isEstop(receivedFrame(), receivedBytes())) return false;
  return heldBytes === 0 || staysAhead(HELD, receivedFrame());
}

function isEstop(frame: usize, bytes: i32): bool {
  return byteAt(frame + FRAME_TYPE) === Message.ESTOP && judge(frame, bytes, Message.ESTOP, 0) === Status.OK;
}

function readFrames(): void {
  isLineFull = true;
  for (let i = 0; i < READS_MAX && !isNewerHeld; i++) {
    const byte = uart_read();
    if (byte < 0) {
      isLineFull = false;
      return;
    }
    if (!receiveByte(byte)) continue;
    isNewerHeld = true;
    if (heldBytes === 0) hold();
  }
}

/** Takes the frame that has been received away, so that another can come. */
function hold(): void {
  heldBytes = receivedBytes();
  copyBytes(HELD, receivedFrame(), heldBytes);
  isNewerHeld = false;
}

function handleFrame(frame: usize, bytes: i32, nowUs: u64): void {
  const type = byteAt(frame + FRAME_TYPE);
  if (type >= REQUEST_TYPES) {
    // An echo of our own frames, on a looped line, would be answered for ever.
    countRefused(); // REQ-LNK-009
    return;
  }
  const verdict = judge(frame, bytes, type, nowUs);
  if (verdict === REPEATED) {
    countValid();
    sendResponse();
  } else if (verdict !== Status.OK) {
    countRefused();
    refuseFrame(frame, verdict);
  } else {
    countValid();
    accept(frame, bytes, type, nowUs);
    // From its copy: the next frame may come while this one is judged.
    const payload = beginResponse(acceptedFrame());
    finishResponse(dispatch(type, acceptedFrame() + FRAME_PAYLOAD, payload, nowUs)); // REQ-LNK-016
  }
}

/** In clinic mode a host that has gone silent stops the therapy, softly. */
function watchSilence(nowUs: u64): void {
  if (activeMode() !== Mode.CLINIC || silenceUs(nowUs) < <u64>LINK_LOSS_US) return;
  const state = therapyState();
  if (state === Therapy.ARMING || state === Therapy.STIMULATING) linkLost(); // REQ-LNK-010
}
