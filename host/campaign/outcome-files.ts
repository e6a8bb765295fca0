// What a campaign leaves beside its records: JUnit XML, the HTML page, and for each failure its shrunk case and plot.

import { join } from 'node:path';
import { writeText } from '../report/write-file.ts';
import type { CampaignCase } from './case.ts';
import { junitXml } from './junit.ts';
import { campaignPage, type ShownFailure } from './page.ts';
import type { Plan } from './plan.ts';
import { runPlots } from './plot.ts';
import type { Pool } from './pool.ts';
import type { RunRecord } from './record.ts';
import { runCase } from './run-case.ts';
import type { Tally } from './tally.ts';

/** Failures that are shrunk and drawn; the others are listed. */
export const FAILURES_SHOWN = 12;

export interface OutcomeFiles {
  readonly junit: string;
  readonly report: string;
}

/** A campaign as its user named it, for the commands that run a part of it again. */
export interface Named {
  readonly plan: Plan;
  /** The plan's file or name, and the options that changed it. */
  readonly asGiven: string;
  readonly folder: string;
  readonly version: string;
}

/** The command that runs run `n` again. */
export function replayCommand(
  { asGiven, folder }: Pick<Named, 'asGiven' | 'folder'>,
  what: number | string,
): string {
  return `npx stimgate campaign ${asGiven} --replay ${typeof what === 'number' ? what : quoted(what)} --out ${quoted(folder)}`;
}

/** A path as a shell takes it. */
export function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

/** Writes them; `onShrunk` is told before each failure. Throws the file system's error. */
export async function writeOutcome(
  named: Named,
  tally: Tally,
  pool: Pool,
  onShrunk: (done: number, of: number) => void,
): Promise<OutcomeFiles> {
  const { folder, plan } = named;
  const shown: ShownFailure[] = [];
  const first = tally.failures.slice(0, FAILURES_SHOWN);
  let done = 0;
  const shrunk = await Promise.all(
    first.map(async (record) => {
      const one = await pool.shrink(plan, record.n);
      onShrunk(++done, first.length);
      return one;
    }),
  );
  for (const [index, record] of first.entries()) shown.push(await shownFailure(named, record, shrunk[index]));
  const files = { junit: join(folder, 'junit.xml'), report: join(folder, 'report.html') };
  writeText(
    files.junit,
    junitXml(`stimgate campaign ${plan.name}`, tally, (record) => replayCommand(named, record.n)),
  );
  writeText(files.report, campaignPage({ plan, version: named.version, tally, failures: shown }));
  return files;
}

async function shownFailure(named: Named, record: RunRecord, shrunk: CampaignCase): Promise<ShownFailure> {
  const path = join(named.folder, 'cases', `${record.n}.json`);
  writeText(path, `${JSON.stringify(shrunk, null, 2)}\n`);
  const run = await runCase(shrunk, named.plan);
  return {
    record,
    shrunk,
    plots: runPlots(run),
    replay: replayCommand(named, record.n),
    replayShrunk: replayCommand(named, path),
  };
}
