// The rules of simplification, tried: random trees built by the constructors mean what they mean without any rule.
import { describe, expect, it } from 'vitest';
import { known } from '../symbolic/state.ts';
import { and, conjoin, conjuncts, FALSE, isRefuted, not, TRUE } from './boolean.ts';
import { PathBounds } from './bounds.ts';
import { evaluate } from './evaluate.ts';
import { build, meaning, type Raw, show, VARIABLES } from './raw.ts';
import { Trees } from './raw-trees.ts';
import { substitute } from './substitute.ts';
import type { Term } from './term.ts';
import * as w from './word.ts';

const SEED = 31_415;
const ROUNDS = 1000;
const VALUES_PER_TREE = 8;

const asMap = (values: readonly number[]): Map<Term, bigint> =>
  new Map(VARIABLES.map((name, i) => [name, BigInt(values[i])]));

/** Complains with the tree and the values in which a term differs from what it was written as. */
function compare(
  what: string,
  tree: Raw,
  term: Term,
  values: readonly number[],
  memo = new Map<Term, bigint>(),
): void {
  const wanted = BigInt(meaning(tree, values));
  const found = evaluate(term, asMap(values), memo);
  if (found !== wanted)
    throw new Error(
      `${what}: ${show(tree)} for ${values.join(', ')} is ${found} instead of ${wanted} (seed ${SEED})`,
    );
}

/** Every distinct part of a term. */
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

describe('simplification', () => {
  it('REQ-INT-003: no rule changes what a word or a condition means', () => {
    const trees = new Trees(SEED);
    const met = new Set<string>();
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const tree = round % 2 === 0 ? trees.word(5) : trees.bool(5);
      const term = build(tree);
      for (const part of parts([term])) met.add(part.op);
      for (let i = 0; i < VALUES_PER_TREE; i++) compare('simplified', tree, term, trees.values());
    }
    // Every operation of the compiler's idioms has to come up, or nothing was tried.
    const wanted =
      'not and eq slt ult const var add sub mul bitand bitor xor shl lshr ashr rotl sdiv ctz sext16 pack ite smax smin abs';
    expect(wanted.split(' ').filter((op) => !met.has(op))).toEqual([]);
  });

  it('REQ-INT-003: no rule changes what a law says in numbers', () => {
    const trees = new Trees(SEED + 1);
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const tree = round % 2 === 0 ? trees.number(4) : trees.comparison(3);
      const term = build(tree);
      for (let i = 0; i < VALUES_PER_TREE; i++) compare('in numbers', tree, term, trees.values());
    }
  });

  it('REQ-INT-003: a term with a variable replaced means what it means for that value', () => {
    const trees = new Trees(SEED + 2);
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const tree = round % 3 === 0 ? trees.comparison(2) : round % 3 === 1 ? trees.word(4) : trees.bool(4);
      const values = trees.values();
      const kept = trees.below(VARIABLES.length + 1);
      const by = new Map(VARIABLES.map((name, i) => [name, w.word(values[i])]));
      if (kept < VARIABLES.length) by.delete(VARIABLES[kept]);
      compare('replaced', tree, substitute(build(tree), by), values);
    }
  });
});

describe('paths', () => {
  it('REQ-INT-003: facts that hold together are never refuted, and never lost', () => {
    const trees = new Trees(SEED + 3);
    let refuted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const values = trees.values();
      const map = asMap(values);
      const facts = trees.factsThatHold(values, 3).map((fact) => build(fact));
      for (const path of [conjoin(...facts), and(...facts)]) {
        expect(path === FALSE || isRefuted(path), `round ${round} of seed ${SEED + 3}`).toBe(false);
        expect(evaluate(path, map)).toBe(1n);
      }
      // With one of them false, the path is false as well; where it is refuted, it had to be.
      const at = trees.below(facts.length);
      const path = conjoin(...facts.map((fact, i) => (i === at ? not(fact) : fact)));
      expect(evaluate(path, map)).toBe(0n);
      if (isRefuted(path)) refuted++;
    }
    expect(refuted).toBeGreaterThan(20);
  });

  it('REQ-INT-003: what is found refuted has no values at all', () => {
    const trees = new Trees(SEED + 4);
    let refuted = 0;
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const path = conjoin(...Array.from({ length: 5 }, () => build(trees.bool(2))));
      if (!isRefuted(path)) continue;
      refuted++;
      for (let i = 0; i < 4 * VALUES_PER_TREE; i++) expect(evaluate(path, asMap(trees.values()))).toBe(0n);
    }
    expect(refuted).toBeGreaterThan(20);
  });

  it('REQ-INT-003: bounds contain every value that a path allows', () => {
    const trees = new Trees(SEED + 5);
    let narrow = 0;
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const values = trees.values();
      const map = asMap(values);
      const facts = trees.factsThatHold(values, 3).map((fact) => build(fact));
      const path = conjoin(...facts);
      const bounds = new PathBounds(path);
      const memo = new Map<Term, bigint>();
      for (const part of parts([...conjuncts(path), build(trees.word(4))])) {
        if (part.sort !== 'word') continue;
        const { low, high } = bounds.of(part);
        const value = evaluate(part, map, memo);
        if (value < low || value > high)
          throw new Error(
            `${value} of ${part.op} is not within ${low} … ${high}: round ${round} of seed ${SEED + 5}`,
          );
        if (high - low < 2n ** 32n - 1n) narrow++;
      }
    }
    expect(narrow).toBeGreaterThan(ROUNDS);
  });

  it('REQ-INT-003: what a path says of a condition is so', () => {
    const trees = new Trees(SEED + 6);
    let decided = 0;
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const values = trees.values();
      const path = conjoin(...trees.factsThatHold(values, 3).map((fact) => build(fact)));
      for (let i = 0; i < 4; i++) {
        const tree = trees.bool(2);
        const condition = build(tree);
        const said = known(path, condition);
        if (said !== condition && (said === TRUE || said === FALSE)) decided++;
        compare('known', tree, said, values);
      }
    }
    expect(decided).toBeGreaterThan(100);
  });
});
