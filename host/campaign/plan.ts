// A campaign's plan: read from a file or taken from those that ship, and checked against its published schema.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { parseJson, readText } from '../therapy/json-file.ts';
import { packagePath } from '../therapy/package-files.ts';
import { FileProblems } from '../therapy/problem.ts';
import { schemaProblems } from '../therapy/schema.ts';
import type { Weights } from './faults.ts';
import { allFlips, type Flips, wrongFlips } from './flips.ts';
import type { FaultName, StreamName } from './names.ts';

/** What a campaign runs; plan.schema.json says what each field may be. */
export interface Plan {
  readonly name: string;
  readonly notes?: string;
  readonly seed: number;
  readonly runs: number;
  /** 1000 where it is left out. */
  readonly durationMs?: number;
  readonly machine?: 'wasm' | 'pico';
  /** False: on a board without the charge guard. */
  readonly chargeGuard?: boolean;
  readonly faults?: Weights<FaultName>;
  readonly faultsMax?: number;
  readonly streams?: Weights<StreamName>;
  /** Bits that are flipped one by one, run by run, in place of faults. */
  readonly flips?: Flips;
}

/** Plans that ship with the package. */
export const PLANS = [
  'quick',
  'full',
  'flips',
  'flips-in-calls',
  'stimulator-flips',
  'local-flips',
  'pico-flips',
] as const;

/** Runs that a worker gets at once, by machine: little is lost when it is cut short. */
export const BATCH = { wasm: 16, pico: 1 } as const;
const SCHEMA = 'host/campaign/plan.schema.json';

/**
 * Reads what a user named: a file, or a plan that ships by its name.
 * @throws FileProblems with one line for each problem: file, field, value and what would do.
 */
export function findPlan(named: string): Plan {
  const ships = basename(named) === named && (PLANS as readonly string[]).includes(named);
  const isThere = existsSync(named);
  if (ships && !isThere) return loadPlan(packagePath(`host/campaign/plans/${named}.json`), named);
  if (!isThere && basename(named) === named)
    throw new FileProblems(named, [
      { field: '', message: `no such file, nor a plan that ships: ${PLANS.join(', ')}` },
    ]);
  return loadPlan(named, named);
}

function loadPlan(path: string, shownAs: string): Plan {
  return checkPlan(parseJson(readText(path, shownAs, FileProblems), shownAs, FileProblems), shownAs);
}

/** Checks a value that should be a plan; `file` names it in problems. @throws FileProblems */
export function checkPlan(value: unknown, file: string): Plan {
  const problems = schemaProblems(value, SCHEMA); // REQ-CMP-101
  if (problems.length > 0) throw new FileProblems(file, problems);
  const plan = value as Plan;
  const wrong = wrongOf(plan);
  if (wrong !== undefined) throw new FileProblems(file, [wrong]);
  return plan;
}

function wrongOf(plan: Plan): { field: string; message: string } | undefined {
  for (const field of ['faults', 'streams'] as const) {
    const weights = plan[field];
    if (weights !== undefined && !Object.values(weights).some((weight) => weight > 0))
      return { field, message: 'every weight is 0; give at least one of them a weight' };
  }
  const { flips } = plan;
  if (flips === undefined) return undefined;
  if (plan.faults !== undefined) return { field: 'faults', message: 'a plan has either faults or flips' };
  const wrong = wrongFlips(flips, plan.machine);
  if (wrong !== undefined) return wrong;
  const most = allFlips(flips) ?? plan.runs;
  return plan.runs > most
    ? { field: 'runs', message: `${plan.runs} are more than the ${most} bits and moments that there are` }
    : undefined;
}
