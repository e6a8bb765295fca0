// A campaign's folder: the plan that it is of, and a line of JSON for each run that has ended, appended as it ends, so that
// neither Ctrl-C nor a crash loses one. Once all have ended the lines are put in order: the file is then the same whoever
// ran them.

import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { packageIdentity } from '../flash/package-identity.ts';
import { makeFolderOf } from '../report/make-folder.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';

const PLAN_FILE = 'campaign.json';
const RUNS_FILE = 'runs.jsonl';

/** The folder cannot be used as it was asked to. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError';
}

export interface OpenOptions {
  /** Go on with the runs that are there. */
  readonly resume?: boolean;
  /** Throw away runs of a campaign that has not ended. */
  readonly anew?: boolean;
}

export class Results {
  readonly folder: string;
  /** The runs that have ended, by number. */
  readonly records = new Map<number, RunRecord>();
  private readonly path: string;
  private file: number;

  private constructor(folder: string, records: readonly RunRecord[]) {
    this.folder = folder;
    this.path = join(folder, RUNS_FILE);
    for (const record of records) this.records.set(record.n, record);
    // Also drops the half of a line that a crash left, and repeats.
    this.rewrite();
    this.file = named(this.path, () => openSync(this.path, 'a'));
  }

  /**
   * Opens the folder of a plan's campaign, and makes it where it is missing.
   * @throws ResultsError where its runs are another plan's, or of one that has not ended and nobody said what to do with
   * them; the file system's error, with a path.
   */
  static open(folder: string, plan: Plan, options: OpenOptions = {}): Results {
    const planPath = join(folder, PLAN_FILE);
    const runsPath = join(folder, RUNS_FILE);
    makeFolderOf(planPath);
    const text = `${JSON.stringify({ id: planId(plan), plan }, null, 2)}\n`;
    const isThere = existsSync(planPath);
    const records = existsSync(runsPath) ? readRecords(runsPath) : [];
    const runs = isThere ? wholeRuns(planPath) : 0;
    if (isThere && options.anew !== true) {
      const isSame = readFileSync(planPath, 'utf8') === text;
      if (options.resume === true && !isSame)
        throw new ResultsError(
          `${folder} holds runs of another plan, seed or build: nothing to resume; --anew throws them away`,
        );
      if (options.resume !== true && records.length < runs)
        throw new ResultsError(
          `${folder} holds ${records.length} of ${runs} runs: --resume goes on, --anew throws them away`,
        );
    }
    named(planPath, () => writeFileSync(planPath, text));
    return new Results(folder, options.resume === true ? records : []);
  }

  /** Keeps a run, on disk before it returns. A run that is there already is not counted twice. */
  add(record: RunRecord): void {
    if (this.records.has(record.n)) return;
    this.records.set(record.n, record);
    named(this.path, () => writeSync(this.file, `${JSON.stringify(record)}\n`));
  }

  /** Puts the lines in order and closes the file. */
  finish(): void {
    closeSync(this.file);
    this.rewrite();
  }

  /** Numbers from 0 to `runs` − 1 that have not ended. */
  missing(runs: number): number[] {
    return Array.from({ length: runs }, (_, n) => n).filter((n) => !this.records.has(n));
  }

  private rewrite(): void {
    const lines = [...this.records.values()]
      .sort((a, b) => a.n - b.n)
      .map((record) => `${JSON.stringify(record)}\n`);
    const part = `${this.path}.part`;
    named(part, () => writeFileSync(part, lines.join('')));
    named(this.path, () => renameSync(part, this.path));
  }
}

/** What a campaign's results belong to: the plan, and the binaries that are run. */
export function planId(plan: Plan): string {
  const identity = packageIdentity();
  return createHash('sha256').update(JSON.stringify({ plan, identity })).digest('hex').slice(0, 16);
}

/** Runs that the plan in a folder asks for. Throws ResultsError where the file is no campaign's. */
function wholeRuns(planPath: string): number {
  try {
    const { id, plan } = JSON.parse(readFileSync(planPath, 'utf8'));
    if (typeof id === 'string' && Number.isInteger(plan.runs)) return plan.runs;
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
  }
  throw new ResultsError(`${planPath} is not a campaign’s: name another folder with --out`);
}

/** The records of a file; a last line that was cut short is none. */
function readRecords(path: string): RunRecord[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      if (line === '') return [];
      try {
        return [JSON.parse(line) as RunRecord];
      } catch {
        return [];
      }
    });
}

/** Lets an error of the file system name the file: errors of writes to an open one do not. */
function named<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}
