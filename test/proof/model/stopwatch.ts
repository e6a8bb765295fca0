// Ghost state: a time that a law counts for itself by the clock, whatever the interlock keeps of it. Where the clock has
// gone round between two calls more time has passed than it shows; a stopwatch then shows less than the truth, never more.

import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { ELAPSED } from './calls.ts';
import { STEP_US_MAX } from './invariant.ts';

/** Clock time since the last call, µs. */
export const elapsedUs = n.unsigned(ELAPSED);

export interface Stopwatch {
  /** µs at the end of the last call. */
  readonly beforeUs: Term;
  /** µs at this call: what has passed since then is counted. */
  readonly nowUs: Term;
  /** Nothing more is known of it from the start. */
  readonly isTime: Term;
}

export function stopwatch(name: string): Stopwatch {
  const beforeUs = n.intVariable(`ghost.${name}Us`);
  return { beforeUs, nowUs: n.plus(beforeUs, elapsedUs), isTime: n.le(n.int(0), beforeUs) };
}

const stepUs = w.ite(w.ult(ELAPSED, w.word(STEP_US_MAX)), ELAPSED, w.word(STEP_US_MAX));

/** A count of the interlock, µs, moved on with the clock: up to `mostUs`, or down to 0. As words, for words are what it counts in. */
export function countedUp(beforeUs: Term, mostUs: number): Term {
  const most = w.word(mostUs);
  const sum = w.add(beforeUs, stepUs);
  return w.ite(w.slt(sum, most), sum, most);
}
export function countedDown(beforeUs: Term): Term {
  const rest = w.sub(beforeUs, stepUs);
  return w.ite(w.slt(w.ZERO, rest), rest, w.ZERO);
}
