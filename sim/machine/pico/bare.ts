// The modules of the image on a bare chip: no board, no interrupts, no time of its own. Their exports are called from here,
// and what they import is answered from here, as with the modules in V8: so hostile callers and measurements run on the very
// instructions that are flashed.

import type { Hal, InterlockExports, ModuleName, StimulatorHal } from '../machine.ts';
import { Chip } from './chip/chip.ts';
import { loadPicoImage, type PicoImage } from './image.ts';
import { SILENT } from './silent.ts';

const RAM_BASE = 0x2000_0000;
const FLASH_BASE = 0x1000_0000;
const VECTORS = FLASH_BASE + 0x100;
/** BKPT with its number, and the return behind it. */
const BKPT = 0xbe00;
const BX_LR = 0x4770;
const R0 = 0;
const SP = 13;
/** Arguments that travel in registers (AAPCS 6.4). */
const REGISTER_ARGUMENTS = 4;

/** What is answered in place of a function of the image: its arguments as i32, the instance left out. */
export type Answer = (...args: number[]) => unknown;

/** An image on a bare chip: its functions are called from here, and answered from here where they are replaced. */
export class BareImage {
  readonly chip: Chip;
  private readonly image: PicoImage;
  private readonly answers: Answer[] = [];
  private thrown: unknown;

  constructor(image: PicoImage) {
    this.image = image;
    this.chip = new Chip(image.flash, SILENT, { startCycle: 0, bare: { vtor: VECTORS } });
    this.loadRam();
    this.chip.onBreak = (number) => this.answer(number);
  }

  /** Calls the function of a symbol: r0. Cycles pass on the chip. */
  call(symbol: string, args: readonly number[]): number {
    this.thrown = undefined;
    const result = this.chip.call(this.image.address(symbol) & ~1, args);
    if (this.thrown !== undefined) throw this.thrown;
    return result;
  }

  /** RAM from a symbol's address on, aliased. */
  ram(symbol: string, bytes: number): Uint8Array {
    const from = this.image.address(symbol) - RAM_BASE;
    return this.chip.rp2040.sram.subarray(from, from + bytes);
  }

  /** Puts a breakpoint and a return in a function's place; its first `skipped` arguments are not passed on. */
  replace(symbol: string, skipped: number, answer: Answer): void {
    const address = this.image.address(symbol) & ~1;
    const number = this.answers.push((...args) => answer(...args.slice(skipped))) - 1;
    this.chip.writeCode(address, BKPT | number);
    this.chip.writeCode(address + 2, BX_LR);
  }

  /** What the reset handler does before main. */
  private loadRam(): void {
    const { image } = this;
    const from = image.address('data_load') - FLASH_BASE;
    const to = image.address('data_start') - RAM_BASE;
    const bytes = image.address('data_end') - image.address('data_start');
    this.chip.rp2040.sram.set(image.flash.subarray(from, from + bytes), to);
  }

  private answer(number: number): void {
    const { registers } = this.chip.rp2040.core;
    const args: number[] = [];
    // No function of the boundary has more: the instance and ten of a segment.
    for (let i = 0; i < 11; i++)
      args.push(
        i < REGISTER_ARGUMENTS
          ? registers[i] | 0
          : this.chip.rp2040.readUint32(registers[SP] + 4 * (i - REGISTER_ARGUMENTS)) | 0,
      );
    try {
      registers[R0] = Number(this.answers[number](...args) ?? 0);
    } catch (error) {
      this.thrown ??= error;
      this.chip.stopRequested = true;
    }
  }
}

/** The modules of the flashed image. */
export class BareModules extends BareImage {
  private readonly flashed: PicoImage;

  /** `hal` answers what the modules import. Throws Error where there is no image. */
  constructor(hal: Partial<Hal & StimulatorHal>, image: PicoImage = loadPicoImage()) {
    super(image);
    this.flashed = image;
    for (const [name, answer] of Object.entries(hal)) this.replace(`w2c_hal_${name}`, 1, answer as Answer);
    this.replace('wasm_rt_trap', 0, (code) => {
      throw new WebAssembly.RuntimeError(`trap ${code} on the pico`);
    });
    this.instantiate('interlock', []);
  }

  /** Starts the stimulator too; `interlock` answers in place of the interlock's exports, where it does. */
  startStimulator(interlock: Readonly<Record<string, Answer>> = {}): void {
    for (const [name, answer] of Object.entries(interlock)) this.replace(`w2c_interlock_${name}`, 1, answer);
    this.instantiate('stimulator', [this.flashed.address('interlock')]);
  }

  /** Calls an export of a module. Cycles pass on the chip. */
  callExport(module: ModuleName, name: string, ...args: number[]): number {
    return this.call(`w2c_${module}_${name}`, [this.flashed.address(module), ...args]) | 0;
  }

  /** Linear memory of a module, aliased. */
  bytes(module: ModuleName): Uint8Array {
    return this.ram(`${module}_memory`, this.flashed.memory(module).bytes);
  }

  private instantiate(module: ModuleName, args: readonly number[]): void {
    const { flashed } = this;
    const instance = [flashed.address(module), flashed.address(`${module}_hal`)];
    this.call(`wasm2c_${module}_instantiate`, [...instance, ...args]);
  }
}

/** An interlock as the image has it, with the exports of the wasm module; `bytes` is its memory. */
export function barePicoInterlock(hal: Hal): InterlockExports & { readonly bytes: Uint8Array } {
  const modules = new BareModules(hal);
  const call =
    (name: string) =>
    (...args: number[]): number =>
      modules.callExport('interlock', name, ...args);
  return {
    boot: (toleranceUa, retained) => void call('boot')(toleranceUa, retained),
    poll: call('poll'),
    request: call('request'),
    stop: call('stop'),
    arm: call('arm'),
    clear: call('clear'),
    lower_limit: call('lower_limit'),
    raise_limit: call('raise_limit'),
    reading: call('reading'),
    status: call('status'),
    bytes: modules.bytes('interlock'),
  };
}
