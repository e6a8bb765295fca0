// When nothing but recharge may come out: after a stop, a magnet, a trip, a bad sensor, before `arm`, and when nobody asked
// for anything. Spans of time from the trace's marks and the script, never from the interlock.
import { CYCLES_PER_US } from '../../../sim/clock/cycles.ts';
import { Mark } from '../../../sim/trace/marks.ts';
import type { MarkEntry } from '../../../sim/trace/trace.ts';
import type { Event } from './event.ts';

export interface Span {
  readonly law: string;
  readonly why: string;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Nine half-lives of passive recharge. */
const DISCHARGE_US = 64_800;
const TRIP_HOLD_US = 1_000_000;
const HORIZON_US = 20_000;
/** A sensor is converted every ms and looked at in every poll, every 10 ms; a reading is stale after 20 ms. */
const NOTICED_US = 12_000;
const NOTICED_STALE_US = 32_000;

/** The first event of a kind after a time, Infinity where there is none. */
function nextOf(events: readonly Event[], kind: Event['kind'], fromUs: number): number {
  return events.find((event) => event.kind === kind && event.atUs > fromUs)?.atUs ?? Number.POSITIVE_INFINITY;
}

/** From a time until the next `arm` that succeeded. */
function untilArmed(law: string, why: string, fromUs: number, events: readonly Event[]): Span {
  return { law, why, fromUs, toUs: nextOf(events, 'arm', fromUs) };
}

/** A trip can be cleared a second later; a new start is another matter. */
function afterTrip(atUs: number, events: readonly Event[]): Span[] {
  const toUs = Math.min(atUs + TRIP_HOLD_US, nextOf(events, 'boot', atUs));
  return [
    untilArmed('L8', 'after a trip', atUs, events),
    { law: 'L8', why: 'less than a second after a trip', fromUs: atUs, toUs },
  ];
}

function spansOfMark({ cycle, kind, argument }: MarkEntry, events: readonly Event[]): Span[] {
  const atUs = cycle / CYCLES_PER_US;
  if (kind === Mark.MAGNET && argument === 1) return [untilArmed('L10', 'after the magnet', atUs, events)];
  if (kind === Mark.TRIP) return afterTrip(atUs, events);
  if (kind === Mark.OFF || kind === Mark.BOOT) {
    const why = 'within nine half-lives of off';
    return [
      untilArmed('L9', 'before arm', atUs, events),
      { law: 'L9', why, fromUs: atUs, toUs: atUs + DISCHARGE_US },
    ];
  }
  return [];
}

function isBad({ batteryMv, temperatureMc }: Event): boolean {
  if (batteryMv !== undefined && (batteryMv < 3000 || batteryMv > 6000)) return true;
  return temperatureMc !== undefined && (temperatureMc < 0 || temperatureMc > 39_000);
}

function spansOfEvent(event: Event, events: readonly Event[], firstTripUs: number): Span[] {
  if (event.kind === 'stop') return [untilArmed('L10', 'after a stop', event.atUs, events)];
  if (event.kind !== 'sensors') return [];
  const later = events.slice(events.indexOf(event) + 1).find(({ kind }) => kind === 'sensors');
  const laterUs = later?.atUs ?? Number.POSITIVE_INFINITY;
  const spans: Span[] = [];
  const add = (noticedUs: number, why: string): void => {
    // A sensor that is well again before anybody must have looked breaks nothing.
    const fromUs = event.atUs + noticedUs;
    if (laterUs <= fromUs) return;
    spans.push(untilArmed('L11', why, fromUs, events));
    // Whoever has latched by then is judged from there on, or has been since before.
    if (firstTripUs <= fromUs) return;
    const toUs = Math.min(event.atUs + TRIP_HOLD_US, nextOf(events, 'boot', event.atUs));
    spans.push({ law: 'L8', why: `less than a second after what had to trip, ${why}`, fromUs, toUs });
  };
  if (isBad(event)) add(NOTICED_US, 'with a sensor out of its range');
  if (event.health?.is === 'stale') add(NOTICED_STALE_US, 'with a stale sensor');
  return spans;
}

/** What was asked for at a time has ended 20 ms later. */
function spansOfSilence(events: readonly Event[]): Span[] {
  const askedUs = events.filter(({ kind }) => kind === 'request').map(({ atUs }) => atUs);
  return askedUs.map((atUs, index) => ({
    law: 'L16',
    why: 'more than 20 ms after it was asked for',
    fromUs: atUs + HORIZON_US,
    toUs: askedUs[index + 1] ?? Number.POSITIVE_INFINITY,
  }));
}

/** Every span in which output breaks a law; only those that are not empty. */
export function forbiddenSpans(marks: readonly MarkEntry[], events: readonly Event[]): Span[] {
  const firstTrip = marks.find(({ kind }) => kind === Mark.TRIP);
  const firstTripUs = (firstTrip?.cycle ?? Number.POSITIVE_INFINITY) / CYCLES_PER_US;
  const spans = [
    ...marks.flatMap((mark) => spansOfMark(mark, events)),
    ...events.flatMap((event) => spansOfEvent(event, events, firstTripUs)),
    ...spansOfSilence(events),
  ];
  return spans.filter(({ fromUs, toUs }) => fromUs < toUs);
}
