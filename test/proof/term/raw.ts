// Terms as they are written down, before any rule simplifies them, and what they mean: a second, plain meaning in JavaScript's
// own 32-bit arithmetic for the tests. The prover never uses it.
import * as b from './boolean.ts';
import * as n from './number.ts';
import type { Term } from './term.ts';
import * as w from './word.ts';

/** A tree: an operation by name, its operands, and the number of a constant, a variable's index or a divisor. */
export interface Raw {
  readonly op: string;
  readonly args: readonly Raw[];
  readonly value: number;
}

/** Words as signed 32-bit numbers, Booleans as 0 and 1; mathematical integers as bigint. */
export type RawValue = number | bigint;

export const raw = (op: string, args: readonly Raw[] = [], value = 0): Raw => ({ op, args, value });

/** Variables by index: words of 32 bits, two of 16 bits, and one that stands for an unsigned value. */
export const VARIABLES: readonly Term[] = [
  w.wordVariable('raw.a'),
  w.wordVariable('raw.b'),
  w.wordVariable('raw.c'),
  w.wordVariable('raw.half', 16),
  w.wordVariable('raw.other', 16),
  w.unsignedVariable('raw.unsigned'),
];
/** Values of those of 16 bits are cut to them. */
export const isHalf = (index: number): boolean => index === 3 || index === 4;

type Build = (args: readonly Term[], value: number) => Term;
type Mean = (args: readonly number[], value: number, values: readonly number[]) => number;

/** Each word and Boolean operation: how the constructors make it, and what it means. */
const WORDS: Record<string, readonly [Build, Mean]> = {
  const: [(_, value) => w.word(value), (_, value) => value | 0],
  var: [(_, index) => VARIABLES[index], (_, index, values) => values[index]],
  add: [([x, y]) => w.add(x, y), ([x, y]) => (x + y) | 0],
  sub: [([x, y]) => w.sub(x, y), ([x, y]) => (x - y) | 0],
  mul: [([x, y]) => w.mul(x, y), ([x, y]) => Math.imul(x, y)],
  bitand: [([x, y]) => w.bitand(x, y), ([x, y]) => x & y],
  bitor: [([x, y]) => w.bitor(x, y), ([x, y]) => x | y],
  xor: [(args) => w.xor(...args), (args) => args.reduce((x, y) => x ^ y, 0)],
  shl: [([x, y]) => w.shl(x, y), ([x, y]) => x << y],
  lshr: [([x, y]) => w.lshr(x, y), ([x, y]) => (x >>> y) | 0],
  ashr: [([x, y]) => w.ashr(x, y), ([x, y]) => x >> y],
  rotl: [([x, y]) => w.rotl(x, y), ([x, y]) => (x << y) | ((y & 31) === 0 ? 0 : x >>> (32 - (y & 31)))],
  // The term has no trap: by 0 it is 0 in both; the least word by −1 wraps.
  sdiv: [([x, y]) => w.sdiv(x, y), ([x, y]) => (y === 0 ? 0 : Math.trunc(x / y) | 0)],
  ctz: [([x]) => w.ctz(x), ([x]) => (x === 0 ? 32 : 31 - Math.clz32(x & -x))],
  sext16: [([x]) => w.sext16(x), ([x]) => (x << 16) >> 16],
  pack: [([x, y]) => w.pack(x, y), ([x, y]) => (x & 0xffff) | (y << 16)],
  abs: [([x]) => w.abs(x), ([x]) => Math.abs(x) | 0],
  ite: [([c, x, y]) => w.ite(c, x, y), ([c, x, y]) => (c === 1 ? x : y)],
  flag: [([c]) => w.flag(c), ([c]) => c],
  eq: [([x, y]) => w.eq(x, y), ([x, y]) => Number(x === y)],
  slt: [([x, y]) => w.slt(x, y), ([x, y]) => Number(x < y)],
  sle: [([x, y]) => w.sle(x, y), ([x, y]) => Number(x <= y)],
  ult: [([x, y]) => w.ult(x, y), ([x, y]) => Number(x >>> 0 < y >>> 0)],
  isTrue: [([x]) => w.isTrue(x), ([x]) => Number(x !== 0)],
  not: [([x]) => b.not(x), ([x]) => 1 - x],
  and: [(args) => b.and(...args), (args) => Number(args.every((x) => x === 1))],
  conjoin: [(args) => b.conjoin(...args), (args) => Number(args.every((x) => x === 1))],
  or: [(args) => b.or(...args), (args) => Number(args.includes(1))],
  implies: [([x, y]) => b.implies(x, y), ([x, y]) => Number(x === 0 || y === 1)],
  iff: [([x, y]) => b.iff(x, y), ([x, y]) => Number(x === y)],
  choose: [([c, x, y]) => b.choose(c, x, y), ([c, x, y]) => (c === 1 ? x : y)],
};

