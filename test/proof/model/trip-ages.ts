// Ghost state of L8: how long ago the last trip and the one before it were, by the clock. A trip is where a call that began
// unlatched ends latched. Of a locked interlock they need not be known: nothing but a boot leaves the lock.

import * as board from '../../../firmware/board.ts';
import * as profile from '../../../firmware/profile.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import { and, FALSE, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type View, view } from './block.ts';
import type { Call, End } from './calls.ts';
import { isLatched } from './states.ts';
import { type Stopwatch, stopwatch } from './stopwatch.ts';

export interface TripAge extends Stopwatch {
  /** What is known of it before a call on a state that is not locked; L8 shows that a locked one stays locked. */
  assumed(call: Call): Term[];
}

/** The interlock's count of an age is no more than the age; of the newest its hold outlasts the second. */
function isNewest(ageUs: Term, v: View): Term {
  return and(
    n.le(n.signed(v.tripAge0), ageUs),
    n.le(n.int(profile.TRIP_HOLD_US), n.plus(ageUs, n.signed(v.tripHold))),
  );
}
function isSecondNewest(ageUs: Term, v: View): Term {
  return n.le(n.signed(v.tripAge1), ageUs);
}

function tripAge(name: string, relation: (ageUs: Term, v: View) => Term): TripAge {
  const watch = stopwatch(name);
  return {
    ...watch,
    assumed: (call) =>
      call.from === 'intact' ? [watch.isTime, relation(watch.beforeUs, view(call.before))] : [watch.isTime],
  };
}
export const newest = tripAge('sinceTrip', isNewest);
export const secondNewest = tripAge('sinceTripBefore', isSecondNewest);

/** A boot counts the trips that the status word had as of now, and holds a trip for a second from now. */
function atBoot(law: string, call: Call, end: End): Obligation[] {
  const after = view(end.block);
  const trips = w.bitand(
    w.ashr(call.args[1], w.word(board.STATUS_TRIPS_SHIFT)),
    w.word(board.STATUS_TRIPS_MASK),
  );
  const oldest = (count: number): Term =>
    w.ite(w.slt(w.word(count), trips), w.ZERO, w.word(profile.TRIP_WINDOW_US));
  return [
    atEnd(law, call, end, 'the last trip counts as of now', w.sle(after.tripAge0, oldest(0))),
    atEnd(law, call, end, 'the trip before counts as of now', w.sle(after.tripAge1, oldest(1))),
    atEnd(law, call, end, 'a trip is held for a second', w.sle(w.word(profile.TRIP_HOLD_US), after.tripHold)),
  ];
}

/** The ages stay related to what the interlock counts. Where a call did not switch off, L8 shows that it did not trip. */
export function tripAgeObligations(law: string, call: Call, end: End): Obligation[] {
  if (call.name === 'boot') return atBoot(law, call, end);
  if (call.from === 'damaged') return [];
  const [before, after] = [view(call.before), view(end.block)];
  const isTrip = end.effects.hasSwitchedOff ? and(not(isLatched(before)), isLatched(after)) : FALSE;
  const newestUs = n.pick(isTrip, n.int(0), newest.nowUs);
  const secondUs = n.pick(isTrip, newest.nowUs, secondNewest.nowUs);
  return [
    atEnd(
      law,
      call,
      end,
      'the time since the last trip is kept',
      isNewest(newestUs, after),
      newest.assumed(call),
    ),
    atEnd(law, call, end, 'the time since the trip before is kept', isSecondNewest(secondUs, after), [
      ...newest.assumed(call),
      ...secondNewest.assumed(call),
    ]),
  ];
}
