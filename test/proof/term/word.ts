// 32-bit words with wasm's meaning. Each rule of simplification holds for every value of its operands; term.test.ts and
// the comparison with V8 try them. Patterns of the compiler (abs, max, min, packed halves) get an operation of their own.
import { and, bool, choose, FALSE, not, or, TRUE } from './boolean.ts';
import { make, type Term, variable } from './term.ts';

const I16_MIN = -32768n;
const I16_MAX = 32767n;

export function word(value: bigint | number): Term {
  return make('const', 'word', [], BigInt.asIntN(32, BigInt(value)));
}
export const ZERO = word(0);
const ONE = word(1);

/** A variable of 32 bits whose unsigned value is what it stands for. */
export function unsignedVariable(name: string): Term {
  return variable(name, 'word', 0n, 0xffff_ffffn);
}

/** A variable of 32 bits, or of 16 bits that are sign-extended. */
export function wordVariable(name: string, bits: 32 | 16 = 32): Term {
  return variable(name, 'word', -(1n << BigInt(bits - 1)), (1n << BigInt(bits - 1)) - 1n);
}

export function isConst(a: Term): boolean {
  return a.op === 'const';
}
const unsignedOf = (value: bigint): bigint => BigInt.asUintN(32, value);

/** True where the term's value as a signed word lies in 16 bits, whatever its variables. */
function isHalf(a: Term): boolean {
  if (a.op === 'const') return a.value >= I16_MIN && a.value <= I16_MAX;
  if (a.op === 'var') return a.low >= I16_MIN && a.high <= I16_MAX;
  if (a.op === 'sext16') return true;
  if (a.op === 'ite') return isHalf(a.args[1]) && isHalf(a.args[2]);
  return (a.op === 'smax' || a.op === 'smin') && isHalf(a.args[0]) && isHalf(a.args[1]);
}

function sorted(a: Term, b: Term): [Term, Term] {
  return a.id <= b.id ? [a, b] : [b, a];
}

/** What a choice can end in, in words. */
interface Ends {
  readonly count: number;
  /** All constants, or all constants and variables, or at least one constant. */
  readonly areConst: boolean;
  readonly areSimple: boolean;
  readonly haveConst: boolean;
}
const endsOf = new WeakMap<Term, Ends>();
function ends(a: Term): Ends {
  if (a.op !== 'ite') {
    const areConst = a.op === 'const';
    return { count: 1, areConst, areSimple: areConst || a.op === 'var', haveConst: areConst };
  }
  let known = endsOf.get(a);
  if (known === undefined) {
    const [x, y] = [ends(a.args[1]), ends(a.args[2])];
    known = {
      count: x.count + y.count,
      areConst: x.areConst && y.areConst,
      areSimple: x.areSimple && y.areSimple,
      haveConst: x.haveConst || y.haveConst,
    };
    endsOf.set(a, known);
  }
  return known;
}
/** A choice between constants: operations with a constant are carried out at each of its ends. */
const isChoice = (a: Term): boolean => a.op === 'ite' && ends(a).areConst && ends(a).count <= 4096;
const isSmall = (a: Term): boolean => a.op === 'ite' && ends(a).areSimple && ends(a).count <= 4096;
function inEach(a: Term, f: (end: Term) => Term, memo = new Map<Term, Term>()): Term {
  if (a.op !== 'ite') return f(a);
  let known = memo.get(a);
  if (known === undefined) {
    known = ite(a.args[0], inEach(a.args[1], f, memo), inEach(a.args[2], f, memo));
    memo.set(a, known);
  }
  return known;
}
function inEachBool(a: Term, f: (end: Term) => Term, memo = new Map<Term, Term>()): Term {
  if (a.op !== 'ite') return f(a);
  let known = memo.get(a);
  if (known === undefined) {
    known = choose(a.args[0], inEachBool(a.args[1], f, memo), inEachBool(a.args[2], f, memo));
    memo.set(a, known);
  }
  return known;
}
/** The condition of a word that is 1 where it holds and else 0; null for any other word. */
function conditionOf(a: Term): Term | null {
  if (a.op !== 'ite' || !ends(a).areConst) return null;
  const [c, yes, no] = a.args;
  if (yes === ONE && no === ZERO) return c;
  return yes === ZERO && no === ONE ? not(c) : null;
}
function ofConditions(a: Term, b: Term, f: (a: Term, b: Term) => Term): Term | null {
  const [c, d] = [conditionOf(a), conditionOf(b)];
  return c === null || d === null ? null : flag(f(c, d));
}
/** Carries a binary operation into a choice of constants where the other operand is a constant. */
function distributed(a: Term, b: Term, f: (a: Term, b: Term) => Term): Term | null {
  if (isConst(b) && isChoice(a)) return inEach(a, (end) => f(end, b));
  if (isConst(a) && isChoice(b)) return inEach(b, (end) => f(a, end));
  return null;
}

