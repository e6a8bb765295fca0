// Copies of the modules that count how often each block runs: in linear memory, above all that the firmware uses.

import type { ModuleName } from '../../../sim/index.ts';
import { sourceOf } from '../../../sim/machine/identity.ts';
import { parseBinary } from '../../../sim/machine/meter/binary.ts';
import { unsigned } from '../../../sim/machine/meter/bytes.ts';
import { type FunctionBlocks, functionsOf, rewrite } from '../../../sim/machine/meter/rewrite.ts';
import { loadModule } from '../../../sim/machine/wasm-modules.ts';

/** Far above static data; the page ends at 65,536. */
const COUNTERS_AT = 32_768;
const COUNTERS_END = 65_536;
const [LOCAL_GET, I32_CONST, I32_LOAD, I32_STORE, I32_ADD] = [0x20, 0x41, 0x28, 0x36, 0x6a];
export const BIT_COUNTERS = 2;

export interface Profiled {
  readonly name: ModuleName;
  readonly bytes: Uint8Array;
  readonly module: WebAssembly.Module;
  readonly functions: readonly FunctionBlocks[];
  /** Number of blocks of all functions. Behind their counters lie those of the bits of quotients, of 32 bits and of 64. */
  readonly blocks: number;
}

/** The module of build/ with its counters. */
export function profiled(name: ModuleName): Profiled {
  const bytes = sourceOf(loadModule(name));
  if (bytes === undefined) throw new Error('the module is not one of build/');
  const functions = functionsOf(parseBinary(bytes));
  const firsts: number[] = [];
  let blocks = 0;
  for (const one of functions) {
    firsts.push(blocks);
    blocks += one.blocks.length;
  }
  if (COUNTERS_AT + 4 * (blocks + BIT_COUNTERS) > COUNTERS_END)
    throw new Error(`${blocks} counters have no room`);
  const copy = rewrite(bytes, {
    code: (_, { number, index }) => add(COUNTERS_AT + 4 * (firsts[number] + index), [I32_CONST, 1]),
    bits: (isWide, local) => add(COUNTERS_AT + 4 * (blocks + (isWide ? 1 : 0)), [LOCAL_GET, local]),
  });
  return { name, bytes, module: new WebAssembly.Module(copy), functions, blocks };
}

function add(address: number, amount: readonly number[]): number[] {
  const at = [2, ...unsigned(address)];
  return [I32_CONST, 0, I32_CONST, 0, I32_LOAD, ...at, ...amount, I32_ADD, I32_STORE, ...at];
}

/** What has run, in pairs: number of the counter, how often. */
export type Runs = readonly number[];

/** Reads an instance's counters. */
export class Counters {
  private readonly counters: Int32Array;
  private readonly seen: Int32Array;

  constructor(memory: WebAssembly.Memory, blocks: number) {
    this.counters = new Int32Array(memory.buffer, COUNTERS_AT, blocks);
    this.seen = new Int32Array(blocks);
  }

  /** What has run since the last time. */
  take(): Runs {
    const { counters, seen } = this;
    const runs: number[] = [];
    for (let i = 0; i < counters.length; i++) {
      const times = counters[i] - seen[i];
      if (times === 0) continue;
      runs.push(i, times);
      seen[i] = counters[i];
    }
    return runs;
  }
}
