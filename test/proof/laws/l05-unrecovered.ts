// L5: the true charge that an electrode has not got back never passes the limit, however far sources are off within their
// accuracy and however much faster than its worst case the tissue recovers.

import type { Obligation } from '../check/obligation.ts';
import { ARMED_DOUBT_PC, CASE_DOUBT_DIVISOR, DOUBT_DIVISOR, UNRECOVERED_PC_MAX } from '../limits.ts';
import { CASE, ELECTRODES, electrodeName, type View } from '../model/block.ts';
import { endsOfHistory, type Ghost, keeps, type Played, playedRight } from '../model/history.ts';
import { ceilingsIn } from '../model/share.ts';
import { ONE } from '../smt/ceiling.ts';
import { productNotNegative } from '../smt/products.ts';
import { and, FALSE, implies, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import type { Law } from './law.ts';
import { sharesHold } from './lemmas.ts';

const ZERO = n.int(0);
/** 2^20 · 2^(−t/7200) of the segment's duration: a real number of which only its bounds are used. */
const SHARE = n.realVariable('ghost.share');
const LIMIT = n.int(UNRECOVERED_PC_MAX);
const within = (a: Term, most: Term): Term => n.between(n.minus(most), a, most);

/** What inaccuracy may add, fifty times: 2 of every charge, and 1 of the sum over the contacts on an enabled case. */
function spread(index: number, { charges, magnitudes, durationUs, hasCase }: Played): Term {
  const own = n.times(n.int(CASE_DOUBT_DIVISOR / DOUBT_DIVISOR), n.magnitude(charges[index]));
  if (index !== CASE) return own;
  const sum = n.times(n.plus(...magnitudes.slice(0, CASE)), durationUs);
  return n.plus(own, n.pick(hasCase, sum, ZERO));
}

/** Driven: the charge and at most 1/50 of the spread either way. */
function driven(before: Term, after: Term, charge: Term, spread50: Term): Term {
  const error = n.minus(after, n.plus(before, charge));
  return within(n.times(n.int(CASE_DOUBT_DIVISOR), error), spread50);
}

/** Recharged: anything from nothing to the share of what was there. */
function recharged(before: Term, after: Term): Term {
  const side = (a: Term, b: Term): Term =>
    implies(n.le(ZERO, a), and(n.le(ZERO, b), n.le(n.times(n.int(ONE), b), n.times(a, SHARE))));
  return and(side(before, after), side(n.minus(before), n.minus(after)));
}

/** The share lies under that of the binary, which `sharesHold` shows for every duration, and products keep orders. */
function lemmas(charge: Term, after: View, index: number): Term[] {
  const { high, low } = after.electrodes[index];
  return ceilingsIn(high, low).flatMap(({ x, k }) => [
    n.between(ZERO, SHARE, n.signed(k)),
    ...[charge, n.minus(charge)].flatMap((side) => [
      productNotNegative(side, n.minus(n.signed(k), SHARE)),
      productNotNegative(n.minus(n.signed(x), side), n.signed(k)),
    ]),
  ]);
}

function chargeOf(index: number): Ghost<Term> {
  const name = `ghost.true.${electrodeName(index)}`;
  const [before, after, start] = [name, `${name}.after`, `${name}.start`].map(n.realVariable);
  return {
    what: `the true charge of ${electrodeName(index)}`,
    before: () => before,
    start,
    // Nine half-lives after it was within the limit.
    startFacts: [within(n.times(n.int(512), start), LIMIT)],
    next: (_, played) => {
      const { isRecharge, charges } = played;
      const isDriven = driven(before, after, charges[index], spread(index, played));
      const facts = [
        implies(not(isRecharge), isDriven),
        ...(isRecharge === FALSE ? [] : [implies(isRecharge, recharged(before, after))]),
        ...lemmas(before, played.after, index),
      ];
      return { values: after, facts };
    },
    relation: (charge, v) => {
      const { high, low } = v.electrodes[index];
      return and(n.le(n.signed(low), charge), n.le(charge, n.signed(high)));
    },
    claim: (charge) => within(charge, LIMIT),
  };
}

/** The design's own recurrence, account ± doubt, is among the ghost's choices: driven with the whole error, recharged exactly. */
function recurrence(): Obligation[] {
  const real = (name: string): Term => n.realVariable(`ghost.design.${name}`);
  const [account, doubt, charge, spread50] = ['account', 'doubt', 'charge', 'spread'].map(real);
  const [nextAccount, nextDoubt] = ['account.next', 'doubt.next'].map(real);
  const shared = (after: Term, before: Term): Term =>
    n.same(n.times(n.int(ONE), after), n.times(before, SHARE));
  const fifty = (a: Term): Term => n.times(n.int(CASE_DOUBT_DIVISOR), a);
  const whenDriven = [
    n.le(ZERO, spread50),
    n.same(nextAccount, n.plus(account, charge)),
    n.same(fifty(nextDoubt), n.plus(fifty(doubt), spread50)),
  ];
  const whenRecharged = [shared(nextAccount, account), shared(nextDoubt, doubt), n.le(ZERO, SHARE)];
  return [doubt, n.minus(doubt)].flatMap((edge, i) => {
    const [before, after] = [
      n.plus(account, edge),
      n.plus(nextAccount, i === 0 ? nextDoubt : n.minus(nextDoubt)),
    ];
    const products = [before, n.minus(before)].map((side) => productNotNegative(side, SHARE));
    const step = (what: string, assumed: readonly Term[], goal: Term): Obligation => ({
      law: 'L5',
      name: `account ${i === 0 ? 'plus' : 'minus'} doubt is one of the true charges: ${what}`,
      assumed,
      goal,
      call: null,
      end: null,
    });
    return [
      step('driven', whenDriven, driven(before, after, charge, spread50)),
      step('recharged', [...whenRecharged, ...products], recharged(before, after)),
    ];
  });
}

if (UNRECOVERED_PC_MAX > 512 * ARMED_DOUBT_PC)
  throw new RangeError('nine half-lives leave more than the doubt at arm');

export const unrecovered: Law = {
  id: 'L5',
  title: 'Unrecovered charge',
  statement:
    'On each of the 16 contacts and on the case the true charge that has not been recovered stays within ±5,080,000 pC at the end of every segment, and so wherever a segment is cut. True charge: every charge with an error of up to 1/25 of it, on an enabled case of up to 1/50 of the sum over the contacts more; a recharge of t µs leaves anything from nothing to 2^(−t/7200) of it; a hold leaves all. The account plus or minus its doubt is one such course.',
  numbers: [
    {
      value: '5,080,000 pC',
      meaning: 'limit of the true charge',
      source: '40 µC/cm² × 0.127 cm² (Rose & Robblee 1990)',
    },
    {
      value: '1/25',
      meaning: 'error of a charge',
      source: 'each source within ±2 % in each polarity (Sit & Sarpeshkar 2007: 1–2 % are typical)',
    },
    { value: '7200 µs', meaning: 'half-life of passive recharge', source: '2 kΩ × 4.7 µF × ln 2, plus 10 %' },
    {
      value: '10,000 pC',
      meaning: 'bound of the true charge at arm',
      source: '5,080,000 pC after nine half-lives',
    },
  ],
  requirements: ['REQ-CHG-002', 'REQ-CHG-003', 'REQ-ARM-002', 'REQ-CHG-011', 'REQ-CHG-012'],
  assumptions: [
    'Each source is within ±2 % in each polarity.',
    'At zero level outside a hold, and while the output is off, charge halves in 7200 µs or faster and does not change sign.',
    'Between an off and `arm` lie 64,800 µs or more (L9).',
  ],
  obligations: (run) => [
    ...endsOfHistory('L5', run),
    ...playedRight('L5', run),
    ...sharesHold('L5', run),
    ...recurrence(),
    ...Array.from({ length: ELECTRODES }, (_, i) => keeps('L5', run, chargeOf(i))).flat(),
  ],
};
