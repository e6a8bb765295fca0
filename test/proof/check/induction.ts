// The invariant is kept: by `boot` from any memory at all, by every call on an intact block from the invariant, and by every
// call on a damaged block from nothing. The block is intact again after each of them, so a call never meets a state outside.

import { view } from '../model/block.ts';
import { type Call, isIntact } from '../model/calls.ts';
import { invariant } from '../model/invariant.ts';
import { atEnd, type Obligation } from './obligation.ts';

export function inductionObligations(calls: readonly Call[]): Obligation[] {
  return calls.flatMap((call) =>
    call.ends.flatMap((end) => [
      atEnd('invariant', call, end, 'the block is intact again', isIntact(end.block)),
      ...invariant(view(end.block)).map((fact) => atEnd('invariant', call, end, fact.name, fact.formula)),
    ]),
  );
}
