// L9: output is armed only after nine half-lives of discharge, with everything looked at, and every off ends it.

import * as board from '../../../firmware/board.ts';
import { State } from '../../../firmware/status.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { type View, view } from '../model/block.ts';
import { type Call, type End, roomOf } from '../model/calls.ts';
import { hasPassedSelfTest, isBatteryGood, isMagnetAway, isTemperatureGood } from '../model/sensors.ts';
import { isIn, switchedOff } from '../model/states.ts';
import { elapsedUs, stopwatch } from '../model/stopwatch.ts';
import { and, implies, not, TRUE } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Law, type Run, releases } from './law.ts';

const ZERO = n.int(0);
const sinceOff = stopwatch('sinceOff');
/** Ghost: µs until all that was released has been played for certain; an idle stage starts within 50 µs. */
const queuedUs = n.intVariable('ghost.queuedUs');
const leftUs = n.greatest(n.minus(queuedUs, elapsedUs), ZERO);

/** The interlock waits no shorter than what is missing of nine half-lives. */
function waits(sinceUs: Term, v: View): Term {
  return n.le(n.int(limits.DISCHARGE_US), n.plus(sinceUs, n.signed(v.discharge)));
}
const isQueued = (us: Term, v: View): Term => n.same(us, n.signed(v.queue));

function assumed(call: Call): Term[] {
  const before = view(call.before);
  const always = [sinceOff.isTime, n.le(ZERO, queuedUs)];
  return call.from === 'intact'
    ? [...always, waits(sinceOff.beforeUs, before), isQueued(queuedUs, before)]
    : always;
}

function queueAfter(call: Call, end: End): Term {
  if (end.effects.hasSwitchedOff || call.name === 'boot') return ZERO;
  return end.effects.released.reduce((us, release) => {
    const start = n.pick(n.same(us, ZERO), n.int(board.START_US_MAX), us);
    return n.plus(start, n.signed(release.args[0]));
  }, leftUs);
}

/** Nothing on account of any electrode, and this much in doubt either way. */
function isRestarted(v: View, doubtPc: number): Term {
  return and(
    ...v.electrodes.flatMap(({ account, high, low }) => [
      w.eq(account, w.ZERO),
      w.eq(high, w.word(doubtPc)),
      w.eq(low, w.word(-doubtPc)),
    ]),
  );
}

/** What an off leaves behind, and the ghosts. */
function offObligations(call: Call, end: End): Obligation[] {
  const after = view(end.block);
  const isOff = end.effects.hasSwitchedOff;
  const mustBeOff = call.name === 'boot' || call.from === 'damaged';
  const sinceUs = isOff ? ZERO : sinceOff.nowUs;
  const all = [
    atEnd('L9', call, end, 'the time since the last off is counted', waits(sinceUs, after), assumed(call)),
    atEnd(
      'L9',
      call,
      end,
      'what is queued is counted',
      isQueued(queueAfter(call, end), after),
      assumed(call),
    ),
  ];
  if (mustBeOff) all.push(atEnd('L9', call, end, 'the output is off', switchedOff(end)));
  if (!isOff) return all;
  const disarmed = and(not(isIn(State.ARMED, after)), w.eq(after.discharge, w.word(limits.DISCHARGE_US)));
  const restarted = isRestarted(after, limits.UNRECOVERED_PC_MAX);
  all.push(atEnd('L9', call, end, 'off disarms and discharges', disarmed));
  all.push(atEnd('L9', call, end, 'off puts every charge in doubt', restarted));
  return all;
}

