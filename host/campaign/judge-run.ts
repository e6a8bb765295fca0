// Judges a run that is over: hazards first, then whether the device ended by itself, then pulse by pulse what was delivered.

import { StopReason, Trip } from '../../firmware/status.ts';
import { LINK_LOSS_US } from '../../firmware/wire.ts';
import { CYCLE_NS, cyclesOfUs, Mark, ResetBy, type Simulator, type Trace } from '../../sim/index.ts';
import { type Command, judge, judgeLimits, type Rule } from '../../test/oracle/index.ts';
import { electrodeIndex } from '../device/electrodes.ts';
import { captureFrom } from '../report/window.ts';
import type { ElectrodeName } from '../therapy/therapy.ts';
import type { CampaignCase } from './case.ts';
import type { Driven } from './drive.ts';
import type { Struck } from './fault-schedule.ts';
import { type Exposure, exposureOf } from './hazards.ts';
import { type GivenOrder, Line } from './line.ts';
import type { Outcome } from './names.ts';

/** A finding of the oracle, of the laws, or of this judge. */
export interface FindingSeen {
  readonly rule: string;
  readonly atNs: number;
  readonly message: string;
}

/** What the judge says of a run. */
export interface RunVerdict extends Exposure {
  readonly outcome: Outcome;
  readonly by?: string;
  readonly pulses: number;
  readonly findings: readonly FindingSeen[];
  /** What was done to the device, for a trace's file. */
  readonly commands: readonly Command[];
}

/** The device ended what it was doing by itself. */
interface SafeEnd {
  readonly by: string;
  /** Instant up to which it delivered, ns: as it was cut, or the last current before it was noticed that none came. */
  readonly atNs: number;
}

/** Findings that are about time alone. */
const LATE_RULES: ReadonlySet<string> = new Set<Rule>([
  'late-start',
  'onset',
  'delay-bound',
  'off-latency',
  'amplitude-change',
]);
/** Edges of a stage whose clock drifts are judged to the microsecond, ns. */
const DRIFT_NS = 1000;
/** The pulse that a fault falls into began before it. */
const PULSE_NS = 25e6;

/** Judges a run from what the simulator recorded and from what its host ordered. */
export function judgeRun(
  sim: Simulator,
  one: CampaignCase,
  driven: Driven,
  struck: readonly Struck[],
): RunVerdict {
  const { trace } = sim;
  if (trace === null) throw new RangeError('a run is judged from its trace: this simulation has none');
  const line = new Line(trace);
  const orders = line.given(driven.orders);
  const exposure = exposureOf(sim, orders);
  const ends = safeEndsOf(sim, trace, line, orders, struck);
  const commands = commandsOf(trace, line, orders, ends);
  const { pulses, findings } = findingsOf(sim, one, commands, struck, ends);
  const by = ends[0]?.by ?? (driven.refusal && refusalWords(driven.refusal));
  const verdict = { ...exposure, pulses, findings, commands, ...(by === undefined ? {} : { by }) };
  return { ...verdict, outcome: outcomeOf(exposure, ends, driven, findings) };
}

function refusalWords({ message, status }: NonNullable<Driven['refusal']>): string {
  return status === undefined ? 'no answer' : `${message} ${status}`;
}

function outcomeOf(
  exposure: Exposure,
  ends: readonly SafeEnd[],
  driven: Driven,
  findings: RunVerdict['findings'],
): Outcome {
  if (exposure.hazards.length > 0) return 'hazardous';
  if (findings.length > 0) return findings.every(({ rule }) => LATE_RULES.has(rule)) ? 'late' : 'wrong';
  if (ends.length > 0) return 'tripped';
  return driven.refusal === undefined ? 'pass' : 'refused';
}

