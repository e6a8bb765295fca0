// Where the induction starts: no block is intact before `boot` or a first call that finds it damaged, so no run begins
// in a state that nobody has looked at. Speaks of the memory as the binary leaves it when it is instantiated.

import { atEnd, type Obligation } from '../check/obligation.ts';
import { view } from '../model/block.ts';
import { type Call, isIntact } from '../model/calls.ts';
import { invariant } from '../model/invariant.ts';
import { BLOCK_ADDRESS, BLOCK_WORDS, type Block } from '../symbolic/memory.ts';
import { bool, not } from '../term/boolean.ts';
import * as w from '../term/word.ts';
import type { WasmModule } from '../wasm/module.ts';
import type { Law, Run } from './law.ts';

/** The block as instantiation leaves it: zero, but where a data segment lies over it. */
export function initialBlock({ data }: WasmModule): Block {
  const bytes = new Uint8Array(BLOCK_WORDS * 4);
  for (const [address, segment] of data)
    for (const [i, byte] of segment.entries()) {
      const at = address + i - BLOCK_ADDRESS;
      if (at >= 0 && at < bytes.length) bytes[at] = byte;
    }
  const words = new DataView(bytes.buffer);
  return Array.from({ length: BLOCK_WORDS }, (_, i) => w.word(words.getInt32(i * 4, true)));
}

const obligation = (
  name: string,
  goal: Obligation['goal'],
  assumed: Obligation['assumed'] = [],
): Obligation => ({
  law: 'base',
  name,
  assumed,
  goal,
  call: null,
  end: null,
});

/** Whatever the first call is, it meets a damaged block: off, nothing released, and what it leaves is within the invariant. */
function firstCall(call: Call): Obligation[] {
  return call.ends.flatMap((end) => [
    atEnd('base', call, end, 'releases nothing', bool(end.effects.released.length === 0)),
    atEnd('base', call, end, 'switches the output off', bool(end.effects.hasSwitchedOff)),
    atEnd('base', call, end, 'leaves the block intact', isIntact(end.block)),
    ...invariant(view(end.block)).map((fact) => atEnd('base', call, end, fact.name, fact.formula)),
  ]);
}

function obligations({ interlock, calls }: Run): Obligation[] {
  const first = calls.filter((call) => call.from === 'damaged');
  const initial = initialBlock(interlock);
  const { before } = first[0];
  const isInitial = before.map((word, i) => w.eq(word, initial[i]));
  return [
    obligation('the memory at instantiation is not intact', not(isIntact(before)), isInitial),
    obligation('nothing runs before the first call', bool(!interlock.hasStart)),
    obligation('the memory is its own', bool(interlock.imports.every((each) => each.kind !== 'memory'))),
    ...calls.filter(({ name, from }) => from === 'damaged' || name === 'boot').flatMap(firstCall),
  ];
}

export const base: Law = {
  id: 'base',
  title: 'Base',
  statement:
    'When the binary is instantiated its state block is all zero, and the parity of that does not hold. So whatever call comes first meets a damaged block: it switches the output off, releases nothing and leaves the invariant, as `boot` does from any memory at all.',
  numbers: [
    {
      value: '656 bytes',
      meaning: 'the state block: 17 electrodes, 26 scalars and the parity',
      source: 'firmware/interlock/state.ts',
    },
  ],
  requirements: ['REQ-ARM-004', 'REQ-INT-001'],
  assumptions: [],
  obligations,
};
