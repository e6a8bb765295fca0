// What long work gives its turn in its middle. Judging a program, or filling the queue, takes milliseconds on a small
// processor: no request may starve the output meanwhile, and nothing may keep an ESTOP waiting.

import { StopReason, Therapy } from '../status.ts';
import { isEstopHeld } from './link/link.ts';
import { runTherapy, stopNow } from './therapy/engine.ts';
import { clockUs } from './therapy/now.ts';
import { therapyState } from './therapy/state.ts';

/** When the therapy wants its next turn, low word of clock µs. */
let dueUs: i32 = 0;

/** The therapy's turn. `nowUs`: clock. Returns µs until it wants to run again. */
export function takeTurn(nowUs: u64): i32 {
  const waitUs = runTherapy(nowUs);
  dueUs = <i32>nowUs + waitUs;
  return waitUs;
}

/** Whoever fills the queue asks before each pulse: whether an ESTOP has come that the link must have its turn for. */
export function isUrgent(): bool {
  return isEstopHeld();
}

/** Whoever judges calls this every few hundred µs: what is being delivered goes on, and an ESTOP acts. */
export function attend(): void {
  const state = therapyState();
  if (state === Therapy.IDLE || state === Therapy.ARMING) return;
  const nowUs = clockUs();
  if (<i32>nowUs - dueUs >= 0) takeTurn(nowUs); // REQ-SCH-021
  // It is answered in its turn, like every frame.
  if (isUrgent()) stopNow(StopReason.ESTOP); // REQ-LNK-019
}
