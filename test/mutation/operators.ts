// What each operator becomes in a mutant: its negation, its neighbour one off, the operator it is most easily confused with.
// Operators are named as in the text format without their type ("gt_s"); never a table that maps an operator to itself.

import type { Binaryen } from './binaryen.ts';

const NEGATED: Readonly<Record<string, string>> = {
  eq: 'ne',
  ne: 'eq',
  lt_s: 'ge_s',
  lt_u: 'ge_u',
  gt_s: 'le_s',
  gt_u: 'le_u',
  le_s: 'gt_s',
  le_u: 'gt_u',
  ge_s: 'lt_s',
  ge_u: 'lt_u',
};
const ONE_OFF: Readonly<Record<string, string>> = {
  lt_s: 'le_s',
  lt_u: 'le_u',
  gt_s: 'ge_s',
  gt_u: 'ge_u',
  le_s: 'lt_s',
  le_u: 'lt_u',
  ge_s: 'gt_s',
  ge_u: 'gt_u',
};
const CONFUSED: Readonly<Record<string, string>> = {
  add: 'sub',
  sub: 'add',
  mul: 'add',
  div_s: 'mul',
  div_u: 'mul',
  rem_s: 'div_s',
  rem_u: 'div_u',
  and: 'or',
  or: 'and',
  xor: 'or',
  shl: 'shr_u',
  shr_u: 'shl',
  shr_s: 'shl',
  rotl: 'rotr',
  rotr: 'rotl',
};
/** Where the order of the operands does not matter, swapping them is no mutant. */
const COMMUTATIVE: ReadonlySet<string> = new Set(['eq', 'ne', 'add', 'mul', 'and', 'or', 'xor']);
const CONFUSED_UNARY: Readonly<Record<string, string>> = {
  ctz: 'clz',
  clz: 'ctz',
  popcnt: 'clz',
  extend8_s: 'extend16_s',
  extend16_s: 'extend8_s',
};

const SYMBOLS: Readonly<Record<string, string>> = {
  eq: '==',
  ne: '!=',
  lt_s: '<',
  lt_u: '< (unsigned)',
  gt_s: '>',
  gt_u: '> (unsigned)',
  le_s: '<=',
  le_u: '<= (unsigned)',
  ge_s: '>=',
  ge_u: '>= (unsigned)',
  add: '+',
  sub: '-',
  mul: '*',
  div_s: '/',
  div_u: '/ (unsigned)',
  rem_s: '%',
  rem_u: '% (unsigned)',
  and: '&',
  or: '|',
  xor: '^',
  shl: '<<',
  shr_s: '>>',
  shr_u: '>>>',
};
/** As a reader of the source knows the operator. */
export function symbolOf(name: string): string {
  return SYMBOLS[name] ?? name;
}

export interface Operator {
  /** 'i32' or 'i64'. */
  readonly type: string;
  /** 'gt_s' */
  readonly name: string;
  readonly isComparison: boolean;
  readonly isCommutative: boolean;
  /** Each: the other operator's name and binaryen's number for it. */
  readonly negated: readonly [string, number] | undefined;
  readonly oneOff: readonly [string, number] | undefined;
  readonly confused: readonly [string, number] | undefined;
}

/** Where binaryen spells a name otherwise. */
const SPELLED: Readonly<Record<string, string>> = {
  rotl: 'RotL',
  rotr: 'RotR',
  eqz: 'EqZ',
  extend8_s: 'ExtendS8',
  extend16_s: 'ExtendS16',
};

/** binaryen's constant of an operator: ('i32', 'gt_s') is GtSInt32. */
function numberOf(binaryen: Binaryen, type: string, name: string): number | undefined {
  const stem = SPELLED[name] ?? name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const key = stem + (type === 'i32' ? 'Int32' : 'Int64');
  return (binaryen as unknown as Readonly<Record<string, number | undefined>>)[key];
}

/** Every binary or unary operator that the tables know, by binaryen's number, which is unary's or binary's own. */
export function operatorsOf(binaryen: Binaryen, arity: 'binary' | 'unary'): ReadonlyMap<number, Operator> {
  const found = new Map<number, Operator>();
  const confused = arity === 'binary' ? CONFUSED : CONFUSED_UNARY;
  const names =
    arity === 'binary' ? [...Object.keys(NEGATED), ...Object.keys(CONFUSED)] : Object.keys(confused);
  for (const type of ['i32', 'i64']) {
    const other = (name: string | undefined): readonly [string, number] | undefined => {
      const number = name === undefined ? undefined : numberOf(binaryen, type, name);
      return name === undefined || number === undefined ? undefined : [name, number];
    };
    for (const name of names) {
      const number = numberOf(binaryen, type, name);
      if (number === undefined) continue;
      found.set(number, {
        type,
        name,
        isComparison: arity === 'binary' && name in NEGATED,
        isCommutative: COMMUTATIVE.has(name),
        negated: arity === 'binary' ? other(NEGATED[name]) : undefined,
        oneOff: arity === 'binary' ? other(ONE_OFF[name]) : undefined,
        confused: other(confused[name]),
      });
    }
  }
  return found;
}

/** binaryen's numbers of i32.eqz and i64.eqz. */
export function isZeroOperators(binaryen: Binaryen): ReadonlySet<number> {
  return new Set(['i32', 'i64'].map((type) => numberOf(binaryen, type, 'eqz')!));
}
