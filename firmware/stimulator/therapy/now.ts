// The time as the therapy knows it: what the main loop passed last, brought up to date from the board's counter.

import { clock_us } from '../hal.ts';

let lastUs: u64 = 0;

/** Notes the clock time that the main loop passed, µs. */
export function noteNow(nowUs: u64): void {
  lastUs = nowUs;
}

/** Clock time at this moment, µs. Pre: within 71 minutes of the last note, which is milliseconds old. */
export function clockUs(): u64 {
  return lastUs + <u64>(<u32>clock_us() - <u32>lastUs);
}
