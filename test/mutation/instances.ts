// Obligations in a scene: with every word at its value there, what is left of an obligation is about histories alone, and
// quickly decided. A counterexample in a scene is one to the obligation; that a scene has none proves nothing.

import { type Discharged, discharge, EFFORTS } from '../proof/check/discharge.ts';
import type { Obligation } from '../proof/check/obligation.ts';
import { valuesOf } from '../proof/check/play.ts';
import type { Call } from '../proof/model/calls.ts';
import type { Solver } from '../proof/solve/query.ts';
import { conjuncts, FALSE, TRUE } from '../proof/term/boolean.ts';
import { evaluate, type Values } from '../proof/term/evaluate.ts';
import { substitute } from '../proof/term/substitute.ts';
import { type Term, variables } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';
import type { Scene } from './scenes.ts';

/** Real numbers have no value outside the solver. */
function hasReal(a: Term): boolean {
  return a.sort === 'real' || a.args.some(hasReal);
}

class Instance {
  private readonly values: Values;
  private readonly by = new Map<Term, Term>();
  private readonly memo = new Map<Term, Term>();

  constructor(call: Call, scene: Scene) {
    this.values = valuesOf(call, { args: scene.args, inputs: scene.inputs, before: scene.before });
  }

  /** The term with the words of the scene in it. */
  of(term: Term): Term {
    for (const name of variables(term)) {
      if (name.sort !== 'word' || this.by.has(name)) continue;
      const value = this.values.get(name);
      if (value !== undefined) this.by.set(name, w.word(value));
    }
    const left = substitute(term, this.by, this.memo);
    if (variables(left).size > 0 || hasReal(left)) return left;
    return evaluate(left, new Map()) === 1n ? TRUE : FALSE;
  }
}

/** What an obligation says in a scene; null where the scene does not meet what it assumes, or meets its goal. */
function instanceOf(obligation: Obligation, instance: Instance): Obligation | null {
  const goal = instance.of(obligation.goal);
  if (goal === TRUE) return null;
  const assumed: Term[] = [];
  for (const fact of obligation.assumed.flatMap(conjuncts)) {
    const left = instance.of(fact);
    if (left === FALSE) return null;
    if (left !== TRUE) assumed.push(left);
  }
  return { ...obligation, assumed, goal };
}

/** The first of the obligations of these calls that a scene refutes. */
export async function refutedIn(
  scenes: readonly Scene[],
  calls: readonly Call[],
  obligations: readonly Obligation[],
  solver: Solver,
): Promise<Obligation | null> {
  for (const scene of scenes)
    for (const call of calls) {
      if (call.name !== scene.call) continue;
      const instance = new Instance(call, scene);
      for (const obligation of obligations) {
        if (obligation.call !== call) continue;
        const inScene = instanceOf(obligation, instance);
        if (inScene !== null && (await isRefuted(inScene, solver))) return obligation;
      }
    }
  return null;
}

async function isRefuted(obligation: Obligation, solver: Solver): Promise<boolean> {
  if (obligation.goal === FALSE && obligation.assumed.length === 0) return true;
  const { verdict }: Discharged = await discharge(obligation, solver, EFFORTS.slice(0, 1));
  return verdict === 'failed';
}
