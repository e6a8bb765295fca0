// What a receiver makes of bytes that were sent at another rate than its own: it looks for a start bit and samples what it
// takes for the middles of the bits.

/** Start bit, eight data bits, stop bit. */
const BITS = 10;
/** Share by which two rates may differ. */
const BEARABLE = 0.04;

/**
 * The bytes that a receiver at `toBaud` reads where `bytes` are sent back to back at `fromBaud`, both 8N1; the same bytes
 * where the rates are within the 4 % that a receiver bears. A byte without its stop bit is read all the same. 0: a rate that is not known, at which nothing is read.
 */
export function readAtRate(bytes: Uint8Array, fromBaud: number, toBaud: number): Uint8Array {
  if (fromBaud === 0 || toBaud === 0) return new Uint8Array(0);
  if (Math.abs(fromBaud / toBaud - 1) <= BEARABLE) return bytes;
  // Time is in bits of the sender; the line is high before and behind the bytes.
  const level = (time: number): number => levelAt(bytes, Math.floor(time));
  const bit = fromBaud / toBaud;
  const end = bytes.length * BITS;
  const read: number[] = [];
  let time = 0;
  while (time < end) {
    if (level(time) === 1) {
      time = nextFall(bytes, time, end);
      continue;
    }
    let byte = 0;
    for (let n = 0; n < 8; n++) byte |= level(time + (n + 1.5) * bit) << n;
    read.push(byte);
    time += 9.5 * bit;
    while (time < end && level(time) === 0) time = Math.floor(time) + 1;
  }
  return Uint8Array.from(read);
}

function levelAt(bytes: Uint8Array, at: number): number {
  if (at < 0 || at >= bytes.length * BITS) return 1;
  const bit = at % BITS;
  if (bit === 0) return 0;
  return bit === BITS - 1 ? 1 : (bytes[Math.floor(at / BITS)] >> (bit - 1)) & 1;
}

/** The next edge to low, or the end. */
function nextFall(bytes: Uint8Array, time: number, end: number): number {
  let at = Math.floor(time) + 1;
  while (at < end && levelAt(bytes, at) === 1) at++;
  return at;
}
