// Runs obligations over a binary: executes every export, leaves out the ways that no run takes, and puts every obligation to
// the solver. Says nothing to anyone: the command and the tests read what it found.

import type { Law, Run } from '../laws/law.ts';
import { type Call, type End, EXPORT_NAMES, execute } from '../model/calls.ts';
import type { Solver } from '../solve/query.ts';
import { TRUE } from '../term/boolean.ts';
import type { WasmModule } from '../wasm/module.ts';
import { clauses } from './assumed.ts';
import { type Discharged, discharge } from './discharge.ts';
import { inductionObligations } from './induction.ts';
import type { Obligation } from './obligation.ts';
import { leaveOutEmpty } from './reachable.ts';

/** Obligations in flight: enough to keep every solver process busy. */
const IN_FLIGHT = 6;

/** Every export from any intact and any damaged block, without the ways that no run takes: those go to `onEmpty`. */
export async function executeAll(
  interlock: WasmModule,
  stimulator: WasmModule,
  solver: Solver,
  onEmpty: (call: Call, end: End) => void = () => {},
): Promise<Run> {
  const kinds = ['intact', 'damaged'] as const;
  const calls = kinds.flatMap((kind) => EXPORT_NAMES.map((name) => execute(interlock, name, kind)));
  const reachable = await Promise.all(calls.map((call) => leaveOutEmpty(call, solver)));
  for (const { call, empty } of reachable) for (const end of empty) onEmpty(call, end);
  return { interlock, stimulator, calls: reachable.map(({ call }) => call) };
}

/** The obligations of a law, or of the invariant, each with a goal that says one thing. */
export function obligationsOf(run: Run, law: Law | 'invariant'): Obligation[] {
  const all = law === 'invariant' ? inductionObligations(run.calls) : law.obligations(run);
  // A goal that is true by itself has no parts: it stays, to be counted as immediate.
  return all.flatMap((obligation) =>
    obligation.goal === TRUE
      ? [obligation]
      : clauses(obligation.goal).map((goal) => ({ ...obligation, goal })),
  );
}

/** Discharges them all; `isEnough` may end it early, as soon as one counterexample will do. */
export async function dischargeAll(
  obligations: readonly Obligation[],
  solver: Solver,
  onDone: (done: Discharged) => void = () => {},
  isEnough: () => boolean = () => false,
): Promise<Discharged[]> {
  const results: Discharged[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < obligations.length && !isEnough()) {
      const done = await discharge(obligations[next++], solver);
      results.push(done);
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return results;
}
