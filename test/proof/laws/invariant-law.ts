// The invariant in words, as a part of the report beside the laws that rest on it.

import type { LawText } from '../check/tally.ts';

export const INVARIANT: LawText = {
  id: 'invariant',
  title: 'Invariant',
  statement:
    'Whatever the state was, every call leaves the state block intact and every cell of it within its bounds: `boot` from any memory, every other call from any state that the invariant allows, and from any damaged block. So no sequence of calls leaves the states that the laws are shown over.',
  numbers: [],
  requirements: ['REQ-INT-002'],
  assumptions: [],
};
