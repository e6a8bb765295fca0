// The machine that runs the two modules in V8: fast, with a flat cost for every call. Between turns of the main loop it
// jumps from event to event.

import { STATUS_STATE_MASK, STATUS_TRIP_MASK, STATUS_TRIP_SHIFT } from '../../firmware/board.ts';
import { READBACK_UA_MIN } from '../../firmware/profile.ts';
import { State } from '../../firmware/status.ts';
import { BOARD_SIMULATOR } from '../../firmware/wire.ts';
import type { Board } from '../board/board.ts';
import { CHARGE_CALL, CHARGE_SEGMENT, createHal } from '../board/hal.ts';
import { ProcessorStopped, UnmodelledAccess } from '../board/unmodelled.ts';
import { NEXT, NOW } from '../clock/clock.ts';
import { cyclesOfUs } from '../clock/cycles.ts';
import { RandomStream } from '../clock/random.ts';
import { Mark, OffBy } from '../trace/marks.ts';
import type { Costs } from './costs.ts';
import { identityWords } from './identity.ts';
import type {
  Hal,
  InterlockCalls,
  InterlockExports,
  Machine,
  ModuleName,
  Modules,
  StimulatorExports,
  StimulatorHal,
} from './machine.ts';
import { type LoopBoard, startUp, turn } from './main-loop.ts';

/** Makes the modules at every start: the wasm ones, or objects with the same functions in their place. */
export interface Firmware {
  interlock(hal: Hal): InterlockExports;
  stimulator(hal: StimulatorHal, interlock: InterlockCalls): StimulatorExports;
}

const WAKE = 0;

export class WasmMachine implements Machine, LoopBoard {
  /** Made by `reset`, which the board calls when it gets its processor and at every reset. */
  modules!: Modules;
  shouldStop: () => boolean = () => false;
  private readonly board: Board;
  private readonly firmware: Firmware;
  private readonly costs: Costs;
  private readonly charges: Float64Array;
  private readonly hal: Hal & StimulatorHal;
  private readonly identity = new Int32Array(16);
  private readonly entropyStream: RandomStream;
  private readonly time: Float64Array;
  private readonly state = new Float64Array(1);
  private hasStarted = false;
  private isInTurn = false;
  /** Trapped or hung: only a reset helps. */
  private isHalted = false;
  private hung: ModuleName | null = null;
  private active: ModuleName = 'interlock';
  private seenOffs = 0;
  private isTripped = false;
  private retainedWord = 0;

  constructor(board: Board, firmware: Firmware, costs: Costs, seed: number) {
    this.board = board;
    this.firmware = firmware;
    this.costs = costs;
    this.charges = new Float64Array(2);
    this.charges[CHARGE_SEGMENT] = costs.segment;
    this.charges[CHARGE_CALL] = costs.hal;
    this.hal = createHal(board, this.charges, this.identity);
    this.entropyStream = new RandomStream(seed, 'entropy');
    this.time = board.clock.time;
  }

  run(untilCycle: number): void {
    const { time, state } = this;
    const clock = this.board.clock;
    while (time[NOW] < untilCycle && !this.shouldStop()) {
      const target = state[WAKE] < untilCycle ? state[WAKE] : untilCycle;
      if (time[NEXT] <= target) {
        clock.runNext();
        continue;
      }
      if (time[NOW] < target) time[NOW] = target;
      if (time[NOW] >= state[WAKE]) this.runTurn();
    }
    clock.catchUp();
  }

  reset(bootCycle: number, isPowerLost: boolean): void {
    if (isPowerLost) this.retainedWord = 0;
    this.modules = this.instantiate();
    this.hasStarted = false;
    this.isHalted = false;
    this.hung = null;
    if (this.isTripped) this.board.trace?.mark(this.time[NOW], Mark.CLEAR);
    this.isTripped = false;
    this.seenOffs = this.board.stage.offs;
    this.state[WAKE] = bootCycle;
    if (this.isInTurn) throw new ProcessorStopped('reset');
  }

  wake(cycle: number): void {
    if (this.hasStarted && !this.isHalted && this.state[WAKE] > cycle) this.state[WAKE] = cycle;
  }

  moveMagnet(cycle: number, isPresent: boolean): void {
    if (!isPresent) return;
    this.board.magnetInput.isLatched = true;
    this.board.stage.off(cycle, OffBy.MAGNET);
    this.wake(cycle);
  }

