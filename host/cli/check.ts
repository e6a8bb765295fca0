// `stimgate check`: the oracle over a capture of a real device, or over a trace that was written to a file.

import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Capture } from '../../test/oracle/capture.ts';
import { CaptureError, type Command as Order, readCsv, readVcd } from '../../test/oracle/index.ts';
import { grouped, timeText } from '../report/format.ts';
import { type TableRun, tableText } from '../report/table.ts';
import { captureFrom } from '../report/window.ts';
import { findTherapy } from '../therapy/presets.ts';
import { Exit, UsageError } from './exit.ts';
import { judgeCapture } from './judge-run.ts';
import { paintFor, say, sayJson, warn } from './terminal.ts';
import { readCommands } from './trace-files.ts';

interface CheckOptions {
  readonly toleranceNs?: number;
  readonly toleranceUa?: number;
  readonly clockPpm?: number;
  readonly json?: boolean;
}

/** Findings that are listed. */
const FINDINGS_SHOWN = 20;

export function addCheck(program: Command): void {
  program
    .command('check')
    .description('judge a capture (VCD or CSV) against a therapy')
    .argument('<capture>', 'a .vcd or .csv file of one run of the therapy')
    .argument('<therapy>', 'a therapy file or a preset')
    .option(
      '--tolerance-ns <n>',
      'allowed error of an edge (default: the resolution of the capture)',
      parseTolerance,
    )
    .option('--tolerance-ua <n>', 'allowed error of a level (default: 0)', parseTolerance)
    .option(
      '--clock-ppm <n>',
      'allowed difference of the clocks of device and capture (default: 0)',
      parseTolerance,
    )
    .option('--json', 'print one JSON document')
    .action((capture: string, therapy: string, options: CheckOptions) => {
      process.exitCode = check(capture, therapy, options);
    });
}

function parseTolerance(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1e9))
    throw new InvalidArgumentError('Give a number from 0 to 1e9.');
  return value;
}

/** Judges a capture; returns the exit code. */
export function check(captureFile: string, therapyFile: string, options: CheckOptions): number {
  const therapy = findTherapy(therapyFile);
  const { capture, commands, warnings } = readCapture(captureFile);
  for (const warning of warnings) warn(`stimgate: ${warning}`);
  const { verdict, areas, findings, stops } = reading(captureFile, () =>
    judgeCapture(capture, therapy, {
      commands,
      toleranceNs: options.toleranceNs,
      levelToleranceUa: options.toleranceUa,
      clockPpm: options.clockPpm,
    }),
  );
  if (options.json) {
    sayJson({
      capture: captureFile,
      therapy: therapy.name,
      holds: verdict.holds,
      areas,
      totals: verdict.totals,
      findings,
      more: verdict.more,
      notJudged: verdict.notJudged,
    });
    return verdict.holds ? Exit.HOLDS : Exit.FAILED;
  }
  const paint = paintFor(process.stdout);
  const inAll = findings.length + verdict.more;
  const shown: TableRun = {
    name: therapy.name,
    holds: verdict.holds,
    interrupted: false,
    areas,
    stops,
    findingsInAll: inAll,
  };
  say(tableText([shown], paint));
  for (const note of verdict.notJudged) say(`Not judged: ${note}.`);
  for (const { atNs, rule, message } of findings.slice(0, FINDINGS_SHOWN))
    say(`  at ${timeText(atNs)}: ${rule}: ${message}`);
  if (inAll > FINDINGS_SHOWN) say(`  … and ${grouped(inAll - FINDINGS_SHOWN)} more`);
  return verdict.holds ? Exit.HOLDS : Exit.FAILED;
}

interface ReadCapture {
  readonly capture: Capture;
  readonly commands: readonly Order[];
  readonly warnings: readonly string[];
}

/** Reads a capture by its ending. @throws UsageError with a line that names the file and what is wrong with it. */
function readCapture(file: string): ReadCapture {
  const kind = extname(file).toLowerCase();
  if (kind !== '.vcd' && kind !== '.csv') throw new UsageError(`${file}: not a .vcd or .csv file`);
  return reading(file, () => {
    if (kind === '.csv') return { capture: readCsv(file), commands: [], warnings: [] };
    const capture = readVcd(file);
    const commands = readCommands(file);
    const startNs = commands.find((command) => command.kind === 'start')?.atNs;
    const { warnings } = capture;
    // What comes before the start is not the therapy's: the impedance measurement, say.
    return { capture: startNs === undefined ? capture : captureFrom(capture, startNs), commands, warnings };
  });
}

/** A capture that cannot be read, and a therapy that cannot be planned, is misuse. */
function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof CaptureError || error instanceof RangeError)
      throw new UsageError(withFile(file, error.message));
    throw error;
  }
}

function withFile(file: string, message: string): string {
  return message.startsWith(file) ? message : `${file}: ${message}`;
}
