// The running form of an area: what the schedule needs of it, computed once when the therapy starts, and where it is in
// its train. One block of memory per area that takes part, in the order of their numbers.
//
// Times called …Rel are µs relative to the end of the queue when the present fill began, so that the inner loops work in
// 32 bits for an endless therapy; `rebaseAreas` moves them. What lies too far away to be exact is held at ±FAR_US.

import { FLAG_CASE } from '../../board.ts';
import { ACTIVE_US_MAX, CASE, CONTACTS } from '../../profile.ts';
import {
  AREA_BURST_PULSES,
  AREA_BYTES,
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
  AREAS,
  PULSE_REST_US,
  Recharge,
} from '../../wire.ts';
import { recordOf } from '../store/program.ts';
import { clearWords } from '../store/words.ts';
import { fractionOf } from './levels.ts';

/** Longer than every ramp, and short enough that sums of two stay within an i32. */
export const FAR_US: i32 = 1 << 29;
/** In NEXT_REL: the area has no further pulse. */
export const NEVER: i32 = 0x7fffffff;

const SECOND_MHZ_US: u32 = 1000000000;
const BLOCK_BYTES = 256;

// identity and train
/** Area record in the program store: its amplitude may change while it runs. */
export const RECORD = 0;
export const NUMBER = 4;
/** Ideal onset of the next pulse; NEVER: none. */
export const NEXT_REL = 8;
/** Its number within the on-window, modulo 2^32. */
export const INDEX = 12;
/** Its number within the burst. */
export const BURST_INDEX = 16;
export const BURST_PULSES = 20;
/** Ideal onset of the present burst. */
export const BURST_REL = 24;
/** Period as quotient and remainder of 10⁹ / rate, and the remainders gathered so far. */
export const PERIOD_US = 28;
export const PERIOD_REST = 32;
export const RATE_MHZ = 36;
export const GATHERED = 40;
/** The same for the pulses of a burst, and the onset within the burst. */
export const INTRA_US = 44;
export const INTRA_REST = 48;
export const INTRA_MHZ = 52;
export const INTRA_GATHERED = 56;
export const INTRA_OFFSET_US = 60;
// on-window and ramps
/** Start of the on-window of the next pulse, clock µs (u64). */
export const WINDOW_US = 64;
/** Length of the on-window and of on and off together, µs (u64); both 0: one endless window. */
export const ON_US = 72;
export const CYCLE_US = 80;
export const WINDOW_REL = 88;
export const WINDOW_END_REL = 92;
export const RAMP_UP_US = 96;
export const RAMP_DOWN_US = 100;
/** Amplitude in use when STOP came, µA. */
export const STOP_UA = 104;
// pulse
export const PHASE_US = 108;
export const GAP_US = 112;
/** Active recharge: number of segments, µs of each, how many are 1 µs longer, divisor of the levels. */
export const PIECES = 116;
export const PIECE_US = 120;
export const PIECES_LONGER = 124;
export const RATIO = 128;
/** Phases, gap, active recharge and rest, µs. */
export const OCCUPANCY_US = 132;
/** Segments of a pulse without its rest. */
export const SEGMENTS = 136;
export const FLAGS = 140;
/** Amplitude asked for and amplitude made of it when the words below were packed, µA; −1: never. */
export const ASKED_UA = 144;
export const MADE_UA = 148;
/** Levels of the first and of the second phase, packed as the interlock takes them, eight i32 each. */
export const FIRST_WORDS = 152;
export const SECOND_WORDS = 184;
/** 1: the next pulse is the first of its on-window, which may be too far away for NEXT_REL to be exact. */
export const WAITING = 216;

if (SECOND_WORDS + 2 * CONTACTS > WAITING || WAITING + 4 > BLOCK_BYTES) ERROR('an area fits its block');

const blocks: usize = memory.data(1024, 8);
if (AREAS * BLOCK_BYTES !== 1024) ERROR('there is a block for each area');
/** The block behind the last one in use; 0 before anything was. */
let end: usize = 0;

/** First block. The areas of the running program lie between it and `lastArea`. */
export function firstArea(): usize {
  return blocks;
}
/** The block behind the last one in use. */
export function lastArea(): usize {
  return end;
}
/** The block behind this one. */
export function nextArea(area: usize): usize {
  return area + BLOCK_BYTES;
}

/** Takes the areas of a program (0–15) into use; their first on-windows start at the clock time `startUs`. */
export function openAreas(slot: i32, startUs: u64): void {
  end = blocks;
  for (let number = 0; number < AREAS; number++) {
    const record = recordOf(slot, number);
    if (load<u32>(record, AREA_RATE_MHZ) === 0) continue;
    clearWords(end, BLOCK_BYTES);
    store<usize>(end, record, RECORD);
    store<i32>(end, number, NUMBER);
    store<i32>(end, -1, ASKED_UA);
    openTrain(end, record);
    openWindow(end, record, startUs);
    openPulse(end, record);
    placeWindow(end, startUs);
    end += BLOCK_BYTES;
  }
}

