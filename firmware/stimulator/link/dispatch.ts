// From an accepted message to what it does. Every message is answered, and none waits for anything.

import { Status, StopReason } from '../../status.ts';
import { Message, PAYLOAD_BYTES_MAX, RESPONSE_STATUS } from '../../wire.ts';
import { clear } from '../interlock.ts';
import { clearWords } from '../store/words.ts';
import { stopNow, stopSoft } from '../therapy/engine.ts';
import { noteStatus } from '../therapy/now.ts';
import { clearRefusal } from '../therapy/refusal.ts';
import { writeRefusal } from './answer.ts';
import { tellHello, tellIdentity, tellInfo, tellStatus } from './device.ts';
import { responseBytesOf } from './lengths.ts';
import { getLimit, setLimit } from './limits.ts';
import {
  eraseSlot,
  getArea,
  measurePair,
  setAmplitude,
  setArea,
  startSlot,
  validateSlot,
} from './programs.ts';

/**
 * Does what the message of `type` with the payload at `request` asks, and writes the response's payload to `response`.
 * Pre: the type is known and the payload has its exact length. Returns the length of the response's payload, bytes.
 */
export function dispatch(type: i32, request: usize, response: usize, nowUs: u64): i32 {
  clearRefusal();
  clearWords(response, PAYLOAD_BYTES_MAX);
  const status = act(type, request, response, nowUs);
  if (status !== Status.OK) return writeRefusal(response, status);
  store<u8>(response + RESPONSE_STATUS, Status.OK);
  return responseBytesOf(type);
}

/** CLEAR. What is told after it must not be the trip that it ended. */
function clearTrip(): i32 {
  const cleared = clear();
  noteStatus();
  return cleared;
}

function act(type: i32, request: usize, response: usize, nowUs: u64): i32 {
  switch (type) {
    case Message.HELLO:
      return tellHello(response);
    case Message.INFO:
      return tellInfo(response);
    case Message.STATUS:
      return tellStatus(response, nowUs);
    case Message.SET_AREA:
      return setArea(request, response);
    case Message.GET_AREA:
      return getArea(request, response);
    case Message.SET_AMPLITUDE:
      return setAmplitude(request, response);
    case Message.ERASE:
      return eraseSlot(request);
    case Message.VALIDATE:
      return validateSlot(request);
    case Message.START:
      return startSlot(request);
    case Message.STOP:
      return stopSoft();
    case Message.ESTOP:
      return stopNow(StopReason.ESTOP);
    case Message.CLEAR:
      return clearTrip();
    case Message.SET_LIMIT:
      return setLimit(request, response);
    case Message.GET_LIMIT:
      return getLimit(request, response);
    case Message.MEASURE:
      return measurePair(request);
    case Message.IDENTITY:
      return tellIdentity(response);
    default:
      return Status.UNKNOWN_MESSAGE;
  }
}
