// Whether the interlock lets output begin: asked before a therapy or a measurement is promised, and then until it is armed.

import {
  POLL_PERIOD_US,
  READING_DISCHARGE_US,
  SENSE_MAGNET,
  STATUS_MAGNET,
  STATUS_STATE_MASK,
  WATCHDOG_US,
} from '../../board.ts';
import { DISCHARGE_US } from '../../profile.ts';
import { State, Status } from '../../status.ts';
import { clock_us } from '../hal.ts';
import { arm, reading, status } from '../interlock.ts';
import { notedStatus } from './now.ts';

if (WATCHDOG_US >= DISCHARGE_US) ERROR('whatever switches off is seen to discharge in the next turn');

/** When startRefusal was asked last, low word of clock µs. */
let askedUs: i32 = 0;

/** OK, or why output cannot begin: TRIPPED, LOCKED or MAGNET. */
export function startRefusal(): i32 {
  askedUs = clock_us();
  const state = status() & STATUS_STATE_MASK;
  if (state === State.TRIPPED) return Status.TRIPPED;
  if (state === State.LOCKED) return Status.LOCKED;
  return reading(SENSE_MAGNET) !== 0 ? Status.MAGNET : Status.OK;
}

/**
 * Arms. Returns OK; minus the µs until it is worth asking again; or why output cannot begin: MAGNET also where the magnet has
 * come and gone since startRefusal. Pre: the status was noted in this turn.
 */
export function armOrWait(): i32 {
  const armed = arm();
  if (armed !== Status.DISCHARGING) return armed;
  const leftUs = reading(READING_DISCHARGE_US);
  // A magnet is remembered until the interlock is armed, so perhaps from before: then the output went off before as well.
  const isOffSince = DISCHARGE_US - leftUs < clock_us() - askedUs;
  if (isOffSince && (notedStatus() & STATUS_MAGNET) !== 0) return Status.MAGNET; // REQ-SCH-023
  return -max(1, min(leftUs, POLL_PERIOD_US));
}
