// The mean current of a program against the leaky buckets of law L7: the largest excess over the leak in any stretch of
// time. The pulses in a stretch grow with its length along the bent lines of validate-flow.ts, so the excess is largest
// at a bend of one of them.

import { CASE, MEAN_DEPTH_PC, MEAN_TOTAL_DEPTH_PC, MEAN_TOTAL_UA, MEAN_UA } from '../../profile.ts';
import { AREAS } from '../../wire.ts';
import { chargePc, contactsPc, phasesOf } from './validate-charge.ts';
import { bendUs, betaOf, LINES, mostPulses } from './validate-flow.ts';

/** Bends of all areas, and the start. */
const STRETCHES: i32 = AREAS * 3 + 1;
const STRETCH_BYTES: i32 = 8 + AREAS * 8;
/** Length of each stretch, µs, and the most pulses of each area in it, Q8. */
const stretches: usize = memory.data(520, 8);
if (STRETCHES * STRETCH_BYTES !== 520) ERROR('there is a place for each stretch');

function stretch(number: i32): usize {
  return stretches + <usize>(number * STRETCH_BYTES);
}

/** Notes the stretches to look at. Pre: the flows of all areas in `used` are open. */
export function openMean(used: i32): void {
  for (let number = 0; number < STRETCHES; number++) {
    const at = stretch(number);
    const bend = number / 3;
    const isUsed = number < AREAS * 3 && (used & (1 << bend)) !== 0;
    const lengthUs = isUsed ? bendUs(bend, number % 3) : 0;
    store<u64>(at, lengthUs, 0);
    for (let area = 0; area < AREAS; area++) {
      const isIn = (used & (1 << area)) !== 0;
      // One µs more: the bend lies between two whole µs.
      store<u64>(at + <usize>(area << 3), isIn ? mostPulses(area, lengthUs + 1) : 0, 8);
    }
  }
}

/** Charge of one pulse on all electrodes, both phases without sign, pC. */
function pulsePc(area: i32): u64 {
  return <u64>((contactsPc(area) + abs(chargePc(area, CASE))) * phasesOf(area));
}

/**
 * True if the leaky bucket of the sum over all electrodes never overflows. Levels sum to zero, so no electrode has more than
 * half of the sum, and its own bucket of half the leak and depth holds as well.
 */
export function keepsMean(): bool {
  const p0 = pulsePc(0);
  const p1 = pulsePc(1);
  const p2 = pulsePc(2);
  const p3 = pulsePc(3);
  // In the long run no more may come than leaks.
  const slowest = LINES - 1;
  const meanQ32 =
    p0 * betaOf(0, slowest) + p1 * betaOf(1, slowest) + p2 * betaOf(2, slowest) + p3 * betaOf(3, slowest);
  if (meanQ32 > (<u64>MEAN_TOTAL_UA) << 32) return false;
  for (let number = 0; number < STRETCHES; number++) {
    const at = stretch(number);
    const sumQ8 =
      p0 * load<u64>(at, 8) + p1 * load<u64>(at, 16) + p2 * load<u64>(at, 24) + p3 * load<u64>(at, 32);
    if (sumQ8 >> 8 > MEAN_TOTAL_DEPTH_PC + MEAN_TOTAL_UA * load<u64>(at, 0)) return false;
  }
  return true;
}
if (AREAS !== 4) ERROR('four areas are summed');
if (2 * MEAN_UA !== MEAN_TOTAL_UA || 2 * MEAN_DEPTH_PC !== MEAN_TOTAL_DEPTH_PC)
  ERROR('the sum rules each electrode');
