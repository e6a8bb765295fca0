// One pulse, segment by segment: first phase, interphase gap, active recharge. The rest that follows is the schedule's,
// because its length depends on when the next pulse is due.
// Once its first segment is queued a pulse is always completed: what the FIFO cannot take yet is requested again later.

import { FLAG_HOLD } from '../../board.ts';
import { CONTACTS, ELECTRODES } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  ASKED_UA,
  FIRST_WORDS,
  FLAGS,
  GAP_US,
  MADE_UA,
  NUMBER,
  PHASE_US,
  PIECE_US,
  PIECES,
  PIECES_LONGER,
  RATIO,
  RECORD,
  SECOND_WORDS,
} from './area.ts';
import { feasibleUa } from './feasible.ts';
import { splitLevels } from './levels.ts';
import { canWait, queueActive, queueZero } from './queue.ts';

const levels: usize = memory.data(68, 4);
if (ELECTRODES * 4 !== 68) ERROR('there is a level for each electrode');

/** Area of the pulse that is being queued; 0: none. */
let begun: usize = 0;
/** Segments of it that are queued; the gap counts even where it is 0. */
let step: i32 = 0;

/** Forgets the pulse that was being queued: the output is off. */
export function resetPulse(): void {
  begun = 0;
}

/** Two levels as one word: the even contact low, the odd one high. */
function pack(even: i32, odd: i32): i32 {
  return (even & 0xffff) | (odd << 16);
}

/** Makes the levels for an amplitude that the ramps leave, µA. Returns the amplitude that is really used: 0 means no pulse. */
export function prepareLevels(area: usize, askedUa: i32): i32 {
  if (askedUa === load<i32>(area, ASKED_UA)) return load<i32>(area, MADE_UA);
  const ratio = load<i32>(area, RATIO);
  const madeUa = feasibleUa(load<i32>(area, NUMBER), ratio, askedUa); // REQ-THR-004
  const isPacked = load<i32>(area, ASKED_UA) >= 0 && madeUa === load<i32>(area, MADE_UA);
  store<i32>(area, askedUa, ASKED_UA);
  if (isPacked) return madeUa;
  store<i32>(area, madeUa, MADE_UA);
  splitLevels(load<usize>(area, RECORD), madeUa, levels);
  for (let contact: usize = 0; contact < <usize>CONTACTS; contact += 2) {
    const even = load<i32>(levels + (contact << 2));
    const odd = load<i32>(levels + (contact << 2), 4);
    const word = area + (contact << 1);
    store<i32>(word, pack(even, odd), FIRST_WORDS);
    store<i32>(word, pack(-even / ratio, -odd / ratio), SECOND_WORDS); // REQ-THR-003
  }
  return madeUa;
}

/** True while a pulse is begun and not complete. */
export function isPulseBegun(): bool {
  return begun !== 0;
}

/** Begins a pulse of an area whose levels are prepared; `continuePulse` queues it. */
export function beginPulse(area: usize): void {
  begun = area;
  step = 0;
}

/**
 * Queues the rest of the pulse that is begun. Returns OK when it is complete, FIFO_FULL where the next segment can wait,
 * or what the interlock refused it with; then it can be called again.
 */
export function continuePulse(): i32 {
  const area = begun;
  const steps = 2 + load<i32>(area, PIECES);
  while (step < steps) {
    if (canWait()) return Status.FIFO_FULL;
    const status = queueStep(area);
    if (status !== Status.OK) return status;
    step += 1;
  }
  begun = 0;
  return Status.OK;
}

function queueStep(area: usize): i32 {
  if (step === 0) return queueActive(load<i32>(area, PHASE_US), load<i32>(area, FLAGS), area + FIRST_WORDS);
  if (step === 1) {
    const gapUs = load<i32>(area, GAP_US);
    return gapUs === 0 ? Status.OK : queueZero(gapUs, FLAG_HOLD); // REQ-THR-002
  }
  const pieceUs = load<i32>(area, PIECE_US) + (step - 2 < load<i32>(area, PIECES_LONGER) ? 1 : 0);
  return queueActive(pieceUs, load<i32>(area, FLAGS), area + SECOND_WORDS);
}
