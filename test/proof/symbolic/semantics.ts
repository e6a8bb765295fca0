// What each wasm instruction of the interlock does to symbolic values. An instruction that is not listed is refused: the
// prover never guesses. semantics.test.ts compares every line with V8.
import { and, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { RefusedBinary } from '../wasm/module.ts';

/** An i64 as its two words; an i32 as one. */
export interface Pair {
  readonly low: Term;
  readonly high: Term;
}
export type Value = Term | Pair;

export function isPair(value: Value): value is Pair {
  return 'low' in value && 'high' in value && !('op' in value);
}
export function asWord(value: Value | null): Term {
  if (value === null || isPair(value)) throw new TypeError('an i32 was expected');
  return value;
}
export function asPair(value: Value | null): Pair {
  if (value === null || !isPair(value)) throw new TypeError('an i64 was expected');
  return value;
}

const unary: Record<string, (a: Term) => Term> = {
  'i32.eqz': (a) => w.flag(w.eq(a, w.ZERO)),
  'i32.ctz': w.ctz,
  'i32.extend16_s': w.sext16,
};

const binary: Record<string, (a: Term, b: Term) => Term> = {
  'i32.add': w.add,
  'i32.sub': w.sub,
  'i32.mul': w.mul,
  'i32.div_s': w.sdiv,
  'i32.and': w.bitand,
  'i32.or': w.bitor,
  'i32.xor': (a, b) => w.xor(a, b),
  'i32.shl': w.shl,
  'i32.shr_s': w.ashr,
  'i32.shr_u': w.lshr,
  'i32.rotl': w.rotl,
  'i32.eq': (a, b) => w.flag(w.eq(a, b)),
  'i32.ne': (a, b) => w.flag(not(w.eq(a, b))),
  'i32.lt_s': (a, b) => w.flag(w.slt(a, b)),
  'i32.gt_s': (a, b) => w.flag(w.slt(b, a)),
  'i32.le_s': (a, b) => w.flag(w.sle(a, b)),
  'i32.ge_s': (a, b) => w.flag(w.sle(b, a)),
  'i32.lt_u': (a, b) => w.flag(w.ult(a, b)),
  'i32.gt_u': (a, b) => w.flag(w.ult(b, a)),
  'i32.le_u': (a, b) => w.flag(not(w.ult(b, a))),
  'i32.ge_u': (a, b) => w.flag(not(w.ult(a, b))),
};

const binaryPair: Record<string, (a: Pair, b: Pair) => Value> = {
  'i64.xor': (a, b) => ({ low: w.xor(a.low, b.low), high: w.xor(a.high, b.high) }),
  'i64.eq': (a, b) => w.flag(and(w.eq(a.low, b.low), w.eq(a.high, b.high))),
  'i64.ne': (a, b) => w.flag(or(not(w.eq(a.low, b.low)), not(w.eq(a.high, b.high)))),
};

/** Instructions with a meaning here, for the tests. */
export const INSTRUCTIONS = [...Object.keys(unary), ...Object.keys(binary), ...Object.keys(binaryPair)];

function unsupported(name: string, place: string): RefusedBinary {
  return new RefusedBinary(
    `${place} uses ${name}, which the prover has no meaning for: write that line without it, or add it to test/proof/symbolic/semantics.ts`,
  );
}

export function applyUnary(name: string, a: Value | null, place: string): Value {
  const meaning = unary[name];
  if (meaning === undefined) throw unsupported(name, place);
  return meaning(asWord(a));
}

export function applyBinary(name: string, a: Value | null, b: Value | null, place: string): Value {
  const meaning = binary[name];
  if (meaning !== undefined) return meaning(asWord(a), asWord(b));
  const wide = binaryPair[name];
  if (wide === undefined) throw unsupported(name, place);
  return wide(asPair(a), asPair(b));
}

/** What must hold for an instruction not to trap; null where it cannot. */
export function trapFree(name: string, a: Value | null, b: Value | null): Term | null {
  if (name !== 'i32.div_s') return null;
  const [dividend, divisor] = [asWord(a), asWord(b)];
  const overflows = and(w.eq(dividend, w.word(-(2 ** 31))), w.eq(divisor, w.word(-1)));
  return and(not(w.eq(divisor, w.ZERO)), not(overflows));
}
