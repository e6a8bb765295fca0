// The proofs can fail: of each law a broken twin is put to the prover, which must fail it with a counterexample in units and,
// where a run can show it, with calls from power-on that the oracles find to break that law. `npm run prove:twins` does so with
// every twin of the table.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LAW_NAMES, prove } from '../prove.ts';
import { type SolverPool, startSolver } from '../solve/pool.ts';
import { failTwin } from './fail.ts';
import { firstOfEach, proofTwins } from './table.ts';
import { SHIPPED } from './twin.ts';

/** Words that stand in a run's lines: what is told is told in units. */
const IN_UNITS = /µA|µs|pC|→ OK|°C|mV|trap: |flips/;

/** Long enough for a counterexample of the solver that it has at hand. */
const GRACE_MS = 500;

/** For the solver to start on a busy machine. */
const START_MS = 120_000;

let solver: SolverPool;
beforeAll(async () => {
  solver = await startSolver({ processes: 2 });
}, START_MS);
afterAll(() => solver.close());

describe('broken twins, proven', () => {
  it('REQ-INT-003: there is a twin of every law and of all that the laws rest on', () => {
    expect(new Set(proofTwins.map(({ law }) => law))).toEqual(new Set(LAW_NAMES));
  });

  for (const twin of firstOfEach()) {
    it(`REQ-INT-003: the proof of ${twin.law} fails where ${twin.title}`, async () => {
      const { result, missing } = await failTwin(twin, solver, GRACE_MS);
      expect(missing).toEqual([]);
      expect(result.id).toBe(twin.law);
      const { broken, replay } = result.counterexample!;
      expect(broken).toMatch(/^(does not hold: .|is broken by a run)/);
      if (twin.shownBy === 'solver') return;
      expect(replay[0]).toBe('power on, boot');
      expect(replay.join('\n')).toMatch(IN_UNITS);
    });
  }

  it('REQ-INT-003: over what ships the same proofs hold', async () => {
    for (const law of ['L1', 'L14', 'segregation']) {
      const { laws } = await prove({ ...SHIPPED, law, out: null, solver });
      expect([law, laws[0].verdict, laws[0].counterexample]).toEqual([law, 'proven', null]);
    }
  });
});
