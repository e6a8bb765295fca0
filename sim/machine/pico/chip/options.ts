// What a chip tells its board and what it is made of: the listener, the options and the names of the mends.

/** Gets what leaves the chip. Cycles are absolute and never decrease from call to call (see README.md for pioShift). */
export interface ChipListener {
  /** Pads that a PIO drives, or drove until now, have changed: the levels of all pads, and which of them changed. */
  pioPins(cycle: number, values: number, changed: number): void;
  /** `bits` data bits, the first one most significant, each at a rising edge of the clock, `period` cycles apart. */
  pioShift(cycle: number, word: number, bits: number, period: number): void;
  /** The same as pioPins for pads of the SIO. */
  sioPins(cycle: number, values: number, changed: number): void;
  /** The start bit of a byte begins on UART0's line. */
  uartByte(cycle: number, byte: number): void;
  scratch(cycle: number, index: number, value: number): void;
  /** A conversion begins; returns its 12-bit result, a negative one for a converter that never ends it. */
  adcStart(cycle: number, channel: number): number;
  /** The watchdog has bitten: the chip stands still from here. */
  watchdog(cycle: number): void;
  /** A fault within a fault: the core stands still until a reset. */
  lockup(cycle: number): void;
}

/** What is mended of rp2040js; README.md says what each does and which test shows it. */
export const MENDS = [
  'instructions',
  'exception-cycles',
  'wfi-primask',
  'pending-latch',
  'faults',
  'pio',
  'dma',
  'uart',
  'timer',
  'watchdog',
  'adc',
  'gpio',
  'resets',
  'divider',
] as const;

export type MendName = (typeof MENDS)[number];

/** What a bare program starts with in place of a boot: see Chip. */
export interface BareStart {
  /** Address of the vector table; stack and PC are taken from it when it lies in memory that holds one. */
  readonly vtor: number;
}

export interface ChipOptions {
  /** The absolute cycle at which the chip leaves its reset. */
  readonly startCycle: number;
  /** The scratch registers, kept over a reset by the watchdog. */
  readonly scratch?: Uint32Array;
  /** What caused the reset: the watchdog's REASON register. */
  readonly reason?: 'power' | 'watchdog';
  /** The ring oscillator's RANDOMBIT; zeros where it is left out. */
  readonly random?: () => number;
  /** No boot: vectors from here, every block out of reset, the µs tick running. For tests of bare programs. */
  readonly bare?: BareStart;
  /** False: every PIO instruction is run on its own. The result is the same. */
  readonly collapse?: boolean;
  /** Mends to leave out, for tests that show what they are for. */
  readonly without?: readonly MendName[];
}
