// Makes a failing run simpler for as long as it fails in the same way.

import fc from 'fast-check';
import type { CampaignCase } from './case.ts';
import { caseOf, casesOf, runSeed } from './generate.ts';
import type { Hazard } from './hazards.ts';
import type { RunVerdict } from './judge-run.ts';
import type { Plan } from './plan.ts';
import { runCase } from './run-case.ts';

/** Simpler cases that are tried at most. */
const TRIES_MAX = 200;

/** The simplest case found that ends as run `n` of the plan does. A flipped bit is as simple as it can be. */
export async function shrunkCase(plan: Plan, n: number): Promise<CampaignCase> {
  const original = caseOf(plan, n);
  if (plan.flips !== undefined) return original;
  const { verdict } = await runCase(original, plan);
  const property = fc.asyncProperty(fc.limitShrink(casesOf(plan), TRIES_MAX), async (one) => {
    const seen = await runCase(one, plan);
    return !endsAlike(seen.verdict, verdict);
  });
  const { counterexample } = await fc.check(property, { seed: runSeed(plan, n), numRuns: 1 });
  return counterexample?.[0] ?? original;
}

function endsAlike(a: RunVerdict, b: RunVerdict): boolean {
  const kinds = (hazards: readonly Hazard[]): string => hazards.map(({ kind }) => kind)[0] ?? '';
  return a.outcome === b.outcome && kinds(a.hazards) === kinds(b.hazards);
}
