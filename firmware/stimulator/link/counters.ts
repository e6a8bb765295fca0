// What has come over the line since boot, by what became of it. Damaged frames are counted where they are found.

let valid: u32 = 0;
let refused: u32 = 0;

export function bootCounters(): void {
  valid = 0;
  refused = 0;
}

/** A frame was accepted, or was a repeat and got the same response. */
export function countValid(): void {
  valid += 1;
}

/** An undamaged frame was not accepted: version, session, sequence, type or length. */
export function countRefused(): void {
  refused += 1;
}

export function framesValid(): u32 {
  return valid;
}

export function framesRefused(): u32 {
  return refused;
}