  hang(module: ModuleName): void {
    this.hung = module;
  }

  memory(module: ModuleName): Uint8Array {
    return new Uint8Array(this.modules[module].memory?.buffer ?? new ArrayBuffer(0));
  }

  // The services of main-loop.ts.

  start(): void {
    this.hasStarted = true;
    this.board.start(this.time[NOW]);
    this.board.watchdog.start(this.time[NOW]);
  }
  toleranceUa(): number {
    return READBACK_UA_MIN;
  }
  boardId(): number {
    return BOARD_SIMULATOR;
  }
  entropy(): number {
    return this.entropyStream.nextI32();
  }
  retained(): number {
    return this.retainedWord;
  }
  retain(word: number): void {
    this.retainedWord = word;
  }
  interlockBoot(toleranceUa: number, retained: number): void {
    this.enter('interlock');
    this.modules.interlock.boot(toleranceUa, retained);
    this.time[NOW] += this.costs.interlockBoot;
  }
  stimulatorBoot(boardId: number, entropy: number, toleranceUa: number): void {
    this.enter('stimulator');
    this.modules.stimulator.boot(boardId, entropy, toleranceUa);
    this.time[NOW] += this.costs.stimulatorBoot;
  }
  interlockPoll(): number {
    this.enter('interlock');
    const word = this.modules.interlock.poll();
    this.time[NOW] += this.costs.interlockPoll;
    return word;
  }
  stimulatorPoll(): number {
    this.enter('stimulator');
    const wishUs = this.modules.stimulator.poll();
    this.time[NOW] += this.costs.stimulatorPoll;
    return wishUs;
  }
  watchdogFeed(): void {
    this.board.watchdog.feed(this.time[NOW]);
  }
  sleepUs(durationUs: number): void {
    if (!(durationUs >= 0)) throw new UnmodelledAccess(`stimulator.poll asked to sleep for ${durationUs} µs`);
    const isAwake = this.board.uart.wakes || this.board.magnetInput.isLatched;
    this.state[WAKE] = this.time[NOW] + (isAwake ? 0 : cyclesOfUs(durationUs));
    if (this.isTripped || this.board.stage.offs !== this.seenOffs) this.observeTrip();
  }

  private runTurn(): void {
    this.isInTurn = true;
    try {
      if (!this.hasStarted) startUp(this);
      turn(this);
    } catch (error) {
      this.stopped(error);
    } finally {
      this.isInTurn = false;
    }
  }

  private enter(module: ModuleName): void {
    this.active = module;
    if (this.hung !== module) return;
    this.halt();
    throw new ProcessorStopped('hung');
  }

  private halt(): void {
    this.isHalted = true;
    this.state[WAKE] = Number.POSITIVE_INFINITY;
  }

  private stopped(error: unknown): void {
    if (error instanceof ProcessorStopped) return;
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    this.halt();
    this.board.trap(this.time[NOW], this.active === 'interlock' ? 0 : 1);
  }

  /**
   * Looks at the interlock's status for the trace, from outside simulated time: it costs no cycle and leaves the
   * magnet's latch as it was. Only after something switched off, so that a running therapy never pays for it.
   */
  private observeTrip(): void {
    this.board.clock.catchUp();
    const isLatched = this.board.magnetInput.isLatched;
    this.charges.fill(0);
    let status = 0;
    try {
      status = this.modules.interlock.status();
    } finally {
      this.charges[CHARGE_SEGMENT] = this.costs.segment;
      this.charges[CHARGE_CALL] = this.costs.hal;
    }
    this.board.magnetInput.isLatched = isLatched;
    this.seenOffs = this.board.stage.offs;
    const state = status & STATUS_STATE_MASK;
    const isTripped = state === State.TRIPPED || state === State.LOCKED;
    if (isTripped === this.isTripped) return;
    this.isTripped = isTripped;
    if (isTripped) {
      const trip = (status >> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK;
      this.board.trace?.mark(this.board.stage.lastOffCycle, Mark.TRIP, trip);
    } else this.board.trace?.mark(this.time[NOW], Mark.CLEAR);
  }

  private instantiate(): Modules {
    const interlock = this.firmware.interlock(this.hal);
    const modules = { interlock, stimulator: this.firmware.stimulator(this.hal, interlock) };
    this.identity.set(identityWords(modules));
    return modules;
  }
}
