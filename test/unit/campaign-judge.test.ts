// What a campaign's judge calls hazardous, late, wrong or safe, on runs that are made to be so.

import { describe, expect, it } from 'vitest';
import type { CampaignCase, PlannedFault } from '../../host/campaign/case.ts';
import { exposureOf } from '../../host/campaign/hazards.ts';
import { runPlots } from '../../host/campaign/plot.ts';
import { flipResult, isFailure } from '../../host/campaign/record.ts';
import { recordOf, runCase } from '../../host/campaign/run-case.ts';
import { CYCLE_NS, CYCLES_PER_US, Mark } from '../../sim/index.ts';

const CASE: CampaignCase = {
  therapy: {
    name: 'judged',
    profile: 'percutaneous-16',
    areas: [
      {
        electrodes: { E3: -1000, E4: 1000 },
        amplitudeUa: 2000,
        phaseUs: 200,
        recharge: 'symmetric',
        rateHz: 100,
      },
    ],
  },
  seed: 7,
  stream: 'plain',
  end: 'stop',
  forMs: 300,
  steps: [],
  faults: [],
};

async function outcome(change: Partial<CampaignCase>, board: Parameters<typeof runCase>[1] = {}) {
  const one = { ...CASE, ...change };
  return recordOf(0, one, await runCase(one, board));
}

const fault = (fault: PlannedFault['fault'], name: PlannedFault['name']): Partial<CampaignCase> => ({
  faults: [{ name, fault, phase: 'stimulating', atPermille: 500 }],
});

