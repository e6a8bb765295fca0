// What the device refuses of one area: every field, its range and the nearest values that it names.

import { beforeAll, describe, expect, it } from 'vitest';
import { Status } from '../../firmware/status.ts';
import { Field, Recharge } from '../../firmware/wire.ts';
import { type AreaRecord, areaRecord, bipolar, Validation } from './fixtures/validation.ts';

let validation: Validation;
beforeAll(async () => {
  validation = await Validation.open();
});

const split = (changes: Record<number, number>): number[] => {
  const fractions = Array.from({ length: 17 }, () => 0);
  for (const [electrode, fraction] of Object.entries(changes)) fractions[Number(electrode)] = fraction;
  return fractions;
};
const passive = { recharge: Recharge.PASSIVE };
const burst = { ...passive, phaseUs: 1000, rateMhz: 40_000, intraRateMhz: 500_000, burstPulses: 5 };

function refused(changes: Partial<AreaRecord>, status: Status, field: Field, low: number, high = low): void {
  expect(validation.checkArea(areaRecord(changes))).toEqual({ status, field, area: 0, low, high });
}
function accepted(changes: Partial<AreaRecord>): void {
  expect(validation.checkArea(areaRecord(changes))).toEqual({
    status: Status.OK,
    field: Field.NONE,
    area: 0,
    low: 0,
    high: 0,
  });
}

