// L7: the leaky buckets of each electrode and of their sum never hold more than their depth.

import { atRelease, type Obligation } from '../check/obligation.ts';
import { DISCHARGE_US, MEAN_DEPTH_PC, MEAN_TOTAL_DEPTH_PC, MEAN_TOTAL_UA, MEAN_UA } from '../limits.ts';
import { ELECTRODES, electrodeName } from '../model/block.ts';
import { allPlayed, endsOfHistory, type Ghost, keeps, type Played, playedRight } from '../model/history.ts';
import { productNotNegative } from '../smt/products.ts';
import { and } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import type { Law, Run } from './law.ts';

const ZERO = n.int(0);

/** What a full bucket holds after the discharge time that `arm` waits for. */
const left = (depthPc: number, leakUa: number): Term => n.int(Math.max(depthPc - leakUa * DISCHARGE_US, 0));
const START_SUM = left(MEAN_TOTAL_DEPTH_PC, MEAN_TOTAL_UA);
const START = left(MEAN_DEPTH_PC, MEAN_UA);

/** A bucket after a segment, in the words of the law. */
function filled(bucket: Term, magnitude: Term, leakUa: number, durationUs: Term): Term {
  return n.greatest(ZERO, n.plus(bucket, n.times(n.minus(magnitude, n.int(leakUa)), durationUs)));
}
const total = ({ magnitudes }: Played): Term => n.plus(...magnitudes);

/** 2·|level| ≤ the sum of magnitudes, since the levels sum to zero. */
const isAtMostHalf = (played: Played, index: number): Term =>
  n.le(n.times(n.int(2), played.magnitudes[index]), total(played));

function kirchhoff(run: Run): Obligation[] {
  return allPlayed(run).flatMap((played) =>
    Array.from({ length: ELECTRODES }, (_, i) => {
      const what = `${electrodeName(i)} carries at most half of the sum`;
      return atRelease('L7', played.call, played.end, played.release, what, isAtMostHalf(played, i));
    }),
  );
}

/** Held by a cell of the block: nothing else can be meant by it. */
const sumBucket: Ghost<Term> = {
  what: 'the bucket of the sum',
  before: (v) => n.signed(v.bucket),
  start: START_SUM,
  next: (before, played) => ({
    values: filled(before, total(played), MEAN_TOTAL_UA, played.durationUs),
    facts: [],
  }),
  relation: (bucket, v) => n.same(bucket, n.signed(v.bucket)),
  claim: (bucket) => n.le(bucket, n.int(MEAN_TOTAL_DEPTH_PC)),
};

interface Buckets {
  readonly own: Term;
  readonly sum: Term;
}

/** An electrode's own bucket never holds more than half of that of the sum, whatever the block holds. */
function bucketOf(index: number): Ghost<Buckets> {
  const before: Buckets = {
    own: n.intVariable(`ghost.bucket.${electrodeName(index)}`),
    sum: n.intVariable('ghost.bucket.sum'),
  };
  return {
    what: `the bucket of ${electrodeName(index)}`,
    before: () => before,
    start: { own: START, sum: START_SUM },
    next: (_, played) => {
      const { magnitudes, durationUs } = played;
      const rest = n.minus(total(played), n.times(n.int(2), magnitudes[index]));
      const own = filled(before.own, magnitudes[index], MEAN_UA, durationUs);
      const sum = filled(before.sum, total(played), MEAN_TOTAL_UA, durationUs);
      // The sum's own claim, shown of `sumBucket`.
      const isWithin = n.le(sum, n.int(MEAN_TOTAL_DEPTH_PC));
      return {
        values: { own, sum },
        facts: [isAtMostHalf(played, index), productNotNegative(rest, durationUs), isWithin],
      };
    },
    relation: ({ own, sum }) => and(n.le(ZERO, own), n.le(n.times(n.int(2), own), sum)),
    claim: ({ own }) => n.le(own, n.int(MEAN_DEPTH_PC)),
  };
}

export const meanCurrent: Law = {
  id: 'L7',
  title: 'Mean current',
  statement:
    'A leaky bucket takes (|level| − 4000 µA) × duration of every segment, not below 0, on each of the 16 contacts and on the case, and holds at most 100,000,000 pC; one takes (sum of all magnitudes − 8000 µA) × duration and holds at most 200,000,000 pC. Both are full at boot and at every off.',
  numbers: [
    {
      value: '4000 µA',
      meaning: 'leak of an electrode’s bucket',
      source: 'profile percutaneous-16: at most 5 mA over 100 ms',
    },
    { value: '100,000,000 pC', meaning: 'its depth', source: 'profile percutaneous-16' },
    {
      value: '8000 µA',
      meaning: 'leak of the bucket of the sum',
      source: 'profile percutaneous-16: at most 10 mA over 100 ms',
    },
    { value: '200,000,000 pC', meaning: 'its depth', source: 'profile percutaneous-16' },
  ],
  requirements: ['REQ-CHG-004'],
  assumptions: ['Between an off and `arm` every bucket leaks for 64,800 µs or more (L9).'],
  obligations: (run) => [
    ...endsOfHistory('L7', run),
    ...playedRight('L7', run),
    ...kirchhoff(run),
    ...keeps('L7', run, sumBucket),
    ...Array.from({ length: ELECTRODES }, (_, i) => keeps('L7', run, bucketOf(i))).flat(),
  ],
};
