// SET_LIMIT and GET_LIMIT: the interlock's set limits of one electrode. The interlock rules; here a message that asks
// for one limit up and the other down is made whole: both or nothing.

import { READING_LIMIT_PC, READING_LIMIT_UA, STATUS_STATE_MASK } from '../../board.ts';
import { AMPLITUDE_UA_MAX, ELECTRODES, PHASE_PC_MAX } from '../../profile.ts';
import { State, Status, StopReason, Therapy } from '../../status.ts';
import { Field, LIMIT_AMPLITUDE_UA, LIMIT_ELECTRODE, LIMIT_PHASE_PC } from '../../wire.ts';
import { lower_limit, raise_limit, reading, status } from '../interlock.ts';
import { stopNow, therapyState } from '../therapy/engine.ts';
import { setRefusal } from '../therapy/refusal.ts';
import { byteAt } from './bytes.ts';

function isDelivering(): bool {
  const state = therapyState();
  return state === Therapy.STIMULATING || state === Therapy.STOPPING;
}

/** SET_LIMIT. Answers with what the interlock then holds. */
export function setLimit(request: usize, response: usize): i32 {
  const electrode = byteAt(request + LIMIT_ELECTRODE);
  if (electrode >= ELECTRODES) return refuseElectrode();
  if (load<i32>(request + LIMIT_ELECTRODE) !== electrode) return Status.BAD_FIELD;
  if (load<u32>(request + LIMIT_AMPLITUDE_UA) > <u32>AMPLITUDE_UA_MAX) {
    setRefusal(Field.AMPLITUDE, AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX);
    return Status.LIMIT;
  }
  if (load<u32>(request + LIMIT_PHASE_PC) > <u32>PHASE_PC_MAX) {
    setRefusal(Field.PHASE_LIMIT, PHASE_PC_MAX, PHASE_PC_MAX);
    return Status.LIMIT;
  }
  const status = move(
    electrode,
    load<i32>(request + LIMIT_AMPLITUDE_UA),
    load<i32>(request + LIMIT_PHASE_PC),
  );
  if (status !== Status.OK) return status;
  tell(electrode, response);
  return Status.OK;
}

/** GET_LIMIT. */
export function getLimit(request: usize, response: usize): i32 {
  const electrode = byteAt(request + LIMIT_ELECTRODE);
  if (electrode >= ELECTRODES) return refuseElectrode();
  tell(electrode, response);
  return Status.OK;
}

/**
 * First up, which the interlock may refuse, then down, which it does not: so a refusal leaves both limits as they were.
 * Nothing can come between the two calls.
 */
function move(electrode: i32, amplitudeUa: i32, phasePc: i32): i32 {
  const heldUa = reading(READING_LIMIT_UA + electrode);
  const heldPc = reading(READING_LIMIT_PC + electrode);
  if (amplitudeUa > heldUa || phasePc > heldPc) {
    const raised = raise_limit(electrode, max(amplitudeUa, heldUa), max(phasePc, heldPc)); // REQ-LNK-015
    if (raised !== Status.OK) {
      if (amplitudeUa > heldUa) setRefusal(Field.AMPLITUDE, heldUa, heldUa);
      else setRefusal(Field.PHASE_LIMIT, heldPc, heldPc);
      return raised;
    }
  }
  if (amplitudeUa >= heldUa && phasePc >= heldPc) return Status.OK;
  const lowered = lower_limit(electrode, amplitudeUa, phasePc);
  // Below what was being delivered the interlock has switched off: the therapy is over for that reason.
  if (isDelivering() && (status() & STATUS_STATE_MASK) !== State.ARMED) stopNow(StopReason.LIMIT);
  return lowered;
}

function tell(electrode: i32, response: usize): void {
  store<u8>(response + 1, electrode);
  store<i32>(response + LIMIT_AMPLITUDE_UA, reading(READING_LIMIT_UA + electrode));
  store<i32>(response + LIMIT_PHASE_PC, reading(READING_LIMIT_PC + electrode));
}

function refuseElectrode(): i32 {
  setRefusal(Field.ELECTRODE, 0, ELECTRODES - 1);
  return Status.BAD_FIELD;
}
