// The record by which an image says which binaries it holds: the builder writes it, `stimgate flash` looks for it, and the
// board's HAL answers IDENTITY from it. It names the modules and proves nothing: whoever can write an image can write any
// record. May import nothing.
//
//   0                 16                          48                           80
//  +-----------------+---------------------------+----------------------------+------------------------------------+
//  |STIMGATE-IMAGE-1 | SHA-256 of interlock.wasm | SHA-256 of stimulator.wasm | seal: SHA-256 of the image, the    |
//  |                 |                           |                            | seal's own place taken as zeros    |    at a multiple of 4
//  +-----------------+---------------------------+----------------------------+------------------------------------+

/** First bytes of the record, ASCII. */
export const IDENTITY_MARKER = 'STIMGATE-IMAGE-1';
const HASH_BYTES = 32;
const INTERLOCK_AT = IDENTITY_MARKER.length;
const STIMULATOR_AT = INTERLOCK_AT + HASH_BYTES;
const SEAL_AT = STIMULATOR_AT + HASH_BYTES;
/** Length of the record. */
export const IDENTITY_RECORD_BYTES = SEAL_AT + HASH_BYTES;
/** The record begins at a multiple of this, so that the board can read it in words. */
const ALIGNMENT_BYTES = 4;

/** SHA-256 of the modules of an image, in hex. */
export interface ImageIdentity {
  readonly interlock: string;
  readonly stimulator: string;
}

/**
 * The record of two SHA-256 of 32 bytes each, not sealed yet.
 * @throws RangeError for hashes of another length.
 */
export function encodeIdentity(interlock: Uint8Array, stimulator: Uint8Array): Uint8Array {
  for (const hash of [interlock, stimulator]) {
    if (hash.length !== HASH_BYTES) throw new RangeError(`a SHA-256 has 32 bytes, not ${hash.length}`);
  }
  const record = new Uint8Array(IDENTITY_RECORD_BYTES);
  for (let n = 0; n < INTERLOCK_AT; n++) record[n] = IDENTITY_MARKER.charCodeAt(n);
  record.set(interlock, INTERLOCK_AT); // REQ-IMG-002
  record.set(stimulator, STIMULATOR_AT);
  return record;
}

/** The first record of an image; undefined where it has none. */
export function findIdentity(image: Uint8Array): ImageIdentity | undefined {
  const at = recordAt(image);
  if (at === undefined) return undefined;
  return { interlock: hexAt(image, at + INTERLOCK_AT), stimulator: hexAt(image, at + STIMULATOR_AT) };
}

/** The place of the seal in an image; undefined where it has no record. */
export function sealPlace(image: Uint8Array): Uint8Array | undefined {
  const at = recordAt(image);
  return at === undefined ? undefined : image.subarray(at + SEAL_AT, at + IDENTITY_RECORD_BYTES);
}

function recordAt(image: Uint8Array): number | undefined {
  for (let at = 0; at + IDENTITY_RECORD_BYTES <= image.length; at += ALIGNMENT_BYTES)
    if (isMarkerAt(image, at)) return at;
  return undefined;
}

function isMarkerAt(image: Uint8Array, at: number): boolean {
  for (let n = 0; n < INTERLOCK_AT; n++) {
    if (image[at + n] !== IDENTITY_MARKER.charCodeAt(n)) return false;
  }
  return true;
}

function hexAt(image: Uint8Array, at: number): string {
  let text = '';
  for (const byte of image.subarray(at, at + HASH_BYTES)) text += byte.toString(16).padStart(2, '0');
  return text;
}
