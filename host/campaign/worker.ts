// A worker thread of the embedded pool: runs what it is told, and knows nothing of files or of other runs.

import type { CampaignCase } from './case.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';
import { runNumber } from './run-case.ts';
import { shrunkCase } from './shrink.ts';

/** Runs with these numbers, or the one that is to be shrunk. */
export type Task =
  | { readonly plan: Plan; readonly runs: readonly number[] }
  | { readonly plan: Plan; readonly shrink: number };

/** Records of the runs, or the shrunk case. */
export default async function work(task: Task): Promise<RunRecord[] | CampaignCase> {
  if ('shrink' in task) return shrunkCase(task.plan, task.shrink);
  const records: RunRecord[] = [];
  for (const n of task.runs) {
    try {
      records.push(await runNumber(task.plan, n));
    } catch (error) {
      // Nothing that a run does may throw: where it does, its number is what is needed.
      throw new Error(`run ${n}: ${(error as Error).message}`, { cause: error });
    }
  }
  return records;
}
