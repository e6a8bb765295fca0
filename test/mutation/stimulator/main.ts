// Puts mutants of the stimulator's binary to the property suite, prints the kill score and the survivors, and writes them where
// it is asked to: `npm run mutants:stimulator -- --sample 200 --seed 1 --out test/mutation/stimulator/result.json`. Exit codes as the command line's:
// 0 judged, 2 misuse. What survives either changes nothing that anybody can see, or says what the suite does not look at.

import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Progress, say, warn } from '../../../host/cli/terminal.ts';
import { packagePath } from '../../../host/therapy/package-files.ts';
import { openMutants } from '../mutants.ts';
import { sample } from '../quick.ts';
import { passes, Suites, type SuiteVerdict } from './suite.ts';

const USAGE =
  'usage: node dist/test/mutation/stimulator/main.js [--sample <n>] [--seed <n>] [--workers <n>] [--out <file>]';

export interface Survivor {
  readonly mutant: string;
  readonly change: string;
}

/** What `--out` writes. */
export interface StimulatorMutation {
  /** Mutants that there are, and how many of them were drawn with which seed. */
  readonly mutants: number;
  readonly sampled: number;
  readonly seed: number;
  readonly killed: number;
  readonly survivors: readonly Survivor[];
}

interface Options {
  readonly sample: number;
  readonly seed: number;
  readonly workers: number;
  readonly out: string | undefined;
}

/** The options; undefined for such as cannot be. */
function optionsOf(argv: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: { sample: text, seed: text, workers: text, out: text },
    });
    const whole = (value: string | undefined, otherwise: number): number =>
      value === undefined ? otherwise : /^\d+$/.test(value) ? Number(value) : Number.NaN;
    const { out } = values;
    const options = {
      sample: whole(values.sample, 200),
      seed: whole(values.seed, 1),
      workers: whole(values.workers, 2),
      out,
    };
    const isWrong = [options.sample, options.seed, options.workers].some(Number.isNaN);
    return isWrong || options.sample < 1 || options.workers < 1 ? undefined : options;
  } catch {
    return undefined;
  }
}

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined) {
    warn(USAGE);
    return 2;
  }
  const { seed, workers, out } = options;
  const opened = await openMutants(readFileSync(packagePath('build/stimulator.wasm')));
  const suites = new Suites();
  const progress = new Progress(false);
  try {
    // A suite that fails by itself would kill every mutant.
    if (!passes(await suites.judge(opened.original())))
      throw new Error('the property suite fails on the binary itself');
    const drawn = sample(
      opened.mutants.filter((mutant) => opened.isValid(mutant)),
      options.sample,
      seed,
    );
    const verdicts: SuiteVerdict[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < drawn.length; index = next++) {
        verdicts[index] = await suites.judge(opened.bytesOf(drawn[index]));
        progress.update(`mutants of the stimulator: ${Math.min(next, drawn.length)} of ${drawn.length}`);
      }
    };
    await Promise.all(Array.from({ length: workers }, work));
    progress.clear();
    const survivors = drawn.flatMap(({ id, instruction, change }, index) =>
      passes(verdicts[index]) ? [{ mutant: id, change: `${instruction}: ${change}` }] : [],
    );
    const killed = drawn.length - survivors.length;
    const result: StimulatorMutation = {
      mutants: opened.mutants.length,
      sampled: drawn.length,
      seed,
      killed,
      survivors,
    };
    tell(result);
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(result, null, 2)}\n`);
    return 0;
  } finally {
    progress.clear();
    suites.close();
    opened.dispose();
  }
}

function tell({ mutants, sampled, seed, killed, survivors }: StimulatorMutation): void {
  for (const { mutant, change } of survivors) say(`  survives: ${mutant}, ${change}`);
  // Never rounded up.
  const score = Math.floor((1000 * killed) / sampled) / 10;
  say(`${sampled} of ${mutants} mutants (seed ${seed}): the property suite kills ${killed}, ${score} %.`);
}

process.exitCode = await main();
