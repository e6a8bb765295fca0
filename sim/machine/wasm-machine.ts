// The machine that runs the two modules in V8: fast, and charged for every block of instructions that they run, for every
// call of the HAL and for interrupts, as far as these costs are known. Between turns of the main loop it jumps from event to
// event.

import {
  HUNG_US,
  STATUS_STATE_MASK,
  STATUS_TRIP_MASK,
  STATUS_TRIP_SHIFT,
  WATCHDOG_US,
} from '../../firmware/board.ts';
import { READBACK_UA_MIN } from '../../firmware/profile.ts';
import { State } from '../../firmware/status.ts';
import { BOARD_SIMULATOR } from '../../firmware/wire.ts';
import type { Board } from '../board/board.ts';
import { createHal, type HalCharges, INTERRUPT_SAMPLE, INTERRUPT_SENT, stimulatorHal } from '../board/hal.ts';
import { ProcessorStopped } from '../board/unmodelled.ts';
import { NEXT, NOW } from '../clock/clock.ts';
import { CYCLES_PER_US, cyclesOfUs } from '../clock/cycles.ts';
import { RandomStream } from '../clock/random.ts';
import type { MachineFlip } from '../fault/fault.ts';
import { Mark, OffBy } from '../trace/marks.ts';
import { type BoardCosts, type Costs, HAL_PATHS } from './costs.ts';
import { identityWords } from './identity.ts';
import type {
  Hal,
  InterlockCalls,
  InterlockExports,
  Machine,
  Metering,
  ModuleName,
  Modules,
  StimulatorExports,
  StimulatorHal,
} from './machine.ts';
import { type LoopBoard, startUp, turn } from './main-loop.ts';
import { LocalFlips } from './meter/local-flips.ts';
import { newMeter, partsBits, takeCycles } from './meter/meter.ts';

/** Makes the modules at every start: the wasm ones, or objects with the same functions in their place. */
export interface Firmware {
  interlock(hal: Hal): InterlockExports;
  stimulator(hal: StimulatorHal, interlock: InterlockCalls): StimulatorExports;
}

const WAKE = 0;
/** Where what has been charged for interrupts ends, and where the present turn began. */
const COUNTED = 1;
const TURN = 2;
const BUSY = 3;
const CYCLES_PER_MS = 1000 * CYCLES_PER_US;

export class WasmMachine implements Machine, LoopBoard {
  /** Made by `reset`, which the board calls when it gets its processor and at every reset. */
  modules!: Modules;
  shouldStop: () => boolean = () => false;
  private readonly board: Board;
  private readonly firmware: Firmware;
  private readonly boardCosts: BoardCosts;
  private readonly charges: HalCharges;
  private readonly meter: WebAssembly.Global<'i32'> | undefined;
  /** Of the copies whose locals can flip; undefined: of none. */
  private readonly flips: Readonly<Record<ModuleName, LocalFlips>> | undefined;
  private readonly hal: Hal & StimulatorHal & Metering;
  private readonly stimulatorHal: StimulatorHal & Metering;
  private readonly identity = new Int32Array(16);
  private readonly entropyStream: RandomStream;
  private readonly time: Float64Array;
  private readonly hungKind: number;
  private readonly state = new Float64Array(4);
  private hasStarted = false;
  private isInTurn = false;
  /** Trapped or hung: only a reset helps. */
  private isHalted = false;
  private hung: ModuleName | null = null;
  /** The module whose local flipped or is going to. */
  private flipped: ModuleName | undefined;
  private active: ModuleName = 'interlock';
  private seenOffs = 0;
  private isTripped = false;
  private retainedWord = 0;
  /** Received bytes whose interrupts have been charged. */
  private seenArrivals = 0;

  /** `hasFlips`: locals can flip, which takes a metered copy of its own. */
  constructor(board: Board, firmware: Firmware, costs: Costs, seed: number, hasFlips = false) {
    this.board = board;
    this.firmware = firmware;
    this.boardCosts = scaled(costs.board, costs.speed);
    const hal = scaled(costs.hal, costs.speed);
    this.charges = {
      paths: Float64Array.from(HAL_PATHS, (path) => hal[path]),
      seenParts: new Int32Array(1),
      partsBits: partsBits(costs.speed),
      isFree: new Uint8Array(1),
      owed: new Float64Array(1),
      calledUs: new Float64Array(1),
      interrupts: new Float64Array(2),
    };
    this.charges.interrupts[INTERRUPT_SAMPLE] = this.boardCosts.sample;
    this.charges.interrupts[INTERRUPT_SENT] = this.boardCosts.sent;
    this.meter = costs.isMetered ? newMeter() : undefined;
    this.flips = hasFlips ? { interlock: new LocalFlips(), stimulator: new LocalFlips() } : undefined;
    const { meter, flips } = this;
    this.hal = { ...createHal(board, this.charges, this.identity), meter, flips: flips?.interlock };
    this.stimulatorHal = { ...stimulatorHal(this.hal, this.charges), flips: flips?.stimulator };
    this.entropyStream = new RandomStream(seed, 'entropy');
    this.time = board.clock.time;
    this.hungKind = board.clock.on((cycle) => {
      if (this.isHalted) board.stage.off(cycle, OffBy.HANG); // REQ-BRD-010
    });
  }

