// How many instructions the runs to a place have taken: a number, and for each place where ways of different length met,
// a choice between two numbers. Exact for every run, and so small that a solver can look for the longest.

import { evaluate, type Values } from '../term/evaluate.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

export interface Cost {
  readonly fixed: number;
  readonly choices: readonly Choice[];
}

export interface Choice {
  readonly when: Term;
  readonly yes: Cost;
  readonly no: Cost;
}

export const FREE: Cost = { fixed: 0, choices: [] };

export function spent(cost: Cost, instructions: number): Cost {
  return instructions === 0 ? cost : { ...cost, fixed: cost.fixed + instructions };
}

/** Of two ways that meet: the first where the condition holds. What both have taken stands beside the choice. */
export function either(when: Term, a: Cost, b: Cost): Cost {
  const common = a.choices.filter((choice) => b.choices.includes(choice));
  const rest = ({ fixed, choices }: Cost): Cost => ({
    fixed,
    choices: choices.filter((choice) => !common.includes(choice)),
  });
  const [yes, no] = [rest(a), rest(b)];
  if (yes.fixed === no.fixed && yes.choices.length === 0 && no.choices.length === 0) return a;
  return { fixed: 0, choices: [...common, { when, yes, no }] };
}

/** No run takes fewer, whatever its conditions say. */
export function atLeast({ fixed, choices }: Cost): number {
  return choices.reduce((sum, { yes, no }) => sum + Math.min(atLeast(yes), atLeast(no)), fixed);
}

/** No run takes more, whatever its conditions say. */
export function atMost({ fixed, choices }: Cost): number {
  return choices.reduce((sum, { yes, no }) => sum + Math.max(atMost(yes), atMost(no)), fixed);
}

const terms = new WeakMap<Choice, Term>();
function choiceTerm(choice: Choice): Term {
  let term = terms.get(choice);
  if (term === undefined) {
    term = w.ite(choice.when, costTerm(choice.yes), costTerm(choice.no));
    terms.set(choice, term);
  }
  return term;
}

/** The number of instructions as a word. */
export function costTerm({ fixed, choices }: Cost): Term {
  return choices.map(choiceTerm).reduce((sum, choice) => w.add(sum, choice), w.word(fixed));
}

/** The number of instructions of one run. */
export function costIn({ fixed, choices }: Cost, values: Values, memo: Map<Term, bigint>): number {
  return choices.reduce(
    (sum, { when, yes, no }) => sum + costIn(evaluate(when, values, memo) === 1n ? yes : no, values, memo),
    fixed,
  );
}
