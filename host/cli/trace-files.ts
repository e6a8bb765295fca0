// Writes a simulator's trace as VCD files, with what was ordered at its instants, for `stimgate check`.

import { basename, dirname, extname, join } from 'node:path';
import { CYCLE_NS, type Simulator, VcdFile } from '../../sim/index.ts';
import { type Command, orderText } from '../../test/oracle/index.ts';
import { makeFolderOf } from '../report/make-folder.ts';
import { named } from '../report/write-file.ts';

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
  const marks = commands
    .map((command) => ({
      cycle: Math.floor(command.atNs / CYCLE_NS),
      text: orderText(command),
      order: command.kind === 'amplitude' ? undefined : command.kind,
    }))
    .sort((a, b) => a.cycle - b.cycle);
  for (const { path, logicOnly } of files) {
    makeFolderOf(path);
    named(path, () => new VcdFile(trace, path, { logicOnly, marks }).close(nowCycles));
  }
}
