// What a board needs of a machine, and what a machine may call on the board. Another machine (an instruction-level one,
// say) takes the place of the wasm one by implementing Machine.

import type { MachineFlip } from '../fault/fault.ts';
import type { LocalFlips } from './meter/local-flips.ts';

/** What interlock.wasm imports from the module "hal"; firmware/interlock/hal.ts says what each means. */
export interface Hal {
  clock_us(): number;
  sense(channel: number): number;
  segment_room(): number;
  segment(
    durationUs: number,
    flags: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): void;
  off(): void;
  heartbeat(): void;
}

/** What a HAL has that charges for instructions: the counter that metered copies of the modules add to. */
export interface Metering {
  readonly meter?: WebAssembly.Global<'i32'>;
  /** Locals of the copy can be made to flip. */
  readonly flips?: LocalFlips;
}

/** What stimulator.wasm imports from the module "hal". */
export interface StimulatorHal {
  clock_us(): number;
  uart_read(): number;
  uart_write(byte: number): number;
  /** Word 0–7 of the interlock's SHA-256, 8–15 of the stimulator's; 0 for any other number and for an unknown hash. */
  identity(word: number): number;
}

/** What the stimulator may call. */
export interface InterlockCalls {
  request(
    durationUs: number,
    flags: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): number;
  stop(mode: number): number;
  arm(): number;
  clear(): number;
  lower_limit(electrode: number, amplitudeUa: number, phasePc: number): number;
  raise_limit(electrode: number, amplitudeUa: number, phasePc: number): number;
  reading(channel: number): number;
  status(): number;
}

export interface InterlockExports extends InterlockCalls {
  boot(readbackToleranceUa: number, retained: number): void;
  /** The status word. */
  poll(): number;
  readonly memory?: WebAssembly.Memory;
}

export interface StimulatorExports {
  boot(board: number, entropy: number, readbackToleranceUa: number): void;
  /** µs until it wants to run again. */
  poll(): number;
  readonly memory?: WebAssembly.Memory;
}

export type ModuleName = 'interlock' | 'stimulator';

/** The two modules of a running machine, raw: calls from here are outside simulated time and may disturb the firmware. */
export interface Modules {
  readonly interlock: InterlockExports;
  readonly stimulator: StimulatorExports;
}

/** The processor with its firmware. Time passes in the clock that it shares with the board. */
export interface Machine {
  readonly modules: Modules;
  /** Runs until the clock is at `untilCycle` or past it by no more than one turn of the main loop, or `shouldStop` says so. */
  run(untilCycle: number): void;
  /** Ends what it is doing, forgets everything and starts again at `bootCycle`: called by the board in a reset. */
  reset(bootCycle: number, isPowerLost: boolean): void;
  /** A received byte ends its sleep. */
  wake(cycle: number): void;
  /** The magnet arrives or leaves: its interrupt switches off at once, even where a module hangs, and leaves a latch. */
  moveMagnet(cycle: number, isPresent: boolean): void;
  /** From its next call on this module does not return. Ends with a reset. */
  hang(module: ModuleName): void;
  /**
   * Flips a bit of what lies in no module's memory, now or when its time has come. Throws RangeError for what this machine
   * does not have.
   */
  flip(flip: MachineFlip): void;
  /** Where a bit that `flip` was asked for has flipped, in the binary's own words; undefined: nowhere yet. */
  readonly flippedAt: string | undefined;
  /** A module's memory, not a copy; empty where it has none. */
  memory(module: ModuleName): Uint8Array;
  /** Asked after every event and turn: true ends `run` early. */
  shouldStop: () => boolean;
}
