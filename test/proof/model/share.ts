// The share of a charge that a recharge leaves, as the binary computes it: found in what it books, and held against the
// exponential for every duration in exact integers.

import type { Run } from '../laws/law.ts';
import { IDLE_US_MAX, RECHARGE_HALF_LIFE_US, SEGMENT_US_MIN } from '../limits.ts';
import { ceilingOf, ONE } from '../smt/ceiling.ts';
import { evaluate } from '../term/evaluate.ts';
import { type Term, variables } from '../term/term.ts';
import { view } from './block.ts';

/** A magnitude x after recharge with the share k / 2^20, rounded up. */
export interface Ceiling {
  readonly x: Term;
  readonly k: Term;
}

/** Every such word within a term. */
export function ceilingsIn(...terms: readonly Term[]): Ceiling[] {
  const found: Ceiling[] = [];
  const seen = new Set<Term>();
  const open = [...terms];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const ceiling = ceilingOf(next);
    if (ceiling !== null) found.push(ceiling);
    open.push(...next.args);
  }
  return found;
}

/** keep/2^20 ≥ 2^(−t/7200) to the 7200th power; powers are cut down to 128 bits on the way, which only makes them smaller. */
export function keepsEnough(keep: bigint, durationUs: number): boolean {
  let power = 1n;
  let shift = 0;
  for (const bit of RECHARGE_HALF_LIFE_US.toString(2)) {
    power *= power;
    shift *= 2;
    if (bit === '1') power *= keep;
    const excess = power.toString(2).length - 128;
    if (excess <= 0) continue;
    power >>= BigInt(excess);
    shift += excess;
  }
  return power >= 1n << BigInt(Math.max(20 * RECHARGE_HALF_LIFE_US - durationUs - shift, 0));
}

const failing = new WeakMap<Term, readonly number[]>();

/** Durations for which a share, a word of the duration alone, is under 2^(−t/7200) or above 1. */
export function failingDurations(share: Term): readonly number[] {
  let found = failing.get(share);
  if (found === undefined) {
    const [duration, ...others] = variables(share);
    const durations = Array.from({ length: IDLE_US_MAX - SEGMENT_US_MIN + 1 }, (_, i) => SEGMENT_US_MIN + i);
    const isWrong = (durationUs: number): boolean => {
      const keep = evaluate(share, new Map([[duration, BigInt(durationUs)]]));
      return keep < 0n || keep > ONE || !keepsEnough(keep, durationUs);
    };
    found = duration?.name === 'durationUs' && others.length === 0 ? durations.filter(isWrong) : durations;
    failing.set(share, found);
  }
  return found;
}

/** The shares that any release books an electrode's charges with: one term in what ships. */
export function sharesOf(run: Run): Term[] {
  const ends = run.calls.flatMap((call) => call.ends).filter((end) => end.effects.released.length > 0);
  const cells = ends.flatMap((end) => view(end.block).electrodes.flatMap((e) => [e.account, e.high, e.low]));
  return [...new Set(ceilingsIn(...cells).map(({ k }) => k))];
}
