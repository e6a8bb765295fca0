// The train of an area as validation needs it: how long a pulse takes, how closely its pulses may follow each other,
// and how many of them can begin within any stretch of time. Nothing here depends on the amplitude.
//
// An on-window restarts the train, so its first pulse may follow the last one of the window before more closely than the
// rate says. Times are µs, or µs in Q12 where a fraction matters.

import { ACTIVE_US_MAX } from '../../profile.ts';
import {
  AREA_BURST_PULSES,
  AREA_CYCLE_OFF_MS,
  AREA_CYCLE_ON_MS,
  AREA_INTERPHASE_GAP_US,
  AREA_INTRA_RATE_MHZ,
  AREA_PHASE_US,
  AREA_RATE_MHZ,
  AREA_RATIO,
  AREA_RECHARGE,
  AREAS,
  PULSE_REST_US,
  Recharge,
} from '../../wire.ts';
import { clearWords } from '../store/words.ts';

const SECOND_MHZ_US: u64 = 1000000000;
/** One in Q12. */
const Q12: u64 = 12;

const TRAIN_BYTES = 96;
const trains: usize = memory.data(384, 8);
if (AREAS * TRAIN_BYTES !== 384) ERROR('there is a train for each area');

/** Phases and gap, µs: the part of a pulse that is no recharge. */
const BUSY_US = 0;
/** Pulses in a burst, as far as an on-window has room for them. */
const PULSES = 4;
/** Segments of a pulse's active recharge. */
export function piecesOf(record: usize): i32 {
  const kind = <i32>load<u8>(record, AREA_RECHARGE);
  if (kind !== Recharge.ASYMMETRIC) return kind === Recharge.SYMMETRIC ? 1 : 0;
  const lengthUs = <i32>load<u16>(record, AREA_PHASE_US) * <i32>load<u8>(record, AREA_RATIO);
  return (lengthUs + ACTIVE_US_MAX - 1) / ACTIVE_US_MAX;
}

/** From the first pulse of a burst to that of the next, Q12. */
const PERIOD_Q12 = 8;
/** From pulse to pulse within a burst, Q12. */
const INTRA_Q12 = 16;
/** From the last pulse of a burst to the first of the next, Q12; the period where there are no bursts. */
const GAP_Q12 = 24;
/** The same from the last pulse of an on-window to the first of the next, Q12; 0: no cycling. */
const WRAP_Q12 = 32;
/** From the first pulse of the last burst of an on-window to the first of the next window, Q12. */
const WRAP_BURST_Q12 = 40;
/** Bursts in an on-window; 0: no cycling. */
const BURSTS = 48;
/** On and off time, µs. */
const CYCLE_US = 56;
/** Shortest distance of two onsets, whole µs, and the field that governs it. */
const LEAST_US = 64;
const LEAST_OF = 68;

export const LEAST_OF_RATE = 0;
export const LEAST_OF_INTRA_RATE = 1;
export const LEAST_OF_CYCLING = 2;

function train(area: i32): usize {
  return trains + <usize>(area * TRAIN_BYTES);
}
export function busyUs(area: i32): i32 {
  return load<i32>(train(area), BUSY_US);
}
export function pulses(area: i32): i32 {
  return load<i32>(train(area), PULSES);
}
export function periodQ12(area: i32): u64 {
  return load<u64>(train(area), PERIOD_Q12);
}
export function intraQ12(area: i32): u64 {
  return load<u64>(train(area), INTRA_Q12);
}
export function gapQ12(area: i32): u64 {
  return load<u64>(train(area), GAP_Q12);
}
export function wrapQ12(area: i32): u64 {
  return load<u64>(train(area), WRAP_Q12);
}
export function wrapBurstQ12(area: i32): u64 {
  return load<u64>(train(area), WRAP_BURST_Q12);
}
export function bursts(area: i32): u64 {
  return load<u64>(train(area), BURSTS);
}
export function cycleUs(area: i32): u64 {
  return load<u64>(train(area), CYCLE_US);
}
export function leastUs(area: i32): i32 {
  return load<i32>(train(area), LEAST_US);
}
export function leastOf(area: i32): i32 {
  return load<i32>(train(area), LEAST_OF);
}

/** Phases, gap and active recharge of a pulse, µs, at most 11,500. */
export function pulseUs(record: usize): i32 {
  const phaseUs = <i32>load<u16>(record, AREA_PHASE_US);
  const kind = <i32>load<u8>(record, AREA_RECHARGE);
  const ratio =
    kind === Recharge.PASSIVE ? 0 : kind === Recharge.ASYMMETRIC ? <i32>load<u8>(record, AREA_RATIO) : 1;
  return phaseUs + phaseUs * ratio + <i32>load<u16>(record, AREA_INTERPHASE_GAP_US);
}

/** What a pulse occupies, µs: the above and its rest. */
export function occupancyUs(record: usize): i32 {
  return pulseUs(record) + PULSE_REST_US;
}

