// The ways in which an obligation is put to the solver, the cheapest first: with the assumptions over the goal's own variables
// alone, then with those that touch them, then with all; as numbers, or as bits where the goal takes words apart. Leaving
// assumptions out can only make a proof harder, never wrong.

import { Cut } from '../smt/cut.ts';
import type { Mode } from '../smt/script.ts';
import { withNamedSums } from '../smt/sums.ts';
import { and, conjoin, conjuncts, not } from '../term/boolean.ts';
import { Fields } from '../term/fields.ts';
import { substitute } from '../term/substitute.ts';
import { type Op, type Term, variables } from '../term/term.ts';
import type { Obligation } from './obligation.ts';

export interface Attempt {
  readonly mode: Mode;
  readonly level: readonly Term[];
  readonly goal: Term;
  /** With all that is assumed, exactly: a counterexample to it is one to the obligation. */
  readonly isFinal: boolean;
}

const looseVariables = new WeakMap<Term, ReadonlySet<Term>>();
/** The variables of a term without those that only its choices depend on. */
function withoutChoices(a: Term): ReadonlySet<Term> {
  let known = looseVariables.get(a);
  if (known === undefined) {
    if (a.op === 'var') known = new Set([a]);
    else {
      const parts = a.op === 'ite' && a.sort === 'word' ? a.args.slice(1) : a.args;
      known = new Set(parts.flatMap((part) => [...withoutChoices(part)]));
    }
    looseVariables.set(a, known);
  }
  return known;
}

/** Assumptions over these variables alone. */
function over(names: ReadonlySet<Term>, assumed: readonly Term[]): Term[] {
  return assumed.filter((fact) => [...variables(fact)].every((name) => names.has(name)));
}

/** A variable in more assumptions than this joins what has little to do with each other: the duration, the flags. */
const HUB_FACTS = 40;
/** How many variables an assumption may speak of to count as near: of one thing, or of one electrode. */
const NEAR_NAMES = [4, 12];

/**
 * Assumptions by how near they are to the goal: over its variables alone; about the same electrode; all. Where they are
 * followed, what is near to what is near counts as well: a ghost touches the state through its law alone.
 */
