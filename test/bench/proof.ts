// The prover: all laws, the slowest of them alone, memory, and the same queries put to other solvers. The reference is one
// process of Debian's z3 that answers the query files one after the other.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SecondOpinion } from '../proof/result.ts';
import { requireOtherSolvers } from '../proof/second-opinions.ts';
import { crossCheck, type OtherSolver } from '../proof/solve/cross-check.ts';
import type { Figure } from './figure.ts';
import { runWithPeak } from './peak.ts';
import type { ProofRun } from './proof-run.ts';

const MIB = 1 << 20;
const MEMORY_MB_MAX = 2048;
const AIM_S = { all: 60, alone: 10, crossCheck: 600 };
/** The laws that took the solver longest are run alone: the slowest law is one of them. */
const ALONE = 3;

const sum = (run: ProofRun, of: (law: ProofRun['laws'][number]) => number): number =>
  run.laws.reduce((total, law) => total + of(law), 0);

/** What `stimgate prove` can be asked for: not the invariant and the lemmas, which other laws rest on. */
const isLaw = ({ id }: { readonly id: string }): boolean => /^L\d+$/.test(id);

async function slowestAlone(run: ProofRun, folder: string): Promise<{ id: string; seconds: number }> {
  const hardest = run.laws
    .filter(isLaw)
    .toSorted((a, b) => b.solverMs - a.solverMs)
    .slice(0, ALONE);
  const alone: { id: string; seconds: number }[] = [];
  for (const { id } of hardest) {
    const { printed } = await runWithPeak('proof-run', folder, id);
    alone.push({ id, seconds: (printed as ProofRun).seconds });
  }
  return alone.reduce((slowest, one) => (one.seconds > slowest.seconds ? one : slowest));
}

async function opinionOf(folder: string, solver: OtherSolver, processes?: number): Promise<SecondOpinion> {
  const [opinion] = await crossCheck(folder, { solvers: [solver], processes });
  return opinion;
}

/** Takes as long as all laws, three laws alone and three passes of other solvers. Throws MissingSolver without cvc5 or z3. */
export async function benchProof(): Promise<Figure[]> {
  requireOtherSolvers();
  const folder = mkdtempSync(join(tmpdir(), 'stimgate-bench-'));
  try {
    const { printed, peakBytes } = await runWithPeak('proof-run', folder);
    const run = printed as ProofRun;
    const queries = join(folder, 'proof');
    const one = await opinionOf(queries, 'z3', 1);
    const others = [await opinionOf(queries, 'cvc5'), await opinionOf(queries, 'z3')];
    const slowest = await slowestAlone(run, folder);
    return figuresOf(run, peakBytes, slowest, one, others);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function figuresOf(
  run: ProofRun,
  peakBytes: number,
  slowest: { readonly id: string; readonly seconds: number },
  one: SecondOpinion,
  others: readonly SecondOpinion[],
): Figure[] {
  const timed = (name: string, seconds: number, most: number, limit: string): Figure => ({
    name,
    value: seconds,
    unit: 's',
    reference: `one ${one.solver} ${one.version} over the query files`,
    ratio: seconds / one.seconds,
    aim: { most },
    limit,
  });
  const [proven, obligations] = [sum(run, (law) => Number(law.isProven)), sum(run, (law) => law.obligations)];
  const solverS = Math.round(sum(run, (law) => law.solverMs) / 1000);
  const verdict = `${proven} of ${run.laws.length} proven; ${solverS} s in the solver's processes`;
  return [
    timed('all laws', run.seconds, AIM_S.all, verdict),
    timed(`the slowest law alone, ${slowest.id}`, slowest.seconds, AIM_S.alone, ''),
    {
      name: 'peak memory of all laws, solvers included',
      value: peakBytes / MIB,
      unit: 'MB',
      reference: '2 GB',
      ratio: peakBytes / MIB / MEMORY_MB_MAX,
      aim: { most: MEMORY_MB_MAX },
    },
    {
      name: 'queries put to the solver',
      value: sum(run, (law) => law.queries),
      unit: '',
      reference: 'the obligations',
      ratio: sum(run, (law) => law.queries) / obligations,
    },
    ...others.map(({ solver, version, seconds, agreed, queries }) =>
      timed(
        `cross-check by ${solver} ${version}`,
        seconds,
        AIM_S.crossCheck,
        `${agreed} of ${queries} queries as expected`,
      ),
    ),
  ];
}
