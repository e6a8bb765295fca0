// A therapy in the words of its readers, for tables, plots and reports.

import { ELECTRODE_NAMES } from './levels.ts';
import type { AreaSettings } from './therapy.ts';

/** `E3− E4+`, with the share in percent where an electrode does not carry all of its side. */
export function electrodesText(area: AreaSettings): string {
  return ELECTRODE_NAMES.flatMap((name) => {
    const fraction = area.electrodes[name] ?? 0;
    if (fraction === 0) return [];
    const share = Math.abs(fraction) === 1000 ? '' : ` ${Math.abs(fraction) / 10} %`;
    return [`${name}${fraction < 0 ? '−' : '+'}${share}`];
  }).join(' ');
}

/** `passive`, `symmetric` or `asymmetric 1:4`. */
export function rechargeText(area: AreaSettings): string {
  return typeof area.recharge === 'string' ? area.recharge : `asymmetric 1:${area.recharge.asymmetric}`;
}

/** The area's parameters in one line. */
export function areaText(area: AreaSettings): string {
  const burst =
    area.burst === undefined ? '' : ` in bursts of ${area.burst.pulses} at ${area.burst.intraRateHz} Hz`;
  const gap = area.interphaseGapUs ? `, gap ${area.interphaseGapUs} µs` : '';
  const cycle =
    area.cycle === undefined
      ? ''
      : `, ${secondsText(area.cycle.onMs)} on / ${secondsText(area.cycle.offMs)} off`;
  const pulse = `${area.rateHz} Hz${burst}, ${area.phaseUs} µs, ${area.amplitudeUa / 1000} mA`;
  return `${pulse}${gap}, ${rechargeText(area)} recharge, ${electrodesText(area)}${cycle}`;
}

function secondsText(ms: number): string {
  return ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`;
}
