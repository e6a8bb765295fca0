// What every proof assumes of the board. Nothing of the stimulator is assumed: it may call anything, with anything, at any time.

import { FIFO_SEGMENTS, START_US_MAX } from '../../../firmware/board.ts';

export const ASSUMPTIONS: readonly string[] = [
  'Calls do not re-enter: the board makes one call of the interlock at a time, to its end.',
  'The calls of the board return, and leave the memory of the interlock alone.',
  'The clock counts forward in µs modulo 2³², and holds still within a call.',
  'Sensors, read-back and room may show anything at any time; within a call two looks may differ.',
  `The output stage plays each segment once, in order, as long as it says, from a FIFO of ${FIFO_SEGMENTS} places; an idle stage begins within ${START_US_MAX} µs; \`off\` empties it at once, and until the next segment everything is shorted through the recharge resistors.`,
  'The module runs as the WebAssembly standard says, alone in its memory.',
];

/** What a run of a single law leaves to the whole run. */
export const INVARIANT_ASSUMED =
  'The invariant and the lemmas hold, which `stimgate prove` without --law shows.';
