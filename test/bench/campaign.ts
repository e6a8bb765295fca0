// Campaigns: runs of a second of therapy a minute, what a second worker brings, and how many of the faulted runs are hazardous.

import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAULT_NAMES } from '../../host/campaign/names.ts';
import { findPlan, type Plan } from '../../host/campaign/plan.ts';
import { openPool } from '../../host/campaign/pool.ts';
import type { RunRecord } from '../../host/campaign/record.ts';
import { Results } from '../../host/campaign/results.ts';
import { tallyOf } from '../../host/campaign/tally.ts';
import type { Figure } from './figure.ts';

/** Runs that are timed, and the aim: 10,000 runs of 1 s within 5 minutes on two cores. */
const RUNS = 3000;
const AIM_RUNS_A_MINUTE = 10_000 / 5;
const AIM_SPEED_UP = 1.8;
/** Threads start, load the firmware and get compiled before the clock runs. */
const WARM_UP_RUNS = 2000;

/** Runs a minute, records on disk included, on so many threads; `keep` gets every record. */
async function runsAMinute(plan: Plan, jobs: number, keep: (record: RunRecord) => void): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'stimgate-bench-'));
  const pool = openPool(jobs, true);
  const { signal } = new AbortController();
  try {
    await pool.run({ ...plan, seed: plan.seed + 1 }, range(WARM_UP_RUNS), () => {}, signal);
    const results = Results.open(folder, plan);
    const from = performance.now();
    await pool.run(
      plan,
      range(RUNS),
      (record) => {
        results.add(record);
        keep(record);
      },
      signal,
    );
    results.finish();
    return (RUNS * 60_000) / (performance.now() - from);
  } finally {
    await pool.close();
    rmSync(folder, { recursive: true });
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** Takes about as long as 10,000 runs on one thread. */
export async function benchCampaign(): Promise<Figure[]> {
  const full = findPlan('full');
  const records: RunRecord[] = [];
  const one = await runsAMinute(full, 1, () => {});
  const two = await runsAMinute(full, 2, (record) => records.push(record));
  const { counts, faulted } = tallyOf(records);
  const others = FAULT_NAMES.filter((name) => name !== 'none').length;
  return [
    {
      name: 'runs of 1 s of therapy, two worker threads',
      value: two,
      unit: 'runs/min',
      reference: '10,000 in 5 min',
      ratio: two / AIM_RUNS_A_MINUTE,
      aim: { least: AIM_RUNS_A_MINUTE },
      limit: 'the firmware in V8, then the oracle and the body',
    },
    {
      name: 'two worker threads against one',
      value: two / one,
      unit: '×',
      reference: `one thread, ${cpus().length} processors`,
      ratio: two / one,
      aim: { least: AIM_SPEED_UP },
      limit: 'V8’s own threads, which collect garbage for a worker that has a processor to spare',
    },
    {
      name: 'hazardous outcomes',
      value: counts.hazardous,
      unit: 'runs',
      reference: `${faulted} runs with one of ${others} faults`,
      ratio: counts.hazardous / faulted,
      aim: { most: 0 },
      limit: 'what a single fault can do past every measure',
    },
  ];
}
