// Impedance between two electrodes: one biphasic pulse of 1 mA, 500 µs a phase, sampled in the middle of each phase.
//
// In the middle of phase 1 the capacitors in the loop hold I·250 µs / C. Phase 1 goes on to I·500 µs / C, and phase 2 takes
// half of it back: in its middle they hold I·250 µs / C again, while the current is reversed. So
//   V1 = +I·R + Vc   V2 = −I·R + Vc   (V1 − V2) / 2 = I·R
// and the capacitors cancel out, whatever they were charged to before.
//
// The stage samples one electrode a segment, chosen by the interlock. A sample counts if it is of one of the two electrodes;
// the pulse is repeated until both phases have been sampled, at most once for every electrode.

import {
  FLAG_CASE,
  FLAG_MEASURE,
  FLAG_RECHARGE,
  READBACK_ELECTRODE_SHIFT,
  READBACK_TAG_SHIFT,
  READING_SEGMENTS,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
  SENSE_STALE,
  SENSE_VOLTAGE_MV,
  STATUS_MAGNET,
  STATUS_STATE_MASK,
  STOP_DISARM,
  TAG_MASK,
} from '../../board.ts';
import {
  CASE,
  CONTACTS,
  ELECTRODES,
  IDLE_US_MAX,
  MEASURE_PC_MAX,
  MEASURE_UA_MAX,
  READBACK_DIVISOR,
  READBACK_UA_MIN,
} from '../../profile.ts';
import { State, Status, Therapy } from '../../status.ts';
import { reading, stop } from '../interlock.ts';
import { clearWords } from '../store/words.ts';
import { noteStatus } from './now.ts';
import { openQueue, queueActive, queueEndUs, queueZero } from './queue.ts';
import { armOrWait, startRefusal } from './ready.ts';
import { enterState, therapyState } from './state.ts';

const PHASE_US: i32 = 500;
const LEVEL_UA: i32 = 1000;
if (LEVEL_UA > MEASURE_UA_MAX || LEVEL_UA * PHASE_US > MEASURE_PC_MAX)
  ERROR('the pulse is a measuring pulse');
/** What is not driven at all, and everything above it. 12 V drive 12 µA through it: less than the converter can tell. */
const OHM_MAX: i32 = 1000000;

/** Last measured impedance of each contact against the case, Ω, 0: never; and of the last pair of contacts. */
const known: usize = memory.data(64, 4);
if (CONTACTS * 4 !== 64) ERROR('there is an impedance for each contact');
let pairOhm: i32 = 0;
let toleranceUa: i32 = 0;

let plus: i32 = 0;
let minus: i32 = 0;
/** Pulses queued so far; 0: not armed yet. */
let attempts: i32 = 0;
/** Onset of the last pulse, clock µs, and the tag of its first phase. */
let onsetUs: u64 = 0;
let firstTag: i32 = 0;
/** Samples in the direction from plus to minus. */
let hasFirst: bool = false;
let hasSecond: bool = false;
let firstUa: i32 = 0;
let secondUa: i32 = 0;
let firstMv: i32 = 0;
let secondMv: i32 = 0;

let isReady: bool = false;
let result: i32 = 0;
let mismatch: i32 = 0;
let ohm: i32 = 0;

/** State after a reset: nothing measured. */
export function resetImpedance(): void {
  isReady = false;
  attempts = 0;
  pairOhm = 0;
  toleranceUa = READBACK_UA_MIN;
  result = Status.OK;
  clearWords(known, 4 * CONTACTS);
}

/** Notes the board's read-back tolerance, µA: a measured current is only judged beyond it. */
export function setReadbackTolerance(ua: i32): void {
  toleranceUa = max(ua, READBACK_UA_MIN);
}

/**
 * Starts a measurement from electrode `plus` to `minus` (0–16), which takes a discharge time and a few ms. Returns OK,
 * BAD_ARGUMENT, STIMULATING while anything else is going on, or TRIPPED, LOCKED, MAGNET.
 */
