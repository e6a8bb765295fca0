// Products of variables as variables of their own: after every sum has been multiplied out, two ways to write the same
// product are the same variable, and what is left is linear. A fact about a product that a proof needs is a lemma
// (products.ts).

import { and, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import { rebuild } from '../term/substitute.ts';
import { type Term, variable } from '../term/term.ts';

/** A sum of products: factors that are no numbers, by their key, with a number each. */
type Polynomial = Map<string, { factors: readonly Term[]; count: bigint }>;

export class Linear {
  /** The products that were met, by the variable that each became: its two factors. Those of more factors are left out. */
  readonly products = new Map<Term, readonly [Term, Term]>();
  /** The factors of every product that was met, by the variable that it became: inner ones first. */
  readonly factors = new Map<Term, readonly Term[]>();
  private readonly memo = new Map<Term, Term>();
  private readonly polynomials = new Map<Term, Polynomial>();

  formula(a: Term): Term {
    let known = this.memo.get(a);
    if (known === undefined) {
      known = this.rewrite(a);
      this.memo.set(a, known);
    }
    return known;
  }

  private rewrite(a: Term): Term {
    if (a.args.length === 0) return a;
    if (a.op === 'not') return not(this.formula(a.args[0]));
    if (a.op === 'and') return and(...a.args.map((arg) => this.formula(arg)));
    if (a.op === 'plus' || a.op === 'times') return this.sum(this.polynomial(a));
    return rebuild(
      a,
      a.args.map((arg) => this.formula(arg)),
    );
  }

  private polynomial(a: Term): Polynomial {
    let known = this.polynomials.get(a);
    if (known === undefined) {
      known = this.expand(a);
      this.polynomials.set(a, known);
    }
    return known;
  }

  private expand(a: Term): Polynomial {
    const result: Polynomial = new Map();
    if (a.op === 'number') {
      collect(result, [], a.value);
    } else if (a.op === 'plus') {
      for (const arg of a.args)
        for (const { factors, count } of this.polynomial(arg).values()) collect(result, factors, count);
    } else if (a.op === 'times') {
      for (const x of this.polynomial(a.args[0]).values())
        for (const y of this.polynomial(a.args[1]).values())
          collect(result, [...x.factors, ...y.factors], x.count * y.count);
    } else if (a.op === 'modulo') {
      // a − divisor·⌊a / divisor⌋
      const quotient = n.floorDiv(this.formula(a.args[0]), a.value);
      for (const { factors, count } of this.polynomial(a.args[0]).values()) collect(result, factors, count);
      collect(result, [quotient], -a.value);
    } else collect(result, [this.formula(a)], 1n);
    return result;
  }

  private sum(polynomial: Polynomial): Term {
    const parts = [...polynomial.values()].map(({ factors, count }) =>
      n.times(n.int(count), this.productOf(factors)),
    );
    return n.plus(...parts);
  }

  private productOf(factors: readonly Term[]): Term {
    if (factors.length === 0) return n.int(1);
    if (factors.length === 1) return factors[0];
    const sort = factors.some((factor) => factor.sort === 'real') ? 'real' : 'int';
    const product = variable(`product.${factors.map((factor) => factor.id).join('.')}`, sort, 0n, 0n);
    this.factors.set(product, factors);
    if (factors.length === 2) this.products.set(product, [factors[0], factors[1]]);
    return product;
  }
}

function collect(into: Polynomial, factors: readonly Term[], count: bigint): void {
  const sorted = [...factors].sort((a, b) => a.id - b.id);
  const key = sorted.map((factor) => factor.id).join('·');
  const total = (into.get(key)?.count ?? 0n) + count;
  if (total === 0n) into.delete(key);
  else into.set(key, { factors: sorted, count: total });
}
