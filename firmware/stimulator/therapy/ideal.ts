// Ideal onsets: pulse k of an on-window that starts at w is due at w + F(k),
//   F(k) = floor((k div n)·10⁹ / rate) + floor((k mod n)·10⁹ / intra-burst rate),  n = pulses in a burst.
// Quotients and remainders are gathered one pulse at a time: no division, and no drift however long the train.

import {
  BURST_INDEX,
  BURST_PULSES,
  BURST_REL,
  CYCLE_US,
  GATHERED,
  INDEX,
  INTRA_GATHERED,
  INTRA_MHZ,
  INTRA_OFFSET_US,
  INTRA_REST,
  INTRA_US,
  NEVER,
  NEXT_REL,
  PERIOD_REST,
  PERIOD_US,
  placeWindow,
  RATE_MHZ,
  WAITING,
  WINDOW_END_REL,
  WINDOW_REL,
  WINDOW_US,
} from './area.ts';

/** Goes on to the next pulse of an area; `baseUs` is the origin of its relative times. */
export function advance(area: usize, baseUs: u64): void {
  store<i32>(area, load<i32>(area, INDEX) + 1, INDEX);
  store<i32>(area, 0, WAITING);
  const burstIndex = load<i32>(area, BURST_INDEX) + 1;
  const inBurst = burstIndex < load<i32>(area, BURST_PULSES);
  if (inBurst) advanceWithinBurst(area, burstIndex);
  else advanceBurst(area);
  if (load<i32>(area, NEXT_REL) >= load<i32>(area, WINDOW_END_REL)) startWindow(area, baseUs); // REQ-SCH-004
}

function advanceWithinBurst(area: usize, burstIndex: i32): void {
  let offsetUs = load<i32>(area, INTRA_OFFSET_US) + load<i32>(area, INTRA_US);
  let gathered = load<i32>(area, INTRA_GATHERED) + load<i32>(area, INTRA_REST);
  const rateMhz = load<i32>(area, INTRA_MHZ);
  if (gathered >= rateMhz) {
    gathered -= rateMhz;
    offsetUs += 1;
  }
  store<i32>(area, burstIndex, BURST_INDEX); // REQ-SCH-003
  store<i32>(area, offsetUs, INTRA_OFFSET_US);
  store<i32>(area, gathered, INTRA_GATHERED);
  store<i32>(area, load<i32>(area, BURST_REL) + offsetUs, NEXT_REL);
}

function advanceBurst(area: usize): void {
  let burstRel = load<i32>(area, BURST_REL) + load<i32>(area, PERIOD_US);
  let gathered = load<i32>(area, GATHERED) + load<i32>(area, PERIOD_REST);
  const rateMhz = load<i32>(area, RATE_MHZ);
  if (gathered >= rateMhz) {
    gathered -= rateMhz; // REQ-SCH-001
    burstRel += 1;
  }
  store<i32>(area, 0, BURST_INDEX);
  store<i32>(area, 0, INTRA_OFFSET_US);
  store<i32>(area, 0, INTRA_GATHERED);
  store<i32>(area, gathered, GATHERED);
  store<i32>(area, burstRel, BURST_REL);
  store<i32>(area, burstRel, NEXT_REL);
}

/** The on-window is over: the next pulse is the first of the next one. */
function startWindow(area: usize, baseUs: u64): void {
  store<u64>(area, load<u64>(area, WINDOW_US) + load<u64>(area, CYCLE_US), WINDOW_US);
  placeWindow(area, baseUs);
  const windowRel = load<i32>(area, WINDOW_REL);
  store<i32>(area, 0, INDEX);
  store<i32>(area, 1, WAITING);
  store<i32>(area, 0, BURST_INDEX);
  store<i32>(area, 0, INTRA_OFFSET_US);
  store<i32>(area, 0, INTRA_GATHERED);
  store<i32>(area, 0, GATHERED);
  store<i32>(area, windowRel, BURST_REL);
  store<i32>(area, windowRel, NEXT_REL);
}

/** The area gives no further pulse. */
export function endTrain(area: usize): void {
  store<i32>(area, NEVER, NEXT_REL);
}
