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
import { Assumptions } from './nearness.ts';
import type { Obligation } from './obligation.ts';

export interface Attempt {
  readonly mode: Mode;
  readonly level: readonly Term[];
  readonly goal: Term;
  /** With all that is assumed, exactly: a counterexample to it is one to the obligation. */
  readonly isFinal: boolean;
}

/** What a term's value comes from; where it is a choice, not what the choice depends on. */
const valuesOf = (a: Term): readonly Term[] =>
  a.op === 'ite' && a.sort === 'word' ? a.args.slice(1) : a.args;

const looseVariables = new WeakMap<Term, ReadonlySet<Term>>();
/** The variables of a term without those that only its choices depend on. */
function withoutChoices(a: Term): ReadonlySet<Term> {
  let known = looseVariables.get(a);
  if (known === undefined) {
    if (a.op === 'var') known = new Set([a]);
    else known = new Set(valuesOf(a).flatMap((part) => [...withoutChoices(part)]));
    looseVariables.set(a, known);
  }
  return known;
}

/** What bounds a term's values: assumptions over those variables and one other. */
function bounding(goal: Term, assumed: Assumptions): Term[] {
  const names = withoutChoices(goal);
  return assumed.over(new Set([...names, ...assumed.beside(names, 2)]));
}

/** Whether some part of a term is one of these, by term. */
export function speaksOf(
  isOne: (a: Term) => boolean,
  partsOf = ({ args }: Term): readonly Term[] => args,
): (a: Term) => boolean {
  const memo = new WeakMap<Term, boolean>();
  const speaks = (a: Term): boolean => {
    let known = memo.get(a);
    if (known === undefined) {
      known = isOne(a) || partsOf(a).some(speaks);
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
/** True where the value itself is made of bits, not only the choice between its values. */
const isMadeOfBits = speaksOf(({ op }) => BITS.has(op), valuesOf);
const speaksOfChoices = speaksOf(({ op, sort }) => op === 'ite' && sort === 'word');
const speaksOfProducts = speaksOf(({ op, args }) => op === 'mul' && args[1].op !== 'const');

/** What is made of a list of assumptions, once for each list. */
function perList<Made>(make: (list: readonly Term[]) => Made): (list: readonly Term[]) => Made {
  const made = new WeakMap<readonly Term[], { readonly of: Made }>();
  return (list) => {
    const known = made.get(list) ?? { of: make(list) };
    made.set(list, known);
    return known.of;
  };
}

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

/** What is assumed, as bits can say it. */
interface Said {
  readonly facts: readonly Term[];
  /** Values of variables, put in their place in the facts. */
  readonly known: ReadonlyMap<Term, Term>;
  readonly fields: Fields;
}

const inBits = perList((assumed): Said => {
  const said = assumed.filter((fact) => !speaksOfNumbers(fact)).map(withNamedSums);
  const known = definitions(said);
  const facts = said.map((fact) => substitute(fact, known));
  return { facts: [...new Set(facts.flatMap(conjuncts))], known, fields: new Fields(conjoin(...facts)) };
});

/** A goal about bits, cut off ever deeper, with what is near to it. */
function* bitAttempts(assumed: readonly Term[], goal: Term): Generator<Attempt> {
  const { facts, known, fields } = inBits(assumed);
  const plain = withCase(fields.of(substitute(withNamedSums(goal), known)));
  const cut = new Cut(plain);
  const cuts = speaksOfBits(goal) ? DEPTHS.filter((depth) => cut.isWorthwhile(depth)) : [];
  const ways = cuts.map((depth) => {
    const rewrite = cut.at(depth);
    const wanted = rewrite(plain);
    const left = [...new Set(facts.map(rewrite).flatMap(conjuncts))];
    return { wanted, levels: Assumptions.of(left).levels(wanted, false) };
  });
  const whole = { wanted: plain, levels: Assumptions.of(facts).levels(plain, false) };
  for (let near = 0; near < CUT_LEVELS; near++)
    for (const { wanted, levels } of [...ways, whole])
      if (near < levels.length) yield { mode: 'words', level: levels[near], goal: wanted, isFinal: false };
}

const withSums = perList((assumed) => assumed.map(withNamedSums));

/** Cheapest first: with few assumptions before with many, and bits where numbers cannot say it. */
export function* attempts(assumed: readonly Term[], { goal, mode }: Obligation): Generator<Attempt> {
  if (mode !== undefined) return yield { mode, level: assumed, goal, isFinal: true };
  const levels = Assumptions.of(assumed).levels(goal, speaksOfNumbers(goal));
  const last = levels[levels.length - 1];
  const exactly = (how: Mode, level: readonly Term[]): Attempt => ({
    mode: how,
    level,
    goal,
    isFinal: level === last,
  });
  const wanted = withNamedSums(goal);
  const said = new Set(assumed);
  const facts = withSums(assumed);
  const near = Assumptions.of(facts).levels(wanted, speaksOfNumbers(goal));
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
  const hasBitsInChoices = hasBits && speaksOfBits(goal) && !isMadeOfBits(goal);
  if (hasBitsInChoices)
    yield { mode: 'whole', level: bounding(goal, Assumptions.of(assumed)), goal, isFinal: false };
  if (hasBits && speaksOfBits(goal)) yield* bitAttempts(assumed, goal);
  if (speaksOfChoices(wanted))
    yield {
      mode: 'choices',
      level: Assumptions.of(facts).over(withoutChoices(wanted)),
      goal: wanted,
      isFinal: false,
    };
  const wholes = near.slice(0, -1).map(whole);
  yield* wholes.slice(0, 1);
  if (hasBits && !speaksOfBits(goal)) yield* bitAttempts(assumed, goal);
  yield* wholes.slice(1);
  yield whole(near[near.length - 1]);
  yield* levels.map((level) => exactly('numbers', level));
  if (!last.some(speaksOfNumbers)) yield* levels.map((level) => exactly('words', level));
}
