// Which amplitudes an area with asymmetric recharge can make: those whose levels all divide by its ratio. The pattern repeats
// every 1000 · ratio µA, whose shares are whole multiples of the ratio. It is found when a therapy starts, so that a ramp
// need not search between two pulses.

import { AMPLITUDE_UA_STEP } from '../../profile.ts';
import { AREA_RATIO, AREAS, RATIO_MAX } from '../../wire.ts';
import { recordOf } from '../store/program.ts';
import { clearWords } from '../store/words.ts';
import { levelsDivide } from './levels.ts';

/** Amplitudes, and bits, for each unit of the ratio. */
const STEPS: i32 = 1000 / AMPLITUDE_UA_STEP;
const ROW_BYTES: i32 = 128;
if (ROW_BYTES * 8 < STEPS * RATIO_MAX) ERROR('a row holds a period of every ratio');
/** A row for each area: bit n of it is set where n · AMPLITUDE_UA_STEP can be made. */
const rows: usize = memory.data(512, 4);
if (AREAS * ROW_BYTES !== 512) ERROR('there is a row for each area');

/** Finds the pattern of each area of a program (slot 0–15). */
export function openFeasible(slot: i32): void {
  clearWords(rows, AREAS * ROW_BYTES);
  for (let area = 0; area < AREAS; area++) {
    const record = recordOf(slot, area);
    const ratio = <i32>load<u8>(record, AREA_RATIO);
    if (ratio <= 1) continue;
    for (let step = 0; step < STEPS * ratio; step++) {
      if (!levelsDivide(record, step * AMPLITUDE_UA_STEP, ratio)) continue;
      const at = byteOf(area, step);
      store<u8>(at, <i32>load<u8>(at) | (1 << (step & 7)));
    }
  }
}

function byteOf(area: i32, step: i32): usize {
  return rows + <usize>(area * ROW_BYTES + (step >> 3));
}

/** Greatest amplitude, µA, not above `askedUa` (steps of 10) that an area of the open program can make. */
export function feasibleUa(area: i32, ratio: i32, askedUa: i32): i32 {
  if (ratio === 1) return askedUa;
  const periodUa = 1000 * ratio;
  const wholeUa = (askedUa / periodUa) * periodUa;
  let step = (askedUa - wholeUa) / AMPLITUDE_UA_STEP;
  while (step > 0) {
    const bits = <i32>load<u8>(byteOf(area, step));
    const at = step & 7;
    if (((bits >> at) & 1) !== 0) break;
    // Where nothing in its byte lies below the step either, it goes on with the byte before.
    step = (bits & ((1 << at) - 1)) === 0 ? step - at - 1 : step - 1;
  }
  return wholeUa + max(step, 0) * AMPLITUDE_UA_STEP;
}
