// Campaigns of the whole device: nothing fails where nothing is broken, and bits of the interlock's state that flip are found.

import { describe, expect, it } from 'vitest';
import { INTERLOCK_STATE } from '../../host/campaign/faults.ts';
import { STREAM_NAMES } from '../../host/campaign/names.ts';
import type { Plan } from '../../host/campaign/plan.ts';
import { flipResult, type RunRecord } from '../../host/campaign/record.ts';
import { runNumber } from '../../host/campaign/run-case.ts';

const SEED = 20_261_130;

async function recordsOf(plan: Plan, numbers: Iterable<number>): Promise<RunRecord[]> {
  const records: RunRecord[] = [];
  for (const n of numbers) records.push(await runNumber(plan, n));
  return records;
}

describe('campaigns', () => {
  it('REQ-CMP-105: without a fault every run passes or is refused, whatever the host does', async () => {
    const streams = Object.fromEntries(STREAM_NAMES.map((name) => [name, name === 'silence' ? 0.2 : 1]));
    const plan: Plan = { name: 'whole', seed: SEED, runs: 500, durationMs: 250, streams };
    const records = await recordsOf(plan, Array.from({ length: plan.runs }, (_, n) => n).values());
    expect(records.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'refused')).toEqual([]);
    expect(records.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(350);
    expect(records.reduce((sum, { pulses }) => sum + pulses, 0)).toBeGreaterThan(20_000);
  }, 120_000);

  it('REQ-CMP-107: a bit of the interlock’s state that flips between calls is detected, at any moment', async () => {
    const flips = { module: 'interlock', ...INTERLOCK_STATE, moments: 4 } as const;
    const runs = INTERLOCK_STATE.bytes * 8 * flips.moments;
    const plan: Plan = { name: 'flips', seed: SEED, runs, durationMs: 100, flips };
    // A prime step goes round all bytes and bits; the plan `flips` takes them all.
    const numbers = Array.from({ length: 400 }, (_, i) => (i * 4733) % runs);
    const records = await recordsOf(plan, numbers);
    const results = records.map(flipResult);
    expect(results.filter((result) => result !== 'detected')).toEqual([]);
    expect(records.every(({ chargeNc }) => chargeNc < 5080)).toBe(true);
    expect(new Set(records.map(({ faults }) => faults[0].phase)).size).toBeGreaterThan(1);
  }, 120_000);
});
