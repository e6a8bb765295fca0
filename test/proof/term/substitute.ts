// Terms rebuilt with other arguments, and with variables replaced.
import { and, not } from './boolean.ts';
import * as n from './number.ts';
import type { Term } from './term.ts';
import * as w from './word.ts';

const builders: Record<string, (args: readonly Term[], a: Term) => Term> = {
  not: ([a]) => not(a),
  and: (args) => and(...args),
  eq: ([a, b]) => w.eq(a, b),
  slt: ([a, b]) => w.slt(a, b),
  ult: ([a, b]) => w.ult(a, b),
  le: ([a, b]) => n.le(a, b),
  same: ([a, b]) => n.same(a, b),
  add: ([a, b]) => w.add(a, b),
  sub: ([a, b]) => w.sub(a, b),
  mul: ([a, b]) => w.mul(a, b),
  bitand: ([a, b]) => w.bitand(a, b),
  bitor: ([a, b]) => w.bitor(a, b),
  xor: (args) => w.xor(...args),
  shl: ([a, b]) => w.shl(a, b),
  lshr: ([a, b]) => w.lshr(a, b),
  ashr: ([a, b]) => w.ashr(a, b),
  rotl: ([a, b]) => w.rotl(a, b),
  sdiv: ([a, b]) => w.sdiv(a, b),
  ctz: ([a]) => w.ctz(a),
  sext16: ([a]) => w.sext16(a),
  pack: ([a, b]) => w.pack(a, b),
  ite: ([c, a, b], term) => (term.sort === 'word' ? w.ite(c, a, b) : n.pick(c, a, b)),
  smax: ([a, b]) => w.ite(w.slt(b, a), a, b),
  smin: ([a, b]) => w.ite(w.slt(a, b), a, b),
  abs: ([a]) => w.abs(a),
  signed: ([a]) => n.signed(a),
  unsigned: ([a]) => n.unsigned(a),
  plus: (args) => n.plus(...args),
  times: ([a, b]) => n.times(a, b),
  floordiv: ([a], term) => n.floorDiv(a, term.value),
  modulo: ([a], term) => n.modulo(a, term.value),
};

/** The term with other arguments, simplified. */
export function rebuild(term: Term, args: readonly Term[]): Term {
  if (args.every((arg, i) => arg === term.args[i])) return term;
  return builders[term.op](args, term);
}

/** The term with each variable (or other subterm) of `by` replaced by what it maps to. */
export function substitute(term: Term, by: ReadonlyMap<Term, Term>, memo = new Map<Term, Term>()): Term {
  if (by.size === 0) return term;
  const direct = by.get(term);
  if (direct !== undefined) return direct;
  if (term.args.length === 0) return term;
  let result = memo.get(term);
  if (result === undefined) {
    result = rebuild(
      term,
      term.args.map((arg) => substitute(arg, by, memo)),
    );
    memo.set(term, result);
  }
  return result;
}
