// The interlock's way to compute ⌈x·k / 2^20⌉ with 32-bit words (firmware/recharge.ts, afterRecharge), recognised as what it
// is: x less what a recharge takes off, two products of halves. Where a binary computes it another way, nothing is recognised and nothing assumed.

import { and, implies } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** One in Q20, and the largest x that the lemma speaks of. */
export const ONE = 1n << 20n;
export const X_MAX = 8_000_000n;

/** What the interlock takes off: ⌊x·credit / 2^20⌋. */
function takenOff(x: Term, credit: Term): Term {
  const high = w.mul(credit, w.lshr(x, w.word(12)));
  const low = w.mul(credit, w.bitand(x, w.word(4095)));
  return w.lshr(w.add(high, w.lshr(low, w.word(12))), w.word(8));
}

/** The word that the interlock computes of a charge and of the share k that is left. */
export function ceilingWord(x: Term, k: Term): Term {
  return w.sub(x, takenOff(x, w.sub(w.word(ONE), k)));
}

/** A charge x after recharge, or minus that, with the share k that is left. */
export interface Ceiling {
  readonly x: Term;
  readonly k: Term;
  readonly isMinus: boolean;
}

/** x and k of such a word; null for any other. */
export function ceilingOf(a: Term): Ceiling | null {
  if (a.op !== 'sub' && a.op !== 'add') return null;
  for (const [taken, rest] of [a.args, [...a.args].reverse()]) {
    for (const { x, credit } of factorsOf(taken)) {
      const off = takenOff(x, credit);
      if (off !== taken) continue;
      const k = w.sub(w.word(ONE), credit);
      if (x === rest && a === w.sub(x, off)) return { x, k, isMinus: false };
      if (a === w.sub(off, x) || (a === w.add(rest, off) && x === w.sub(w.ZERO, rest)))
        return { x, k, isMinus: true };
    }
  }
  return null;
}

/** Candidates: every product of some word with x >> 12 in what is shifted down by 8. */
function factorsOf(taken: Term): { x: Term; credit: Term }[] {
  if (taken.op !== 'lshr' || taken.args[1].value !== 8n || taken.args[0].op !== 'add') return [];
  const found: { x: Term; credit: Term }[] = [];
  for (const part of taken.args[0].args) {
    if (part.op !== 'mul') continue;
    for (const [credit, half] of [part.args, [...part.args].reverse()])
      if (half.op === 'lshr' && half.args[1].value === 12n) found.push({ x: half.args[0], credit });
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
