// What a capture could be judged to: how finely its instrument shows edges and levels, for the verdict to say.

import type { Capture } from '../../test/oracle/index.ts';
import { grouped, timeText } from '../report/format.ts';

interface Tolerances {
  readonly toleranceNs?: number;
  readonly toleranceUa?: number;
}

/** What was found out about the instrument, and what that allows. */
export interface Instrument {
  readonly hasLevels: boolean;
  readonly samplingNs: number | null;
  readonly resolutionNs: number;
  readonly noiseUa: number | null;
  readonly zeroUa: number | null;
  /** The largest step of the converter that the file leaves open. */
  readonly converterUa: number | null;
  readonly toleranceNs: number;
  readonly levelToleranceUa: number | null;
}

/** What a capture says of its instrument; given tolerances take the place of what it leaves. */
export function instrumentOf(capture: Capture, { toleranceNs, toleranceUa }: Tolerances): Instrument {
  const { hasLevels, resolutionNs, measured, levelToleranceUa } = capture;
  return {
    hasLevels,
    samplingNs: measured?.samplingNs ?? null,
    resolutionNs,
    noiseUa: measured?.noiseUa ?? null,
    zeroUa: measured?.zeroUa ?? null,
    converterUa: measured?.converterUa ?? null,
    toleranceNs: toleranceNs ?? resolutionNs,
    levelToleranceUa: hasLevels ? (toleranceUa ?? levelToleranceUa ?? 0) : null,
  };
}

/** The same in a line. */
export function instrumentText(instrument: Instrument): string {
  const { hasLevels, samplingNs, noiseUa, zeroUa, converterUa, toleranceNs, levelToleranceUa } = instrument;
  const ua = (value: number): string => `${grouped(Number(value.toPrecision(3)))} µA`;
  const parts = [hasLevels ? 'Levels' : 'Logic: timing and polarity alone'];
  if (samplingNs !== null) parts.push(`a sample every ${timeText(samplingNs)}`);
  if (noiseUa) parts.push(`noise up to ${ua(noiseUa)}`);
  if (zeroUa) parts.push(`zero up to ${ua(zeroUa)}`);
  if (converterUa) parts.push(`converter's step up to ${ua(converterUa)} as far as can be told`);
  parts.push(`edges judged to ${timeText(toleranceNs)}`);
  if (levelToleranceUa !== null)
    parts.push(levelToleranceUa > 0 ? `levels to ${ua(levelToleranceUa)}` : 'levels exactly');
  return `${parts.join(', ')}.`;
}
