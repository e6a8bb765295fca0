// What each block of a binary costs: the fitted cost where its function is one that the weights were fitted to, and else
// what the classes of its instructions add up to.

import type { BoardCosts, HalPath } from '../costs.ts';
import type { ModuleName } from '../machine.ts';
import type { Counts } from './blocks.ts';
import { CLASSES, type InstructionClass } from './instructions.ts';
import type { FunctionBlocks } from './rewrite.ts';

/** The counter counts parts of a cycle. */
export const PARTS_BITS = 4;
export const PARTS = 1 << PARTS_BITS;

export type ClassCycles = Readonly<Record<InstructionClass, number>>;

/** What was fitted for one module. */
export interface ModuleWeights {
  /** SHA-256 of the binary, in hex. */
  readonly fittedTo: string;
  readonly classes: ClassCycles;
  /** Cycles of a bit of a quotient, of 32 bits and of 64. */
  readonly bits: readonly [number, number];
  /** By function: its fingerprint, then the cost of each of its blocks in parts of a cycle. */
  readonly functions: Readonly<Record<string, string>>;
}

/** What was measured on the Pico; all in cycles but for the blocks of functions. */
export interface Weights {
  readonly hal: Readonly<Record<HalPath, number>>;
  readonly board: BoardCosts;
  readonly modules: Readonly<Record<ModuleName, ModuleWeights>>;
}

/** FNV-1a over a function's body, in hex: whether it is the function that was fitted. */
export function fingerprint(body: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Cycles of a block by the classes of its instructions. */
export function classCycles(counts: Counts, classes: ClassCycles): number {
  return CLASSES.reduce((sum, name, i) => sum + counts[i] * classes[name], 0);
}

/** Costs of a function's blocks in parts of a cycle. */
export function blockParts(
  { name, body, blocks }: FunctionBlocks,
  { functions, classes }: ModuleWeights,
): number[] {
  const [print, ...parts] = functions[name]?.split(' ') ?? [];
  if (print === fingerprint(body) && parts.length === blocks.length) return parts.map(Number);
  return blocks.map(({ counts }) => Math.round(PARTS * classCycles(counts, classes)));
}
