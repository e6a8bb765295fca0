// One frame of the link: version, type, session, sequence, payload and CRC-32C, in COBS (layout in firmware/wire.ts).

import * as wire from '../../firmware/wire.ts';
import { cobsDecode, cobsEncode } from './cobs.ts';
import { crc32c } from './crc32c.ts';

export interface Frame {
  readonly version: number;
  /** A `Message`, a `Message` with the response bit, or an `Event`. */
  readonly type: number;
  /** The device's nonce, 0 in a HELLO. */
  readonly session: number;
  readonly sequence: number;
  /** 0 to 96 bytes. */
  readonly payload: Uint8Array;
}

/** The bytes that go on the line for `frame`, its closing delimiter included. RangeError for an oversized payload. */
export function encodeFrame(frame: Frame): Uint8Array {
  const { length } = frame.payload;
  if (length > wire.PAYLOAD_BYTES_MAX) {
    throw new RangeError(`a payload of ${length} bytes is too long: at most ${wire.PAYLOAD_BYTES_MAX}`);
  }
  const bytes = new Uint8Array(wire.FRAME_PAYLOAD + length + wire.FRAME_CRC_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(wire.FRAME_VERSION, frame.version);
  view.setUint8(wire.FRAME_TYPE, frame.type);
  view.setUint32(wire.FRAME_SESSION, frame.session, true);
  view.setUint16(wire.FRAME_SEQUENCE, frame.sequence, true);
  bytes.set(frame.payload, wire.FRAME_PAYLOAD);
  const crcAt = wire.FRAME_PAYLOAD + length;
  view.setUint32(crcAt, crc32c(bytes.subarray(0, crcAt)), true);
  const encoded = cobsEncode(bytes);
  const line = new Uint8Array(encoded.length + 1);
  line.set(encoded);
  return line;
}

/** The frame in `encoded` (what stood between two delimiters), or undefined where it is damaged. */
export function decodeFrame(encoded: Uint8Array): Frame | undefined {
  if (encoded.length > wire.ENCODED_BYTES_MAX) return undefined;
  const bytes = cobsDecode(encoded);
  if (bytes === undefined || bytes.length < wire.FRAME_PAYLOAD + wire.FRAME_CRC_BYTES) return undefined;
  const crcAt = bytes.length - wire.FRAME_CRC_BYTES;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(crcAt, true) !== crc32c(bytes.subarray(0, crcAt))) return undefined;
  return {
    version: view.getUint8(wire.FRAME_VERSION),
    type: view.getUint8(wire.FRAME_TYPE),
    session: view.getUint32(wire.FRAME_SESSION, true),
    sequence: view.getUint16(wire.FRAME_SEQUENCE, true),
    payload: bytes.slice(wire.FRAME_PAYLOAD, crcAt),
  };
}
