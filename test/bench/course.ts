// A process of its own for the bench: a preset on a device, trace on, session open, events sent and thrown away.
// Arguments: preset, "body" or "none", simulated seconds a repeat. Prints a CourseResult.

import { READING_SEGMENTS } from '../../firmware/board.ts';
import { NO_COSTS } from '../../sim/index.ts';
import { running } from './device.ts';
import { medianMs, REPEATS } from './measure.ts';

export interface CourseResult {
  /** Processor time of a simulated second, ms. */
  readonly msPerSecond: number;
  /** Per simulated second. */
  readonly requests: number;
  readonly turns: number;
  /** False: the processor cannot serve the therapy, and it was run with nothing charged. */
  readonly isCharged: boolean;
}

/** Longer than the period of any preset. */
const LOOK_US = 1_000_000;
const [, , preset, body, seconds] = process.argv;
const options = body === 'none' ? ({ body } as const) : {};
const charged = running(preset, options).sim;
const segmentsOf = (of: typeof charged): number => of.modules.interlock.reading(READING_SEGMENTS);
const first = segmentsOf(charged);
charged.runUs(LOOK_US);
const isCharged = segmentsOf(charged) !== first;
const sim = isCharged ? charged : running(preset, { ...options, costs: NO_COSTS }).sim;
sim.onByte = () => {};
const us = Number(seconds) * 1e6;
const segments = (): number => segmentsOf(sim);
const turns = (): number => sim.trace?.heartbeats.length ?? 0;

sim.runUs(us);
const before = { segments: segments(), turns: turns() };
const tookMs = medianMs(() => sim.runUs(us), { warmUps: 0 });
const simulated = REPEATS * Number(seconds);
const result: CourseResult = {
  msPerSecond: tookMs / Number(seconds),
  requests: (segments() - before.segments) / simulated,
  turns: (turns() - before.turns) / simulated,
  isCharged,
};
process.stdout.write(JSON.stringify(result));
