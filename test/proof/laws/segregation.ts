// Segregation (IEC 62304 5.3.5): the interlock alone reaches the output, and nothing reaches the interlock but its calls.
// Read from the two binaries that ship; it speaks of what is linked, and never of what a body does.

import type { Obligation } from '../check/obligation.ts';
import { FALSE, TRUE } from '../term/boolean.ts';
import { checkInterlock, checkStimulator } from '../wasm/interface.ts';
import type { Law, Run } from './law.ts';

const obligation = (name: string, goal: typeof TRUE): Obligation => ({
  law: 'segregation',
  name,
  assumed: [],
  goal,
  call: null,
  end: null,
});

/** One that holds where there is no difference; else one for each difference, which does not. */
function obligationsOf(whatHolds: string, differences: readonly string[]): Obligation[] {
  if (differences.length === 0) return [obligation(whatHolds, TRUE)];
  return differences.map((difference) => obligation(`${whatHolds}: but ${difference}`, FALSE));
}

export const segregation: Law = {
  id: 'segregation',
  title: 'Segregation',
  statement:
    'The interlock imports its six calls of the board and nothing else, exports its ten calls, constants and its own memory, and holds no state outside that memory: no mutable global, no table, no start function. The stimulator imports eight calls of the interlock, the clock, the line and the identity of the image, and no memory: it can ask for output, and reach neither the output stage nor the state of the interlock.',
  numbers: [
    {
      value: '6 and 12 imports',
      meaning: 'all that the interlock and the stimulator can call',
      source: 'firmware/README.md',
    },
  ],
  requirements: ['REQ-INT-004', 'REQ-INT-005', 'REQ-INT-006'],
  assumptions: ['The board links each import to what its name says, and the stimulator to no other memory.'],
  obligations: ({ interlock, stimulator }: Run) => [
    ...obligationsOf('the interlock is linked as the design says', checkInterlock(interlock)),
    ...obligationsOf('the stimulator is linked as the design says', checkStimulator(stimulator)),
  ],
};
