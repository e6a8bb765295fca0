// The runs of a plan on workers on any number of machines. What is missing is put into the queue, what is done is taken out
// of it, until nothing is missing: whatever was lost on the way, with a worker or with Redis, is put in again.

import type { Job, Queue } from 'bullmq';
import { BATCH, type Plan } from './plan.ts';
import type { Pool } from './pool.ts';
import { type Batch, openQueue, RedisLine } from './queue.ts';
import type { RunRecord } from './record.ts';
import { planId } from './results.ts';

const TAKEN_AT_ONCE = 200;
const LOOK_MS = 200;
/** Nothing in the queue for so many looks, and still runs that are missing: they were lost. */
const LOOKS_MAX = 10;

/** What nobody takes out, of a campaign that was given up, is dropped after a day. */
const KEPT = { removeOnComplete: { age: 86_400 }, removeOnFail: { age: 86_400 } } as const;

/** `run` fails with LinkError where Redis is gone, and with the Error of a run that failed. */
export interface Remote extends Pick<Pool, 'run' | 'close'> {
  readonly shown: string;
}

/** @throws RangeError for an address that is none, LinkError where nobody answers. */
export async function openRemote(url: string): Promise<Remote> {
  const line = await RedisLine.open(url);
  const queue = await openQueue(line);
  return {
    shown: line.shown,
    run: (plan, numbers, keep, signal) => new Rounds(line, queue, plan, numbers, keep, signal).run(),
    close: async () => {
      line.close();
      await queue.close().catch(() => {});
    },
  };
}

class Rounds {
  private readonly line: RedisLine;
  private readonly queue: Queue<Batch, RunRecord[]>;
  private readonly plan: Plan;
  private readonly id: string;
  private readonly missing: Set<number>;
  private readonly keep: (record: RunRecord) => void;
  private readonly signal: AbortSignal;

  constructor(
    line: RedisLine,
    queue: Queue<Batch, RunRecord[]>,
    plan: Plan,
    numbers: readonly number[],
    keep: (record: RunRecord) => void,
    signal: AbortSignal,
  ) {
    this.line = line;
    this.queue = queue;
    this.plan = plan;
    this.id = planId(plan);
    this.missing = new Set(numbers);
    this.keep = keep;
    this.signal = signal;
  }

  async run(): Promise<void> {
    try {
      let idle = LOOKS_MAX;
      while (this.missing.size > 0 && !this.signal.aborted) {
        const taken = await this.line.while(this.take());
        if (taken > 0 || (await this.line.while(this.isBusy()))) idle = 0;
        else if (idle++ >= LOOKS_MAX) {
          await this.line.while(this.put());
          idle = 0;
        }
        if (taken < TAKEN_AT_ONCE) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    } finally {
      await this.line.while(this.withdraw()).catch(() => {});
    }
  }

  /** Puts what is missing into the queue. A batch that is in it already stays as it is. */
  private async put(): Promise<void> {
    const size = BATCH[this.plan.machine ?? 'wasm'];
    const numbers = [...this.missing];
    const batches = [];
    for (let at = 0; at < numbers.length; at += size) {
      const runs = numbers.slice(at, at + size);
      const jobId = `${this.id}-${runs[0]}-${runs.length}`;
      batches.push({ name: this.id, data: { id: this.id, plan: this.plan, runs }, opts: { jobId, ...KEPT } });
    }
    await this.queue.addBulk(batches);
  }

  /** Takes what is done out of the queue, and gives how many batches that were. */
  private async take(): Promise<number> {
    const done = await this.mine(['completed']);
    for (const job of done) {
      for (const record of job.returnvalue) {
        this.missing.delete(record.n);
        this.keep(record);
      }
    }
    const [failed] = await this.mine(['failed']);
    await Promise.all(done.map((job) => job.remove()));
    if (failed === undefined) return done.length;
    await failed.remove();
    throw new Error(`a worker failed in runs ${failed.data.runs.join(', ')}: ${failed.failedReason}`);
  }

  private async mine(types: ('completed' | 'failed' | 'wait')[]): Promise<Job<Batch, RunRecord[]>[]> {
    const jobs = await this.queue.getJobs(types, 0, TAKEN_AT_ONCE - 1);
    return jobs.filter((job) => job?.data?.id === this.id);
  }

  private async isBusy(): Promise<boolean> {
    const counts = await this.queue.getJobCounts('wait', 'active', 'delayed', 'prioritized');
    return Object.values(counts).some((count) => count > 0);
  }

  /** A campaign that ends early leaves no work behind; what workers are at, they end for nothing. */
  private async withdraw(): Promise<void> {
    if (this.missing.size === 0) return;
    for (;;) {
      const waiting = await this.mine(['wait']);
      if (waiting.length === 0) return;
      await Promise.all(waiting.map((job) => job.remove().catch(() => {})));
    }
  }
}
