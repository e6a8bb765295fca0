// What an obligation assumes, taken apart once for all obligations about the same end of a call: single facts, clauses split
// where that makes them smaller, and the set in which a goal is looked up.

import { and, conjuncts, not } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';

const CLAUSES_MAX = 64;
/** Clauses that turn out to be true leave no trace: how many are looked at has a bound of its own. */
const LOOKS_MAX = 2000;
const clausesOf = new WeakMap<Term, readonly Term[]>();

/** a → (b ∧ c) as a → b and a → c, so that each can be left out for itself; as it is where that makes too many. */
export function clauses(fact: Term): readonly Term[] {
  let known = clausesOf.get(fact);
  if (known === undefined) {
    known = split(fact);
    clausesOf.set(fact, known);
  }
  return known;
}

function split(fact: Term): readonly Term[] {
  const done: Term[] = [];
  const open = [...conjuncts(fact)];
  let looks = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (done.length + open.length > CLAUSES_MAX || ++looks > LOOKS_MAX) return conjuncts(fact);
    const parts = distributed(next);
    if (parts === null) done.push(next);
    else open.push(...parts.flatMap(conjuncts));
  }
  return done;
}

function distributed(fact: Term): Term[] | null {
  if (fact.op !== 'not' || fact.args[0].op !== 'and') return null;
  const inner = fact.args[0].args;
  const at = inner.findIndex((part) => part.op === 'not' && part.args[0].op === 'and');
  if (at < 0) return null;
  const rest = inner.filter((_, i) => i !== at);
  return inner[at].args[0].args.map((part) => not(and(...rest, not(part))));
}

/** Single facts of a list of assumptions: as a set, and as one list. */
export interface Facts {
  readonly set: ReadonlySet<Term>;
  readonly list: readonly Term[];
}

const factsOf = new WeakMap<readonly Term[], Facts>();

/** Single facts of a list of assumptions. The same list is taken apart once. */
export function factsIn(assumed: readonly Term[]): Facts {
  let known = factsOf.get(assumed);
  if (known === undefined) {
    const set = new Set(assumed.flatMap(conjuncts).flatMap(clauses));
    known = { set, list: [...set] };
    factsOf.set(assumed, known);
  }
  return known;
}
