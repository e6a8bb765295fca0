// The witnesses: of the invariant and of each law that speaks of calls, a run of the shipped binary in which the law has its say. No
// state after power-on will do for what speaks of output, and what speaks of trips is met by a device that has tripped.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { State } from '../../../firmware/status.ts';
import { LAWS } from '../laws/index.ts';
import type { Run } from '../laws/law.ts';
import { wordOf } from '../model/block.ts';
import { type SolverPool, startSolver } from '../solve/pool.ts';
import { readInterface, readModule } from '../wasm/read.ts';
import { matched, type Played } from './play.ts';
import { executeAll } from './prover.ts';
import { tellStories } from './stories.ts';
import { tellingCalls } from './telling.ts';
import { witnessOf } from './witness.ts';

const SHIPPED = new Uint8Array(readFileSync('build/interlock.wasm'));

/** For the solver to start on a busy machine. */
const START_MS = 120_000;

let solver: SolverPool;
let run: Run;
let plays: Played[];
beforeAll(async () => {
  solver = await startSolver({ processes: 2 });
  const stimulator = await readInterface(readFileSync('build/stimulator.wasm'), 'stimulator.wasm');
  run = await executeAll(await readModule(SHIPPED, 'interlock.wasm'), stimulator, solver);
  plays = tellStories(SHIPPED).flatMap((play) => matched(run.calls, play) ?? []);
}, START_MS);
afterAll(() => solver.close());

describe('witnesses', () => {
  it('REQ-INT-003: what tells most of a law is met in the runs', () => {
    const [first] = [...tellingCalls('L8', plays)];
    expect(first.call.name).toBe('request');
    expect([State.TRIPPED, State.LOCKED]).toContain(first.play.before[wordOf('state')]);
    expect(tellingCalls('L9', plays)[0].play).toMatchObject({ result: 0 });
    expect(tellingCalls('L1', plays)).toHaveLength(plays.length);
  });

  const of = {
    L1: { last: /request 200 µs: E1 −1,000 µA, E2 \+1,000 µA → OK/, what: /is within its limits/ },
    L8: { last: /request .* → TRIPPED/, what: /a trip stays/ },
    L9: { last: /arm → OK/, what: /nine half-lives/ },
    L10: { last: /request .* → NOT_ARMED/, what: /magnet/ },
    L14: { last: /boot/, what: /damaged block/ },
  };
  for (const [id, { last, what }] of Object.entries(of))
    it(`REQ-INT-003: ${id} is met by a call that it speaks of, replayed on the binary`, async () => {
      const law = LAWS.find((each) => each.id === id)!;
      const witness = await witnessOf(id, plays, law.obligations(run), solver);
      expect(witness?.told.isReplayed).toBe(true);
      const { steps } = witness!.told;
      expect(steps[0]).toBe('power on, boot');
      expect(steps.at(-2)).toMatch(last);
      expect(steps.at(-1)).toMatch(what);
      expect(witness!.query.expected).toBe('sat');
    });

  it('REQ-INT-003: obligations that no run meets have no witness', async () => {
    const law = LAWS.find(({ id }) => id === 'L1')!;
    const idle = plays.filter(({ call }) => call.name !== 'request');
    expect(await witnessOf('L1', idle, law.obligations(run), solver)).toBeNull();
  });
});
