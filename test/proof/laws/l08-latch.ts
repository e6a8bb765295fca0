// L8: after a trip nothing is released until it has been cleared, and it cannot be cleared too early, too often, or at all
// where it is locked.

import * as board from '../../../firmware/board.ts';
import { State, Status, Trip } from '../../../firmware/status.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import { isBatteryGood, isMagnetAway, isTemperatureGood } from '../model/sensors.ts';
import { isIn, isLatched, releasedNothing, switchedOff } from '../model/states.ts';
import { newest, tripAge1, tripAgeObligations, tripAgeRelations } from '../model/trip-ages.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Law, type Run, releases } from './law.ts';

/** Only `clear` ends a trip, and only with its cause gone, a second after it, with the output off. */
function clearObligations(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const ended = and(isIn(State.TRIPPED, before), not(isLatched(after)));
  const show = (what: string, goal: Term): Obligation =>
    atEnd('L8', call, end, what, goal, [ended, ...newest.assumed(call)]);
  if (call.name !== 'clear')
    return [atEnd('L8', call, end, 'a trip stays', implies(isIn(State.TRIPPED, before), isLatched(after)))];
  const { sensed } = end.effects;
  return [
    show('a trip lasts a second', n.le(n.int(limits.TRIP_HOLD_US), newest.nowUs)),
    show('the magnet is away', isMagnetAway(sensed)),
    show('the battery is good', isBatteryGood(sensed)),
    show('the temperature is good', isTemperatureGood(sensed)),
    show(
      'the device is disarmed and nothing is queued',
      and(isIn(State.DISARMED, after), w.eq(after.queue, w.ZERO)),
    ),
  ];
}

function latchObligations(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const isTrip = and(not(isLatched(before)), isLatched(after));
  const isOff = and(switchedOff(end), releasedNothing(end));
  const isThird = w.slt(tripAge1(before), w.word(limits.TRIP_WINDOW_US));
  const locks = implies(and(isTrip, isThird), isIn(State.LOCKED, after));
  return [
    atEnd('L8', call, end, 'a lock stays', implies(isIn(State.LOCKED, before), isIn(State.LOCKED, after))),
    atEnd('L8', call, end, 'a trip switches off', implies(isTrip, isOff)),
    ...(end.effects.hasSwitchedOff ? [atEnd('L8', call, end, 'the third trip locks', locks)] : []),
    ...clearObligations(call, end),
  ];
}

const field = (word: Term, shift: number, mask: number): Term =>
  w.bitand(w.ashr(word, w.word(shift)), w.word(mask));

/** A reset that leaves the power on keeps a trip and a lock, but for those of a damaged memory. */
function bootObligations(call: Call, end: End): Obligation[] {
  const retained = call.args[1];
  const state = w.bitand(retained, w.word(board.STATUS_STATE_MASK));
  const isIntegrity = w.eq(
    field(retained, board.STATUS_TRIP_SHIFT, board.STATUS_TRIP_MASK),
    w.word(Trip.INTEGRITY),
  );
  const was = (some: State): Term => and(w.eq(state, w.word(some)), not(isIntegrity));
  const after = view(end.block);
  const keeps = (some: State): Term => implies(was(some), isIn(some, after));
  const fresh = implies(not(or(was(State.TRIPPED), was(State.LOCKED))), isIn(State.DISARMED, after));
  return [
    atEnd('L8', call, end, 'a trip is kept', keeps(State.TRIPPED)),
    atEnd('L8', call, end, 'a lock is kept', keeps(State.LOCKED)),
    atEnd('L8', call, end, 'anything else is disarmed', fresh),
  ];
}

/** The calls that give the status word: the one whose word the board retains, and the one for whoever asks. */
const reportsStatus = ({ name }: Call): boolean => name === 'poll' || name === 'status';

/** The status word, which the board retains, says what `boot` needs of it. */
function statusObligations(call: Call, end: End): Obligation[] {
  const after = view(end.block);
  const result = end.result ?? w.word(Status.OK);
  const trips = field(result, board.STATUS_TRIPS_SHIFT, board.STATUS_TRIPS_MASK);
  const isRecent = (age: Term): Term => w.slt(age, w.word(limits.TRIP_WINDOW_US));
  const most = (count: number): Term => w.sle(w.word(count), trips);
  return [
    atEnd(
      'L8',
      call,
      end,
      'the state is reported',
      w.eq(w.bitand(result, w.word(board.STATUS_STATE_MASK)), after.state),
    ),
    atEnd('L8', call, end, 'a recent trip is reported', implies(isRecent(after.tripAge0), most(1))),
    atEnd(
      'L8',
      call,
      end,
      'two recent trips are reported',
      implies(and(isRecent(after.tripAge0), isRecent(after.tripAge1)), most(2)),
    ),
  ];
}

/** What is shown of every way in which a call ends. */
function ofEnd(call: Call, end: End): Obligation[] {
  const after = view(end.block);
  const ages = tripAgeObligations('L8', call, end);
  if (call.name === 'boot') return [...bootObligations(call, end), ...ages];
  if (call.from === 'damaged') {
    const locked = and(isIn(State.LOCKED, after), switchedOff(end), releasedNothing(end));
    return [atEnd('L8', call, end, 'damaged memory locks', locked), ...ages];
  }
  return [
    ...latchObligations(call, end),
    ...(reportsStatus(call) ? statusObligations(call, end) : []),
    ...ages,
  ];
}

function releaseObligations(run: Run): Obligation[] {
  return releases(run).flatMap(({ call, end, release }) => [
    atRelease('L8', call, end, release, 'it is not latched', not(isLatched(view(call.before)))),
    atEnd('L8', call, end, 'it is not latched afterwards', not(isLatched(view(end.block)))),
  ]);
}

const isOrdinary = ({ name, from }: Call): boolean => name !== 'boot' && from === 'intact';

export const latch: Law = {
  id: 'L8',
  title: 'Latch',
  statement:
    'The call that trips switches the output off. While tripped or locked nothing is released. A trip ends by clear alone (or with the power), at least 1 s by the clock after it, where that very call finds the magnet away, battery and temperature good; the interlock is then disarmed. A third trip within 10 minutes locks, damaged memory locks at once, and a lock is left by boot alone. A boot keeps the trip, the lock and the number of recent trips that the status word had before the reset, but for a lock by damaged memory, which a boot ends and whose memory of trips is lost.',
  numbers: [
    { value: '1 s', meaning: 'shortest time from a trip to its clear', source: 'REQ-FLT-002' },
    { value: '10 minutes', meaning: 'three trips within it lock', source: 'REQ-FLT-003' },
  ],
  requirements: ['REQ-FLT-002', 'REQ-FLT-003', 'REQ-FLT-006', 'REQ-INT-001'],
  assumptions: [
    'The board keeps the newest status word over a reset that leaves the power on, and gives 0 after the power was off.',
  ],
  obligations: (run) => [
    ...run.calls.flatMap((call) => call.ends.flatMap((end) => ofEnd(call, end))),
    ...run.calls.filter(isOrdinary).flatMap((call) => tripAgeRelations('L8', call)),
    ...releaseObligations(run),
  ],
};
