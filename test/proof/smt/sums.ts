// Long sums of levels as words of their own: what is judged of the case and what is booked on it speak of the same sum, and
// a proof seldom needs to look inside. More general than the binary, and so sound.

import { TRUE } from '../term/boolean.ts';
import { PathBounds } from '../term/bounds.ts';
import * as n from '../term/number.ts';
import { rebuild } from '../term/substitute.ts';
import { type Term, variable, variables } from '../term/term.ts';

/** A sum over fewer variables than this stays as it is. */
const LONG = 12;
/** No sum within these wraps. */
const WORD_MIN = -(1n << 31n);
const WORD_MAX = (1n << 31n) - 1n;

const unbounded = new PathBounds(TRUE);
const named = new WeakMap<Term, Term>();

/** What a sum adds up, in whatever order; null where it adds up anything but levels and their magnitudes. */
function leavesOf(a: Term): Term[] | null {
  const isPlain = a.op === 'var' || (a.op === 'abs' && a.args[0].op === 'var');
  if (isPlain) return [a];
  if (a.op !== 'add') return null;
  const parts = a.args.map(leavesOf);
  return parts.every((part) => part !== null) ? parts.flat() : null;
}

/** One variable for all sums of the same leaves; null where there are few, or where a sum might wrap. */
function sumOf(leaves: readonly Term[]): Term | null {
  if (leaves.length < LONG) return null;
  const bounds = leaves.map((leaf) => unbounded.of(leaf));
  const low = bounds.reduce((sum, one) => sum + one.low, 0n);
  const high = bounds.reduce((sum, one) => sum + one.high, 0n);
  if (low < WORD_MIN || high > WORD_MAX) return null;
  const ids = leaves.map(({ id }) => id).sort((a, b) => a - b);
  return variable(`sum.${ids.join('.')}`, 'word', low, high);
}

function nameOf(a: Term): Term | null {
  if (a.op === 'add') {
    const leaves = leavesOf(a);
    return leaves === null ? null : sumOf(leaves);
  }
  if (a.op !== 'plus' || !a.args.every(({ op }) => op === 'signed')) return null;
  const leaves = a.args.map(({ args }) => leavesOf(args[0]));
  const sum = leaves.every((leaf) => leaf !== null) ? sumOf(leaves.flat()) : null;
  return sum === null ? null : n.signed(sum);
}

/** The term with each long sum as a variable within the bounds of the sum. */
export function withNamedSums(a: Term): Term {
  if (variables(a).size < LONG) return a;
  let result = named.get(a);
  if (result === undefined) {
    result = nameOf(a) ?? rebuild(a, a.args.map(withNamedSums));
    named.set(a, result);
  }
  return result;
}
