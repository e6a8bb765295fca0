// L2: what goes in at some electrodes comes out at the others, and nothing flows in a segment without current.

import { FLAG_CASE, FLAG_HOLD, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { narrowed } from '../check/narrow.ts';
import { atRelease, type Obligation } from '../check/obligation.ts';
import { isSet } from '../model/bits.ts';
import type { Call, End } from '../model/calls.ts';
import { segmentOf } from '../model/segment.ts';
import type { Release } from '../symbolic/state.ts';
import { and, implies, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { type Law, releases } from './law.ts';

const BIT = { recharge: Math.log2(FLAG_RECHARGE), hold: Math.log2(FLAG_HOLD), case: Math.log2(FLAG_CASE) };

/** No current is asked for: recharge or hold, and no other flag. */
function isZeroAsked(call: Call): Term {
  return or(w.eq(call.args[1], w.word(FLAG_RECHARGE)), w.eq(call.args[1], w.word(FLAG_HOLD)));
}

function ofRelease(call: Call, end: End, release: Release): Obligation[] {
  const { words } = segmentOf(release);
  const flags = release.args[1];
  const contactsUa = n.plus(...words.map(n.signed));
  const caseUa = n.pick(isSet(flags, BIT.case), n.minus(contactsUa), n.int(0));
  const isZero = and(...words.map((level) => w.eq(level, w.ZERO)));
  const isOpenOrShort = or(isSet(flags, BIT.recharge), isSet(flags, BIT.hold));
  const asked = implies(isOpenOrShort, isZeroAsked(call));
  return [
    atRelease(
      'L2',
      call,
      end,
      release,
      'all levels sum to zero',
      n.same(n.plus(contactsUa, caseUa), n.int(0)),
    ),
    narrowed(atRelease('L2', call, end, release, 'recharge and hold come as asked', asked), call.args[1]),
    atRelease(
      'L2',
      call,
      end,
      release,
      'recharge and hold have no level',
      implies(isZeroAsked(call), isZero),
    ),
  ];
}

export const kirchhoff: Law = {
  id: 'L2',
  title: 'Kirchhoff',
  statement:
    'The levels of every released segment, those of the 16 contacts and that of the case, sum to exactly 0 µA. A case that is not enabled carries nothing, and then the contacts alone sum to 0 µA. In a recharge or hold segment every level is 0 µA.',
  numbers: [],
  requirements: ['REQ-CUR-002', 'REQ-CUR-003'],
  assumptions: ['An enabled case carries minus the sum of the contacts: the output stage makes it so.'],
  obligations: (run) => releases(run).flatMap(({ call, end, release }) => ofRelease(call, end, release)),
};
