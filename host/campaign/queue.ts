// The queue between a campaign and its workers on other machines: BullMQ on Redis. A batch of runs is a job. What a job
// gives depends on its plan and numbers alone, so one that is done twice does no harm, and the campaign counts a run once.

import type { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { packageIdentity } from '../flash/package-identity.ts';
import { LinkError } from '../link/errors.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';

/** A batch of runs; `id` is the campaign that asks for them. */
export interface Batch {
  readonly id: string;
  readonly plan: Plan;
  readonly runs: readonly number[];
}

/** How soon a worker that was killed is missed, ms: its lock runs out, and somebody looks. */
const LOCK_MS = 5000;
const LOOK_MS = 1000;
/** A batch may be in the hands of so many workers that are killed. */
const KILLED_MAX = 100;
/** Longest wait for the first answer, and for one that was there and went away: a restart takes less. */
const FIRST_MS = 3000;
const GONE_MS = 20_000;

/** A connection to Redis that knows whether it is there. */
export class RedisLine {
  readonly redis: Redis;
  /** The address as it may be shown: without a password. */
  readonly shown: string;
  private goneSinceMs = performance.now();
  private hasAnswered = false;

  private constructor(redis: Redis, shown: string) {
    this.redis = redis;
    this.shown = shown;
    redis.on('ready', () => {
      this.hasAnswered = true;
      this.goneSinceMs = Number.POSITIVE_INFINITY;
    });
    redis.on('close', () => {
      this.goneSinceMs = Math.min(this.goneSinceMs, performance.now());
    });
    // What goes wrong is told by `check`, once; without a listener it would be printed.
    redis.on('error', () => {});
  }

  /** Connects. @throws RangeError for an address that is none, LinkError where nobody answers. */
  static async open(url: string): Promise<RedisLine> {
    const { Redis } = await import('ioredis');
    const redis = new Redis(url, { maxRetriesPerRequest: null, retryStrategy: () => 300 });
    const line = new RedisLine(redis, shownUrl(url));
    try {
      await line.while(redis.ping());
      return line;
    } catch (error) {
      line.close();
      throw error;
    }
  }

  /** The outcome of something that needs Redis. @throws LinkError where it has not been there for too long. */
  async while<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const gone = new Promise<never>((_, reject) => {
      timer = setInterval(() => {
        const error = this.check();
        if (error !== undefined) reject(error);
      }, 100);
    });
    try {
      return await Promise.race([work, gone]);
    } finally {
      clearInterval(timer);
    }
  }

  close(): void {
    this.redis.disconnect();
  }

  private check(): LinkError | undefined {
    const goneMs = performance.now() - this.goneSinceMs;
    if (!this.hasAnswered && goneMs > FIRST_MS)
      return new LinkError('open', `${this.shown}: no Redis answers there`);
    if (goneMs <= GONE_MS) return undefined;
    return new LinkError('closed', `${this.shown}: Redis has been gone for ${GONE_MS / 1000} s`);
  }
}

/** The queue of this package's build: workers that run other binaries never see its batches. */
function queueName(): string {
  const { interlock, stimulator } = packageIdentity();
  return `stimgate-${interlock?.slice(0, 12)}-${stimulator?.slice(0, 12)}`;
}

export async function openQueue(line: RedisLine): Promise<Queue<Batch, RunRecord[]>> {
  const { Queue } = await import('bullmq');
  const queue = new Queue<Batch, RunRecord[]>(queueName(), { connection: line.redis });
  queue.on('error', () => {});
  return queue;
}

/** Takes batches, so many at a time, until it is closed. */
export async function openWorker(
  line: RedisLine,
  jobs: number,
  run: (batch: Batch) => Promise<RunRecord[]>,
): Promise<Worker<Batch, RunRecord[]>> {
  const { Worker } = await import('bullmq');
  const worker = new Worker<Batch, RunRecord[]>(queueName(), ({ data }) => run(data), {
    connection: line.redis,
    concurrency: jobs,
    lockDuration: LOCK_MS,
    stalledInterval: LOOK_MS,
    maxStalledCount: KILLED_MAX,
  });
  worker.on('error', () => {});
  return worker;
}

/** An address without its password. @throws RangeError where it is none. */
export function shownUrl(url: string): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new RangeError(`"${url}" is not an address of a Redis; give one such as redis://localhost:6379`);
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:')
    throw new RangeError(
      `"${parsed.protocol}" is not a Redis; give an address such as redis://localhost:6379`,
    );
  if (parsed.password !== '') parsed.password = '***';
  return parsed.href;
}
