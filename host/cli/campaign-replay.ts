// `stimgate campaign <plan> --replay <run>`: one run again, to the same end, with its trace and its plot.

import { basename, join } from 'node:path';
import type { CampaignCase } from '../campaign/case.ts';
import { loadCase } from '../campaign/case-file.ts';
import { caseOf } from '../campaign/generate.ts';
import { failureText } from '../campaign/junit.ts';
import { OUTCOME_WORDS } from '../campaign/names.ts';
import type { Named } from '../campaign/outcome-files.ts';
import { runPlots } from '../campaign/plot.ts';
import { isFailure, type RunRecord } from '../campaign/record.ts';
import { type FinishedRun, recordOf, runCase } from '../campaign/run-case.ts';
import { writeText } from '../report/write-file.ts';
import { Exit, UsageError } from './exit.ts';
import { say, sayJson, shownPath } from './terminal.ts';
import { writeTraces } from './trace-files.ts';

interface Replayed {
  /** Number of the run, −1 for a case from a file. */
  readonly n: number;
  readonly name: string;
  readonly one: CampaignCase;
}

/** Runs it; returns the exit code. `what`: the number of a run of the plan, or the file of a case. */
export async function replay(named: Named, what: string, json?: boolean): Promise<number> {
  const { n, name, one } = chosen(named, what);
  const run = await rerun(named, what, one);
  const record = recordOf(n, one, run);
  const files = writeFiles(named.folder, name, run);
  if (json) sayJson({ record, case: one, findings: run.verdict.findings, files });
  else tell(record, one, files);
  return isFailure(record) ? Exit.FAILED : Exit.HOLDS;
}

/** A case from a file may ask for a fault that no simulator knows. */
async function rerun({ plan }: Named, what: string, one: CampaignCase): Promise<FinishedRun> {
  try {
    return await runCase(one, plan);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    throw new UsageError(`${what}: ${error.message.split('\n')[0]}`);
  }
}

function chosen({ plan }: Named, what: string): Replayed {
  if (!/^\d+$/.test(what)) return { n: -1, name: `${basename(what, '.json')}-case`, one: loadCase(what) };
  const n = Number(what);
  if (n >= plan.runs)
    throw new UsageError(`--replay: there is no run ${what}; the plan has 0 to ${plan.runs - 1}`);
  return { n, name: what, one: caseOf(plan, n) };
}

function writeFiles(folder: string, name: string, run: FinishedRun): string[] {
  const vcd = join(folder, `replay-${name}.vcd`);
  writeTraces(run.sim, [{ path: vcd, logicOnly: false }], run.verdict.commands);
  const plots = runPlots(run).map(({ svg }, index) => {
    const path = join(folder, `replay-${name}${index === 0 ? '' : '-moment'}.svg`);
    writeText(path, svg);
    return path;
  });
  return [vcd, ...plots];
}

function tell(record: RunRecord, one: CampaignCase, files: readonly string[]): void {
  const areas = one.therapy.areas.length === 1 ? '1 area' : `${one.therapy.areas.length} areas`;
  say(`${areas}, ${record.stream}, ${record.pulses} pulses, seed ${record.seed}`);
  for (const { name, phase, atUs, fault, place } of record.faults) {
    const where = place === undefined ? '' : `, ${place}`;
    say(`${name} while ${phase}, at ${atUs} µs: ${JSON.stringify(fault)}${where}`);
  }
  say(`largest charge ${record.chargeNc} nC, largest phase ${record.phaseNc} nC`);
  const ended = record.by === undefined ? '' : ` (${record.by})`;
  say(`${isFailure(record) ? failureText(record) : OUTCOME_WORDS[record.outcome]}${ended}`);
  for (const text of [...(record.hazards ?? []), ...(record.findings ?? [])]) say(`  ${text}`);
  for (const file of files) say(`Wrote ${shownPath(file)}`);
}
