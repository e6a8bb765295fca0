// A sample of mutants through the quick runs and the proofs, and the committed result of them all: of this very binary, of
// every mutant, and with nothing left open.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCampaign } from './campaign.ts';
import { listMutants, sample } from './quick.ts';
import { isLeft, leftOpen, readReasons, readResult, summaryOf } from './result-file.ts';

const SEED = 15;
const SAMPLED = 50;
const interlock = readFileSync('build/interlock.wasm');
const stimulator = readFileSync('build/stimulator.wasm');

describe('the mutants', async () => {
  const all = await listMutants(interlock);
  const committed = readResult();

  it('REQ-INT-003: the committed result is of this binary, of all mutants, and leaves none open', () => {
    expect(committed?.sha256, 'run "npm run mutants -- --out test/mutation/result.json"').toBe(
      createHash('sha256').update(interlock).digest('hex'),
    );
    expect(committed).toMatchObject({ isComplete: true, mutants: all.length });
    expect(leftOpen(committed!)).toEqual([]);
    const ids = new Set(all.map(({ id }) => id));
    for (const { mutant } of committed!.survivors) expect(ids).toContain(mutant);
  });

  it('REQ-INT-003: the README names as many as there are', () => {
    const named = /one at a time \(([\d,]+)\s/.exec(readFileSync('README.md', 'utf8'))?.[1];
    expect(named?.replaceAll(',', '')).toBe(`${all.length}`);
  });

  it('REQ-INT-003: every reason is of a mutant that survives, and of one alone', () => {
    const left = committed!.survivors.filter(({ verdict }) => isLeft(verdict));
    const named = readReasons().flatMap(({ mutants }) => mutants);
    expect(named.sort()).toEqual(left.map(({ mutant }) => mutant).sort());
  });

  it(`REQ-INT-003: of ${SAMPLED} mutants (seed ${SEED}) each is killed, equivalent or listed, as the result says`, async () => {
    const mutants = sample(all, SAMPLED, SEED);
    const judged = await runCampaign({ interlock, stimulator, mutants });
    const { survivors, killedByRuns, ...rest } = summaryOf(interlock, judged, readReasons(), 0, false);
    expect(leftOpen({ survivors, killedByRuns, ...rest })).toEqual([]);
    expect(killedByRuns + survivors.length).toBe(SAMPLED);
    expect(survivors.length).toBeGreaterThan(2);
    const said = new Map(committed!.survivors.map(({ mutant, verdict }) => [mutant, verdict]));
    for (const { mutant, verdict } of survivors) expect(said.get(mutant), mutant).toBe(verdict);
  });
});
