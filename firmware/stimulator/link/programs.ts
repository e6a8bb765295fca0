// The messages about programs and measurements: ranges and reserved bytes are checked here, the rest where it is done.

import { ELECTRODES } from '../../profile.ts';
import { Mode, Status } from '../../status.ts';
import {
  AMPLITUDE_UA,
  AREA_AMPLITUDE_UA,
  AREA_AREA,
  AREA_BYTES,
  AREA_RECORD,
  AREA_SLOT,
  AREAS,
  Field,
  SLOTS,
  START_MODE,
} from '../../wire.ts';
import { erase, isEmpty, recordOf, storeAmplitude, storeArea } from '../store/program.ts';
import { start } from '../therapy/engine.ts';
import { measure } from '../therapy/impedance.ts';
import { setRefusal } from '../therapy/refusal.ts';
import { checkProgram } from '../therapy/validate.ts';
import { byteAt, copyBytes } from './bytes.ts';

/** SET_AREA. Answers with the record as it is stored now. */
export function setArea(request: usize, response: usize): i32 {
  const place = checkPlace(request, true);
  if (place !== Status.OK) return place;
  const slot = byteAt(request + AREA_SLOT);
  const area = byteAt(request + AREA_AREA);
  const stored = storeArea(slot, area, request + AREA_RECORD);
  if (stored !== Status.OK) return stored;
  tellArea(slot, area, response);
  return Status.OK;
}

/** GET_AREA. An area that was never stored reads as zeros. */
export function getArea(request: usize, response: usize): i32 {
  const place = checkPlace(request, false);
  if (place !== Status.OK) return place;
  tellArea(byteAt(request + AREA_SLOT), byteAt(request + AREA_AREA), response);
  return Status.OK;
}

/** SET_AMPLITUDE. Answers with the amplitude that is stored now. */
export function setAmplitude(request: usize, response: usize): i32 {
  const place = checkPlace(request, true);
  if (place !== Status.OK) return place;
  const slot = byteAt(request + AREA_SLOT);
  const area = byteAt(request + AREA_AREA);
  const stored = storeAmplitude(slot, area, load<u32>(request + AMPLITUDE_UA));
  if (stored !== Status.OK) return stored;
  tellPlace(slot, area, response);
  store<u32>(response + AMPLITUDE_UA, load<u32>(recordOf(slot, area) + AREA_AMPLITUDE_UA));
  return Status.OK;
}

/** ERASE. */
export function eraseSlot(request: usize): i32 {
  const slot = byteAt(request);
  return slot < SLOTS ? erase(slot) : Status.BAD_SLOT;
}

/** VALIDATE. */
export function validateSlot(request: usize): i32 {
  const slot = byteAt(request);
  if (slot >= SLOTS) return Status.BAD_SLOT;
  return isEmpty(slot) ? Status.EMPTY_PROGRAM : checkProgram(slot);
}

/** START. */
export function startSlot(request: usize): i32 {
  const slot = byteAt(request);
  const mode = byteAt(request + START_MODE);
  if (slot >= SLOTS) return Status.BAD_SLOT;
  if (mode > Mode.FREE_RUNNING) return Status.BAD_FIELD;
  return isEmpty(slot) ? Status.EMPTY_PROGRAM : start(slot, mode);
}

/** MEASURE. The result is an event. */
export function measurePair(request: usize): i32 {
  const plus = byteAt(request);
  const minus = byteAt(request + 1);
  if (plus >= ELECTRODES || minus >= ELECTRODES || plus === minus) {
    setRefusal(Field.ELECTRODE, 0, ELECTRODES - 1);
    return Status.BAD_FIELD;
  }
  return measure(plus, minus);
}

/** Slot and area in range and, where the message has them, the two reserved bytes zero. */
function checkPlace(request: usize, reserved: bool): i32 {
  if (byteAt(request + AREA_SLOT) >= SLOTS) return Status.BAD_SLOT;
  if (byteAt(request + AREA_AREA) >= AREAS) return Status.BAD_AREA;
  if (reserved && load<u16>(request + AREA_AREA + 1) !== 0) return Status.BAD_FIELD;
  return Status.OK;
}

function tellArea(slot: i32, area: i32, response: usize): void {
  tellPlace(slot, area, response);
  copyBytes(response + AREA_RECORD, recordOf(slot, area), AREA_BYTES);
}

function tellPlace(slot: i32, area: i32, response: usize): void {
  store<u8>(response + 1, slot);
  store<u8>(response + 2, area);
}
