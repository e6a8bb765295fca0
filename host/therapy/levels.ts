// Contact levels of an area: its amplitude shared among the electrodes in whole µA by largest remainder.

import { AMPLITUDE_UA_STEP } from '../../firmware/profile.ts';
import type { AreaSettings, ElectrodeName } from './therapy.ts';

/** Names of the 17 electrodes in order: E1 … E16, CASE. */
export const ELECTRODE_NAMES: readonly ElectrodeName[] = [
  ...Array.from({ length: 16 }, (_, index): ElectrodeName => `E${index + 1}`),
  'CASE',
];

/** Index (0–16) of an electrode's name, −1 for a name that there is not. */
export function electrodeIndex(name: string): number {
  return ELECTRODE_NAMES.indexOf(name as ElectrodeName);
}

/** Indices of the electrodes that an area uses, in order. */
export function electrodesOf(area: AreaSettings): number[] {
  return ELECTRODE_NAMES.flatMap((name, index) => ((area.electrodes[name] ?? 0) === 0 ? [] : [index]));
}

/**
 * Levels of the 17 electrodes in the first phase, µA, cathodes negative. Each polarity is shared by largest remainder,
 * ties to the lowest electrode, so that the levels of balanced fractions sum to exactly zero.
 */
export function contactLevelsUa(area: AreaSettings, amplitudeUa = area.amplitudeUa): Int32Array {
  const levels = new Int32Array(ELECTRODE_NAMES.length);
  for (const sign of [-1, 1]) {
    const shares = ELECTRODE_NAMES.map((name, index) => {
      const total = amplitudeUa * Math.max(0, sign * (area.electrodes[name] ?? 0));
      return { index, whole: Math.floor(total / 1000), rest: total % 1000 };
    });
    const left = shares.reduce((sum, share) => sum + share.rest, 0) / 1000;
    const byRest = [...shares].sort((a, b) => b.rest - a.rest || a.index - b.index);
    byRest.forEach((share, order) => {
      const level = share.whole + (order < left ? 1 : 0);
      if (level !== 0) levels[share.index] = sign * level;
    });
  }
  return levels;
}

/** True if every level of the amplitude divides by the ratio. */
export function levelsDivide(area: AreaSettings, amplitudeUa: number, ratio: number): boolean {
  return contactLevelsUa(area, amplitudeUa).every((level) => level % ratio === 0);
}

/** The least amplitude above 0, µA in steps of 10, that the area's recharge can make: its own where none is lower. */
export function leastUa(area: AreaSettings): number {
  const ratio = typeof area.recharge === 'string' ? 1 : area.recharge.asymmetric;
  let amplitudeUa = AMPLITUDE_UA_STEP;
  while (amplitudeUa < area.amplitudeUa && !levelsDivide(area, amplitudeUa, ratio))
    amplitudeUa += AMPLITUDE_UA_STEP;
  return amplitudeUa;
}

/** The amplitudes (µA, steps of 10, 0–25,500) next to `amplitudeUa` whose levels divide by the ratio, lower and higher. */
export function dividingAmplitudesUa(
  area: AreaSettings,
  ratio: number,
): [number | undefined, number | undefined] {
  const seek = (step: number): number | undefined => {
    for (let amplitude = area.amplitudeUa + step; amplitude > 0 && amplitude <= 25500; amplitude += step) {
      if (levelsDivide(area, amplitude, ratio)) return amplitude;
    }
    return undefined;
  };
  return [seek(-10), seek(10)];
}
