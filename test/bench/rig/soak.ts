// A process of its own for the bench: a day of the tonic preset without a trace, as a rig leaves it overnight. Prints a SoakResult.

import { running } from '../device.ts';

export interface SoakResult {
  readonly tookMs: number;
  /** Growth of the resident set from the end of the first hour on, bytes at most. */
  readonly grownBytes: number;
}

const HOUR_US = 3_600_000_000;
const HOURS = 24;
const SLICE_US = 10_000_000;

const { sim } = running('tonic', { trace: false });
const started = performance.now();
let settled = Number.POSITIVE_INFINITY;
let grownBytes = 0;
for (let us = 0; us < HOURS * HOUR_US; us += SLICE_US) {
  sim.runUs(SLICE_US);
  if (us + SLICE_US === HOUR_US) {
    globalThis.gc?.();
    settled = process.memoryUsage().rss;
  }
  grownBytes = Math.max(grownBytes, process.memoryUsage().rss - settled);
}
const result: SoakResult = { tookMs: performance.now() - started, grownBytes };
process.stdout.write(JSON.stringify(result));
