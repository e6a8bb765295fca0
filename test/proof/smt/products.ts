// What is known of products that became variables. Every fact is an instance of one statement, 0 ≤ a ∧ 0 ≤ b → 0 ≤ a·b,
// which is proven once for all numbers (laws/lemmas.ts), multiplied out.

import { and, implies } from '../term/boolean.ts';
import type { Bounds } from '../term/bounds.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';

/** 0 ≤ a and 0 ≤ b imply 0 ≤ a·b. */
export function productNotNegative(a: Term, b: Term): Term {
  return implies(and(n.le(n.int(0), a), n.le(n.int(0), b)), n.le(n.int(0), n.times(a, b)));
}

/** (a − low)·(b − low), and so on for the other corners, are not negative. */
function corners(a: Term, b: Term, p: Bounds, q: Bounds): Term[] {
  const above = (x: Term, { low }: Bounds): Term => n.minus(x, n.int(low));
  const below = (x: Term, { high }: Bounds): Term => n.minus(n.int(high), x);
  return [
    n.times(above(a, p), above(b, q)),
    n.times(below(a, p), below(b, q)),
    n.times(above(a, p), below(b, q)),
    n.times(below(a, p), above(b, q)),
  ].map((product) => n.le(n.int(0), product));
}

/** A factor of either sign: its product with what the other has above its least or below its greatest value. */
function bySign(a: Term, b: Term, { low, high }: Bounds): Term[] {
  return [a, n.minus(a)].flatMap((side) => [
    productNotNegative(side, n.minus(b, n.int(low))),
    productNotNegative(side, n.minus(n.int(high), b)),
  ]);
}

/** Among more products than this, orders are left out: there would be too many to help. */
const PAIRED_MAX = 8;

/** Facts about products: bounds of each from the bounds of its factors, and the order of two that share a factor. */
export function productFacts(
  products: ReadonlyMap<Term, readonly [Term, Term]>,
  ranges: ReadonlyMap<Term, Bounds>,
): Term[] {
  const facts: Term[] = [];
  const all = [...products.values()];
  const pairs = all.length <= PAIRED_MAX ? all : [];
  for (const [a, b] of all) {
    const [p, q] = [ranges.get(a), ranges.get(b)];
    if (p === undefined || q === undefined) continue;
    facts.push(...corners(a, b, p, q));
    if (p.low < 0n && p.high > 0n) facts.push(...bySign(a, b, q));
    if (q.low < 0n && q.high > 0n) facts.push(...bySign(b, a, p));
  }
  for (const [i, one] of pairs.entries())
    for (const other of pairs.slice(i + 1)) {
      const shared = one.find((factor) => other.includes(factor));
      if (shared === undefined) continue;
      const [a, b] = [one, other].map((pair) => (pair[0] === shared ? pair[1] : pair[0]));
      for (const sum of [n.minus(a, b), n.minus(b, a), n.plus(a, b), n.minus(n.plus(a, b))])
        facts.push(productNotNegative(sum, shared));
    }
  return facts;
}
