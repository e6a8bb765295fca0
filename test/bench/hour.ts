// A process of its own for the bench: an hour of the tonic preset, trace and body on. Prints an HourResult.

import { running } from './device.ts';

export interface HourResult {
  /** Growth of the resident set, bytes. */
  readonly grownBytes: number;
  /** Edges of the output in the trace. */
  readonly edges: number;
}

const HOUR_US = 3_600_000_000;
const SLICE_US = 10_000_000;

const { sim } = running('tonic');
const before = process.memoryUsage().rss;
let most = before;
for (let us = 0; us < HOUR_US; us += SLICE_US) {
  sim.runUs(SLICE_US);
  most = Math.max(most, process.memoryUsage().rss);
}
const result: HourResult = { grownBytes: most - before, edges: sim.trace?.outputs.length ?? 0 };
process.stdout.write(JSON.stringify(result));
