// What a cut and a named sum put in place of a part can be what the part is: so what holds of them holds of the whole.
import { describe, expect, it } from 'vitest';
import { Random } from '../../mutation/random.ts';
import { evaluate } from '../term/evaluate.ts';
import * as n from '../term/number.ts';
import { build, VARIABLES } from '../term/raw.ts';
import { Trees } from '../term/raw-trees.ts';
import { type Term, variables } from '../term/term.ts';
import * as w from '../term/word.ts';
import { Cut } from './cut.ts';
import { withNamedSums } from './sums.ts';

const SEED = 14_142;
const ROUNDS = 400;
const LEVELS = Array.from({ length: 16 }, (_, i) => w.wordVariable(`sum.level${i}`, 16));

function byId(root: Term): Map<number, Term> {
  const all = new Map<number, Term>();
  const open = [root];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (all.has(next.id)) continue;
    all.set(next.id, next);
    open.push(...next.args);
  }
  return all;
}

/** The levels added up in a random order and shape. */
function sumOf(terms: readonly Term[], random: Random): Term {
  const left = [...terms];
  while (left.length > 1) {
    const [one] = left.splice(random.between(0, left.length - 1), 1);
    const at = random.between(0, left.length - 1);
    left[at] = w.add(left[at], one);
  }
  return left[0];
}

describe('parts that may be anything', () => {
  it(`REQ-INT-003: a cut takes the value of what it replaces and stays within its bounds (seed ${SEED})`, () => {
    const trees = new Trees(SEED);
    let cuts = 0;
    for (let round = 0; round < ROUNDS; round++) {
      trees.forget();
      const term = build(round % 2 === 0 ? trees.word(6) : trees.bool(6));
      const found = new Cut(term).at(1 + (round % 4))(term);
      const parts = byId(term);
      const values = new Map(VARIABLES.map((name, i) => [name, BigInt(trees.values()[i])]));
      for (const name of variables(found)) {
        if (!name.name.startsWith('cut.')) continue;
        cuts++;
        const value = evaluate(parts.get(Number(name.name.slice(4)))!, values);
        expect(value >= name.low && value <= name.high, name.name).toBe(true);
        values.set(name, value);
      }
      expect(evaluate(found, values), `round ${round}`).toBe(evaluate(term, values));
    }
    expect(cuts).toBeGreaterThan(ROUNDS / 2);
  });

  it('REQ-INT-003: a sum of all levels is one variable in whatever order, as words and as numbers', () => {
    const random = new Random(SEED);
    const magnitudes = LEVELS.map(w.abs);
    const [sum, total] = [LEVELS, magnitudes].map((terms) => withNamedSums(sumOf(terms, random)));
    expect(sum.op).toBe('var');
    expect(total).not.toBe(sum);
    for (let round = 0; round < 20; round++) {
      expect(withNamedSums(sumOf(LEVELS, random))).toBe(sum);
      expect(withNamedSums(sumOf(magnitudes, random))).toBe(total);
    }
    expect(withNamedSums(n.plus(...LEVELS.map(n.signed)))).toBe(n.signed(sum));
    expect([sum.low, sum.high]).toEqual([-16n * 32_768n, 16n * 32_767n]);
  });

  it('REQ-INT-003: a short sum, one that might wrap and one with a level twice are not taken for it', () => {
    const wide = Array.from({ length: 16 }, (_, i) => w.wordVariable(`sum.wide${i}`));
    const all = withNamedSums(LEVELS.reduce(w.add));
    const twice = [...LEVELS.slice(1), LEVELS[1]];
    for (const terms of [LEVELS.slice(0, 3), wide]) {
      const plain = terms.reduce(w.add);
      expect(withNamedSums(plain)).toBe(plain);
    }
    expect(withNamedSums(twice.reduce(w.add))).not.toBe(all);
    expect(withNamedSums(w.sub(LEVELS.reduce(w.add), LEVELS[0]))).not.toBe(all);
  });
});
