// A whole run of the prover over the binaries that ship: reads them, executes every call, puts every obligation of the
// invariant and of the laws to the solver, and writes report and queries. It prints nothing and decides no exit code.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resultOf } from '../mutation/result-file.ts';
import { type Binaries, readBinaries } from './check/binaries.ts';
import { type Bounds, callBounds, NO_BOUNDS } from './check/bounds.ts';
import type { Discharged } from './check/discharge.ts';
import { emptiness } from './check/discharge.ts';
import type { Obligation } from './check/obligation.ts';
import { matched, type Played } from './check/play.ts';
import { dischargeAll, executeAll, obligationsOf } from './check/prover.ts';
import { Refuter } from './check/refute.ts';
import { resultsOf, SUPPORT } from './check/results.ts';
import { tellStories } from './check/stories.ts';
import { type Judged, type LawText, queriesOf } from './check/tally.ts';
import { witnessOf } from './check/witness.ts';
import { EXECUTION, executionObligations } from './laws/execution.ts';
import { LAWS, LEMMAS } from './laws/index.ts';
import { INVARIANT } from './laws/invariant-law.ts';
import { bounded } from './laws/l13-bounded.ts';
import type { Law, Run } from './laws/law.ts';
import { writeProofPage } from './report/write.ts';
import type { ProofResult } from './result.ts';
import { startSolver } from './solve/pool.ts';
import { writeQueries } from './solve/queries.ts';
import type { Query, Solver } from './solve/query.ts';
import { countInstructions } from './wasm/count.ts';

export { RefusedBinary } from './wasm/module.ts';

export interface ProveOptions {
  /** Paths of the binaries. */
  readonly interlock: string;
  readonly stimulator: string;
  /** One law alone, by its id; the invariant is then assumed. */
  readonly law?: string;
  /** Folder for report and queries; null: nothing is written. */
  readonly out: string | null;
  readonly processes?: number;
  /** A solver that runs already, and goes on running; without it one is started for this run. */
  readonly solver?: Solver;
  /** What the solver gets for its own counterexample where a run has refuted a law already, ms. */
  readonly graceMs?: number;
}

/** What a run is at: obligations that are settled, of those known so far. */
export interface ProofProgress {
  readonly at: string;
  readonly done: number;
  readonly known: number;
}

/** Where a run has written. */
export interface ProofFiles {
  readonly report: string;
  readonly queries: string;
}

/** A law alone has the solver to itself; among others it waits for its turn. */
const PATIENCE_MS = { alone: 1000, amongOthers: 10_000 };

/** Laws that are worked on side by side: the solver is busy while one of them waits for its last answers. */
const LANES = 3;

/** What is shown in one go: the invariant, a lemma or a law. */
interface Task {
  readonly law: LawText;
  obligations(run: Run): Obligation[];
}

/** What all tasks are shown over. */
interface Shown {
  readonly run: Run;
  readonly plays: readonly Played[];
  /** What no call takes more than, looked for while other laws are shown. */
  readonly bounding: Bounds | Promise<Bounds>;
}

const EXECUTION_TASK: Task = { law: EXECUTION, obligations: executionObligations };
const lawTask = (law: Law): Task => ({ law, obligations: (run) => obligationsOf(run, law) });
const INVARIANT_TASK: Task = { law: INVARIANT, obligations: (run) => obligationsOf(run, 'invariant') };
/** What the laws rest on comes first. */
const TASKS: readonly Task[] = [INVARIANT_TASK, ...LEMMAS.map(lawTask), ...LAWS.map(lawTask)];
/** Ids of the laws, and of what they rest on, that can be asked for. */
export const LAW_NAMES: readonly string[] = [...LAWS.map(({ id }) => id), ...SUPPORT];

class Prover {
  readonly pathQueries: Query[] = [];
  private done = 0;
  private known = 0;
  private readonly binaries: Binaries;
  private readonly solver: Solver;
  private readonly onProgress: (progress: ProofProgress) => void;
  private readonly graceMs: number | undefined;

  constructor(
    binaries: Binaries,
    solver: Solver,
    onProgress: (progress: ProofProgress) => void,
    graceMs?: number,
  ) {
    this.graceMs = graceMs;
    this.binaries = binaries;
    this.solver = solver;
    this.onProgress = onProgress;
  }

  say(at: string): void {
    this.onProgress({ at, done: this.done, known: this.known });
  }

