// The oracle of the laws over what left the output stage: from a simulator's trace and what the script did, in plain
// arithmetic from the laws' statements. It knows nothing of the interlock, and where a trace leaves a choice (neighbouring
// segments of one level are one stretch, a limit moved while something was queued) it takes what speaks for the interlock.
import { CYCLES_PER_US } from '../../../sim/clock/cycles.ts';
import type { Capture } from '../../../sim/trace/capture.ts';
import type { MarkEntry } from '../../../sim/trace/trace.ts';
import { electrodeName, figure } from './describe.ts';
import { ElectrodeHistory, LimitHistory, type Stretch, TotalHistory } from './electrode-history.ts';
import type { Event } from './event.ts';
import { forbiddenSpans, type Span } from './forbidden.ts';

export interface Finding {
  /** "L1" … "L16". */
  readonly law: string;
  readonly seen: string;
  readonly atUs: number;
}

const ELECTRODES = 17;
const NS_PER_US = 1000;

function* stretchesOf(capture: Pick<Capture, 'stretches'>): Generator<Stretch> {
  for (const { startNs, endNs, state, levelsUa } of capture.stretches()) {
    const startUs = startNs / NS_PER_US;
    yield { startUs, endUs: endNs / NS_PER_US, durationUs: (endNs - startNs) / NS_PER_US, state, levelsUa };
  }
}

/** Laws of one moment: what may be out at all. */
function judgeSpans(stretch: Stretch, spans: readonly Span[], found: Finding[]): void {
  if (stretch.state === 'recharge') return;
  for (const span of spans) {
    const fromUs = Math.max(stretch.startUs, span.fromUs);
    if (fromUs < Math.min(stretch.endUs, span.toUs))
      found.push({ law: span.law, seen: `output ${span.why}`, atUs: fromUs });
  }
}

function judgeSum(stretch: Stretch, found: Finding[]): void {
  const sumUa = stretch.levelsUa.reduce((sum, levelUa) => sum + levelUa, 0);
  if (sumUa !== 0)
    found.push({ law: 'L2', seen: `levels that sum to ${figure(sumUa)} µA`, atUs: stretch.startUs });
}

/** A driven stretch shorter than the shortest segment, where nobody cut it. */
function judgeShort(stretch: Stretch, cutsUs: ReadonlySet<number>, endUs: number, found: Finding[]): void {
  if (stretch.state !== 'drive' || stretch.durationUs >= 10) return;
  if (!cutsUs.has(stretch.endUs) && stretch.endUs < endUs)
    found.push({ law: 'L3', seen: `output for ${figure(stretch.durationUs)} µs`, atUs: stretch.startUs });
}

/** The first finding of each law. */
function firstOfEach(found: readonly Finding[]): Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of found) {
    const known = first.get(finding.law);
    if (known === undefined || finding.atUs < known.atUs) first.set(finding.law, finding);
  }
  return [...first.values()];
}

/** What the output of a replay breaks, the first of each law. `events`: what the script did, in order. */
export function judgeTrace(
  capture: Pick<Capture, 'stretches'>,
  marks: readonly MarkEntry[],
  events: readonly Event[],
): Finding[] {
  const found: Finding[] = [];
  const spans = forbiddenSpans(marks, events);
  const cutsUs = new Set(marks.map(({ cycle }) => cycle / CYCLES_PER_US));
  const stretches = [...stretchesOf(capture)];
  const endUs = stretches.at(-1)?.endUs ?? 0;
  // A stuck converter puts out what nobody asked for: from there on the trace says nothing of what was released.
  const judgedUs = events.find(({ kind }) => kind === 'stuck')?.atUs ?? Number.POSITIVE_INFINITY;
  const limits = new LimitHistory(events);
  const electrodes = Array.from({ length: ELECTRODES }, (_, index) => new ElectrodeHistory(index, limits));
  const total = new TotalHistory();
  for (const stretch of stretches) {
    judgeSpans(stretch, spans, found);
    if (stretch.endUs > judgedUs) continue;
    judgeSum(stretch, found);
    judgeShort(stretch, cutsUs, endUs, found);
    for (const electrode of electrodes) {
      for (const { law, seen } of electrode.add(stretch))
        found.push({ law, seen: `${seen} on ${electrodeName(electrode.index)}`, atUs: stretch.endUs });
    }
    for (const finding of total.add(stretch, electrodes)) found.push({ ...finding, atUs: stretch.endUs });
  }
  return firstOfEach(found);
}
