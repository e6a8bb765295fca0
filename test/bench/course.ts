// A process of its own for the bench: a preset on a device, trace on, session open, events sent and thrown away.
// Arguments: preset, "body" or "none", simulated seconds a repeat. Prints a CourseResult.

import { READING_SEGMENTS } from '../../firmware/board.ts';
import { running } from './device.ts';
import { medianMs, REPEATS } from './measure.ts';

export interface CourseResult {
  /** Processor time of a simulated second, ms. */
  readonly msPerSecond: number;
  /** Per simulated second. */
  readonly requests: number;
  readonly turns: number;
}

const [, , preset, body, seconds] = process.argv;
const { sim } = running(preset, body === 'none' ? { body } : {});
sim.onByte = () => {};
const us = Number(seconds) * 1e6;
const segments = (): number => sim.modules.interlock.reading(READING_SEGMENTS);
const turns = (): number => sim.trace?.heartbeats.length ?? 0;

sim.runUs(us);
const before = { segments: segments(), turns: turns() };
const tookMs = medianMs(() => sim.runUs(us), { warmUps: 0 });
const simulated = REPEATS * Number(seconds);
const result: CourseResult = {
  msPerSecond: tookMs / Number(seconds),
  requests: (segments() - before.segments) / simulated,
  turns: (turns() - before.turns) / simulated,
};
process.stdout.write(JSON.stringify(result));
