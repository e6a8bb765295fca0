// `stimgate campaign`: a plan's runs on the embedded pool, each judged; records, JUnit XML and a page; or one of its runs
// again, with its trace and plot.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Command as CommandLine } from 'commander';
import { allFlips } from '../campaign/flips.ts';
import { failureText } from '../campaign/junit.ts';
import { OUTCOME_WORDS, OUTCOMES } from '../campaign/names.ts';
import {
  type Named,
  type OutcomeFiles,
  quoted,
  replayCommand,
  writeOutcome,
} from '../campaign/outcome-files.ts';
import { summaryText } from '../campaign/page.ts';
import { findPlan, PLANS, type Plan } from '../campaign/plan.ts';
import { openPool, type Pool } from '../campaign/pool.ts';
import { shownUrl } from '../campaign/queue.ts';
import { openRemote } from '../campaign/remote.ts';
import { Results } from '../campaign/results.ts';
import { type Tally, tallyOf } from '../campaign/tally.ts';
import { LinkError } from '../link/errors.ts';
import { parseJobs, parseRuns, parseSeed } from './arguments.ts';
import { replay } from './campaign-replay.ts';
import { Exit, fileWords, UsageError } from './exit.ts';
import { catchInterrupt } from './interrupt.ts';
import { Progress, paintFor, say, sayJson, shownPath } from './terminal.ts';
import { packageVersion } from './version.ts';
import { checkedUrl } from './worker.ts';

export interface CampaignOptions {
  readonly out?: string;
  readonly runs?: number;
  readonly seed?: number;
  readonly jobs: number;
  readonly redis?: string;
  readonly resume?: boolean;
  readonly anew?: boolean;
  readonly replay?: string;
  readonly json?: boolean;
}

const FAILURES_TOLD = 10;

export function addCampaign(program: CommandLine): void {
  program
    .command('campaign')
    .description('many seeded runs of generated therapies, commands and faults, each judged')
    .argument('<plan>', `a plan's file, or one that ships: ${PLANS.join(', ')}`)
    .option('--out <folder>', 'where the results go (default: out/campaign-<name of the plan>)')
    .option('--runs <n>', 'how many runs, in place of the plan’s', parseRuns)
    .option('--seed <n>', 'seed of the campaign, in place of the plan’s', parseSeed)
    .option('--jobs <n>', 'worker threads', parseJobs, availableParallelism())
    .option('--redis <url>', 'have the runs made by `stimgate worker` processes that share this Redis')
    .option('--resume', 'go on with a campaign that was interrupted')
    .option('--anew', 'throw away what the folder holds of another campaign, or of one that was interrupted')
    .option('--replay <run>', 'one run again, by its number or the file of its case, with trace and plot')
    .option('--json', 'print one JSON document')
    .action(async (named: string, options: CampaignOptions) => {
      process.exitCode = await campaign(named, options);
    });
}

/** Runs a campaign, or one run of it; returns the exit code. */
export async function campaign(plan: string, options: CampaignOptions): Promise<number> {
  const named = nameOf(plan, options);
  if (options.replay !== undefined && options.redis !== undefined)
    throw new UsageError('--replay makes its run here: leave out --redis');
  if (options.replay !== undefined) return replay(named, options.replay, options.json);
  if (options.resume && options.anew)
    throw new UsageError('--resume goes on, --anew begins again: give one of them');
  const remote = options.redis === undefined ? undefined : await openRemote(checkedUrl(options.redis));
  const progress = new Progress(options.json);
  const interrupt = catchInterrupt();
  const pool = openPool(options.jobs);
  try {
    const { signal } = interrupt;
    const results = Results.open(named.folder, named.plan, options);
    if (results.replaced > 0 && !options.json)
      say(`${shownPath(named.folder)} holds this campaign: its ${results.replaced} runs are made again`);
    await sayingKept(named.plan, results, () =>
      runAll(named.plan, results, remote ?? pool, progress, signal),
    );
    const tally = tallyOf(results.records.values());
    if (signal.aborted) return interrupted(named, tally, options);
    const files = await sayingKept(named.plan, results, () =>
      writeOutcome(named, tally, pool, (done, of) => {
        progress.update(`the failures are made simpler: ${done} of ${of}`);
      }),
    );
    progress.clear();
    tell(named, tally, files, options);
    return tally.failures.length > 0 ? Exit.FAILED : Exit.HOLDS;
  } finally {
    progress.clear();
    interrupt.release();
    await remote?.close();
    await pool.close();
  }
}

