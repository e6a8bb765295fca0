// How much faster than real time a device runs in processor time: whole, with the trace on and its session open.

import { runBench } from './child.ts';
import type { CourseResult } from './course.ts';
import type { Figure } from './figure.ts';

/** What the interlock costs a call, ns: an idle and a driving request, a poll, a status. */
export interface InterlockNs {
  readonly idle: number;
  readonly active: number;
  readonly poll: number;
  readonly status: number;
}

interface Course {
  readonly name: string;
  readonly preset: string;
  readonly body: 'body' | 'none';
  /** Simulated seconds a repeat: a quarter of a second of the processor's or so. */
  readonly seconds: number;
  /** Share of the requests that drive. */
  readonly driving: number;
  readonly least?: number;
}

// A tonic pulse is three driving segments, a gap and four of rest; one of 10 kHz two and one.
const TONIC = { preset: 'tonic', driving: 3 / 8 };
const TEN_KHZ = { preset: '10khz', driving: 2 / 3 };

const COURSES: readonly Course[] = [
  { ...TONIC, name: 'tonic, trace on', body: 'none', seconds: 800, least: 10_000 },
  { ...TONIC, name: 'tonic, trace and body on', body: 'body', seconds: 600 },
  { ...TEN_KHZ, name: '10 kHz, trace on', body: 'none', seconds: 15, least: 100 },
  { ...TEN_KHZ, name: '10 kHz, trace and body on', body: 'body', seconds: 8 },
];

const whole = (value: number): string => Math.round(value).toLocaleString('en-GB');

function runCourse({ name, preset, body, seconds, driving, least }: Course, interlock: InterlockNs): Figure {
  const { msPerSecond, requests, turns, isCharged } = runBench(
    'course',
    preset,
    body,
    String(seconds),
  ) as CourseResult;
  const requestNs = driving * interlock.active + (1 - driving) * interlock.idle;
  const gateMs = (requests * requestNs + turns * (interlock.poll + interlock.status)) / 1e6;
  const share = Math.round((100 * gateMs) / msPerSecond);
  const value = 1000 / msPerSecond;
  return {
    name: isCharged ? name : `${name}, nothing charged: the processor cannot serve it`,
    value,
    unit: 's/s',
    reference: 'real time',
    ratio: value,
    aim: least === undefined ? undefined : { least },
    limit:
      `${whole(requests)} requests and ${whole(turns)} turns a simulated second; the interlock alone takes ` +
      `${share} % and would reach ${whole(1000 / gateMs)}`,
  };
}

export function benchSpeed(interlock: InterlockNs): Figure[] {
  return COURSES.map((course) => runCourse(course, interlock));
}
