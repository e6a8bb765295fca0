// Runs one case from power-on to its verdict and its record.

import { CYCLES_PER_US, createSimulator, type Simulator } from '../../sim/index.ts';
import type { CampaignCase, CampaignFault } from './case.ts';
import { type Driven, drive } from './drive.ts';
import { FaultSchedule, type Struck } from './fault-schedule.ts';
import { caseOf } from './generate.ts';
import { judgeRun, type RunVerdict } from './judge-run.ts';
import type { Phase } from './names.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';

/** Rates of a line that costs little simulated time and that the machine has. */
const BAUD = { wasm: 1_000_000, pico: 921_600 } as const;
const FINDINGS_SHOWN = 3;

/** A run that is over, with the device that it was run on. */
export interface FinishedRun {
  readonly sim: Simulator;
  readonly driven: Driven;
  readonly struck: readonly Struck[];
  readonly verdict: RunVerdict;
}

/** Runs a case on a new device, on the machine and the board that the case names, or else the plan. */
export async function runCase(
  one: CampaignCase,
  plan: Pick<Plan, 'machine' | 'chargeGuard'> = {},
): Promise<FinishedRun> {
  const machine = one.machine ?? plan.machine ?? 'wasm';
  const schedule = new FaultSchedule(one.faults);
  const sim = await createSimulator({
    seed: one.seed,
    machine,
    chargeGuard: one.chargeGuard ?? plan.chargeGuard,
    baud: BAUD[machine],
    firmware: schedule.firmware,
    localFlips: schedule.localFlips,
  });
  schedule.attach(sim);
  const driven = drive(sim, one, schedule);
  const { undefinedOutput } = driven;
  const struck = schedule.struck.filter((one) => hasStruck(sim, one));
  const verdict = judgeRun(sim, one, driven, struck);
  if (undefinedOutput === undefined) return { sim, driven, struck, verdict };
  const hazards = [...verdict.hazards, { kind: 'undefined output', message: undefinedOutput } as const];
  return { sim, driven, struck, verdict: { ...verdict, outcome: 'hazardous', hazards } };
}

/** A bit that waits for its local or its cycle may wait for longer than the run lasts. */
function hasStruck(sim: Simulator, { fault: { fault }, cycle }: Struck): boolean {
  const isSure = fault.kind !== 'local-flip' && fault.kind !== 'register-flip';
  return cycle <= sim.nowCycles && (isSure || sim.flippedAt !== undefined);
}

/** Runs run `n` of a plan. */
export async function runNumber(plan: Plan, n: number): Promise<RunRecord> {
  const one = caseOf(plan, n);
  return recordOf(n, one, await runCase(one, plan));
}

/** The record of a finished run. */
export function recordOf(n: number, one: CampaignCase, run: FinishedRun): RunRecord {
  const { verdict, struck } = run;
  const faults = struck
    .toSorted((a, b) => a.cycle - b.cycle)
    .map(({ fault: { name, fault }, cycle }) => ({
      name,
      phase: phaseAt(run, one, cycle),
      atUs: cycle / CYCLES_PER_US,
      fault,
      ...(isPlaced(fault) && run.sim.flippedAt !== undefined ? { place: run.sim.flippedAt } : {}),
    }));
  const { hazards, findings, outcome, by } = verdict;
  const shown = findings.slice(0, FINDINGS_SHOWN).map(({ rule, atNs, message }) => {
    return `${rule} at ${Math.round(atNs / 10) / 100} µs: ${message}`;
  });
  return {
    n,
    seed: one.seed,
    outcome,
    ...(by === undefined ? {} : { by }),
    ...(hazards.length === 0 ? {} : { hazards: hazards.map(({ message }) => message) }),
    stream: one.stream,
    faults,
    pulses: verdict.pulses,
    chargeNc: verdict.chargeNc,
    phaseNc: verdict.phaseNc,
    offUs: verdict.offUs,
    ...(shown.length === 0 ? {} : { findings: shown, findingsInAll: findings.length }),
  };
}

function isPlaced({ kind }: CampaignFault): boolean {
  return kind === 'local-flip' || kind === 'register-flip' || kind === 'ram-flip';
}

/** What the device was doing at a cycle: what its host had ordered, and what the output showed. */
function phaseAt({ sim, driven }: FinishedRun, one: CampaignCase, cycle: number): Phase {
  const entered = driven.phases.findLast((phase) => phase.cycle <= cycle) ?? { phase: 'boot', cycle: 0 };
  if (entered.phase !== 'arming') return entered.phase;
  const first = firstCurrent(sim, entered.cycle);
  if (first === undefined || first > cycle) return 'arming';
  const rampUs = 1000 * Math.max(0, ...one.therapy.areas.map((area) => area.rampUpMs ?? 0));
  return cycle < first + rampUs * CYCLES_PER_US ? 'ramp' : 'stimulating';
}

/** Cycle of the first current from a cycle on. */
function firstCurrent(sim: Simulator, fromCycle: number): number | undefined {
  for (const { startNs, state } of sim.capture().stretches())
    if (state === 'drive' && startNs >= fromCycle * 8) return startNs / 8;
  return undefined;
}
