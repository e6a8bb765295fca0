// Solves scripts on a few Z3 processes side by side: each distinct script once, whatever order they come in.
// Never hands out an answer that Z3 did not give: what goes wrong on the way is "unknown".

import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { unknown, Z3Child } from './child.ts';
import type { Answer, Solver } from './query.ts';

const PROCESSES_MAX = 2;
const LIMIT_MS = 60_000;
/** With 100 MB for node and Z3's code in each, two processes and their parent stay below 2 GB. */
const MEMORY_MB = 700;
const NPM_PACKAGE = 'z3-solver';

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

interface Job {
  readonly script: string;
  readonly effort: number;
  readonly resolve: (answer: Answer) => void;
}

class Pool implements SolverPool {
  readonly name = `Z3 (npm ${NPM_PACKAGE})`;
  readonly #children: readonly Z3Child[];
  readonly #idle: Z3Child[];
  readonly #waiting: Job[] = [];
  readonly #known = new Map<string, Promise<Answer>>();
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
  async solve(script: string, effort = 0): Promise<Answer> {
    const key = `${effort} ${createHash('sha256').update(script).digest('base64')}`;
    const known = this.#known.get(key);
    if (known !== undefined) return { ...(await known), ms: 0 };
    const answer = new Promise<Answer>((resolve) => this.#waiting.push({ script, effort, resolve }));
    this.#known.set(key, answer);
    this.#assign();
    return answer;
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
    const answer = await child.ask(job.script, this.#limitMs, job.effort);
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
