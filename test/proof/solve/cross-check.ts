// A second opinion: other solvers than the one that proved, built by others, answer every query file again.
// Never takes silence for consent: an answer other than the expected one, whatever it is, counts against the solver.

import { execFile, spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { SecondOpinion } from '../result.ts';
import { queryFiles } from './queries.ts';

export type OtherSolver = 'cvc5' | 'z3';

export const OTHER_SOLVERS: readonly OtherSolver[] = ['cvc5', 'z3'];

/** A solver that is asked for is not there. */
export class MissingSolver extends Error {
  override readonly name = 'MissingSolver';
}

const LIMIT_MS = 120_000;
const PROCESSES_MAX = 2;
/** The header, its meaning and the status stand within this. */
const HEAD_BYTES = 1024;

export interface CrossCheckOptions {
  readonly solvers?: readonly OtherSolver[];
  readonly processes?: number;
  /** Of one query. */
  readonly timeoutMs?: number;
  /** A wrong answer, a time-out and an "unknown" all count as done. */
  readonly onProgress?: (progress: { solver: OtherSolver; done: number; total: number }) => void;
}

/** The version that a solver says it has. Throws MissingSolver with one clear line where it is not installed. */
export function versionOf(solver: OtherSolver): string {
  const { error, stdout } = spawnSync(solver, ['--version'], { encoding: 'utf8' });
  const version = /version (\d[\w.]*)/.exec(stdout ?? '')?.[1];
  if (error !== undefined || version === undefined) {
    throw new MissingSolver(`${solver} is not installed: install the Debian package ${solver}.`);
  }
  return version;
}

/** What a file says of itself: the answer that is expected, and the logic. */
function headOf(path: string): { readonly expected: string; readonly logic: string } {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const text = head.toString('utf8', 0, readSync(file, head));
    const expected = /^\(set-info :status (unsat|sat)\)$/m.exec(text)?.[1] ?? 'no status';
    return { expected, logic: /^\(set-logic (\w+)\)$/m.exec(text)?.[1] ?? '' };
  } finally {
    closeSync(file);
  }
}

/**
 * A solver whose parent is gone ends by itself; the parent's own limit always comes first. Words alone cvc5 turns into bits at
 * once, as its entry for QF_BV in the competition SMT-COMP does.
 */
function optionsOf(solver: OtherSolver, logic: string, timeoutMs: number): string[] {
  const seconds = Math.ceil(timeoutMs / 1000) + 1;
  if (solver === 'z3') return [`-T:${seconds}`];
  return [`--tlimit=${seconds * 1000}`, ...(logic === 'QF_BV' ? ['--bitblast=eager'] : [])];
}

/** All that a solver says of a file on one line: "unsat" when all is well. */
function ask(solver: OtherSolver, path: string, logic: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve) => {
    const options = { timeout: timeoutMs, killSignal: 'SIGKILL', encoding: 'utf8' } as const;
    execFile(solver, [...optionsOf(solver, logic, timeoutMs), path], options, (error, stdout, stderr) => {
      if (error?.killed) return resolve(`no answer within ${timeoutMs} ms`);
      const said = `${stdout}${stderr}`.trim().replace(/\s+/g, ' ').slice(0, 200);
      resolve(said === '' && error !== null ? `ended by ${error.signal ?? error.code}` : said);
    });
  });
}

async function opinion(
  folder: string,
  files: readonly string[],
  solver: OtherSolver,
  version: string,
  options: CrossCheckOptions,
): Promise<SecondOpinion> {
  const { timeoutMs = LIMIT_MS, processes = Math.min(PROCESSES_MAX, availableParallelism()) } = options;
  const startedMs = performance.now();
  const differing: string[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const file = files[next++];
      const path = join(folder, file);
      const { expected, logic } = headOf(path);
      const said = await ask(solver, path, logic, timeoutMs);
      if (said !== expected) differing.push(`${file}: ${said}, expected ${expected}`);
      options.onProgress?.({ solver, done: ++done, total: files.length });
    }
  };
  await Promise.all(Array.from({ length: processes }, work));
  const seconds = (performance.now() - startedMs) / 1000;
  const agreed = files.length - differing.length;
  return { solver, version, queries: files.length, agreed, seconds, differing: differing.sort() };
}

/** Every .smt2 file below the folder to every solver. Throws one clear line for a missing solver or a folder without queries. */
export async function crossCheck(folder: string, options: CrossCheckOptions = {}): Promise<SecondOpinion[]> {
  const solvers = (options.solvers ?? OTHER_SOLVERS).map((solver) => ({
    solver,
    version: versionOf(solver),
  }));
  const files = queryFiles(folder);
  if (files.length === 0)
    throw new Error(`There are no queries under ${folder}: run \`stimgate prove\` first.`);
  const opinions: SecondOpinion[] = [];
  for (const { solver, version } of solvers) {
    opinions.push(await opinion(folder, files, solver, version, options));
  }
  return opinions;
}
