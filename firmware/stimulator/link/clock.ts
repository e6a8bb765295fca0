// The board's 32-bit µs counter extended to 64 bits, so that nobody reasons about wrap-around.
// It must be updated more often than once in 71 minutes; poll does so at least every 10 ms.

import { clock_us } from '../hal.ts';

let lastUs: u32 = 0;
let wraps: u32 = 0;

/** Starts at the counter's present value. */
export function bootClock(): void {
  lastUs = <u32>clock_us();
  wraps = 0;
}

/** Reads the counter. Returns µs since its zero, never less than before. */
export function updateClock(): u64 {
  const us = <u32>clock_us();
  if (us < lastUs) wraps += 1;
  lastUs = us;
  return ((<u64>wraps) << 32) | <u64>us;
}
