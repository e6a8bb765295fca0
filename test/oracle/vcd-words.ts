// Words of a VCD: names with their ranges, identifiers, pieces of bytes.

export const SHORT_IDS = 128 * 128;

/** `count[15:8]` or `count [15:8]`: the name, and the number of the lowest bit. An escaped name keeps its brackets. */
export function nameOf(declared: string): { name: string; lowBit: number } {
  const match = /^([^\\].*?)\[(\d+)(?::(\d+))?\]$/.exec(declared);
  if (!match) return { name: declared.replace(/^\\/, ''), lowBit: 0 };
  const [, name, high, low = high] = match;
  return { name, lowBit: Math.min(Number(high), Number(low)) };
}

/** At most 200 bytes as they stand. */
export function text(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder('latin1').decode(bytes.subarray(start, Math.min(end, start + 200)));
}

/** Identifiers of one or two characters index a table of SHORT_IDS; −1: a longer one. */
export function shortKey(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 1) return bytes[start] & 127;
  return end - start === 2 ? ((bytes[start] & 127) << 7) | (bytes[start + 1] & 127) : -1;
}

/** The same of a declared identifier. */
export function idKey(id: string): number {
  return shortKey(new TextEncoder().encode(id), 0, id.length);
}

/** Two pieces in one. */
export function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
