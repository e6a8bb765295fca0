// L12's other half: what a released segment makes the interlock await, and what it counts as output that nobody has read.

import * as board from '../../../firmware/board.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { electrodeName, view } from '../model/block.ts';
import type { Call, End } from '../model/calls.ts';
import {
  AWAITED,
  type Awaited,
  COMPARED,
  is,
  isAwaited,
  isKept,
  MEASURED,
  NONE,
  sampleOf,
} from '../model/ghost-read-back.ts';
import { segmentOf } from '../model/segment.ts';
import { and, FALSE, implies, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** What is awaited once the newest read-back was seen. */
function afterSample(call: Call, end: End): Awaited {
  const sample = sampleOf(AWAITED, end, view(call.before).toleranceUa);
  return { ...AWAITED, kind: w.ite(sample?.isFresh ?? FALSE, w.word(NONE), AWAITED.kind) };
}

const fieldOf = (flags: Term, shift: number, mask: number): Term =>
  w.bitand(w.ashr(flags, w.word(shift)), w.word(mask));

/** µs of output long enough to be sampled that were released since a read-back was last seen. */
function isCounted(call: Call, end: End): Term {
  const [before, after] = [view(call.before), view(end.block)];
  const isFresh = sampleOf(AWAITED, end, before.toleranceUa)?.isFresh ?? FALSE;
  const seen = w.ite(isFresh, w.ZERO, before.unsampled);
  const [release] = end.effects.released;
  if (release === undefined) return w.eq(after.unsampled, seen);
  const { isRecharge, isHold } = segmentOf(release);
  const [durationUs] = release.args;
  const isOutput = and(not(or(isRecharge, isHold)), w.sle(w.word(limits.SAMPLE_US_MIN), durationUs));
  return w.eq(after.unsampled, w.add(seen, w.ite(isOutput, durationUs, w.ZERO)));
}

export function sampled(call: Call, end: End, known: readonly Term[]): Obligation[] {
  if (end.effects.hasSwitchedOff) return [];
  const count = atEnd(
    'L12',
    call,
    end,
    'output that nobody has read is counted',
    isCounted(call, end),
    known,
  );
  const [release] = end.effects.released;
  const seen = afterSample(call, end);
  const after = view(end.block);
  if (release === undefined)
    return [
      count,
      ...isKept(seen, after).map((goal) =>
        atEnd('L12', call, end, 'what is awaited stays until it is seen', goal, known),
      ),
    ];
  const { flags, isMeasure, isRecharge, isHold, words } = segmentOf(release);
  const [durationUs] = release.args;
  const sample = fieldOf(flags, board.SAMPLE_SHIFT, board.SAMPLE_MASK);
  const tag = fieldOf(flags, board.TAG_SHIFT, board.TAG_MASK);
  const isSampled = not(is(sample, board.SAMPLE_NONE));
  const shown = (what: string, goal: Term): Obligation =>
    atRelease('L12', call, end, release, what, goal, known);
  const kind = w.ite(isMeasure, w.word(MEASURED), w.word(COMPARED));
  const sum = words.reduce(w.add);
  const total = words.map(w.abs).reduce(w.add);
  const hasCase = not(w.eq(w.bitand(flags, w.word(board.FLAG_CASE)), w.ZERO));
  const caseUa = w.ite(hasCase, w.sub(w.ZERO, sum), w.ZERO);
  const each = [...words, caseUa].flatMap((levelUa, i) => {
    const extraUa = i === limits.CASE ? w.sdiv(total, w.word(limits.CASE_DOUBT_DIVISOR)) : w.ZERO;
    const next: Awaited = { kind, tag, electrode: w.word(i), levelUa, extraUa };
    const what = `what ${electrodeName(i)} was given is awaited of it`;
    return isKept(next, after).map((goal) => shown(what, implies(is(sample, i), goal)));
  });
  // A read-back that did not come within 64 segments is lost: its tag is another's now.
  const isLost = w.eq(tag, seen.tag);
  const kept: Awaited = { ...seen, kind: w.ite(isLost, w.word(NONE), seen.kind) };
  return [
    count,
    ...each,
    shown('an electrode is sampled, or none', implies(isSampled, w.sle(sample, w.word(limits.CASE)))),
    shown('only one read-back is awaited', not(and(isSampled, isAwaited(kept)))),
    shown(
      'a sampled segment is long enough',
      implies(isSampled, w.sle(w.word(limits.SAMPLE_US_MIN), durationUs)),
    ),
    shown('a sampled segment carries current', not(and(isSampled, or(isRecharge, isHold)))),
    ...isKept(kept, after).map((goal) => shown('what was awaited stays awaited', or(isSampled, goal))),
  ];
}
