// Numbered results and states. Never renumbered: hosts, logs and proofs name them by number.
// Plain enums that asc and tsc both compile.

/** Result of a call or of a message. 0 is success; 1–31 the interlock, 32–63 the link and the stimulator, 64– validation. */
export enum Status {
  OK = 0,
  // interlock
  BAD_ARGUMENT = 1,
  NOT_ARMED = 2,
  TRIPPED = 3,
  DISCHARGING = 4,
  LOCKED = 5,
  MAGNET = 6,
  SENSOR = 7,
  SELF_TEST = 8,
  /** L1: above the hard or the set amplitude limit. */
  AMPLITUDE = 10,
  /** L2: the levels do not sum to zero, or a level where none may be. */
  BALANCE = 11,
  /** L3: segment too short or too long. */
  DURATION = 12,
  /** L3: one polarity for too long. */
  POLARITY_RUN = 13,
  /** L4 */
  PHASE_CHARGE = 14,
  /** L5 */
  UNRECOVERED = 15,
  /** L6 */
  RECOVERY = 16,
  /** L7 */
  MEAN_CURRENT = 17,
  /** L16: no room in the FIFO. */
  FIFO_FULL = 18,
  /** L16: would end more than 20 ms from now. */
  HORIZON = 19,
  /** L12: not one biphasic measuring pulse within its limits. */
  MEASURE = 20,
  /** L15: a limit cannot be raised while armed or past the hard limit. */
  LIMIT = 21,
  // link and messages
  BAD_VERSION = 32,
  BAD_SESSION = 33,
  BAD_SEQUENCE = 34,
  UNKNOWN_MESSAGE = 35,
  BAD_LENGTH = 36,
  BAD_SLOT = 37,
  BAD_AREA = 38,
  EMPTY_PROGRAM = 39,
  /** Locked while stimulating. */
  STIMULATING = 40,
  NOT_STIMULATING = 41,
  BAD_FIELD = 42,
  // validation of an area
  FRACTIONS = 64,
  AMPLITUDE_RANGE = 65,
  AMPLITUDE_STEP = 66,
  PHASE_WIDTH = 67,
  INTERPHASE_GAP = 68,
  RATE = 69,
  BURST = 70,
  RECHARGE_KIND = 71,
  RECHARGE_RATIO = 72,
  RAMP = 73,
  CYCLING = 74,
  /** A contact's level does not divide by the ratio of asymmetric recharge. */
  RATIO_DIVIDES = 75,
  // validation of a program
  /** The pulses do not fit the shortest onset interval. */
  INTERLEAVE = 80,
  /** L1, L4–L7 as the interlock would judge it in the worst case. */
  PROGRAM_AMPLITUDE = 81,
  PROGRAM_PHASE_CHARGE = 82,
  PROGRAM_UNRECOVERED = 83,
  PROGRAM_RECOVERY = 84,
  PROGRAM_MEAN_CURRENT = 85,
  /** The last measured impedance says that 12 V cannot drive it. */
  COMPLIANCE = 86,
  /** Every amplitude of the program is zero. */
  NO_OUTPUT = 87,
}

/** Why the interlock tripped. */
export enum Trip {
  NONE = 0,
  SENSOR_STALE = 1,
  SENSOR_IMPOSSIBLE = 2,
  TEMPERATURE = 3,
  BATTERY = 4,
  POLL_LATE = 5,
  READBACK = 6,
  READBACK_MISSING = 7,
  INTEGRITY = 9,
}

/** State of the interlock. */
export enum State {
  /** Not booted: nothing passes. */
  NONE = 0,
  /** Output off, recharging; `arm` may succeed when the discharge time is over. */
  DISARMED = 1,
  ARMED = 2,
  /** Latched after a trip until `clear`. */
  TRIPPED = 3,
  /** Latched until the power is cycled. */
  LOCKED = 4,
}

/** What the stimulator is doing. */
export enum Therapy {
  IDLE = 0,
  /** Waiting for the interlock's discharge time before the first pulse. */
  ARMING = 1,
  STIMULATING = 2,
  /** Ramping down after STOP. */
  STOPPING = 3,
  MEASURING = 4,
}

/** Why the last stimulation ended. */
export enum StopReason {
  NONE = 0,
  /** STOP message: the pulse was completed and the ramp-down delivered. */
  STOP = 1,
  ESTOP = 2,
  MAGNET = 3,
  TRIP = 4,
  /** No valid frame of the session for 2 s in clinic mode. */
  LINK_LOSS = 5,
  /** The interlock refused a segment (a defect of the stimulator: validation should have refused the program). */
  REFUSED = 6,
  /** The queue ran empty (a defect or an overload). */
  UNDERRUN = 7,
  /** A set limit was lowered below what was being delivered. */
  LIMIT = 8,
}

/** What happens when the link falls silent while stimulating. */
export enum Mode {
  /** Stop 2 s after the last valid frame of the session. */
  CLINIC = 0,
  /** Go on. */
  FREE_RUNNING = 1,
}
