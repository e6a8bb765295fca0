// Puts the prover to a broken twin: its law must fail, with a counterexample, and with a run that the oracles judge where one can.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prove } from '../prove.ts';
import type { LawResult } from '../result.ts';
import type { Solver } from '../solve/query.ts';
import type { ProofTwin } from './twin.ts';

export interface TwinOutcome {
  readonly twin: ProofTwin;
  readonly result: LawResult;
  readonly seconds: number;
  /** What is missing, a line each; empty where the twin failed as it must. */
  readonly missing: readonly string[];
}

function missingOf({ law, shownBy }: ProofTwin, { verdict, counterexample }: LawResult): string[] {
  const missing = verdict === 'failed' ? [] : [`${law} is ${verdict}`];
  if (counterexample === null) return [...missing, 'no counterexample'];
  const { replay, oracle } = counterexample;
  if (shownBy === 'run' && replay.length === 0) missing.push('no run shows it');
  const judged = law === 'invariant' ? /^L\d+: / : new RegExp(`^${law}: `);
  if (shownBy === 'run' && !judged.test(oracle)) missing.push(`the oracle says "${oracle}"`);
  return missing;
}

/** Proves the twin's law over the twin. `graceMs`: as for `prove`. */
export async function failTwin(twin: ProofTwin, solver: Solver, graceMs?: number): Promise<TwinOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'stimgate-twin-'));
  try {
    const [interlock, stimulator] = ['interlock.wasm', 'stimulator.wasm'].map((name) => join(folder, name));
    writeFileSync(interlock, await twin.interlock());
    writeFileSync(stimulator, await twin.stimulator());
    const options = { interlock, stimulator, law: twin.law, out: null, solver, graceMs };
    const { laws, seconds } = await prove(options);
    return { twin, result: laws[0], seconds, missing: missingOf(twin, laws[0]) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