export function measure(plusElectrode: i32, minusElectrode: i32): i32 {
  if (!isElectrode(plusElectrode) || !isElectrode(minusElectrode)) return Status.BAD_ARGUMENT;
  if (plusElectrode === minusElectrode) return Status.BAD_ARGUMENT;
  if (therapyState() !== Therapy.IDLE) return Status.STIMULATING; // REQ-IMP-003
  const refused = startRefusal();
  if (refused !== Status.OK) return refused;
  plus = plusElectrode;
  minus = minusElectrode;
  attempts = 0;
  hasFirst = hasSecond = false;
  firstUa = secondUa = firstMv = secondMv = 0;
  isReady = false;
  enterState(Therapy.MEASURING);
  return Status.OK;
}

function isElectrode(electrode: i32): bool {
  return electrode >= 0 && electrode < ELECTRODES;
}

/** Goes on with a measurement. Returns µs until it wants to run again. */
export function runImpedance(nowUs: u64): i32 {
  if (attempts === 0) return armAndBegin();
  takeSamples();
  const packed = noteStatus();
  if ((packed & STATUS_STATE_MASK) !== State.ARMED) {
    // The pulse is followed by nothing: once it has been played, the queue may run empty before this is called.
    if (hasFirst && hasSecond) finish(Status.OK);
    else abandon(packed);
    return 0;
  }
  if (hasFirst && hasSecond) {
    const leftUs = <i32>(queueEndUs() - nowUs);
    if (leftUs > 0) return leftUs;
    stop(STOP_DISARM);
    finish(Status.OK);
    return 0;
  }
  return proceed(<i32>(nowUs - onsetUs));
}

/** Waits for the middle between the two samples, then for the end of the pulse, then tries again. */
function proceed(goneUs: i32): i32 {
  if (goneUs < PHASE_US) return PHASE_US - goneUs;
  if (goneUs < 2 * PHASE_US) return 2 * PHASE_US - goneUs;
  if (attempts >= ELECTRODES) {
    stop(STOP_DISARM);
    finish(Status.SENSOR);
    return 0;
  }
  onsetUs = queueEndUs();
  return queuePulse();
}

function armAndBegin(): i32 {
  const armed = armOrWait();
  if (armed < 0) return -armed;
  if (armed !== Status.OK) {
    finish(armed);
    return 0;
  }
  onsetUs = openQueue();
  return queuePulse();
}

/** Queues one measuring pulse and its recharge. Returns µs until it wants to run again. */
function queuePulse(): i32 {
  attempts += 1;
  firstTag = reading(READING_SEGMENTS) & TAG_MASK;
  let refused = queuePhase(LEVEL_UA); // REQ-IMP-001
  if (refused === Status.OK) refused = queuePhase(-LEVEL_UA);
  if (refused === Status.OK) refused = queueZero(IDLE_US_MAX, FLAG_RECHARGE);
  if (refused === Status.OK) return PHASE_US;
  stop(STOP_DISARM);
  finish(refused);
  return 0;
}

const words: usize = memory.data(32, 4);

/** Queues a phase that drives `levelUa` from plus to minus. */
function queuePhase(levelUa: i32): i32 {
  clearWords(words, 32);
  if (plus < CONTACTS) store<i16>(words + ((<usize>plus) << 1), <i16>levelUa);
  if (minus < CONTACTS) store<i16>(words + ((<usize>minus) << 1), <i16>-levelUa);
  const isCase = plus === CASE || minus === CASE;
  return queueActive(PHASE_US, FLAG_MEASURE | (isCase ? FLAG_CASE : 0), words);
}

/** Takes the newest sample if it is of this pulse and of one of the two electrodes. */
function takeSamples(): void {
  const sample = reading(SENSE_READBACK);
  const mv = reading(SENSE_VOLTAGE_MV);
  // A new sample may have come between the two readings: then the next run takes it.
  if (sample === SENSE_NO_SAMPLE || sample === SENSE_STALE || reading(SENSE_READBACK) !== sample) return;
  if (mv === SENSE_STALE) return;
  const electrode = (sample >> READBACK_ELECTRODE_SHIFT) & 0x1f;
  if (electrode !== plus && electrode !== minus) return;
  const direction = electrode === plus ? 1 : -1;
  const ua = <i32>(<i16>sample) * direction;
  const tag = (sample >> READBACK_TAG_SHIFT) & TAG_MASK;
  if (tag === firstTag) {
    hasFirst = true;
    firstUa = ua;
    firstMv = mv * direction;
  } else if (tag === ((firstTag + 1) & TAG_MASK)) {
    hasSecond = true;
    secondUa = ua;
    secondMv = mv * direction;
  }
}

