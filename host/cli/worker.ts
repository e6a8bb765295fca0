// `stimgate worker`: runs what campaigns put into the queue of a Redis, on as many machines as there are.

import { availableParallelism } from 'node:os';
import type { Command as CommandLine } from 'commander';
import { openPool } from '../campaign/pool.ts';
import { openWorker, RedisLine, shownUrl } from '../campaign/queue.ts';
import type { RunRecord } from '../campaign/record.ts';
import { parseJobs } from './arguments.ts';
import { Exit, UsageError } from './exit.ts';
import { aborted, catchInterrupt } from './interrupt.ts';
import { say } from './terminal.ts';

export interface WorkerOptions {
  readonly redis: string;
  readonly jobs: number;
}

export function addWorker(program: CommandLine): void {
  program
    .command('worker')
    .description('run what campaigns with --redis ask for, until Ctrl-C')
    .requiredOption('--redis <url>', 'the queue, such as redis://localhost:6379')
    .option('--jobs <n>', 'worker threads', parseJobs, availableParallelism())
    .action(async (options: WorkerOptions) => {
      process.exitCode = await work(options);
    });
}

/** The address, checked. @throws UsageError */
export function checkedUrl(url: string): string {
  try {
    shownUrl(url);
    return url;
  } catch (error) {
    throw new UsageError(`--redis: ${(error as Error).message}`);
  }
}

/** Works until Ctrl-C; returns the exit code. */
async function work({ redis, jobs }: WorkerOptions): Promise<number> {
  const interrupt = catchInterrupt();
  const line = await RedisLine.open(checkedUrl(redis));
  // Threads, so that this one keeps the locks of what they are at.
  const pool = openPool(jobs, true);
  let worker: Awaited<ReturnType<typeof openWorker>> | undefined;
  try {
    worker = await openWorker(line, jobs, async ({ plan, runs }) => {
      const records: RunRecord[] = [];
      await pool.run(plan, runs, (record) => records.push(record), new AbortController().signal);
      return records;
    });
    say(`waiting for campaigns at ${line.shown}, ${jobs} ${jobs === 1 ? 'thread' : 'threads'}`);
    await line.while(aborted(interrupt.signal));
    // What is under way is ended.
    await line.while(worker.close());
    return Exit.INTERRUPTED;
  } finally {
    // Where Redis is gone nothing can be told to it any more.
    await worker?.close(true).catch(() => {});
    line.close();
    interrupt.release();
    await pool.close();
  }
}
