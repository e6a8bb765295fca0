// Single calls in which a mutant leaves another state than the shipped interlock: both start from what the shipped one has
// reached, so each scene is a state that calls can reach. For the proofs, and to say in what a mutant differs.

import { BLOCK_WORDS, CALLS, type CallName, type Inputs, Player } from './player.ts';
import type { Trace } from './traces.ts';

export interface Scene {
  readonly call: CallName;
  readonly args: readonly number[];
  readonly inputs: Inputs;
  readonly before: Int32Array;
  /** Words of the block that differ afterwards. */
  readonly words: readonly number[];
}

/** Excursions within excursions, at most (traces.ts). */
const EXCURSIONS = 3;
/** Enough to see every word that can differ, in every call. */
const SCENES_MAX = 32;
/** The sum of the records and the parity differ with any other word. */
const SUMS = [26, BLOCK_WORDS - 1];

/** The shipped interlock goes through the traces; the mutant makes each of its calls from where it is. */
class Comparison {
  private readonly shipped: Player;
  private readonly mutant: Player;
  private readonly before = new Int32Array(BLOCK_WORDS);
  private readonly seen = new Set<string>();
  readonly scenes: Scene[] = [];

  constructor(shipped: WebAssembly.Module, mutant: WebAssembly.Module) {
    this.shipped = new Player(shipped);
    this.mutant = new Player(mutant);
  }

  get isFull(): boolean {
    return this.scenes.length >= SCENES_MAX;
  }

  follow({ steps }: Trace): void {
    const { block } = this.shipped;
    block.fill(0);
    const saved = Array.from({ length: EXCURSIONS }, () => new Int32Array(BLOCK_WORDS));
    let depth = 0;
    for (const step of steps) {
      if (step.kind === 'flip') block[step.word] ^= step.mask;
      else if (step.kind === 'save') saved[depth++].set(block);
      else if (step.kind === 'restore') block.set(saved[--depth]);
      else if (step.kind === 'call') this.compare(step.call, step.args, step.inputs);
    }
  }

  private compare(call: number, args: readonly number[], inputs: Inputs): void {
    const { before, shipped, mutant } = this;
    before.set(shipped.block);
    mutant.block.set(before);
    shipped.call(call, args, inputs);
    mutant.call(call, args, inputs);
    const words: number[] = [];
    for (let i = 0; i < BLOCK_WORDS; i++)
      if (!SUMS.includes(i) && shipped.block[i] !== mutant.block[i]) words.push(i);
    if (words.length === 0 || this.isFull) return;
    const key = `${call} ${words.join(' ')}`;
    if (this.seen.has(key)) return;
    this.seen.add(key);
    this.scenes.push({ call: CALLS[call], args, inputs, before: before.slice(), words });
  }
}

/** Scenes of a mutant that no trace kills, the first of each kind. Pre: `bytes` were emitted with fuel. */
export function scenesOf(traces: readonly Trace[], shipped: Uint8Array, bytes: Uint8Array): Scene[] {
  const compile = (source: Uint8Array) => new WebAssembly.Module(source as BufferSource);
  const comparison = new Comparison(compile(shipped), compile(bytes));
  for (const trace of traces) if (!comparison.isFull) comparison.follow(trace);
  return comparison.scenes;
}
