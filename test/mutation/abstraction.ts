// Two terms that share large parts are compared with each shared part as a number of its own, within the bounds that are known
// of it. What is equal whatever the parts are is equal; what is not may still be, so a "no" proves nothing.

import { conjoin, FALSE, not, TRUE } from '../proof/term/boolean.ts';
import { PathBounds } from '../proof/term/bounds.ts';
import { substitute } from '../proof/term/substitute.ts';
import { type Term, variables } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';

const isPart = ({ sort, op, args }: Term): boolean => sort === 'word' && op !== 'pack' && args.length > 0;

function addAll(a: Term, found: Set<Term>): Set<Term> {
  if (found.has(a)) return found;
  found.add(a);
  for (const arg of a.args) addAll(arg, found);
  return found;
}

/** The largest parts of `b` that lie in `a` as well. */
function sharedParts(a: Term, b: Term): Set<Term> {
  const within = addAll(a, new Set());
  const [shared, seen] = [new Set<Term>(), new Set<Term>()];
  const visit = (part: Term): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (isPart(part) && within.has(part)) shared.add(part);
    else part.args.forEach(visit);
  };
  visit(b);
  return shared;
}

/** How many different terms two terms are made of. */
export function sizeOf(a: Term, b: Term): number {
  return addAll(b, addAll(a, new Set())).size;
}

export interface Abstraction {
  readonly a: Term;
  readonly b: Term;
  readonly facts: readonly Term[];
  /** Each case is to be shown for itself: parts that are negative or not, which bits find much easier one by one. */
  readonly cases: readonly Term[];
}

/** Shared parts of which the sign is looked at. */
const SIGNS_MAX = 2;

/** Every combination of signs of these. */
function signsOf(names: readonly Term[]): Term[] {
  return names.reduce<Term[]>(
    (all, name) => {
      const isNegative = w.slt(name, w.ZERO);
      return all.flatMap((one) => [conjoin(one, isNegative), conjoin(one, not(isNegative))]);
    },
    [TRUE],
  );
}

/** The two terms over their shared parts, with the facts that speak of nothing else; null where they share none. */
export function abstracted(a: Term, b: Term, facts: readonly Term[]): Abstraction | null {
  const shared = sharedParts(a, b);
  if (shared.size === 0) return null;
  const bounds = new PathBounds(conjoin(...facts));
  const by = new Map<Term, Term>();
  const ranges: Term[] = [];
  for (const part of shared) {
    const { low, high } = bounds.of(part);
    const name = w.wordVariable(`shared.${part.id}`);
    by.set(part, name);
    ranges.push(w.sle(w.word(low), name), w.sle(name, w.word(high)));
  }
  const memo = new Map<Term, Term>();
  const [left, right] = [substitute(a, by, memo), substitute(b, by, memo)];
  const names = new Set([...variables(left), ...variables(right)]);
  const about = facts
    .map((fact) => substitute(fact, by, memo))
    .filter((fact) => [...variables(fact)].every((name) => names.has(name)));
  const cases = signsOf([...by.values()].slice(0, SIGNS_MAX)).filter((one) => one !== FALSE);
  return { a: left, b: right, facts: [...ranges, ...about], cases };
}