  /** Cycles in which the processor was not asleep. */
  get busyCycles(): number {
    return this.state[BUSY];
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

  flip(flip: MachineFlip): void {
    if (flip.kind !== 'local-flip')
      throw new RangeError(
        `the wasm machine has no ${flip.kind === 'ram-flip' ? 'RAM' : 'registers'} to flip a bit of`,
      );
    if (this.flips === undefined)
      throw new RangeError('this simulation was made without locals that can flip');
    this.flipped = flip.module;
    this.flips[flip.module].plan(flip.reads, flip.bit);
  }

  get flippedAt(): string | undefined {
    return this.flipped && this.flips?.[this.flipped].place;
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
    this.charge();
  }
  stimulatorBoot(boardId: number, entropy: number, toleranceUa: number): void {
    this.enter('stimulator');
    this.modules.stimulator.boot(boardId, entropy, toleranceUa);
    this.charge();
  }
  interlockPoll(): number {
    this.enter('interlock');
    const word = this.modules.interlock.poll();
    this.charge();
    return word;
  }
  stimulatorPoll(): number {
    this.enter('stimulator');
    // As uint32_t, which it is to a board in C.
    const wishUs = this.modules.stimulator.poll() >>> 0;
    this.charge();
    return wishUs;
  }
  watchdogFeed(): void {
    this.board.watchdog.feed(this.time[NOW]);
  }
  sleepUs(durationUs: number): void {
    this.time[NOW] += this.boardCosts.turn;
    const isAwake = this.board.uart.wakes || this.board.magnetInput.isLatched;
    const sleepCycles = isAwake ? 0 : cyclesOfUs(durationUs);
    this.payInterrupts(sleepCycles);
    this.state[WAKE] = this.time[NOW] + sleepCycles;
    if (this.isTripped || this.board.stage.offs !== this.seenOffs) this.observeTrip();
  }

  private runTurn(): void {
    const { time, state } = this;
    this.isInTurn = true;
    state[TURN] = time[NOW];
    // What the modules were asked from outside since the last turn took no time.
    this.skipParts();
    try {
      if (!this.hasStarted) startUp(this);
      turn(this);
    } catch (error) {
      this.stopped(error);
    } finally {
      this.isInTurn = false;
      if (time[NOW] > state[TURN]) state[BUSY] += time[NOW] - state[TURN];
    }
  }

  /** What the modules have run since it was charged last passes. */
  private charge(): void {
    if (this.meter !== undefined)
      this.time[NOW] += takeCycles(this.charges.seenParts, this.meter.value, this.charges.partsBits);
  }

  private skipParts(): void {
    if (this.meter !== undefined) this.charges.seenParts[0] = this.meter.value;
  }

  /**
   * Interrupts of the output, of the line and of conversions: those that fall into the sleep that follows cost no time, and the rest puts
   * it off.
   */
  private payInterrupts(sleepCycles: number): void {
    const { time, state } = this;
    const { owed } = this.charges;
    owed[0] += ((time[NOW] - state[COUNTED]) / CYCLES_PER_MS) * this.boardCosts.millisecond;
    state[COUNTED] = time[NOW];
    const { arrivals } = this.board.uart;
    owed[0] += (arrivals - this.seenArrivals) * this.boardCosts.received;
    this.seenArrivals = arrivals;
    const asleep = Math.min(owed[0], sleepCycles);
    const awake = sleepCycles > 0 ? 0 : Math.floor(owed[0]);
    state[BUSY] += asleep;
    time[NOW] += awake;
    owed[0] -= asleep + awake;
  }

  private enter(module: ModuleName): void {
    this.active = module;
    if (this.flips !== undefined) this.limit(this.flips);
    if (this.hung !== module) return;
    this.hangUp();
    throw new ProcessorStopped('hung');
  }

  /** A call that ends no more is cut once the watchdog is sure to bite. */
  private limit({ interlock, stimulator }: Readonly<Record<ModuleName, LocalFlips>>): void {
    const meter = this.meter?.value ?? 0;
    const parts = cyclesOfUs(WATCHDOG_US) << this.charges.partsBits;
    interlock.allow(meter, parts);
    stimulator.allow(meter, parts);
  }

  private hasRunOut(): boolean {
    const { flips } = this;
    return flips !== undefined && [flips.interlock, flips.stimulator].some((one) => one.takeRanOut());
  }

  /** It goes on for ever, and looks at the clock no more. */
  private hangUp(): void {
    this.halt();
    this.board.clock.schedule(this.time[NOW] + cyclesOfUs(HUNG_US), this.hungKind);
  }

  private halt(): void {
    this.isHalted = true;
    this.state[WAKE] = Number.POSITIVE_INFINITY;
  }

  private stopped(error: unknown): void {
    if (error instanceof ProcessorStopped) return;
    if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    if (this.hasRunOut()) {
      this.hangUp();
      return;
    }
    this.halt();
    this.charge();
    this.board.trap(this.time[NOW], this.active === 'interlock' ? 0 : 1);
  }

  /**
   * Looks at the interlock's status for the trace, from outside simulated time: it costs no cycle and leaves the
   * magnet's latch as it was. Only after something switched off, so that a running therapy never pays for it.
   */
  private observeTrip(): void {
    this.board.clock.catchUp();
    const isLatched = this.board.magnetInput.isLatched;
    this.charges.isFree[0] = 1;
    let status = 0;
    try {
      status = this.modules.interlock.status();
    } finally {
      this.charges.isFree[0] = 0;
      this.skipParts();
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
    const modules = { interlock, stimulator: this.firmware.stimulator(this.stimulatorHal, interlock) };
    this.identity.set(identityWords(modules));
    this.skipParts();
    return modules;
  }
}

/** Costs on a processor that is `speed` times as fast, whole cycles. */
function scaled<T extends Readonly<Record<keyof T, number>>>(costs: T, speed: number): T {
  return Object.fromEntries(
    Object.entries<number>(costs).map(([name, cycles]) => [name, Math.round(cycles / speed)]),
  ) as T;
}
