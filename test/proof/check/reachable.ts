// Ways in which a call seems to end although no run gets there: their paths contradict themselves. Each is shown empty by the
// solver before it is left out.

import type { Call, End } from '../model/calls.ts';
import type { Solver } from '../solve/query.ts';
import { emptiness } from './discharge.ts';

export interface Reachable {
  readonly call: Call;
  /** Paths that were shown empty. */
  readonly empty: readonly End[];
}

export async function leaveOutEmpty(call: Call, solver: Solver): Promise<Reachable> {
  const answers = await Promise.all(call.ends.map((end) => solver.solve(emptiness(end.path).text)));
  const isEmpty = (i: number): boolean => answers[i].verdict === 'unsat';
  const ends = call.ends.filter((_, i) => !isEmpty(i));
  return { call: { ...call, ends }, empty: call.ends.filter((_, i) => isEmpty(i)) };
}
