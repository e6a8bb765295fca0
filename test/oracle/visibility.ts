// What a capture can show of a therapy: pulses that noise hides, and what a verdict has to leave open.

import type { Capture } from './capture.ts';
import { CaptureError } from './capture-error.ts';
import { ua, us } from './finding.ts';
import type { Terms } from './options.ts';
import type { AreaPlan } from './plan.ts';
import { hasPolarity, type SeenPulse } from './pulse.ts';

/** A capture in which whole areas cannot be told from noise shows nothing. @throws CaptureError */
export function refuseFaint({ origin }: Capture, areas: readonly AreaPlan[], faintUa: number): void {
  for (const area of areas) {
    const { amplitudeUa } = area.settings;
    if (amplitudeUa === 0 || !area.isFaint(amplitudeUa, faintUa)) continue;
    const levelUa = ua(area.levels(amplitudeUa).leastUa);
    throw new CaptureError(
      origin,
      0,
      `area ${area.index + 1} has levels of ${levelUa}, and none under ${ua(faintUa)} can be told from noise and zero: capture with less noise, map a lower zeroUa, or mend uaPerVolt`,
    );
  }
}

/** Whether a pulse is too weak to be told from noise, or part of one whose other levels are. */
export function isFaintPulse(
  pulse: SeenPulse,
  areas: readonly AreaPlan[],
  { faintUa, levelToleranceUa }: Terms,
): boolean {
  if (faintUa === 0) return false;
  const like = areas.filter((area) => hasPolarity(pulse.firstUa, area));
  if (like.length === 0) return pulse.firstUa.every((levelUa) => Math.abs(levelUa) < faintUa);
  return like.every((area) => {
    const mostUa = pulse.amplitudeUa() + levelToleranceUa * area.cathodes;
    return area.isFaint(area.feasibleUa(mostUa), faintUa);
  });
}

/** What came up while a capture was judged. */
export interface Blanks {
  /** It begins after the therapy's t0. */
  readonly startsLate: boolean;
  readonly beganAmidPulse: boolean;
  readonly gaps: number;
  /** It has zeros that may be recharge or open electrodes. */
  readonly hasUnknown: boolean;
}

/** What was not judged, each with its reason. */
export function notJudged(terms: Terms, { startsLate, beganAmidPulse, gaps, hasUnknown }: Blanks): string[] {
  const { hasLevels, levelToleranceUa, faintUa, toleranceNs } = terms;
  const notes: string[] = [];
  const note = (applies: boolean, text: () => string) => applies && notes.push(text());
  note(!hasLevels, () => 'levels, balance and ramp values: the capture shows polarity only');
  note(startsLate, () => "the therapy's beginning: the capture starts after it");
  note(beganAmidPulse, () => 'the first pulse: the capture begins in the middle of it');
  note(gaps > 0, () => `what was due in the capture's ${gaps === 1 ? 'gap' : 'gaps'}: no samples`);
  note(hasUnknown, () => 'recharge and open electrodes: the capture does not tell them apart');
  const because = 'or the tolerance given';
  note(
    hasLevels && levelToleranceUa > 0,
    () =>
      `levels finer than ${ua(levelToleranceUa)}: the capture's noise, threshold and converter ${because}`,
  );
  note(faintUa > 0, () => `pulses with a level under ${ua(faintUa)}: they may be noise`);
  note(
    toleranceNs >= 10,
    () => `edges finer than ${us(Math.round(toleranceNs))}: the capture's resolution ${because}`,
  );
  return notes;
}
