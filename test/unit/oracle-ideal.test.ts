// The oracle finds nothing in ideal output, and measures it right.

import { describe, expect, test } from 'vitest';
import { judge, judgeLimits, MemoryCapture } from '../oracle/index.ts';
import { captureOf, idealCapture, idealPulses } from './fixtures/ideal-waveform.ts';
import { ASYMMETRIC, BURST, CYCLED, FAST, RAMPED, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

const THERAPIES = {
  tonic: therapyOf(TONIC),
  burst: therapyOf(BURST),
  ramped: therapyOf(RAMPED),
  cycled: therapyOf(CYCLED),
  fast: therapyOf(FAST),
  asymmetric: therapyOf(ASYMMETRIC),
  'passive with a gap': therapyOf({ ...BURST, interphaseGapUs: 100 }),
  'two areas': therapyOf(TONIC, FAST),
  'three areas, one cycled': therapyOf({ ...CYCLED, rateHz: 33.333 }, { ...BURST, rateHz: 20 }, ASYMMETRIC),
};

describe('ideal output', () => {
  for (const [name, therapy] of Object.entries(THERAPIES)) {
    test(`REQ-ORC-001: nothing is found in ${name}`, () => {
      const capture = idealCapture(therapy, 7_000_000);
      const verdict = judge(capture, therapy);
      expect(verdict.findings).toEqual([]);
      expect(verdict.holds).toBe(true);
      expect(verdict.totals.startNs).toBe(65_000_000);
      const pulses = idealPulses(therapy, 7_000_000);
      expect(verdict.totals.pulses).toBe(pulses.length);
      for (const area of verdict.areas) {
        const own = pulses.filter((pulse) => pulse.area === area.area);
        expect(area.pulses).toBe(own.length);
        expect(area.onsetErrorNsMax).toBe(0);
        expect(area.delayUsMax).toBe(Math.max(...own.map((pulse) => pulse.onsetUs - pulse.idealUs)));
        expect(area.measured.phaseUs).toBe(area.programmed.phaseUs);
        expect(area.measured.amplitudeUa).toBe(area.programmed.amplitudeUa);
        expect(area.measured.chargePerPhasePc).toBe(area.programmed.chargePerPhasePc);
        expect(area.measured.rateHz).toBeCloseTo(area.programmed.rateHz!, 2);
      }
    });
  }

  test('REQ-ORC-001: the limits hold for it', () => {
    const limits = judgeLimits(idealCapture(THERAPIES['two areas'], 2_000_000));
    expect(limits.findings).toEqual([]);
    expect(limits.peaks.amplitudeUa).toBe(4010);
    expect(limits.peaks.phasePc).toBe(4010 * 300);
  });

  test('REQ-ORC-001: a capture that starts after the first pulses is judged from where it starts', () => {
    const therapy = THERAPIES.ramped;
    const pulses = idealPulses(therapy, 3_000_000).slice(3);
    const verdict = judge(captureOf(pulses, 3_000_000, -pulses[0].onsetUs), therapy);
    expect(verdict.findings).toEqual([]);
  });

  test('REQ-ORC-001: no output is found to be none', () => {
    const capture = new MemoryCapture();
    capture.add(1e9, 'recharge', new Array(17).fill(0));
    expect(judge(capture, THERAPIES.tonic).findings.map((finding) => finding.rule)).toEqual(['no-output']);
  });

  test('REQ-ORC-002: 100,000 pulses at a crooked rate near 10 kHz show no drift, a drift of 1 µs is found', () => {
    const therapy = therapyOf({ ...FAST, rateHz: 9999.99, amplitudeUa: 1000, phaseUs: 20 });
    const capture = idealCapture(therapy, 10_000_000);
    const verdict = judge(capture, therapy);
    expect(verdict.holds).toBe(true);
    expect(verdict.totals.pulses).toBeGreaterThan(99_000);
    expect(judge(capture, therapyOf({ ...therapy.areas[0], rateHz: 10_000 })).findings[0].rule).toBe('onset');
  });
});