/** From the first pulse of a burst to its pulse number `index`, µs as the schedule rounds it. Pre: intra rate not 0. */
function burstOnsetUs(intraMhz: u64, index: u64): u64 {
  return index === 0 ? 0 : (index * SECOND_MHZ_US) / intraMhz;
}

function shorten(at: usize, intervalUs: u64, cause: i32): void {
  if (intervalUs >= <u64>load<i32>(at, LEAST_US)) return;
  store<i32>(at, <i32>intervalUs, LEAST_US);
  store<i32>(at, cause, LEAST_OF);
}

/** Reads the train of an area (0–3). Pre: its rate and, with bursts, its intra-burst rate are in range. */
export function openTrain(record: usize, area: i32): void {
  const at = train(area);
  clearWords(at, TRAIN_BYTES);
  store<i32>(at, pulseUs(record), BUSY_US);
  store<i32>(at, <i32>load<u16>(record, AREA_BURST_PULSES), PULSES);
  const rateMhz = <u64>load<u32>(record, AREA_RATE_MHZ);
  store<u64>(at, (SECOND_MHZ_US << Q12) / rateMhz, PERIOD_Q12);
  store<i32>(at, <i32>(SECOND_MHZ_US / rateMhz), LEAST_US);
  openWindow(record, at, rateMhz);
  openBurst(record, at);
}

/** Last burst and last pulse of an on-window, in closed form. */
function openWindow(record: usize, at: usize, rateMhz: u64): void {
  const onMs = <u64>load<u32>(record, AREA_CYCLE_ON_MS);
  if (onMs === 0) return;
  const offUs = <u64>load<u32>(record, AREA_CYCLE_OFF_MS) * 1000;
  const intraMhz = <u64>load<u32>(record, AREA_INTRA_RATE_MHZ);
  // Burst m begins within the window if m · 10⁹ / rate < on · 1000.
  const last = (onMs * rateMhz - 1) / 1000000;
  const restUs = ((onMs * rateMhz - last * 1000000) * 1000 + rateMhz - 1) / rateMhz;
  let lastPulse = intraMhz === 0 ? 0 : (restUs * intraMhz - 1) / SECOND_MHZ_US;
  lastPulse = min(lastPulse, <u64>load<i32>(at, PULSES) - 1);
  const wrapUs = restUs + offUs - burstOnsetUs(intraMhz, lastPulse);
  const cycle = onMs * 1000 + offUs;
  if (last === 0) {
    // A single burst in a window: a train of such bursts, one in each cycle.
    store<i32>(at, <i32>lastPulse + 1, PULSES);
    store<u64>(at, cycle << Q12, PERIOD_Q12);
    store<i32>(at, <i32>min(cycle, <u64>i32.MAX_VALUE), LEAST_US);
    store<i32>(at, LEAST_OF_CYCLING, LEAST_OF);
    return;
  }
  store<u64>(at, cycle, CYCLE_US);
  store<u64>(at, last + 1, BURSTS);
  store<u64>(at, wrapUs << Q12, WRAP_Q12);
  store<u64>(at, (restUs + offUs) << Q12, WRAP_BURST_Q12);
  shorten(at, wrapUs, LEAST_OF_CYCLING);
}

function openBurst(record: usize, at: usize): void {
  const count = <u64>load<i32>(at, PULSES);
  const period = load<u64>(at, PERIOD_Q12);
  store<u64>(at, period, INTRA_Q12);
  store<u64>(at, period, GAP_Q12);
  if (count === 1) return;
  const intraMhz = <u64>load<u32>(record, AREA_INTRA_RATE_MHZ);
  store<u64>(at, (SECOND_MHZ_US << Q12) / intraMhz, INTRA_Q12);
  const spanQ12 = ((count - 1) * (SECOND_MHZ_US << Q12)) / intraMhz + 1;
  store<u64>(at, period > spanQ12 ? period - spanQ12 : 0, GAP_Q12);
  const spanUs = burstOnsetUs(intraMhz, count - 1);
  const periodUs = period >> Q12;
  const cause = load<i32>(at, LEAST_OF);
  store<i32>(at, i32.MAX_VALUE, LEAST_US);
  shorten(at, periodUs > spanUs ? periodUs - spanUs : 0, cause);
  shorten(at, SECOND_MHZ_US / intraMhz, LEAST_OF_INTRA_RATE);
  const wrap = load<u64>(at, WRAP_Q12);
  if (wrap !== 0) shorten(at, wrap >> Q12, LEAST_OF_CYCLING);
}

/** Shortest distance of two onsets, Q12 and not rounded to µs as the schedule does. */
export function leastQ12(area: i32): u64 {
  const at = train(area);
  const least = min(load<u64>(at, INTRA_Q12), load<u64>(at, GAP_Q12));
  const wrap = load<u64>(at, WRAP_Q12);
  return max(wrap === 0 ? least : min(least, wrap), 1);
}
