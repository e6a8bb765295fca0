// Terms: what the symbolic execution computes with. One table holds each distinct term once, so that equal terms are the
// same object and a goal that is literally an assumption is found without a solver. Constructors in boolean.ts, word.ts
// and number.ts simplify; nothing else makes terms.

/** word: 32 bits, as wasm's i32; int and real: mathematical numbers, for what a law says in plain arithmetic. */
export type Sort = 'bool' | 'word' | 'int' | 'real';

export type Op =
  // booleans; `or` and `implies` are written with `and` and `not`
  | 'true'
  | 'not'
  | 'and'
  | 'eq'
  | 'slt'
  | 'ult'
  | 'le'
  | 'lt'
  | 'same'
  // words
  | 'const'
  | 'var'
  | 'add'
  | 'sub'
  | 'mul'
  | 'bitand'
  | 'bitor'
  | 'xor'
  | 'shl'
  | 'lshr'
  | 'ashr'
  | 'rotl'
  | 'sdiv'
  | 'ctz'
  | 'sext16'
  | 'pack'
  | 'ite'
  | 'smax'
  | 'smin'
  | 'abs'
  // numbers
  | 'number'
  | 'signed'
  | 'unsigned'
  | 'plus'
  | 'times'
  | 'floordiv'
  | 'modulo';

export interface Term {
  readonly id: number;
  readonly op: Op;
  readonly sort: Sort;
  readonly args: readonly Term[];
  /** Of a constant: a word as signed 32-bit value, or a number. */
  readonly value: bigint;
  /** Of a variable. */
  readonly name: string;
  /** Of a variable: the bounds of what its kind can hold. */
  readonly low: bigint;
  readonly high: bigint;
}

const table = new Map<string, Term>();
const NO_ARGS: readonly Term[] = [];

/** The one term with this operation and these arguments. */
export function make(op: Op, sort: Sort, args: readonly Term[], value = 0n): Term {
  let key = `${op}${sort}${value}`;
  for (const arg of args) key += `,${arg.id}`;
  const known = table.get(key);
  if (known !== undefined) return known;
  const term: Term = { id: table.size, op, sort, args, value, name: '', low: 0n, high: 0n };
  table.set(key, term);
  return term;
}

/** A variable by name: the same name is the same variable, with the same bounds. */
export function variable(name: string, sort: Sort, low: bigint, high: bigint): Term {
  const key = `?${name}`;
  const known = table.get(key);
  if (known !== undefined) {
    if (known.sort !== sort || known.low !== low || known.high !== high)
      throw new TypeError(`variable ${name} was made before with another sort or other bounds`);
    return known;
  }
  const term: Term = { id: table.size, op: 'var', sort, args: NO_ARGS, value: 0n, name, low, high };
  table.set(key, term);
  return term;
}

const variablesOf = new WeakMap<Term, ReadonlySet<Term>>();

/** The variables that a term speaks of. */
export function variables(term: Term): ReadonlySet<Term> {
  const known = variablesOf.get(term);
  if (known !== undefined) return known;
  const found = new Set<Term>();
  if (term.op === 'var') found.add(term);
  for (const arg of term.args) for (const name of variables(arg)) found.add(name);
  variablesOf.set(term, found);
  return found;
}
