// How many wasm instructions each call takes at most (L13): the greatest cost among the ways it ends, which no run passes.
// Whether a run takes that many is looked for on the binary itself; where none is found, the bound may be too wide.

import type { Run } from '../laws/law.ts';
import { view } from '../model/block.ts';
import { type Call, ELAPSED, type End, EXPORT_NAMES } from '../model/calls.ts';
import type { CallBound } from '../result.ts';
import type { Solver } from '../solve/query.ts';
import { BLOCK_ADDRESS, BLOCK_WORDS } from '../symbolic/memory.ts';
import { FALSE, TRUE } from '../term/boolean.ts';
import { evaluate } from '../term/evaluate.ts';
import { type Term, variables } from '../term/term.ts';
import { question } from './discharge.ts';
import { MeteredRuns, meter, type Scene } from './meter.ts';

/** A way to end, with the values that the solver found for all that it speaks of. */
interface Candidate {
  readonly call: Call;
  readonly end: End;
  readonly values: ReadonlyMap<Term, bigint>;
}

const SENSORS = ['magnet', 'battery', 'temperature', 'selfTest', 'readback', 'voltage'];
/** Of the ways to end, how many are tried, the costliest first. */
const ENDS_TRIED = 4;

/** State and readings that lead to that end, and, where they can, along its costliest path; null where none was found. */
async function findCandidate(call: Call, end: End, solver: Solver): Promise<Candidate | null> {
  const facts = [...call.assumed.map((fact) => fact.formula), end.path];
  const wishes = end.costWhen === FALSE || end.costWhen === TRUE ? [] : [[end.costWhen]];
  for (const wish of [...wishes, []]) {
    const script = question('words', [...facts, ...wish], FALSE);
    const { verdict, model } = await solver.solve(script.text);
    if (verdict !== 'sat') continue;
    const values = new Map<Term, bigint>();
    for (const [name, term] of script.names) {
      const value = model.get(name);
      if (typeof value !== 'bigint') continue;
      values.set(term, BigInt.asIntN(term.high - term.low < 65536n ? 16 : 32, value));
    }
    return { call, end, values };
  }
  return null;
}

function sceneOf({ call, end, values }: Candidate): Scene {
  const memo = new Map<Term, bigint>();
  const number = (a: Term): number => Number(evaluate(a, values, memo)) | 0;
  const asked = [...variables(end.path)];
  const answer = (name: string): number => {
    const found = asked.find(
      (variable) => variable.name.startsWith('read') && variable.name.endsWith(`.${name}`),
    );
    return found === undefined ? 0 : number(found);
  };
  return {
    call: call.name,
    args: call.args.map(number),
    words: call.before.map(number),
    clockUs: (number(view(call.before).clock) + number(ELAPSED)) | 0,
    room: answer('room'),
    sensed: SENSORS.map(answer),
  };
}

/** The greatest number of instructions of each call. `bytes`: the binary that `run.interlock` was read from. */
export async function callBounds(run: Run, solver: Solver, bytes: Uint8Array): Promise<CallBound[]> {
  const metered = new MeteredRuns(await meter(bytes, run.interlock), BLOCK_ADDRESS, BLOCK_WORDS);
  const bounds: CallBound[] = [];
  for (const name of EXPORT_NAMES) {
    const ways = run.calls
      .filter((call) => call.name === name)
      .flatMap((call) => call.ends.map((end) => ({ call, end })))
      .sort((a, b) => b.end.cost - a.end.cost);
    const instructions = ways[0]?.end.cost ?? 0;
    let most = 0;
    for (const { call, end } of ways.slice(0, ENDS_TRIED)) {
      if (most >= end.cost) break;
      const candidate = await findCandidate(call, end, solver);
      if (candidate !== null) most = Math.max(most, metered.count(sceneOf(candidate)));
    }
    if (most > instructions)
      throw new Error(
        `${name} took ${most} instructions where ${instructions} were shown to be the most: the execution miscounts`,
      );
    bounds.push({ call: name, instructions, isReached: most === instructions });
  }
  return bounds;
}
