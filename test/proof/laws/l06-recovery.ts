// L6: charge on account never stays above what counts as recovered for longer than 100 ms of the stage's time, and a queue that
// the clock has played out ends in off.

import { START_US_MAX } from '../../../firmware/board.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import { RECOVERED_PC, RECOVERY_US_MAX } from '../limits.ts';
import { ELECTRODES, electrodeName, view } from '../model/block.ts';
import { ELAPSED } from '../model/calls.ts';
import { endsOfHistory, type Ghost, keeps, playedRight } from '../model/history.ts';
import { ceilingsIn } from '../model/share.ts';
import { ONE } from '../smt/ceiling.ts';
import { and, implies, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import type { Law, Run } from './law.ts';
import { sharesHold } from './lemmas.ts';

const ZERO = n.int(0);

/** sign·⌈|account|·k / 2^20⌉, said of the number that it is. */
function recharged(before: Term, after: Term, k: Term): Term {
  const isCeiling = (a: Term, b: Term): Term => {
    const [product, scaled] = [n.times(a, k), n.times(n.int(ONE), b)];
    return and(n.le(ZERO, b), n.le(product, scaled), n.lt(scaled, n.plus(product, n.int(ONE))));
  };
  return and(
    implies(n.le(ZERO, before), isCeiling(before, after)),
    implies(n.lt(before, ZERO), isCeiling(n.minus(before), n.minus(after))),
  );
}

/** Signed charge released and not recovered, which a cell of the block holds. */
function accountOf(index: number): Ghost<Term> {
  const name = electrodeName(index);
  const after = n.intVariable(`ghost.account.${name}.after`);
  return {
    what: `the account of ${name}`,
    before: (v) => n.signed(v.electrodes[index].account),
    start: ZERO,
    next: (before, { isRecharge, charges, after: cells }) => ({
      values: after,
      facts: [
        implies(not(isRecharge), n.same(after, n.plus(before, charges[index]))),
        ...ceilingsIn(cells.electrodes[index].account).map(({ k }) =>
          implies(isRecharge, recharged(before, after, n.signed(k))),
        ),
      ],
    }),
    relation: (account, v) => n.same(account, n.signed(v.electrodes[index].account)),
  };
}

/** Stage time since every account was last recovered at a segment's end. The accounts are those of `accountOf`. */
const since: Ghost<Term> = {
  what: 'the time since all was recovered',
  before: (v) => n.signed(v.unrecovered),
  start: ZERO,
  next: (before, { after, durationUs }) => {
    const most = n.int(RECOVERED_PC);
    const isRecovered = and(
      ...after.electrodes.map(({ account }) => n.between(n.minus(most), n.signed(account), most)),
    );
    return { values: n.pick(isRecovered, ZERO, n.plus(before, durationUs)), facts: [] };
  },
  relation: (time, v) => n.same(time, n.signed(v.unrecovered)),
  claim: (time) => n.le(time, n.int(RECOVERY_US_MAX)),
};

/** The clock half: what is queued is counted down by the clock, and a call that finds it played out switches off. */
function playedOut(run: Run): Obligation[] {
  const elapsed = n.unsigned(ELAPSED);
  return run.calls
    .filter(({ from, name }) => from === 'intact' && name !== 'boot')
    .flatMap((call) =>
      call.ends
        .filter(({ effects }) => !effects.hasSwitchedOff)
        .flatMap((end) => {
          const queue = n.signed(view(call.before).queue);
          const isIdle = n.same(queue, ZERO);
          const left = n.pick(isIdle, ZERO, n.minus(queue, elapsed));
          const [release] = end.effects.released;
          const started = n.pick(isIdle, n.int(START_US_MAX), left);
          const expected = release === undefined ? left : n.plus(started, n.signed(release.args[0]));
          return [
            atEnd(
              'L6',
              call,
              end,
              'what is queued lasts longer than the clock says',
              or(isIdle, n.lt(elapsed, queue)),
            ),
            atEnd(
              'L6',
              call,
              end,
              'what is queued is counted',
              n.same(n.signed(view(end.block).queue), expected),
            ),
          ];
        }),
    );
}

export const recovery: Law = {
  id: 'L6',
  title: 'Recovery',
  statement:
    'The stage time since the account of every electrode was last within ±1,587,000 pC at a segment’s end never passes 100,000 µs. What is queued is counted down by the clock, an idle stage taken to start 50 µs late, and a call that finds all of it played switches off.',
  numbers: [
    { value: '1,587,000 pC', meaning: 'recovered', source: '±50 mV on 250 µF/cm² × 0.127 cm²' },
    { value: '100,000 µs', meaning: 'longest time without', source: 'REQ-CHG-005' },
    { value: '50 µs', meaning: 'latest start of an idle stage', source: 'START_US_MAX of the board' },
  ],
  requirements: ['REQ-CHG-005', 'REQ-ARM-003', 'REQ-CHG-003', 'REQ-CHG-011', 'REQ-CHG-012'],
  assumptions: ['An idle output stage starts a segment at most 50 µs after it was given.'],
  obligations: (run) => [
    ...endsOfHistory('L6', run),
    ...playedRight('L6', run),
    ...sharesHold('L6', run),
    ...Array.from({ length: ELECTRODES }, (_, i) => keeps('L6', run, accountOf(i))).flat(),
    ...keeps('L6', run, since),
    ...playedOut(run),
  ],
};
