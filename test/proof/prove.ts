// A whole run of the prover over the binaries that ship: reads them, executes every call, puts every obligation of the
// invariant and of the laws to the solver, and writes report and queries. It prints nothing and decides no exit code.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Discharged } from './check/discharge.ts';
import { emptiness } from './check/discharge.ts';
import type { Obligation } from './check/obligation.ts';
import { isLongest, matched, type Played } from './check/play.ts';
import { dischargeAll, executeAll, obligationsOf } from './check/prover.ts';
import { Refuter } from './check/refute.ts';
import { tellStories } from './check/stories.ts';
import { type Judged, type LawText, lawResultOf, queriesOf } from './check/tally.ts';
import { witnessOf } from './check/witness.ts';
import { ASSUMPTIONS, INVARIANT_ASSUMED } from './laws/assumptions.ts';
import { LAWS, LEMMAS } from './laws/index.ts';
import { INVARIANT } from './laws/invariant-law.ts';
import type { Law, Run } from './laws/law.ts';
import { writeProofPage } from './report/write.ts';
import type { CallBound, LawResult, ProofResult } from './result.ts';
import { startSolver } from './solve/pool.ts';
import { writeQueries } from './solve/queries.ts';
import type { Query, Solver } from './solve/query.ts';
import { countInstructions } from './wasm/count.ts';
import { requireInterlock } from './wasm/interface.ts';
import type { WasmModule } from './wasm/module.ts';
import { readInterface, readModule } from './wasm/read.ts';

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

/** Ids of the laws that can be asked for. */
export const LAW_NAMES: readonly string[] = LAWS.map(({ id }) => id);

/** A law alone has the solver to itself; among others it waits for its turn. */
const SILENT_MS = { alone: 5000, amongOthers: 20_000 };

/** Laws that are worked on side by side: the solver is busy while one of them waits for its last answers. */
const LANES = 3;

interface Binaries {
  readonly bytes: Uint8Array;
  readonly interlock: WasmModule;
  readonly stimulator: WasmModule;
}

async function readBinaries({ interlock, stimulator }: ProveOptions): Promise<Binaries> {
  const [bytes, otherBytes] = [readFileSync(interlock), readFileSync(stimulator)];
  requireInterlock(await readInterface(bytes, interlock), interlock);
  return {
    bytes,
    interlock: await readModule(bytes, interlock),
    stimulator: await readInterface(otherBytes, stimulator),
  };
}

/** What is shown in one go: the invariant, a lemma or a law. */
interface Task {
  readonly law: LawText;
  obligations(run: Run): Obligation[];
}

const lawTask = (law: Law): Task => ({ law, obligations: (run) => obligationsOf(run, law) });
const INVARIANT_TASK: Task = { law: INVARIANT, obligations: (run) => obligationsOf(run, 'invariant') };

class Prover {
  readonly pathQueries: Query[] = [];
  private done = 0;
  private known = 0;
  private readonly binaries: Binaries;
  private readonly solver: Solver;
  private readonly onProgress: (progress: ProofProgress) => void;

  constructor(binaries: Binaries, solver: Solver, onProgress: (progress: ProofProgress) => void) {
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
  async judgeAll(tasks: readonly Task[], run: Run, plays: readonly Played[]): Promise<Judged[]> {
    const judged: Judged[] = [];
    let next = 0;
    const lane = async (): Promise<void> => {
      while (next < tasks.length) {
        const at = next++;
        judged[at] = await this.judge(tasks[at], run, plays, tasks.length === 1);
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return judged;
  }

  private async judge(
    { law, obligations: obligationsIn }: Task,
    run: Run,
    plays: readonly Played[],
    isAlone: boolean,
  ): Promise<Judged> {
    const obligations = obligationsIn(run);
    this.known += obligations.length;
    const silentMs = isAlone ? SILENT_MS.alone : SILENT_MS.amongOthers;
    let failed: Discharged | null = null;
    const refuter = new Refuter(this.binaries.bytes, law.id, this.solver, silentMs);
    const onDone = (one: Discharged): void => {
      this.done += 1;
      refuter.settled(one);
      if (one.verdict === 'failed') failed ??= one;
      this.say(law.id);
    };
    const isEnough = (): boolean => failed !== null || refuter.shown !== null;
    const results = await dischargeAll(obligations, refuter, onDone, isEnough);
    refuter.end();
    const counterexample = refuter.counterexample(failed);
    const witness = counterexample === null ? await witnessOf(law.id, plays, obligations, this.solver) : null;
    return { law, obligations, results, witness, counterexample };
  }
}

/** The most instructions that each call may take, and whether one of the stories' calls took as many. */
function boundsOf({ calls }: Run, plays: readonly Played[]): CallBound[] {
  const names = [...new Set(calls.map(({ name }) => name))];
  return names.map((call) => {
    const costs = calls
      .filter(({ name }) => name === call)
      .flatMap(({ ends }) => ends.map(({ cost }) => cost));
    const instructions = Math.max(...costs);
    const reaching = plays.filter((one) => one.call.name === call && one.end.cost === instructions);
    return { call, instructions, isReached: reaching.some(isLongest) };
  });
}

function isBad({ verdict }: LawResult): boolean {
  return verdict !== 'proven';
}

/** The laws' results, each beside what it rests on. */
function resultsOf(judged: readonly Judged[], support: readonly string[], isWhole: boolean): LawResult[] {
  const common = isWhole ? ASSUMPTIONS : [...ASSUMPTIONS, INVARIANT_ASSUMED];
  const supporting = judged
    .filter(({ law }) => support.includes(law.id))
    .map((one) => lawResultOf(one, ASSUMPTIONS));
  const rests = supporting
    .filter(isBad)
    .map(({ title, verdict }) => `rests on: ${title.toLowerCase()}, which is ${verdict}`);
  const laws = judged.filter(({ law }) => !support.includes(law.id));
  const restsOf = ({ id }: LawText): readonly string[] => (id === 'segregation' ? [] : rests);
  return [...laws.map((one) => lawResultOf(one, common, restsOf(one.law))), ...supporting];
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
  const solver = await startSolver({ processes: options.processes });
  try {
    const prover = new Prover(binaries, solver, onProgress);
    prover.say('executing every call');
    const run = await prover.execute();
    const plays = tellStories(binaries.bytes).flatMap((play) => matched(run.calls, play) ?? []);
    const isWhole = options.law === undefined;
    const tasks = isWhole
      ? [INVARIANT_TASK, ...LEMMAS.map(lawTask), ...LAWS.map(lawTask)]
      : LAWS.filter(({ id }) => id === options.law).map(lawTask);
    const judged = await prover.judgeAll(tasks, run, plays);
    const laws = resultsOf(judged, [INVARIANT.id, ...LEMMAS.map(({ id }) => id)], isWhole);
    const result: ProofResult = {
      binary: {
        ...fileOf(options.interlock, binaries.bytes),
        instructions: countInstructions(binaries.interlock),
      },
      stimulator: fileOf(options.stimulator, readFileSync(options.stimulator)),
      solver: { name: solver.name, version: solver.version },
      laws,
      bounds: boundsOf(run, plays),
      seconds: (performance.now() - startMs) / 1000,
      opinions: [],
      mutation: null,
    };
    if (options.out !== null) {
      prover.say('writing report and queries');
      const { report, queries } = filesOf(options.out, options.law);
      writeQueries(queries, [...prover.pathQueries, ...judged.flatMap(queriesOf)]);
      writeProofPage(report, result);
    }
    return result;
  } finally {
    await solver.close();
  }
}
