// Reads and writes the numbers of a wasm binary. Throws RangeError instead of reading past the end that it was given.

/** Reads LEB128 numbers from `start` on; never past `end`. */
export class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    private readonly end: number,
  ) {}

  get isDone(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.isDone) throw new RangeError('past the end');
    return this.bytes[this.at++];
  }

  unsigned(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 28; scale *= 128) {
      const next = this.byte();
      value += (next & 127) * scale;
      if (next < 128) return value;
    }
    throw new RangeError('a number of more than 32 bits');
  }

  signed32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const next = this.byte();
      value |= (next & 127) << shift;
      if (next < 128) return shift < 25 && (next & 64) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    throw new RangeError('a number of more than 32 bits');
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.end) throw new RangeError('past the end');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }
}

/** `value` as LEB128. */
export function unsignedBytes(value: number): readonly number[] {
  return value < 128 ? [value] : [128 + (value % 128), ...unsignedBytes(Math.floor(value / 128))];
}
