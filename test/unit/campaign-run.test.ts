// A run of a plan: made from its number alone, the same however and whenever it is run.

import { describe, expect, it } from 'vitest';
import { caseOf } from '../../host/campaign/generate.ts';
import { FAULT_NAMES, STREAM_NAMES } from '../../host/campaign/names.ts';
import { checkPlan, findPlan, PLANS } from '../../host/campaign/plan.ts';
import { runNumber } from '../../host/campaign/run-case.ts';

const QUICK = findPlan('quick');

describe('the runs of a plan', () => {
  it('REQ-CMP-102: a run is the same after any others, and differs with seed and number', async () => {
    const first = await runNumber(QUICK, 5);
    await runNumber(QUICK, 6);
    expect(JSON.stringify(await runNumber(QUICK, 5))).toBe(JSON.stringify(first));
    expect(caseOf(QUICK, 5)).toEqual(caseOf({ ...QUICK, runs: 6 }, 5));
    expect(caseOf(QUICK, 6)).not.toEqual(caseOf(QUICK, 5));
    expect(caseOf({ ...QUICK, seed: 2 }, 5)).not.toEqual(caseOf(QUICK, 5));
  });

  it('REQ-CMP-102: the quick plan comes to every fault and every command stream', () => {
    const faults = new Set<string>();
    const streams = new Set<string>();
    for (let n = 0; n < QUICK.runs; n++) {
      const one = caseOf(QUICK, n);
      streams.add(one.stream);
      for (const { name } of one.faults) faults.add(name);
      if (one.faults.length === 0) faults.add('none');
    }
    expect([...faults].sort()).toEqual([...FAULT_NAMES].sort());
    expect([...streams].sort()).toEqual([...STREAM_NAMES].sort());
  });

  it('REQ-CMP-102: a plan of flips takes every bit of its bytes once at each moment', () => {
    const plan = checkPlan(
      {
        name: 'some',
        seed: 3,
        runs: 64,
        durationMs: 100,
        flips: { module: 'interlock', address: 16, bytes: 4, moments: 2 },
      },
      'some',
    );
    const bits = Array.from({ length: plan.runs }, (_, n) => {
      const { fault } = caseOf(plan, n).faults[0];
      return fault.kind === 'flip-between-calls' ? `${Math.floor(n / 32)} ${fault.address} ${fault.bit}` : '';
    });
    expect(new Set(bits).size).toBe(64);
    expect(caseOf(plan, 0).therapy).toEqual(caseOf(plan, 31).therapy);
  });

  it('REQ-CMP-101: every plan that ships passes its schema', () => {
    for (const name of PLANS) expect(findPlan(name).name).toBe(name);
  });
});
