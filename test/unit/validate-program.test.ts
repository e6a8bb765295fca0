// What the device refuses of a whole program: interleave, limits, charge, recovery and mean current.

import { beforeEach, describe, expect, it } from 'vitest';
import { PHASE_PC_MAX } from '../../firmware/profile.ts';
import { Status } from '../../firmware/status.ts';
import { Field, Recharge } from '../../firmware/wire.ts';
import { type AreaRecord, areaRecord, bipolar, Validation } from './fixtures/validation.ts';

let validation: Validation;
beforeEach(async () => {
  validation ??= await Validation.open();
  validation.limitUa.fill(25_500);
  validation.limitPc.fill(2_004_000);
});

const asymmetric = { recharge: Recharge.ASYMMETRIC, ratio: 7, phaseUs: 50 };
const passive = { recharge: Recharge.PASSIVE };
const thirds = Array.from({ length: 17 }, (_, e) => [-333, -333, -334, 1000][e] ?? 0);

const recordsOf = (areas: Partial<AreaRecord>[]) => areas.map((changes) => areaRecord(changes));

function refused(areas: Partial<AreaRecord>[], status: Status, field: Field, low: number, high = low): void {
  expect(validation.checkProgram(recordsOf(areas))).toMatchObject({ status, field, low, high });
}
function accepted(...areas: Partial<AreaRecord>[]): void {
  refused(areas, Status.OK, Field.NONE, 0);
}

describe('amplitude of an area', () => {
  it('REQ-VAL-013: an amplitude is at most 25.5 mA', () => {
    refused([{ amplitudeUa: 25_510 }], Status.AMPLITUDE_RANGE, Field.AMPLITUDE, 25_500);
    refused([{ amplitudeUa: 4_000_000_000 }], Status.AMPLITUDE_RANGE, Field.AMPLITUDE, 25_500);
  });

  it('REQ-VAL-014: an amplitude is a multiple of 10 µA', () => {
    refused([{ amplitudeUa: 1001 }], Status.AMPLITUDE_STEP, Field.AMPLITUDE, 1000, 1010);
    refused([{ amplitudeUa: 25_499 }], Status.AMPLITUDE_STEP, Field.AMPLITUDE, 25_490, 25_500);
  });

  it('REQ-VAL-015: with asymmetric recharge every level divides by the ratio', () => {
    accepted({ ...asymmetric, amplitudeUa: 1050 });
    refused([{ ...asymmetric, amplitudeUa: 1000 }], Status.RATIO_DIVIDES, Field.AMPLITUDE, 980, 1050);
    refused([{ ...asymmetric, amplitudeUa: 25_500 }], Status.RATIO_DIVIDES, Field.AMPLITUDE, 25_480);
    const shared = { ...asymmetric, fractions: thirds };
    const verdict = validation.checkProgram([areaRecord({ ...shared, amplitudeUa: 3000 })]);
    expect(verdict).toMatchObject({ status: Status.RATIO_DIVIDES, field: Field.AMPLITUDE });
    accepted({ ...shared, amplitudeUa: verdict.low });
    accepted({ ...shared, amplitudeUa: verdict.high });
    expect(verdict.high - verdict.low).toBeLessThanOrEqual(7000);
  });

  it('REQ-VAL-016: no level passes the set limit of its electrode', () => {
    validation.limitUa[1] = 3333;
    refused([{}], Status.PROGRAM_AMPLITUDE, Field.AMPLITUDE, 3330);
    accepted({ amplitudeUa: 3330 });
    validation.limitUa[16] = 500;
    refused([{ fractions: bipolar(2, 16) }], Status.PROGRAM_AMPLITUDE, Field.AMPLITUDE, 500);
    validation.limitUa[0] = 999;
    refused([{ fractions: thirds }], Status.PROGRAM_AMPLITUDE, Field.AMPLITUDE, 3000);
    accepted({ fractions: thirds, amplitudeUa: 3000 });
  });

  it('REQ-VAL-017: 12 V drive the level through a measured impedance and charge two capacitors of 4.7 µF', () => {
    accepted({ amplitudeUa: 6000 });
    validation.setOhm(0, 2000);
    // 6 mA · 2 kΩ = 12 V; the capacitors take 2 · 6 mA · 300 µs / 4.7 µF = 766 mV.
    refused([{ amplitudeUa: 6000 }], Status.COMPLIANCE, Field.AMPLITUDE, 5640);
    accepted({ amplitudeUa: 5640 });
    validation.setOhm(0, 0);
  });
});

