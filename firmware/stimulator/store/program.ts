// The program store: 16 slots of 4 areas in RAM, each area a record in the wire's layout. A record whose rate is 0 is empty.
// What is stored has passed validation; a refusal leaves the store as it was.
//
// Setting an area keeps its amplitude, but for what would make the pulse reach other tissue or last longer: the amplitude
// becomes 0 when the area was empty, when any fraction changes, when the first phase or the whole pulse (phase, gap and
// active recharge) becomes wider, and when a burst gets more pulses.

import { AMPLITUDE_UA_MAX, AMPLITUDE_UA_STEP, ELECTRODES } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  AREA_AMPLITUDE_UA,
  AREA_BURST_PULSES,
  AREA_BYTES,
  AREA_INTERPHASE_GAP_US,
  AREA_PHASE_US,
  AREA_RATE_MHZ,
  AREA_RATIO,
  AREA_RECHARGE,
  AREAS,
  Field,
  Recharge,
  SLOTS,
} from '../../wire.ts';
import { fractionOf, levelsDivide } from '../therapy/levels.ts';
import { setRefusal } from '../therapy/refusal.ts';
import { slotInUse } from '../therapy/state.ts';
import { checkArea, checkProgram } from '../therapy/validate.ts';
import { clearWords, copyWords } from './words.ts';

const records: usize = memory.data(4352, 4);
if (SLOTS * AREAS * AREA_BYTES !== 4352) ERROR('the store holds every area of every slot');
/** The record that is being judged. */
const candidate: usize = memory.data(68, 4);
if (AREA_BYTES !== 68) ERROR('the candidate is a record');

/** Empties every slot. */
export function resetStore(): void {
  clearWords(records, SLOTS * AREAS * AREA_BYTES);
}

/** Address of an area's record (AREA_…). Pre: slot 0–15, area 0–3. */
export function recordOf(slot: i32, area: i32): usize {
  return records + <usize>((slot * AREAS + area) * AREA_BYTES);
}

function hasSlot(slot: i32): bool {
  return slot >= 0 && slot < SLOTS;
}
function hasArea(area: i32): bool {
  return area >= 0 && area < AREAS;
}
function isEmptyRecord(record: usize): bool {
  return load<u32>(record, AREA_RATE_MHZ) === 0;
}

/** True if no area of the slot (0–15) is set. */
export function isEmpty(slot: i32): bool {
  for (let area = 0; area < AREAS; area++) if (!isEmptyRecord(recordOf(slot, area))) return false;
  return true;
}

/** First phase, gap and active recharge, µs. */
function pulseUs(record: usize): i32 {
  const phaseUs = <i32>load<u16>(record, AREA_PHASE_US);
  const kind = <i32>load<u8>(record, AREA_RECHARGE);
  let us = phaseUs + load<u16>(record, AREA_INTERPHASE_GAP_US);
  if (kind === Recharge.SYMMETRIC) us += phaseUs;
  if (kind === Recharge.ASYMMETRIC) us += phaseUs * load<u8>(record, AREA_RATIO);
  return us;
}

/** True if the amplitude of `before` may stay with the settings of `after`. */
function keepsAmplitude(before: usize, after: usize): bool {
  if (isEmptyRecord(before)) return false;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    if (fractionOf(before, electrode) !== fractionOf(after, electrode)) return false;
  }
  if (load<u16>(after, AREA_PHASE_US) > load<u16>(before, AREA_PHASE_US)) return false;
  if (load<u16>(after, AREA_BURST_PULSES) > load<u16>(before, AREA_BURST_PULSES)) return false;
  return pulseUs(after) <= pulseUs(before);
}

/**
 * Stores the settings of an area from a record; its amplitude field is ignored. Returns OK, BAD_SLOT, BAD_AREA,
 * STIMULATING while the slot is in use, or what validation refuses, with the nearest values in refusal.ts.
 */
