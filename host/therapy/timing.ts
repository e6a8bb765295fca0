// How long the pulses of an area occupy the output stage and how closely its onsets follow each other.

import { intervalUsMin, onsetUs } from './quantity.ts';
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
  const { burst } = area;
  const window = windowOf(area);
  const intervals = window === undefined ? [] : [window.wrapUs];
  if (window === undefined || window.bursts > 1)
    intervals.push(intervalUsMin(Math.round(area.rateHz * 1000)) - burstSpanUs(area));
  const isBurst = burst !== undefined && (window === undefined || window.bursts > 1 || window.lastPulse > 0);
  if (isBurst) intervals.push(intervalUsMin(Math.round(burst.intraRateHz * 1000)));
  return Math.min(...intervals);
}

/** The first onset of an on-window that is not before `us`, µs from the window's beginning. */
export function onsetFromUs({ burst, rateHz }: AreaSettings, us: number): number {
  const mhz = Math.round(rateHz * 1000);
  const intraMhz = burst === undefined ? 0 : Math.round(burst.intraRateHz * 1000);
  const pulses = burst?.pulses ?? 1;
  let pulse = Math.floor((us * mhz) / 1e9) * pulses;
  while (onsetUs(pulse, pulses, mhz, intraMhz) < us) pulse++;
  return onsetUs(pulse, pulses, mhz, intraMhz);
}

interface Window {
  readonly bursts: number;
  /** Number of the last pulse of the last burst, from 0. */
  readonly lastPulse: number;
  /** From the last onset to the first of the next window, µs. */
  readonly wrapUs: number;
}

/** The on-window of an area with cycling: pulses begin in it while their ideal onset is before its end. */
export function windowOf({ cycle, burst, rateHz }: AreaSettings): Window | undefined {
  if (cycle === undefined) return undefined;
  const mhz = Math.round(rateHz * 1000);
  const intraMhz = burst === undefined ? 0 : Math.round(burst.intraRateHz * 1000);
  const pulses = burst?.pulses ?? 1;
  // Whole numbers under 2^53: burst m begins in the window if m · 10⁹ / rate < on · 1000.
  const last = Math.floor((cycle.onMs * mhz - 1) / 1e6);
  const restUs = cycle.onMs * 1000 - onsetUs(last * pulses, pulses, mhz, intraMhz);
  const lastPulse = intraMhz === 0 ? 0 : Math.min(pulses - 1, Math.floor((restUs * intraMhz - 1) / 1e9));
  const lastUs = onsetUs(last * pulses + lastPulse, pulses, mhz, intraMhz);
  return { bursts: last + 1, lastPulse, wrapUs: (cycle.onMs + cycle.offMs) * 1000 - lastUs };
}
