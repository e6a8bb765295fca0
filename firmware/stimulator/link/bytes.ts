// Bytes of frames: signed numbers from single bytes, and loops that are bounded by the longest frame (without the
// standard library's general memory routines).

/** The byte at an address, 0–255. */
export function byteAt(address: usize): i32 {
  return load<u8>(address);
}

/** The number of 32 bits at an even address: a frame's session lies across two words, where a Cortex-M0+ would fault. */
export function wordAt(address: usize): u32 {
  return <u32>load<u16>(address) | ((<u32>load<u16>(address, 2)) << 16);
}

/** Puts a number of 32 bits at any address, byte by byte. */
export function putWord(address: usize, word: u32): void {
  for (let i = 0; i < 4; i++) store<u8>(address + <usize>i, <u8>(word >> (8 * i)));
}

/** Copies `count` bytes; the two ranges must not overlap. */
export function copyBytes(to: usize, from: usize, count: i32): void {
  for (let i = 0; i < count; i++) store<u8>(to + <usize>i, load<u8>(from + <usize>i));
}

/** Whether two ranges of `count` bytes hold the same. */
export function sameBytes(a: usize, b: usize, count: i32): bool {
  for (let i = 0; i < count; i++) {
    if (load<u8>(a + <usize>i) !== load<u8>(b + <usize>i)) return false;
  }
  return true;
}
