// What has to be shown: under these assumptions, this goal. One that is literally assumed, or true by itself, needs no solver.

import type { Call, End } from '../model/calls.ts';
import type { Mode } from '../smt/script.ts';
import type { Release } from '../symbolic/state.ts';
import { conjuncts } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';

export interface Obligation {
  /** "L1", … or "invariant". */
  readonly law: string;
  /** In plain words, with the call: "request: E1 high is at most the limit". */
  readonly name: string;
  readonly assumed: readonly Term[];
  readonly goal: Term;
  /** The call and the way it ends that this speaks of, for a counterexample in units. */
  readonly call: Call | null;
  readonly end: End | null;
  /** The one way to ask this; without it all are tried. */
  readonly mode?: Mode;
}

const baseOf = new WeakMap<Call, Map<Term, readonly Term[]>>();
/** What is assumed of a call on a path: one list, so that it is taken apart once for all obligations. */
function base(call: Call, path: Term): readonly Term[] {
  const lists = baseOf.get(call) ?? new Map<Term, readonly Term[]>();
  baseOf.set(call, lists);
  let known = lists.get(path);
  if (known === undefined) {
    known = [...call.assumed.map((fact) => fact.formula), ...conjuncts(path)];
    lists.set(path, known);
  }
  return known;
}

const joinedOf = new WeakMap<readonly Term[], WeakMap<readonly Term[], readonly Term[]>>();
/** Both lists as one: the same list for the same two. */
function joined(assumed: readonly Term[], extra: readonly Term[]): readonly Term[] {
  if (extra.length === 0) return assumed;
  const lists = joinedOf.get(extra) ?? new WeakMap<readonly Term[], readonly Term[]>();
  joinedOf.set(extra, lists);
  let known = lists.get(assumed);
  if (known === undefined) {
    known = [...assumed, ...extra];
    lists.set(assumed, known);
  }
  return known;
}

/** An obligation about the state after a call that ends so. */
export function atEnd(
  law: string,
  call: Call,
  end: End,
  what: string,
  goal: Term,
  extra: readonly Term[] = [],
): Obligation {
  return {
    law,
    name: `${call.name}${call.from === 'damaged' ? ' on a damaged block' : ''}: ${what}`,
    assumed: joined(base(call, end.path), extra),
    goal,
    call,
    end,
  };
}

/** An obligation about a segment at the moment of its release. The path there is a part of that to the end. */
export function atRelease(
  law: string,
  call: Call,
  end: End,
  release: Release,
  what: string,
  goal: Term,
  extra: readonly Term[] = [],
): Obligation {
  return atEnd(law, call, { ...end, path: release.path }, what, goal, extra);
}