export function add(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value + b.value);
  if (isConst(a)) return add(b, a);
  if (isConst(b)) {
    if (b.value === 0n) return a;
    if (a.op === 'add' && isConst(a.args[1])) return add(a.args[0], word(a.args[1].value + b.value));
    return distributed(a, b, add) ?? make('add', 'word', [a, b]);
  }
  if (a.op === 'sub' && a.args[0] === ZERO) return sub(b, a.args[1]);
  if (b.op === 'sub' && b.args[0] === ZERO) return sub(a, b.args[1]);
  return make('add', 'word', sorted(a, b));
}

export function sub(a: Term, b: Term): Term {
  if (isConst(b)) return add(a, word(-b.value));
  if (a === b) return ZERO;
  if (a.op === 'add' && a.args.includes(b)) return a.args[0] === b ? a.args[1] : a.args[0];
  // (x ^ (x >> 31)) − (x >> 31)
  if (isSign(b) && a === xor(b.args[0], b)) return abs(b.args[0]);
  if (a === ZERO && b.op === 'sub') return sub(b.args[1], b.args[0]);
  return distributed(a, b, sub) ?? make('sub', 'word', [a, b]);
}

/** x >> 31. */
const isSign = (a: Term): boolean => a.op === 'ashr' && a.args[1].value === 31n;

export function abs(a: Term): Term {
  if (isConst(a)) return word(a.value < 0n ? -a.value : a.value);
  if (a.op === 'sub' && a.args[0] === ZERO) return abs(a.args[1]);
  return make('abs', 'word', [a]);
}

export function mul(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value * b.value);
  if (isConst(a)) return mul(b, a);
  if (b === ZERO) return ZERO;
  if (b === ONE) return a;
  // The sign of a factor goes to the front, so that −x·y and x·y share a product.
  if (a.op === 'sub' && a.args[0] === ZERO) return sub(ZERO, mul(a.args[1], b));
  if (b.op === 'sub' && b.args[0] === ZERO) return sub(ZERO, mul(a, b.args[1]));
  return make('mul', 'word', isConst(b) ? [a, b] : sorted(a, b));
}

export function bitand(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value & b.value);
  if (isConst(a)) return bitand(b, a);
  if (a === b || (isConst(b) && b.value === -1n)) return a;
  if (b === ZERO) return ZERO;
  if (a.op === 'pack' && isConst(b) && b.value >= 0n && b.value <= 0xffffn) return bitand(a.args[0], b);
  if (a.op === 'pack' && isConst(b) && b.value === -0x10000n) return pack(ZERO, a.args[1]);
  if (isConst(b) && a.op === 'bitand' && isConst(a.args[1]))
    return bitand(a.args[0], word(a.args[1].value & b.value));
  return (
    ofConditions(a, b, and) ??
    distributed(a, b, bitand) ??
    make('bitand', 'word', isConst(b) ? [a, b] : sorted(a, b))
  );
}

