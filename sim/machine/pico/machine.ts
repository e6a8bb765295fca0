// The machine that runs the flashed image on a simulated RP2040, instruction by instruction. It knows the firmware by its
// pins, its line and two registers alone; what the board around it does is the same as for the other machine.

import { STATUS_STATE_MASK, STATUS_TRIP_MASK, STATUS_TRIP_SHIFT } from '../../../firmware/board.ts';
import { State } from '../../../firmware/status.ts';
import type { Board } from '../../board/board.ts';
import { NEXT, NOW } from '../../clock/clock.ts';
import { RandomStream } from '../../clock/random.ts';
import type { MachineFlip } from '../../fault/fault.ts';
import { Mark, OffBy, ResetBy } from '../../trace/marks.ts';
import type { Machine, ModuleName, Modules } from '../machine.ts';
import { Chip } from './chip/chip.ts';
import type { ChipListener } from './chip/options.ts';
import { Converter } from './converter.ts';
import { PinDecoder } from './decoder.ts';
import { loadPicoImage, type PicoImage } from './image.ts';
import { PIN_BAUD_0, PIN_BAUD_1, PIN_ENABLE, PIN_HEARTBEAT, PIN_MAGNET, PIN_UART_RX } from './pins.ts';

/** Rates that the straps choose among; the first one with none of them set. */
export const PICO_BAUDS = [115_200, 230_400, 460_800, 921_600] as const;

const RAM_BASE = 0x2000_0000;
const SCRATCH_STATUS = 0;
const SCRATCH_FAULT = 1;
/** IPSR while the magnet's interrupt runs: IO_BANK0 is number 13. */
const EXCEPTION_MAGNET = 16 + 13;
/** And while that runs which finds a hang: TIMER_2. */
const EXCEPTION_HANG = 16 + 2;
/** A branch to itself. */
const HANG_INSTRUCTION = 0xe7fe;
const EXPORTS: Record<ModuleName, readonly string[]> = {
  interlock: [
    'boot',
    'poll',
    'request',
    'stop',
    'arm',
    'clear',
    'lower_limit',
    'raise_limit',
    'reading',
    'status',
  ],
  stimulator: ['boot', 'poll'],
};

export class PicoMachine implements Machine, ChipListener {
  shouldStop: () => boolean = () => false;
  /** The chip as it is now: a reset makes a new one. */
  chip!: Chip;
  readonly image: PicoImage;
  flippedAt: string | undefined;
  private readonly board: Board;
  private readonly time: Float64Array;
  private readonly decoder: PinDecoder;
  private readonly converter: Converter;
  private readonly entropy: RandomStream;
  private readonly straps: number;
  private readonly collapse: boolean;
  private bootCycle = 0;
  private isRunning = false;
  private isTripped = false;
  /** When the firmware told its status last. */
  private toldCycle = 0;
  private isFaulty = false;

  /**
   * Throws RangeError for a rate that the straps cannot choose, Error where there is no image. `collapse`: see ChipOptions.
   */
  constructor(board: Board, seed: number, image: PicoImage = loadPicoImage(), collapse = true) {
    this.collapse = collapse;
    this.straps = PICO_BAUDS.indexOf(board.uart.baud as (typeof PICO_BAUDS)[number]);
    if (this.straps < 0)
      throw new RangeError(`baud is ${board.uart.baud}: the Pico has ${PICO_BAUDS.join(', ')}`);
    this.board = board;
    this.image = image;
    this.time = board.clock.time;
    this.decoder = new PinDecoder(board.stage);
    this.converter = new Converter(board, this.decoder, seed);
    this.entropy = new RandomStream(seed, 'entropy');
    board.uart.onArrival = (byte) => this.chip.receiveByte(byte);
  }

  get modules(): Modules {
    throw new RangeError('the pico machine has no modules to call: its firmware runs as the image has it');
  }

  run(untilCycle: number): void {
    const { time } = this;
    const { clock } = this.board;
    while (time[NOW] < untilCycle && !this.shouldStop()) {
      const target = time[NEXT] < untilCycle ? time[NEXT] : untilCycle;
      if (!this.isRunning) this.waitForBoot(target);
      else if (target > this.chip.cycle) {
        const { chip } = this;
        chip.run(target);
        if (time[NOW] < chip.cycle) time[NOW] = chip.cycle;
      } else time[NOW] = target;
      clock.catchUp();
    }
  }

  reset(bootCycle: number, isPowerLost: boolean): void {
    const previous: Chip | undefined = this.chip;
    const kept = isPowerLost ? undefined : previous?.scratch;
    if (previous !== undefined) previous.stopRequested = true;
    const bits = wordBits(() => this.entropy.nextI32());
    this.chip = new Chip(this.image.flash, this, {
      startCycle: bootCycle,
      scratch: kept,
      reason: kept === undefined ? 'power' : 'watchdog',
      random: bits,
      collapse: this.collapse,
    });
    this.bootCycle = bootCycle;
    this.isRunning = false;
    this.isFaulty = false;
    this.decoder.reset();
    if (this.isTripped) this.board.trace?.mark(this.time[NOW], Mark.CLEAR);
    this.isTripped = false;
  }

