// Counts the instructions that a call of the shipped binary takes, on a copy of it in which every instruction counts itself.
// It counts as the execution does: blocks, loops, else and end are no instructions, nor is a local that only binaryen has.

import type { Binaryen, BinaryenModule } from '../../mutation/binaryen.ts';
import { loadBinaryen } from '../../mutation/binaryen.ts';
import { walkFunction } from '../../mutation/walk.ts';
import type { Node, WasmModule } from '../wasm/module.ts';

const COUNTER = 'meter/instructions';

/** Lowest local of a function that only binaryen has; Infinity where there is none. */
function firstScratch(node: unknown): number {
  if (typeof node !== 'object' || node === null) return Number.POSITIVE_INFINITY;
  const own = (node as Partial<Extract<Node, { op: 'get' }>>).isScratch === true;
  const below = Object.values(node).map(firstScratch);
  return Math.min(own ? (node as Extract<Node, { op: 'get' }>).local : Number.POSITIVE_INFINITY, ...below);
}

/** What binaryen's facade of the mutants leaves out. */
interface Locals {
  getExpressionInfo(e: number): { readonly index: number };
  readonly i32: number;
}
interface Exporting {
  addGlobalExport(internal: string, external: string): unknown;
  readonly i32: { add(a: number, b: number): number };
}

function isCounted(binaryen: Binaryen & Locals, e: number, scratch: number): boolean {
  const ids = binaryen.ExpressionIds;
  const id = binaryen.getExpressionId(e);
  if (id === ids.Block || id === ids.Loop) return false;
  if (id !== ids.LocalGet && id !== ids.LocalSet) return true;
  return binaryen.getExpressionInfo(e).index < scratch;
}

/** The binary with a counter, exported under `COUNTER`. `read`: the same binary as the prover knows it. */
export async function meter(bytes: Uint8Array, read: WasmModule): Promise<WebAssembly.Module> {
  const binaryen = (await loadBinaryen()) as Binaryen & Locals;
  const module = binaryen.readBinary(bytes) as BinaryenModule & Exporting;
  const { i32 } = module;
  module.addGlobal(COUNTER, binaryen.i32, true, i32.const(0));
  module.addGlobalExport(COUNTER, COUNTER);
  const count = (): number =>
    module.global.set(COUNTER, i32.add(module.global.get(COUNTER, binaryen.i32), i32.const(1)));
  for (let i = 0; i < module.getNumFunctions(); i++) {
    const f = module.getFunctionByIndex(i);
    const known = read.functions.get(binaryen.getFunctionInfo(f).name);
    if (known === undefined) continue;
    const scratch = firstScratch(known.body);
    for (const { expression, replace } of walkFunction(binaryen, f))
      if (isCounted(binaryen, expression, scratch))
        replace(module.block(null, [count(), expression], binaryen.Expression.getType(expression)));
  }
  const metered = new Uint8Array(module.emitBinary());
  module.dispose();
  return new WebAssembly.Module(metered);
}

/** What the board answers in a run, and the memory and arguments that it starts from. */
export interface Scene {
  readonly call: string;
  readonly args: readonly number[];
  readonly words: readonly number[];
  readonly clockUs: number;
  readonly room: number;
  /** Readings by channel. */
  readonly sensed: readonly number[];
}

/** Runs scenes on a metered binary. Each starts from its own memory; the instance is used again. */
export class MeteredRuns {
  private scene: Scene | null = null;
  private readonly exports: WebAssembly.Exports;
  private readonly block: Int32Array;
  private readonly counter: WebAssembly.Global;

  constructor(metered: WebAssembly.Module, blockAddress: number, blockWords: number) {
    const hal = {
      clock_us: () => this.scene?.clockUs ?? 0,
      sense: (channel: number) => this.scene?.sensed[channel] ?? 0,
      segment_room: () => this.scene?.room ?? 0,
      segment: () => undefined,
      off: () => undefined,
      heartbeat: () => undefined,
    };
    this.exports = new WebAssembly.Instance(metered, { hal }).exports;
    const memory = this.exports.memory as WebAssembly.Memory;
    this.block = new Int32Array(memory.buffer, blockAddress, blockWords);
    this.counter = this.exports[COUNTER] as WebAssembly.Global;
  }

  /** Number of instructions of the scene's call. */
  count(scene: Scene): number {
    this.scene = scene;
    this.block.set(scene.words);
    this.counter.value = 0;
    (this.exports[scene.call] as (...args: number[]) => unknown)(...scene.args);
    return this.counter.value as number;
  }
}