function openTrain(area: usize, record: usize): void {
  const rateMhz = load<u32>(record, AREA_RATE_MHZ);
  store<u32>(area, rateMhz, RATE_MHZ);
  store<u32>(area, SECOND_MHZ_US / rateMhz, PERIOD_US);
  store<u32>(area, SECOND_MHZ_US % rateMhz, PERIOD_REST);
  store<i32>(area, load<u16>(record, AREA_BURST_PULSES), BURST_PULSES);
  const intraMhz = load<u32>(record, AREA_INTRA_RATE_MHZ);
  if (intraMhz === 0) return;
  store<u32>(area, intraMhz, INTRA_MHZ);
  store<u32>(area, SECOND_MHZ_US / intraMhz, INTRA_US);
  store<u32>(area, SECOND_MHZ_US % intraMhz, INTRA_REST);
}

function openWindow(area: usize, record: usize, startUs: u64): void {
  const onMs = <u64>load<u32>(record, AREA_CYCLE_ON_MS);
  const offMs = <u64>load<u32>(record, AREA_CYCLE_OFF_MS);
  store<i32>(area, 1, WAITING);
  store<u64>(area, startUs, WINDOW_US);
  store<u64>(area, onMs * 1000, ON_US);
  store<u64>(area, (onMs + offMs) * 1000, CYCLE_US);
  store<i32>(area, <i32>load<u16>(record, AREA_RAMP_UP_MS) * 1000, RAMP_UP_US);
  store<i32>(area, <i32>load<u16>(record, AREA_RAMP_DOWN_MS) * 1000, RAMP_DOWN_US);
}

function openPulse(area: usize, record: usize): void {
  const phaseUs = <i32>load<u16>(record, AREA_PHASE_US);
  const gapUs = <i32>load<u16>(record, AREA_INTERPHASE_GAP_US);
  const kind = <i32>load<u8>(record, AREA_RECHARGE);
  const ratio = kind === Recharge.ASYMMETRIC ? <i32>load<u8>(record, AREA_RATIO) : 1;
  const rechargeUs = kind === Recharge.PASSIVE ? 0 : phaseUs * ratio;
  // Equal pieces, none above 1000 µs; with a phase of 10 µs or more none comes out shorter than 10 µs.
  const pieces = (rechargeUs + ACTIVE_US_MAX - 1) / ACTIVE_US_MAX;
  store<i32>(area, phaseUs, PHASE_US);
  store<i32>(area, gapUs, GAP_US);
  store<i32>(area, pieces, PIECES);
  if (pieces > 0) {
    store<i32>(area, rechargeUs / pieces, PIECE_US);
    store<i32>(area, rechargeUs % pieces, PIECES_LONGER);
  }
  store<i32>(area, ratio, RATIO);
  store<i32>(area, phaseUs + gapUs + rechargeUs + PULSE_REST_US, OCCUPANCY_US);
  store<i32>(area, 1 + (gapUs > 0 ? 1 : 0) + pieces, SEGMENTS);
  store<i32>(area, fractionOf(record, CASE) !== 0 ? FLAG_CASE : 0, FLAGS);
}

/** A clock time relative to `baseUs`, held to ±FAR_US. */
function relative(us: u64, baseUs: u64): i32 {
  const us64 = <i64>(us - baseUs);
  if (us64 > FAR_US) return FAR_US;
  if (us64 < -FAR_US) return -FAR_US;
  return <i32>us64;
}

/** Writes where the on-window of the next pulse lies as seen from `baseUs`. */
export function placeWindow(area: usize, baseUs: u64): void {
  const windowUs = load<u64>(area, WINDOW_US);
  const onUs = load<u64>(area, ON_US);
  store<i32>(area, relative(windowUs, baseUs), WINDOW_REL);
  store<i32>(area, onUs === 0 ? FAR_US : relative(windowUs + onUs, baseUs), WINDOW_END_REL);
}

/** Moves every relative time: `baseUs` is the new origin, `shiftUs` after the old one. */
export function rebaseAreas(baseUs: u64, shiftUs: i32): void {
  for (let area = blocks; area < end; area += BLOCK_BYTES) {
    placeWindow(area, baseUs);
    const nextRel = load<i32>(area, NEXT_REL);
    if (nextRel === NEVER) continue;
    if (load<i32>(area, WAITING) !== 0) {
      store<i32>(area, load<i32>(area, WINDOW_REL), BURST_REL);
      store<i32>(area, load<i32>(area, WINDOW_REL), NEXT_REL);
    } else {
      store<i32>(area, load<i32>(area, BURST_REL) - shiftUs, BURST_REL);
      store<i32>(area, nextRel - shiftUs, NEXT_REL);
    }
  }
}

// The records are read in place: their layout must not reach past their end.
if (AREA_RATIO >= AREA_BYTES) ERROR('the settings lie within the record');
