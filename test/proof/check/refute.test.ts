// A law that a run breaks is refuted even where the solver never answers; one that no run breaks is left to the solver.

import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileTwin } from '../../property/interlock/compile-twin.ts';
import { lawTwins } from '../replay/twins.ts';
import type { Answer, Solver } from '../solve/query.ts';
import { FALSE } from '../term/boolean.ts';
import type { Discharged } from './discharge.ts';
import { Refuter } from './refute.ts';

const GIVEN_UP: Answer = { verdict: 'unknown', model: new Map(), ms: 0, reason: 'given up' };
/** A solver that answers nothing until it is told to give up. */
const silent: Solver = {
  name: 'silent',
  version: '0',
  solve: (_script, limits) =>
    new Promise((resolve) => limits?.signal?.addEventListener('abort', () => resolve(GIVEN_UP))),
  close: async () => {},
};

function settled(verdict: Discharged['verdict']): Discharged {
  const obligation = { law: 'L1', name: 'a law', assumed: [], goal: FALSE, call: null, end: null };
  return { obligation, verdict, asked: null, model: new Map(), ms: 0, reason: '' };
}

const NEVER_MS = 2 ** 30;
const SHIPPED = new Uint8Array(readFileSync('build/interlock.wasm'));

describe('the refuter', () => {
  let twin: Uint8Array;
  beforeAll(async () => {
    twin = await compileTwin(lawTwins[0]);
  });

  it('REQ-INT-003: a run refutes a law while the solver is silent, and nothing is asked any more', async () => {
    const refuter = new Refuter(twin, 'L1', silent, 0, 10);
    expect((await refuter.solve('(check-sat)')).verdict).toBe('unknown');
    expect(refuter.isOver).toBe(true);
    const counterexample = refuter.counterexample(null);
    expect(counterexample?.broken).toBe('is broken by a run of calls');
    expect(counterexample?.oracle).toMatch(/^L1: [−+]25,501 µA on E1/);
    expect(counterexample?.replay.length).toBeGreaterThan(3);
    refuter.end();
  });

  it('REQ-INT-003: beside a run the solver keeps its time for a counterexample of its own', async () => {
    const refuter = new Refuter(twin, 'L1', silent, NEVER_MS);
    refuter.settled(settled('undecided'));
    expect(refuter.shown?.oracle).toMatch(/^L1: /);
    expect(refuter.isOver).toBe(false);
    refuter.settled(settled('failed'));
    expect(refuter.isOver).toBe(true);
    expect(refuter.counterexample(settled('failed'))).toMatchObject({
      broken: 'does not hold: a law',
      oracle: expect.stringMatching(/^L1: /),
    });
    refuter.end();
  });

  it('REQ-INT-003: on what ships no run is found, and that refutes nothing', async () => {
    const refuter = new Refuter(SHIPPED, 'L1', silent, 0, 0);
    refuter.settled(settled('undecided'));
    await wait(50);
    expect([refuter.shown, refuter.isOver, refuter.counterexample(null)]).toEqual([null, false, null]);
    refuter.end();
  });

  it('REQ-INT-003: a binary that must not be run is refuted by the solver alone', () => {
    const refuter = new Refuter(null, 'L1', silent, NEVER_MS);
    refuter.settled(settled('failed'));
    expect(refuter.isOver).toBe(true);
    expect(refuter.counterexample(settled('failed'))).toMatchObject({ replay: [], oracle: '' });
    refuter.end();
  });
});
