// L12: the output is read back. What the stage was told to sample is compared with what it was given; two mismatches of an
// electrode in a row, or output that nobody reads, end in off and a trip. Measuring pulses are small and few.

import * as board from '../../../firmware/board.ts';
import { State } from '../../../firmware/status.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { view } from '../model/block.ts';
import { type Call, ELAPSED, type End } from '../model/calls.ts';
import { AWAITED, COMPARED, casesOf, is, isCompared, sampleOf } from '../model/ghost-read-back.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { measuring } from './l12-measure.ts';
import { sampled } from './l12-sampled.ts';
import type { Law } from './law.ts';

/** Nothing earlier in the call has ended output: the clock has not run past the queue, and the magnet is not there. */
function isPlaying(call: Call, end: End): Term {
  const { queue } = view(call.before);
  const magnet = end.effects.sensed.get(board.SENSE_MAGNET) ?? w.word(1);
  return and(or(is(queue, 0), w.ult(ELAPSED, queue)), is(magnet, 0));
}

const isTripped = (end: End): Term => w.sle(w.word(State.TRIPPED), view(end.block).state);

/** Where `event` holds the output is off after the call, by a trip unless the clock or the magnet came first. */
function trips(call: Call, end: End, what: string, event: Term, known: readonly Term[]): Obligation {
  const goal = end.effects.hasSwitchedOff
    ? or(not(and(event, isPlaying(call, end))), isTripped(end))
    : not(event);
  return atEnd('L12', call, end, what, goal, known);
}

/** What must hold of a read-back, where `known` is what is awaited before the call. */
function unlessCompared(call: Call, end: End, known: readonly Term[]): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const sample = sampleOf(AWAITED, end, before.toleranceUa);
  if (sample === null) return [];
  const isOther = and(sample.isFresh, not(sample.isOfElectrode));
  const ends = [trips(call, end, 'a read-back of another electrode trips', isOther, known)];
  if (end.effects.hasSwitchedOff) return ends;
  const isSeen = and(sample.isFresh, sample.isOfElectrode, is(AWAITED.kind, COMPARED));
  const notes = implies(not(isSeen), w.eq(after.mismatch, before.mismatch));
  return [...ends, atEnd('L12', call, end, 'any other read-back notes nothing', notes, known)];
}

function comparison(call: Call, end: End): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const sample = sampleOf(AWAITED, end, before.toleranceUa);
  if (sample === null) {
    if (end.effects.hasSwitchedOff) return [];
    return [atEnd('L12', call, end, 'without a read-back no mismatch is noted', keepsMismatches(call, end))];
  }
  const bit = w.shl(w.word(1), AWAITED.electrode);
  const isSeen = and(sample.isFresh, sample.isOfElectrode);
  const isSecond = and(isSeen, sample.isOff, not(w.eq(w.bitand(before.mismatch, bit), w.ZERO)));
  const known = isCompared(AWAITED, before);
  const second = trips(call, end, 'a second mismatch in a row trips', isSecond, known);
  if (end.effects.hasSwitchedOff) return [second];
  const noted = w.bitor(before.mismatch, bit);
  const cleared = w.bitand(before.mismatch, w.xor(bit, w.word(-1)));
  const shown = (what: string, event: Term, mismatch: Term): Obligation =>
    atEnd('L12', call, end, what, implies(event, w.eq(after.mismatch, mismatch)), known);
  return [
    second,
    shown('a mismatch is noted', and(isSeen, sample.isOff), noted),
    shown('a match clears', and(isSeen, not(sample.isOff)), cleared),
  ];
}

const keepsMismatches = (call: Call, end: End): Term =>
  call.name === 'arm'
    ? or(w.eq(view(end.block).mismatch, view(call.before).mismatch), is(view(end.block).mismatch, 0))
    : w.eq(view(end.block).mismatch, view(call.before).mismatch);

function onEnd(call: Call, end: End): Obligation[] {
  const after = view(end.block);
  if (call.from === 'damaged' || call.name === 'boot') {
    const nothing = and(
      is(after.expect, 0),
      is(after.unsampled, 0),
      is(after.mismatch, 0),
      is(after.measures, 0),
    );
    return [atEnd('L12', call, end, 'awaits nothing', nothing)];
  }
  const before = view(call.before);
  const isUnread = w.slt(w.word(limits.READBACK_MISSING_US), before.unsampled);
  const all = [
    ...comparison(call, end),
    trips(call, end, 'output that nobody reads trips', isUnread, []),
    ...measuring(call, end),
    ...casesOf(AWAITED, before).flatMap(({ name, known }) =>
      [...unlessCompared(call, end, known), ...sampled(call, end, known)].map((obligation) => ({
        ...obligation,
        name: `${obligation.name}, ${name}`,
      })),
    ),
  ];
  if (!end.effects.hasSwitchedOff) return all;
  const nothing = and(is(after.expect, 0), is(after.unsampled, 0), is(after.measures, 0));
  return [...all, atEnd('L12', call, end, 'off awaits nothing more', nothing)];
}

export const readBack: Law = {
  id: 'L12',
  title: 'Read-back',
  statement:
    'One read-back is awaited at a time: of the electrode and the segment that the stage was told to sample, with the level that was released on it. A read-back of it that is off by more than 5 % or the tolerance of the board (and, on the case, 1/50 of the sum over the contacts) right after another one of that electrode that was off as well switches the output off and trips, as does one of another electrode, and as do 100 ms of output in segments of 20 µs or more without a read-back. Repeated and foreign tags change nothing. Measuring segments are at most 1000 µA and 500 nC, two between recharges of 800 µs or more, with no therapy between.',
  numbers: [
    {
      value: '5 %',
      meaning: 'least tolerance of the read-back, or the board’s 100–500 µA if that is more',
      source: 'REQ-SEN-003',
    },
    {
      value: '1/50',
      meaning: 'of the sum over the contacts, beside the tolerance of the case: each source within ±2 %',
      source: 'REQ-SEN-009',
    },
    { value: '100 ms', meaning: 'output without a fresh read-back', source: 'REQ-SEN-005' },
    { value: '1000 µA, 500 nC', meaning: 'measuring segments', source: 'REQ-SEN-008' },
  ],
  requirements: ['REQ-SEN-002', 'REQ-SEN-003', 'REQ-SEN-005', 'REQ-SEN-008', 'REQ-SEN-009'],
  assumptions: [
    'Where the clock or the magnet has switched off in the same call, the output is off already and there is nothing to trip.',
  ],
  obligations: ({ calls }) => calls.flatMap((call) => call.ends.flatMap((end) => onEnd(call, end))),
};