  async execute(): Promise<Run> {
    const { interlock, stimulator } = this.binaries;
    return executeAll(interlock, stimulator, this.solver, (call, end) => {
      const name = `paths-${call.name.replace('_', '-')}-${call.from}-${this.pathQueries.length + 1}`;
      this.pathQueries.push({ name, script: emptiness(end.path).text, expected: 'unsat' });
    });
  }

  /** All tasks, a few side by side, in the order in which they are given. */
  async judgeAll(tasks: readonly Task[], shown: Shown): Promise<Judged[]> {
    const judged: Judged[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < tasks.length) {
        const at = next++;
        judged[at] = await this.judge(tasks[at], shown, tasks.length <= 2);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return judged;
  }

  private async judge(
    { law, obligations: obligationsIn }: Task,
    { run, plays, bounding }: Shown,
    isAlone: boolean,
  ): Promise<Judged> {
    const bounds = law.id === bounded.id ? (await bounding).shown : [];
    const obligations = obligationsIn({ ...run, bounds });
    this.known += obligations.length;
    const patienceMs = isAlone ? PATIENCE_MS.alone : PATIENCE_MS.amongOthers;
    let failed: Discharged | null = null;
    const refuter = new Refuter(
      mayRun(run) ? this.binaries.bytes : null,
      law.id,
      this.solver,
      patienceMs,
      this.graceMs,
    );
    const onDone = (one: Discharged): void => {
      this.done += 1;
      refuter.settled(one);
      if (one.verdict === 'failed') failed ??= one;
      this.say(law.id);
    };
    const isEnough = (): boolean => refuter.isOver;
    const results = await dischargeAll(obligations, refuter, onDone, isEnough);
    refuter.end();
    const counterexample = refuter.counterexample(failed);
    const witness = counterexample === null ? await witnessOf(law.id, plays, obligations, this.solver) : null;
    return { law, obligations, results, witness, counterexample };
  }
}

/** A binary that may go round a loop for ever is never run. */
function mayRun({ calls }: Run): boolean {
  return calls.every(({ claims }) => claims.every(({ isEndless }) => !isEndless));
}

function fileOf(path: string, bytes: Uint8Array): ProofResult['stimulator'] {
  const file = path.split('/').slice(-2).join('/');
  return { file, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

/** Where a run writes: one law's files lie beside those of the whole, and never take their place. */
export function filesOf(out: string, law?: string): ProofFiles {
  const name = law === undefined ? 'proof' : `proof-${law}`;
  return { report: join(out, `${name}.html`), queries: join(out, name) };
}

/** Runs the proofs. Throws RefusedBinary for a binary that it does not take, and the file system's errors. */
export async function prove(
  options: ProveOptions,
  onProgress: (progress: ProofProgress) => void = () => {},
): Promise<ProofResult> {
  const startMs = performance.now();
  const binaries = await readBinaries(options);
  const solver = options.solver ?? (await startSolver({ processes: options.processes }));
  try {
    const prover = new Prover(binaries, solver, onProgress, options.graceMs);
    prover.say('executing every call');
    const run = await prover.execute();
    const plays = mayRun(run)
      ? tellStories(binaries.bytes).flatMap((play) => matched(run.calls, play) ?? [])
      : [];
    const isWhole = options.law === undefined;
    const asked = TASKS.filter(({ law }) => isWhole || law.id === options.law);
    const tasks = isWhole || options.law === 'segregation' ? asked : [...asked, EXECUTION_TASK];
    const isBounded = asked.some(({ law }) => law.id === bounded.id);
    const bounding = isBounded ? callBounds(run, plays, solver) : NO_BOUNDS;
    const judged = await prover.judgeAll(tasks, { run, plays, bounding });
    const laws = resultsOf(judged, isWhole);
    const result: ProofResult = {
      binary: {
        ...fileOf(options.interlock, binaries.bytes),
        instructions: countInstructions(binaries.interlock),
      },
      stimulator: fileOf(options.stimulator, readFileSync(options.stimulator)),
      solver: { name: solver.name, version: solver.version },
      laws,
      bounds: (await bounding).bounds,
      seconds: (performance.now() - startMs) / 1000,
      opinions: [],
      mutation: isWhole ? resultOf(createHash('sha256').update(binaries.bytes).digest('hex')) : null,
    };
    if (options.out !== null) {
      prover.say('writing report and queries');
      const { report, queries } = filesOf(options.out, options.law);
      writeQueries(queries, [...prover.pathQueries, ...judged.flatMap(queriesOf)]);
      writeProofPage(report, result);
    }
    return result;
  } finally {
    if (options.solver === undefined) await solver.close();
  }
}
