// The most instructions of each call: no guess of the stories, and no number of the solver alone.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Run } from '../laws/law.ts';
import { startSolver } from '../solve/pool.ts';
import type { Solver } from '../solve/query.ts';
import { costIn } from '../symbolic/cost.ts';
import { readInterface, readModule } from '../wasm/read.ts';
import { callBounds } from './bounds.ts';
import { matched, type Played } from './play.ts';
import { executeAll } from './prover.ts';
import { tellStories } from './stories.ts';

/** For the solver to start on a busy machine. */
const START_MS = 120_000;

let solver: Solver;
let run: Run;
let plays: Played[];

beforeAll(async () => {
  solver = await startSolver();
  const bytes = readFileSync('build/interlock.wasm');
  const stimulator = await readInterface(readFileSync('build/stimulator.wasm'), 'stimulator');
  run = await executeAll(await readModule(bytes, 'interlock'), stimulator, solver);
  plays = tellStories(bytes).flatMap((play) => matched(run.calls, play) ?? []);
}, START_MS);
afterAll(() => solver.close());

/** Those of the calls that have a number of their own. */
const boundsOf = async (names: readonly string[], known: readonly Played[]) => {
  const some = { ...run, calls: run.calls.filter(({ name }) => names.includes(name)) };
  const { bounds, shown } = await callBounds(some, known, solver);
  return { shown, bounds: bounds.filter(({ call }) => names.includes(call)) };
};

describe('the most instructions that a call takes', () => {
  it('REQ-INT-002: is what a run from power-on takes, and no state takes more', async () => {
    const { bounds, shown } = await boundsOf(['boot', 'poll', 'stop', 'arm', 'clear', 'status'], plays);
    expect(bounds.filter(({ isReached }) => !isReached)).toEqual([]);
    expect(bounds.length).toBe(6);
    expect(shown.length).toBeGreaterThan(5);
  });

  // The longest request that is known takes 3 % less than what is proven: the solver gives the last of it up in time.
  it('REQ-INT-002: is of the longest call what the README says', async () => {
    const { bounds } = await boundsOf(['request'], plays);
    const text = /within ([\d,]+) wasm instructions \(`request`, whose longest known run takes ([\d,]+)/;
    const [most, longest] = (text.exec(readFileSync('README.md', 'utf8')) ?? [])
      .slice(1)
      .map((number) => Number(number.replaceAll(',', '')));
    expect(bounds).toEqual([{ call: 'request', instructions: most, isReached: false }]);
    const taken = plays
      .filter(({ call }) => call.name === 'request')
      .map(({ end, values, memo }) => costIn(end.cost, values, memo));
    expect(Math.max(...taken)).toBe(longest);
  });

  it('REQ-INT-002: is found without such a run, and then said to be reached by none', async () => {
    const reached = await boundsOf(['stop', 'poll'], plays);
    const found = await boundsOf(['stop', 'poll'], []);
    expect(found.bounds).toEqual(reached.bounds.map((bound) => ({ ...bound, isReached: false })));
  });
});
