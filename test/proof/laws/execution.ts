// That the execution followed every run: it ends a path where a run would trap, leave the state block or go round a loop without
// end, and claims that no run gets there. A law that is shown alone rests on these claims; in a whole run L13 and L14 show them.

import type { Obligation } from '../check/obligation.ts';
import type { LawText } from '../check/tally.ts';
import { TRUE } from '../term/boolean.ts';
import { claimObligations } from './l13-bounded.ts';
import type { Run } from './law.ts';

export const EXECUTION: LawText = {
  id: 'execution',
  title: 'the execution',
  statement: 'The execution followed every run to its end.',
  numbers: [],
  requirements: ['REQ-INT-002'],
  assumptions: [],
};

export function executionObligations({ calls }: Run): Obligation[] {
  const claims = [...claimObligations('L13', calls), ...claimObligations('L14', calls)];
  if (claims.length > 0) return claims;
  return [{ law: EXECUTION.id, name: 'no path was ended', assumed: [], goal: TRUE, call: null, end: null }];
}
