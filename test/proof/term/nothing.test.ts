// Sums that are said to be nothing are 0 for all values that are tried; those of the interlock's kind are seen to be.

import { expect, it } from 'vitest';
import { evaluate } from './evaluate.ts';
import { isNothing } from './nothing.ts';
import { build, VARIABLES } from './raw.ts';
import { Trees } from './raw-trees.ts';
import type { Term } from './term.ts';
import * as w from './word.ts';

const SEED = 27_183;
const ROUNDS = 3000;
const VALUES_A_SUM = 12;

it('REQ-INT-003: a sum that is said to be nothing is 0, whatever its words are', () => {
  const trees = new Trees(SEED);
  let nothings = 0;
  let others = 0;
  for (let round = 0; round < ROUNDS; round++) {
    trees.forget();
    const word = (): Term => build(trees.word(2));
    const [a, b, c] = [word(), word(), word()];
    const condition = build(trees.bool(2));
    const half = (x: Term): Term => w.pack(w.sext16(x), w.ashr(x, w.word(16)));
    // Each is 0 as it stands; with an operand exchanged for another one it is mostly not.
    const x = trees.below(3) === 0 ? c : a;
    const sum = trees.of([
      () => w.xor(w.ite(condition, a, b), w.ite(condition, b, x), a, b),
      () => w.xor(w.ite(w.slt(a, b), b, a), w.ite(w.slt(x, b), x, b), a, b),
      () => w.xor(half(a), x),
      () => w.xor(w.ite(condition, w.xor(a, c), c), w.ite(condition, x, w.ZERO), c),
      // Not 0: what is chosen where the condition holds takes the other word's place.
      () => w.xor(w.ite(condition, a, b), w.ite(condition, x, w.ZERO), b),
      () => w.xor(w.shl(a, w.word(16)), w.pack(w.ZERO, w.sext16(x))),
      () => w.xor(w.bitand(a, w.word(0xffff)), w.bitand(x, w.word(0xffff))),
    ])();
    const isZero = isNothing(sum);
    if (isZero) nothings++;
    for (let i = 0; i < VALUES_A_SUM; i++) {
      const values = trees.values();
      const value = evaluate(sum, new Map(VARIABLES.map((name, n) => [name, BigInt(values[n])])));
      if (isZero) expect(value, `round ${round} of seed ${SEED}`).toBe(0n);
      else if (value !== 0n) others++;
    }
  }
  expect(nothings).toBeGreaterThan(ROUNDS / 4);
  expect(others).toBeGreaterThan(ROUNDS);
});
