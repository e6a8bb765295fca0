// The messages that exist and the exact length of their payloads, both ways.

import {
  ACK_BYTES,
  AREA_ECHO_BYTES,
  GET_AREA_BYTES,
  HELLO_BYTES,
  IDENTITY_BYTES,
  INFO_BYTES,
  LIMIT_BYTES,
  MEASURE_BYTES,
  Message,
  SET_AMPLITUDE_BYTES,
  SET_AREA_BYTES,
  START_BYTES,
  STATUS_BYTES,
} from '../../wire.ts';

/**
 * Types from here up are never requests. A request's response has bit 7 set, and beyond this the responses' types would
 * be those of events.
 */
export const REQUEST_TYPES = 0x40;

/** Payload of a request, bytes; −1: there is no such message. */
export function requestBytesOf(type: i32): i32 {
  switch (type) {
    case Message.HELLO:
    case Message.INFO:
    case Message.STATUS:
    case Message.STOP:
    case Message.ESTOP:
    case Message.CLEAR:
    case Message.IDENTITY:
      return 0;
    case Message.SET_AREA:
      return SET_AREA_BYTES;
    case Message.GET_AREA:
      return GET_AREA_BYTES;
    case Message.SET_AMPLITUDE:
      return SET_AMPLITUDE_BYTES;
    case Message.ERASE:
    case Message.VALIDATE:
    case Message.GET_LIMIT:
      return 1;
    case Message.START:
      return START_BYTES;
    case Message.SET_LIMIT:
      return LIMIT_BYTES;
    case Message.MEASURE:
      return MEASURE_BYTES;
    default:
      return -1;
  }
}

/** Payload of the OK response to a message, bytes. */
export function responseBytesOf(type: i32): i32 {
  switch (type) {
    case Message.HELLO:
      return HELLO_BYTES;
    case Message.INFO:
      return INFO_BYTES;
    case Message.STATUS:
      return STATUS_BYTES;
    case Message.SET_AREA:
    case Message.GET_AREA:
      return AREA_ECHO_BYTES;
    case Message.SET_AMPLITUDE:
      return SET_AMPLITUDE_BYTES;
    case Message.SET_LIMIT:
    case Message.GET_LIMIT:
      return LIMIT_BYTES;
    case Message.IDENTITY:
      return IDENTITY_BYTES;
    default:
      return ACK_BYTES;
  }
}