/** Trips, resets, and whatever else ended without an order. */
function safeEndsOf(
  sim: Simulator,
  trace: Trace,
  line: Line,
  orders: readonly GivenOrder[],
  struck: readonly Struck[],
): SafeEnd[] {
  const lastBefore = lastCurrentsBefore(sim);
  const struckNs = struck.map(({ cycle }) => cycle * CYCLE_NS);
  const ends: { by: string; cycle: number; isCut: boolean }[] = [];
  if (trace.marks(Mark.DRIVER).length === 0) ends.push({ by: 'driver out', cycle: 0, isCut: true });
  for (const { kind, cycle, argument } of trace.marks()) {
    if (kind === Mark.TRIP) ends.push({ by: `trip ${Trip[argument]}`, cycle, isCut: true });
    else if (kind === Mark.TRAP) ends.push({ by: 'trap', cycle, isCut: true });
    else if (kind === Mark.GUARD) ends.push({ by: 'charge guard', cycle, isCut: true });
    else if (kind === Mark.UNDERRUN) ends.push({ by: 'underrun', cycle, isCut: false });
    else if (kind === Mark.DRIVER && argument === 0) ends.push({ by: 'driver out', cycle, isCut: true });
    else if (kind === Mark.RESET) {
      const isPower = argument === ResetBy.BROWN_OUT;
      ends.push({ by: isPower ? 'brown-out' : 'watchdog', cycle, isCut: isPower });
    }
  }
  for (const one of line.events()) {
    if (one.name !== 'state' || !('reason' in one.event)) continue;
    if (!OWN_REASONS.has(StopReason[one.event.reason as keyof typeof StopReason])) continue;
    ends.push({ by: `ended ${one.event.reason}`, cycle: one.cycle, isCut: false });
  }
  return ends
    .sort((a, b) => a.cycle - b.cycle)
    .map(({ by, cycle, isCut }) => {
      const atNs = cycle * CYCLE_NS;
      const start = orders.findLast((given) => given.order.kind === 'start' && given.cycle <= cycle);
      // Not before the therapy that it ended, if that came to no pulse.
      const sinceNs = start === undefined ? 0 : start.cycle * CYCLE_NS + 1;
      // Where none had come yet, none could from the fault on.
      const lastNs = lastBefore(atNs) ?? Math.min(atNs, ...struckNs);
      return { by, atNs: isCut ? atNs : Math.max(sinceNs, lastNs) };
    });
}

/** Why the stimulator ends by itself; a trip and a magnet have marks of their own. */
const OWN_REASONS: ReadonlySet<StopReason> = new Set([
  StopReason.REFUSED,
  StopReason.UNDERRUN,
  StopReason.LIMIT,
]);

/** Gives the end of the last current before an instant, ns; undefined where there was none. */
function lastCurrentsBefore(sim: Simulator): (atNs: number) => number | undefined {
  let endsNs: number[] | undefined;
  return (atNs) => {
    if (endsNs === undefined) {
      endsNs = [];
      for (const { endNs, state } of sim.capture().stretches()) if (state === 'drive') endsNs.push(endNs);
    }
    return endsNs.findLast((endNs) => endNs <= atNs);
  };
}

/** What was done to the device, as the oracle is told it: orders as they arrived, and ends that the device made itself. */
function commandsOf(
  trace: Trace,
  line: Line,
  orders: readonly GivenOrder[],
  ends: readonly SafeEnd[],
): Command[] {
  const commands: Command[] = [];
  for (const { order, cycle, isTaken } of orders) {
    const { kind, area, amplitudeUa } = order;
    if (isTaken || kind === 'estop') commands.push({ atNs: cycle * CYCLE_NS, kind, area, amplitudeUa });
  }
  for (const { cycle, argument } of trace.marks(Mark.MAGNET))
    if (argument === 1) commands.push({ atNs: cycle * CYCLE_NS, kind: 'magnet' });
  for (const { atNs } of ends) commands.push({ atNs, kind: 'trip' });
  for (const one of line.events()) {
    if (one.name !== 'state' || !('therapy' in one.event)) continue;
    const isStop = one.event.therapy === 'STOPPING' || one.event.reason === 'LINK_LOSS';
    const isOrdered = orders.some(({ order, cycle }) => order.kind === 'stop' && cycle <= one.cycle);
    if (!isStop || isOrdered) continue;
    // Two seconds after the last frame of the session: it must not come for nothing.
    const heard = line.lastArrival(orders[0]?.order.session ?? 0, one.cycle);
    if (heard !== undefined)
      commands.push({ atNs: (heard + cyclesOfUs(LINK_LOSS_US)) * CYCLE_NS, kind: 'stop' });
  }
  return commands.sort((a, b) => a.atNs - b.atNs);
}

