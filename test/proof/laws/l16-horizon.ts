// L16: what is queued ends soon, and what does not fit is refused before anything changes. The ghost is the stage's own
// time: how long it still has to play.

import { FIFO_SEGMENTS, START_US_MAX } from '../../../firmware/board.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import { HORIZON_US_MAX } from '../limits.ts';
import { electrodeName, view } from '../model/block.ts';
import { type Call, ELAPSED, type End, roomOf } from '../model/calls.ts';
import { segmentOf } from '../model/segment.ts';
import { and, FALSE, iff } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Law, releases } from './law.ts';

/** Ghost: µs that the stage still has to play, at the clock of the last call. */
const PLAYING_US = n.intVariable('ghost.playingUs');
/** µs that an idle stage takes to start what it is given. */
const START_US = n.intVariable('ghost.startUs');
const STARTS = n.between(n.int(0), START_US, n.int(START_US_MAX));

/** The interlock never thinks that the stage ends earlier than it does. */
const isKept = (playingUs: Term, queue: Term): Term => n.between(n.int(0), playingUs, n.signed(queue));

/** The clock has gone on; the stage plays what it has, then it is idle. */
const playingNow = n.greatest(n.minus(PLAYING_US, n.unsigned(ELAPSED)), n.int(0));

/** The stage after a call that ends so. */
function playingAfter(end: End): Term {
  if (end.effects.hasSwitchedOff) return n.int(0);
  return end.effects.released.reduce(
    (playing, release) =>
      n.plus(n.pick(n.same(playing, n.int(0)), START_US, playing), segmentOf(release).durationUs),
    playingNow,
  );
}

/** Assumed of a release: the stage says that all its places are free exactly when it is idle. */
function whatIsKnown(call: Call, end: End): Term[] {
  const [release] = end.effects.released;
  const room = release === undefined ? null : roomOf(release.path);
  const isIdle = n.same(playingNow, n.int(0));
  const told = room === null ? [] : [iff(n.same(n.signed(room), n.int(FIFO_SEGMENTS)), isIdle)];
  return [isKept(PLAYING_US, view(call.before).queue), STARTS, ...told];
}

/** The call without what is assumed of electrodes: a horizon is a matter of time alone. */
function withoutElectrodes(call: Call): Call {
  const isOfElectrode = /^(E\d+|case) /;
  return { ...call, assumed: call.assumed.filter((fact) => !isOfElectrode.test(fact.name)) };
}

/** Of the charge and queue bookkeeping, what a refusal leaves as it was; the clock and the sensors move the rest. */
const KEPT = [
  'state',
  'trip',
  'unrecovered',
  'bucket',
  'segments',
  'sample',
  'measures',
  'tolerance',
  'wait',
] as const;

function refusal(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const shown = (what: string, goal: Term): Obligation => atEnd('L16', call, end, `a refusal ${what}`, goal);
  const left = n.greatest(n.minus(n.signed(before.queue), n.unsigned(ELAPSED)), n.int(0));
  return [
    shown('says why', w.slt(w.ZERO, end.result ?? w.ZERO)),
    shown('leaves the queue to the clock', n.same(n.signed(after.queue), left)),
    ...KEPT.map((name) => shown(`leaves ${name}`, w.eq(after[name], before[name]))),
    ...before.electrodes.map((electrode, i) => {
      const cells = Object.keys(electrode) as (keyof typeof electrode)[];
      const same = cells.map((cell) => w.eq(after.electrodes[i][cell], electrode[cell]));
      return shown(`leaves ${electrodeName(i)}`, and(...same));
    }),
  ];
}

function afterEnd(call: Call, end: End): Obligation[] {
  const { queue } = view(end.block);
  if (call.from === 'damaged' || call.name === 'boot')
    return [atEnd('L16', call, end, 'the stage ends no later than the queue', isKept(n.int(0), queue))];
  const known = whatIsKnown(call, end);
  const kept = isKept(playingAfter(end), queue);
  const all = [atEnd('L16', call, end, 'the stage ends no later than the queue', kept, known)];
  const { released, hasSwitchedOff } = end.effects;
  const isRefusal = call.name === 'request' && released.length === 0 && !hasSwitchedOff;
  return isRefusal ? [...all, ...refusal(call, end)] : all;
}

export const horizon: Law = {
  id: 'L16',
  title: 'Horizon',
  statement:
    'Whenever a segment is released, all that the stage has to play ends at most 20 ms later, and its FIFO has 1 to 64 free places. A request that is refused, with the output left on, changes nothing but what clock and sensors keep: no charge, no limit, no queue.',
  numbers: [
    { value: '20 ms', meaning: 'horizon', source: 'REQ-TIM-003' },
    { value: '64', meaning: 'places of the FIFO', source: 'firmware/board.ts' },
    { value: '50 µs', meaning: 'an idle stage starts within this', source: 'firmware/board.ts' },
  ],
  requirements: ['REQ-TIM-003', 'REQ-TIM-004'],
  assumptions: [
    'An idle stage starts a segment within 50 µs; the stage has 64 free places exactly when nothing is queued and nothing plays.',
  ],
  obligations: (run) => [
    ...run.calls.flatMap((call) => call.ends.flatMap((end) => afterEnd(call, end))),
    ...releases(run).flatMap(({ call, end, release }) => {
      const room = roomOf(release.path);
      const fits = room === null ? FALSE : n.between(n.int(1), n.signed(room), n.int(FIFO_SEGMENTS));
      const known = whatIsKnown(call, end);
      const ends = n.le(playingAfter(end), n.int(HORIZON_US_MAX));
      return [
        atRelease('L16', call, end, release, 'the FIFO has room', fits),
        {
          ...atRelease(
            'L16',
            withoutElectrodes(call),
            end,
            release,
            'all that is queued ends within the horizon',
            ends,
            known,
          ),
          call,
        },
      ];
    }),
  ],
};
