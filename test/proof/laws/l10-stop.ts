// L10: the magnet, ESTOP and every other stop switch off in the very call, before anything else can happen in it.

import { State } from '../../../firmware/status.ts';
import { atEnd, atRelease } from '../check/obligation.ts';
import { view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import { isMagnetAway } from '../model/sensors.ts';
import { isIn, releasedNothing, switchedOff } from '../model/states.ts';
import { and, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import { type Law, releases } from './law.ts';

/** Off in this very call, and nothing can be released before it has been armed again. */
function isOff(end: End): Term {
  return and(switchedOff(end), releasedNothing(end), not(isIn(State.ARMED, view(end.block))));
}

function ofEnd(call: Call, end: End) {
  if (call.name === 'boot') return [];
  const seen = or(isMagnetAway(end.effects.sensed), isOff(end));
  const obligations = [atEnd('L10', call, end, 'the magnet is read and away, or the output is off', seen)];
  if (call.name === 'stop') obligations.push(atEnd('L10', call, end, 'the output is off', isOff(end)));
  return obligations;
}

export const stop: Law = {
  id: 'L10',
  title: 'Stop',
  statement:
    'Every call but boot reads the magnet before it releases anything. Where the magnet is there, or its reading is stale or impossible, that very call switches the output off, releases nothing and ends disarmed. So does every call of stop, ESTOP or other, whatever its argument. A call that finds its memory damaged switches off without looking.',
  numbers: [],
  requirements: ['REQ-FLT-004', 'REQ-FLT-005'],
  assumptions: [
    'The board reports a magnet that came and went between two readings at the next one, and switches off at once by itself (the interrupt of the magnet).',
  ],
  obligations: (run) => [
    ...run.calls.flatMap((call) => call.ends.flatMap((end) => ofEnd(call, end))),
    ...releases(run).map(({ call, end, release }) =>
      atRelease(
        'L10',
        call,
        end,
        release,
        'the magnet was read before and is away',
        isMagnetAway(release.sensed),
      ),
    ),
  ],
};
