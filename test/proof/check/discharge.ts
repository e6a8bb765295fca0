// Puts obligations to the solver: first with the assumptions over the goal's own variables alone, then with those that
// touch them, then with all. Leaving assumptions out can only make a proof harder, never wrong.

import { Linear } from '../smt/linear.ts';
import { Numbers } from '../smt/numbers.ts';
import { productFacts } from '../smt/products.ts';
import { type Mode, type Script, writeScript } from '../smt/script.ts';
import { withNamedSums } from '../smt/sums.ts';
import type { Answer, Solver } from '../solve/query.ts';
import { and, conjoin, conjuncts, not, TRUE } from '../term/boolean.ts';
import { type Term, variables } from '../term/term.ts';
import type { Obligation } from './obligation.ts';

/** A query that was put to the solver and what it said; `expected` is what proves the obligation. */
export interface Asked {
  readonly obligation: Obligation;
  readonly script: Script;
  readonly mode: Mode;
}

export interface Discharged {
  readonly obligation: Obligation;
  readonly verdict: 'immediate' | 'proven' | 'failed' | 'undecided';
  /** The query that decided it; null for an immediate one. */
  readonly asked: Asked | null;
  /** Values of the variables of a counterexample. */
  readonly model: ReadonlyMap<Term, bigint | boolean | string>;
  readonly ms: number;
  readonly reason: string;
}

const CLAUSES_MAX = 64;

/** a → (b ∧ c) as a → b and a → c, so that each can be left out for itself; as it is where that makes too many. */
export function clauses(fact: Term): readonly Term[] {
  const done: Term[] = [];
  const open = [...conjuncts(fact)];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (done.length + open.length > CLAUSES_MAX) return conjuncts(fact);
    const parts = distributed(next);
    if (parts === null) done.push(next);
    else open.push(...parts.flatMap(conjuncts));
  }
  return done;
}

function distributed(fact: Term): Term[] | null {
  if (fact.op !== 'not' || fact.args[0].op !== 'and') return null;
  const inner = fact.args[0].args;
  const at = inner.findIndex((part) => part.op === 'not' && part.args[0].op === 'and');
  if (at < 0) return null;
  const rest = inner.filter((_, i) => i !== at);
  return inner[at].args[0].args.map((part) => not(and(...rest, not(part))));
}

/** The query whether a path can be taken at all, its comparisons being true or false as they like. */
export function emptiness(path: Term): Script {
  return writeScript('shape', conjuncts(path), null);
}

