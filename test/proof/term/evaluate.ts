// The value of a term for given values of its variables: for tables over a small range, for counterexamples, and for the
// comparison of the execution with V8.
import type { Term } from './term.ts';

/** Words as signed 32-bit values, Booleans as 0 and 1, integers as they are. */
export type Values = ReadonlyMap<Term, bigint>;

const word = (value: bigint): bigint => BigInt.asIntN(32, value);
const unsigned = (value: bigint): bigint => BigInt.asUintN(32, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);
const floor = (a: bigint, b: bigint): bigint => (a - (((a % b) + b) % b)) / b;

const operations: Record<string, (args: readonly bigint[], a: Term) => bigint> = {
  true: () => 1n,
  not: ([a]) => 1n - a,
  and: (args) => truth(args.every((a) => a === 1n)),
  eq: ([a, b]) => truth(a === b),
  slt: ([a, b]) => truth(a < b),
  ult: ([a, b]) => truth(unsigned(a) < unsigned(b)),
  le: ([a, b]) => truth(a <= b),
  same: ([a, b]) => truth(a === b),
  const: (_, a) => a.value,
  number: (_, a) => a.value,
  add: ([a, b]) => word(a + b),
  sub: ([a, b]) => word(a - b),
  mul: ([a, b]) => word(a * b),
  bitand: ([a, b]) => a & b,
  bitor: ([a, b]) => a | b,
  xor: (args) => args.reduce((a, b) => a ^ b),
  shl: ([a, b]) => word(a << (b & 31n)),
  lshr: ([a, b]) => word(unsigned(a) >> (b & 31n)),
  ashr: ([a, b]) => a >> (b & 31n),
  rotl: ([a, b]) => word((unsigned(a) << (b & 31n)) | (unsigned(a) >> ((32n - (b & 31n)) & 31n))),
  sdiv: ([a, b]) => (b === 0n ? 0n : word(a / b)),
  ctz: ([a]) => BigInt(a === 0n ? 32 : unsigned(a & -a).toString(2).length - 1),
  sext16: ([a]) => BigInt.asIntN(16, a),
  pack: ([a, b]) => word((a & 0xffffn) | (b << 16n)),
  ite: ([c, a, b]) => (c === 1n ? a : b),
  smax: ([a, b]) => (a > b ? a : b),
  smin: ([a, b]) => (a < b ? a : b),
  abs: ([a]) => word(a < 0n ? -a : a),
  signed: ([a]) => a,
  unsigned: ([a]) => unsigned(a),
  plus: (args) => args.reduce((a, b) => a + b),
  times: ([a, b]) => a * b,
  floordiv: ([a], term) => floor(a, term.value),
  modulo: ([a], term) => a - term.value * floor(a, term.value),
};

/** A variable without a value counts as 0. Real numbers have no value here: TypeError. */
export function evaluate(term: Term, values: Values, memo = new Map<Term, bigint>()): bigint {
  const known = memo.get(term);
  if (known !== undefined) return known;
  if (term.sort === 'real') throw new TypeError('a real number has no value here');
  let result: bigint;
  if (term.op === 'var') {
    const value = values.get(term) ?? 0n;
    result = term.sort === 'word' ? word(value) : value;
  } else
    result = operations[term.op](
      term.args.map((arg) => evaluate(arg, values, memo)),
      term,
    );
  memo.set(term, result);
  return result;
}
