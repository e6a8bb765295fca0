// A whole simulated device: clock, board, body, machine, faults and trace, made from a seed.

import { Board } from './board/board.ts';
import type { ByteListener } from './board/uart.ts';
import { Body, type BodyOptions, bodyOptions } from './body/index.ts';
import { Clock, NOW } from './clock/clock.ts';
import { CYCLES_PER_US, cyclesOfUs } from './clock/cycles.ts';
import { Faults } from './fault/faults.ts';
import { type Costs, SIMULATOR_COSTS } from './machine/costs.ts';
import type { Machine, ModuleName, Modules } from './machine/machine.ts';
import { type Firmware, WasmMachine } from './machine/wasm-machine.ts';
import { instantiateInterlock, instantiateStimulator } from './machine/wasm-modules.ts';
import { type Capture, captureOf } from './trace/capture.ts';
import { ResetBy } from './trace/marks.ts';
import { Palette } from './trace/palette.ts';
import { Trace } from './trace/trace.ts';

/** The baud rate of a simulation that names none. */
export const BAUD_DEFAULT = 115_200;

/** Makes the processor of a board; `picoMachine` is one. Throws RangeError for a board that it does not fit. */
export type MachineFactory = (board: Board, seed: number) => Machine;

export interface SimulatorOptions {
  /** Everything random follows from it; 1 where it is left out. */
  readonly seed?: number;
  /** Processor that runs the firmware: the modules in V8, the flashed image in a simulated RP2040, or one made here. */
  readonly machine?: 'wasm' | 'pico' | MachineFactory;
  /** Of the serial line in both directions, BAUD_DEFAULT where it is left out. */
  readonly baud?: number;
  /** The patient; one drawn from the seed where it is left out. 'none': samples are ideal, and it runs faster. */
  readonly body?: BodyOptions | 'none';
  /** False: a board without a charge guard (sim/body/charge-guard.ts). Without a body there is none. */
  readonly chargeGuard?: boolean;
  /** False: nothing is recorded, `trace` is null. */
  readonly trace?: boolean;
  readonly onByte?: ByteListener;
  /** Modules in place of those in build/: other binaries, or plain objects with the same functions. */
  readonly firmware?: Partial<Firmware>;
  /** What is charged for; SIMULATOR_COSTS where it is left out, PICO_COSTS, or NO_COSTS for calls at the very µs at which they are made. */
  readonly costs?: Costs;
  /** Locals of the wasm modules can be made to flip. */
  readonly localFlips?: boolean;
}

/**
 * A device in simulated time; createSimulator says what its constructor throws.
 * Nothing runs by itself: time passes in the `run…` methods only.
 */
export class Simulator {
  readonly board: Board;
  readonly faults: Faults;
  private readonly clock = new Clock();
  private readonly machine: Machine;
  private readonly recorded: Trace | null;
  private readonly patient: Body | null;
  private isRunning = false;

  constructor(options: SimulatorOptions) {
    const seed = options.seed ?? 1;
    const baud = options.baud ?? BAUD_DEFAULT;
    const costs = options.costs ?? SIMULATOR_COSTS;
    const palette = new Palette();
    this.recorded = options.trace === false ? null : new Trace(palette, baud, seed);
    this.patient =
      options.body === 'none'
        ? null
        : new Body(options.body ?? bodyOptions(seed), options.chargeGuard ?? true);
    this.board = new Board({
      clock: this.clock,
      palette,
      trace: this.recorded,
      load: this.patient,
      seed,
      baud,
      resetCycles: costs.reset,
      onWatchdog: (cycle) => this.board.reset(cycle, ResetBy.WATCHDOG, 0),
    });
    if (this.recorded !== null) this.recorded.settle = () => this.board.playback.settle(this.nowCycles);
    this.machine = makeMachine(options, this.board, seed, costs);
    this.board.attach(this.machine);
    this.faults = new Faults(this.board, this.machine, this.patient, seed);
    this.onByte = options.onByte ?? null;
  }

  /** Cycles of 8 ns since the power came on. */
  get nowCycles(): number {
    return this.clock.time[NOW];
  }
  /** µs since the power came on, with a fraction. */
  get nowUs(): number {
    return this.clock.time[NOW] / CYCLES_PER_US;
  }

