// `stimgate check`: the oracle over a capture of a real device, or over a trace that was written to a file.

import { extname } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Capture } from '../../test/oracle/capture.ts';
import {
  CaptureError,
  type Command as Order,
  readCsv,
  readVcd,
  type Totals,
  type VcdCapture,
  type Verdict,
} from '../../test/oracle/index.ts';
import { grouped, timeText } from '../report/format.ts';
import { type TableRun, tableText } from '../report/table.ts';
import { captureFrom } from '../report/window.ts';
import { findTherapy } from '../therapy/presets.ts';
import { Exit, UsageError } from './exit.ts';
import { judgeCapture } from './judge-run.ts';
import { paintFor, say, sayJson, warn } from './terminal.ts';

interface CheckOptions {
  /** Instants of the capture, ns. */
  readonly start?: number;
  readonly stop?: number;
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
      '--start <time>',
      'when the therapy was started, such as 1.5s, in the time of the capture: what is before it is not judged',
      parseInstantNs,
    )
    .option('--stop <time>', 'when STOP was sent, such as 200ms, in the time of the capture', parseInstantNs)
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

const UNITS_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  min: 60e9,
  h: 3600e9,
};

/** An instant of a capture, which may begin before 0: `1.5s`, `200ms`, `-20us`; in ns. */
export function parseInstantNs(text: string): number {
  const match = /^(-?\d{1,15}(?:\.\d+)?)(ns|us|µs|ms|s|min|h)$/.exec(text.trim());
  const atNs = match === null ? Number.NaN : Number(match[1]) * UNITS_NS[match[2]];
  if (Math.abs(atNs) <= Number.MAX_SAFE_INTEGER) return atNs;
  throw new InvalidArgumentError('Give an instant with its unit: 1.5s, 200ms, 20us, 3000ns.');
}

/** Judges a capture; returns the exit code. */
export function check(captureFile: string, therapyFile: string, options: CheckOptions): number {
  const therapy = findTherapy(therapyFile);
  const read = readCapture(captureFile, options);
  const { verdict, areas, findings, stops } = reading(captureFile, () =>
    judgeCapture(read.capture, therapy, {
      commands: read.commands,
      toleranceNs: options.toleranceNs,
      levelToleranceUa: options.toleranceUa,
      clockPpm: options.clockPpm,
    }),
  );
  refuseEmpty(captureFile, read, verdict.totals, options);
  const warnings = read.warnings();
  for (const warning of warnings) warn(`stimgate: ${warning}`);
  const hints = hintsFor(verdict, read.commands);
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
      warnings,
      hints,
    });
    return verdict.holds ? Exit.HOLDS : Exit.FAILED;
  }
  const paint = paintFor(process.stdout);
  const inAll = findings.length + verdict.more;
  const { durationNs } = verdict.totals;
  const startNs = verdict.totals.startNs ?? 0;
  const shown: TableRun = {
    name: therapy.name,
    holds: verdict.holds,
    interrupted: false,
    areas,
    stops,
    findingsInAll: inAll,
    therapy,
    scope: { capture: read.capture, startNs, stopNs: startNs + durationNs, endNs: startNs + durationNs },
  };
  say(tableText([shown], paint));
  const { softStopNs } = verdict.totals;
  if (softStopNs !== null)
    say(`Stopped at ${timeText(softStopNs)}: the capture shows the whole soft stop, judged as such.`);
  for (const note of verdict.notJudged) say(`Not judged: ${note}.`);
  for (const { atNs, rule, message } of findings.slice(0, FINDINGS_SHOWN))
    say(`  at ${timeText(atNs)}: ${rule}: ${message}`);
  if (inAll > FINDINGS_SHOWN) say(`  … and ${grouped(inAll - FINDINGS_SHOWN)} more`);
  for (const hint of hints) say(`Hint: ${hint}.`);
  return verdict.holds ? Exit.HOLDS : Exit.FAILED;
}

interface ReadCapture {
  readonly capture: Capture;
  readonly commands: readonly Order[];
  /** The file ends where its writer did not mean it to. */
  readonly truncated: boolean;
  /** To be asked when the capture has been read. */
  readonly warnings: () => readonly string[];
}

/** Reads a capture by its ending. @throws UsageError with a line that names the file and what is wrong with it. */
function readCapture(file: string, options: CheckOptions): ReadCapture {
  const kind = extname(file).toLowerCase();
  if (kind !== '.vcd' && kind !== '.csv') throw new UsageError(`${file}: not a .vcd or .csv file`);
  return reading(file, () => {
    const vcd = kind === '.vcd' ? readVcd(file) : null;
    const whole = vcd ?? readCsv(file);
    const commands = ordersOf(vcd?.commands ?? [], options);
    const startNs = commands.find((command) => command.kind === 'start')?.atNs;
    if (startNs === undefined && vcd?.truncated && vcd.fromSimulator) throw cutBeforeStart(file, vcd);
    return {
      // What comes before the start is not the therapy's: the impedance measurement, say.
      capture: startNs === undefined ? whole : captureFrom(whole, startNs),
      commands,
      truncated: vcd?.truncated ?? false,
      warnings: () => whole.warnings,
    };
  });
}

/** The orders that a file tells of; an option takes the place of those of its kind. */
function ordersOf(told: readonly Order[], { start, stop }: CheckOptions): Order[] {
  const orders = told.filter(
    ({ kind }) => (kind !== 'start' || start === undefined) && (kind !== 'stop' || stop === undefined),
  );
  if (start !== undefined) orders.push({ kind: 'start', atNs: start });
  if (stop !== undefined) orders.push({ kind: 'stop', atNs: stop });
  orders.sort((a, b) => a.atNs - b.atNs);
  const startNs = orders.find(({ kind }) => kind === 'start')?.atNs;
  if (stop !== undefined && startNs !== undefined && stop <= startNs)
    throw new UsageError(`--stop ${timeText(stop)} must be after the start at ${timeText(startNs)}`);
  return orders;
}

/** Without an order to start it is open whether the pulses in such a file are the therapy's. */
function cutBeforeStart(file: string, vcd: VcdCapture): UsageError {
  for (const _ of vcd.stretches()); // What is wrong within the file is said first.
  return new UsageError(
    `${file}: the file is cut before the therapy was started: nothing to judge; capture again, or give --start`,
  );
}

/** A capture in which there is nothing of the therapy to judge. @throws UsageError */
function refuseEmpty(
  file: string,
  { truncated }: ReadCapture,
  { stretches, pulses }: Totals,
  { start }: CheckOptions,
): void {
  if (truncated && pulses === 0)
    throw new UsageError(`${file}: the file is cut before the first pulse: nothing to judge; capture again`);
  if (start !== undefined && stretches === 0)
    throw new UsageError(`${file}: the capture ends before --start ${timeText(start)}`);
}

/** What the user can tell `check` where findings may come from what it does not know of the capture. */
function hintsFor({ holds, totals, counts }: Verdict, commands: readonly Order[]): string[] {
  const hints: string[] = [];
  if (holds) return hints;
  if (totals.silentFromNs !== null && commands.every(({ kind }) => kind === 'start'))
    hints.push(
      `nothing comes out from ${timeText(totals.silentFromNs)} on; give --stop if the therapy was stopped in this capture`,
    );
  if (counts['pulse-extra'] !== undefined && commands.every(({ kind }) => kind !== 'start'))
    hints.push(
      "some pulses are not the therapy's; give --start if the capture begins with others, such as an impedance measurement",
    );
  return hints;
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