const floor = (x: bigint, divisor: bigint): bigint => {
  const quotient = x / divisor;
  return quotient * divisor > x ? quotient - 1n : quotient;
};

/** The same for mathematical integers; a Boolean or a word among the operands is a number of JavaScript. */
const NUMBERS: Record<string, readonly [Build, (args: readonly RawValue[], value: number) => RawValue]> = {
  int: [(_, value) => n.int(value), (_, value) => BigInt(value)],
  signed: [([x]) => n.signed(x), ([x]) => BigInt(x)],
  unsigned: [([x]) => n.unsigned(x), ([x]) => BigInt.asUintN(32, BigInt(x))],
  plus: [(args) => n.plus(...args), (args) => args.reduce<bigint>((sum, x) => sum + BigInt(x), 0n)],
  times: [([x, y]) => n.times(x, y), ([x, y]) => BigInt(x) * BigInt(y)],
  minus: [([x, y]) => n.minus(x, y), ([x, y]) => BigInt(x) - BigInt(y)],
  negative: [([x]) => n.minus(x), ([x]) => -BigInt(x)],
  pick: [([c, x, y]) => n.pick(c, x, y), ([c, x, y]) => (c === 1 ? x : y)],
  greatest: [([x, y]) => n.greatest(x, y), ([x, y]) => (x > y ? x : y)],
  least: [([x, y]) => n.least(x, y), ([x, y]) => (x < y ? x : y)],
  magnitude: [([x]) => n.magnitude(x), ([x]) => (x < 0n ? -BigInt(x) : x)],
  floorDiv: [([x], by) => n.floorDiv(x, BigInt(by)), ([x], by) => floor(BigInt(x), BigInt(by))],
  modulo: [
    ([x], by) => n.modulo(x, BigInt(by)),
    ([x], by) => BigInt(x) - BigInt(by) * floor(BigInt(x), BigInt(by)),
  ],
  le: [([x, y]) => n.le(x, y), ([x, y]) => Number(x <= y)],
  lt: [([x, y]) => n.lt(x, y), ([x, y]) => Number(x < y)],
  same: [([x, y]) => n.same(x, y), ([x, y]) => Number(x === y)],
};

/** The tree as the constructors make it: simplified. */
export function build(tree: Raw, memo = new Map<Raw, Term>()): Term {
  const known = memo.get(tree);
  if (known !== undefined) return known;
  const make = (WORDS[tree.op] ?? NUMBERS[tree.op])[0];
  const term = make(
    tree.args.map((arg) => build(arg, memo)),
    tree.value,
  );
  memo.set(tree, term);
  return term;
}

/** What the tree means, simplified by nothing. */
export function meaning(tree: Raw, values: readonly number[], memo = new Map<Raw, RawValue>()): RawValue {
  const known = memo.get(tree);
  if (known !== undefined) return known;
  const args = tree.args.map((arg) => meaning(arg, values, memo));
  const ofWords = WORDS[tree.op];
  const result =
    ofWords === undefined
      ? NUMBERS[tree.op][1](args, tree.value)
      : ofWords[1](args as readonly number[], tree.value, values);
  memo.set(tree, result);
  return result;
}

export const show = ({ op, args, value }: Raw): string =>
  args.length === 0
    ? `${op} ${value}`
    : `(${op}${value === 0 ? '' : ` ${value}`} ${args.map(show).join(' ')})`;
