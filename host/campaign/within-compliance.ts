// Fits a generated therapy to the body that it is going to be delivered to. A host measures impedances before it stimulates
// and a clinician would not ask for what 12 V cannot drive: where nothing is broken, nothing may trip.

import { Body, bodyOptions } from '../../sim/index.ts';
import { contactLevelsUa, dividingAmplitudesUa } from '../therapy/levels.ts';
import type { AreaSettings, Therapy } from '../therapy/therapy.ts';

/** Room for the charges that a train leaves on the capacitors. */
const HEADROOM = 1.25;
const CASE = 16;

/** The therapy with each area's amplitude halved until the body of `seed` takes it within compliance, or it is 0. */
export function withinCompliance(therapy: Therapy, seed: number): Therapy {
  const body = new Body(bodyOptions(seed));
  return { ...therapy, areas: therapy.areas.map((area) => fitted(body, area)) };
}

function fitted(body: Body, area: AreaSettings): AreaSettings {
  let { amplitudeUa } = area;
  while (amplitudeUa > 0 && saturates(body, area, amplitudeUa)) {
    amplitudeUa = Math.floor(amplitudeUa / 20) * 10;
    if (typeof area.recharge === 'object')
      amplitudeUa = dividingAmplitudesUa({ ...area, amplitudeUa }, area.recharge.asymmetric)[0] ?? 0;
  }
  return { ...area, amplitudeUa };
}

function saturates(body: Body, area: AreaSettings, amplitudeUa: number): boolean {
  const levelsUa = contactLevelsUa(area, Math.ceil(amplitudeUa * HEADROOM));
  body.reset();
  body.drive(levelsUa, area.phaseUs, levelsUa[CASE] !== 0);
  return body.saturated;
}
