// An obligation with fewer assumptions: those alone that speak of nothing but its goal and what is named. What is left out can
// only make a proof harder, never wrong; where so little is enough, the solver does not have to look at all the rest.

import { type Term, variables } from '../term/term.ts';
import type { Obligation } from './obligation.ts';

export function narrowed(obligation: Obligation, ...about: readonly Term[]): Obligation {
  const names = new Set([obligation.goal, ...about].flatMap((term) => [...variables(term)]));
  const assumed = obligation.assumed.filter((fact) => [...variables(fact)].every((name) => names.has(name)));
  return { ...obligation, assumed };
}
