// What a converter's steps and slow noise leave of the levels in a capture of voltages: allowed for, and no more than that.

import { describe, expect, test } from 'vitest';
import { type Capture, judge, readCsv } from '../oracle/index.ts';
import { noiseOf, stepOf } from '../oracle/tremble.ts';
import { captureOf, idealCapture, idealPulses } from './fixtures/ideal-waveform.ts';
import { type Sample, type Scope, sampled, uniform } from './fixtures/instrument-files.ts';
import { scopeText } from './fixtures/instrument-layouts.ts';
import { therapyOf } from './fixtures/oracle-therapies.ts';
import { AREA, MAPPING, PAIR, SCOPE } from './fixtures/scoped-pair.ts';

/** A clean scope: no noise, no slope. */
const CLEAN: Scope = { ...SCOPE, sampleNs: 2000, sigmaUa: 0, stepUa: 0, slopeNs: 0 };

const readSamples = (samples: readonly Sample[], mapping = MAPPING) =>
  readCsv(scopeText(samples, 'rigol-time'), mapping);
const read = (capture: Capture, scope: Partial<Scope>) =>
  readSamples(sampled(capture, { ...CLEAN, ...scope }));

/** The ideal output, the third pulse of it greater by `factor`. */
function withPulse(factor: number): Capture {
  const pulses = idealPulses(PAIR, 300_000);
  for (const piece of pulses[2].pieces) piece.levelsUa = piece.levelsUa.map((ua) => ua * factor);
  return captureOf(pulses, 300_000);
}

/** Adds noise whose values are alike for `tauNs`, and converts it all in steps. */
function withSlowNoise(samples: readonly Sample[], sigmaUa: number, tauNs: number): Sample[] {
  const random = uniform(5);
  const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const keep = Math.exp(-CLEAN.sampleNs / tauNs);
  const noiseUa = CLEAN.channels.map(() => 0);
  const stepUa = 4.8828125;
  return samples.map(({ timeNs, volts }) => {
    const noisy = volts.map((volt, i) => {
      const { uaPerVolt } = CLEAN.channels[i];
      noiseUa[i] = keep * noiseUa[i] + Math.sqrt(1 - keep * keep) * sigmaUa * gaussian();
      return (Math.round((volt * uaPerVolt + noiseUa[i]) / stepUa) * stepUa) / uaPerVolt;
    });
    return { timeNs, volts: noisy };
  });
}

/** Steps of 8, 10 and 12 bits over ±5 V, at 1 kΩ. */
const STEPS_UA = [39.0625, 9.765625, 2.44140625];

describe('voltages without noise', () => {
  test.each(STEPS_UA)('REQ-ORC-010: in steps of %s µA hold, and the step is told', (stepUa) => {
    const capture = read(idealCapture(PAIR, 300_000), { stepUa });
    expect(judge(capture, PAIR).findings).toEqual([]);
    const converterUa = capture.measured?.converterUa ?? 0;
    expect(converterUa).toBeGreaterThan(0.99 * stepUa);
    expect(converterUa).toBeLessThanOrEqual(80);
    expect(capture.levelToleranceUa).toBeCloseTo(converterUa / 2 + 0.5);
  });

  test.each(STEPS_UA)(
    'REQ-ORC-010: in steps of %s µA fail where one pulse is off by 2 in 100 or more',
    (stepUa) => {
      for (const factor of [0.85, 0.98, 1.02, 1.15]) {
        const { counts } = judge(read(withPulse(factor), { stepUa }), PAIR);
        expect(counts, `${factor}`).toHaveProperty('level');
      }
    },
  );

  test('REQ-ORC-010: from a soft start on, are known by the levels that come after it', () => {
    const ramped = therapyOf({ ...AREA, recharge: 'symmetric', rampUpMs: 150 });
    for (const sigmaUa of [0, 6]) {
      const capture = read(idealCapture(ramped, 300_000), { stepUa: 39.0625, sigmaUa, endNs: 300e6 });
      expect(judge(capture, ramped).findings, `${sigmaUa} µA of noise`).toEqual([]);
      expect(capture.levelToleranceUa).toBeLessThan(80);
    }
  });

  test('REQ-ORC-010: whose rest lies half a step off zero have a threshold of that', () => {
    const raised = sampled(idealCapture(PAIR, 300_000), { ...CLEAN, stepUa: 40 }).map(
      ({ timeNs, volts }) => ({
        timeNs,
        volts: volts.map((volt, i) => volt + 20 / CLEAN.channels[i].uaPerVolt),
      }),
    );
    const capture = readSamples(raised);
    expect(capture.measured).toMatchObject({ noiseUa: 0 });
    expect(capture.measured?.zeroUa).toBeCloseTo(20);
    expect(judge(capture, PAIR).findings).toEqual([]);
  });

  test('REQ-ORC-010: are judged exactly where they are columns of currents', () => {
    const rows = sampled(withPulse(1.01), CLEAN).map(
      ({ timeNs, volts: [a, b] }) => `${timeNs},${a * 1000},${b * -2000}`,
    );
    const capture = readCsv(`time_ns,E3_uA,E4_uA\n${rows.join('\n')}\n`);
    expect(capture).toMatchObject({ levelToleranceUa: 0, measured: { converterUa: 0 } });
    expect(judge(capture, PAIR).counts).toHaveProperty('level');
  });

  test('REQ-ORC-010: share the largest grid that fits them, and none that is too coarse', () => {
    expect(stepOf([0, 390, -3900, 1170, 40, 0], 0.1)).toBeCloseTo(10);
    expect(stepOf([0, 39.0625, -3984.375, 1015.625], 0.01)).toBeCloseTo(39.0625);
    expect(stepOf([0, -4000], 0.01)).toBeCloseTo(80);
    expect(stepOf([0, 0, 0], 0.01)).toBe(0);
  });
});

describe('noise that is slower than a sample', () => {
  test('REQ-ORC-010: is seen in rests, allowed for, and hides no pulse that is off by 2 %', () => {
    const noisy = (capture: Capture) => readSamples(withSlowNoise(sampled(capture, CLEAN), 10, 50_000));
    const capture = noisy(idealCapture(PAIR, 300_000));
    expect(capture.measured?.noiseUa).toBeGreaterThan(30);
    expect(capture.measured?.noiseUa).toBeLessThan(80);
    expect(judge(capture, PAIR).findings).toEqual([]);
    expect(judge(noisy(withPulse(1.02)), PAIR).holds).toBe(false);
  });

  test('REQ-ORC-010: is no more than 1.5 % of the greatest level, whatever drifts', () => {
    const drift = Array.from({ length: 5000 }, (_, i) => (i % 1000 < 100 ? 4000 : Math.sin(i / 200) * 300));
    expect(noiseOf(drift)).toBeLessThan(100);
  });
});
