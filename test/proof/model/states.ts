// What a law says of the interlock's state and of what a call did: plain predicates over the view of a block and the effects
// of a call. They say what is; they never assume anything.

import { State } from '../../../firmware/status.ts';
import { bool } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { View } from './block.ts';
import type { End } from './calls.ts';

export function isIn(state: State, v: View): Term {
  return w.eq(v.state, w.word(state));
}

/** After a trip, or locked: the last two of the four states that the invariant allows. */
export function isLatched(v: View): Term {
  return w.sle(w.word(State.TRIPPED), v.state);
}

/** The board's `off` was called in that call. */
export function switchedOff(end: End): Term {
  return bool(end.effects.hasSwitchedOff);
}

/** Nothing went to the output stage in that call. */
export function releasedNothing(end: End): Term {
  return bool(end.effects.released.length === 0);
}
