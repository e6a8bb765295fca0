// Whether a run was ended before there was anything to judge.

import { AMPLITUDE_UA_STEP } from '../../firmware/profile.ts';
import type { AreaRecord } from '../report/record.ts';
import { levelsDivide } from '../therapy/levels.ts';
import type { AreaSettings, Therapy } from '../therapy/therapy.ts';
import type { Stimulation } from './stimulate.ts';

/** From the device's word that it stimulates to its first onset, ms, with room. */
const START_MS = 25;

/** Whether a run was ended, not by a trip, before a pulse was due. */
export function endedEarly(
  therapy: Therapy,
  run: Pick<Stimulation, 'fault' | 'ranMs'>,
  areas: readonly Pick<AreaRecord, 'seen'>[],
): boolean {
  if (run.fault !== undefined || areas.some((area) => area.seen.pulses > 0)) return false;
  return run.ranMs < Math.min(...therapy.areas.map(firstPulseMs)) + START_MS;
}

/** From the start of a therapy to the first pulse of an area that is not 0 µA, ms, at the latest. */
function firstPulseMs(area: AreaSettings): number {
  const { amplitudeUa, rampUpMs = 0 } = area;
  if (amplitudeUa === 0) return Number.POSITIVE_INFINITY;
  const periodMs = 1000 / area.rateHz;
  if (rampUpMs === 0) return periodMs;
  const ratio = typeof area.recharge === 'string' ? 1 : area.recharge.asymmetric;
  let leastUa = AMPLITUDE_UA_STEP;
  while (leastUa < amplitudeUa && !levelsDivide(area, leastUa, ratio)) leastUa += AMPLITUDE_UA_STEP;
  return (rampUpMs * leastUa) / amplitudeUa + periodMs;
}