/** True where no solver is needed: the goal is true, or it is one of the assumptions. */
function isImmediate(facts: ReadonlySet<Term>, goal: Term): boolean {
  if (goal === TRUE || facts.has(goal)) return true;
  if (goal.op === 'not' && goal.args[0].op === 'and')
    return goal.args[0].args.some((part) => facts.has(not(part)));
  return false;
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

/** Assumptions by how near they are to the goal: over its variables alone; about the same electrode; all. */
function nearness(assumed: readonly Term[], goal: Term): Term[][] {
  const names = variables(goal);
  const uses = new Map<Term, number>();
  for (const fact of assumed) for (const name of variables(fact)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const own = new Set([...names].filter((name) => (uses.get(name) ?? 0) <= HUB_FACTS));
  const touches = (fact: Term, some: ReadonlySet<Term>): boolean =>
    [...variables(fact)].some((name) => some.has(name));
  const levels = [over(names, assumed)];
  for (const most of NEAR_NAMES) {
    const close = assumed.filter((fact) => variables(fact).size <= most && touches(fact, own));
    levels.push(over(new Set([...names, ...close.flatMap((fact) => [...variables(fact)])]), assumed));
  }
  levels.push([...assumed]);
  return levels.filter((level, i) => i === 0 || level.length > levels[i - 1].length);
}

/** True where a term speaks of numbers, so that bit vectors cannot say it. */
const hasNumbers = new WeakMap<Term, boolean>();
function speaksOfNumbers(a: Term): boolean {
  let known = hasNumbers.get(a);
  if (known === undefined) {
    known = a.sort === 'int' || a.sort === 'real' || a.args.some(speaksOfNumbers);
    hasNumbers.set(a, known);
  }
  return known;
}

/** The script that asks for a counterexample to the goal under these assumptions. */
export function question(mode: Mode, assumed: readonly Term[], goal: Term): Script {
  if (mode === 'words' || mode === 'shape' || mode === 'products') return writeScript(mode, assumed, goal);
  const numbers = new Numbers(conjoin(...assumed), {
    hasFreeChoices: mode === 'choices',
    hasWholeProducts: mode === 'whole' || mode === 'choices',
    hasNoCeilings: mode === 'plain',
  });
  const linear = new Linear();
  const facts = assumed.map((fact) => numbers.formula(fact));
  const wanted = numbers.formula(goal);
  const all = [...numbers.facts, ...facts].flatMap(conjuncts).map((fact) => linear.formula(fact));
  const last = linear.formula(wanted);
  const lemmas = productFacts(linear.products, numbers.ranges).map((fact) => linear.formula(fact));
  return writeScript(mode, [...all, ...lemmas], last);
}

export async function discharge(obligation: Obligation, solver: Solver): Promise<Discharged> {
  const { goal } = obligation;
  const assumed = [...new Set(obligation.assumed.flatMap(conjuncts).flatMap(clauses))];
  const settled = (
    verdict: Discharged['verdict'],
    asked: Asked | null,
    ms: number,
    reason = '',
  ): Discharged => ({
    obligation,
    verdict,
    asked,
    model: new Map(),
    ms,
    reason,
  });
  if (isImmediate(new Set(assumed), goal)) return settled('immediate', null, 0);
  let ms = 0;
  let last: Discharged | null = null;
  for (const { mode, level, goal: wanted, isFinal } of attempts(assumed, obligation)) {
    const script = question(mode, level, wanted);
    const answer = await solver.solve(script.text);
    ms += answer.ms;
    const asked: Asked = { obligation, script, mode };
    if (answer.verdict === 'unsat') return settled('proven', asked, ms);
    if (!isFinal) continue;
    const verdict = answer.verdict === 'sat' ? 'failed' : 'undecided';
    last = { obligation, verdict, asked, model: modelOf(script, answer), ms, reason: answer.reason };
    if (verdict === 'failed' && mode === 'words') return last;
  }
  return last ?? settled('undecided', null, ms, 'no query was put');
}

function modelOf(script: Script, answer: Answer): ReadonlyMap<Term, bigint | boolean | string> {
  const values = new Map<Term, bigint | boolean | string>();
  for (const [name, term] of script.names) {
    const value = answer.model.get(name);
    if (value !== undefined) values.set(term, value);
  }
  return values;
}

interface Attempt {
  readonly mode: Mode;
  readonly level: readonly Term[];
  readonly goal: Term;
  /** With all that is assumed, exactly: a counterexample to it is one to the obligation. */
  readonly isFinal: boolean;
}

/** Cheapest first: with few assumptions before with many, and bits where numbers cannot say it. */
function attempts(assumed: readonly Term[], { goal, mode }: Obligation): Attempt[] {
  if (mode !== undefined) return [{ mode, level: assumed, goal, isFinal: true }];
  const levels = nearness(assumed, goal);
  const last = levels[levels.length - 1];
  const exact = levels.map((level): Attempt => ({ mode: 'numbers', level, goal, isFinal: level === last }));
  // What a law says in plain numbers is about what words are worth: words as a whole do not help.
  if (speaksOfNumbers(goal)) return exact;
  const wanted = withNamedSums(goal);
  const facts = assumed.map(withNamedSums);
  const loose = over(withoutChoices(wanted), facts);
  const tries: Attempt[] = [{ mode: 'choices', level: loose, goal: wanted, isFinal: false }];
  for (const level of nearness(facts, wanted))
    tries.push({ mode: 'whole', level, goal: wanted, isFinal: false });
  tries.push(...exact);
  if (!last.some(speaksOfNumbers))
    for (const level of levels) tries.push({ mode: 'words', level, goal, isFinal: level === last });
  return tries;
}
