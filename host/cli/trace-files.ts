// Writes a simulator's trace as VCD files, with what was ordered and when as comments at their end, for `stimgate check`.

import { appendFileSync, closeSync, fstatSync, mkdirSync, openSync, readSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { CYCLE_NS, type Simulator, VcdFile } from '../../sim/index.ts';
import type { Command, CommandKind } from '../../test/oracle/index.ts';

export interface TraceFile {
  readonly path: string;
  readonly logicOnly: boolean;
}

/** The files that options ask for; where several therapies are run, each has its name in its files'. */
export function traceFiles(
  options: { vcd?: string; vcdLogic?: string },
  therapy: string | undefined,
): TraceFile[] {
  const { vcd, vcdLogic } = options;
  const files: TraceFile[] = [];
  if (vcd !== undefined) files.push({ path: namedFor(therapy, vcd), logicOnly: false });
  if (vcdLogic !== undefined) files.push({ path: namedFor(therapy, vcdLogic), logicOnly: true });
  return files;
}

/** A path with the therapy's name before its ending; the path itself where there is but one therapy. */
export function namedFor(therapy: string | undefined, path: string): string {
  if (therapy === undefined) return path;
  const ending = extname(path);
  return join(dirname(path), `${basename(path, ending)}-${basename(therapy, '.json')}${ending}`);
}

/** Writes the trace so far to each file. Throws the file system's error. */
export function writeTraces(
  simulator: Simulator,
  files: readonly TraceFile[],
  commands: readonly Command[],
): void {
  const { trace, nowCycles } = simulator;
  if (trace === null) return;
  for (const { path, logicOnly } of files) {
    mkdirSync(dirname(path), { recursive: true });
    new VcdFile(trace, path, { logicOnly }).close(nowCycles);
    const orders = commands.map(({ kind, atNs }) => `$comment stimgate ${kind} ${atNs} $end\n`);
    // A whole file ends with an instant: its end once more.
    appendFileSync(path, `${orders.join('')}#${nowCycles * CYCLE_NS}\n`);
  }
}

const TAIL_BYTES = 8192;
const KINDS: readonly string[] = ['start', 'stop', 'estop', 'magnet', 'trip'] satisfies CommandKind[];

/** The orders that `writeTraces` left at the end of a VCD; none in a file from elsewhere. */
export function readCommands(path: string): Command[] {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const found = bytes.toString('latin1').matchAll(/^\$comment stimgate (\w+) (\d+) \$end$/gm);
    return [...found].flatMap(([, kind, atNs]) => {
      return KINDS.includes(kind) ? [{ kind: kind as CommandKind, atNs: Number(atNs) }] : [];
    });
  } finally {
    closeSync(file);
  }
}
