// Delivers one therapy over a transport, from self-test to verdict, and leaves a record of it.

import { FRAME_CRC_BYTES, FRAME_PAYLOAD } from '../../firmware/wire.ts';
import type { Capture } from '../../test/oracle/capture.ts';
import type { Command } from '../../test/oracle/index.ts';
import { Stimulator } from '../device/stimulator.ts';
import type { FindingRecord, RunRecord, StopRecord } from '../report/record.ts';
import { captureFrom } from '../report/window.ts';
import type { Therapy } from '../therapy/therapy.ts';
import type { Transport } from '../transport/transport.ts';
import { judgeDelivered } from './delivered-judge.ts';
import { endedBefore, endedEarly } from './ended-early.ts';
import { judgeCapture, judgeLaws } from './judge-run.ts';
import { deviceRecord, measurePairs, pairsOf, program, selfTest, setLimits } from './prepare.ts';
import { type Stimulation, stimulate } from './stimulate.ts';

export interface DeliverOptions {
  readonly therapy: Therapy;
  /** How messages call the therapy's file. */
  readonly file: string;
  readonly forMs: number;
  readonly seed: number | undefined;
  readonly signal: AbortSignal;
  /** After the run a second, short one is ended by ESTOP, so that its latency is measured too. */
  readonly alsoEstop?: boolean;
  readonly onProgress?: (text: string) => void;
  /** Opens a line that was lost anew. */
  readonly reopen?: () => Promise<Transport>;
}

export interface Delivery {
  readonly record: RunRecord;
  /** What was ordered, in the time of the trace. */
  readonly commands: readonly Command[];
}

/** Length of the second run, ms. */
const ESTOP_RUN_MS = 120;

/**
 * Runs a therapy on the device behind a transport, which stays open.
 * @throws UsageError, LinkError, DeviceError; a judgement that fails is in the record, not thrown.
 */
export async function deliver(transport: Transport, options: DeliverOptions): Promise<Delivery> {
  const { therapy, file, signal } = options;
  const say = (text: string): void => options.onProgress?.(`${therapy.name}: ${text}`);
  say('connecting');
  const stimulator = await Stimulator.connect(transport);
  const status = await selfTest(stimulator);
  await setLimits(stimulator, therapy, file);
  const impedances = await measurePairs(stimulator, pairsOf(therapy), ({ plus }) =>
    say(`impedance of ${plus}`),
  );
  const echoes = await program(stimulator, therapy, file);
  const peaks = transport.simulator?.body?.peaks;
  // The pulses of the measurement are not the therapy's.
  peaks?.reset();
  const runs: Stimulation[] = [];
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  const onProgress = (doneMs: number): void =>
    say(`stimulating, ${seconds(doneMs)} of ${seconds(options.forMs)} s`);
  runs.push(
    await stimulate(stimulator, therapy, {
      forMs: options.forMs,
      ending: 'STOP',
      signal,
      onProgress,
      reopen: options.reopen,
    }),
  );
  if (options.alsoEstop && runs[0].fault === undefined && !signal.aborted) {
    runs.push(await stimulate(stimulator, therapy, { forMs: ESTOP_RUN_MS, ending: 'ESTOP', signal }));
  }
  say('judging');
  const lineNs = frameNs(transport.port.baudRate);
  const judged = judgeRuns(transport.simulator?.capture(), therapy, runs, lineNs);
  const first = runs[0];
  const tooShort = endedEarly(therapy, first, judged.areas);
  const all = [...echoes, ...runs.flatMap(endFindings), ...judged.findings];
  const findings = tooShort ? all.filter(({ rule }) => rule !== 'no-output') : all;
  const findingsInAll = findings.length + judged.more;
  const record: RunRecord = {
    name: therapy.name,
    file,
    therapy,
    device: deviceRecord(stimulator, status),
    seed: options.seed,
    ranMs: first.ranMs,
    holds: findingsInAll === 0,
    notJudged: tooShort && findingsInAll === 0,
    levelsSeen: judged.capture !== undefined, // REQ-HST-106
    interrupted: first.interrupted,
    areas: judged.areas,
    stops: judged.stops,
    impedances,
    laws: judged.laws,
    body: peaks && { unrecoveredPc: Math.max(...peaks.chargePc) },
    findings,
    findingsInAll,
    scope: judged.capture && {
      capture: judged.capture,
      startNs: judged.startNs ?? first.startedNs,
      stopNs: first.stopNs ?? first.endedNs,
      endNs: first.endedNs,
    },
  };
  return { record, commands: runs.flatMap((run) => commandsOf(run, lineNs)) };
}

