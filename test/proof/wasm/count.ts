// How many instructions a module has, counted as the execution counts what a call takes: blocks and loops are labels, and
// what binaryen adds for itself is none. Reads nothing but the trees.

import type { Node, WasmModule } from './module.ts';

function countIn(node: Node): number {
  const below = Object.values(node)
    .flat()
    .filter((part): part is Node => typeof part === 'object' && part !== null && 'op' in part);
  const isLabel = node.op === 'block' || node.op === 'loop';
  const own = isLabel || ('isScratch' in node && node.isScratch === true) ? 0 : 1;
  return below.reduce((sum, part) => sum + countIn(part), own);
}

/** Instructions of all functions. */
export function countInstructions({ functions }: WasmModule): number {
  return [...functions.values()].reduce((sum, { body }) => sum + countIn(body), 0);
}
