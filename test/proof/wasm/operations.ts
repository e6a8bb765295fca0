// The text-format names of binaryen's unary and binary operations on i32 and i64.
// Binaryen numbers unary and binary operations separately, with overlapping values: one map for each, never a shared one.
import type Binaryen from 'binaryen';

export interface OperationNames {
  readonly unary: ReadonlyMap<number, string>;
  readonly binary: ReadonlyMap<number, string>;
}

// Binaryen's name without its width, and the text format's without its type.
const UNARY = {
  Clz: 'clz',
  Ctz: 'ctz',
  Popcnt: 'popcnt',
  EqZ: 'eqz',
  ExtendS8: 'extend8_s',
  ExtendS16: 'extend16_s',
};
const UNARY_OF_ONE_TYPE = {
  ExtendS32Int64: 'i64.extend32_s',
  ExtendSInt32: 'i64.extend_i32_s',
  ExtendUInt32: 'i64.extend_i32_u',
  WrapInt64: 'i32.wrap_i64',
};
const BINARY = {
  Add: 'add',
  Sub: 'sub',
  Mul: 'mul',
  DivS: 'div_s',
  DivU: 'div_u',
  RemS: 'rem_s',
  RemU: 'rem_u',
  And: 'and',
  Or: 'or',
  Xor: 'xor',
  Shl: 'shl',
  ShrS: 'shr_s',
  ShrU: 'shr_u',
  RotL: 'rotl',
  RotR: 'rotr',
  Eq: 'eq',
  Ne: 'ne',
  LtS: 'lt_s',
  LtU: 'lt_u',
  LeS: 'le_s',
  LeU: 'le_u',
  GtS: 'gt_s',
  GtU: 'gt_u',
  GeS: 'ge_s',
  GeU: 'ge_u',
};

/** All integer operations by binaryen's numbers. */
export function operationNames(binaryen: typeof Binaryen): OperationNames {
  return {
    unary: byNumber(binaryen, { ...bothWidths(UNARY), ...UNARY_OF_ONE_TYPE }),
    binary: byNumber(binaryen, bothWidths(BINARY)),
  };
}

function bothWidths(stems: Readonly<Record<string, string>>): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [stem, name] of Object.entries(stems)) {
    names[`${stem}Int32`] = `i32.${name}`;
    names[`${stem}Int64`] = `i64.${name}`;
  }
  return names;
}

function byNumber(
  binaryen: typeof Binaryen,
  names: Readonly<Record<string, string>>,
): ReadonlyMap<number, string> {
  const numbers: Readonly<Record<string, unknown>> = { ...binaryen };
  const found = new Map<number, string>();
  for (const [key, name] of Object.entries(names)) {
    const number = numbers[key];
    if (typeof number !== 'number' || found.has(number)) throw new Error(`binaryen has no operation ${key}`);
    found.set(number, name);
  }
  return found;
}
