// The settings of one area, field by field: ranges, steps, and whether its pulses, bursts, ramps and windows fit in time.
// A refusal names the field and the nearest values that would do, in the field's unit; where there is only one, both
// are that one. The amplitude and the charge limits are judged elsewhere.

import { ELECTRODES, SEGMENT_US_MIN } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  AREA_BURST_PULSES,
  AREA_CYCLE_OFF_MS,
  AREA_CYCLE_ON_MS,
  AREA_INTERPHASE_GAP_US,
  AREA_INTRA_RATE_MHZ,
  AREA_PHASE_US,
  AREA_RAMP_DOWN_MS,
  AREA_RAMP_UP_MS,
  AREA_RATE_MHZ,
  AREA_RATIO,
  AREA_RECHARGE,
  BURST_PULSES_MAX,
  CYCLE_MS_MAX,
  Field,
  INTERPHASE_GAP_US_MAX,
  PHASE_US_MAX,
  PHASE_US_MIN,
  RAMP_MS_MAX,
  RATE_MHZ_MAX,
  RATE_MHZ_MIN,
  RATIO_MAX,
  RATIO_MIN,
  Recharge,
} from '../../wire.ts';
import { fractionOf } from './levels.ts';
import { setRefusal } from './refusal.ts';
import { leastUs, occupancyUs, openTrain } from './validate-train.ts';

const SECOND_MHZ_US: u64 = 1000000000;
/** Cathodes sum to minus this and anodes to this, ‰. */
const MILLE: i32 = 1000;

/** Notes the refusal and passes its status on. */
export function refuse(status: i32, field: i32, low: i32, high: i32): i32 {
  setRefusal(field, low, high);
  return status;
}

/** OK, or a refusal that names the nearer end of the range. */
function inRange(value: u32, low: u32, high: u32, status: i32, field: i32): i32 {
  if (value >= low && value <= high) return Status.OK;
  const nearest = <i32>(value < low ? low : high);
  return refuse(status, field, nearest, nearest);
}

/** Judges every setting of an area record but its amplitude. Post: OK, or the Status with the refusal noted. */
export function checkSettings(record: usize): i32 {
  let status = checkFractions(record);
  if (status === Status.OK) status = checkPulse(record);
  if (status === Status.OK) status = checkRecharge(record);
  if (status === Status.OK) status = checkRate(record);
  if (status === Status.OK) status = checkBurst(record);
  if (status === Status.OK) status = checkRamps(record);
  return status === Status.OK ? checkCycling(record) : status;
}

function checkFractions(record: usize): i32 {
  let cathodes = 0;
  let anodes = 0;
  let widest = 0;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const fraction = fractionOf(record, electrode);
    if (fraction < 0) cathodes += fraction;
    else anodes += fraction;
    widest = max(widest, abs(fraction));
  }
  if (widest <= MILLE && cathodes === -MILLE && anodes === MILLE) return Status.OK; // REQ-VAL-001
  return refuse(Status.FRACTIONS, Field.FRACTIONS, -MILLE, MILLE);
}

function checkPulse(record: usize): i32 {
  const phaseUs = <u32>load<u16>(record, AREA_PHASE_US);
  const status = inRange(phaseUs, PHASE_US_MIN, PHASE_US_MAX, Status.PHASE_WIDTH, Field.PHASE); // REQ-VAL-002
  if (status !== Status.OK) return status;
  const gapUs = <u32>load<u16>(record, AREA_INTERPHASE_GAP_US);
  if (gapUs > 0 && gapUs < <u32>SEGMENT_US_MIN) {
    return refuse(Status.INTERPHASE_GAP, Field.INTERPHASE_GAP, 0, SEGMENT_US_MIN); // REQ-VAL-003
  }
  return inRange(gapUs, 0, INTERPHASE_GAP_US_MAX, Status.INTERPHASE_GAP, Field.INTERPHASE_GAP);
}

function checkRecharge(record: usize): i32 {
  const kind = <u32>load<u8>(record, AREA_RECHARGE);
  const status = inRange(kind, Recharge.PASSIVE, Recharge.ASYMMETRIC, Status.RECHARGE_KIND, Field.RECHARGE);
  if (status !== Status.OK) return status;
  const ratio = <u32>load<u8>(record, AREA_RATIO);
  const least: u32 = kind === Recharge.ASYMMETRIC ? RATIO_MIN : 1;
  const most: u32 = kind === Recharge.ASYMMETRIC ? RATIO_MAX : 1;
  return inRange(ratio, least, most, Status.RECHARGE_RATIO, Field.RATIO); // REQ-VAL-004
}

