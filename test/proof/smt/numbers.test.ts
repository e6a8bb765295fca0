// The translation of words into integers says the same as the words, and what it adds is true: for random terms, paths and
// values of their variables.
import { describe, expect, it } from 'vitest';
import { and, conjoin, conjuncts, or } from '../term/boolean.ts';
import { evaluate } from '../term/evaluate.ts';
import * as n from '../term/number.ts';
import { build, VARIABLES } from '../term/raw.ts';
import { Trees } from '../term/raw-trees.ts';
import { type Term, variable } from '../term/term.ts';
import * as w from '../term/word.ts';
import { ceilingOf, ceilingWord } from './ceiling.ts';
import { Linear } from './linear.ts';
import { Numbers, type NumbersOptions } from './numbers.ts';
import { productFacts } from './products.ts';

const SEED = 16_180;
const ROUNDS = 250;
/** Many lemmas each. */
const PRODUCT_ROUNDS = 90;
const WAYS: readonly NumbersOptions[] = [
  {},
  { hasWholeProducts: true },
  { hasWholeProducts: true, hasFreeChoices: true },
  { hasNoCeilings: true },
];

type Values = Map<Term, bigint>;
const asMap = (values: readonly number[]): Values =>
  new Map(VARIABLES.map((name, i) => [name, BigInt(values[i])]));

function parts(roots: readonly Term[]): Set<Term> {
  const all = new Set<Term>();
  const open = [...roots];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next)) continue;
    all.add(next);
    open.push(...next.args);
  }
  return all;
}

/** What the integers, choices and products of a translation are for given values of the words. */
function induced(words: ReadonlySet<Term>, linear: Linear, values: Values): Values {
  const result = new Map<Term, bigint>();
  const memo = new Map<Term, bigint>();
  for (const a of words) {
    if (a.sort === 'bool') result.set(variable(`choice.${a.id}`, 'bool', 0n, 1n), evaluate(a, values, memo));
    if (a.sort !== 'word') continue;
    const value = evaluate(a, values, memo);
    const isUnsigned = a.op === 'var' && a.high >= 1n << 31n;
    const name = a.op === 'var' ? a.name : `word.${a.id}`;
    result.set(n.intVariable(`int.${name}`), isUnsigned ? BigInt.asUintN(32, value) : value);
  }
  for (const [product, factors] of linear.factors)
    result.set(
      product,
      factors.reduce((total, factor) => total * evaluate(factor, result), 1n),
    );
  return result;
}

/** Throws where the translation of a path and a goal is not what the words are. `others`: terms beside theirs that facts may speak of. */
function compare(
  facts: readonly Term[],
  goal: Term,
  values: Values,
  options: NumbersOptions,
  where: string,
  others: readonly Term[] = [],
): number {
  const path = conjoin(...facts);
  const numbers = new Numbers(path, options);
  const linear = new Linear();
  const formulas = [...conjuncts(path), goal];
  const translated = formulas.map((formula) => numbers.formula(formula));
  const flat = translated.map((formula) => linear.formula(formula));
  const added = numbers.facts.map((fact) => linear.formula(fact));
  const lemmas = productFacts(linear.products, numbers.ranges);
  const flatLemmas = lemmas.map((fact) => linear.formula(fact));
  const integers = induced(parts([...formulas, ...others]), linear, values);
  const fail = (what: string): never => {
    throw new Error(`${what}: ${where}, ${JSON.stringify(options)}`);
  };
  const memo = new Map<Term, bigint>();
  const is = (formula: Term): bigint => evaluate(formula, integers, memo);
  formulas.forEach((formula, i) => {
    const wanted = evaluate(formula, values);
    if (is(translated[i]) !== wanted) fail(`formula ${i} of ${formulas.length} changes its truth`);
    if (is(flat[i]) !== wanted) fail(`formula ${i} of ${formulas.length} changes its truth multiplied out`);
  });
  for (const fact of [...numbers.facts, ...added, ...lemmas, ...flatLemmas])
    if (is(fact) !== 1n) fail('a fact that is added does not hold');
  for (const [value, { low, high }] of numbers.ranges)
    if (is(value) < low || is(value) > high) fail(`${is(value)} is not within ${low} … ${high}`);
  return lemmas.length;
}

