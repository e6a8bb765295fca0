// Mathematical integers and reals: what a law says in plain arithmetic, without a word's width.
import { and, bool, FALSE, not, TRUE } from './boolean.ts';
import { make, type Sort, type Term, variable } from './term.ts';

export function int(value: bigint | number): Term {
  return make('number', 'int', [], BigInt(value));
}
export function intVariable(name: string): Term {
  return variable(name, 'int', 0n, 0n);
}
export function realVariable(name: string): Term {
  return variable(name, 'real', 0n, 0n);
}

/** The signed and the unsigned value of a word. */
export function signed(a: Term): Term {
  return a.op === 'const' ? int(a.value) : make('signed', 'int', [a]);
}
export function unsigned(a: Term): Term {
  return a.op === 'const' ? int(BigInt.asUintN(32, a.value)) : make('unsigned', 'int', [a]);
}

const sortOf = (...args: readonly Term[]): Sort => (args.some((arg) => arg.sort === 'real') ? 'real' : 'int');

export function plus(...parts: readonly Term[]): Term {
  const rest: Term[] = [];
  let constant = 0n;
  for (const part of parts)
    for (const a of part.op === 'plus' ? part.args : [part])
      if (a.op === 'number') constant += a.value;
      else rest.push(a);
  rest.sort((a, b) => a.id - b.id);
  if (constant !== 0n || rest.length === 0) rest.push(int(constant));
  return rest.length === 1 ? rest[0] : make('plus', sortOf(...rest), rest);
}
export function times(a: Term, b: Term): Term {
  if (a.op === 'number' && b.op === 'number') return int(a.value * b.value);
  if (b.op === 'number') return times(b, a);
  if (a.op === 'number') {
    if (a.value === 0n) return a;
    if (a.value === 1n) return b;
    if (b.op === 'times' && b.args[0].op === 'number')
      return times(int(a.value * b.args[0].value), b.args[1]);
  }
  return make('times', sortOf(a, b), a.op === 'number' || a.id <= b.id ? [a, b] : [b, a]);
}
export function minus(a: Term, b?: Term): Term {
  return b === undefined ? times(int(-1), a) : plus(a, times(int(-1), b));
}

export function le(a: Term, b: Term): Term {
  if (a === b) return TRUE;
  if (a.op === 'number' && b.op === 'number') return bool(a.value <= b.value);
  return make('le', 'bool', [a, b]);
}
export function lt(a: Term, b: Term): Term {
  return not(le(b, a));
}
export function same(a: Term, b: Term): Term {
  if (a === b) return TRUE;
  if (a.op === 'number' && b.op === 'number') return FALSE;
  return make('same', 'bool', a.id <= b.id ? [a, b] : [b, a]);
}
export function between(low: Term, a: Term, high: Term): Term {
  return and(le(low, a), le(a, high));
}

/** c ? a : b of numbers. */
export function pick(c: Term, a: Term, b: Term): Term {
  if (c === TRUE || a === b) return a;
  if (c === FALSE) return b;
  if (c.op === 'not') return pick(c.args[0], b, a);
  return make('ite', sortOf(a, b), [c, a, b]);
}
export function greatest(a: Term, b: Term): Term {
  return pick(le(b, a), a, b);
}
export function least(a: Term, b: Term): Term {
  return pick(le(a, b), a, b);
}
export function magnitude(a: Term): Term {
  return pick(le(int(0), a), a, minus(a));
}
/** a / divisor, rounded down; the divisor is a positive constant. */
export function floorDiv(a: Term, divisor: bigint): Term {
  if (a.op === 'number') return int((a.value - (((a.value % divisor) + divisor) % divisor)) / divisor);
  return make('floordiv', 'int', [a], divisor);
}
/** What is left of a after `floorDiv`: 0 to divisor − 1. */
export function modulo(a: Term, divisor: bigint): Term {
  if (a.op === 'number') return int(((a.value % divisor) + divisor) % divisor);
  return make('modulo', 'int', [a], divisor);
}