/** A frame without payload on the line, bytes, and bits that a byte takes there. */
const FRAME_BYTES = FRAME_PAYLOAD + FRAME_CRC_BYTES + 2;
const BITS_PER_BYTE = 10;

/** Time that an order takes on the line, ns: it cannot act before its last byte is there. */
function frameNs(baud: number): number {
  return Math.round((FRAME_BYTES * BITS_PER_BYTE * 1e9) / baud);
}

interface JudgedRuns extends Pick<RunRecord, 'areas' | 'stops' | 'findings' | 'laws'> {
  readonly more: number;
  readonly capture: Capture | undefined;
  readonly startNs?: number;
}

function judgeRuns(
  capture: Capture | undefined,
  therapy: Therapy,
  runs: readonly Stimulation[],
  lineNs: number,
): JudgedRuns {
  const batches = runs.map((run) =>
    judgeDelivered(therapy, run.delivered, (area) => !endedBefore(area, run)),
  );
  const reported = batches.flatMap((one) => one.findings);
  if (capture === undefined) {
    return { areas: batches[0].areas, stops: [], findings: reported, more: 0, capture };
  }
  const { verdict, areas, findings, stops } = judgeCapture(captureFrom(capture, runs[0].askedNs), therapy, {
    commands: runs.flatMap((run) => commandsOf(run, lineNs)),
  });
  const counts = areas.flatMap((area, index): FindingRecord[] => {
    const told = batches.reduce((sum, one) => sum + one.areas[index].seen.pulses, 0);
    if (told === area.seen.pulses) return [];
    const message = `${area.name}: the device reports ${told} pulses, the trace shows ${area.seen.pulses}`;
    return [{ rule: 'delivered', atNs: 0, message }];
  });
  const laws = judgeLaws(capture, therapy);
  return {
    areas,
    stops: stops.map((stop) => fromSending(stop, lineNs)),
    findings: [...findings, ...laws.findings, ...reported, ...counts],
    more: verdict.more + laws.more,
    laws: laws.laws,
    capture,
    startNs: verdict.totals.startNs ?? undefined,
  };
}

/** A latency from the sending of the order, not from its arrival; 0, of an order that met no pulse, stays 0. */
function fromSending(stop: StopRecord, lineNs: number): StopRecord {
  return stop.latencyNs > 0 ? { ...stop, latencyNs: stop.latencyNs + lineNs } : stop;
}

/** What the oracle must know of a run: when it was started, and what ended it when it reached the device. */
function commandsOf(run: Stimulation, lineNs: number): Command[] {
  const commands: Command[] = [{ kind: 'start', atNs: run.askedNs }];
  if (run.fault !== undefined) commands.push({ kind: 'trip', atNs: run.fault.clockUs * 1000 });
  else if (run.stopNs !== undefined)
    commands.push({ kind: run.ending === 'STOP' ? 'stop' : 'estop', atNs: run.stopNs + lineNs });
  if (run.cutNs !== undefined) commands.push({ kind: 'estop', atNs: run.cutNs + lineNs });
  return commands;
}

/** A run that ended otherwise than it was told to. */
function endFindings(run: Stimulation): FindingRecord[] {
  if (run.fault !== undefined) {
    return [
      { rule: 'trip', atNs: run.fault.clockUs * 1000, message: `the interlock tripped: ${run.fault.trip}` },
    ];
  }
  const ending = run.cutNs === undefined ? run.ending : 'ESTOP';
  if (run.reason === ending) return [];
  return [
    {
      rule: 'ending',
      atNs: run.endedNs,
      message: `the therapy ended by ${run.reason}; ${ending} was asked`,
    },
  ];
}
