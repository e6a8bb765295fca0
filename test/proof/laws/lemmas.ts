// What the laws' proofs lean on, shown once: products keep signs, the interlock's rounding is a ceiling, and no recharge is
// credited with more than the exponential.

import type { Obligation } from '../check/obligation.ts';
import { failingDurations, sharesOf } from '../model/share.ts';
import { ceilingFact, ceilingWord, ONE, X_MAX } from '../smt/ceiling.ts';
import { productNotNegative } from '../smt/products.ts';
import type { Mode } from '../smt/script.ts';
import { and, bool } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { Law, Run } from './law.ts';

const lemma = (name: string, goal: Term, mode: Mode, assumed: readonly Term[] = []): Obligation => ({
  law: 'lemmas',
  name,
  assumed,
  goal,
  call: null,
  end: null,
  mode,
});

function products(): Obligation[] {
  const [i, j] = ['lemma.i', 'lemma.j'].map(n.intVariable);
  const [x, y] = ['lemma.x', 'lemma.y'].map(n.realVariable);
  return [
    lemma(
      'a product of whole numbers that are not negative is not negative',
      productNotNegative(i, j),
      'products',
    ),
    lemma(
      'a product of real numbers that are not negative is not negative',
      productNotNegative(x, y),
      'products',
    ),
    lemma(
      'a product of a whole and a real number that are not negative is not negative',
      productNotNegative(i, y),
      'products',
    ),
  ];
}

function ceiling(): Obligation {
  const [x, k] = ['lemma.charge', 'lemma.share'].map((name) => w.wordVariable(name));
  const upTo = (a: Term, most: bigint): Term => and(w.sle(w.ZERO, a), w.sle(a, w.word(most)));
  const fact = ceilingFact(n.signed(ceilingWord(x, k)), n.signed(x), n.signed(k));
  const assumed = [upTo(x, X_MAX), upTo(k, ONE)];
  return lemma('a charge after recharge is its share, rounded up to 1 pC', fact, 'plain', assumed);
}

/** The share of every duration from 10 to 5000 µs, evaluated one by one; what fails is in the name. */
export function sharesHold(law: string, run: Run): Obligation[] {
  return sharesOf(run).map((share) => {
    const failing = failingDurations(share);
    const which = failing.length === 0 ? '' : `, but not at ${failing.slice(0, 3).join(', ')} µs`;
    const name = `a recharge of t µs leaves 2^(−t/7200) or more and no more than all${which}`;
    return { law, name, assumed: [], goal: bool(failing.length === 0), call: null, end: null };
  });
}

export const lemmas: Law = {
  id: 'lemmas',
  title: 'Lemmas',
  statement:
    'A product of two numbers that are not negative is not negative; ⌈x·k / 2^20⌉ is what the interlock computes for every charge x up to 8,000,000 pC and share k up to 2^20; the share left by a recharge of t µs is at least 2^(−t/7200) and at most 1 for every t from 10 to 5000 µs.',
  numbers: [
    { value: '7200 µs', meaning: 'half-life of passive recharge', source: '2 kΩ × 4.7 µF × ln 2, plus 10 %' },
  ],
  requirements: ['REQ-CHG-011', 'REQ-CHG-012'],
  assumptions: [],
  obligations: (run) => [...products(), ceiling(), ...sharesHold('lemmas', run)],
};
