// What is in a capture, counted plainly and apart from the oracle: pulses, their onsets and their charges.

import { type Capture, ELECTRODES } from '../../oracle/index.ts';

/** A pulse: what is driven or held open between two stretches of recharge. */
export interface SeenPulse {
  readonly onsetUs: number;
  readonly endUs: number;
  /** Sum over the cathodes of its first phase, µA. */
  readonly amplitudeUa: number;
  /** Net charge of each electrode, pC. */
  readonly netPc: Float64Array;
}

/** The pulses of a capture in order. */
export function* pulsesOf(capture: Capture): Generator<SeenPulse> {
  let onsetNs = -1;
  let amplitudeUa = 0;
  let netPc = new Float64Array(ELECTRODES);
  for (const { startNs, endNs, state, levelsUa } of capture.stretches()) {
    if (state === 'recharge') {
      if (onsetNs >= 0) yield { onsetUs: onsetNs / 1000, endUs: startNs / 1000, amplitudeUa, netPc };
      onsetNs = -1;
      continue;
    }
    if (onsetNs < 0) {
      onsetNs = startNs;
      netPc = new Float64Array(ELECTRODES);
      amplitudeUa = levelsUa.reduce((sum, levelUa) => sum - Math.min(0, levelUa), 0);
    }
    const durationUs = (endNs - startNs) / 1000;
    for (let e = 0; e < ELECTRODES; e++) netPc[e] += levelsUa[e] * durationUs;
  }
}

/** Onset of every pulse, µs of the capture. */
export function pulseOnsetsUs(capture: Capture): number[] {
  const onsets: number[] = [];
  let wasRecharge = true;
  for (const { startNs, state } of capture.stretches()) {
    if (state === 'drive' && wasRecharge) onsets.push(startNs / 1000);
    wasRecharge = state === 'recharge';
  }
  return onsets;
}
