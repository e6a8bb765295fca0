// A campaign's folder: the plan that it is of, and a line of JSON for each run that has ended, appended as it ends, so that
// neither Ctrl-C nor a crash loses one. Once all have ended the lines are put in order: the file is then the same whoever
// ran them.

import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { packageIdentity } from '../flash/package-identity.ts';
import { makeFolderOf } from '../report/make-folder.ts';
import { named, writeText } from '../report/write-file.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';

const PLAN_FILE = 'campaign.json';
const RUNS_FILE = 'runs.jsonl';
/** What a campaign and its replays write beside the plan, by folder. */
const WRITTEN: readonly (readonly [folder: string, file: RegExp])[] = [
  ['.', /^(runs\.jsonl|junit\.xml|report\.html|replay-.+\.(vcd|svg))$/],
  ['cases', /^\d+\.json$/],
];

/** The folder cannot be used as it was asked to. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError';
}

export interface OpenOptions {
  /** Go on with the runs that are there. */
  readonly resume?: boolean;
  /** Throw away what is there of another campaign, or of one that has not ended. */
  readonly anew?: boolean;
}

export class Results {
  readonly folder: string;
  /** The runs that have ended, by number. */
  readonly records = new Map<number, RunRecord>();
  /** Runs of this campaign, which had ended, that are made again. */
  readonly replaced: number;
  private readonly path: string;
  private readonly file: number;
  private failure: Error | undefined;

  private constructor(folder: string, records: readonly RunRecord[], replaced: number) {
    this.folder = folder;
    this.replaced = replaced;
    this.path = join(folder, RUNS_FILE);
    for (const record of records) this.records.set(record.n, record);
    // Also drops the half of a line that a crash left, and repeats.
    this.rewrite();
    this.file = named(this.path, () => openSync(this.path, 'a'));
  }

  /**
   * Opens the folder of a plan's campaign, and makes it where it is missing.
   * @throws ResultsError where it is another campaign's, or of one that has not ended and nobody said what to do with
   * them; the file system's error, with a path.
   */
  static open(folder: string, plan: Plan, options: OpenOptions = {}): Results {
    const planPath = join(folder, PLAN_FILE);
    const runsPath = join(folder, RUNS_FILE);
    const text = `${JSON.stringify({ id: planId(plan), plan }, null, 2)}\n`;
    makeFolderOf(planPath);
    const isThere = existsSync(planPath);
    const records = existsSync(runsPath) ? readRecords(runsPath) : [];
    const runs = isThere ? wholeRuns(planPath) : 0;
    const isSame = isThere && readFileSync(planPath, 'utf8') === text;
    if (isThere && options.anew !== true) {
      if (!isSame) {
        const resumed = options.resume === true ? ': nothing to resume' : '';
        throw new ResultsError(
          `${folder} holds runs of another plan, seed or build${resumed}; --anew throws them away`,
        );
      }
      if (options.resume !== true && records.length < runs)
        throw new ResultsError(
          `${folder} holds ${records.length} of ${runs} runs: --resume goes on, --anew throws them away`,
        );
    }
    if (isThere && options.anew === true) removeWritten(folder);
    if (!isSame) replaceText(planPath, text);
    if (options.resume === true) return new Results(folder, records, 0);
    return new Results(folder, [], isSame && options.anew !== true ? records.length : 0);
  }

  /**
   * Keeps a run, on disk before it returns. A run that is there already is not counted twice. After one that could not be
   * written none is kept: it would stand in the line that was cut short.
   */
  add(record: RunRecord): void {
    if (this.records.has(record.n)) return;
    if (this.failure !== undefined) throw this.failure;
    try {
      named(this.path, () => writeFileSync(this.file, `${JSON.stringify(record)}\n`));
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
    this.records.set(record.n, record);
  }

  /** Closes the file, and puts the lines in order unless one could not be written. */
  finish(): void {
    closeSync(this.file);
    const isWhole = this.failure === undefined;
    this.failure ??= new Error('the results are closed');
    if (isWhole) this.rewrite();
  }

  /** Numbers from 0 to `runs` − 1 that have not ended. */
  missing(runs: number): number[] {
    return Array.from({ length: runs }, (_, n) => n).filter((n) => !this.records.has(n));
  }

  private rewrite(): void {
    const lines = [...this.records.values()]
      .sort((a, b) => a.n - b.n)
      .map((record) => `${JSON.stringify(record)}\n`);
    replaceText(this.path, lines.join(''));
  }
}

/** What the file held stays until all of the text is on the disk. */
function replaceText(path: string, text: string): void {
  const part = `${path}.part`;
  try {
    writeText(part, text);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  named(path, () => renameSync(part, path));
}

function removeWritten(folder: string): void {
  for (const [name, pattern] of WRITTEN) {
    const within = join(folder, name);
    const files = existsSync(within) ? readdirSync(within) : [];
    for (const file of files) if (pattern.test(file)) rmSync(join(within, file));
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
