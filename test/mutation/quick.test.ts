// The quick runs: the shipped module is as it was recorded, and a seeded sample of mutants is mostly killed by them.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Mutant, openMutants } from './mutants.ts';
import { listMutants, runQuick, sample, survivorsByFunction } from './quick.ts';
import { FUEL_ROUNDS, quickRun, recordTraces } from './traces.ts';

const bytes = readFileSync('build/interlock.wasm');
const SEED = 20260;
/** More than one worker is given at a time. */
const SAMPLED = 20;

describe('quick runs of mutants', async () => {
  const traces = recordTraces(bytes);
  const opened = await openMutants(bytes, FUEL_ROUNDS);
  const by = (test: (mutant: Mutant) => boolean): Mutant => opened.mutants.find(test)!;

  it('REQ-INT-003: the shipped module, as it is and as it is written for mutants, is the same', () => {
    expect(quickRun(traces, bytes)).toEqual({ verdict: 'same', where: '' });
    expect(quickRun(traces, opened.original())).toEqual({ verdict: 'same', where: '' });
  });

  it('REQ-INT-003: the traces meet every status that the interlock refuses with', () => {
    const answers = new Set<number>();
    for (const { steps } of traces)
      for (const step of steps) if (step.kind === 'call') answers.add(step.result);
    for (const status of [0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21])
      expect(answers).toContain(status);
  });

  it('REQ-INT-003: a missing off is killed by what it leaves undone', () => {
    const silent = by(({ instruction }) => instruction.startsWith('call hal.off'));
    const { verdict, where } = quickRun(traces, opened.bytesOf(silent));
    expect(verdict).toBe('killed');
    expect(where).toContain('did nothing');
  });

  it('REQ-INT-003: a loop without an end is killed', () => {
    const endless = opened.mutants.filter(
      ({ functionName, kind }) =>
        functionName === 'latch/restartElectrodes' && (kind === 'operator' || kind === 'minus-one'),
    );
    const trapped = endless.map((mutant) => quickRun(traces, opened.bytesOf(mutant)).where);
    expect(trapped.some((where) => where.includes('trapped: unreachable'))).toBe(true);
  });

  it(`REQ-INT-003: of ${SAMPLED} mutants (seed ${SEED}) workers kill most, each as this thread does`, async () => {
    const drawn = sample(await listMutants(bytes), SAMPLED, SEED);
    let last = 0;
    const onProgress = (done: number): void => {
      last = done;
    };
    const verdicts = await runQuick(bytes, drawn, { workers: 2, onProgress });
    expect(last).toBe(SAMPLED);
    expect(verdicts.map(({ mutant }) => mutant)).toEqual(drawn);
    const killed = verdicts.filter(({ verdict }) => verdict === 'killed');
    expect(killed.length).toBeGreaterThan(SAMPLED / 2);
    const survived = [...survivorsByFunction(verdicts).values()].reduce((sum, count) => sum + count, 0);
    expect(survived).toBe(SAMPLED - killed.length);
    for (const { mutant, verdict, where } of verdicts.slice(0, 5))
      expect(quickRun(traces, opened.bytesOf(mutant))).toEqual({ verdict, where });
  });
});
