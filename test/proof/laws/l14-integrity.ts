// L14: all state lies in one block with a parity, and a call that finds it broken ends in off and a trip. Speaks of flips
// before a call; those during one, in the FIFO or on the stack are the campaign's.

import { State, Trip } from '../../../firmware/status.ts';
import { atEnd, type Obligation } from '../check/obligation.ts';
import { intactBlock, view } from '../model/block.ts';
import { type Call, isDamaged } from '../model/calls.ts';
import { BLOCK_ADDRESS } from '../symbolic/memory.ts';
import { bool, not } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { claimObligations } from './l13-bounded.ts';
import type { Law } from './law.ts';

/** Bits that have flipped: any of a word, at least one. */
const FLIPPED = w.wordVariable('flipped');

/** For each word of the block: with any of its bits flipped the parity does not hold. */
function flips(): Obligation[] {
  const block = intactBlock();
  return block.map((word, i) => ({
    law: 'L14',
    name: `flipped bits of the word at ${BLOCK_ADDRESS + 4 * i} are seen`,
    assumed: [not(w.eq(FLIPPED, w.ZERO))],
    goal: isDamaged(block.with(i, w.xor(word, FLIPPED))),
    call: null,
    end: null,
  }));
}

/** A call that meets a damaged block. `boot` looks at nothing of it and starts anew. */
function onDamage(call: Call): Obligation[] {
  const is = (a: Term, value: number): Term => n.same(n.signed(a), n.int(value));
  return call.ends.flatMap((end) => {
    const { state, trip } = view(end.block);
    const both = [
      atEnd('L14', call, end, 'switches the output off', bool(end.effects.hasSwitchedOff)),
      atEnd('L14', call, end, 'releases nothing', bool(end.effects.released.length === 0)),
    ];
    if (call.name === 'boot') return both;
    return [
      ...both,
      atEnd('L14', call, end, 'ends locked', is(state, State.LOCKED)),
      atEnd('L14', call, end, 'says that its state was damaged', is(trip, Trip.INTEGRITY)),
    ];
  });
}

export const integrity: Law = {
  id: 'L14',
  title: 'Integrity',
  statement:
    'All mutable state lies in 656 bytes of memory that a parity closes, and no call loads or stores anything outside them. Any bits flipped in one 32-bit word of the block, so any single bit, break the parity. A call that meets a block whose parity does not hold switches the output off, releases nothing, and ends locked with the integrity trip; `boot` starts anew.',
  numbers: [
    {
      value: '656 bytes',
      meaning: 'the state block with its 64-bit parity',
      source: 'firmware/interlock/state.ts',
    },
  ],
  requirements: ['REQ-INT-001'],
  assumptions: [
    'Bits flip between calls; those that flip during a call, in the FIFO or on the stack are not covered.',
  ],
  obligations: ({ calls }) => [
    ...claimObligations('L14', calls),
    ...flips(),
    ...calls.filter((call) => call.from === 'damaged').flatMap(onDamage),
  ],
};