export function storeArea(slot: i32, area: i32, record: usize): i32 {
  if (!hasSlot(slot)) return Status.BAD_SLOT;
  if (!hasArea(area)) return Status.BAD_AREA;
  if (slotInUse(slot)) return Status.STIMULATING; // REQ-THR-006
  const stored = recordOf(slot, area);
  copyWords(candidate, record, AREA_BYTES);
  const amplitudeUa = keepsAmplitude(stored, candidate) ? load<u32>(stored, AREA_AMPLITUDE_UA) : 0; // REQ-THR-005
  store<u32>(candidate, amplitudeUa, AREA_AMPLITUDE_UA);
  const status = checkArea(candidate);
  if (status === Status.OK) copyWords(stored, candidate, AREA_BYTES);
  return status;
}

/** Nearest amplitude from `fromUa` in steps of `stepUa` whose levels divide by the ratio, or −1 outside the range. */
function nearestDividing(record: usize, fromUa: i32, stepUa: i32): i32 {
  const ratio = <i32>load<u8>(record, AREA_RATIO);
  // Every multiple of 1000 · ratio divides: the loop ends there at the latest.
  for (let ua = fromUa; ua >= 0 && ua <= AMPLITUDE_UA_MAX; ua += stepUa) {
    if (levelsDivide(record, ua, ratio)) return ua;
  }
  return -1;
}

/** Range, step and divisibility of an amplitude, µA. */
function checkAmplitude(record: usize, amplitudeUa: u32): i32 {
  if (amplitudeUa > <u32>AMPLITUDE_UA_MAX) {
    setRefusal(Field.AMPLITUDE, AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX);
    return Status.AMPLITUDE_RANGE; // REQ-THR-007
  }
  const ua = <i32>amplitudeUa;
  const floorUa = ua - (ua % AMPLITUDE_UA_STEP);
  if (floorUa !== ua) {
    setRefusal(Field.AMPLITUDE, floorUa, floorUa + AMPLITUDE_UA_STEP);
    return Status.AMPLITUDE_STEP; // REQ-THR-007
  }
  if (load<u8>(record, AREA_RECHARGE) !== <u8>Recharge.ASYMMETRIC) return Status.OK;
  if (levelsDivide(record, ua, load<u8>(record, AREA_RATIO))) return Status.OK;
  const lowUa = nearestDividing(record, ua - AMPLITUDE_UA_STEP, -AMPLITUDE_UA_STEP);
  const highUa = nearestDividing(record, ua + AMPLITUDE_UA_STEP, AMPLITUDE_UA_STEP);
  setRefusal(Field.AMPLITUDE, lowUa, highUa < 0 ? lowUa : highUa);
  return Status.RATIO_DIVIDES; // REQ-THR-004
}

/**
 * Stores the amplitude of an area, µA, at any time; while stimulating it acts from the next pulse that is not queued, and
 * the program as a whole must stay valid. Returns OK, BAD_SLOT, BAD_AREA, EMPTY_PROGRAM or why not, with the nearest
 * values in refusal.ts; refused, the amplitude is what it was.
 */
export function storeAmplitude(slot: i32, area: i32, amplitudeUa: u32): i32 {
  if (!hasSlot(slot)) return Status.BAD_SLOT;
  if (!hasArea(area)) return Status.BAD_AREA;
  const record = recordOf(slot, area);
  if (isEmptyRecord(record)) return Status.EMPTY_PROGRAM;
  const status = checkAmplitude(record, amplitudeUa);
  if (status !== Status.OK) return status;
  const beforeUa = load<u32>(record, AREA_AMPLITUDE_UA);
  store<u32>(record, amplitudeUa, AREA_AMPLITUDE_UA);
  if (!slotInUse(slot)) return Status.OK;
  const live = checkProgram(slot);
  // Turning everything down to zero is always allowed.
  if (live === Status.OK || live === Status.NO_OUTPUT) return Status.OK;
  store<u32>(record, beforeUa, AREA_AMPLITUDE_UA); // REQ-THR-008
  return live;
}

/** Empties a slot. Returns OK, BAD_SLOT, or STIMULATING while it is in use. */
export function erase(slot: i32): i32 {
  if (!hasSlot(slot)) return Status.BAD_SLOT;
  if (slotInUse(slot)) return Status.STIMULATING; // REQ-THR-006
  clearWords(recordOf(slot, 0), AREAS * AREA_BYTES);
  return Status.OK;
}