describe('the judge of a campaign', () => {
  it('REQ-CMP-105: an undisturbed run passes, with every pulse seen', async () => {
    const record = await outcome({});
    expect(record).toMatchObject({ outcome: 'pass', faults: [] });
    expect(record.pulses).toBeGreaterThan(28);
    expect(record.chargeNc).toBeGreaterThan(380);
    expect(record.chargeNc).toBeLessThan(450);
    expect(isFailure(record)).toBe(false);
  });

  it('REQ-CMP-105: a therapy that the device refuses is refused, with the reason', async () => {
    const areas = [{ ...CASE.therapy.areas[0], amplitudeUa: 25_500, phaseUs: 1000 }];
    const record = await outcome({ therapy: { ...CASE.therapy, areas } });
    expect(record).toMatchObject({ outcome: 'refused', pulses: 0 });
    expect(record.by).toMatch(/^VALIDATE PROGRAM_|^SET_A/);
  });

  it('REQ-CMP-105: a trip, a reset and a cut driver are safe ends, each by its name', async () => {
    const ends = [
      fault({ kind: 'temperature', milliCelsius: 45_000 }, 'overheating'),
      fault({ kind: 'hang', module: 'stimulator' }, 'hung-stimulator'),
      fault({ kind: 'brown-out', durationUs: 100 }, 'brown-out'),
      fault({ kind: 'bit-flip', module: 'interlock', address: 16, bit: 0 }, 'interlock-bit-flip'),
    ];
    const records = await Promise.all(ends.map((one) => outcome(one)));
    expect(records.map((record) => [record.outcome, record.by])).toEqual([
      ['tripped', 'trip TEMPERATURE'],
      ['tripped', 'watchdog'],
      ['tripped', 'brown-out'],
      ['tripped', 'trip INTEGRITY'],
    ]);
    expect(records.map(({ faults }) => faults[0].phase)).toEqual(Array(4).fill('stimulating'));
    expect(flipResult(records[3])).toBe('detected');
  });

  it('REQ-CMP-105: a module that hangs just before the first pulse is ended safely by the watchdog', async () => {
    const hang = { kind: 'hang', module: 'stimulator' } as const;
    const faults = [{ name: 'hung-stimulator', fault: hang, phase: 'arming', atPermille: 700 }] as const;
    expect(await outcome({ faults })).toMatchObject({ outcome: 'tripped', by: 'watchdog', pulses: 0 });
  });

  it('REQ-CMP-105: what was wrong before a fault is not excused by it', async () => {
    // Another rate than the one that was programmed: every pulse is off, a trip at the end or not.
    const one = { ...CASE, ...fault({ kind: 'temperature', milliCelsius: 45_000 }, 'overheating') };
    const run = await runCase(one);
    const { judgeRun } = await import('../../host/campaign/judge-run.ts');
    const areas = [{ ...CASE.therapy.areas[0], rateHz: 90 }];
    const other = { ...one, therapy: { ...one.therapy, areas } };
    expect(judgeRun(run.sim, one, run.driven, run.struck).outcome).toBe('tripped');
    expect(judgeRun(run.sim, other, run.driven, run.struck).outcome).toBe('wrong');
  });

  it('REQ-CMP-105: a clock that drifts makes a therapy late, a lead that breaks unnoticed a wrong one', async () => {
    const drift = await outcome(fault({ kind: 'clock-drift', ppm: 500 }, 'clock-drift'));
    expect(drift.outcome).toBe('late');
    // Phases under 20 µs are not read back.
    const areas = [{ ...CASE.therapy.areas[0], phaseUs: 15 }];
    const broken = await outcome({
      ...fault({ kind: 'broken-lead', electrode: 2 }, 'broken-lead'),
      therapy: { ...CASE.therapy, areas },
    });
    expect(broken).toMatchObject({ outcome: 'wrong', findingsInAll: 1 });
    const elsewhere = await outcome(fault({ kind: 'broken-lead', electrode: 9 }, 'broken-lead'));
    expect(elsewhere.outcome).toBe('pass');
  });

  it('REQ-CMP-104: more than 5080 nC on an electrode is hazardous, however the device ends', async () => {
    const areas = [{ ...CASE.therapy.areas[0], phaseUs: 900, rateHz: 40 }];
    const stuck = {
      ...fault({ kind: 'stuck-dac', electrode: 3, levelUa: 25_000 }, 'stuck-dac'),
      therapy: { ...CASE.therapy, areas: [{ ...areas[0], electrodes: { E4: -1000, CASE: 1000 } as const }] },
    };
    expect(await outcome(stuck)).toMatchObject({ outcome: 'tripped', by: 'charge guard' });
    const record = await outcome(stuck, { chargeGuard: false });
    expect(record.outcome).toBe('hazardous');
    expect(record.chargeNc).toBeGreaterThan(5080);
    expect(record.hazards?.[0]).toMatch(/nC not recovered; 5080 nC at most/);
    expect(isFailure(record)).toBe(true);
  });

  it('REQ-CMP-104: current more than 1 ms after an ESTOP is hazardous, and 1 ms is not', async () => {
    const { sim } = await runCase(CASE);
    let lastNs = 0;
    for (const { endNs, state } of sim.capture().stretches()) if (state === 'drive') lastNs = endNs;
    const lastCycle = lastNs / CYCLE_NS;
    // An ESTOP that the device never had, as if it had come so long before the last pulse's end.
    const exposed = (beforeUs: number) => {
      const cycle = lastCycle - beforeUs * CYCLES_PER_US;
      const order = { kind: 'estop', session: 1, sequence: 1 } as const;
      return exposureOf(sim, [{ order, cycle, isTaken: false }]);
    };
    expect(exposed(1001).hazards.map(({ message }) => message)).toEqual([
      'current 1001 µs after ESTOP; 1000 µs at most',
    ]);
    expect(exposed(1001).offUs).toBe(1001);
    expect(exposed(1000).hazards).toEqual([]);
    expect(exposed(-1).offUs).toBe(0);
  });

  it('REQ-CMP-104: a magnet that comes while it stimulates ends the current at once, and a new START is judged anew', async () => {
    const record = await outcome({
      stream: 'magnet',
      steps: [{ kind: 'magnet', atMs: 150, forMs: 40 }],
      forMs: 600,
    });
    expect(record).toMatchObject({ outcome: 'pass', faults: [] });
    const run = await runCase({
      ...CASE,
      stream: 'magnet',
      steps: [{ kind: 'magnet', atMs: 150, forMs: 40 }],
      forMs: 600,
    });
    const [magnet] = run.sim.trace?.marks(Mark.MAGNET) ?? [];
    expect(magnet.cycle).toBeGreaterThan(150_000 * CYCLES_PER_US);
    expect(run.verdict.commands.map(({ kind }) => kind)).toEqual(['start', 'magnet', 'start', 'stop']);
  });
});

describe('the plots of a campaign', () => {
  it('REQ-CMP-106: a run of tens of thousands of segments is drawn', async () => {
    const areas = [{ ...CASE.therapy.areas[0], phaseUs: 30, rateHz: 4000 }];
    const run = await runCase({ ...CASE, forMs: 4000, therapy: { ...CASE.therapy, areas } });
    expect(run.verdict.pulses).toBeGreaterThan(15_000);
    const [whole] = runPlots(run);
    expect(whole.svg).toMatch(/^<svg /);
  });
});
