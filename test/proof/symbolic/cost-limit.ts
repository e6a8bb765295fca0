// That a run takes at most so many instructions, said without a sum, which solvers find hard to split: what must hold of every
// longer run, and then a diagram of choices (N. Eén, N. Sörensson, "Translating Pseudo-Boolean Constraints into SAT", JSAT 2,
// 2006), cut short wherever no choice that is left matters any more.

import { and, choose, FALSE, not, TRUE } from '../term/boolean.ts';
import { substitute } from '../term/substitute.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { atLeast, atMost, type Choice, type Cost, costTerm } from './cost.ts';

const known = new WeakMap<Term, ReadonlySet<Term>>();
/** The conditions that a condition is made of, with itself. */
function conditionsIn(a: Term): ReadonlySet<Term> {
  let some = known.get(a);
  if (some === undefined) {
    const own = a.op === 'not' || a.op === 'true' ? [] : [a];
    const parts = a.op === 'not' || a.op === 'and' ? a.args : [];
    some = new Set([...own, ...parts.flatMap((part) => [...conditionsIn(part)])]);
    known.set(a, some);
  }
  return some;
}

/** Each condition that a cost depends on, with how many choices do. */
function conditionsOf({ choices }: Cost, uses = new Map<Term, number>()): ReadonlyMap<Term, number> {
  for (const { when, yes, no } of choices) {
    for (const condition of conditionsIn(when)) uses.set(condition, (uses.get(condition) ?? 0) + 1);
    conditionsOf(yes, uses);
    conditionsOf(no, uses);
  }
  return uses;
}

/** The cost of the runs in which a condition is so. */
function inCase(condition: Term, holds: boolean, cost: Cost): Cost {
  const by = new Map([[condition, holds ? TRUE : FALSE]]);
  const choices: Choice[] = [];
  let { fixed } = cost;
  for (const choice of cost.choices) {
    const when = conditionsIn(choice.when).has(condition) ? substitute(choice.when, by) : choice.when;
    const [yes, no] = [choice.yes, choice.no].map((way) => inCase(condition, holds, way));
    if (when !== TRUE && when !== FALSE) choices.push({ when, yes, no });
    else {
      const taken = when === TRUE ? yes : no;
      fixed += taken.fixed;
      choices.push(...taken.choices);
    }
  }
  return { fixed, choices };
}

/** What holds of every run that takes more, and what such a run takes. */
function longer(cost: Cost, most: number): { readonly facts: readonly Term[]; readonly rest: Cost } {
  const facts: Term[] = [];
  let rest = cost;
  for (let before = -1; before < facts.length; ) {
    before = facts.length;
    for (const condition of conditionsOf(rest).keys())
      for (const holds of [true, false]) {
        const other = inCase(condition, !holds, rest);
        if (atMost(other) > most) continue;
        facts.push(holds ? condition : not(condition));
        rest = inCase(condition, holds, rest);
        break;
      }
  }
  return { facts, rest };
}

/** Of equal costs the same text. */
const textOf = ({ fixed, choices }: Cost): string =>
  `${fixed}(${choices.map(({ when, yes, no }) => `${when.id}?${textOf(yes)}:${textOf(no)}`)})`;

/** A diagram may have so many nodes (that of the longest call has 482); what would need more is said as a sum. */
const DIAGRAM_MAX = 1000;

/** That a run with this cost takes at most this many instructions. */
export function takesAtMost(cost: Cost, most: number): Term {
  const diagram = new Map<string, Term>();
  const within = keptWithin(cost, most, diagram);
  return diagram.size < DIAGRAM_MAX ? within : w.sle(costTerm(cost), w.word(most));
}

/** The same as a diagram, which is of no use where it has grown too large. */
function keptWithin(cost: Cost, most: number, diagram: Map<string, Term>): Term {
  if (atMost(cost) <= most || diagram.size >= DIAGRAM_MAX) return TRUE;
  const { facts, rest } = longer(cost, most);
  if (atMost(rest) <= most) return TRUE;
  if (atLeast(rest) > most) return not(and(...facts));
  const text = textOf(rest);
  let within = diagram.get(text);
  if (within === undefined) {
    const [condition] = [...conditionsOf(rest)].reduce((a, b) => (b[1] > a[1] ? b : a));
    const [yes, no] = [true, false].map((holds) => keptWithin(inCase(condition, holds, rest), most, diagram));
    within = choose(condition, yes, no);
    diagram.set(text, within);
  }
  return not(and(...facts, not(within)));
}
