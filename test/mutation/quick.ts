// The quick runs of many mutants over worker threads: which are killed by answers and effects alone, before any proof. The
// result does not depend on how many workers there are; nothing here judges what the survivors mean.

import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Mutant, openMutants } from './mutants.ts';
import { Random } from './random.ts';
import type { QuickRun } from './traces.ts';

export interface QuickVerdict extends QuickRun {
  readonly mutant: Mutant;
}
export interface QuickOptions {
  /** Default 2. */
  readonly workers?: number;
  /** Seed of the traces. Default 1. */
  readonly seed?: number;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a worker is started with, asked and answers. */
export interface QuickTask {
  readonly bytes: Uint8Array;
  readonly seed: number;
}
export interface QuickAnswer {
  readonly id: string;
  readonly run: QuickRun;
}

/** Mutants that a worker is given at a time: enough to hide the way to it, few enough to end together. */
const BATCH = 16;

/** The compiled worker, from the compiled or the uncompiled form of this file. */
function workerUrl(): URL {
  const isCompiled = import.meta.url.endsWith('.js');
  const path = isCompiled ? './quick-worker.js' : '../../dist/test/mutation/quick-worker.js';
  const url = new URL(path, import.meta.url);
  if (!existsSync(url))
    throw new Error('The compiled worker of the quick runs is missing: run "npm run build".');
  return url;
}

/** One worker until there are no batches left. */
function drain(
  task: QuickTask,
  next: () => readonly Mutant[],
  take: (answer: QuickAnswer) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerUrl(), { workerData: task });
    let pending = 0;
    const feed = (): void => {
      const batch = next();
      pending = batch.length;
      if (pending > 0) worker.postMessage(batch);
      else void worker.terminate().then(() => resolve());
    };
    worker.on('message', (answer: QuickAnswer) => {
      take(answer);
      pending -= 1;
      if (pending === 0) feed();
    });
    worker.on('error', reject);
    feed();
  });
}

/** Runs these mutants of a binary. Post: one verdict each, in the order given. */
export async function runQuick(
  bytes: Uint8Array,
  mutants: readonly Mutant[],
  { workers = 2, seed = 1, onProgress }: QuickOptions = {},
): Promise<QuickVerdict[]> {
  const found = new Map<string, QuickRun>();
  let given = 0;
  const next = (): readonly Mutant[] => {
    const batch = mutants.slice(given, given + BATCH);
    given += batch.length;
    return batch;
  };
  const take = ({ id, run }: QuickAnswer): void => {
    found.set(id, run);
    onProgress?.(found.size, mutants.length);
  };
  const task = { bytes, seed };
  const count = Math.max(1, Math.min(workers, Math.ceil(mutants.length / BATCH)));
  const runs = Array.from({ length: count }, () => drain(task, next, take));
  try {
    await Promise.all(runs);
  } catch (error) {
    // The others end with the batch that they have.
    given = mutants.length;
    await Promise.allSettled(runs);
    throw error;
  }
  return mutants.map((mutant) => ({ mutant, ...found.get(mutant.id)! }));
}

/** Every mutant of a binary. */
export async function listMutants(bytes: Uint8Array): Promise<readonly Mutant[]> {
  const opened = await openMutants(bytes);
  opened.dispose();
  return opened.mutants;
}

/** `count` different mutants drawn by the seed, in the order of the binary; all of them where there are no more. */
export function sample(mutants: readonly Mutant[], count: number, seed: number): Mutant[] {
  const random = new Random(seed);
  const left = mutants.map((_, index) => index);
  const drawn = Math.min(count, left.length);
  for (let i = 0; i < drawn; i++) {
    const from = random.between(i, left.length - 1);
    [left[i], left[from]] = [left[from], left[i]];
  }
  return left
    .slice(0, drawn)
    .sort((a, b) => a - b)
    .map((index) => mutants[index]);
}

/** How many mutants of each function were not killed. */
export function survivorsByFunction(verdicts: readonly QuickVerdict[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { mutant, verdict } of verdicts)
    if (verdict !== 'killed') counts.set(mutant.functionName, (counts.get(mutant.functionName) ?? 0) + 1);
  return counts;
}
