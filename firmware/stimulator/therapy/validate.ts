// Validation: whether a program may run. What passes here is never refused or tripped by the interlock, whatever the
// alignment of its areas; what does not is refused with the field that is wrong and the nearest values that would do.
// Nothing here changes a program or asks for output.

import { AMPLITUDE_UA_STEP, ELECTRODES } from '../../profile.ts';
import { Status } from '../../status.ts';
import {
  AREA_AMPLITUDE_UA,
  AREA_CYCLE_OFF_MS,
  AREA_INTRA_RATE_MHZ,
  AREA_RATE_MHZ,
  AREAS,
  Field,
} from '../../wire.ts';
import { attend } from '../attend.ts';
import { recordOf } from '../store/program.ts';
import { peakUa } from './peaks.ts';
import { setRefusalArea } from './refusal.ts';
import { checkAmplitude, checkLevels, feasibleUa } from './validate-amplitude.ts';
import { checkSettings, refuse } from './validate-area.ts';
import {
  brokenPhase,
  brokenRecovery,
  brokenUnrecovered,
  heaviest,
  openCharges,
  putCharges,
  restlessArea,
  restlessUs,
  restQ12Max,
} from './validate-charge.ts';
import { openFactors } from './validate-credit.ts';
import { openFlow } from './validate-flow.ts';
import { keepsMean, openMean } from './validate-mean.ts';
import { servedUs } from './validate-service.ts';
import {
  gapQ12,
  LEAST_OF_CYCLING,
  LEAST_OF_INTRA_RATE,
  leastOf,
  leastUs,
  occupancyUs,
  openTrain,
  periodQ12,
  pulses,
} from './validate-train.ts';

const SECOND_MHZ_US = 1000000000;

/** Judges every setting of an area record (AREA_…) but its amplitude. Post: a Status, a refusal noted if not OK. */
export function checkArea(record: usize): i32 {
  return checkSettings(record);
}

/** The area whose amplitude is to change while its program is in use, and to what; −1: the program is judged as it is stored. */
let changing: i32 = -1;
let raisedUa: i32 = 0;

/** Judges a program (slot 0–15) at its present amplitudes. Post: a Status, a refusal noted if not OK. */
export function checkProgram(slot: i32): i32 {
  changing = -1;
  return check(slot);
}

/**
 * Judges a higher amplitude of an area (0–3), µA, for the program in use (slot 0–15): levels as they would be then, charge
 * and mean current with every area at its highest amplitude since START. Post: as `checkProgram`; an amplitude that a
 * refusal names is this area's.
 */
export function checkRaised(slot: i32, area: i32, amplitudeUa: i32): i32 {
  changing = area;
  raisedUa = amplitudeUa;
  return check(slot);
}

/** The amplitude at which an area is judged, µA. */
function judgedUa(slot: i32, area: i32): i32 {
  return area === changing ? raisedUa : load<i32>(recordOf(slot, area), AREA_AMPLITUDE_UA);
}

/** The amplitude at which an area weighs in the laws, µA. */
function weighedUa(slot: i32, area: i32): i32 {
  const ua = judgedUa(slot, area);
  return changing < 0 ? ua : max(ua, peakUa(area)); // REQ-THR-008
}

function check(slot: i32): i32 {
  let used = 0;
  let stored = 0;
  let sharedUs = 0;
  let neededUs = 0;
  for (let area = 0; area < AREAS; area++) {
    const record = recordOf(slot, area);
    if (load<u32>(record, AREA_RATE_MHZ) === 0) continue;
    stored |= 1 << area;
    setRefusalArea(area); // REQ-VAL-025
    attend();
    let status = checkSettings(record);
    const amplitudeUa = judgedUa(slot, area);
    if (status === Status.OK) status = checkAmplitude(record, amplitudeUa);
    if (status === Status.OK) status = checkLevels(record, amplitudeUa);
    if (status !== Status.OK) return status;
    // The pulses of a silent area take their time as well.
    sharedUs += occupancyUs(record);
    neededUs += servedUs(record, amplitudeUa);
    if (weighedUa(slot, area) !== 0) used |= 1 << area;
  }
  setRefusalArea(-1);
  if (stored === 0) return refuse(Status.EMPTY_PROGRAM, Field.NONE, 0, 0);
  if (used === 0) return refuse(Status.NO_OUTPUT, Field.AMPLITUDE, AMPLITUDE_UA_STEP, AMPLITUDE_UA_STEP); // REQ-VAL-018
  const status = checkInterleave(slot, stored, max(sharedUs, neededUs));
  return status === Status.OK ? checkLaws(slot, used, sharedUs) : status; // REQ-VAL-024
}

