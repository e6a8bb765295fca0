// What the stimulator is doing, and why it last stopped. Whoever changes it counts the change, so that the link can
// tell the host. Nothing here reaches the output.

import { Mode, Status, StopReason, Therapy } from '../../status.ts';

// Zeros until `resetState`: a member of an enum here would need a start function in the binary.
let state: i32 = 0;
let slot: i32 = 0;
let mode: i32 = 0;
let reason: i32 = 0;
let refusal: i32 = 0;
let changes: i32 = 0;

/** State after a reset: idle, nothing delivered, nothing resumes. */
export function resetState(): void {
  state = Therapy.IDLE;
  slot = 0;
  mode = Mode.CLINIC;
  reason = StopReason.NONE;
  refusal = Status.OK;
  changes = 0;
}

/** A Therapy of status.ts. */
export function therapyState(): i32 {
  return state;
}

/** Program slot of the running, or else of the last stimulation. */
export function activeSlot(): i32 {
  return slot;
}

/** Mode of status.ts of the running, or else of the last stimulation. */
export function activeMode(): i32 {
  return mode;
}

/** StopReason of the last stimulation that ended. */
export function lastReason(): i32 {
  return reason;
}

/** What the interlock last refused with while stimulating or arming, a Status; OK: nothing since the last start. */
export function lastRefusal(): i32 {
  return refusal;
}

/** Number of state changes since the reset: the link compares it to know when to tell the host. */
export function stateChanges(): i32 {
  return changes;
}

/** True while this program is being delivered or about to be: its settings but for amplitude are locked. */
export function slotInUse(other: i32): bool {
  if (other !== slot) return false;
  return state === Therapy.ARMING || state === Therapy.STIMULATING || state === Therapy.STOPPING;
}

/** Enters a state of Therapy; counts it if it is another one. */
export function enterState(next: i32): void {
  if (next === state) return;
  state = next;
  changes += 1;
}

/** Enters ARMING for a program. */
export function enterArming(program: i32, wantedMode: i32): void {
  slot = program;
  mode = wantedMode;
  reason = StopReason.NONE;
  refusal = Status.OK;
  enterState(Therapy.ARMING);
}

/** Notes why stimulation ended, and what the interlock refused with (OK: it refused nothing); enters IDLE. */
export function enterIdle(why: i32, refused: i32): void {
  reason = why;
  refusal = refused;
  enterState(Therapy.IDLE);
}
