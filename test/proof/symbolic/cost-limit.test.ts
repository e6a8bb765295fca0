// What is said of a limit without a sum against the sum itself: for every cost, every limit and every way the conditions can be.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { and, not } from '../term/boolean.ts';
import { evaluate } from '../term/evaluate.ts';
import { type Term, variable } from '../term/term.ts';
import { type Choice, type Cost, costIn } from './cost.ts';
import { takesAtMost } from './cost-limit.ts';

const SEED = 60_221;
const ATOMS = ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => variable(`limit.${name}`, 'bool', 0n, 1n));
const MOST_STEPS = 2;

const atom = fc.constantFrom(...ATOMS);
/** A condition that shares its parts with others: an atom, or a conjunction with another condition in it. */
function condition(depth: number): fc.Arbitrary<Term> {
  if (depth === 0) return atom;
  const inner = condition(depth - 1);
  return fc.oneof(
    atom,
    inner.map(not),
    fc.tuple(atom, inner).map((parts) => and(...parts)),
  );
}

function cost(depth: number): fc.Arbitrary<Cost> {
  const fixed = fc.nat({ max: MOST_STEPS });
  if (depth === 0) return fc.record({ fixed, choices: fc.constant([]) });
  const inner = cost(depth - 1);
  const choice = fc.record({ when: condition(2), yes: inner, no: inner });
  return fc.record({ fixed, choices: fc.array(choice, { maxLength: 3 }) });
}

const one = (when: Term): Choice => ({ when, yes: { fixed: 1, choices: [] }, no: { fixed: 0, choices: [] } });
const sum = (...conditions: Term[]): Cost => ({ fixed: 0, choices: conditions.map(one) });
/** Two cases with the same numbers and other conditions. */
const ALIKE: Cost = {
  fixed: 0,
  choices: [{ when: ATOMS[0], yes: sum(...ATOMS.slice(1, 4)), no: sum(...ATOMS.slice(4)) }],
};

/** All ways in which the atoms are true or false. */
const SITUATIONS = Array.from(
  { length: 2 ** ATOMS.length },
  (_, bits) => new Map(ATOMS.map((one, i) => [one, BigInt((bits >> i) & 1)])),
);

describe('what says that a run takes at most so many instructions', () => {
  it('REQ-INT-002: is true of exactly the runs that do', () => {
    fc.assert(
      fc.property(cost(3), fc.nat({ max: 12 }), (some, most) => {
        const within = takesAtMost(some, most);
        for (const values of SITUATIONS) {
          const isWithin = costIn(some, values, new Map()) <= most;
          expect(evaluate(within, values)).toBe(isWithin ? 1n : 0n);
        }
      }),
      { seed: SEED, numRuns: 400, examples: [[ALIKE, 1]] },
    );
  });

  it('REQ-INT-002: is true of the longest run, and not one instruction below', () => {
    fc.assert(
      fc.property(cost(3), (some) => {
        const longest = Math.max(...SITUATIONS.map((values) => costIn(some, values, new Map())));
        const holds = (most: number): boolean =>
          SITUATIONS.every((values) => evaluate(takesAtMost(some, most), values) === 1n);
        expect([holds(longest), holds(longest - 1)]).toEqual([true, false]);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});