/** OK if the pulses of all areas, and the time to serve their segments, fit between any two onsets of any of them. */
function checkInterleave(slot: i32, stored: i32, neededUs: i32): i32 {
  let tightest = -1;
  for (let area = 0; area < AREAS; area++) {
    if ((stored & (1 << area)) === 0) continue;
    openTrain(recordOf(slot, area), area);
    if (tightest < 0 || leastUs(area) < leastUs(tightest)) tightest = area;
  }
  const lackingUs = neededUs - leastUs(tightest);
  if (lackingUs <= 0) return Status.OK;
  setRefusalArea(tightest);
  if (leastOf(tightest) === LEAST_OF_CYCLING) {
    const offMs = <i32>load<u32>(recordOf(slot, tightest), AREA_CYCLE_OFF_MS) + (lackingUs + 999) / 1000;
    return refuse(Status.INTERLEAVE, Field.CYCLE_OFF, offMs, offMs);
  }
  const burstUs = <i32>((periodQ12(tightest) - gapQ12(tightest) + 4095) >> 12);
  const isIntra = leastOf(tightest) === LEAST_OF_INTRA_RATE;
  const rateMhz = SECOND_MHZ_US / (neededUs + (isIntra ? 0 : burstUs));
  return refuse(Status.INTERLEAVE, isIntra ? Field.INTRA_RATE : Field.RATE, rateMhz, rateMhz); // REQ-VAL-019
}

/** Judges L4–L7 as the interlock would in the worst case. Pre: the trains are open, and no two pulses must overlap. */
function checkLaws(slot: i32, used: i32, sharedUs: i32): i32 {
  openCharges(used, sharedUs);
  for (let area = 0; area < AREAS; area++) {
    if ((used & (1 << area)) === 0) continue;
    const record = recordOf(slot, area);
    attend();
    openFlow(area, sharedUs);
    putCharges(record, area, weighedUa(slot, area));
  }
  for (let area = 0; area < AREAS; area++) {
    if ((used & (1 << area)) === 0) continue;
    attend();
    openFactors(area, used, sharedUs, restQ12Max(area, sharedUs));
  }
  attend();
  openMean(used);
  const status = judge();
  if (status === Status.OK) return status;
  if (status === Status.PROGRAM_PHASE_CHARGE) {
    const distanceUs = restlessUs(blamed);
    if (distanceUs > 0) {
      const area = restlessArea();
      const isSingle = pulses(area) === 1;
      const rateMhz = SECOND_MHZ_US / distanceUs;
      // A rate that is no lower than the present one is no help: then it is another area's pulses that leave no rest.
      const presentMhz = load<i32>(recordOf(slot, area) + (isSingle ? AREA_RATE_MHZ : AREA_INTRA_RATE_MHZ));
      if (rateMhz < presentMhz) {
        setRefusalArea(area);
        return refuse(status, isSingle ? Field.RATE : Field.INTRA_RATE, rateMhz, rateMhz);
      }
    }
  }
  return refuseAmplitude(slot, status);
}

/** Electrode that broke the law, ELECTRODES for their sum. */
let blamed: i32 = 0;

/** The charges in hand against the laws, in their order. */
function judge(): i32 {
  attend();
  blamed = brokenPhase();
  if (blamed >= 0) return Status.PROGRAM_PHASE_CHARGE; // REQ-VAL-020
  attend();
  blamed = brokenUnrecovered();
  if (blamed >= 0) return Status.PROGRAM_UNRECOVERED; // REQ-VAL-021
  attend();
  blamed = brokenRecovery();
  if (blamed >= 0) return Status.PROGRAM_RECOVERY; // REQ-VAL-022
  blamed = ELECTRODES;
  return keepsMean() ? Status.OK : Status.PROGRAM_MEAN_CURRENT; // REQ-VAL-023
}

/**
 * Refuses with the highest amplitude that would pass, of the changing or else the heaviest area, the others as they are;
 * 0: none.
 */
function refuseAmplitude(slot: i32, status: i32): i32 {
  const area = changing < 0 ? heaviest(blamed) : changing;
  const record = recordOf(slot, area);
  setRefusalArea(area);
  let low = 0;
  let high = weighedUa(slot, area) / AMPLITUDE_UA_STEP;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    putCharges(record, area, middle * AMPLITUDE_UA_STEP);
    if (judge() === Status.OK) low = middle;
    else high = middle;
  }
  const ua = feasibleUa(record, low * AMPLITUDE_UA_STEP, -AMPLITUDE_UA_STEP);
  return refuse(status, Field.AMPLITUDE, ua, ua);
}
