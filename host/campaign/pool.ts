// The embedded pool: the runs of a plan on worker threads. What a run gives does not depend on how many there are.

import { existsSync } from 'node:fs';
import { Piscina } from 'piscina';
import { packagePath } from '../therapy/package-files.ts';
import type { CampaignCase } from './case.ts';
import { BATCH, type Plan } from './plan.ts';
import type { RunRecord } from './record.ts';
import work, { type Task } from './worker.ts';

export interface Pool {
  /** Runs everything that is asked for, in any order; stops early, after the runs that are under way, on `signal`. */
  run(
    plan: Plan,
    numbers: readonly number[],
    keep: (record: RunRecord) => void,
    signal: AbortSignal,
  ): Promise<void>;
  shrink(plan: Plan, n: number): Promise<CampaignCase>;
  close(): Promise<void>;
}

/**
 * A pool of so many workers; of one: this thread, unless `isThreaded`. Throws Error where the package has not been built.
 */
export function openPool(jobs: number, isThreaded = jobs > 1): Pool {
  const threads = isThreaded ? openThreads(jobs) : undefined;
  const ask = (task: Task): Promise<RunRecord[] | CampaignCase> =>
    threads === undefined ? work(task) : threads.run(task);
  return {
    run: async (plan, numbers, keep, signal) => {
      const size = BATCH[plan.machine ?? 'wasm'];
      let next = 0;
      const feed = async (): Promise<void> => {
        while (next < numbers.length && !signal.aborted) {
          const runs = numbers.slice(next, next + size);
          next += runs.length;
          for (const record of (await ask({ plan, runs })) as RunRecord[]) keep(record);
          // In this thread a run never waits: Ctrl-C gets its turn here.
          await new Promise(setImmediate);
        }
      };
      await Promise.all(Array.from({ length: 2 * jobs }, feed));
    },
    shrink: async (plan, n) => (await ask({ plan, shrink: n })) as CampaignCase,
    close: async () => {
      await threads?.destroy();
    },
  };
}

function openThreads(jobs: number): Piscina<Task, RunRecord[] | CampaignCase> {
  // Threads take no TypeScript: they run what the package was built to, also where this file is a source.
  const filename = packagePath('dist/host/campaign/worker.js');
  if (!existsSync(filename)) throw new Error('dist/ is missing: run "npm run build" first, or use --jobs 1');
  return new Piscina({ filename, minThreads: jobs, maxThreads: jobs });
}