const range = (low: number, a: Term, high: number): Term =>
  and(w.sle(w.word(low), a), w.sle(a, w.word(high)));

describe('words as integers', () => {
  it('REQ-INT-003: for every value that a path allows, integers say what words say', () => {
    const trees = new Trees(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const given = trees.values();
      const facts = trees.factsThatHold(given, 2).map((fact) => build(fact));
      const goal = build(round % 3 === 0 ? trees.comparison(2) : trees.bool(3));
      for (const options of WAYS)
        compare(facts, goal, asMap(given), options, `round ${round} of seed ${SEED}`);
    }
  });

  it('REQ-INT-003: so they do for products within bounds, whose lemmas hold', () => {
    const trees = new Trees(SEED + 1);
    const [a, b, c, half] = VARIABLES;
    const products = [
      w.mul(a, b),
      w.mul(a, c),
      w.mul(w.sub(a, b), c),
      w.mul(w.abs(a), w.add(b, c)),
      w.mul(half, a),
    ];
    let lemmas = 0;
    for (let round = 0; round < PRODUCT_ROUNDS; round++) {
      const most = trees.of([3, 1000, 40_000, 2 ** 31 - 1]);
      const given = trees.values().map((value) => value % (most + 1));
      const values = asMap(given);
      const facts = [a, b, c].map((name) =>
        trees.below(2) === 0 ? range(-most, name, most) : range(0, name, most),
      );
      const allowed = facts.filter((fact) => evaluate(fact, values) === 1n);
      const [p, q, r] = [trees.of(products), trees.of(products), trees.of(products)];
      const sum = n.plus(n.signed(p), n.times(n.signed(a), n.signed(q)));
      const goal = or(w.slt(w.add(p, q), r), n.le(sum, n.times(n.signed(b), n.unsigned(r))));
      for (const options of WAYS)
        lemmas += compare(allowed, goal, values, options, `round ${round} of seed ${SEED + 1}`);
    }
    expect(lemmas).toBeGreaterThan(ROUNDS);
  });

  it('REQ-INT-003: so they do for the share that recharge keeps, and for tables', () => {
    const trees = new Trees(SEED + 2);
    const [a, , , duration] = VARIABLES;
    // A polynomial in one variable, like the share that is kept; and its product with a charge, rounded up.
    const square = w.lshr(w.mul(duration, duration), w.word(7));
    const share = w.sub(w.word(1 << 20), w.sub(w.mul(duration, w.word(90)), square));
    for (let round = 0; round < ROUNDS; round++) {
      const given = trees.values();
      given[0] = trees.of([0, 1, 4095, 4096, 5_080_000, 8_000_000, trees.below(8_000_001), given[0]]);
      given[3] = trees.of([10, 5000, 10 + trees.below(4991), given[3]]);
      const values = asMap(given);
      const facts = [range(0, a, 8_000_000), range(10, duration, 5000)].filter(
        (fact) => evaluate(fact, values) === 1n,
      );
      const kept = trees.of([
        ceilingWord(a, share),
        ceilingWord(a, duration),
        ceilingWord(w.abs(a), share),
        share,
      ]);
      const goal = or(w.slt(kept, a), n.le(n.times(n.signed(kept), n.int(3)), n.signed(duration)));
      // The binary computes with what a recharge takes; the fact speaks of what it leaves.
      const left = [ceilingOf(kept)?.k ?? share];
      for (const options of WAYS)
        compare(facts, goal, values, options, `round ${round} of seed ${SEED + 2}`, left);
    }
  });
});
