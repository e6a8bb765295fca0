// Ghost state of L8: how long ago the last trip and the one before it were, by the clock. A trip is where a call that began
// unlatched ends latched. Of a locked interlock they need not be known: nothing but a boot leaves the lock.

import * as board from '../../../firmware/board.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { and, FALSE, implies, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import { type Term, variable } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type View, view } from './block.ts';
import type { Call, End } from './calls.ts';
import { isLatched } from './states.ts';
import { countedDown, countedUp, type Stopwatch, stopwatch } from './stopwatch.ts';

/** What the interlock keeps of trips. */
type Kept = Pick<View, 'tripAge0' | 'tripAge1' | 'tripHold'>;

export interface TripAge extends Stopwatch {
  /** What is known of it before a call on a state that is not locked; L8 shows that a locked one stays locked. */
  assumed(call: Call): Term[];
}

/** The interlock's count of an age is no more than the age; of the newest its hold outlasts the second. */
function isNewest(ageUs: Term, v: Kept): Term {
  return and(
    n.le(n.signed(v.tripAge0), ageUs),
    n.le(n.int(limits.TRIP_HOLD_US), n.plus(ageUs, n.signed(v.tripHold))),
  );
}
function isSecondNewest(ageUs: Term, v: Kept): Term {
  return n.le(n.signed(v.tripAge1), ageUs);
}

function tripAge(name: string, relation: (ageUs: Term, v: Kept) => Term): TripAge {
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
    w.ite(w.slt(w.word(count), trips), w.ZERO, w.word(limits.TRIP_WINDOW_US));
  return [
    atEnd(law, call, end, 'the last trip counts as of now', w.sle(after.tripAge0, oldest(0))),
    atEnd(law, call, end, 'the trip before counts as of now', w.sle(after.tripAge1, oldest(1))),
    atEnd(law, call, end, 'a trip is held for a second', w.sle(w.word(limits.TRIP_HOLD_US), after.tripHold)),
  ];
}

const tripAge0 = (before: View): Term => countedUp(before.tripAge0, limits.TRIP_WINDOW_US);
/** The age of the trip before the last, moved on with the clock: a third trip is too early while it is within the window. */
export const tripAge1 = (before: View): Term => countedUp(before.tripAge1, limits.TRIP_WINDOW_US);

/** What becomes of it in a call that trips, and in one that does not: no age runs ahead of the clock, and no hold falls faster. */
function keeps(isTrip: Term, after: Kept, before: View): Term {
  const anew = and(
    w.eq(after.tripAge0, w.ZERO),
    w.sle(after.tripAge1, tripAge0(before)),
    w.sle(w.word(limits.TRIP_HOLD_US), after.tripHold),
  );
  const goesOn = and(
    w.sle(after.tripAge0, tripAge0(before)),
    w.sle(after.tripAge1, tripAge1(before)),
    w.sle(countedDown(before.tripHold), after.tripHold),
  );
  return and(implies(isTrip, anew), implies(not(isTrip), goesOn));
}

/** Of a call that ends unlocked: what it leaves, whatever that is, as long as it is kept so. */
const LEFT: Kept = {
  tripAge0: w.wordVariable('left.tripAge0'),
  tripAge1: w.wordVariable('left.tripAge1'),
  tripHold: w.wordVariable('left.tripHold'),
};
const HAS_TRIPPED = variable('left.hasTripped', 'bool', 0n, 1n);

/** What is kept so stays related to the ages: of any call, once. */
export function tripAgeRelations(law: string, call: Call): Obligation[] {
  const before = view(call.before);
  const known = [...newest.assumed(call), ...secondNewest.assumed(call), keeps(HAS_TRIPPED, LEFT, before)];
  const newestUs = n.pick(HAS_TRIPPED, n.int(0), newest.nowUs);
  const secondUs = n.pick(HAS_TRIPPED, newest.nowUs, secondNewest.nowUs);
  const shown = (what: string, goal: Term): Obligation => ({
    law,
    name: `${call.name}: ${what}`,
    assumed: [...call.assumed.map(({ formula }) => formula), ...known],
    goal,
    call,
    end: null,
  });
  const isRecent = n.lt(secondNewest.nowUs, n.int(limits.TRIP_WINDOW_US));
  const isCountedRecent = w.slt(tripAge1(before), w.word(limits.TRIP_WINDOW_US));
  return [
    shown('the time since the last trip is kept', isNewest(newestUs, LEFT)),
    shown('the time since the trip before is kept', isSecondNewest(secondUs, LEFT)),
    shown('a trip before within ten minutes is noticed', implies(isRecent, isCountedRecent)),
  ];
}

/** That it is kept so. Where a call did not switch off, L8 shows that it did not trip. */
export function tripAgeObligations(law: string, call: Call, end: End): Obligation[] {
  if (call.name === 'boot') return atBoot(law, call, end);
  if (call.from === 'damaged') return [];
  const [before, after] = [view(call.before), view(end.block)];
  const isTrip = end.effects.hasSwitchedOff ? and(not(isLatched(before)), isLatched(after)) : FALSE;
  return [atEnd(law, call, end, 'the ages of trips go on with the clock', keeps(isTrip, after, before))];
}
