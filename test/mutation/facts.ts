// What holds of every state that the shipped interlock reaches, beyond the invariant of the proofs: so that a mutant which
// differs in no such state is known to be equivalent. Nothing here is believed: what is not shown is left out.

import * as profile from '../../firmware/profile.ts';
import { State } from '../../firmware/status.ts';
import { clauses } from '../proof/check/assumed.ts';
import { discharge } from '../proof/check/discharge.ts';
import { atEnd, type Obligation } from '../proof/check/obligation.ts';
import { electrodeName, type View, view } from '../proof/model/block.ts';
import type { Call } from '../proof/model/calls.ts';
import type { Fact } from '../proof/model/invariant.ts';
import type { Solver } from '../proof/solve/query.ts';
import { or } from '../proof/term/boolean.ts';
import type { Term } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';

const is = (a: Term, value: number): Term => w.eq(a, w.word(value));

function isRun(run: Term): Term {
  const shortest = profile.SEGMENT_US_MIN;
  return or(is(run, 0), w.sle(w.word(shortest), run), w.sle(run, w.word(-shortest)));
}

/** The books as an off leaves them, until `arm` opens them anew; and runs as long as the shortest segment at least. */
function candidates(v: View): Fact[] {
  const armed = is(v.state, State.ARMED);
  const unlessArmed = (name: string, a: Term, value: number): Fact => ({
    name: `${name} is ${value} unless armed`,
    formula: or(armed, is(a, value)),
  });
  return [
    ...v.electrodes.flatMap((e, i): Fact[] => {
      const name = electrodeName(i);
      return [
        ...(['account', 'rise', 'fall', 'run', 'peakUa'] as const).map((field) =>
          unlessArmed(`${name} ${field}`, e[field], 0),
        ),
        unlessArmed(`${name} rest`, e.rest, profile.PHASE_REST_US),
        { name: `a run on ${name} is no shorter than a segment`, formula: isRun(e.run) },
      ];
    }),
    ...(['measures', 'unsampled', 'expect'] as const).map((name) => unlessArmed(name, v[name], 0)),
  ];
}

function obligationsOf(call: Call, kept: ReadonlySet<string>): Obligation[] {
  const of = (v: View): Fact[] => candidates(v).filter(({ name }) => kept.has(name));
  const assumed = call.from === 'intact' ? of(view(call.before)).map(({ formula }) => formula) : [];
  return call.ends.flatMap((end) =>
    of(view(end.block)).flatMap(({ name, formula }) =>
      clauses(formula).map((goal) => ({ ...atEnd('fact', call, end, name, goal, assumed), name })),
    ),
  );
}

async function firstUnshown(
  calls: readonly Call[],
  kept: ReadonlySet<string>,
  solver: Solver,
): Promise<string | null> {
  for (const call of calls)
    for (const obligation of obligationsOf(call, kept)) {
      const { verdict } = await discharge(obligation, solver);
      if (verdict !== 'proven' && verdict !== 'immediate') return obligation.name;
    }
  return null;
}

export type Facts = (v: View) => Term[];

/** The candidates that every one of these calls keeps, whatever call comes first. */
export async function shownFacts(calls: readonly Call[], solver: Solver): Promise<Facts> {
  const kept = new Set(candidates(view(calls[0].before)).map(({ name }) => name));
  for (let wrong = await firstUnshown(calls, kept, solver); wrong !== null; ) {
    kept.delete(wrong);
    wrong = await firstUnshown(calls, kept, solver);
  }
  return (v) => candidates(v).flatMap(({ name, formula }) => (kept.has(name) ? [formula] : []));
}
