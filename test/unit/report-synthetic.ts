// A capture made by hand for tests of the report: one area's pulses at constant amplitude after a linear ramp.

import { contactLevelsUa } from '../../host/therapy/levels.ts';
import type { AreaSettings } from '../../host/therapy/therapy.ts';
import { rechargePhases } from '../../host/therapy/timing.ts';
import type { Capture, Stretch, StretchState } from '../oracle/capture.ts';

/** Pulses of `area` from `startNs` to `endNs`, recharge around them until `lastNs`. */
export function syntheticCapture(
  area: AreaSettings,
  startNs: number,
  endNs: number,
  lastNs: number,
): Capture {
  const stretches: Stretch[] = [];
  let nowNs = 0;
  const add = (untilNs: number, state: StretchState, levelsUa: Int32Array = new Int32Array(17)): void => {
    if (untilNs > nowNs) stretches.push({ startNs: nowNs, endNs: untilNs, state, levelsUa });
    nowNs = Math.max(nowNs, untilNs);
  };
  const burst = area.burst ?? { pulses: 1, intraRateHz: 1 };
  for (let k = 0; ; k++) {
    const within = k % burst.pulses;
    const us =
      Math.floor((((k - within) / burst.pulses) * 1e6) / area.rateHz) +
      Math.floor((within * 1e6) / burst.intraRateHz);
    const atNs = startNs + us * 1000;
    if (atNs >= endNs) break;
    const rampUp = (area.rampUpMs ?? 0) * 1e6;
    const share = rampUp === 0 ? 1 : Math.min(1, (atNs - startNs) / rampUp);
    const levels = contactLevelsUa(area, Math.floor((area.amplitudeUa * share) / 40) * 40);
    add(atNs, 'recharge');
    if (levels.every((level) => level === 0)) continue;
    add(nowNs + area.phaseUs * 1000, 'drive', levels);
    add(nowNs + (area.interphaseGapUs ?? 0) * 1000, 'open');
    const ratio = rechargePhases(area);
    if (ratio > 0)
      add(
        nowNs + ratio * area.phaseUs * 1000,
        'drive',
        levels.map((level) => -level / ratio),
      );
  }
  add(lastNs, 'recharge');
  return { origin: 'synthetic', resolutionNs: 1000, hasLevels: true, stretches: () => stretches };
}
