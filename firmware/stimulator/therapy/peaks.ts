// The highest amplitude of each area since START. Pulses of larger amplitudes than the present ones stay in the interlock's
// accounts, the mean current's for minutes: while a program is in use, a change is judged as if every area were at its peak.

import { AREA_AMPLITUDE_UA, AREAS } from '../../wire.ts';
import { recordOf } from '../store/program.ts';

const peaks: usize = memory.data(16, 4);
if (AREAS * 4 !== 16) ERROR('there is a peak for each area');

/** A program (slot 0–15) starts: its areas' peaks are their amplitudes. */
export function openPeaks(slot: i32): void {
  for (let area = 0; area < AREAS; area++) {
    putPeak(area, load<i32>(recordOf(slot, area), AREA_AMPLITUDE_UA));
  }
}

/** Highest amplitude of an area (0–3) since START, µA. */
export function peakUa(area: i32): i32 {
  return load<i32>(peaks + <usize>(area << 2));
}

/** Notes the highest amplitude of an area (0–3), µA. */
export function putPeak(area: i32, amplitudeUa: i32): void {
  store<i32>(peaks + <usize>(area << 2), amplitudeUa);
}
