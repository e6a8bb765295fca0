// Solves scripts on a few Z3 processes side by side: each distinct script once, whatever order they come in.
// Never hands out an answer that Z3 did not give: what goes wrong on the way is "unknown".

import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { unknown, Z3Child } from './child.ts';
import type { Answer, Limits, Solver } from './query.ts';

const PROCESSES_MAX = 2;
const LIMIT_MS = 60_000;
/** With 100 MB for node and Z3's code in each, two processes and their parent stay below 2 GB. */
const MEMORY_MB = 700;
/** The package and its own version, which is not Z3's. */
const NPM_PACKAGE: { readonly name: string; readonly version: string } = createRequire(import.meta.url)(
  'z3-solver/package.json',
);

export interface SolverOptions {
  /** Z3 processes side by side; as many as processors, at most 2, unless told. */
  readonly processes?: number;
  /** Of one script, from the moment that a process begins it. */
  readonly timeoutMs?: number;
  /** What Z3 may allocate for one script in each process. */
  readonly memoryMb?: number;
}

export interface SolverPool extends Solver {
  /** Of the Z3 processes that run now. */
  processIds(): readonly number[];
}

/** A script with all who wait for its answer. */
interface Job {
  readonly key: string;
  readonly script: string;
  readonly effort: number;
  readonly answer: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  waiting: number;
  /** The process that is at it; null before it begins, and after its end. */
  child: Z3Child | null;
}

function jobOf(key: string, script: string, effort: number): Job {
  let resolve = (_answer: Answer): void => {};
  const answer = new Promise<Answer>((give) => {
    resolve = give;
  });
  return { key, script, effort, answer, resolve, waiting: 0, child: null };
}

const GIVEN_UP = 'nobody waits for it any more';

class Pool implements SolverPool {
  readonly name = `Z3 (npm ${NPM_PACKAGE.name} ${NPM_PACKAGE.version})`;
  readonly #children: readonly Z3Child[];
  readonly #idle: Z3Child[];
  readonly #waiting: Job[] = [];
  readonly #known = new Map<string, Job>();
  readonly #limitMs: number;
  readonly #onExit = (): void => this.#kill();
  #isClosed = false;

  constructor(processes: number, limitMs: number, memoryMb: number) {
    this.#children = Array.from({ length: processes }, () => new Z3Child(memoryMb));
    this.#idle = [...this.#children].reverse();
    this.#limitMs = limitMs;
    process.once('exit', this.#onExit);
  }

  /** All processes at once; the first that cannot start ends the others. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#children.map((child) => child.start()));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  get version(): string {
    return this.#children[0].version;
  }

  processIds(): readonly number[] {
    return this.#children.map((child) => child.processId).filter((id) => id !== undefined);
  }

  /** An equal script is answered from memory, in 0 ms. */
  async solve(script: string, { effort = 0, signal }: Limits = {}): Promise<Answer> {
    if (signal?.aborted) return unknown(GIVEN_UP);
    const key = `${effort} ${createHash('sha256').update(script).digest('base64')}`;
    const known = this.#known.get(key);
    const job = known ?? jobOf(key, script, effort);
    job.waiting += 1;
    const giveUp = (): void => this.#giveUp(job);
    signal?.addEventListener('abort', giveUp);
    if (known === undefined) {
      this.#known.set(key, job);
      this.#waiting.push(job);
      this.#assign();
    }
    const answer = await job.answer;
    signal?.removeEventListener('abort', giveUp);
    return known === undefined ? answer : { ...answer, ms: 0 };
  }

  /** One less waits for a script; with the last of them it ends. Whoever asks again begins anew. */
  #giveUp(job: Job): void {
    job.waiting -= 1;
    if (job.waiting > 0) return;
    if (this.#known.get(job.key) === job) this.#known.delete(job.key);
    job.resolve(unknown(GIVEN_UP));
    const at = this.#waiting.indexOf(job);
    if (at >= 0) this.#waiting.splice(at, 1);
    job.child?.kill();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    process.off('exit', this.#onExit);
    this.#assign();
    await Promise.all(this.#children.map((child) => child.close()));
  }

  #kill(): void {
    for (const child of this.#children) child.kill();
  }

  #assign(): void {
    while (this.#isClosed && this.#waiting.length > 0) {
      this.#waiting.shift()!.resolve(unknown('the solver was closed'));
    }
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      void this.#run(this.#idle.pop()!, this.#waiting.shift()!);
    }
  }

  async #run(child: Z3Child, job: Job): Promise<void> {
    job.child = child;
    const answer = await child.ask(job.script, this.#limitMs, job.effort);
    job.child = null;
    // A process that was started while the pool closed must not stay.
    if (this.#isClosed) child.kill();
    this.#idle.push(child);
    job.resolve(answer);
    this.#assign();
  }
}

/** Starts the solver. Throws one clear line where it cannot start; the caller closes it. */
export async function startSolver(options: SolverOptions = {}): Promise<SolverPool> {
  const processes = options.processes ?? Math.min(PROCESSES_MAX, availableParallelism());
  if (!Number.isInteger(processes) || processes < 1) {
    throw new RangeError(`The solver needs at least 1 process, not ${processes}.`);
  }
  const pool = new Pool(processes, options.timeoutMs ?? LIMIT_MS, options.memoryMb ?? MEMORY_MB);
  await pool.start();
  return pool;
}
