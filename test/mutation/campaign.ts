// Every mutant, or a sample of them, through the quick runs, and what they leave through the proofs. It prints nothing and
// excuses nothing: what a mutant that breaks no law is worth is said in reasons.json, by hand.

import { executeAll } from '../proof/check/prover.ts';
import { LAWS } from '../proof/laws/index.ts';
import { startSolver } from '../proof/solve/pool.ts';
import type { Solver } from '../proof/solve/query.ts';
import { RefusedBinary } from '../proof/wasm/module.ts';
import { readInterface, readModule } from '../proof/wasm/read.ts';
import { shownFacts } from './facts.ts';
import { ProofJudge, type ProofVerdict } from './judge.ts';
import { type Mutant, type MutantModule, openMutants } from './mutants.ts';
import { type QuickVerdict, runQuick } from './quick.ts';
import { scenesOf } from './scenes.ts';
import { FUEL_ROUNDS, recordTraces, type Trace } from './traces.ts';

export interface Judgement {
  readonly mutant: Mutant;
  /** runs: killed in V8 before any proof. */
  readonly verdict: 'runs' | ProofVerdict['verdict'];
  readonly where: string;
}

export interface CampaignOptions {
  readonly interlock: Uint8Array;
  readonly stimulator: Uint8Array;
  readonly mutants: readonly Mutant[];
  /** Worker threads of the quick runs, and processes of the solver. Default 2. */
  readonly workers?: number;
  readonly onProgress?: (at: string, done: number, total: number) => void;
}

const WORKERS = 2;

const asQuick = ({ mutant, where }: QuickVerdict): Judgement => ({ mutant, verdict: 'runs', where });

/** The proofs' side of a campaign: one binary, opened once. */
interface Bench {
  readonly judge: ProofJudge;
  readonly shipped: Uint8Array;
  readonly plain: MutantModule;
  readonly fuelled: MutantModule;
  readonly traces: readonly Trace[];
}

async function judgeOne(bench: Bench, { mutant, verdict }: QuickVerdict): Promise<Judgement> {
  try {
    const module = await readModule(bench.plain.bytesOf(mutant), mutant.id);
    const isSeen = verdict === 'stateOnly';
    const scenes = isSeen ? scenesOf(bench.traces, bench.shipped, bench.fuelled.bytesOf(mutant)) : [];
    const said = await bench.judge.judge({ module, functionName: mutant.functionName, scenes });
    return { mutant, ...said };
  } catch (error) {
    if (error instanceof RefusedBinary) return { mutant, verdict: 'refused', where: error.message };
    throw error;
  }
}

async function judgeSurvivors(
  { interlock, stimulator, workers = WORKERS, onProgress }: CampaignOptions,
  survivors: readonly QuickVerdict[],
  solver: Solver,
): Promise<Judgement[]> {
  const module = await readModule(interlock, 'the interlock');
  const other = await readInterface(stimulator, 'the stimulator');
  const run = await executeAll(module, other, solver);
  const facts = await shownFacts(run.calls, solver);
  const judge = new ProofJudge(run, LAWS, facts, solver);
  const traces = recordTraces(interlock);
  const plain = await openMutants(interlock);
  const fuelled = await openMutants(interlock, FUEL_ROUNDS);
  const bench: Bench = { judge, shipped: interlock, plain, fuelled, traces };
  const judged: Judgement[] = [];
  let [next, done] = [0, 0];
  const lane = async (): Promise<void> => {
    while (next < survivors.length) {
      const at = next++;
      judged[at] = await judgeOne(bench, survivors[at]);
      onProgress?.('proofs', ++done, survivors.length);
    }
  };
  try {
    onProgress?.('proofs', 0, survivors.length);
    await Promise.all(Array.from({ length: workers }, lane));
    return judged;
  } finally {
    plain.dispose();
    fuelled.dispose();
  }
}

/** Judges these mutants. Post: one judgement each, in the order given. Throws what the solver's start throws. */
export async function runCampaign(options: CampaignOptions): Promise<Judgement[]> {
  const { interlock, mutants, workers = WORKERS, onProgress } = options;
  const quick = await runQuick(interlock, mutants, {
    workers,
    onProgress: (done, total) => onProgress?.('quick runs', done, total),
  });
  const survivors = quick.filter(({ verdict }) => verdict !== 'killed');
  if (survivors.length === 0) return quick.map(asQuick);
  const solver = await startSolver({ processes: workers });
  try {
    const judged = await judgeSurvivors(options, survivors, solver);
    const byMutant = new Map(judged.map((one) => [one.mutant, one]));
    return quick.map((one) => byMutant.get(one.mutant) ?? asQuick(one));
  } finally {
    await solver.close();
  }
}
