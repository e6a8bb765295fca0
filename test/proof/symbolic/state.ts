// A state of the symbolic execution: what is known on a path, the values there, and what the call has done to the board.
import { and, conjoin, conjuncts, FALSE, not, or, TRUE } from '../term/boolean.ts';
import { PathBounds } from '../term/bounds.ts';
import type { Term } from '../term/term.ts';
import { type Cost, either } from './cost.ts';
import type { Block } from './memory.ts';
import { BLOCK_WORDS, chooseWord } from './memory.ts';
import { isPair, type Value } from './semantics.ts';

/** What a call did to the board so far. Only states with the same effects are merged. */
export interface Effects {
  /** Segments released, with everything that was true at that moment. */
  readonly released: readonly Release[];
  readonly hasSwitchedOff: boolean;
  readonly heartbeats: number;
  /** Newest value that each sensor channel gave in this call. */
  readonly sensed: ReadonlyMap<number, Term>;
  /** Newest value of hal.clock_us in this call. */
  readonly clock: Term | null;
}

export interface Release {
  readonly args: readonly Term[];
  readonly path: Term;
  readonly block: Block;
  readonly sensed: ReadonlyMap<number, Term>;
}

export const NO_EFFECTS: Effects = {
  released: [],
  hasSwitchedOff: false,
  heartbeats: 0,
  sensed: new Map(),
  clock: null,
};

export interface State {
  readonly path: Term;
  readonly locals: readonly Value[];
  readonly block: Block;
  readonly effects: Effects;
  /** Instructions so far. */
  readonly cost: Cost;
  /** Variables whose value this path has fixed. */
  readonly bindings: ReadonlyMap<Term, Term>;
}

const literalSets = new WeakMap<Term, ReadonlySet<Term>>();
function literals(path: Term): ReadonlySet<Term> {
  let set = literalSets.get(path);
  if (set === undefined) {
    set = new Set(conjuncts(path));
    literalSets.set(path, set);
  }
  return set;
}

/** The condition as far as the path already says it. */
export function known(path: Term, condition: Term): Term {
  if (condition === TRUE || condition === FALSE) return condition;
  const facts = literals(path);
  if (facts.has(condition)) return TRUE;
  if (facts.has(not(condition))) return FALSE;
  const inner = condition.op === 'not' ? condition.args[0] : condition;
  if (inner.op !== 'and') return decided(path, condition, inner);
  if (inner.args.some((part) => facts.has(not(part)))) return condition === inner ? FALSE : TRUE;
  const left = inner.args.filter((part) => !facts.has(part));
  if (left.length === inner.args.length) return condition;
  return condition === inner ? and(...left) : not(and(...left));
}

const boundsOf = new WeakMap<Term, PathBounds>();
/** A comparison that the bounds of its operands decide. */
function decided(path: Term, condition: Term, inner: Term): Term {
  if (inner.op !== 'slt' && (inner.op !== 'eq' || inner.args[1].op !== 'const')) return condition;
  let bounds = boundsOf.get(path);
  if (bounds === undefined) {
    bounds = new PathBounds(path);
    boundsOf.set(path, bounds);
  }
  const [a, b] = [bounds.of(inner.args[0]), bounds.of(inner.args[1])];
  const isApart = inner.op === 'slt' ? a.low >= b.high : a.high < b.low || a.low > b.high;
  if (isApart) return condition === inner ? FALSE : TRUE;
  if (inner.op === 'slt' && a.high < b.low) return condition === inner ? TRUE : FALSE;
  return condition;
}

function difference(a: Block, b: Block): number {
  if (a === b) return 0;
  let count = 0;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) count++;
  return count;
}

/** States that differ in more words than an electrode's record stay apart: an off, an acceptance; or in the electrode that was meant. */
const WORDS_MERGED = 12;

/** The parity at the block's end. Once it is written, states stay apart: a choice between two sums is no sum. */
const PARITY_WORD = BLOCK_WORDS - 1;

function haveSameEffects({ effects: x }: State, { effects: y }: State): boolean {
  return (
    x.hasSwitchedOff === y.hasSwitchedOff &&
    x.heartbeats === y.heartbeats &&
    x.released === y.released &&
    x.clock === y.clock
  );
}

