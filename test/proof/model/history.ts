// What a law needs of the past: ghost values beside the block, moved on in the law's own words at each release and started
// anew where the output is armed. Whatever the ghost is worth while the output is off, nothing is released there.

import { State } from '../../../firmware/status.ts';
import { atEnd, atRelease, type Obligation } from '../check/obligation.ts';
import type { Run } from '../laws/law.ts';
import { DISCHARGE_US } from '../limits.ts';
import { productNotNegative } from '../smt/products.ts';
import type { Release } from '../symbolic/state.ts';
import { and, conjuncts, FALSE, implies, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { CASE, type View, view } from './block.ts';
import type { Call, End } from './calls.ts';
import { segmentOf } from './segment.ts';

/** A released segment in plain numbers: µs, µA, pC of the sixteen contacts and the case. */
export interface Played {
  readonly call: Call;
  readonly end: End;
  readonly release: Release;
  readonly before: View;
  readonly after: View;
  readonly durationUs: Term;
  readonly levels: readonly Term[];
  readonly magnitudes: readonly Term[];
  readonly charges: readonly Term[];
  readonly isRecharge: Term;
  readonly hasCase: Term;
}

/** The case counts as minus the sum of the contacts, which `playedRight` shows. */
function playedBy(call: Call, end: End, release: Release): Played {
  const segment = segmentOf(release);
  const path = new Set(conjuncts(release.path));
  // A level that the path says is zero is written so.
  const contacts = segment.words.map((word) => (path.has(w.eq(word, w.ZERO)) ? n.int(0) : n.signed(word)));
  const sum = n.plus(...contacts);
  const levels = [...contacts, n.minus(sum)];
  return {
    call,
    end,
    release,
    before: view(call.before),
    after: view(end.block),
    durationUs: segment.durationUs,
    levels,
    magnitudes: [...contacts, sum].map(n.magnitude),
    charges: levels.map((level) => n.times(level, segment.durationUs)),
    isRecharge: isPossible(path, segment.isRecharge),
    hasCase: segment.hasCase,
  };
}

/** False where the path says that no bit of a mask with this one is set. */
function isPossible(path: ReadonlySet<Term>, flag: Term): Term {
  const masked = flag.op === 'not' && flag.args[0].op === 'eq' ? flag.args[0].args[0] : null;
  if (masked === null || masked.op !== 'bitand') return flag;
  const [word, bit] = masked.args;
  const rules = (fact: Term): boolean => {
    const [a, b] = fact.args;
    if (fact.op !== 'eq' || b !== w.ZERO || a.op !== 'bitand') return false;
    return a.args[0] === word && a.args[1].op === 'const' && (a.args[1].value & bit.value) === bit.value;
  };
  return [...path].some(rules) ? FALSE : flag;
}

/** Every segment that any call releases. */
export function allPlayed(run: Run): Played[] {
  return run.calls.flatMap((call) =>
    call.ends.flatMap((end) => end.effects.released.map((release) => playedBy(call, end, release))),
  );
}

/** What the other obligations take a segment for: the case carries what the contacts leave. */
export function playedRight(law: string, run: Run): Obligation[] {
  return allPlayed(run).map(({ call, end, release, levels }) => {
    const carried = n.same(levels[CASE], segmentOf(release).levels[CASE]);
    return atRelease(law, call, end, release, 'the case carries what the contacts leave', carried);
  });
}

/** A ghost: values of a law's own and how they lie to the cells of the block while the output is armed. */
export interface Ghost<Values> {
  /** "the phase count of E1". */
  readonly what: string;
  /** Before a call: variables, or what the relation makes of the cells where it leaves one choice. */
  readonly before: Values | ((cells: View) => Values);
  /** At `arm`. */
  readonly start: Values;
  /** What is known of the values at `arm`, where they may be several. */
  readonly startFacts?: readonly Term[];
  /** After a segment, with what the law says of them there. */
  next(before: Values, played: Played): { readonly values: Values; readonly facts: readonly Term[] };
  relation(values: Values, cells: View): Term;
  /** The law itself, of the values after a segment. */
  claim?(values: Values, played: Played): Term;
}

const isArmed = (v: View): Term => w.eq(v.state, w.word(State.ARMED));

function valuesBefore<V>({ before }: Ghost<V>, cells: View): V {
  return typeof before === 'function' ? (before as (cells: View) => V)(cells) : (before as V);
}

/** The ghost's relation before a call; nothing is assumed of a damaged block. */
function assumedOf<V>(ghost: Ghost<V>, call: Call): Term[] {
  const before = view(call.before);
  return call.from === 'intact'
    ? [implies(isArmed(before), ghost.relation(valuesBefore(ghost, before), before))]
    : [];
}

/** The ghost keeps its relation to the cells through every call, and the law holds of it at each release. */
export function keeps<V>(law: string, run: Run, ghost: Ghost<V>): Obligation[] {
  const quiet = run.calls.flatMap((call) =>
    call.ends
      .filter(({ effects }) => effects.released.length === 0 && !effects.hasSwitchedOff)
      .flatMap((end) => quietly(law, call, end, ghost)),
  );
  return [...quiet, ...allPlayed(run).flatMap((played) => atPlayed(law, played, ghost))];
}

function quietly<V>(law: string, call: Call, end: End, ghost: Ghost<V>): Obligation[] {
  const [before, after] = [view(call.before), view(end.block)];
  const [was, is] = [isArmed(before), isArmed(after)];
  const kept = implies(and(was, is), ghost.relation(valuesBefore(ghost, before), after));
  const started = implies(and(not(was), is), ghost.relation(ghost.start, after));
  return [
    atEnd(law, call, end, `${ghost.what} stays`, kept, assumedOf(ghost, call)),
    atEnd(law, call, end, `${ghost.what} starts`, started, ghost.startFacts),
  ];
}

function atPlayed<V>(law: string, played: Played, ghost: Ghost<V>): Obligation[] {
  const { call, end } = played;
  const { values, facts } = ghost.next(valuesBefore(ghost, played.before), played);
  // Where the case carries nothing it takes no charge: a product with nothing is nothing.
  const noCase = [played.levels[CASE], n.minus(played.levels[CASE])].map((level) =>
    productNotNegative(level, played.durationUs),
  );
  const extra = [...assumedOf(ghost, call), ...noCase, ...facts];
  const claim = ghost.claim?.(values, played);
  const relation = ghost.relation(values, played.after);
  const kept = atEnd(law, call, end, `${ghost.what} is kept`, relation, extra);
  if (claim === undefined) return [kept];
  // Every run that releases the segment ends so, where the relation has just been shown.
  const known = [...extra, relation];
  return [kept, atEnd(law, call, end, `${ghost.what} is within its limit`, claim, known)];
}

/**
 * Where the ghosts need not be followed: one segment a call at most, and nothing is armed where a call has switched off,
 * since the discharge begins there and the invariant lets nothing be armed before its end.
 */
export function endsOfHistory(law: string, run: Run): Obligation[] {
  return run.calls.flatMap((call) =>
    call.ends.flatMap((end) => {
      const isDischarging = w.eq(view(end.block).discharge, w.word(DISCHARGE_US));
      return [
        ...(end.effects.hasSwitchedOff
          ? [atEnd(law, call, end, 'off starts the discharge', isDischarging)]
          : []),
        ...(end.effects.released.length > 1
          ? [atEnd(law, call, end, 'one segment is released at most', FALSE)]
          : []),
      ];
    }),
  );
}