function isOff(measuredUa: i32, commandedUa: i32): bool {
  return abs(measuredUa - commandedUa) > max(LEVEL_UA / READBACK_DIVISOR, toleranceUa);
}

/** Ends the measurement with a result: OK and the impedance, or why there is none. */
function finish(status: i32): void {
  result = status;
  mismatch = 0;
  ohm = 0;
  if (status === Status.OK) {
    mismatch = isOff(firstUa, LEVEL_UA) || isOff(secondUa, -LEVEL_UA) ? 1 : 0; // REQ-IMP-004
    const loopUa = firstUa - secondUa;
    const loopMv = firstMv - secondMv;
    ohm = OHM_MAX;
    if (loopUa > 0) ohm = min(OHM_MAX, <i32>max<i64>(1, (<i64>loopMv * 1000) / loopUa)); // REQ-IMP-002
    remember();
  }
  isReady = true;
  enterState(Therapy.IDLE);
}

/** A contact against the case is known by its whole loop; a pair of contacts says nothing about either alone. */
function remember(): void {
  if (minus === CASE) store<i32>(known + ((<usize>plus) << 2), ohm);
  else if (plus === CASE) store<i32>(known + ((<usize>minus) << 2), ohm);
  else pairOhm = ohm;
}

/** Ends the measurement because the interlock is no longer armed, as its status `packed` says. */
function abandon(packed: i32): void {
  const refused = startRefusal();
  if (refused !== Status.OK) finish(refused);
  else finish((packed & STATUS_MAGNET) !== 0 ? Status.MAGNET : Status.NOT_ARMED); // REQ-SCH-023
}

/** STOP or ESTOP while measuring: the output is off or has nothing queued. */
export function cancelImpedance(): void {
  finish(Status.NOT_ARMED);
}

/** True while a measuring pulse is queued. */
export function isMeasuringPulse(): bool {
  return attempts > 0;
}

/** Last measured impedance of an electrode against the case, contact and case together, Ω; 0: never measured. */
export function knownOhm(electrode: i32): i32 {
  return electrode >= 0 && electrode < CONTACTS ? load<i32>(known + ((<usize>electrode) << 2)) : 0;
}

/** Impedance of the last pair of contacts that was measured, Ω; 0: none. */
export function knownPairOhm(): i32 {
  return pairOhm;
}

/** True if a result waits to be sent. */
export function impedanceReady(): bool {
  return isReady;
}
/** The result has been sent. */
export function takeImpedance(): void {
  isReady = false;
}
/** OK, or why nothing was measured: what the interlock refused with, NOT_ARMED, or SENSOR when no sample came. */
export function impedanceStatus(): i32 {
  return result;
}
/** Electrode (0–16) that was positive in the first phase. */
export function impedancePlus(): i32 {
  return plus;
}
/** Electrode (0–16) that was negative in the first phase. */
export function impedanceMinus(): i32 {
  return minus;
}
/** 1: the measured current is not the commanded one, by more than 5 % and the board's tolerance. */
export function impedanceMismatch(): i32 {
  return mismatch;
}
/** Ω, at most 1,000,000, which also stands for a loop that carries no current. */
export function impedanceOhm(): i32 {
  return ohm;
}
/** Measured current, half of the difference between the phases, µA. */
export function impedanceUa(): i32 {
  return (firstUa - secondUa) / 2;
}
/** Measured voltage without the capacitors', half of the difference between the phases, mV. */
export function impedanceMv(): i32 {
  return (firstMv - secondMv) / 2;
}
