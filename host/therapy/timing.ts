// How long the pulses of an area occupy the output stage and how closely its onsets follow each other.

import { intervalUsMin } from './quantity.ts';
import type { AreaSettings } from './therapy.ts';

/** A pulse occupies its phases, its active recharge and this. */
export const PULSE_REST_US = 10;

/** Widths of the active recharge in units of the first phase. */
export function rechargePhases(area: AreaSettings): number {
  if (area.recharge === 'passive') return 0;
  return area.recharge === 'symmetric' ? 1 : area.recharge.asymmetric;
}

/** Time that a pulse occupies the output stage, µs. */
export function occupancyUs(area: AreaSettings): number {
  const gapUs = area.interphaseGapUs ?? 0;
  return area.phaseUs * (1 + rechargePhases(area)) + gapUs + PULSE_REST_US;
}

/** Widest phase, µs, with which a pulse of the area occupies no more than `roomUs`. */
export function phaseUsFitting(area: AreaSettings, roomUs: number): number {
  const gapUs = area.interphaseGapUs ?? 0;
  return Math.floor((roomUs - gapUs - PULSE_REST_US) / (1 + rechargePhases(area)));
}

/** Time from the first to the last onset of a burst, µs; 0 without bursts. */
export function burstSpanUs(area: AreaSettings): number {
  if (area.burst === undefined) return 0;
  return Math.floor(((area.burst.pulses - 1) * 1e6) / area.burst.intraRateHz);
}

/** Shortest time between two onsets of the area, µs; 0 or less where a burst does not fit its period. */
export function onsetIntervalUsMin(area: AreaSettings): number {
  const periodUs = intervalUsMin(Math.round(area.rateHz * 1000));
  const intervals = [periodUs - burstSpanUs(area)];
  if (area.burst !== undefined) intervals.push(intervalUsMin(Math.round(area.burst.intraRateHz * 1000)));
  if (area.cycle !== undefined) intervals.push(area.cycle.offMs * 1000 + 1);
  return Math.min(...intervals);
}
