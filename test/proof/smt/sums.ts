// Long sums of levels as words of their own: what is judged of the case and what is booked on it speak of the same sum, and
// a proof seldom needs to look inside. More general than the binary, and so sound.

import { TRUE } from '../term/boolean.ts';
import { PathBounds } from '../term/bounds.ts';
import { rebuild } from '../term/substitute.ts';
import { type Term, variable, variables } from '../term/term.ts';

/** A sum over fewer variables than this stays as it is. */
const LONG = 12;

const unbounded = new PathBounds(TRUE);
const named = new WeakMap<Term, Term>();

function isSum(a: Term): boolean {
  if (a.op === 'var' || a.op === 'const') return true;
  return (a.op === 'add' || a.op === 'abs') && a.args.every(isSum);
}

/** The term with each long sum as a variable within the bounds of the sum. */
export function withNamedSums(a: Term): Term {
  if (variables(a).size < LONG) return a;
  let result = named.get(a);
  if (result === undefined) {
    if (a.op === 'add' && isSum(a)) {
      const { low, high } = unbounded.of(a);
      result = variable(`sum.${a.id}`, 'word', low, high);
    } else result = rebuild(a, a.args.map(withNamedSums));
    named.set(a, result);
  }
  return result;
}