function canMerge(a: State, b: State): boolean {
  return (
    haveSameEffects(a, b) &&
    a.block[PARITY_WORD] === b.block[PARITY_WORD] &&
    haveSameBindings(a, b) &&
    difference(a.block, b.block) <= WORDS_MERGED
  );
}

function haveSameBindings(a: State, b: State): boolean {
  return (
    a.bindings.size === b.bindings.size &&
    [...a.bindings].every(([name, value]) => b.bindings.get(name) === value)
  );
}

/** Literals that only one of two paths has, and what both have. */
function split(a: Term, b: Term): { common: Term; onlyA: Term; onlyB: Term; selector: Term } {
  const [setA, setB] = [literals(a), literals(b)];
  const restA = [...setA].filter((literal) => !setB.has(literal));
  const restB = [...setB].filter((literal) => !setA.has(literal));
  const common = conjoin(...[...setA].filter((literal) => setB.has(literal)));
  const opposite = restA.find((literal) => setB.has(not(literal)));
  const onlyA = conjoin(...restA);
  return { common, onlyA, onlyB: conjoin(...restB), selector: opposite ?? onlyA };
}

function chooseValue(c: Term, a: Value, b: Value): Value {
  if (a === b) return a;
  if (!isPair(a) && !isPair(b)) return chooseWord(c, a, b);
  if (isPair(a) && isPair(b))
    return { low: chooseWord(c, a.low, b.low), high: chooseWord(c, a.high, b.high) };
  throw new TypeError('values of different types meet');
}

/** Only what both paths have read: a law never speaks of a reading that one of them did not take. */
function mergeSensed(c: Term, a: Effects, b: Effects): ReadonlyMap<number, Term> {
  if (a.sensed === b.sensed) return a.sensed;
  const sensed = new Map<number, Term>();
  for (const [channel, value] of a.sensed) {
    const other = b.sensed.get(channel);
    if (other !== undefined) sensed.set(channel, chooseWord(c, value, other));
  }
  return sensed;
}

export interface Outcome {
  readonly state: State;
  readonly value: Value | null;
}

function mergeTwo(a: Outcome, b: Outcome): Outcome {
  const { common, onlyA, onlyB, selector } = split(a.state.path, b.state.path);
  const [x, y] = [a.state, b.state];
  const bindings = new Map([...x.bindings].filter(([name, value]) => y.bindings.get(name) === value));
  const state: State = {
    path: conjoin(common, or(onlyA, onlyB)),
    locals: x.locals.map((value, i) => chooseValue(selector, value, y.locals[i])),
    block: x.block === y.block ? x.block : x.block.map((word, i) => chooseWord(selector, word, y.block[i])),
    effects: {
      ...x.effects,
      sensed: mergeSensed(selector, x.effects, y.effects),
    },
    cost: either(selector, x.cost, y.cost),
    bindings,
  };
  if (a.value === null || b.value === null) return { state, value: null };
  return { state, value: chooseValue(selector, a.value, b.value) };
}

/**
 * Joins outcomes that meet at the same place, as far as they are alike. The last first: whoever left last knows most, and
 * its path differs from that of the one before in a single literal.
 */
export function merge(outcomes: readonly Outcome[]): Outcome[] {
  return mergeWhere(outcomes, canMerge);
}

/** Joins the ends of a whole call that leave the same block and did the same, whatever electrode was meant. */
export function mergeEnds(outcomes: readonly Outcome[]): Outcome[] {
  return mergeWhere(outcomes, (a, b) => haveSameEffects(a, b) && difference(a.block, b.block) === 0);
}

function mergeWhere(outcomes: readonly Outcome[], fits: (a: State, b: State) => boolean): Outcome[] {
  const merged: Outcome[] = [];
  for (const outcome of [...outcomes].reverse()) {
    const at = merged.findIndex((other) => fits(other.state, outcome.state));
    if (at < 0) merged.push(outcome);
    else merged[at] = mergeTwo(outcome, merged[at]);
  }
  return merged.reverse();
}