  wake(): void {
    // The chip's own UART wakes it.
  }

  moveMagnet(_cycle: number, isPresent: boolean): void {
    if (this.isRunning) this.chip.setPin(PIN_MAGNET, !isPresent);
  }

  hang(module: ModuleName): void {
    for (const name of EXPORTS[module]) {
      const address = this.image.address(`w2c_${module}_${name}`) & ~1;
      this.chip.writeCode(address, HANG_INSTRUCTION);
    }
  }

  flip(flip: MachineFlip): void {
    const { chip, image } = this;
    this.flippedAt = undefined;
    if (flip.kind === 'local-flip')
      throw new RangeError('the Pico has no locals of wasm to flip: it has registers and RAM');
    if (flip.kind === 'register-flip') {
      const { register, bit, busyCycles } = flip;
      chip.flipRegister(register, bit, busyCycles, (pc) => {
        this.flippedAt = `${register} at ${image.place(pc)}`;
      });
      return;
    }
    const address = RAM_BASE + flip.offset;
    chip.writeRam(address, chip.readRam(address) ^ (1 << flip.bit));
    this.flippedAt = image.place(address);
  }

  memory(module: ModuleName): Uint8Array {
    const { address, bytes } = this.image.memory(module);
    return this.chip.rp2040.sram.subarray(address - RAM_BASE, address - RAM_BASE + bytes);
  }

  // What the chip tells.

  pioPins(cycle: number, values: number, changed: number): void {
    this.decoder.change(cycle, values, changed);
    this.yieldToEvents();
  }
  pioShift(_cycle: number, word: number, bits: number): void {
    this.decoder.shift(word, bits);
  }
  sioPins(cycle: number, values: number, changed: number): void {
    if ((changed & (1 << PIN_HEARTBEAT)) !== 0) this.board.heartbeat.toggle(cycle);
    if ((changed & (1 << PIN_ENABLE)) !== 0) {
      const isEnabled = (values & (1 << PIN_ENABLE)) !== 0;
      this.decoder.enable(cycle, isEnabled);
      if (!isEnabled) this.board.stage.off(cycle, this.offBy());
    }
    this.yieldToEvents();
  }
  uartByte(cycle: number, byte: number): void {
    this.board.uart.shiftOut(cycle, byte);
    this.yieldToEvents();
  }
  scratch(cycle: number, index: number, value: number): void {
    if (index === SCRATCH_STATUS) {
      this.observeTrip(cycle, value);
      this.toldCycle = cycle;
    }
    if (index !== SCRATCH_FAULT) return;
    this.isFaulty = true;
    this.board.trace?.mark(cycle, Mark.TRAP, value);
  }
  adcStart(cycle: number, channel: number): number {
    return this.converter.start(cycle, channel);
  }
  watchdog(cycle: number): void {
    this.board.reset(cycle, ResetBy.WATCHDOG, 0);
  }
  lockup(cycle: number): void {
    this.board.trace?.mark(cycle, Mark.TRAP, -1);
  }

  /** Before the chip leaves its reset only the board runs. */
  private waitForBoot(target: number): void {
    this.time[NOW] = Math.min(target, this.bootCycle);
    if (this.time[NOW] < this.bootCycle) return;
    this.isRunning = true;
    this.board.start(this.bootCycle);
    const { chip } = this;
    chip.setPin(PIN_UART_RX, true);
    chip.setPin(PIN_MAGNET, !this.board.magnetInput.isPresent);
    chip.setPin(PIN_BAUD_0, (this.straps & 1) === 0);
    chip.setPin(PIN_BAUD_1, (this.straps & 2) === 0);
  }

  /** An event that came up while the chip runs may be due before the chip would look again. */
  private yieldToEvents(): void {
    this.chip.runUntilAtMost(this.time[NEXT]);
  }

  private offBy(): OffBy {
    if (this.isFaulty) return OffBy.TRAP;
    const exception = this.chip.rp2040.core.IPSR;
    if (exception === EXCEPTION_HANG) return OffBy.HANG;
    return exception === EXCEPTION_MAGNET ? OffBy.MAGNET : OffBy.INTERLOCK;
  }

  private observeTrip(cycle: number, status: number): void {
    const state = status & STATUS_STATE_MASK;
    const isTripped = state === State.TRIPPED || state === State.LOCKED;
    if (isTripped === this.isTripped) return;
    this.isTripped = isTripped;
    if (isTripped) {
      const trip = (status >> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK;
      // Where nothing was on, nothing switches off: the trip is when it is told.
      const { lastOffCycle } = this.board.stage;
      this.board.trace?.mark(lastOffCycle > this.toldCycle ? lastOffCycle : cycle, Mark.TRIP, trip);
    } else this.board.trace?.mark(cycle, Mark.CLEAR);
  }
}

/** Bits of the words that `next` gives, the most significant first. */
function wordBits(next: () => number): () => number {
  let word = 0;
  let left = 0;
  return () => {
    if (left === 0) {
      word = next();
      left = 32;
    }
    return (word >>> --left) & 1;
  };
}