describe('settings of an area', () => {
  it('REQ-VAL-001: cathodes sum to −1000 ‰ and anodes to +1000 ‰, the case among them', () => {
    accepted({ fractions: split({ 3: -400, 4: -600, 16: 1000 }) });
    accepted({ fractions: bipolar(16, 15) });
    refused(
      { fractions: split({ 3: -400, 4: -601, 16: 1000 }) },
      Status.FRACTIONS,
      Field.FRACTIONS,
      -1000,
      1000,
    );
    refused({ fractions: split({ 3: -1000, 4: 900 }) }, Status.FRACTIONS, Field.FRACTIONS, -1000, 1000);
    refused({ fractions: split({}) }, Status.FRACTIONS, Field.FRACTIONS, -1000, 1000);
    refused(
      { fractions: split({ 0: -32_768, 1: 31_768, 2: 1000 }) },
      Status.FRACTIONS,
      Field.FRACTIONS,
      -1000,
      1000,
    );
  });

  it('REQ-VAL-002: a phase lasts 10 to 1000 µs', () => {
    accepted({ phaseUs: 10 });
    accepted({ phaseUs: 1000 });
    refused({ phaseUs: 9 }, Status.PHASE_WIDTH, Field.PHASE, 10);
    refused({ phaseUs: 1001 }, Status.PHASE_WIDTH, Field.PHASE, 1000);
  });

  it('REQ-VAL-003: a gap is 0 or 10 to 500 µs', () => {
    accepted({ interphaseGapUs: 10 });
    accepted({ interphaseGapUs: 500 });
    refused({ interphaseGapUs: 1 }, Status.INTERPHASE_GAP, Field.INTERPHASE_GAP, 0, 10);
    refused({ interphaseGapUs: 9 }, Status.INTERPHASE_GAP, Field.INTERPHASE_GAP, 0, 10);
    refused({ interphaseGapUs: 501 }, Status.INTERPHASE_GAP, Field.INTERPHASE_GAP, 500);
  });

  it('REQ-VAL-004: the ratio is 2 to 10 for asymmetric recharge and 1 otherwise', () => {
    accepted({ recharge: Recharge.ASYMMETRIC, ratio: 10 });
    refused({ recharge: 3 }, Status.RECHARGE_KIND, Field.RECHARGE, 2);
    refused({ recharge: Recharge.ASYMMETRIC }, Status.RECHARGE_RATIO, Field.RATIO, 2);
    refused({ recharge: Recharge.ASYMMETRIC, ratio: 11 }, Status.RECHARGE_RATIO, Field.RATIO, 10);
    refused({ ratio: 2 }, Status.RECHARGE_RATIO, Field.RATIO, 1);
    refused({ ...passive, ratio: 0 }, Status.RECHARGE_RATIO, Field.RATIO, 1);
  });

  it('REQ-VAL-005: a rate is 2 Hz to 10 kHz', () => {
    accepted({ rateMhz: 2000 });
    accepted({ rateMhz: 10_000_000, phaseUs: 30 });
    refused({ rateMhz: 1999 }, Status.RATE, Field.RATE, 2000);
    refused({ rateMhz: 4_000_000_000 }, Status.RATE, Field.RATE, 10_000_000);
  });

  it('REQ-VAL-006: a pulse and its rest fit the onset interval', () => {
    accepted({ rateMhz: 10_000_000, phaseUs: 45 });
    refused({ rateMhz: 10_000_000, phaseUs: 46 }, Status.RATE, Field.RATE, 9_803_921);
    accepted({ rateMhz: 9_803_921, phaseUs: 46 });
    refused({ rateMhz: 1_000_000, phaseUs: 500 }, Status.RATE, Field.RATE, 990_099);
  });

  it('REQ-VAL-007: a burst has 1 to 1000 pulses, an intra-burst rate only if there are several', () => {
    accepted(burst);
    refused({ burstPulses: 0 }, Status.BURST, Field.BURST_PULSES, 1);
    refused({ ...burst, burstPulses: 1001 }, Status.BURST, Field.BURST_PULSES, 1000);
    refused({ intraRateMhz: 500_000 }, Status.BURST, Field.INTRA_RATE, 0);
    refused({ ...burst, intraRateMhz: 0 }, Status.BURST, Field.INTRA_RATE, 166_730, 990_099);
    accepted({ ...burst, intraRateMhz: 166_730 });
    refused({ ...burst, intraRateMhz: 990_100 }, Status.BURST, Field.INTRA_RATE, 990_099);
    accepted({ ...burst, intraRateMhz: 990_099 });
  });

  it('REQ-VAL-008: a burst ends within its period', () => {
    accepted({ ...burst, burstPulses: 12 });
    refused({ ...burst, burstPulses: 13 }, Status.BURST, Field.BURST_PULSES, 12);
    refused({ ...burst, intraRateMhz: 166_729 }, Status.BURST, Field.BURST_PULSES, 4);
    accepted({ ...burst, intraRateMhz: 166_729, burstPulses: 4 });
  });

  it('REQ-VAL-009: a ramp lasts at most 60 s', () => {
    accepted({ rampUpMs: 60_000, rampDownMs: 60_000 });
    refused({ rampUpMs: 60_001 }, Status.RAMP, Field.RAMP_UP, 60_000);
    refused({ rampDownMs: 65_535 }, Status.RAMP, Field.RAMP_DOWN, 60_000);
  });

  it('REQ-VAL-010: on and off time are both zero or both 1 ms to 24 h', () => {
    accepted({ cycleOnMs: 86_400_000, cycleOffMs: 86_400_000 });
    refused({ cycleOnMs: 1000 }, Status.CYCLING, Field.CYCLE_OFF, 1);
    refused({ cycleOffMs: 1000 }, Status.CYCLING, Field.CYCLE_ON, 1);
    refused({ cycleOnMs: 86_400_001, cycleOffMs: 1 }, Status.CYCLING, Field.CYCLE_ON, 86_400_000);
  });

  it('REQ-VAL-011: the ramps fit in the on time', () => {
    const cycle = { cycleOnMs: 1000, cycleOffMs: 1000 };
    accepted({ ...cycle, rampUpMs: 600, rampDownMs: 400 });
    refused({ ...cycle, rampUpMs: 600, rampDownMs: 401 }, Status.RAMP, Field.RAMP_DOWN, 400);
    refused({ ...cycle, rampUpMs: 1001 }, Status.RAMP, Field.RAMP_UP, 1000);
  });

  it('REQ-VAL-012: the last pulse of an on-window ends before the next window', () => {
    // 2 Hz: the second pulse begins at 500 ms and occupies 11,010 µs.
    const long = { rateMhz: 2000, recharge: Recharge.ASYMMETRIC, ratio: 10, phaseUs: 1000, cycleOnMs: 501 };
    refused({ ...long, cycleOffMs: 3 }, Status.CYCLING, Field.CYCLE_OFF, 11);
    accepted({ ...long, cycleOffMs: 11 });
    accepted({ ...long, cycleOnMs: 500, cycleOffMs: 1 });
  });
});
