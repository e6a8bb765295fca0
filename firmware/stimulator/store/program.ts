// The program store: 16 slots of 4 areas in RAM, each area a record in the wire's layout. A record whose rate is 0 is empty.
// What is stored has passed validation; a refusal leaves the store as it was.
//
// Setting an area keeps its amplitude, but for what would make the pulse reach other tissue or last longer: the amplitude
// becomes 0 when the area was empty, when any fraction changes, when the first phase or the whole pulse (phase, gap and
// active recharge) becomes wider, and when a burst gets more pulses.

import { ELECTRODES } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  AREA_AMPLITUDE_UA,
  AREA_BURST_PULSES,
  AREA_BYTES,
  AREA_PHASE_US,
  AREA_RATE_MHZ,
  AREAS,
  SLOTS,
} from '../../wire.ts';
import { fractionOf } from '../therapy/levels.ts';
import { peakUa, putPeak } from '../therapy/peaks.ts';
import { setRefusalArea } from '../therapy/refusal.ts';
import { slotInUse } from '../therapy/state.ts';
import { checkArea, checkRaised } from '../therapy/validate.ts';
import { checkAmplitude } from '../therapy/validate-amplitude.ts';
import { pulseUs } from '../therapy/validate-train.ts';
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
  setRefusalArea(area);
  const status = checkArea(candidate);
  if (status === Status.OK) copyWords(stored, candidate, AREA_BYTES);
  return status;
}

/**
 * Stores the amplitude of an area, µA, at any time; while stimulating it acts from the next pulse that is not queued.
 * Lowering it is always accepted; raising it in a program in use only if that stays valid with every area at its highest
 * amplitude since START. Returns OK, BAD_SLOT, BAD_AREA, EMPTY_PROGRAM or why not, with the nearest values in refusal.ts;
 * refused, the amplitude is what it was.
 */
export function storeAmplitude(slot: i32, area: i32, amplitudeUa: u32): i32 {
  if (!hasSlot(slot)) return Status.BAD_SLOT;
  if (!hasArea(area)) return Status.BAD_AREA;
  const record = recordOf(slot, area);
  if (isEmptyRecord(record)) return Status.EMPTY_PROGRAM;
  setRefusalArea(area);
  const status = checkAmplitude(record, amplitudeUa); // REQ-THR-004 REQ-THR-007
  if (status !== Status.OK) return status;
  if (amplitudeUa > load<u32>(record, AREA_AMPLITUDE_UA) && slotInUse(slot)) {
    // What is being delivered goes on meanwhile: the amplitude becomes its own only when it has been judged.
    const raised = checkRaised(slot, area, <i32>amplitudeUa);
    if (raised !== Status.OK) return raised; // REQ-THR-008
    putPeak(area, max(peakUa(area), <i32>amplitudeUa));
  }
  store<u32>(record, amplitudeUa, AREA_AMPLITUDE_UA);
  return Status.OK;
}

/** Empties a slot. Returns OK, BAD_SLOT, or STIMULATING while it is in use. */
export function erase(slot: i32): i32 {
  if (!hasSlot(slot)) return Status.BAD_SLOT;
  if (slotInUse(slot)) return Status.STIMULATING; // REQ-THR-006
  clearWords(recordOf(slot, 0), AREAS * AREA_BYTES);
  return Status.OK;
}
