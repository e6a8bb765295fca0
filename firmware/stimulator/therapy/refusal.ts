// What a refusal says beyond its number: the field that is wrong and the nearest values that would do.
// Whoever refuses sets it; the link clears it before each message and puts it into the response.

let field: i32 = 0;
let low: i32 = 0;
let high: i32 = 0;

/** Forgets the last refusal: no field, no values. */
export function clearRefusal(): void {
  field = 0;
  low = 0;
  high = 0;
}

/**
 * Notes a refusal: `refusedField` is a Field of wire.ts, `nearestLow` and `nearestHigh` are the nearest values
 * below and above that would do, in the field's unit; both 0 where none are known.
 */
export function setRefusal(refusedField: i32, nearestLow: i32, nearestHigh: i32): void {
  field = refusedField;
  low = nearestLow;
  high = nearestHigh;
}

/** Field of wire.ts that was wrong; 0: none. */
export function refusalField(): i32 {
  return field;
}

/** Nearest value below that would do, in the field's unit. */
export function refusalLow(): i32 {
  return low;
}

/** Nearest value above that would do, in the field's unit. */
export function refusalHigh(): i32 {
  return high;
}
