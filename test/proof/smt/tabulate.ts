// Functions of one variable with few values, such as the share that recharge keeps: every value is computed, and the word
// becomes a number between the least and the greatest.
import type { Bounds } from '../term/bounds.ts';
import { evaluate } from '../term/evaluate.ts';
import { type Term, variables } from '../term/term.ts';

const VALUES_MAX = 8192n;

const hasProduct = new WeakMap<Term, boolean>();
function containsProduct(a: Term): boolean {
  let known = hasProduct.get(a);
  if (known === undefined) {
    known = (a.op === 'mul' && a.args[1].op !== 'const') || a.args.some(containsProduct);
    hasProduct.set(a, known);
  }
  return known;
}

/** The variable of such a function; null for any other term. */
export function argumentOf(a: Term): Term | null {
  if (a.op === 'mul' || a.op === 'var') return null;
  const names = variables(a);
  if (names.size !== 1 || !containsProduct(a)) return null;
  return [...names][0];
}

const tables = new Map<string, readonly bigint[]>();

/** Its values over a range of the variable, in order; null where the range is too wide. */
export function tabulate(a: Term, argument: Term, { low, high }: Bounds): readonly bigint[] | null {
  if (high - low >= VALUES_MAX) return null;
  const key = `${a.id} ${low} ${high}`;
  let values = tables.get(key);
  if (values === undefined) {
    const computed: bigint[] = [];
    for (let value = low; value <= high; value++) computed.push(evaluate(a, new Map([[argument, value]])));
    values = computed;
    tables.set(key, values);
  }
  return values;
}
