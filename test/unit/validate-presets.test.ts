// Validation of the published programs, and how near it comes to the limits that the interlock keeps.

import { beforeAll, describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Recharge } from '../../firmware/wire.ts';
import { type AreaRecord, areaRecord, bipolar, Validation } from './fixtures/validation.ts';

let validation: Validation;
beforeAll(async () => {
  validation = await Validation.open();
});

const burst = { phaseUs: 1000, intraRateMhz: 500_000, rateMhz: 40_000, burstPulses: 5, amplitudeUa: 600 };
const PRESETS: Record<string, AreaRecord[]> = {
  tonic: [areaRecord()],
  BurstDR: [areaRecord({ ...burst, recharge: Recharge.PASSIVE })],
  'BurstDR cycled': [
    areaRecord({ ...burst, recharge: Recharge.PASSIVE, cycleOnMs: 30_000, cycleOffMs: 90_000 }),
  ],
  '10 kHz': [areaRecord({ rateMhz: 10_000_000, phaseUs: 30, amplitudeUa: 5000 })],
  'FAST-like': [areaRecord({ rateMhz: 90_000, phaseUs: 210 })],
  DRG: [areaRecord({ rateMhz: 60_000, phaseUs: 40, amplitudeUa: 1000 })],
  'four areas': [0, 1, 2, 3].map((n) =>
    areaRecord({ rateMhz: 40_000 + 7000 * n, phaseUs: 200 + 50 * n, fractions: bipolar(2 * n, 2 * n + 1) }),
  ),
  'four areas on one pair': [0, 1, 2, 3].map((n) => areaRecord({ rateMhz: 40_000 + 7000 * n })),
  'passive at 130 Hz': [areaRecord({ rateMhz: 130_000, recharge: Recharge.PASSIVE, amplitudeUa: 5000 })],
};

describe('presets of the field', () => {
  it.each(Object.keys(PRESETS))('REQ-VAL-021: %s is accepted', (name) => {
    const accepted = { status: Status.OK, field: 0, area: 0, low: 0, high: 0 };
    expect(validation.checkProgram(PRESETS[name])).toEqual(accepted);
  });
});
