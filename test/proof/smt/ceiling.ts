// The interlock's way to compute ⌈x·k / 2^20⌉ with 32-bit words (firmware/recharge.ts, afterRecharge), recognised as what it
// is: two products of halves and a carry. Where a binary computes it another way, nothing is recognised and nothing assumed.

import { and, implies } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** One in Q20, and the largest x that the lemma speaks of. */
export const ONE = 1n << 20n;
export const X_MAX = 8_000_000n;

/** The word that the interlock computes. */
export function ceilingWord(x: Term, k: Term): Term {
  const high = w.mul(k, w.lshr(x, w.word(12)));
  const low = w.mul(k, w.bitand(x, w.word(4095)));
  const rest = w.add(low, w.shl(w.bitand(high, w.word(255)), w.word(12)));
  const carry = w.ite(w.eq(w.bitand(rest, w.word(ONE - 1n)), w.ZERO), w.ZERO, w.word(1));
  return w.add(w.add(w.lshr(high, w.word(8)), w.lshr(rest, w.word(20))), carry);
}

/** x and k of such a word; null for any other. */
export function ceilingOf(a: Term): { x: Term; k: Term } | null {
  if (a.op !== 'add') return null;
  for (const factor of factorsOfHighHalf(a)) if (ceilingWord(factor.x, factor.k) === a) return factor;
  return null;
}

/** Candidates: every product of some word with x >> 12 that is shifted down by 8 in the sum. */
function factorsOfHighHalf(a: Term): { x: Term; k: Term }[] {
  const found: { x: Term; k: Term }[] = [];
  for (const part of [a, ...a.args].flatMap((term) => term.args)) {
    if (part.op !== 'lshr' || part.args[1].value !== 8n || part.args[0].op !== 'mul') continue;
    const [p, q] = part.args[0].args;
    for (const [k, half] of [
      [p, q],
      [q, p],
    ])
      if (half.op === 'lshr' && half.args[1].value === 12n) found.push({ x: half.args[0], k });
  }
  return found;
}

/** What the lemma says of the word's value: x·k ≤ 2^20·value < x·k + 2^20. `x` and `k` as integers. */
export function ceilingFact(value: Term, x: Term, k: Term): Term {
  const product = n.times(x, k);
  const scaled = n.times(n.int(ONE), value);
  const isCeiling = and(n.le(product, scaled), n.lt(scaled, n.plus(product, n.int(ONE))));
  return implies(and(n.between(n.int(0), x, n.int(X_MAX)), n.between(n.int(0), k, n.int(ONE))), isCeiling);
}
