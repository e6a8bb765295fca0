// L12's measuring segments: small, at most two between recharges, and nothing else between them. The ghost counts them.

import { FLAG_HOLD, FLAG_MEASURE, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { electrodeName, view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import { segmentOf } from '../model/segment.ts';
import { and, iff, implies, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** Ghost: measuring segments since the last recharge of 800 µs or more, or since the output was last off. */
const MEASURES = w.wordVariable('ghost.measures');

const within = (most: number, a: Term): Term => n.between(n.int(-most), a, n.int(most));

/** What a call that ends so does to the count, and what it may release. */
export function measuring(call: Call, end: End): Obligation[] {
  const known = [w.eq(MEASURES, view(call.before).measures)];
  const { measures } = view(end.block);
  const [release] = end.effects.released;
  if (end.effects.hasSwitchedOff) return [];
  if (release === undefined)
    return [atEnd('L12', call, end, 'measuring segments are counted', w.eq(MEASURES, measures), known)];
  const { isRecharge, isHold, isMeasure } = segmentOf(release);
  const [durationUs] = release.args;
  const isZero = or(isRecharge, isHold);
  const isLongRest = and(isRecharge, w.sle(w.word(limits.PHASE_REST_US), durationUs));
  const next = w.ite(isLongRest, w.ZERO, w.ite(isMeasure, w.add(MEASURES, w.word(1)), MEASURES));
  const shown = (what: string, goal: Term): Obligation =>
    atRelease('L12', call, end, release, what, goal, known);
  return [
    shown('measuring segments are counted', w.eq(next, measures)),
    shown('a measuring segment is one of two', implies(isMeasure, w.sle(MEASURES, w.word(1)))),
    shown('no therapy goes between measuring segments', or(isZero, isMeasure, w.eq(MEASURES, w.ZERO))),
    shown('a measuring segment carries current', not(and(isMeasure, isZero))),
    shown('what is released as measuring was asked for as that', iff(isMeasure, isAskedFor(call))),
    ...segmentOf(release).levels.flatMap((level, i) => {
      const chargePc = n.times(level, n.signed(durationUs));
      const small = (what: string, goal: Term): Obligation =>
        shown(`${electrodeName(i)} measures with little ${what}`, implies(isAskedFor(call), goal));
      return [
        small('current', within(limits.MEASURE_UA_MAX, level)),
        small('charge', within(limits.MEASURE_PC_MAX, chargePc)),
      ];
    }),
  ];
}

/** The request is one for a measuring segment, which is neither a recharge nor a hold. */
function isAskedFor({ args }: Call): Term {
  const is = (value: number): Term => w.eq(args[1], w.word(value));
  const isMeasure = not(w.eq(w.bitand(args[1], w.word(FLAG_MEASURE)), w.ZERO));
  return and(isMeasure, not(is(FLAG_RECHARGE)), not(is(FLAG_HOLD)));
}