describe('program', () => {
  it('REQ-VAL-018: a program without output is refused', () => {
    refused([], Status.EMPTY_PROGRAM, Field.NONE, 0);
    refused([{ amplitudeUa: 0 }, { amplitudeUa: 0 }], Status.NO_OUTPUT, Field.AMPLITUDE, 10);
    accepted({ amplitudeUa: 0, rateMhz: 500_000 }, { rateMhz: 500_000 });
  });

  it('REQ-VAL-019: the pulses of all areas fit the shortest onset interval', () => {
    // Two pulses of 610 µs.
    accepted({ rateMhz: 819_672 }, { fractions: bipolar(2, 3) });
    refused([{ rateMhz: 819_673 }, { fractions: bipolar(2, 3) }], Status.INTERLEAVE, Field.RATE, 819_672);
    const burst = { burstPulses: 3, intraRateMhz: 1_000_000 };
    refused([burst, { fractions: bipolar(2, 3) }], Status.INTERLEAVE, Field.INTRA_RATE, 819_672);
    // The pulses of a silent area take their time as well.
    refused([{ rateMhz: 1_000_000, amplitudeUa: 0 }, {}], Status.INTERLEAVE, Field.RATE, 819_672);
    const cycled = { rateMhz: 2000, cycleOnMs: 500, cycleOffMs: 1 };
    refused([{ ...cycled, cycleOnMs: 1 }, {}, {}, {}], Status.INTERLEAVE, Field.CYCLE_OFF, 2);
  });

  it('REQ-VAL-020: the charge of a phase keeps the set limit of its electrode', () => {
    refused([{ phaseUs: 500, amplitudeUa: 8500 }], Status.PROGRAM_PHASE_CHARGE, Field.AMPLITUDE, 4000);
    validation.limitPc.fill(PHASE_PC_MAX);
    refused([{ phaseUs: 500, amplitudeUa: 8500 }], Status.PROGRAM_PHASE_CHARGE, Field.AMPLITUDE, 5990);
    accepted({
      phaseUs: 500,
      amplitudeUa: 8500,
      fractions: Array.from({ length: 17 }, (_, e) => [-500, -500, 500, 500][e] ?? 0),
    });
  });

  it('REQ-VAL-020: areas that add up on an electrode are counted together', () => {
    const area = { amplitudeUa: 5000, phaseUs: 300 };
    accepted(area, area);
    refused(
      [area, { ...area, fractions: bipolar(1, 0) }],
      Status.PROGRAM_PHASE_CHARGE,
      Field.AMPLITUDE,
      1680,
    );
    accepted(area, { ...area, fractions: bipolar(1, 2), amplitudeUa: 1680 });
    accepted(area, { ...area, fractions: bipolar(2, 3) });
  });

  it('REQ-VAL-020: passive pulses are certain of 800 µs of rest on their electrode', () => {
    refused(
      [{ ...passive, rateMhz: 1_200_000, amplitudeUa: 10 }],
      Status.PROGRAM_PHASE_CHARGE,
      Field.RATE,
      907_441,
    );
    accepted({ ...passive, rateMhz: 907_441, amplitudeUa: 100 });
    // A second area on the same electrodes leaves enough of the intervals free: two charges count, not four.
    const beside = [
      { ...passive, rateMhz: 400_000, phaseUs: 100, amplitudeUa: 100 },
      { rateMhz: 150_000, phaseUs: 200, amplitudeUa: 100 },
    ];
    accepted(...beside);
    validation.limitPc.fill(40_000);
    accepted(...beside);
    validation.limitPc.fill(39_999);
    refused(beside, Status.PROGRAM_PHASE_CHARGE, Field.AMPLITUDE, 90);
  });

  it('REQ-VAL-020: a rate is named only where it is lower than the present one', () => {
    const shared = [
      { ...passive, rateMhz: 900_000, phaseUs: 100, amplitudeUa: 1920, fractions: bipolar(3, 1) },
      { ...passive, rateMhz: 1_300_000, phaseUs: 20, amplitudeUa: 1920, fractions: bipolar(1, 2) },
    ];
    refused(shared, Status.PROGRAM_PHASE_CHARGE, Field.AMPLITUDE, 0);
  });

  it('REQ-VAL-021: account and doubt stay within 5080 nC', () => {
    const fast = { rateMhz: 10_000_000, phaseUs: 30, interphaseGapUs: 20 };
    refused([{ ...fast, amplitudeUa: 5000 }], Status.PROGRAM_UNRECOVERED, Field.AMPLITUDE, 3940);
    accepted({ ...fast, amplitudeUa: 3940 });
    const burst = { ...passive, phaseUs: 1000, intraRateMhz: 500_000, rateMhz: 40_000, burstPulses: 5 };
    refused([{ ...burst, amplitudeUa: 1100 }], Status.PROGRAM_UNRECOVERED, Field.AMPLITUDE, 990);
  });

  it('REQ-VAL-022: every electrode recovers within 100 ms', () => {
    refused([{ ...passive, rateMhz: 200_000 }], Status.PROGRAM_RECOVERY, Field.AMPLITUDE, 3000);
    accepted({ ...passive, rateMhz: 200_000, amplitudeUa: 3000 });
    accepted({ ...passive, rateMhz: 2000, amplitudeUa: 6000 });
  });

  it('REQ-VAL-023: the mean current keeps the leaky bucket', () => {
    refused(
      [{ rateMhz: 10_000_000, phaseUs: 30, amplitudeUa: 7000 }],
      Status.PROGRAM_MEAN_CURRENT,
      Field.AMPLITUDE,
      6660,
    );
    const split = Array.from({ length: 17 }, (_, e) => [-500, -500, 500, 500][e] ?? 0);
    refused(
      [{ rateMhz: 10_000_000, phaseUs: 30, amplitudeUa: 7000, fractions: split }],
      Status.PROGRAM_MEAN_CURRENT,
      Field.AMPLITUDE,
      6660,
    );
  });
});

