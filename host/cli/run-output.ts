// What `stimgate run` prints: the table, what was found, the fault, where the report is; or all of it as JSON.

import { counted, currentText, grouped, timeText } from '../report/format.ts';
import {
  type FaultRecord,
  LINK_NOTICE,
  NOTICE,
  type RunRecord,
  type SessionRecord,
} from '../report/record.ts';
import { type Paint, tableText } from '../report/table.ts';
import { paintFor, say, sayJson, shownPath } from './terminal.ts';

export interface OutputOptions {
  readonly report: string | undefined;
  readonly json: boolean | undefined;
  readonly tookMs: number;
  /** What went wrong besides, a line each; stderr has them too. */
  readonly errors: readonly string[];
}

/** Findings that are listed for a run. */
const FINDINGS_SHOWN = 10;

/** Prints a session. */
export function sayRun(session: SessionRecord, options: OutputOptions): void {
  if (options.json) sayJson(sessionJson(session, options));
  else sayText(session, options, paintFor(process.stdout));
}

function sayText(session: SessionRecord, options: OutputOptions, paint: Paint): void {
  const { runs, faults } = session;
  const device = runs[0]?.device;
  const seed = session.seed === undefined ? '' : `, seed ${session.seed}`;
  if (device !== undefined) {
    say(
      `${paint('bold', `Stimgate ${session.version}`)} on ${device.port}${seed}: firmware ${device.firmware}, ${device.profile}`,
    );
  }
  say(paint('dim', NOTICE));
  say(paint('dim', LINK_NOTICE));
  say();
  if (runs.length > 0) say(tableText(runs, paint));
  for (const run of runs) sayRunNotes(run, paint);
  for (const fault of faults) sayFault(fault, paint);
  say();
  say(summary(session, options.tookMs));
  if (options.report !== undefined) say(`Report: ${shownPath(options.report)}`);
}

function sayRunNotes(run: RunRecord, paint: Paint): void {
  if (!run.levelsSeen) {
    say(`${run.name}: judged by what the device reports; levels, widths and balance were not seen.`);
  }
  const open = run.impedances.filter((one) => one.ohm === undefined).map((one) => one.plus);
  if (open.length > 0)
    say(paint('red', `${run.name}: no current could be driven through ${open.join(', ')}.`));
  if (run.notJudged) say(`${run.name}: not judged: it was ended before its first pulse was due.`);
  for (const { name, asked, seen } of run.areas) {
    if (seen.amplitudeUa === undefined || seen.amplitudeUa >= asked.amplitudeUa) continue;
    say(
      `${run.name}, ${name}: it ended in its ramp, at ${currentText(seen.amplitudeUa)} of ${currentText(asked.amplitudeUa)}.`,
    );
  }
  if (run.findings.length === 0) return;
  say();
  say(paint('red', `${run.name}: ${counted(run.findingsInAll, 'finding')}`));
  for (const { atNs, rule, message } of run.findings.slice(0, FINDINGS_SHOWN)) {
    say(`  at ${timeText(atNs)}: ${rule}: ${message}`);
  }
  if (run.findingsInAll > FINDINGS_SHOWN) say(`  … and ${grouped(run.findingsInAll - FINDINGS_SHOWN)} more`);
}

function sayFault(fault: FaultRecord, paint: Paint): void {
  const verdict = paint(fault.holds ? 'green' : 'red', fault.holds ? 'holds' : 'fails');
  say();
  say(`${paint('bold', 'Fault')}: ${fault.injected} during ${fault.therapy}.`);
  if (fault.trip === 'none') {
    say(`  The interlock did not trip.  ${verdict}`);
    return;
  }
  const since = (ns: number): string => timeText(ns - fault.faultNs);
  say(
    `  Interlock tripped (${fault.trip}) after ${since(fault.tripNs)}; last current ${since(fault.offNs)} after the fault; host told after ${since(fault.reportedNs)}.  ${verdict}`,
  );
}

function summary({ runs, faults }: SessionRecord, tookMs: number): string {
  const all = [...runs, ...faults];
  const pulses = runs.flatMap((run) => run.areas).reduce((sum, area) => sum + area.seen.pulses, 0);
  const holding = all.filter((one) => one.holds).length;
  const interrupted = runs.some((run) => run.interrupted)
    ? ' Interrupted: the output was stopped with ESTOP.'
    : '';
  const judged = runs.every((run) => run.levelsSeen) ? 'judged one by one' : 'reported';
  return `${holding} of ${all.length} hold; ${counted(pulses, 'pulse')} ${judged} in ${(tookMs / 1000).toFixed(1)} s.${interrupted}`;
}

function sessionJson(session: SessionRecord, { report, errors }: OutputOptions): unknown {
  const bare = <T extends object>(record: T): T => ({ ...record, scope: undefined });
  return {
    stimgate: session.version,
    notice: NOTICE,
    seed: session.seed,
    holds: errors.length === 0 && [...session.runs, ...session.faults].every((one) => one.holds),
    runs: session.runs.map(bare),
    faults: session.faults.map(bare),
    report,
    error: errors.length === 0 ? undefined : errors.join('\n'),
  };
}
