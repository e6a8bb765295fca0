// The amplitude of a pulse from its ideal onset: set amplitude, soft start, soft stop of an on-window, ramp-down after STOP.
// A value on a ramp is floored to the amplitude's step, so that it never exceeds the ramp.

import { AMPLITUDE_UA_STEP } from '../../profile.ts';
import { AREA_AMPLITUDE_UA } from '../../wire.ts';
import {
  CYCLE_US,
  firstArea,
  lastArea,
  nextArea,
  ON_US,
  RAMP_DOWN_US,
  RAMP_UP_US,
  RECORD,
  STOP_UA,
  WINDOW_END_REL,
  WINDOW_REL,
} from './area.ts';
import { endTrain } from './ideal.ts';

let stopping: bool = false;
/** When STOP came to act, relative like the areas' times. */
let stopRel: i32 = 0;

/** Forgets a STOP. */
export function resetRamp(): void {
  stopping = false;
  stopRel = 0;
}

/** Moves the origin of the relative times. */
export function rebaseRamp(shiftUs: i32): void {
  // A ramp lasts at most a minute, and a STOP ends with it: this never runs out of the 32 bits.
  if (stopping) stopRel -= shiftUs;
}

/** amplitude · part / whole, floored to the step; nothing before a ramp begins, all of it where it is over. */
function portion(amplitudeUa: i32, partUs: i32, wholeUs: i32): i32 {
  if (partUs <= 0) return 0;
  if (partUs >= wholeUs) return amplitudeUa;
  const steps = <u64>(amplitudeUa / AMPLITUDE_UA_STEP) * <u64>partUs;
  return <i32>(steps / <u64>wholeUs) * AMPLITUDE_UA_STEP; // REQ-SCH-006
}

/** Value of soft start and soft stop, µA, `sinceUs` after the start and `leftUs` before the end of an on-window. */
function windowedUa(area: usize, sinceUs: i32, leftUs: i32): i32 {
  const setUa = load<i32>(load<usize>(area, RECORD), AREA_AMPLITUDE_UA);
  const upUs = load<i32>(area, RAMP_UP_US);
  const downUs = load<i32>(area, RAMP_DOWN_US);
  let valueUa = setUa;
  if (sinceUs < upUs) valueUa = portion(setUa, sinceUs, upUs);
  if (leftUs < downUs) valueUa = min(valueUa, portion(setUa, leftUs, downUs));
  return valueUa;
}

/** The amplitude that the ramps leave for a pulse with this ideal onset, µA in steps of 10. */
export function rampedUa(area: usize, idealRel: i32): i32 {
  const sinceUs = idealRel - load<i32>(area, WINDOW_REL);
  const leftUs = load<i32>(area, WINDOW_END_REL) - idealRel;
  const valueUa = windowedUa(area, sinceUs, leftUs);
  if (!stopping) return valueUa;
  const goneUs = idealRel - stopRel;
  const stopUa = load<i32>(area, STOP_UA);
  if (goneUs <= 0) return min(valueUa, stopUa);
  const downUs = load<i32>(area, RAMP_DOWN_US);
  return goneUs >= downUs ? 0 : min(valueUa, portion(stopUa, downUs - goneUs, downUs));
}

/** True once the ramp-down after STOP has brought a pulse with this ideal onset, and with it all later ones, to zero. */
export function isStopped(area: usize, idealRel: i32): bool {
  if (!stopping) return false;
  const goneUs = idealRel - stopRel;
  const downUs = load<i32>(area, RAMP_DOWN_US);
  if (goneUs >= downUs) return true;
  return goneUs > 0 && portion(load<i32>(area, STOP_UA), downUs - goneUs, downUs) === 0;
}

/** The amplitude in use at a moment: 0 outside an on-window. */
function amplitudeAt(area: usize, momentRel: i32): i32 {
  let sinceUs = momentRel - load<i32>(area, WINDOW_REL);
  let leftUs = load<i32>(area, WINDOW_END_REL) - momentRel;
  if (sinceUs < 0 && load<u64>(area, ON_US) !== 0) {
    // The pulses of one on-window are over and the next has not begun: the moment may still lie in the former.
    const offUs = load<u64>(area, CYCLE_US) - load<u64>(area, ON_US);
    if (offUs > <u64>-sinceUs) return 0;
    leftUs = -sinceUs - <i32>offUs;
    const onUs = load<u64>(area, ON_US) - <u64>leftUs;
    sinceUs = onUs > 0x7fffffff ? 0x7fffffff : <i32>onUs;
  }
  // A last pulse that waits behind another area's lets the queue reach past the end of its window: nothing is in use there.
  return leftUs <= 0 ? 0 : windowedUa(area, sinceUs, leftUs);
}

/**
 * STOP comes to act at `momentRel`, the end of what is queued: from there each area ramps down from the amplitude that
 * is then in use; one without a ramp-down, or with nothing in use, gives no further pulse.
 */
export function beginStop(momentRel: i32): void {
  for (let area = firstArea(); area < lastArea(); area = nextArea(area)) {
    const stopUa = amplitudeAt(area, momentRel);
    store<i32>(area, stopUa, STOP_UA);
    if (stopUa === 0 || load<i32>(area, RAMP_DOWN_US) === 0) endTrain(area); // REQ-SCH-008
  }
  stopping = true;
  stopRel = momentRel;
}