function nameOf(plan: string, { out, runs, seed }: CampaignOptions): Named {
  if (out?.trim() === '') throw new UsageError('--out: the path is empty; name a folder');
  const found = findPlan(plan);
  const changed: Plan = {
    ...found,
    ...(runs === undefined ? {} : { runs }),
    ...(seed === undefined ? {} : { seed }),
  };
  const all = changed.flips && allFlips(changed.flips);
  if (all !== undefined && changed.runs > found.runs)
    throw new UsageError(`--runs: ${plan} has ${found.runs} bits and moments, no more`);
  const asGiven = [
    plan,
    ...(runs === undefined ? [] : [`--runs ${runs}`]),
    ...(seed === undefined ? [] : [`--seed ${seed}`]),
  ].join(' ');
  return {
    plan: changed,
    asGiven,
    folder: out ?? join('out', `campaign-${found.name}`),
    version: packageVersion(),
  };
}

async function runAll(
  plan: Plan,
  results: Results,
  pool: Pick<Pool, 'run'>,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const missing = results.missing(plan.runs);
  const counts = new Map<string, number>();
  for (const { outcome } of results.records.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  try {
    await pool.run(
      plan,
      missing,
      (record) => {
        results.add(record);
        counts.set(record.outcome, (counts.get(record.outcome) ?? 0) + 1);
        const seen = OUTCOMES.filter((one) => counts.has(one)).map(
          (one) => `${counts.get(one)} ${OUTCOME_WORDS[one]}`,
        );
        progress.update(`${results.records.size} of ${plan.runs}: ${seen.join(', ')}`);
      },
      signal,
    );
  } finally {
    results.finish();
  }
}

/** Adds to an error of the line or of the disk what is left of the campaign. */
async function sayingKept<T>(plan: Plan, results: Results, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const kept = `${results.records.size} of ${plan.runs} runs are kept, --resume goes on`;
    if (error instanceof LinkError)
      throw new LinkError(error.fault, `${error.message}: ${kept}`, { cause: error });
    const { code, path } = error as NodeJS.ErrnoException;
    if (code === undefined || path === undefined) throw error;
    throw new UsageError(`${path}: ${fileWords(error)}: ${kept}`, { cause: error });
  }
}

function interrupted(named: Named, tally: Tally, { json, jobs, redis }: CampaignOptions): number {
  const { asGiven, folder, plan } = named;
  const where = redis === undefined ? `--jobs ${jobs}` : `--redis ${shownUrl(redis)}`;
  const again = `npx stimgate campaign ${asGiven} --out ${quoted(folder)} ${where} --resume`;
  const message = `interrupted after ${tally.runs} of ${plan.runs} runs, all of them kept: ${again} goes on`;
  if (json) sayJson({ error: message, exit: Exit.INTERRUPTED, runs: tally.runs, outcomes: tally.counts });
  else say(message);
  return Exit.INTERRUPTED;
}

function tell(named: Named, tally: Tally, files: OutcomeFiles, { json }: CampaignOptions): void {
  if (json) {
    sayJson(documentOf(named, tally, files));
    return;
  }
  const paint = paintFor(process.stdout);
  for (const outcome of OUTCOMES) {
    const isBad = outcome === 'hazardous' && tally.counts.hazardous > 0;
    const line = `${OUTCOME_WORDS[outcome].padEnd(15)}${String(tally.counts[outcome]).padStart(9)}`;
    say(isBad ? paint('red', line) : line);
  }
  for (const [name, results] of tally.flips) {
    const told = Object.entries(results).map(([result, count]) => `${count} ${result}`);
    say(`${name}s: ${told.join(', ')}`);
  }
  say();
  say(paint(tally.failures.length > 0 ? 'red' : 'green', summaryText(tally)));
  for (const record of tally.failures.slice(0, FAILURES_TOLD)) {
    say(`  run ${record.n}: ${failureText(record)}`);
    say(`    ${replayCommand(named, record.n)}`);
  }
  if (tally.failures.length > FAILURES_TOLD) say(`  … and ${tally.failures.length - FAILURES_TOLD} more`);
  say(`Report: ${shownPath(files.report)}`);
}

function documentOf(named: Named, tally: Tally, files: OutcomeFiles): unknown {
  return {
    plan: named.plan,
    runs: tally.runs,
    faulted: tally.faulted,
    holds: tally.failures.length === 0,
    outcomes: tally.counts,
    matrix: Object.fromEntries([...tally.cells].map(([fault, row]) => [fault, Object.fromEntries(row)])),
    flips: Object.fromEntries(tally.flips),
    failures: tally.failures.map((record) => ({ ...record, replay: replayCommand(named, record.n) })),
    folder: named.folder,
    report: files.report,
    junit: files.junit,
  };
}
