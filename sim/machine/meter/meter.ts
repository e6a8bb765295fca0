// Metered copies of binaries: they do what the binary does and count what it costs. The shipped bytes are not touched, and a
// copy's identity is that of the binary that it was made from.

import type { ModuleName } from '../machine.ts';
import { type Binary, parseBinary } from './binary.ts';
import type { Block } from './blocks.ts';
import { UnmeteredBinary } from './bytes.ts';
import { LOCAL_FLIPS } from './local-flips.ts';
import { addTimes, addToCounter, functionsOf, rewrite } from './rewrite.ts';
import { blockParts, type ModuleWeights, PARTS, PARTS_BITS, type Weights } from './weigh.ts';
import { WEIGHTS } from './weights.ts';

/** Where a metered copy imports its counter from. */
export const METER_MODULE = 'meter';
export const METER_GLOBAL = 'parts';

/** The import of a copy: parts of a cycle so far, modulo 2^32, of all modules that share it. */
export function newMeter(): WebAssembly.Global<'i32'> {
  return new WebAssembly.Global({ value: 'i32', mutable: true }, 0);
}

/**
 * A copy of `bytes` that adds the cost of each block to the counter (REQ-SIM-127) and hands the counter to every call of
 * the HAL as its last argument; `hasFlips`: one whose locals can be made to flip as well. Throws UnmeteredBinary for a binary that has instructions or imports of a kind that the
 * firmware has none of.
 */
export function meteredCopy(
  bytes: Uint8Array,
  name: ModuleName,
  weights: Weights = WEIGHTS,
  hasFlips = false,
): Uint8Array<ArrayBuffer> {
  const own = weights.modules[name];
  const parts = chargedParts(parseBinary(bytes), own);
  return rewrite(bytes, {
    globals: [[METER_MODULE, METER_GLOBAL], ...(hasFlips ? LOCAL_FLIPS.globals : [])],
    ...(hasFlips ? { read: LOCAL_FLIPS.read, round: LOCAL_FLIPS.round } : {}),
    toldModule: 'hal',
    hasLocal: true,
    code: ({ isExit }, { number, index }, local) => addToCounter(parts[number][index], isExit, local),
    bits: (isWide, local) => addTimes(Math.round(PARTS * own.bits[isWide ? 1 : 0]), local),
  });
}

/**
 * What is added at the end of each block of each function. A function of one block always costs the same: who calls it is
 * charged for it, and it counts nothing itself.
 */
function chargedParts(binary: Binary, own: ModuleWeights): number[][] {
  const functions = functionsOf(binary);
  const costs = functions.map((one) => blockParts(one, own));
  const isPlain = functions.map(({ blocks }, number) => blocks.length === 1 && !binary.exported.has(number));
  const called = ({ calls }: Block): number =>
    calls.reduce((sum, number) => sum + (isPlain[number] ? whole(number) : 0), 0);
  /** Of a plain function, those that it calls included. */
  const whole = (number: number): number => costs[number][0] + called(functions[number].blocks[0]);
  return functions.map(({ blocks }, number) =>
    isPlain[number] ? [0] : blocks.map((block, index) => costs[number][index] + called(block)),
  );
}

/** `meteredCopy` as a module; null for a binary that cannot be metered. */
export function meteredModule(
  bytes: Uint8Array,
  name: ModuleName,
  hasFlips = false,
): WebAssembly.Module | null {
  try {
    return new WebAssembly.Module(meteredCopy(bytes, name, WEIGHTS, hasFlips));
  } catch (error) {
    if (error instanceof UnmeteredBinary) return null;
    throw error;
  }
}

/** Bits of a counter's parts below a whole cycle of a processor that is `speed` times as fast, a power of two. */
export function partsBits(speed: number): number {
  return PARTS_BITS + Math.log2(speed);
}

/**
 * Takes whole cycles out of what the counter has moved on since `seen[0]`; what is left of a cycle stays for the next time.
 * `bits`: see partsBits.
 */
export function takeCycles(seen: Int32Array, parts: number, bits: number = PARTS_BITS): number {
  const moved = (parts - seen[0]) | 0;
  const cycles = moved >> bits;
  seen[0] += cycles << bits;
  return cycles;
}