function nearness(assumed: readonly Term[], goal: Term, isFollowed = false): Term[][] {
  const names = variables(goal);
  const uses = new Map<Term, number>();
  for (const fact of assumed) for (const name of variables(fact)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const touches = (fact: Term, some: ReadonlySet<Term>): boolean =>
    [...variables(fact)].some((name) => some.has(name));
  const levels = [over(names, assumed)];
  let own = names;
  for (const most of NEAR_NAMES) {
    own = new Set([...own].filter((name) => (uses.get(name) ?? 0) <= HUB_FACTS));
    const close = assumed.filter((fact) => variables(fact).size <= most && touches(fact, own));
    const near = new Set([...names, ...close.flatMap((fact) => [...variables(fact)])]);
    levels.push(over(near, assumed));
    if (isFollowed) own = near;
  }
  levels.push([...assumed]);
  return levels.filter((level, i) => i === 0 || level.length > levels[i - 1].length);
}

/** Whether some part of a term is one of these, by term. */
export function speaksOf(isOne: (a: Term) => boolean): (a: Term) => boolean {
  const memo = new WeakMap<Term, boolean>();
  const speaks = (a: Term): boolean => {
    let known = memo.get(a);
    if (known === undefined) {
      known = isOne(a) || a.args.some(speaks);
      memo.set(a, known);
    }
    return known;
  };
  return speaks;
}

/** True where a term speaks of numbers, so that bit vectors cannot say it. */
const speaksOfNumbers = speaksOf(({ sort }) => sort === 'int' || sort === 'real');
const BITS = new Set<Op>(['bitand', 'bitor', 'shl', 'ashr', 'lshr', 'rotl', 'ctz']);
/** True where a term takes words apart or puts them together, so that numbers can hardly say it. */
const speaksOfBits = speaksOf(({ op }) => BITS.has(op));
const speaksOfProducts = speaksOf(({ op, args }) => op === 'mul' && args[1].op !== 'const');

/** Depths at which a goal about bits is cut off, one after the other. */
const DEPTHS = [8, 16];
/** Of the levels of nearness, how many are tried of a goal that is cut off: not with all that is assumed. */
const CUT_LEVELS = 3;

/** Variables that an assumption says the value of, in other variables. */
function definitions(assumed: readonly Term[]): ReadonlyMap<Term, Term> {
  const known = new Map<Term, Term>();
  for (const fact of assumed) {
    if (fact.op !== 'eq') continue;
    const [name, value] = fact.args[0].op === 'var' ? fact.args : [...fact.args].reverse();
    const isFree = name.op === 'var' && ![...variables(value)].some((one) => one === name || known.has(one));
    const isUsed = [...known.values()].some((other) => variables(other).has(name));
    if (isFree && !isUsed && !known.has(name)) known.set(name, value);
  }
  return known;
}

/** Of a goal "if x is 7, then …": the rest with 7 in place of x. */
function withCase(goal: Term): Term {
  if (goal.op !== 'not' || goal.args[0].op !== 'and') return goal;
  const literals = goal.args[0].args;
  const isCase = (a: Term): boolean => a.op === 'eq' && a.args[1].op === 'const' && a.args[0].op !== 'var';
  const cases = literals.filter(isCase);
  const values = new Map(cases.map(({ args: [word, value] }) => [word, value]));
  if (values.size === 0) return goal;
  return not(and(...cases, ...literals.filter((a) => !isCase(a)).map((a) => substitute(a, values))));
}

/** A goal about bits, cut off ever deeper, with what is near to it. */
function* bitAttempts(assumed: readonly Term[], goal: Term): Generator<Attempt> {
  const said = assumed.filter((fact) => !speaksOfNumbers(fact)).map(withNamedSums);
  const known = definitions(said);
  const facts = said.map((fact) => substitute(fact, known));
  const plain = withCase(new Fields(conjoin(...facts)).of(substitute(withNamedSums(goal), known)));
  const cut = new Cut(plain);
  const cuts = speaksOfBits(goal) ? DEPTHS.filter((depth) => depth <= cut.deepest) : [];
  const depths = [...cuts, Number.POSITIVE_INFINITY];
  const ways = depths.map((depth) => {
    const rewrite = cut.at(depth);
    const wanted = rewrite(plain);
    return { wanted, levels: nearness([...new Set(facts.map(rewrite).flatMap(conjuncts))], wanted) };
  });
  for (let near = 0; near < CUT_LEVELS; near++)
    for (const { wanted, levels } of ways)
      if (near < levels.length) yield { mode: 'words', level: levels[near], goal: wanted, isFinal: false };
}

/** Cheapest first: with few assumptions before with many, and bits where numbers cannot say it. */
export function* attempts(assumed: readonly Term[], { goal, mode }: Obligation): Generator<Attempt> {
  if (mode !== undefined) return yield { mode, level: assumed, goal, isFinal: true };
  const levels = nearness(assumed, goal, speaksOfNumbers(goal));
  const last = levels[levels.length - 1];
  const exactly = (how: Mode, level: readonly Term[]): Attempt => ({
    mode: how,
    level,
    goal,
    isFinal: level === last,
  });
  const wanted = withNamedSums(goal);
  const said = new Set(assumed);
  const facts = assumed.map(withNamedSums);
  const near = nearness(facts, wanted, speaksOfNumbers(goal));
  // What a law says in plain numbers is about what words are worth: words as a whole do not help.
  if (speaksOfNumbers(goal)) {
    const [own, ...others] = levels.map((level) => exactly('numbers', level));
    yield own;
    const isNamed = near.map((level) => wanted !== goal || level.some((fact) => !said.has(fact)));
    for (const [i, level] of near.slice(0, -1).entries())
      if (isNamed[i]) yield { mode: 'numbers', level, goal: wanted, isFinal: false };
    return yield* others;
  }
  const whole = (level: readonly Term[]): Attempt => ({ mode: 'whole', level, goal: wanted, isFinal: false });
  const hasBits = !speaksOfProducts(goal);
  if (hasBits && speaksOfBits(goal)) yield* bitAttempts(assumed, goal);
  yield { mode: 'choices', level: over(withoutChoices(wanted), facts), goal: wanted, isFinal: false };
  const wholes = near.slice(0, -1).map(whole);
  yield* wholes.slice(0, 1);
  if (hasBits && !speaksOfBits(goal)) yield* bitAttempts(assumed, goal);
  yield* wholes.slice(1);
  yield whole(near[near.length - 1]);
  yield* levels.map((level) => exactly('numbers', level));
  if (!last.some(speaksOfNumbers)) yield* levels.map((level) => exactly('words', level));
}
