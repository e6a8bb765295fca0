// L3: no segment is too short or too long, and no electrode keeps one polarity for too long.

import { atRelease } from '../check/obligation.ts';
import * as limits from '../limits.ts';
import { ELECTRODES, electrodeName } from '../model/block.ts';
import { endsOfHistory, type Ghost, keeps, playedRight } from '../model/history.ts';
import { segmentOf } from '../model/segment.ts';
import type { Release } from '../symbolic/state.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Law, releases } from './law.ts';

/** Ghost: µs for which an electrode has been positive and negative without a break, at the end of what was released. */
interface Polarity {
  readonly positiveUs: Term;
  readonly negativeUs: Term;
}
const ZERO = n.int(0);

function runOf(index: number): Ghost<Polarity> {
  const at = `ghost.${electrodeName(index)}`;
  const before = {
    positiveUs: n.intVariable(`${at}.positiveUs`),
    negativeUs: n.intVariable(`${at}.negativeUs`),
  };
  const most = n.int(limits.POLARITY_RUN_US_MAX);
  return {
    what: `the run of one polarity of ${electrodeName(index)}`,
    before: () => before,
    start: { positiveUs: ZERO, negativeUs: ZERO },
    next: (_, { levels, durationUs }) => {
      const grown = (us: Term, is: Term): Term => n.pick(is, n.plus(us, durationUs), ZERO);
      const positiveUs = grown(before.positiveUs, n.lt(ZERO, levels[index]));
      return {
        values: { positiveUs, negativeUs: grown(before.negativeUs, n.lt(levels[index], ZERO)) },
        facts: [],
      };
    },
    relation: (run, v) => isCounted(run, v.electrodes[index].run),
    claim: ({ positiveUs, negativeUs }) => and(n.le(positiveUs, most), n.le(negativeUs, most)),
  };
}

/** The interlock's signed run is no shorter than the true one. */
function isCounted({ positiveUs, negativeUs }: Polarity, runWord: Term): Term {
  const runUs = n.signed(runWord);
  const within = (us: Term, countedUs: Term): Term =>
    and(n.le(ZERO, us), or(n.le(us, ZERO), n.le(us, countedUs)));
  return and(within(positiveUs, runUs), within(negativeUs, n.minus(runUs)));
}

function durationGoals(release: Release): { what: string; goal: Term }[] {
  const { isRecharge, isHold } = segmentOf(release);
  const durationUs = release.args[0];
  const most = (us: number): Term => w.sle(durationUs, w.word(us));
  return [
    { what: 'it lasts at least 10 µs', goal: w.sle(w.word(limits.SEGMENT_US_MIN), durationUs) },
    { what: 'it lasts at most 5000 µs', goal: most(limits.IDLE_US_MAX) },
    {
      what: 'an active one lasts at most 1000 µs',
      goal: implies(not(or(isRecharge, isHold)), most(limits.ACTIVE_US_MAX)),
    },
  ];
}

export const duration: Law = {
  id: 'L3',
  title: 'Duration',
  statement:
    'An active segment lasts 10–1000 µs, a recharge or hold segment 10–5000 µs. No contact, nor the case, carries one polarity for more than 10,000 µs without a segment of zero or of the other polarity between.',
  numbers: [
    { value: '10 µs', meaning: 'shortest segment', source: 'REQ-TIM-001' },
    {
      value: '1000 µs',
      meaning: 'longest active segment: the widest phase',
      source: 'REQ-TIM-001',
    },
    { value: '5000 µs', meaning: 'longest segment at zero', source: 'REQ-TIM-001' },
    {
      value: '10,000 µs',
      meaning: 'longest run of one polarity',
      source: 'asymmetric recharge, 10 × 1000 µs',
    },
  ],
  requirements: ['REQ-TIM-001', 'REQ-TIM-002'],
  assumptions: ['An enabled case carries minus the sum of the contacts: the output stage makes it so.'],
  obligations: (run) => [
    ...endsOfHistory('L3', run),
    ...playedRight('L3', run),
    ...releases(run).flatMap(({ call, end, release }) =>
      durationGoals(release).map(({ what, goal }) => atRelease('L3', call, end, release, what, goal)),
    ),
    ...Array.from({ length: ELECTRODES }, (_, i) => keeps('L3', run, runOf(i))).flat(),
  ],
};