describe('the area that a refusal names', () => {
  const named = (...areas: Partial<AreaRecord>[]) => {
    const { status, field, area } = validation.checkProgram(recordsOf(areas));
    return [Status[status], Field[field], area];
  };
  const beside = { fractions: bipolar(2, 3), amplitudeUa: 1000 };

  it('REQ-VAL-025: is the one whose own setting is wrong', () => {
    expect(named(beside, { amplitudeUa: 1001 })).toEqual(['AMPLITUDE_STEP', 'AMPLITUDE', 2]);
    expect(named(beside, beside, beside, { phaseUs: 9 })).toEqual(['PHASE_WIDTH', 'PHASE', 4]);
    validation.limitUa[1] = 3000;
    expect(named({}, beside)).toEqual(['PROGRAM_AMPLITUDE', 'AMPLITUDE', 1]);
  });

  it('REQ-VAL-025: is the fastest where pulses do not fit, and the heaviest on the electrode that passes a limit', () => {
    expect(named(beside, { rateMhz: 819_673 })).toEqual(['INTERLEAVE', 'RATE', 2]);
    expect(named({ ...beside, rateMhz: 819_673 }, {})).toEqual(['INTERLEAVE', 'RATE', 1]);
    expect(named(beside, { phaseUs: 500, amplitudeUa: 8500 })).toEqual([
      'PROGRAM_PHASE_CHARGE',
      'AMPLITUDE',
      2,
    ]);
    const restless = { ...passive, rateMhz: 1_200_000, amplitudeUa: 10, phaseUs: 100 };
    expect(named(restless)).toEqual(['PROGRAM_PHASE_CHARGE', 'RATE', 1]);
    expect(named({ ...beside, phaseUs: 20, rateMhz: 1_000_000 }, restless)).toEqual([
      'PROGRAM_PHASE_CHARGE',
      'RATE',
      2,
    ]);
  });

  it('REQ-VAL-025: is none where the program as a whole is empty or silent', () => {
    expect(named()).toEqual(['EMPTY_PROGRAM', 'NONE', 0]);
    expect(named({ amplitudeUa: 0 })).toEqual(['NO_OUTPUT', 'AMPLITUDE', 0]);
  });
});

describe('a raised amplitude', () => {
  /** Two areas that reach the mean current together. */
  const dense = { rateMhz: 1_000_000, phaseUs: 100 };
  const both = (first: number, second: number) =>
    recordsOf([
      { ...dense, amplitudeUa: first },
      { ...dense, amplitudeUa: second, fractions: bipolar(2, 3) },
    ]);

  it('REQ-THR-008: weighs every area at its highest amplitude since START', () => {
    expect(validation.checkProgram(both(12_000, 6000)).status).toBe(Status.OK);
    expect(validation.checkProgram(both(6000, 12_000)).status).toBe(Status.OK);
    const peaks = both(12_000, 6000);
    const raised = validation.checkRaised(peaks, both(6000, 12_000), 1);
    expect(raised).toMatchObject({ status: Status.PROGRAM_MEAN_CURRENT, field: Field.AMPLITUDE, area: 2 });
    // The highest amplitude beside the other area's peak, to the step.
    const { low } = raised;
    expect(validation.checkRaised(peaks, both(6000, low), 1).status).toBe(Status.OK);
    expect(validation.checkRaised(peaks, both(6000, low + 10), 1)).toMatchObject({ area: 2, low });
    expect(validation.checkProgram(both(12_000, low)).status).toBe(Status.OK);
    expect(validation.checkProgram(both(12_000, low + 10)).status).toBe(Status.PROGRAM_MEAN_CURRENT);
    expect(validation.checkRaised(peaks, both(12_000, 6000), 0).status).toBe(Status.OK);
  });

  it('REQ-THR-008: an area that has been silenced still weighs, and one that was silent weighs from now on', () => {
    const silenced = validation.checkRaised(both(12_000, 0), both(0, 12_000), 1);
    expect(silenced).toMatchObject({ status: Status.PROGRAM_MEAN_CURRENT, area: 2 });
    expect(validation.checkRaised(both(12_000, 0), both(0, silenced.low), 1).status).toBe(Status.OK);
  });

  it('REQ-THR-008: levels are held against limits as they are now, not as they have been', () => {
    validation.limitUa.fill(5000);
    expect(validation.checkRaised(both(6000, 1000), both(4000, 2000), 1).status).toBe(Status.OK);
    expect(validation.checkRaised(both(6000, 1000), both(4000, 5010), 1)).toMatchObject({
      status: Status.PROGRAM_AMPLITUDE,
      area: 2,
      low: 5000,
    });
  });
});
