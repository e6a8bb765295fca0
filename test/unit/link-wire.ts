// The link as a second client would write it: COBS, CRC-32C and frames for the tests, apart from the host's own code.

import { FRAME_PAYLOAD, WIRE_VERSION } from '../../firmware/wire.ts';

/** CRC-32C, bit by bit (RFC 3720 B.4). */
export function crc32c(bytes: readonly number[]): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return ~crc >>> 0;
}

/** COBS of fewer than 254 bytes, without the delimiter: blocks up to each zero, each led by its length. */
export function cobs(bytes: readonly number[]): number[] {
  const blocks: number[][] = [[]];
  for (const byte of bytes) byte === 0 ? blocks.push([]) : blocks[blocks.length - 1].push(byte);
  return blocks.flatMap((block) => [block.length + 1, ...block]);
}

/** The bytes that `encoded` (without zeros) stands for. */
export function uncobs(encoded: readonly number[]): number[] {
  const bytes: number[] = [];
  for (let at = 0; at < encoded.length; at += encoded[at]) {
    if (at > 0) bytes.push(0);
    bytes.push(...encoded.slice(at + 1, at + encoded[at]));
  }
  return bytes;
}

export const u16 = (value: number): number[] => [value & 255, (value >>> 8) & 255];
export const u32 = (value: number): number[] => [...u16(value & 65535), ...u16(value >>> 16)];

export interface Frame {
  readonly version: number;
  readonly type: number;
  readonly session: number;
  readonly sequence: number;
  readonly payload: DataView;
}

export interface FrameFields {
  readonly version?: number;
  readonly type: number;
  readonly session?: number;
  readonly sequence?: number;
  readonly payload?: readonly number[];
}

/** A frame before COBS, its CRC included. */
export function frameBytes({
  version = WIRE_VERSION,
  type,
  session = 0,
  sequence = 0,
  payload = [],
}: FrameFields) {
  const bytes = [version, type, ...u32(session), ...u16(sequence), ...payload];
  return [...bytes, ...u32(crc32c(bytes))];
}

/** A frame as it goes on the line, its delimiter included. */
export function line(fields: FrameFields): number[] {
  return [...cobs(frameBytes(fields)), 0];
}

/** The bytes that a view shows. */
export function bytesOf(view: DataView): number[] {
  return [...new Uint8Array(view.buffer, view.byteOffset, view.byteLength)];
}

/** The frames on a line; throws where anything between two delimiters is not one. */
export function frames(bytes: readonly number[]): Frame[] {
  const found: Frame[] = [];
  let run: number[] = [];
  for (const byte of bytes) {
    if (byte !== 0) run.push(byte);
    else if (run.length > 0) {
      found.push(frame(uncobs(run)));
      run = [];
    }
  }
  if (run.length > 0) throw new Error(`${run.length} bytes without a delimiter`);
  return found;
}

function frame(bytes: readonly number[]): Frame {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  const crcAt = bytes.length - 4;
  if (view.getUint32(crcAt, true) !== crc32c(bytes.slice(0, crcAt)))
    throw new Error('a frame with a wrong CRC');
  return {
    version: bytes[0],
    type: bytes[1],
    session: view.getUint32(2, true),
    sequence: view.getUint16(6, true),
    payload: new DataView(view.buffer, FRAME_PAYLOAD, crcAt - FRAME_PAYLOAD),
  };
}
