// `stimgate run`: therapies, or all presets and a fault, on a device or on the embedded simulator; table, report, verdict.

import type { Command as CommandLine } from 'commander';
import type { Command } from '../../test/oracle/index.ts';
import type { FaultRecord, RunRecord, SessionRecord } from '../report/record.ts';
import { writeReport, writeSheet } from '../report/write.ts';
import { findTherapy, loadPreset, PRESETS } from '../therapy/presets.ts';
import type { Therapy } from '../therapy/therapy.ts';
import { isSimulated } from '../transport/open.ts';
import { parseBaud, parseDurationMs, parseSeed } from './arguments.ts';
import { deliver } from './deliver.ts';
import { Exit, endingOf, fileWords, UsageError } from './exit.ts';
import { stickSource } from './fault-demo.ts';
import { catchInterrupt } from './interrupt.ts';
import { plannedOutputs, type TherapyOutputs } from './outputs.ts';
import { openPort, PORT_HELP } from './port.ts';
import { sayRun } from './run-output.ts';
import { Progress, warn } from './terminal.ts';
import { writeTraces } from './trace-files.ts';
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

/** What runs left behind, whole or not. */
interface Delivered {
  readonly runs: RunRecord[];
  readonly faults: FaultRecord[];
  /** What ended them too early. */
  error?: unknown;
  /** Files that could not be written, a line each. */
  readonly unwritten: string[];
}

export function addRun(program: CommandLine): void {
  program
    .command('run')
    .description(
      'deliver therapies, judge every pulse, report; without a therapy: all presets, and a fault, on the simulator',
    )
    .argument('[therapy...]', `therapy files, or presets: ${PRESETS.join(', ')}`)
    .option('--port <port>', PORT_HELP, 'sim')
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
  if (!isSimulated(options.port) && (options.vcd ?? options.vcdLogic ?? options.svg) !== undefined) {
    throw new UsageError(
      '--vcd, --vcd-logic and --svg need --port sim or pico: a device on a line gives no trace',
    );
  }
  const therapies = demonstration
    ? PRESETS.map((name): NamedTherapy => ({ file: name, therapy: loadPreset(name) }))
    : names.map((file): NamedTherapy => ({ file, therapy: findTherapy(file) }));
  const report = options.report ?? (demonstration ? REPORT_PATH : undefined);
  const outputs = plannedOutputs(
    therapies.map(({ file }) => file),
    { ...options, report },
  );
  const started = performance.now();
  const progress = new Progress(options.json);
  const interrupt = catchInterrupt();
  try {
    const { signal } = interrupt;
    const delivered = await deliverAll({ therapies, outputs, options, demonstration, progress, signal });
    const { runs, faults, error, unwritten } = delivered;
    // Of nothing nothing is written, and the error says it all.
    if (runs.length === 0 && error !== undefined) throw error;
    const session = sessionOf(runs, faults, options);
    let wrote = false;
    if (report !== undefined) {
      progress.update('writing the report');
      wrote = written(report, unwritten, () => writeReport(report, session));
    }
    for (const [index, record] of runs.entries()) {
      const { sheet } = outputs[index];
      if (sheet !== undefined) written(sheet, unwritten, () => writeSheet(sheet, record));
    }
    progress.clear();
    const ending = error === undefined ? undefined : endingOf(error);
    const errors = [...(ending === undefined ? [] : [ending.message]), ...unwritten];
    sayRun(session, {
      report: wrote ? report : undefined,
      json: options.json,
      tookMs: performance.now() - started,
      errors,
    });
    for (const line of errors) warn(`stimgate: ${line}`);
    if (signal.aborted) return Exit.INTERRUPTED;
    if (ending !== undefined) return ending.exit;
    if (![...runs, ...faults].every((one) => one.holds)) return Exit.FAILED;
    return unwritten.length > 0 ? Exit.MISUSE : Exit.HOLDS;
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** Writes a file after the runs: what fails here must not hide their verdict. Whether it did not fail. */
function written(path: string, unwritten: string[], write: () => void): boolean {
  try {
    write();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    unwritten.push(`cannot write ${path}: ${fileWords(error)}`);
    return false;
  }
}

interface Plan {
  readonly therapies: readonly NamedTherapy[];
  readonly outputs: readonly TherapyOutputs[];
  readonly options: RunOptions;
  readonly demonstration: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** All runs, and the fault of the demonstration. Never rejects: an error is kept beside what there is by then. */
async function deliverAll(plan: Plan): Promise<Delivered> {
  const delivered: Delivered = { runs: [], faults: [], unwritten: [] };
  try {
    await runAll(plan, delivered);
    if (plan.demonstration && !plan.signal.aborted)
      delivered.faults.push(await showFault(plan.options, plan.progress));
  } catch (error) {
    delivered.error = error;
  }
  return delivered;
}

async function runAll(plan: Plan, { runs, unwritten }: Delivered): Promise<void> {
  const { therapies, outputs, options, demonstration, progress, signal } = plan;
  for (const { file, therapy } of therapies) {
    if (signal.aborted) break;
    const forMs = options.for ?? (demonstration ? presetMs(therapy) : FOR_MS);
    const count = therapies.length > 1 ? `${runs.length + 1}/${therapies.length} ` : '';
    const onProgress = (text: string): void => progress.update(count + text);
    const { traces } = outputs[runs.length];
    const transport = await openPort(options.port, { seed: options.seed, baud: options.baud });
    const { simulator } = transport;
    let commands: readonly Command[] = [];
    try {
      const seed = simulator === undefined ? undefined : options.seed;
      // A file holds one run, so that it can be checked.
      const alsoEstop = demonstration && traces.length === 0;
      const delivery = await deliver(transport, {
        therapy,
        file,
        forMs,
        seed,
        signal,
        onProgress,
        alsoEstop,
        reopen: simulator === undefined ? () => openPort(options.port, { baud: options.baud }) : undefined,
      });
      runs.push(delivery.record);
      commands = delivery.commands;
    } finally {
      // Also of a run that failed: its trace shows what went wrong.
      if (simulator !== undefined) {
        for (const trace of traces)
          written(trace.path, unwritten, () => writeTraces(simulator, [trace], commands));
      }
      await transport.close();
    }
  }
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
  const seed = isSimulated(options.port) ? options.seed : undefined;
  return { title, version: packageVersion(), seed, runs, faults };
}
