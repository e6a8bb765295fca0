// `stimgate run`: therapies, or all presets and a fault, on a device or on the embedded simulator; table, report, verdict.

import type { Command } from 'commander';
import type { FaultRecord, RunRecord, SessionRecord } from '../report/record.ts';
import { writeReport, writeSheet } from '../report/write.ts';
import { findTherapy, loadPreset, PRESETS } from '../therapy/presets.ts';
import type { Therapy } from '../therapy/therapy.ts';
import { parseBaud, parseDurationMs, parseSeed } from './arguments.ts';
import { deliver } from './deliver.ts';
import { Exit, UsageError } from './exit.ts';
import { stickSource } from './fault-demo.ts';
import { catchInterrupt } from './interrupt.ts';
import { openPort } from './port.ts';
import { sayRun } from './run-output.ts';
import { Progress } from './terminal.ts';
import { namedFor, traceFiles, writeTraces } from './trace-files.ts';
import { packageVersion } from './version.ts';

export interface RunOptions {
  readonly port: string;
  readonly baud?: number;
  readonly for?: number;
  readonly seed: number;
  readonly vcd?: string;
  readonly vcdLogic?: string;
  readonly report?: string;
  readonly svg?: string;
  readonly json?: boolean;
}

/** Length of a run unless told otherwise, ms; a preset's is enough for its ramp and many pulses. */
const FOR_MS = 2000;
const PRESET_FOR_MS = 1500;
/** The preset that a fault is injected into: of the slow ones the fastest, on three contacts. */
const FAULT_PRESET = 'fast';
/** Where the report goes when all presets are shown. */
const REPORT_PATH = 'out/report.html';

interface NamedTherapy {
  readonly file: string;
  readonly therapy: Therapy;
}

export function addRun(program: Command): void {
  program
    .command('run')
    .description(
      'deliver therapies, judge every pulse, report; without a therapy: all presets, and a fault, on the simulator',
    )
    .argument('[therapy...]', `therapy files, or presets: ${PRESETS.join(', ')}`)
    .option('--port <port>', 'sim, a serial port, or tcp:<host>:<port>', 'sim')
    .option('--baud <rate>', 'rate of the line', parseBaud)
    .option('--for <time>', 'how long to stimulate, such as 2s, 500ms, 1min', parseDurationMs)
    .option('--seed <n>', 'seed of the simulator', parseSeed, 1)
    .option('--vcd <file>', 'write the trace (simulator only; opens in GTKWave)')
    .option('--vcd-logic <file>', 'write the one-bit signals of the trace (for sigrok-cli and PulseView)')
    .option('--report <file>', 'write a report as one HTML file')
    .option('--svg <file>', 'write the scope plots as one SVG file (simulator only)')
    .option('--json', 'print one JSON document')
    .action(async (names: string[], options: RunOptions) => {
      process.exitCode = await run(names, options);
    });
}

/** Runs therapies; returns the exit code. */
export async function run(names: readonly string[], options: RunOptions): Promise<number> {
  const demonstration = names.length === 0;
  if (demonstration && options.port !== 'sim') {
    throw new UsageError(`name a therapy to run on ${options.port}: a file, or one of ${PRESETS.join(', ')}`);
  }
  if (options.port !== 'sim' && (options.vcd ?? options.vcdLogic ?? options.svg) !== undefined) {
    throw new UsageError('--vcd, --vcd-logic and --svg need --port sim: a device on a line gives no trace');
  }
  const therapies = demonstration
    ? PRESETS.map((name): NamedTherapy => ({ file: name, therapy: loadPreset(name) }))
    : names.map((file): NamedTherapy => ({ file, therapy: findTherapy(file) }));
  const report = options.report ?? (demonstration ? REPORT_PATH : undefined);
  const started = performance.now();
  const progress = new Progress(options.json);
  const interrupt = catchInterrupt();
  try {
    const runs = await runAll(therapies, options, demonstration, progress, interrupt.signal);
    const faults = demonstration && !interrupt.signal.aborted ? [await showFault(options, progress)] : [];
    const session = sessionOf(runs, faults, options);
    if (report !== undefined) {
      progress.update('writing the report');
      writeReport(report, session);
    }
    for (const { name, file } of sheetsOf(therapies, options)) {
      const one = runs.find((record) => record.name === name);
      if (one !== undefined) writeSheet(file, one);
    }
    progress.clear();
    sayRun(session, { report, json: options.json, tookMs: performance.now() - started });
    if (interrupt.signal.aborted) return Exit.INTERRUPTED;
    return [...runs, ...faults].every((one) => one.holds) ? Exit.HOLDS : Exit.FAILED;
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** Where the plots of each therapy go; nowhere unless asked for. */
function sheetsOf(therapies: readonly NamedTherapy[], { svg }: RunOptions): { name: string; file: string }[] {
  if (svg === undefined) return [];
  return therapies.map(({ file, therapy }) => ({
    name: therapy.name,
    file: namedFor(therapies.length > 1 ? file : undefined, svg),
  }));
}

async function runAll(
  therapies: readonly NamedTherapy[],
  options: RunOptions,
  demonstration: boolean,
  progress: Progress,
  signal: AbortSignal,
): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const { file, therapy } of therapies) {
    if (signal.aborted) break;
    const forMs = options.for ?? (demonstration ? presetMs(therapy) : FOR_MS);
    const count = therapies.length > 1 ? `${runs.length + 1}/${therapies.length} ` : '';
    const onProgress = (text: string): void => progress.update(count + text);
    const transport = await openPort(options.port, { seed: options.seed, baud: options.baud });
    try {
      const seed = transport.simulator === undefined ? undefined : options.seed;
      const files = traceFiles(options, therapies.length > 1 ? file : undefined);
      // A file holds one run, so that it can be checked.
      const alsoEstop = demonstration && files.length === 0;
      const { record, commands } = await deliver(transport, {
        therapy,
        file,
        forMs,
        seed,
        signal,
        onProgress,
        alsoEstop,
      });
      runs.push(record);
      if (transport.simulator !== undefined) writeTraces(transport.simulator, files, commands);
    } finally {
      await transport.close();
    }
  }
  return runs;
}

/** Long enough for ramp and train; with short cycles it ends in the middle of an on-time, so that STOP has something to stop. */
function presetMs(therapy: Therapy): number {
  const { cycle } = therapy.areas[0];
  const periodMs = cycle === undefined ? Number.POSITIVE_INFINITY : cycle.onMs + cycle.offMs;
  if (cycle === undefined || periodMs > PRESET_FOR_MS) return PRESET_FOR_MS;
  return Math.floor(PRESET_FOR_MS / periodMs) * periodMs + cycle.onMs / 2;
}

async function showFault(options: RunOptions, progress: Progress): Promise<FaultRecord> {
  progress.update('a fault is injected');
  const transport = await openPort('sim', { seed: options.seed, baud: options.baud });
  try {
    return await stickSource(transport, loadPreset(FAULT_PRESET), FAULT_PRESET);
  } finally {
    await transport.close();
  }
}

function sessionOf(
  runs: readonly RunRecord[],
  faults: readonly FaultRecord[],
  options: RunOptions,
): SessionRecord {
  const title = runs.length === 1 ? `Stimgate: ${runs[0].name}` : 'Stimgate: therapies delivered and judged';
  const seed = options.port === 'sim' ? options.seed : undefined;
  return { title, version: packageVersion(), seed, runs, faults };
}