/** A call that arms: the only one is `arm`, and it has looked at everything. */
function armObligations(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const arms = and(not(isIn(State.ARMED, before)), isIn(State.ARMED, after));
  if (call.name !== 'arm' || call.from === 'damaged')
    return [
      atEnd(
        'L9',
        call,
        end,
        'nothing is armed',
        call.from === 'intact' ? not(arms) : not(isIn(State.ARMED, after)),
      ),
    ];
  const { sensed } = end.effects;
  const show = (what: string, goal: Term): Obligation =>
    atEnd('L9', call, end, what, implies(arms, goal), assumed(call));
  return [
    show('it was disarmed', isIn(State.DISARMED, before)),
    show('nine half-lives have passed', n.le(n.int(limits.DISCHARGE_US), sinceOff.nowUs)),
    show('the self-test has passed', hasPassedSelfTest(sensed)),
    show('the magnet is away', isMagnetAway(sensed)),
    show('the battery is good', isBatteryGood(sensed)),
    show('the temperature is good', isTemperatureGood(sensed)),
    show('every doubt is 10 nC', isRestarted(after, limits.ARMED_DOUBT_PC)),
  ];
}

/** The stage says that it has nothing to play; where nothing is known of what it says, that counts as said. */
function saysEmpty(path: Term): Term {
  const room = roomOf(path);
  return room === null ? TRUE : w.sle(w.word(board.FIFO_SEGMENTS), room);
}

/** A queue that has run empty ends in an off, by the clock in any call and by the stage's word in `poll`. */
function underrunObligations(call: Call, end: End): Obligation[] {
  if (call.name === 'boot' || call.from === 'damaged') return [];
  const byClock = and(n.lt(ZERO, queuedUs), n.le(queuedUs, elapsedUs));
  const clock = atEnd(
    'L9',
    call,
    end,
    'an underrun by the clock',
    implies(byClock, switchedOff(end)),
    assumed(call),
  );
  if (call.name !== 'poll') return [clock];
  const isDry = saysEmpty(end.path);
  const seen = implies(and(isDry, n.lt(ZERO, leftUs)), switchedOff(end));
  return [clock, atEnd('L9', call, end, 'an underrun by the stage', seen, assumed(call))];
}

function releaseObligations(run: Run): Obligation[] {
  return releases(run).flatMap(({ call, end, release }) => {
    const isDry = saysEmpty(release.path);
    const alive = implies(isDry, n.same(leftUs, ZERO));
    return [
      atRelease('L9', call, end, release, 'it is armed', isIn(State.ARMED, view(call.before))),
      atRelease('L9', call, end, release, 'the stage has not run empty', alive, assumed(call)),
    ];
  });
}

export const arming: Law = {
  id: 'L9',
  title: 'Arming',
  statement:
    'Boot, every off and every queue that has run empty (by the clock in any call, by the stage’s word in poll and before a release) leave the output off, disarmed, every account at 0 and every true charge in doubt by 5080 nC either way. Only arm arms: from disarmed, at least 64,800 µs by the clock after the last off, where that very call finds the self-test passed, the magnet away, battery and temperature good; every doubt is 10 nC then. Nothing is released unless armed.',
  numbers: [
    { value: '64,800 µs', meaning: 'nine half-lives of passive recharge', source: '9 × 7200 µs' },
    {
      value: '5080 nC',
      meaning: 'doubt after an off',
      source: '40 µC/cm² on 12.7 mm², under the lowest Pt injection limit',
    },
    { value: '10 nC', meaning: 'doubt after `arm`', source: '5080 nC / 2^9, rounded up' },
    { value: '50 µs', meaning: 'within it an idle stage starts', source: 'board.ts' },
  ],
  requirements: ['REQ-ARM-001', 'REQ-ARM-002', 'REQ-ARM-003', 'REQ-ARM-004', 'REQ-ARM-005'],
  assumptions: [
    'An idle output stage starts a segment within 50 µs.',
    'An output that is off recharges every electrode with a half-life of 7200 µs or less.',
  ],
  obligations: (run) => [
    ...run.calls.flatMap((call) =>
      call.ends.flatMap((end) => [
        ...offObligations(call, end),
        ...armObligations(call, end),
        ...underrunObligations(call, end),
      ]),
    ),
    ...releaseObligations(run),
  ],
};