const isLowHalf = (a: Term): boolean => a.op === 'bitand' && a.args[1].value === 0xffffn;
/** What stands in the high half of a word whose low half is 0; null for any other. */
function highHalf(a: Term): Term | null {
  if (a.op === 'shl' && a.args[1].value === 16n) return a.args[0];
  return a.op === 'pack' && a.args[0] === ZERO ? a.args[1] : null;
}

export function bitor(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value | b.value);
  if (isConst(a)) return bitor(b, a);
  if (a === b || b === ZERO) return a;
  for (const [x, y] of [
    [a, b],
    [b, a],
  ]) {
    const above = isLowHalf(x) ? highHalf(y) : null;
    if (above !== null) return pack(x.args[0], above);
  }
  return (
    ofConditions(a, b, or) ??
    distributed(a, b, bitor) ??
    make('bitor', 'word', isConst(b) ? [a, b] : sorted(a, b))
  );
}

/** Flat, without pairs of equal operands: two sums over the same cells are the same term (L14). */
export function xor(...parts: readonly Term[]): Term {
  const odd = new Set<Term>();
  let constant = 0n;
  for (const part of parts) {
    for (const operand of part.op === 'xor' ? part.args : [part]) {
      if (isConst(operand)) constant ^= operand.value;
      else if (!odd.delete(operand)) odd.add(operand);
    }
  }
  const operands = [...odd].sort((a, b) => a.id - b.id);
  if (constant !== 0n) operands.push(word(constant));
  if (operands.length === 0) return ZERO;
  if (operands.length === 2) {
    // (x + (x >> 31)) ^ (x >> 31)
    for (const [sum, sign] of [operands, [operands[1], operands[0]]])
      if (isSign(sign) && sum === add(sign.args[0], sign)) return abs(sign.args[0]);
  }
  return operands.length === 1 ? operands[0] : make('xor', 'word', operands);
}

export function shl(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value << (b.value & 31n));
  if (b === ZERO) return a;
  return distributed(a, b, shl) ?? make('shl', 'word', [a, b]);
}
export function lshr(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(unsignedOf(a.value) >> (b.value & 31n));
  if (b === ZERO) return a;
  return make('lshr', 'word', [a, b]);
}
export function ashr(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b)) return word(a.value >> (b.value & 31n));
  if (b === ZERO) return a;
  if (a.op === 'pack' && isConst(b) && b.value === 16n) return sext16(a.args[1]);
  return distributed(a, b, ashr) ?? make('ashr', 'word', [a, b]);
}
export function rotl(a: Term, b: Term): Term {
  if (!isConst(a) || !isConst(b)) return make('rotl', 'word', [a, b]);
  const shift = b.value & 31n;
  return word((unsignedOf(a.value) << shift) | (unsignedOf(a.value) >> (32n - shift)));
}
/** Signed division towards zero. Its traps are obligations of the execution, not of the term. */
export function sdiv(a: Term, b: Term): Term {
  if (isConst(a) && isConst(b) && b.value !== 0n) return word(a.value / b.value);
  return make('sdiv', 'word', [a, b]);
}
export function ctz(a: Term): Term {
  if (!isConst(a)) return make('ctz', 'word', [a]);
  let count = 0n;
  while (count < 32n && ((a.value >> count) & 1n) === 0n) count++;
  return word(count);
}
export function sext16(a: Term): Term {
  if (isConst(a)) return word(BigInt.asIntN(16, a.value));
  if (isHalf(a)) return a;
  if (a.op === 'pack') return sext16(a.args[0]);
  if (a.op === 'bitand' && isConst(a.args[1]) && (a.args[1].value & 0xffffn) === 0xffffn)
    return sext16(a.args[0]);
  return make('sext16', 'word', [a]);
}
/** Low half of `low` and, above it, low half of `high`. */
export function pack(low: Term, high: Term): Term {
  if (isConst(low) && isConst(high)) return word((low.value & 0xffffn) | (high.value << 16n));
  return make('pack', 'word', [low, high]);
}

