// Whether a run was ended before there was anything to judge.

import type { AreaRecord } from '../report/record.ts';
import { leastUa } from '../therapy/levels.ts';
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
  return therapy.areas.every((area, index) => areas[index].seen.pulses === 0 && endedBefore(area, run));
}

/** Whether a run was ended, not by a trip, before a pulse of the area was due. */
export function endedBefore(area: AreaSettings, run: Pick<Stimulation, 'fault' | 'ranMs'>): boolean {
  return run.fault === undefined && run.ranMs < firstPulseMs(area) + START_MS;
}

/** From the start of a therapy to the first pulse of an area that is not 0 µA, ms, at the latest. */
function firstPulseMs(area: AreaSettings): number {
  const { amplitudeUa, rampUpMs = 0 } = area;
  if (amplitudeUa === 0) return Number.POSITIVE_INFINITY;
  const periodMs = 1000 / area.rateHz;
  if (rampUpMs === 0) return periodMs;
  return (rampUpMs * leastUa(area)) / amplitudeUa + periodMs;
}
