// `stimgate check`: the oracle over a capture of a real device, or over a trace that was written to a file.

import { type Command, InvalidArgumentError } from 'commander';
import {
  type Capture,
  CaptureError,
  type CaptureMapping,
  type Command as Order,
  type Verdict,
} from '../../test/oracle/index.ts';
import { hintsFor } from '../capture/hints.ts';
import { instrumentOf, instrumentText } from '../capture/instrument.ts';
import { loadMapping } from '../capture/mapping.ts';
import { type ReadCapture, readCaptureFile, refuseUnseen } from '../capture/read.ts';
import { grouped, timeText } from '../report/format.ts';
import { type TableRun, tableText } from '../report/table.ts';
import { captureFrom } from '../report/window.ts';
import { findTherapy } from '../therapy/presets.ts';
import type { Therapy } from '../therapy/therapy.ts';
import { Exit, UsageError } from './exit.ts';
import { judgeCapture } from './judge-run.ts';
import { paintFor, say, sayJson, warn } from './terminal.ts';

interface CheckOptions {
  /** A mapping file. */
  readonly map?: string;
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
    .description('judge a capture (VCD, CSV or a sigrok session) against a therapy')
    .argument('<capture>', 'a .vcd, .csv or .sr file of one run of the therapy')
    .argument('<therapy>', 'a therapy file or a preset')
    .option('--map <file>', 'a mapping file: which column is which contact, and its µA per volt')
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
    .option(
      '--tolerance-ua <n>',
      'allowed error of a level (default: what noise, threshold and converter leave)',
      parseTolerance,
    )
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
  const mapping = options.map === undefined ? undefined : loadMapping(options.map);
  const read = reading(captureFile, () => readCaptureFile(captureFile, mapping));
  try {
    return checkRead(captureFile, read, therapy, mapping, options);
  } finally {
    read.dispose();
  }
}

function checkRead(
  captureFile: string,
  read: ReadCapture,
  therapy: Therapy,
  mapping: CaptureMapping | undefined,
  options: CheckOptions,
): number {
  const judged = reading(captureFile, () => toJudge(read, therapy, options));
  const { capture, commands } = judged;
  const terms = {
    commands,
    toleranceNs: options.toleranceNs,
    levelToleranceUa: options.toleranceUa,
    clockPpm: options.clockPpm,
  };
  const { verdict, areas, findings, stops } = reading(captureFile, () =>
    judgeCapture(capture, therapy, terms),
  );
  refuseEmpty(captureFile, judged, verdict, options);
  const warnings = read.warnings();
  for (const warning of warnings) warn(`stimgate: ${warning}`);
  const hints = verdict.holds ? [] : hintsFor(verdict, capture, therapy, terms, mapping);
  const instrument = instrumentOf(capture, options);
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
      instrument,
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
    scope: { capture, startNs, stopNs: startNs + durationNs, endNs: startNs + durationNs },
  };
  say(tableText([shown], paint));
  say(instrumentText(instrument));
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

interface ToJudge {
  /** From the start on: what comes before is not the therapy's, the impedance measurement, say. */
  readonly capture: Capture;
  readonly commands: readonly Order[];
  readonly read: ReadCapture;
}

/** What of a capture is to be judged. @throws CaptureError, UsageError */
function toJudge(read: ReadCapture, therapy: Therapy, options: CheckOptions): ToJudge {
  const commands = ordersOf(read.commands, options);
  const startNs = commands.find((command) => command.kind === 'start')?.atNs;
  if (startNs === undefined && read.truncated && read.fromSimulator) throw cutBeforeStart(read.capture);
  refuseUnseen(read.capture, therapy);
  return {
    capture: startNs === undefined ? read.capture : captureFrom(read.capture, startNs),
    commands,
    read,
  };
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
function cutBeforeStart(capture: Capture): CaptureError {
  for (const _ of capture.stretches()); // What is wrong within the file is said first.
  return new CaptureError(
    capture.origin,
    0,
    'the file is cut before the therapy was started: nothing to judge; capture again, or give --start',
  );
}

/** A capture in which there is nothing of the therapy to judge. @throws UsageError */
function refuseEmpty(
  file: string,
  { read, commands }: ToJudge,
  { totals, counts }: Verdict,
  { start }: CheckOptions,
): void {
  if (read.truncated && totals.pulses === 0)
    throw new UsageError(`${file}: the file is cut before the first pulse: nothing to judge; capture again`);
  if (start !== undefined && totals.stretches === 0)
    throw new UsageError(`${file}: the capture ends before --start ${timeText(start)}`);
  // Where it is known when the therapy was started, no output is a failure of the device.
  const isStarted = commands.some(({ kind }) => kind === 'start');
  if (isStarted || counts['no-output'] === undefined) return;
  const { zeroUa } = read.capture.measured ?? {};
  const what = totals.stretches > 1 ? 'no whole pulse' : 'no edge on any contact';
  const under = zeroUa ? ` (currents up to ${grouped(Math.round(zeroUa))} µA count as zero)` : '';
  throw new UsageError(
    `${file}: ${what}${under}: nothing to judge; check probes and mapping, or give --start if the therapy ran`,
  );
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
