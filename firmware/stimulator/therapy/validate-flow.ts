// How many pulses of an area can begin within any stretch of W µs: the least of three straight lines α + β·W, by its
// shortest interval, by its bursts and by its on-windows, whatever the alignment of the areas and the delays between
// them. α is in pulses in Q8, β in pulses per µs in Q32, both rounded up.

import { AREAS } from '../../wire.ts';
import { bursts, cycleUs, leastQ12, periodQ12, pulses, wrapBurstQ12 } from './validate-train.ts';

/** By the shortest interval, by bursts, by on-windows. */
export const LINES = 3;
const LINE_BYTES = 16;
const lines: usize = memory.data(192, 8);
if (AREAS * LINES * LINE_BYTES !== 192) ERROR('there are three lines for each area');

/** Lines that start higher say nothing within the times that matter. */
const ALPHA_MAX: u64 = 1 << 32;
/** Longest stretch that is looked at, µs: half an hour. */
const STRETCH_US_MAX: u64 = 1 << 31;
/** Onsets are rounded down to whole µs: both ends of a stretch may be off by one. */
const ROUNDING_US: u64 = 2;

function line(area: i32, number: i32): usize {
  return lines + <usize>((area * LINES + number) * LINE_BYTES);
}
/** Pulses, Q8. */
export function alphaOf(area: i32, number: i32): u64 {
  return load<u64>(line(area, number), 0);
}
/** Pulses per µs, Q32. */
export function betaOf(area: i32, number: i32): u64 {
  return load<u64>(line(area, number), 8);
}

/** `count` pulses in every `everyQ12`, each late by up to `lateQ12`. */
function putLine(area: i32, number: i32, count: u64, everyQ12: u64, lateQ12: u64): void {
  const at = line(area, number);
  store<u64>(at, count * (257 + (lateQ12 << 8) / everyQ12), 0);
  store<u64>(at, (count << 44) / everyQ12 + 1, 8);
  if (number > 0) dropUseless(area, number);
}

/** Replaces a line that is never the least within the times that matter by the one before it. */
function dropUseless(area: i32, number: i32): void {
  const at = line(area, number);
  const before = line(area, number - 1);
  const isUseful =
    load<u64>(at, 0) <= ALPHA_MAX &&
    load<u64>(at, 8) < load<u64>(before, 8) &&
    crossing(before, at) <= STRETCH_US_MAX;
  if (isUseful) return;
  store<u64>(at, load<u64>(before, 0), 0);
  store<u64>(at, load<u64>(before, 8), 8);
}

/** Where the flatter line `b` falls below `a`, whole µs. */
function crossing(a: usize, b: usize): u64 {
  const rise = load<u64>(b, 0);
  const base = load<u64>(a, 0);
  const slope = load<u64>(a, 8);
  const flatter = load<u64>(b, 8);
  if (rise <= base || slope <= flatter) return 0;
  return ((rise - base) << 24) / (slope - flatter);
}

/** A bend of the area's curve, 0–2: whole µs. */
export function bendUs(area: i32, number: i32): u64 {
  return crossing(line(area, number === 2 ? 0 : number), line(area, number === 0 ? 1 : 2));
}

/** Writes the three lines of an area; `sharedUs` is what a pulse of each area occupies, summed. Pre: its train is open. */
export function openFlow(area: i32, sharedUs: i32): void {
  const late = (<u64>sharedUs + ROUNDING_US) << 12;
  const count = <u64>pulses(area);
  putLine(area, 0, 1, leastQ12(area), late);
  let every = periodQ12(area);
  let early: u64 = 0;
  const windowBursts = bursts(area);
  const wrap = wrapBurstQ12(area);
  if (windowBursts !== 0 && wrap < every) {
    // On-windows that follow more closely than bursts do: the mean distance of bursts, and how much one can be early.
    early = every - wrap;
    every -= early / windowBursts + 1;
  }
  putLine(area, 1, count, every, late + early);
  const cycle = cycleUs(area) << 12;
  const windowed = windowBursts !== 0 && windowBursts * count < ALPHA_MAX >> 9;
  if (windowed) putLine(area, 2, count * windowBursts, cycle, late);
  else putLine(area, 2, count, every, late + early);
}

/** Most pulses that begin within a stretch of `stretchUs`, Q8. */
export function mostPulses(area: i32, stretchUs: u64): u64 {
  let most = alphaOf(area, 0) + ((betaOf(area, 0) * stretchUs) >> 24) + 1;
  most = min(most, alphaOf(area, 1) + ((betaOf(area, 1) * stretchUs) >> 24) + 1);
  return min(most, alphaOf(area, 2) + ((betaOf(area, 2) * stretchUs) >> 24) + 1);
}
