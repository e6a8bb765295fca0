// Numbers of the WebAssembly binary format: LEB128 in both directions (core specification, 5.2.2).

/** The binary is not one that this rewriter understands. */
export class UnmeteredBinary extends Error {}

export class ByteReader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    if (this.at >= this.bytes.length) throw new UnmeteredBinary('the binary ends in the middle');
    return this.bytes[this.at++];
  }

  /** An unsigned number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Passes over a number of any size. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  /** So many bytes, not copied. */
  take(count: number): Uint8Array {
    if (this.at + count > this.bytes.length) throw new UnmeteredBinary('the binary ends in the middle');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  name(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }
}

/** An unsigned number as LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let left = value >>> 0;
  for (; left >= 0x80; left >>>= 7) bytes.push((left & 0x7f) | 0x80);
  bytes.push(left);
  return bytes;
}

/** A signed 32-bit number as LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  let left = value | 0;
  while (left < -64 || left > 63) {
    bytes.push((left & 0x7f) | 0x80);
    left >>= 7;
  }
  bytes.push(left & 0x7f);
  return bytes;
}

/** A name as its length and its bytes. */
export function named(text: string): number[] {
  const bytes = new TextEncoder().encode(text);
  return [...unsigned(bytes.length), ...bytes];
}
