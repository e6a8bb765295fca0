// What the stimulator may ask of the interlock: module "interlock" of the import section, and the only way to the output.
// Every call may be refused; the results are Status numbers, and a refused call changes nothing.

/** Queues a segment of `durationUs` µs; flags as in board.ts, levels in µA, two i16 a word (contact 2k low, 2k + 1 high). */
export declare function request(
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
): i32;
/** Switches the output off and disarms; STOP_ESTOP or STOP_DISARM of board.ts. */
export declare function stop(mode: i32): i32;
/** Lets requests pass; Status.DISCHARGING until nine half-lives of recharge have gone by. */
export declare function arm(): i32;
/** Clears a trip whose cause is gone. */
export declare function clear(): i32;
/** Lowers the set limits of an electrode (0–16), µA and pC; at any time. */
export declare function lower_limit(electrode: i32, amplitudeUa: i32, phasePc: i32): i32;
/** Raises the set limits of an electrode, µA and pC; disarmed only, and never past the hard limits. */
export declare function raise_limit(electrode: i32, amplitudeUa: i32, phasePc: i32): i32;
/** A sensor as last seen (SENSE_…) or a value of the interlock (READING_…), in the unit that board.ts names. */
export declare function reading(channel: i32): i32;
/** State, trip, magnet and activity, packed as STATUS_… of board.ts say. */
export declare function status(): i32;
