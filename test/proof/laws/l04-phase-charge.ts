// L4: the span of an electrode's charge since it last rested stays within the phase limit.

import { PHASE_PC_MAX, PHASE_REST_US } from '../limits.ts';
import { electrodeName, type View } from '../model/block.ts';
import { endsOfHistory, type Ghost, keeps, type Played, playedRight } from '../model/history.ts';
import { and, implies, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import type { Law } from './law.ts';

/** The law's own count: signed charge since the last rest, its least and greatest value, pC; time at zero level, µs. */
interface Phase {
  readonly charge: Term;
  readonly least: Term;
  readonly greatest: Term;
  readonly rest: Term;
}

const ZERO = n.int(0);
const REST = n.int(PHASE_REST_US);

/** Discharged since the last off, which lasts far longer than a rest (L9). */
const RESTED: Phase = { charge: ZERO, least: ZERO, greatest: ZERO, rest: REST };

/** A segment in the words of the law. */
function after(phase: Phase, level: Term, charge: Term, durationUs: Term): Phase {
  const isZero = n.same(level, ZERO);
  const rest = n.pick(isZero, n.plus(phase.rest, durationUs), ZERO);
  const isRested = n.le(REST, rest);
  const sum = n.plus(phase.charge, charge);
  const either = (atZero: Term, driven: Term): Term => n.pick(isRested, ZERO, n.pick(isZero, atZero, driven));
  return {
    charge: either(phase.charge, sum),
    least: either(phase.least, n.least(phase.least, sum)),
    greatest: either(phase.greatest, n.greatest(phase.greatest, sum)),
    rest,
  };
}

/** The cells hold how far the count is above its least and below its greatest value, and the rest up to its limit. */
function isCounted({ charge, least, greatest, rest }: Phase, v: View, index: number): Term {
  const { rise, fall, rest: restUs } = v.electrodes[index];
  return and(
    n.same(n.signed(rise), n.minus(charge, least)),
    n.same(n.signed(fall), n.minus(greatest, charge)),
    n.le(ZERO, rest),
    n.same(n.signed(restUs), n.least(rest, REST)),
  );
}

/** Within the hard limit always; where the electrode is driven, within the limit that is set for it now. */
function isWithin({ least, greatest }: Phase, { before, levels }: Played, index: number): Term {
  const span = n.minus(greatest, least);
  const limit = n.signed(before.electrodes[index].limitPc);
  return and(n.le(span, n.int(PHASE_PC_MAX)), implies(not(n.same(levels[index], ZERO)), n.le(span, limit)));
}

function phaseOf(index: number): Ghost<Phase> {
  const at = `ghost.phase.${electrodeName(index)}`;
  const before: Phase = {
    charge: n.intVariable(`${at}.charge`),
    least: n.intVariable(`${at}.least`),
    greatest: n.intVariable(`${at}.greatest`),
    rest: n.intVariable(`${at}.rest`),
  };
  return {
    what: `the phase charge of ${electrodeName(index)}`,
    before: () => before,
    start: RESTED,
    next: (_, { levels, charges, durationUs }) => ({
      values: after(before, levels[index], charges[index], durationUs),
      facts: [],
    }),
    relation: (phase, v) => isCounted(phase, v, index),
    claim: (phase, played) => isWithin(phase, played, index),
  };
}

export const phaseCharge: Law = {
  id: 'L4',
  title: 'Phase charge',
  statement:
    'On each of the 16 contacts and on the case the signed charge, counted from 0 since the electrode was last at zero level for 800 µs or more, never spans more than 2,998,000 pC from its least to its greatest value, and no segment drives an electrode to a span above the limit that is set for it. Neither a short gap nor a tiny reversal restarts the count.',
  numbers: [
    {
      value: '2,998,000 pC',
      meaning: 'hard phase limit',
      source: 'Shannon k = 1.85 on 12.7 mm² (Cogan 2016)',
    },
    {
      value: '2,004,000 pC',
      meaning: 'phase limit set at boot',
      source: 'Shannon k = 1.5 on 12.7 mm² (Shannon 1992)',
    },
    {
      value: '800 µs',
      meaning: 'time at zero level that restarts the count',
      source: 'firmware/profile.ts, PHASE_REST_US',
    },
  ],
  requirements: ['REQ-CHG-001'],
  assumptions: ['Between an off and `arm` every electrode is at zero level, for 64,800 µs or more (L9).'],
  obligations: (run) => [
    ...endsOfHistory('L4', run),
    ...playedRight('L4', run),
    ...Array.from({ length: 17 }, (_, i) => keeps('L4', run, phaseOf(i))).flat(),
  ],
};