export function ite(c: Term, a: Term, b: Term): Term {
  if (c === TRUE || a === b) return a;
  if (c === FALSE) return b;
  if (c.op === 'not') return ite(c.args[0], b, a);
  if (a.op === 'ite' && a.args[0] === c) return ite(c, a.args[1], b);
  if (b.op === 'ite' && b.args[0] === c) return ite(c, a, b.args[2]);
  if (c.op === 'slt') {
    const [less, more] = c.args;
    if (a === more && b === less) return make('smax', 'word', sorted(a, b));
    if (a === less && b === more) return make('smin', 'word', sorted(a, b));
  }
  return make('ite', 'word', [c, a, b]);
}

/** A variable whose bounds are those of its signed value. */
const isSigned = (a: Term): boolean => a.op === 'var' && a.high < 1n << 31n;

export function eq(a: Term, b: Term): Term {
  if (a === b) return TRUE;
  if (isConst(a) && isConst(b)) return FALSE;
  if (isConst(a)) return eq(b, a);
  if (isConst(b)) return eqConst(a, b);
  if (a.op === 'xor' || b.op === 'xor') {
    const rest = xor(a, b);
    if (isConst(rest)) return bool(rest.value === 0n);
    if (rest.op !== 'xor' || rest.args.length + 2 < Math.max(a.args.length, b.args.length))
      return eq(rest, ZERO);
  }
  return make('eq', 'bool', sorted(a, b));
}

function eqConst(a: Term, b: Term): Term {
  if (a.op === 'ite' && ends(a).haveConst) return inEachBool(a, (end) => eq(end, b));
  if (a.op === 'add' && isConst(a.args[1])) return eq(a.args[0], word(b.value - a.args[1].value));
  if (isSigned(a) && (b.value < a.low || b.value > a.high)) return FALSE;
  if (a.op === 'pack') {
    const [low, high] = a.args.map(sext16);
    return and(eq(low, sext16(b)), eq(high, word(b.value >> 16n)));
  }
  if (b === ZERO) {
    if (a.op === 'bitor') return and(eq(a.args[0], b), eq(a.args[1], b));
    if (a.op === 'sub') return eq(a.args[0], a.args[1]);
    if (a.op === 'abs') return eq(a.args[0], b);
  }
  return make('eq', 'bool', [a, b]);
}

export function slt(a: Term, b: Term): Term {
  if (a === b) return FALSE;
  if (isConst(a) && isConst(b)) return bool(a.value < b.value);
  if (isConst(b) && isSmall(a)) return inEachBool(a, (end) => slt(end, b));
  if (isConst(a) && isSmall(b)) return inEachBool(b, (end) => slt(a, end));
  if (isSigned(a) && isConst(b) && (a.high < b.value || a.low >= b.value)) return bool(a.high < b.value);
  if (isSigned(b) && isConst(a) && (a.value < b.low || a.value >= b.high)) return bool(a.value < b.low);
  // Of the greater of two: both are less, or one is more.
  if (a.op === 'smax') return and(slt(a.args[0], b), slt(a.args[1], b));
  if (b.op === 'smin') return and(slt(a, b.args[0]), slt(a, b.args[1]));
  if (a.op === 'smin') return not(and(not(slt(a.args[0], b)), not(slt(a.args[1], b))));
  if (b.op === 'smax') return not(and(not(slt(a, b.args[0])), not(slt(a, b.args[1]))));
  return make('slt', 'bool', [a, b]);
}
export function sle(a: Term, b: Term): Term {
  return not(slt(b, a));
}

export function ult(a: Term, b: Term): Term {
  if (a === b) return FALSE;
  if (isConst(a) && isConst(b)) return bool(unsignedOf(a.value) < unsignedOf(b.value));
  if (isConst(b) && isChoice(a)) return inEachBool(a, (end) => ult(end, b));
  return make('ult', 'bool', [a, b]);
}

/** 1 where it holds, else 0. */
export function flag(condition: Term): Term {
  return ite(condition, ONE, ZERO);
}
/** A word as a condition: not zero. */
export function isTrue(a: Term): Term {
  return not(eq(a, ZERO));
}
