// L11: nothing is driven on readings that are stale, impossible or out of range, or without a poll.

import * as board from '../../../firmware/board.ts';
import { State } from '../../../firmware/status.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import { STEP_US_MAX } from '../model/invariant.ts';
import { isBatteryGood, isMagnetReadable, isTemperatureGood } from '../model/sensors.ts';
import { isIn, isLatched, releasedNothing, switchedOff } from '../model/states.ts';
import { countedUp, stopwatch } from '../model/stopwatch.ts';
import { and, bool, implies, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { Law } from './law.ts';

const sincePoll = stopwatch('sincePoll');

/** Off in this very call, nothing released in it, and latched. */
function hasTripped(end: End): Term {
  return and(switchedOff(end), releasedNothing(end), isLatched(view(end.block)));
}

/** What the interlock counts is no less than the time since the last poll. */
function countsPolls(countedUs: Term, sincePollUs: Term): Term {
  return n.le(n.least(sincePollUs, n.int(STEP_US_MAX)), n.signed(countedUs));
}

function sensorObligations(call: Call, end: End): Obligation[] {
  const { sensed } = end.effects;
  const or11 = (what: string, good: Term): Obligation =>
    atEnd('L11', call, end, `${what}, or a trip`, or(good, hasTripped(end)));
  const obligations = [or11('the magnet can be read', isMagnetReadable(sensed))];
  const isPoll = call.name === 'poll';
  if (isPoll || sensed.has(board.SENSE_BATTERY_MV))
    obligations.push(or11('the battery is good', isBatteryGood(sensed)));
  if (isPoll || sensed.has(board.SENSE_TEMPERATURE_MC))
    obligations.push(or11('the temperature is good', isTemperatureGood(sensed)));
  return obligations;
}

/** Of a locked interlock the count does not matter any more: it stays locked. */
function pollObligations(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const restarts = call.name === 'poll' || call.name === 'boot';
  const wasLocked = isIn(State.LOCKED, before);
  const isCounted = [sincePoll.isTime, countsPolls(before.pollAge, sincePoll.beforeUs)];
  const known = call.from === 'intact' && call.name !== 'boot' ? [...isCounted, not(wasLocked)] : [];
  const shown = (what: string, goal: Term, extra: readonly Term[]): Obligation =>
    atEnd('L11', call, end, what, goal, extra);
  const afterUs = restarts ? n.int(0) : sincePoll.nowUs;
  const kept = shown('the time since the last poll is counted', countsPolls(after.pollAge, afterUs), known);
  if (call.name === 'boot') return [kept];
  const isLocked = and(isIn(State.LOCKED, after), releasedNothing(end));
  if (call.from === 'damaged') return [shown('damaged memory locks', isLocked, [])];
  const isLate = n.lt(n.int(limits.POLL_US_MAX), sincePoll.nowUs);
  const late = w.slt(w.word(limits.POLL_US_MAX), countedUp(before.pollAge, STEP_US_MAX));
  return [
    kept,
    shown('more than 100 ms without a poll are noticed', implies(isLate, late), known),
    shown('more than 100 ms without a poll trip', or(wasLocked, not(late), hasTripped(end)), []),
    shown('a lock stays', implies(wasLocked, isLocked), []),
  ];
}

/** A call that hangs must not keep the output's driver alive: it waits for the heartbeat of a poll. */
function heartbeat(call: Call, end: End): Obligation {
  const most = call.name === 'poll' ? 1 : 0;
  const what = most === 0 ? 'no heartbeat' : 'one heartbeat at most';
  return atEnd('L11', call, end, what, bool(end.effects.heartbeats <= most));
}

export const freshness: Law = {
  id: 'L11',
  title: 'Freshness',
  statement:
    'Every poll reads the magnet, the battery and the temperature. Where a call reads one of them stale or impossible, a temperature above 39 °C or a battery under 3000 mV, and in every call that comes more than 100 ms by the clock after the last poll, that very call switches the output off, releases nothing and ends latched. Every call but boot reads the magnet. The heartbeat toggles in a poll alone, once at most. A locked interlock, whose output is off, stays locked.',
  numbers: [
    {
      value: '20 ms',
      meaning: 'age at which the board reports a reading as stale',
      source: 'firmware/board.ts, SENSE_STALE',
    },
    { value: '39 °C', meaning: 'surface temperature', source: 'ISO 14708-3:2017 clause 17.1' },
    {
      value: '0–85 °C',
      meaning: 'possible temperatures',
      source: 'firmware/profile.ts, TEMPERATURE_MC_IMPOSSIBLE_LOW and _HIGH',
    },
    { value: '3000 mV', meaning: 'lowest battery voltage', source: 'REQ-SEN-007' },
    {
      value: '0–6000 mV',
      meaning: 'possible battery voltages',
      source: 'firmware/profile.ts, BATTERY_MV_IMPOSSIBLE_HIGH',
    },
    {
      value: '100 ms',
      meaning: 'longest time without a poll',
      source: 'the driver drops out without a heartbeat for as long',
    },
  ],
  requirements: ['REQ-FLT-001', 'REQ-SEN-001', 'REQ-SEN-004', 'REQ-SEN-006', 'REQ-SEN-007'],
  assumptions: ['The board reports a reading that is older than 20 ms as stale.'],
  obligations: (run) =>
    run.calls.flatMap((call) =>
      call.ends.flatMap((end) => [
        ...(call.name === 'boot' ? [] : sensorObligations(call, end)),
        ...pollObligations(call, end),
        heartbeat(call, end),
      ]),
    ),
};
