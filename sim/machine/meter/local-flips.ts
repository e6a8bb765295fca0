// Copies of binaries in which one bit of one local flips: as a function reads the local, so that it is in use, after so many
// reads of locals in the module. What is not read again cannot matter, and any flip that does is one at such a read. Until
// the flip the copy does what the binary does.

import { parseBinary } from './binary.ts';
import { signed, unsigned } from './bytes.ts';
import { Op } from './instructions.ts';
import { type Addition, COUNTER } from './rewrite.ts';

const MODULE = 'flip';
/** Reads until the flip; 0: none is to come. */
const COUNTDOWN = 1;
/** Bit of 64; of a local of 32 bits its lower five. */
const BIT = 2;
/** Where it came: function and local. */
const PLACE = 3;
/** Value of the meter past which a call is not let run: a loop that lost its end. */
const DEADLINE = 4;
const RAN_OUT = 5;
const NAMES = ['countdown', 'bit', 'place', 'deadline', 'ranOut'] as const;
const VOID = 0x40;
/** Of a place, bits that tell the local. */
const LOCAL_BITS = 12;
const NOWHERE = -1;
const ANYTHING = 0x7fff_ffff;

const { END, GLOBAL_GET, GLOBAL_SET, I32_CONST, I64_CONST, IF, LOCAL_GET, LOCAL_SET } = Op;

/** What is added to a metered copy. */
export const LOCAL_FLIPS = {
  globals: NAMES.map((name) => [MODULE, name] as const),
  read: (local, isWide, number) => [
    ...[GLOBAL_GET, COUNTDOWN, IF, VOID],
    ...[GLOBAL_GET, COUNTDOWN, I32_CONST, 1, Op.I32_SUB, GLOBAL_SET, COUNTDOWN],
    ...[GLOBAL_GET, COUNTDOWN, Op.I32_EQZ, IF, VOID],
    ...[LOCAL_GET, ...unsigned(local), ...mask(isWide), isWide ? Op.I64_XOR : Op.I32_XOR],
    ...[LOCAL_SET, ...unsigned(local)],
    ...[I32_CONST, ...signed((number << LOCAL_BITS) | local), GLOBAL_SET, PLACE],
    ...[END, END],
  ],
  round: (local) => [
    ...[GLOBAL_GET, COUNTER],
    ...(local < 0 ? [] : [LOCAL_GET, ...unsigned(local), Op.I32_ADD]),
    ...[GLOBAL_GET, DEADLINE, Op.I32_SUB, I32_CONST, 0, Op.I32_GT_S, IF, VOID],
    ...[I32_CONST, 1, GLOBAL_SET, RAN_OUT, Op.UNREACHABLE, END],
  ],
} satisfies Pick<Addition, 'globals' | 'read' | 'round'>;

function mask(isWide: boolean): number[] {
  return isWide
    ? [I64_CONST, 1, GLOBAL_GET, BIT, Op.I64_EXTEND_I32_U, Op.I64_SHL]
    : [I32_CONST, 1, GLOBAL_GET, BIT, Op.I32_SHL];
}

/** The globals of one module's copies: when and what flips in it. */
export class LocalFlips {
  private readonly globals: Record<(typeof NAMES)[number], WebAssembly.Global<'i32'>>;
  private binary: Uint8Array | undefined;
  private isPlanned = false;

  constructor() {
    const made = NAMES.map((name) => [name, new WebAssembly.Global({ value: 'i32', mutable: true }, 0)]);
    this.globals = Object.fromEntries(made);
    this.globals.place.value = NOWHERE;
    this.globals.deadline.value = ANYTHING;
  }

  /** What a copy of `binary` imports for its flips. */
  importsOf(binary: Uint8Array): WebAssembly.Imports {
    this.binary = binary;
    return { [MODULE]: this.globals };
  }

  /** After so many reads more a bit flips; 0: at the next one. */
  plan(reads: number, bit: number): void {
    const { countdown, place } = this.globals;
    this.globals.bit.value = bit;
    countdown.value = reads + 1;
    place.value = NOWHERE;
    this.isPlanned = true;
  }

  /** From now on the meter may move on by `parts`; while nothing is to flip, by anything. */
  allow(meter: number, parts: number): void {
    this.globals.deadline.value = meter + (this.isPlanned ? parts : ANYTHING);
  }

  /** Whether the last call ran past its deadline, and was cut there. */
  takeRanOut(): boolean {
    const { ranOut } = this.globals;
    const hasRunOut = ranOut.value !== 0;
    ranOut.value = 0;
    return hasRunOut;
  }

  /** Function and number of the local that flipped; undefined: none has. */
  get place(): string | undefined {
    const place = this.globals.place.value;
    if (place === NOWHERE || this.binary === undefined) return undefined;
    const { names } = parseBinary(this.binary);
    return `local ${place & ((1 << LOCAL_BITS) - 1)} of ${names[place >> LOCAL_BITS]}`;
  }
}
