// The ghost of L12: what the one read-back that is awaited should show, and how the newest one compares with it. Written
// from the law's words; the interlock's cells are related to it by `isKept`, and it takes nothing from them.

import * as board from '../../../firmware/board.ts';
import * as limits from '../limits.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { View } from './block.ts';
import type { End } from './calls.ts';

const word = (value: number): Term => w.word(value);
const field = (a: Term, shift: number, mask: number): Term => w.bitand(w.ashr(a, word(shift)), word(mask));

/** Kinds of an awaited read-back; words, like all of the ghost: it is compared with packed bits. */
export const NONE = 0;
export const COMPARED = 1;
export const MEASURED = 2;

/** What is awaited: of which segment and electrode, with which level and what it may be off beyond the tolerance, µA. */
export interface Awaited {
  readonly kind: Term;
  readonly tag: Term;
  readonly electrode: Term;
  readonly levelUa: Term;
  readonly extraUa: Term;
}

export const AWAITED: Awaited = {
  kind: w.wordVariable('ghost.kind', 16),
  tag: w.wordVariable('ghost.tag', 16),
  electrode: w.wordVariable('ghost.electrode', 16),
  levelUa: w.wordVariable('ghost.levelUa', 16),
  extraUa: w.wordVariable('ghost.extraUa', 16),
};

export const is = (a: Term, value: number): Term => w.eq(a, word(value));
export const isAwaited = ({ kind }: Awaited): Term => not(is(kind, NONE));
const within = (a: Term, most: number): Term => and(w.sle(w.ZERO, a), w.sle(a, word(most)));

/** How state.ts packs what is awaited: the level in the low half, electrode, kind and tag in the high one. */
export function packed({ kind, tag, electrode, levelUa }: Awaited): Term {
  return w.pack(levelUa, w.bitor(w.bitor(w.shl(tag, word(8)), w.shl(kind, word(5))), electrode));
}

/** The interlock awaits what the ghost awaits. */
export function isKept(awaited: Awaited, { expect, extraUa }: View): Term[] {
  const some = isAwaited(awaited);
  return [
    implies(not(some), w.eq(expect, w.ZERO)),
    implies(some, w.eq(expect, packed(awaited))),
    implies(some, w.eq(extraUa, awaited.extraUa)),
  ];
}

/** What any awaited read-back is like. */
export function isSound({ kind, tag, electrode }: Awaited): Term[] {
  return [within(kind, MEASURED), within(tag, board.TAG_MASK), within(electrode, limits.CASE)];
}

/** What is known before a call, in two cases that leave none out: nothing is awaited, or one read-back is, as the cells say. */
export function casesOf(awaited: Awaited, { expect, extraUa }: View): { name: string; known: Term[] }[] {
  const isPacked = [w.eq(expect, packed(awaited)), w.eq(extraUa, awaited.extraUa)];
  return [
    { name: 'with nothing awaited', known: [is(awaited.kind, NONE), w.eq(expect, w.ZERO)] },
    { name: 'with one awaited', known: [isAwaited(awaited), ...isSound(awaited), ...isPacked] },
  ];
}

/** The same of a read-back that is to be compared. */
export function isCompared(awaited: Awaited, before: View): Term[] {
  return [is(awaited.kind, COMPARED), ...casesOf(awaited, before)[1].known];
}

/** The newest read-back of a call, as the board packs it. */
export interface Sample {
  /** It is the one that is awaited: an older or a foreign tag says nothing. */
  readonly isFresh: Term;
  /** Of the electrode that was asked for. */
  readonly isOfElectrode: Term;
  /** Further from the level than the tolerance allows. */
  readonly isOff: Term;
}

export function sampleOf(awaited: Awaited, end: End, toleranceUa: Term): Sample | null {
  const sample = end.effects.sensed.get(board.SENSE_READBACK);
  if (sample === undefined) return null;
  const isThere = not(or(is(sample, board.SENSE_NO_SAMPLE), is(sample, board.SENSE_STALE)));
  const tag = field(sample, board.READBACK_TAG_SHIFT, board.TAG_MASK);
  // Both sides are whole µA, so a share that is rounded down judges as the exact one would.
  const shareUa = w.sdiv(w.abs(awaited.levelUa), word(limits.READBACK_DIVISOR));
  const beyondUa = w.sub(w.abs(w.sub(w.sext16(sample), awaited.levelUa)), awaited.extraUa);
  return {
    isFresh: and(isThere, isAwaited(awaited), w.eq(tag, awaited.tag)),
    isOfElectrode: w.eq(field(sample, board.READBACK_ELECTRODE_SHIFT, 0xff), awaited.electrode),
    isOff: and(w.slt(shareUa, beyondUa), w.slt(toleranceUa, beyondUa)),
  };
}
