// The judge of what the quick runs leave: it tells a mutant that is the same, one that breaks an obligation and one that is
// other and breaks none apart, each by proofs over its own binary.

import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { executeAll } from '../proof/check/prover.ts';
import { LAWS } from '../proof/laws/index.ts';
import { startSolver } from '../proof/solve/pool.ts';
import { readInterface, readModule } from '../proof/wasm/read.ts';
import { shownFacts } from './facts.ts';
import { ProofJudge, type ProofVerdict } from './judge.ts';
import { openMutants } from './mutants.ts';
import { scenesOf } from './scenes.ts';
import { FUEL_ROUNDS, quickRun, recordTraces } from './traces.ts';

const bytes = readFileSync('build/interlock.wasm');

describe('the proofs over mutants', async () => {
  const solver = await startSolver({ processes: 1 });
  const interlock = await readModule(bytes, 'interlock');
  const stimulator = await readInterface(readFileSync('build/stimulator.wasm'), 'stimulator');
  const run = await executeAll(interlock, stimulator, solver);
  const facts = await shownFacts(run.calls, solver);
  const judge = new ProofJudge(run, LAWS, facts, solver);
  const traces = recordTraces(bytes);
  const [plain, fueled] = [await openMutants(bytes), await openMutants(bytes, FUEL_ROUNDS)];

  afterAll(async () => {
    plain.dispose();
    fueled.dispose();
    await solver.close();
  });

  async function judged(id: string): Promise<ProofVerdict> {
    const mutant = plain.mutants.find((one) => one.id === id)!;
    expect(quickRun(traces, fueled.bytesOf(mutant)).verdict, 'the quick runs leave it').not.toBe('killed');
    const module = await readModule(plain.bytesOf(mutant), id);
    const scenes = scenesOf(traces, bytes, fueled.bytesOf(mutant));
    return judge.judge({ module, functionName: mutant.functionName, scenes });
  }

  it('REQ-INT-003: a mutant whose every end is the same term is equivalent', async () => {
    expect((await judged('latch/restart#52:one-off')).verdict).toBe('equivalent');
  });

  it('REQ-INT-003: one that stores beside the block, and one that leaves the invariant, are killed by an obligation', async () => {
    const beside = await judged('index/arm#59:minus-one');
    expect(beside.verdict).toBe('failed');
    expect(beside.where).toMatch(/^L14: arm: never /);
    expect((await judged('index/arm#48:minus-one')).verdict).toBe('failed');
  });

  it('REQ-INT-003: one that differs in a word that no law speaks of is harmless, and says in which', async () => {
    const { verdict, where } = await judged('latch/restart#39:store');
    expect(verdict).toBe('harmless');
    expect(where).toContain('wait after boot');
  });
});
