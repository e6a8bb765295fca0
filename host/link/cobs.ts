// Consistent Overhead Byte Stuffing (Cheshire and Baker 1999): bytes without zeros, so that a zero can end a frame.

/** `bytes` (at most 253 of them) as COBS, without the delimiter: one byte longer and free of zeros. */
export function cobsEncode(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 253)
    throw new RangeError(`${bytes.length} bytes are too many for one frame: at most 253`);
  const out = new Uint8Array(bytes.length + 1);
  let codeAt = 0;
  for (let i = 0; i < bytes.length; i++) {
    out[i + 1] = bytes[i];
    if (bytes[i] !== 0) continue;
    out[codeAt] = i + 1 - codeAt;
    codeAt = i + 1;
  }
  out[codeAt] = bytes.length + 1 - codeAt;
  return out;
}

/** What `encoded` (without its delimiter) stands for, or undefined where it is not COBS. */
export function cobsDecode(encoded: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(encoded.length);
  let length = 0;
  let at = 0;
  while (at < encoded.length) {
    const code = encoded[at];
    const end = at + code;
    if (code === 0 || end > encoded.length) return undefined;
    for (at++; at < end; at++) {
      if (encoded[at] === 0) return undefined;
      out[length++] = encoded[at];
    }
    if (code !== 0xff && at < encoded.length) out[length++] = 0;
  }
  return out.subarray(0, length);
}
