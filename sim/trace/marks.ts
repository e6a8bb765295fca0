// What a trace marks besides the output: the instants that a judge measures latencies from and to.

/** Kind of a mark. */
export enum Mark {
  /** Processor starts from reset; argument 0. */
  BOOT = 0,
  /** Output switched off while something was playing or queued; argument: who, see OffBy. */
  OFF = 1,
  /** The interlock has tripped; argument: its Trip. */
  TRIP = 2,
  /** The interlock has left the tripped state. */
  CLEAR = 3,
  /** Magnet arrived (argument 1) or left (0). */
  MAGNET = 4,
  /** Processor was reset; argument: see ResetBy. */
  RESET = 5,
  /** A fault was injected; argument: its number in the list of faults. */
  FAULT = 6,
  /** A module trapped; argument 0 interlock, 1 stimulator. On the Pico: fault.c's code, −1 for a locked-up core. */
  TRAP = 7,
  /** A segment was queued after the stage had run empty without having been switched off. */
  UNDERRUN = 8,
  /** The driver dropped out (0) or came back (1). */
  DRIVER = 9,
  /** A received byte found the ring full and was lost; argument: the byte. */
  RX_OVERRUN = 10,
  /** The charge guard cut the output: a blocking capacitor held too much. Made when the body is moved on: it may be long past. */
  GUARD = 11,
}

/** Who switched the output off. */
export enum OffBy {
  INTERLOCK = 0,
  MAGNET = 1,
  TRAP = 2,
  RESET = 3,
  HANG = 4,
}

/** Why the processor was reset. */
export enum ResetBy {
  WATCHDOG = 0,
  BROWN_OUT = 1,
}

const ARGUMENT_SHIFT = 8;

export function packMark(kind: Mark, argument: number): number {
  return kind | (argument << ARGUMENT_SHIFT);
}
export function markKind(packed: number): Mark {
  return packed & ((1 << ARGUMENT_SHIFT) - 1);
}
export function markArgument(packed: number): number {
  return packed >> ARGUMENT_SHIFT;
}
