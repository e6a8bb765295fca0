// Judges the mutants of the interlock, prints the score, and writes the result where it is asked to. Exit codes as the
// command line's: 0 nothing is left open, 1 something is, 2 misuse.

import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Progress, say, warn } from '../../host/cli/terminal.ts';
import { grouped, short } from '../../host/report/format.ts';
import { packagePath } from '../../host/therapy/package-files.ts';
import { runCampaign } from './campaign.ts';
import { listMutants, sample } from './quick.ts';
import { leftOpen, type MutationFile, readReasons, summaryOf } from './result-file.ts';

const USAGE =
  'usage: node dist/test/mutation/main.js [--sample <n>] [--seed <n>] [--workers <n>] [--out <file>]';
const BAR_WIDTH = 24;

interface Options {
  /** 0: all of them. */
  readonly sample: number;
  readonly seed: number;
  readonly workers: number;
  readonly out: string | null;
}

/** The options, or the line that says what is wrong with them. */
function optionsOf(argv: readonly string[]): Options | string {
  const number = (text: string | undefined, otherwise: number): number =>
    text === undefined ? otherwise : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        sample: { type: 'string' },
        seed: { type: 'string' },
        workers: { type: 'string' },
        out: { type: 'string' },
      },
    });
    const options = {
      sample: number(values.sample, 0),
      seed: number(values.seed, 1),
      workers: number(values.workers, 2),
      out: values.out ?? null,
    };
    const isWrong = [options.sample, options.seed, options.workers].some(Number.isNaN) || options.workers < 1;
    return isWrong ? USAGE : options;
  } catch (error) {
    return `${(error as Error).message.split('\n')[0]}\n${USAGE}`;
  }
}

function bar(at: string, done: number, total: number): string {
  const full = Math.floor((done / total) * BAR_WIDTH);
  return `mutants  [${'#'.repeat(full)}${'.'.repeat(BAR_WIDTH - full)}]  ${grouped(done)} of ${grouped(total)}  ${at}`;
}

function tell(result: MutationFile): void {
  const { mutants, killedByRuns, killedByProofs, undecided, equivalent, listed, seconds } = result;
  const killed = killedByRuns + killedByProofs;
  say(
    `${grouped(mutants)} mutants: ${grouped(killedByRuns)} killed by quick runs, ${grouped(killedByProofs)} by the proofs,`,
  );
  say(
    `${grouped(equivalent)} equivalent, ${grouped(listed.length)} listed with a reason, of them ${grouped(undecided)} whose proof does not go through.`,
  );
  const open = leftOpen(result);
  for (const { mutant, change, where } of open) say(`  left open: ${mutant}, ${change}: ${where}`);
  // Never rounded up: 100 % is said only where every mutant that differs is killed.
  const score = Math.floor((killed / Math.max(1, mutants - equivalent)) * 1000) / 10;
  say(`Score: ${short(score, 1)} % of those that are not equivalent are killed. ${short(seconds, 0)} s.`);
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (typeof options === 'string') {
    warn(options);
    return 2;
  }
  const { out } = options;
  try {
    // Known before the work, not after it.
    if (out !== null) closeSync(openSync(out, 'a'));
  } catch (error) {
    warn(
      `${out} cannot be written (${(error as NodeJS.ErrnoException).code}): give --out a file in a folder that is there.`,
    );
    return 2;
  }
  const startMs = performance.now();
  const interlock = readFileSync(packagePath('build/interlock.wasm'));
  const stimulator = readFileSync(packagePath('build/stimulator.wasm'));
  const all = await listMutants(interlock);
  const isComplete = options.sample === 0 || options.sample >= all.length;
  const mutants = isComplete ? all : sample(all, options.sample, options.seed);
  const progress = new Progress();
  const judged = await runCampaign({
    interlock,
    stimulator,
    mutants,
    workers: options.workers,
    onProgress: (at, done, total) => progress.update(bar(at, done, total)),
  }).finally(() => progress.clear());
  const seconds = Math.round((performance.now() - startMs) / 100) / 10;
  const result = summaryOf(interlock, judged, readReasons(), seconds, isComplete);
  if (out !== null) writeFileSync(out, `${JSON.stringify(result, null, 1)}\n`);
  tell(result);
  return leftOpen(result).length === 0 ? 0 : 1;
}

process.exitCode = await main();
