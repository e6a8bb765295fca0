// What the board gives the interlock. The interlock is the only module that is linked to the output.
// Assumed of every one of these: it returns, and it does not call back into the module.

/** Free-running clock, µs modulo 2^32. It only counts forward. */
export declare function clock_us(): i32;
/** Newest reading of a channel (board.ts, SENSE_*), SENSE_STALE when it is older than 20 ms. */
export declare function sense(channel: i32): i32;
/** Free places in the output stage's FIFO: 64 when nothing is queued and nothing plays. */
export declare function segment_room(): i32;
/** Appends a segment to the FIFO; the first one of an idle stage starts at the next µs. Levels: two i16 µA a word. */
export declare function segment(
  durationUs: i32,
  flags: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
): void;
/** Zero output at once, FIFO emptied, every electrode shorted for recharge. */
export declare function off(): void;
/** Toggles the line that keeps the driver enabled. */
export declare function heartbeat(): void;
