// What a turn of the main loop begins with: the time that it passed, brought up to date from the board's counter, and how
// the interlock was then. Asking the interlock costs it a whole look at its state: therapy and link share one answer.

import { clock_us } from '../hal.ts';
import { status } from '../interlock.ts';

let lastUs: u64 = 0;
let packed: i32 = 0;

/** Notes the clock time that the main loop passed, µs. */
export function noteNow(nowUs: u64): void {
  lastUs = nowUs;
}

/** Clock time at this moment, µs. Pre: within 71 minutes of the last note, which is milliseconds old. */
export function clockUs(): u64 {
  return lastUs + <u64>(<u32>clock_us() - <u32>lastUs);
}

/** Asks the interlock for its status (STATUS_… of board.ts) and notes it. */
export function noteStatus(): i32 {
  packed = status();
  return packed;
}

/** The status noted last: from this turn, but perhaps from before what the turn has done. */
export function notedStatus(): i32 {
  return packed;
}
