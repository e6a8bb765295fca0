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

/** What was measured on the Pico; all in cycles but for `functions`. */
export interface Weights {
  /** SHA-256 of the binaries of the image, in hex. */
  readonly fittedTo: Readonly<Record<ModuleName, string>>;
  readonly hal: Readonly<Record<HalPath, number>>;
  readonly board: BoardCosts;
  readonly classes: Readonly<Record<InstructionClass, number>>;
  /** By function: its fingerprint, then the cost of each of its blocks in parts of a cycle. */
  readonly functions: Readonly<Record<ModuleName, Readonly<Record<string, string>>>>;
}

/** FNV-1a over a function's body, in hex: whether it is the function that was fitted. */
export function fingerprint(body: Uint8Array): string {
  let hash = 0x811c9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Cycles of a block by the classes of its instructions. */
export function classCycles(counts: Counts, classes: Weights['classes']): number {
  return CLASSES.reduce((sum, name, i) => sum + counts[i] * classes[name], 0);
}

/** Costs of a function's blocks in parts of a cycle. `weights`: those of its module. */
export function blockParts(
  { name, body, blocks }: FunctionBlocks,
  fitted: Readonly<Record<string, string>>,
  classes: Weights['classes'],
): number[] {
  const [print, ...parts] = fitted[name]?.split(' ') ?? [];
  if (print === fingerprint(body) && parts.length === blocks.length) return parts.map(Number);
  return blocks.map(({ counts }) => Math.round(PARTS * classCycles(counts, classes)));
}
