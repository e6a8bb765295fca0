// Puts obligations to the solver, one way after the other until one proves it (attempts.ts); one that is assumed or true needs
// no solver.

import { Linear } from '../smt/linear.ts';
import { Numbers } from '../smt/numbers.ts';
import { productFacts } from '../smt/products.ts';
import { type Mode, type Script, writeScript } from '../smt/script.ts';
import type { Answer, Solver } from '../solve/query.ts';
import { conjoin, conjuncts, not, TRUE } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import { factsIn } from './assumed.ts';
import { type Attempt, attempts } from './attempts.ts';
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

const NOT_ASKED = { asked: null, model: new Map<Term, never>(), ms: 0, reason: '' };

/** The query whether a path can be taken at all, its comparisons being true or false as they like. */
export function emptiness(path: Term): Script {
  return writeScript('shape', conjuncts(path), null);
}

/** True where no solver is needed: the goal is true, or it is one of the assumptions. */
export function isImmediate(facts: ReadonlySet<Term>, goal: Term): boolean {
  if (goal === TRUE || facts.has(goal)) return true;
  if (goal.op === 'not' && goal.args[0].op === 'and')
    return goal.args[0].args.some((part) => facts.has(not(part)));
  return false;
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

/**
 * What a solver may spend on each way to ask before it may spend more on any: a count of its own steps, so that what is tried
 * does not depend on the machine. About 4 s, about 25 s, and as much as it takes within its time.
 */
export const EFFORTS: readonly Effort[] = [3_000_000, 20_000_000, undefined];
/** Steps of the solver; undefined: as many as it takes within its time. */
type Effort = number | undefined;

/** Each way to ask with little effort, then those that were not decided with more, until one proves or refutes it. */
export async function discharge(
  obligation: Obligation,
  solver: Solver,
  efforts: readonly Effort[] = EFFORTS,
): Promise<Discharged> {
  const assumed = factsIn(obligation.assumed);
  let done: Discharged = { ...NOT_ASKED, obligation, verdict: 'immediate' };
  if (isImmediate(assumed.set, obligation.goal)) return done;
  let ways: Iterable<Way> = asked(attempts(assumed.list, obligation));
  for (const effort of efforts) {
    const { open, ...tried } = await tryAll(obligation, ways, solver, effort);
    done = { ...tried, ms: done.ms + tried.ms };
    if (done.verdict !== 'undecided' || open.length === 0) break;
    ways = open;
  }
  return done;
}

/** A way to ask, and the script that asks so. */
interface Way {
  readonly attempt: Attempt;
  readonly script: Script;
}

function* asked(ways: Iterable<Attempt>): Generator<Way> {
  for (const attempt of ways) yield { attempt, script: question(attempt.mode, attempt.level, attempt.goal) };
}

/** The first way that proves it, or the last one that refutes it; and the ways that are still open. */
async function tryAll(
  obligation: Obligation,
  ways: Iterable<Way>,
  solver: Solver,
  effort: Effort,
): Promise<Discharged & { readonly open: readonly Way[] }> {
  const open: Way[] = [];
  let ms = 0;
  let last: Discharged = { ...NOT_ASKED, obligation, verdict: 'undecided', reason: 'no query was put' };
  for (const way of ways) {
    const { attempt, script } = way;
    const answer = await solver.solve(script.text, { effort });
    ms += answer.ms;
    const put: Asked = { obligation, script, mode: attempt.mode };
    if (answer.verdict === 'unsat')
      return { ...NOT_ASKED, obligation, verdict: 'proven', asked: put, ms, open };
    if (answer.verdict === 'unknown') open.push(way);
    if (!attempt.isFinal) continue;
    const verdict = answer.verdict === 'sat' ? 'failed' : 'undecided';
    last = { obligation, verdict, asked: put, model: modelOf(script, answer), ms, reason: answer.reason };
    if (verdict === 'failed' && attempt.mode === 'words') break;
  }
  return { ...last, ms, open };
}

function modelOf(script: Script, answer: Answer): ReadonlyMap<Term, bigint | boolean | string> {
  const values = new Map<Term, bigint | boolean | string>();
  for (const [name, term] of script.names) {
    const value = answer.model.get(name);
    if (value !== undefined) values.set(term, value);
  }
  return values;
}
