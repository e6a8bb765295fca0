// One Z3 in a process of its own: started, asked one script at a time, killed when its time is up.
// Never lets a crash, a silence or a misbehaving Z3 out as anything but "unknown" with its reason.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { FromProcess, ToProcess } from './messages.ts';
import { declaredConstants, readModel } from './model.ts';
import type { Answer } from './query.ts';

/** A script takes Z3 up to this far; Z3's heap never shrinks, so such a process makes way for a new one. */
const RESIDENT_MB_MAX = 450;
const SCRIPTS_MAX = 4000;
const START_MS_MAX = 60_000;

type Raw = Extract<FromProcess, { kind: 'answer' }>;

export const unknown = (reason: string, ms = 0): Answer => ({
  verdict: 'unknown',
  model: new Map(),
  ms,
  reason,
});

/** The compiled entry beside this file, or in dist/ where this file runs from its source. */
function entryPath(): string {
  const isSource = import.meta.url.endsWith('.ts');
  const relative = isSource ? '../../../dist/test/proof/solve/z3-process.js' : './z3-process.js';
  const path = fileURLToPath(new URL(relative, import.meta.url));
  if (!existsSync(path)) throw new Error('The solver process is not built: run `npm run build` first.');
  return path;
}

function read(raw: Raw): Answer {
  const { output, details, ms } = raw;
  if (output === 'unsat') return { verdict: 'unsat', model: new Map(), ms, reason: '' };
  if (output === 'unknown') return unknown(/:reason-unknown "?([^")]*)/.exec(details)?.[1] ?? details, ms);
  if (output !== 'sat') return unknown(/\(error "(.*)"\)/.exec(output)?.[1] ?? `Z3 printed "${output}"`, ms);
  try {
    return { verdict: 'sat', model: details === '' ? new Map() : readModel(details), ms, reason: '' };
  } catch (error) {
    return unknown(`sat with a model that cannot be read: ${(error as Error).message}`, ms);
  }
}

export class Z3Child {
  version = '';
  readonly #memoryMb: number;
  #process: ChildProcess | null = null;
  #asked = 0;
  #residentMb = 0;

  /** `memoryMb` is what Z3 may allocate. */
  constructor(memoryMb: number) {
    this.#memoryMb = memoryMb;
  }

  /** Starts the process; resolves when Z3 is ready. Throws one clear line where it cannot start. */
  async start(): Promise<void> {
    const child = fork(entryPath(), [String(this.#memoryMb)], {
      execArgv: ['--stack-size=6000'],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#process = child;
    this.#asked = 0;
    this.#residentMb = 0;
    const outcome = await this.#next(child, START_MS_MAX);
    if (typeof outcome === 'string' || outcome.kind !== 'ready') {
      this.kill();
      throw new Error(`Z3 did not start: ${typeof outcome === 'string' ? outcome : outcome.kind}.`);
    }
    this.version = outcome.version;
  }

  get processId(): number | undefined {
    return this.#process?.pid;
  }

  /** Pre: no other script is being asked. A process that is gone, or has grown too large, is started anew first. */
  async ask(script: string, limitMs: number, effort = 0): Promise<Answer> {
    const isGone = this.#process !== null && (this.#process.exitCode ?? this.#process.signalCode) !== null;
    if (isGone || this.#asked >= SCRIPTS_MAX || this.#residentMb > RESIDENT_MB_MAX) this.kill();
    try {
      if (this.#process === null) await this.start();
    } catch (error) {
      return unknown((error as Error).message);
    }
    const child = this.#process;
    if (child === null) return unknown('the solver was closed');
    const names = declaredConstants(script);
    const afterSat = names.length === 0 ? '' : `(get-value (${names.join(' ')}))`;
    const startedMs = performance.now();
    const message: ToProcess = { id: this.#asked++, script, effort, afterSat };
    const waiting = this.#next(child, limitMs);
    // A failing send is told by the exit that goes with it.
    child.send(message, () => {});
    const outcome = await waiting;
    if (typeof outcome !== 'string' && outcome.kind === 'answer') {
      this.#residentMb = outcome.residentMb;
      return read(outcome);
    }
    this.kill(child);
    const reason =
      typeof outcome === 'string' ? outcome : 'reason' in outcome ? outcome.reason : outcome.kind;
    return unknown(reason, performance.now() - startedMs);
  }

  /** Ends a process at once, whatever it is doing. Does nothing where there is none. */
  kill(child = this.#process): void {
    child?.kill('SIGKILL');
    if (child === this.#process) this.#process = null;
  }

  /** Ends the process and resolves when it has gone. */
  async close(): Promise<void> {
    const child = this.#process;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    this.kill(child);
    await gone;
  }

  /** The next message of a process, or why there is none. */
  #next(child: ChildProcess, limitMs: number): Promise<FromProcess | string> {
    return new Promise((resolve) => {
      const finish = (outcome: FromProcess | string): void => {
        clearTimeout(timer);
        child.off('message', finish).off('exit', onExit).off('error', onError);
        resolve(outcome);
      };
      const onExit = (code: number | null, signal: string | null): void =>
        finish(`the Z3 process ended (${signal ?? `exit code ${code}`})`);
      const onError = (error: Error): void => finish(`the Z3 process failed (${error.message})`);
      const timer = setTimeout(() => finish(`no answer within ${limitMs} ms`), limitMs);
      child.on('message', finish).on('exit', onExit).on('error', onError);
      if (child.exitCode !== null || child.signalCode !== null) onExit(child.exitCode, child.signalCode);
    });
  }
}
