// Which runs of a therapy the commands tell of.

import type { Command } from './intent.ts';
import type { RunEnd } from './run.ts';

export interface PlannedRun {
  readonly startNs: number;
  readonly end: RunEnd;
}

/** The runs that the commands tell of: a `start` begins one where none is, or where the last one was ended. */
export function planRuns(commands: readonly Command[]): PlannedRun[] {
  const never = Number.POSITIVE_INFINITY;
  const runs: { startNs: number; end: { stopNs: number; offNs: number } }[] = [];
  const begin = (startNs: number) => {
    runs.push({ startNs, end: { stopNs: never, offNs: never } });
  };
  if (!commands.some((command) => command.kind === 'start')) begin(Number.NEGATIVE_INFINITY);
  for (const { kind, atNs } of commands) {
    const run = runs.at(-1);
    if (kind === 'start') {
      if (!run || run.end.stopNs < never || run.end.offNs < never) begin(atNs);
    } else if (run && kind === 'stop') run.end.stopNs = Math.min(run.end.stopNs, atNs);
    else if (run && kind !== 'amplitude') run.end.offNs = Math.min(run.end.offNs, atNs);
  }
  return runs;
}
