// Judging a device by its own word: DELIVERED batches against the therapy.

import { describe, expect, it } from 'vitest';
import { judgeDelivered } from '../../host/cli/delivered-judge.ts';
import type { DeliveredBatch } from '../../host/device/delivered.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';

const THERAPY = loadPreset('tonic');

function batch(changes: Partial<DeliveredBatch>): DeliveredBatch {
  const base = {
    area: 0,
    thinned: false,
    burstPulses: 1,
    count: 5,
    firstIndex: 1,
    delayUs: 0,
    firstOnsetUs: 20_500,
  };
  return { ...base, rateMhz: 50_000, intraRateMhz: 0, total: 5, amplitudeUa: 1000, ...changes };
}

const rules = (batches: DeliveredBatch[], therapy: Therapy = THERAPY): string[] =>
  judgeDelivered(therapy, batches).findings.map((finding) => finding.rule);

describe('REQ-HST-106: without a capture the device is judged by what it reports', () => {
  const second = { firstIndex: 6, firstOnsetUs: 120_500, total: 10, amplitudeUa: 4000 };

  it('batches that follow each other hold', () => {
    const verdict = judgeDelivered(THERAPY, [batch({}), batch(second)]);
    expect(verdict.findings).toEqual([]);
    expect(verdict.areas[0].seen).toEqual({ pulses: 10, rateHz: 50, onsetErrorNs: 0, delayUs: 0 });
  });

  it('a delayed pulse is no error; an onset off its instant is', () => {
    expect(rules([batch({}), batch({ ...second, delayUs: 40, firstOnsetUs: 120_540 })])).toEqual([]);
    expect(rules([batch({}), batch({ ...second, firstOnsetUs: 120_501 })])).toEqual(['onset']);
  });

  it('a hole in the counts, too high an amplitude, no pulse at all', () => {
    expect(rules([batch({}), batch({ ...second, total: 11 })])).toEqual(['pulse-missing']);
    expect(rules([batch({ amplitudeUa: 4010 })])).toEqual(['level']);
    expect(rules([])).toEqual(['no-output']);
    expect(judgeDelivered(THERAPY, [], () => false).findings).toEqual([]);
  });

  it('any number of batches is judged', () => {
    const many = Array.from({ length: 200_000 }, (_, index) =>
      batch({ firstIndex: index * 5 + 1, firstOnsetUs: index * 100_000 + 20_500, total: (index + 1) * 5 }),
    );
    expect(judgeDelivered(THERAPY, many)).toMatchObject({
      findings: [],
      areas: [{ seen: { pulses: 1_000_000 } }],
    });
  });

  it('a new on-window of a cycle counts from its own start', () => {
    const area = { ...THERAPY.areas[0], cycle: { onMs: 1000, offMs: 500 } };
    const window = batch({ firstIndex: 0, firstOnsetUs: 3_000_500, total: 10 });
    expect(rules([batch({}), window], { ...THERAPY, areas: [area] })).toEqual([]);
  });
});
