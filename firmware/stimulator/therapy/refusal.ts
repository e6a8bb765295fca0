// What a refusal says beyond its number: the field that is wrong, in which area, and the nearest values that would do.
// Whoever refuses sets it; the link clears it before each message and puts it into the response.

let field: i32 = 0;
let area: i32 = 0;
let low: i32 = 0;
let high: i32 = 0;

/** Forgets the last refusal: no field, no area, no values. */
export function clearRefusal(): void {
  field = 0;
  area = 0;
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

/** Names the area (0–3) that is judged: what is refused from here on is one of its fields. −1: of no area. */
export function setRefusalArea(judgedArea: i32): void {
  area = judgedArea + 1;
}

/** Field of wire.ts that was wrong; 0: none. */
export function refusalField(): i32 {
  return field;
}

/** Number of the area whose field was wrong, plus 1; 0: none. */
export function refusalArea(): i32 {
  return area;
}

/** Nearest value below that would do, in the field's unit. */
export function refusalLow(): i32 {
  return low;
}

/** Nearest value above that would do, in the field's unit. */
export function refusalHigh(): i32 {
  return high;
}
