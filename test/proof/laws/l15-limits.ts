// L15: set limits are lowered at any time, raised only while disarmed and never past the hard limits; a limit below what
// may still be playing switches the output off.

import { State } from '../../../firmware/status.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import { AMPLITUDE_UA_MAX, PHASE_PC_MAX, PHASE_PC_SET_DEFAULT } from '../limits.ts';
import { ELECTRODES, electrodeName, view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import { segmentOf } from '../model/segment.ts';
import { and, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import type { Law } from './law.ts';

const LIMITS = ['limitUa', 'limitPc'] as const;
const HARD = { limitUa: AMPLITUDE_UA_MAX, limitPc: PHASE_PC_MAX };
const AT_BOOT = { limitUa: AMPLITUDE_UA_MAX, limitPc: PHASE_PC_SET_DEFAULT };

/** Ghost: the highest level, µA, that was released on an electrode since `arm`, or since the output was last off. */
const highest = (i: number): Term => n.intVariable(`ghost.highestUa.${electrodeName(i)}`);

/** The greatest of these is at most so much; the interlock's record of the highest level is to be no less than it. */
const isWithin = (levels: readonly Term[], mostUa: Term): Term =>
  and(...levels.map((ua) => n.le(ua, n.signed(mostUa))));

/** What the ghost is the greatest of after a call that ends so, by its own definition. */
function highestAfter(call: Call, end: End, i: number): Term[] {
  if (end.effects.hasSwitchedOff) return [n.int(0)];
  const is = (state: Term): Term => n.same(n.signed(state), n.int(State.ARMED));
  const hasArmed = and(not(is(view(call.before).state)), is(view(end.block).state));
  const levels = end.effects.released.map((release) => segmentOf(release).levels[i]);
  return [n.pick(hasArmed, n.int(0), highest(i)), ...levels.flatMap((level) => [level, n.minus(level)])];
}

function onElectrode(call: Call, end: End, i: number): Obligation[] {
  const name = electrodeName(i);
  const [before, after] = [view(call.before).electrodes[i], view(end.block).electrodes[i]];
  const shown = (what: string, goal: Term, extra: Term[] = []): Obligation =>
    atEnd('L15', call, end, `${name} ${what}`, goal, extra);
  const each = (what: string, goal: (limit: (typeof LIMITS)[number]) => Term): Obligation =>
    shown(what, and(...LIMITS.map(goal)));
  if (call.name === 'boot' || call.from === 'damaged') {
    return [
      each('starts with the limits of a boot, or lower ones', (limit) => {
        const most = n.int(AT_BOOT[limit]);
        const least = call.name === 'lower_limit' ? n.int(0) : most;
        return n.between(least, n.signed(after[limit]), most);
      }),
      shown('has released nothing since', isWithin([n.int(0)], after.peakUa)),
    ];
  }
  const ghost = highestAfter(call, end, i);
  const known = [n.le(n.int(0), highest(i)), isWithin([highest(i)], before.peakUa)];
  const all = [
    shown('has its highest level on record', isWithin(ghost, after.peakUa), known),
    shown('has a limit no lower than what was released', isWithin(ghost, after.limitUa), known),
  ];
  const moved = limitMoves(call, end, i);
  return [
    ...all,
    ...(moved === null
      ? [each('keeps its limits', (l) => n.same(n.signed(after[l]), n.signed(before[l])))]
      : moved),
  ];
}

/** What the two calls that move limits may do to an electrode's; null for every other call. */
function limitMoves(call: Call, end: End, i: number): Obligation[] | null {
  if (call.name !== 'lower_limit' && call.name !== 'raise_limit') return null;
  const [before, after] = [view(call.before).electrodes[i], view(end.block).electrodes[i]];
  const [index, ...wanted] = call.args.map(n.signed);
  const isNamed = n.same(index, n.int(i));
  const isDisarmed = n.same(n.signed(view(end.block).state), n.int(State.DISARMED));
  return LIMITS.flatMap((limit, k) => {
    const [was, is] = [n.signed(before[limit]), n.signed(after[limit])];
    const mayMove =
      call.name === 'lower_limit' ? n.le(is, was) : and(n.le(was, is), or(isDisarmed, n.same(was, is)));
    const shown = (what: string, goal: Term): Obligation =>
      atEnd('L15', call, end, `${electrodeName(i)} ${limit} ${what}`, goal);
    return [
      shown(
        'moves as it may, within the hard limit',
        and(mayMove, n.between(n.int(0), is, n.int(HARD[limit]))),
      ),
      shown('becomes what was asked for, or stays', or(n.same(is, was), and(isNamed, n.same(is, wanted[k])))),
    ];
  });
}

export const limits: Law = {
  id: 'L15',
  title: 'Limits',
  statement:
    'The set limits of an electrode are lowered at any time and raised only while disarmed, to what was asked for and never past 25,500 µA and 2998 nC; those of other electrodes stay. A call that lowers an amplitude limit below the highest level released since `arm` switches the output off. Nothing else changes a limit but `boot`, and a call that finds the state damaged, which set them as at boot.',
  numbers: [
    {
      value: '25,500 µA',
      meaning: 'hard amplitude limit, and the one set at boot',
      source: 'the widest of the commercial devices',
    },
    { value: '2998 nC', meaning: 'hard phase limit', source: 'Shannon k = 1.85 on 12.7 mm² (Cogan 2016)' },
    {
      value: '2004 nC',
      meaning: 'phase limit set at boot',
      source: 'Shannon k = 1.5 on 12.7 mm² (Shannon 1992)',
    },
  ],
  requirements: ['REQ-CUR-004', 'REQ-CUR-005'],
  assumptions: [],
  obligations: ({ calls }) =>
    calls.flatMap((call) =>
      call.ends.flatMap((end) =>
        Array.from({ length: ELECTRODES }, (_, i) => onElectrode(call, end, i)).flat(),
      ),
    ),
};