/** What the oracle and the laws find; not what lies between a fault and the end that it led to. */
function findingsOf(
  sim: Simulator,
  one: CampaignCase,
  commands: readonly Command[],
  struck: readonly Struck[],
  ends: readonly SafeEnd[],
): Pick<RunVerdict, 'pulses' | 'findings'> {
  const starts = commands.filter(({ kind }) => kind === 'start');
  const capture = sim.capture();
  const fromNs = measuredUntilNs(one, commands, sim);
  const judged = fromNs > 0 ? captureFrom(capture, fromNs) : capture;
  // Without a start that was taken nothing may come.
  const told = starts.length > 0 ? commands : [{ kind: 'start', atNs: sim.nowCycles * CYCLE_NS } as const];
  const isDrifting = struck.some(({ fault }) => fault.name === 'clock-drift');
  const toleranceNs = isDrifting ? DRIFT_NS : undefined;
  const verdict = judge(judged, one.therapy, { commands: told, findingsMax: 1000, toleranceNs });
  const laws = judgeLimits(capture);
  const found = [...verdict.findings, ...laws.findings, ...undetected(one, struck, ends, starts[0]?.atNs)];
  const isEarly = starts.length === 0;
  const firstNs = Math.min(...struck.map(({ cycle }) => cycle * CYCLE_NS)) - PULSE_NS;
  const isDriverOut = sim.trace?.marks(Mark.DRIVER).at(-1)?.argument !== 1;
  const lastNs = isDriverOut ? Number.POSITIVE_INFINITY : (ends[0]?.atNs ?? Number.NEGATIVE_INFINITY);
  const findings = found.filter(({ atNs, rule }) => {
    if (isEarly && NO_START_RULES.has(rule)) return false;
    return !(atNs >= firstNs && atNs <= lastNs);
  });
  return { pulses: verdict.totals.pulses, findings };
}

/** Where nothing was started it is no finding that nothing came. */
const NO_START_RULES: ReadonlySet<string> = new Set<Rule>(['no-output', 'late-start', 'pulse-missing']);

/** The end of an impedance measurement, whose pulses are no therapy's, ns; 0 where there was none. */
function measuredUntilNs(one: CampaignCase, commands: readonly Command[], sim: Simulator): number {
  if (one.stream !== 'impedance') return 0;
  return commands.find(({ kind }) => kind === 'start')?.atNs ?? sim.nowCycles * CYCLE_NS;
}

/**
 * Broken and shorted leads change nothing at the stage's converters, so the oracle cannot see them: where an electrode of
 * the therapy is struck and the device does not end, it is not what was programmed that flows.
 */
function undetected(
  one: CampaignCase,
  struck: readonly Struck[],
  ends: readonly SafeEnd[],
  startNs: number | undefined,
): FindingSeen[] {
  if (startNs === undefined || ends.length > 0) return [];
  const driven = new Set(
    one.therapy.areas.flatMap((area) =>
      area.amplitudeUa === 0
        ? []
        : Object.keys(area.electrodes).map((name) => electrodeIndex(name as ElectrodeName)),
    ),
  );
  return struck.flatMap(({ fault: { fault, phase }, cycle }) => {
    const electrodes =
      fault.kind === 'broken-lead'
        ? [fault.electrode]
        : fault.kind === 'shorted-leads'
          ? [fault.a, fault.b]
          : [];
    if (phase === 'stopping' || phase === 'stopped' || !electrodes.some((e) => driven.has(e))) return [];
    return [{ rule: 'undetected', atNs: cycle * CYCLE_NS, message: `the ${fault.kind} was not noticed` }];
  });
}
