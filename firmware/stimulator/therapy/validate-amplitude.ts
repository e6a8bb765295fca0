// The amplitude of an area by itself: range and step, levels that an asymmetric recharge can divide, the set limits of the
// electrodes (L1) and what the measured impedances allow. Each refusal names the nearest amplitudes that would do, µA.

import { READING_LIMIT_UA } from '../../board.ts';
import { AMPLITUDE_UA_MAX, AMPLITUDE_UA_STEP, COMPLIANCE_MV, ELECTRODES } from '../../profile.ts';
import { Status } from '../../status.ts';
import { AREA_PHASE_US, AREA_RATIO, AREA_RECHARGE, Field, Recharge } from '../../wire.ts';
import { attend } from '../attend.ts';
import { reading } from '../interlock.ts';
import { knownOhm } from './impedance.ts';
import { fractionOf, levelsDivide } from './levels.ts';
import { refuse } from './validate-area.ts';
import { levelBoundUa } from './validate-charge.ts';

/** Amplitudes that are tried on either side for levels that divide. */
const TRIES = 256;
/** Two blocking capacitors of 4.7 µF in series: µV for each pC are 2/4.7 = 20/47. */
const SERIES_NUMERATOR = 20;
const SERIES_DENOMINATOR: u64 = 47;

function ratioOf(record: usize): i32 {
  const isAsymmetric = <i32>load<u8>(record, AREA_RECHARGE) === Recharge.ASYMMETRIC;
  return isAsymmetric ? <i32>load<u8>(record, AREA_RATIO) : 1;
}

/**
 * The amplitude at or next to `amplitudeUa` in the direction of `stepUa` (±10) whose levels the area's recharge can make;
 * −1: none within the range. Shares of a multiple of 1000 · ratio always divide, so no search is longer than TRIES.
 */
export function feasibleUa(record: usize, amplitudeUa: i32, stepUa: i32): i32 {
  const ratio = ratioOf(record);
  let ua = amplitudeUa;
  for (let n = 0; n < TRIES; n++) {
    if (ua < 0 || ua > AMPLITUDE_UA_MAX) return -1;
    if (levelsDivide(record, ua, ratio)) return ua;
    if ((n & 15) === 15) attend();
    ua += stepUa;
  }
  const whole = 1000 * ratio;
  ua = ((stepUa < 0 ? ua : ua + whole - 1) / whole) * whole;
  return ua <= AMPLITUDE_UA_MAX ? ua : -1;
}

/** Judges range, step and divisibility of an amplitude for an area whose settings are in order. */
export function checkAmplitude(record: usize, amplitudeUa: u32): i32 {
  if (amplitudeUa > <u32>AMPLITUDE_UA_MAX) {
    return refuse(Status.AMPLITUDE_RANGE, Field.AMPLITUDE, AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX); // REQ-VAL-013
  }
  const ua = <i32>amplitudeUa;
  const above = ua % AMPLITUDE_UA_STEP;
  if (above !== 0) {
    return refuse(Status.AMPLITUDE_STEP, Field.AMPLITUDE, ua - above, ua - above + AMPLITUDE_UA_STEP); // REQ-VAL-014
  }
  if (levelsDivide(record, ua, ratioOf(record))) return Status.OK;
  const low = feasibleUa(record, ua, -AMPLITUDE_UA_STEP);
  const high = feasibleUa(record, ua, AMPLITUDE_UA_STEP);
  return refuse(Status.RATIO_DIVIDES, Field.AMPLITUDE, low, high < 0 ? low : high); // REQ-VAL-015
}

/** Highest level that an impedance allows, µA: level · ohm and the charging of two capacitors stay within 12 V. */
function drivableUa(ohm: i32, phaseUs: i32): i32 {
  const perUa = <u64>ohm * SERIES_DENOMINATOR + <u64>(phaseUs * SERIES_NUMERATOR);
  return <i32>((<u64>COMPLIANCE_MV * 1000 * SERIES_DENOMINATOR) / perUa);
}

/** OK, or a refusal with the highest amplitude that keeps an electrode's level at or below `mostUa`. */
function keepLevel(record: usize, electrode: i32, amplitudeUa: i32, mostUa: i32, status: i32): i32 {
  if (levelBoundUa(record, electrode, amplitudeUa) <= mostUa) return Status.OK;
  const shareUa = (mostUa * 1000) / abs(fractionOf(record, electrode));
  const low = feasibleUa(record, shareUa - (shareUa % AMPLITUDE_UA_STEP), -AMPLITUDE_UA_STEP);
  return refuse(status, Field.AMPLITUDE, low, low);
}

/** Judges the levels of an amplitude against set limits and known impedances, in both phases, the case included. */
export function checkLevels(record: usize, amplitudeUa: i32): i32 {
  const phaseUs = <i32>load<u16>(record, AREA_PHASE_US);
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    if (fractionOf(record, electrode) === 0) continue;
    const limitUa = reading(READING_LIMIT_UA + electrode);
    const kept = keepLevel(record, electrode, amplitudeUa, limitUa, Status.PROGRAM_AMPLITUDE); // REQ-VAL-016
    if (kept !== Status.OK) return kept;
    const ohm = knownOhm(electrode);
    if (ohm <= 0) continue;
    const drivable = keepLevel(record, electrode, amplitudeUa, drivableUa(ohm, phaseUs), Status.COMPLIANCE); // REQ-VAL-017
    if (drivable !== Status.OK) return drivable;
  }
  return Status.OK;
}
