// Whether the interlock would let output begin: asked before a therapy or a measurement is promised.

import { SENSE_MAGNET, STATUS_STATE_MASK } from '../../board.ts';
import { State, Status } from '../../status.ts';
import { reading, status } from '../interlock.ts';

/** OK, or why output cannot begin: TRIPPED, LOCKED or MAGNET. */
export function startRefusal(): i32 {
  const state = status() & STATUS_STATE_MASK;
  if (state === State.TRIPPED) return Status.TRIPPED;
  if (state === State.LOCKED) return Status.LOCKED;
  return reading(SENSE_MAGNET) !== 0 ? Status.MAGNET : Status.OK;
}
