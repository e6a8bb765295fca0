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
import { attempts } from './attempts.ts';
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

export async function discharge(obligation: Obligation, solver: Solver): Promise<Discharged> {
  const { goal } = obligation;
  const assumed = factsIn(obligation.assumed);
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
  if (isImmediate(assumed, goal)) return settled('immediate', null, 0);
  let ms = 0;
  let last: Discharged | null = null;
  for (const { mode, level, goal: wanted, isFinal } of attempts([...assumed], obligation)) {
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