  /** Gets every byte that leaves the device at the end of its stop bit; may `write`, may not run the simulation. */
  get onByte(): ByteListener | null {
    return this.board.uart.onByte;
  }
  set onByte(listener: ByteListener | null) {
    this.board.uart.onByte = listener;
  }

  /**
   * The raw modules as they are now: a reset makes new ones. Calling them disturbs the firmware. Throws RangeError for a
   * machine that has none to call.
   */
  get modules(): Modules {
    return this.machine.modules;
  }

  /** A module's memory as it is now, not a copy: a reset makes a new one. */
  memory(module: ModuleName): Uint8Array {
    return this.machine.memory(module);
  }

  /** Where the bit of a local, a register or the Pico's RAM has flipped that was asked for last; undefined: nowhere yet. */
  get flippedAt(): string | undefined {
    return this.machine.flippedAt;
  }

  /** What was recorded; null where the simulation was made without. */
  get trace(): Trace | null {
    return this.recorded;
  }

  /** The body, moved on to the present; null where there is none. */
  get body(): Body | null {
    if (this.patient !== null) this.board.playback.settle(this.nowCycles);
    return this.patient;
  }

  /** Host to device: the bytes follow each other on the line at the baud rate, behind those that are on it. */
  write(bytes: Uint8Array): void {
    this.board.uart.write(bytes);
  }

  /** Runs for `durationUs`; see runUntilCycle. */
  runUs(durationUs: number): void {
    this.runUntilCycle(Math.round(this.nowCycles + cyclesOfUs(durationUs)));
  }

  /**
   * Runs until the clock is at `cycle`, or past it by the rest of a turn of the main loop that began before it.
   * Throws UnmodelledAccess where the firmware did something that no board defines; the simulation is then over.
   */
  runUntilCycle(cycle: number): void {
    if (!Number.isFinite(cycle)) throw new RangeError(`a run needs an end, not cycle ${cycle}`);
    if (this.isRunning) throw new Error('the simulation is running already: onByte may write, but not run');
    this.isRunning = true;
    try {
      this.machine.run(cycle);
    } finally {
      this.isRunning = false;
      this.board.stage.closeTrace(this.nowCycles);
    }
  }

  /** Runs until `byte` has left the device (true), or until the clock is at `deadlineCycle` (false). */
  runUntilByte(byte: number, deadlineCycle: number): boolean {
    const uart = this.board.uart;
    uart.watchFor(byte);
    this.machine.shouldStop = () => uart.hasSeenStopByte;
    try {
      this.runUntilCycle(deadlineCycle);
      return uart.hasSeenStopByte;
    } finally {
      this.machine.shouldStop = () => false;
      uart.watchFor(-1);
    }
  }

  /** The output so far, as the oracle reads it. Throws Error where nothing is recorded. */
  capture(): Capture {
    if (this.recorded === null) throw new Error('this simulation records no trace');
    this.board.stage.closeTrace(this.nowCycles);
    return captureOf(this.recorded, this.nowCycles);
  }
}

/** The processor that the options ask for. */
function makeMachine(options: SimulatorOptions, board: Board, seed: number, costs: Costs): Machine {
  const { machine = 'wasm' } = options;
  if (typeof machine === 'function') {
    if (options.firmware !== undefined || options.costs !== undefined)
      throw new RangeError('firmware and costs are the wasm machine’s: another one runs what it has');
    return machine(board, seed);
  }
  if (machine !== 'wasm')
    throw new RangeError(`there is no machine "${String(machine)}" here: wasm, or a factory`);
  const firmware: Firmware = {
    interlock: (hal) => instantiateInterlock(hal),
    stimulator: (hal, interlock) => instantiateStimulator(hal, interlock),
    ...options.firmware,
  };
  if (options.localFlips === true && !costs.isMetered)
    throw new RangeError('locals can flip only where instructions are charged for');
  return new WasmMachine(board, firmware, costs, seed, options.localFlips);
}

/**
 * Makes a simulated device and switches it on; it boots 1 ms later, in simulated time.
 * Throws RangeError for a machine or a baud rate that there is not, Error where the firmware has not been built.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  if (options.machine !== 'pico') return new Simulator(options);
  // The simulated chip is loaded only where it is used.
  const { picoMachine } = await import('./machine/pico/index.ts');
  return new Simulator({ ...options, machine: picoMachine });
}
