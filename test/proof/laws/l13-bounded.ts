// L13: every call ends, without a trap and within a number of instructions. What the execution could not rule out by itself
// are its claims; how many instructions a call takes is looked for by check/bounds.ts.

import { atEnd, type Obligation } from '../check/obligation.ts';
import { type Call, type End, isDamaged } from '../model/calls.ts';
import { FREE } from '../symbolic/cost.ts';
import type { Claim } from '../symbolic/execute.ts';
import { NO_EFFECTS } from '../symbolic/state.ts';
import { conjoin, FALSE, not, TRUE } from '../term/boolean.ts';
import { type Term, variable } from '../term/term.ts';
import type { Law } from './law.ts';

/** Where a claim is made the call has not ended: an end that is none, for what is assumed. */
const unfinished = (call: Call, path: End['path']): End => ({
  path,
  block: call.before,
  result: null,
  effects: NO_EFFECTS,
  cost: FREE,
});

/** What the execution of every call claimed for that law. */
export function claimObligations(law: Claim['law'], calls: readonly Call[]): Obligation[] {
  return calls.flatMap((call) =>
    call.claims
      .filter((claim) => claim.law === law)
      .map((claim) => atEnd(law, call, unfinished(call, claim.path), `never ${claim.what}`, claim.goal)),
  );
}

/** A condition with each of its comparisons true or false as it likes: what holds of it holds of the condition. */
function shapeOf(condition: Term): Term {
  if (condition === TRUE) return TRUE;
  if (condition.op === 'not') return not(shapeOf(condition.args[0]));
  if (condition.op === 'and') return conjoin(...condition.args.map(shapeOf));
  return variable(`comparison.${condition.id}`, 'bool', 0n, 1n);
}

/**
 * Whatever a call meets, one of its ends is how it ends: none is lost in a trap or in a loop. What a request compares is
 * too much to be read in full, and need not be: its ends are complete whatever the comparisons say.
 */
function completeness(call: Call): Obligation {
  const start = call.from === 'damaged' ? isDamaged(call.before) : TRUE;
  const read = call.name === 'request' ? shapeOf : (condition: Term): Term => condition;
  const others = call.ends.map((end) => not(read(end.path)));
  return atEnd(
    'L13',
    call,
    unfinished(call, read(start)),
    'every run comes to one of its ends',
    FALSE,
    others,
  );
}

export const bounded: Law = {
  id: 'L13',
  title: 'Bounded',
  statement:
    'Every call, with any arguments, clock and readings, ends without a trap, without a division by zero and without an access outside the memory, within the number of wasm instructions that the table of bounds gives for it.',
  numbers: [],
  requirements: ['REQ-INT-002', 'REQ-INT-006'],
  assumptions: ['The calls of the board return, and their own time is not counted.'],
  obligations: ({ calls, bounds = [] }) => [
    ...claimObligations('L13', calls),
    ...calls.map(completeness),
    ...bounds,
  ],
};