function checkRate(record: usize): i32 {
  const rateMhz = load<u32>(record, AREA_RATE_MHZ);
  const status = inRange(rateMhz, RATE_MHZ_MIN, RATE_MHZ_MAX, Status.RATE, Field.RATE); // REQ-VAL-005
  if (status !== Status.OK) return status;
  // floor(10⁹ / rate) ≥ occupancy
  const most = <i32>(SECOND_MHZ_US / <u64>occupancyUs(record));
  return <i32>rateMhz <= most ? Status.OK : refuse(Status.RATE, Field.RATE, most, most); // REQ-VAL-006
}

function checkBurst(record: usize): i32 {
  const count = <u32>load<u16>(record, AREA_BURST_PULSES);
  const intraMhz = load<u32>(record, AREA_INTRA_RATE_MHZ);
  const status = inRange(count, 1, BURST_PULSES_MAX, Status.BURST, Field.BURST_PULSES); // REQ-VAL-007
  if (status !== Status.OK) return status;
  if (count === 1) return intraMhz === 0 ? Status.OK : refuse(Status.BURST, Field.INTRA_RATE, 0, 0);
  const occupancy = <u64>occupancyUs(record);
  const fastest = min<u64>(RATE_MHZ_MAX, SECOND_MHZ_US / occupancy);
  if (intraMhz > <u32>fastest) return refuse(Status.BURST, Field.INTRA_RATE, <i32>fastest, <i32>fastest);
  // The last pulse fits if floor((n − 1) · 10⁹ / intra) ≤ room.
  const room = SECOND_MHZ_US / <u64>load<u32>(record, AREA_RATE_MHZ) - occupancy;
  if (intraMhz === 0) {
    const slowest = (<u64>(count - 1) * SECOND_MHZ_US) / (room + 1) + 1;
    const low = <i32>min<u64>(slowest, fastest);
    return refuse(Status.BURST, Field.INTRA_RATE, low, <i32>fastest);
  }
  const most = ((room + 1) * <u64>intraMhz - 1) / SECOND_MHZ_US + 1;
  if (<u64>count <= most) return Status.OK;
  return refuse(Status.BURST, Field.BURST_PULSES, <i32>most, <i32>most); // REQ-VAL-008
}

function checkRamps(record: usize): i32 {
  const upMs = <u32>load<u16>(record, AREA_RAMP_UP_MS);
  const downMs = <u32>load<u16>(record, AREA_RAMP_DOWN_MS);
  const status = inRange(upMs, 0, RAMP_MS_MAX, Status.RAMP, Field.RAMP_UP); // REQ-VAL-009
  if (status !== Status.OK) return status;
  return inRange(downMs, 0, RAMP_MS_MAX, Status.RAMP, Field.RAMP_DOWN);
}

function checkCycling(record: usize): i32 {
  const onMs = load<u32>(record, AREA_CYCLE_ON_MS);
  const offMs = load<u32>(record, AREA_CYCLE_OFF_MS);
  let status: i32 = Status.OK;
  if (onMs !== 0 || offMs !== 0) {
    status = inRange(onMs, 1, CYCLE_MS_MAX, Status.CYCLING, Field.CYCLE_ON); // REQ-VAL-010
    if (status === Status.OK) status = inRange(offMs, 1, CYCLE_MS_MAX, Status.CYCLING, Field.CYCLE_OFF);
    if (status === Status.OK) status = checkWindow(record, onMs, offMs);
  }
  return status;
}

/** Ramps fit in the on time, and the last pulse of a window ends before the next window. */
function checkWindow(record: usize, onMs: u32, offMs: u32): i32 {
  const upMs = <u32>load<u16>(record, AREA_RAMP_UP_MS);
  const status = inRange(upMs, 0, onMs, Status.RAMP, Field.RAMP_UP); // REQ-VAL-011
  if (status !== Status.OK) return status;
  const downMs = <u32>load<u16>(record, AREA_RAMP_DOWN_MS);
  const fits = inRange(downMs, 0, onMs - upMs, Status.RAMP, Field.RAMP_DOWN);
  if (fits !== Status.OK) return fits;
  openTrain(record, 0);
  const lacking = occupancyUs(record) - leastUs(0);
  if (lacking <= 0) return Status.OK;
  const enough = <i32>offMs + (lacking + 999) / 1000;
  return refuse(Status.CYCLING, Field.CYCLE_OFF, enough, enough); // REQ-VAL-012
}
