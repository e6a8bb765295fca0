// The files that a command is asked to write: where each goes, and that it can be written, before anything stimulates.

import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  realpathSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolderOf } from '../report/make-folder.ts';
import { fileWords, UsageError } from './exit.ts';
import { namedFor, type TraceFile, traceFiles } from './trace-files.ts';

export interface OutputPaths {
  readonly vcd?: string;
  readonly vcdLogic?: string;
  readonly report?: string;
  readonly svg?: string;
}

/** Files of one therapy. */
export interface TherapyOutputs {
  readonly traces: readonly TraceFile[];
  readonly sheet: string | undefined;
}

interface Output {
  readonly option: string;
  readonly path: string;
}

/**
 * The files of each therapy, in their order. Makes their folders.
 * @param therapies the therapies' files or presets, as the user named them.
 * @throws UsageError where a path is empty, used twice, a therapy's own, or cannot be written.
 */
export function plannedOutputs(therapies: readonly string[], paths: OutputPaths): TherapyOutputs[] {
  const options = {
    '--vcd': paths.vcd,
    '--vcd-logic': paths.vcdLogic,
    '--report': paths.report,
    '--svg': paths.svg,
  };
  for (const [option, path] of Object.entries(options)) {
    if (path?.trim() === '') throw new UsageError(`${option}: the path is empty; name a file`);
  }
  const outputs: Output[] = paths.report === undefined ? [] : [{ option: '--report', path: paths.report }];
  const planned = therapies.map((therapy): TherapyOutputs => {
    const named = therapies.length > 1 ? therapy : undefined;
    const traces = traceFiles(paths, named);
    const sheet = paths.svg === undefined ? undefined : namedFor(named, paths.svg);
    for (const { path, logicOnly } of traces)
      outputs.push({ option: logicOnly ? '--vcd-logic' : '--vcd', path });
    if (sheet !== undefined) outputs.push({ option: '--svg', path: sheet });
    return { traces, sheet };
  });
  refuseClashes(outputs, therapies);
  for (const { path } of outputs) requireWritable(path);
  return planned;
}

function refuseClashes(outputs: readonly Output[], therapies: readonly string[]): void {
  const inputs = new Set(therapies.filter((file) => existsSync(file)).map(real));
  const seen = new Map<string, string>();
  for (const { option, path } of outputs) {
    const at = real(path);
    if (inputs.has(at)) throw new UsageError(`${option} ${path} would overwrite a therapy's file`);
    const other = seen.get(at);
    if (other === option)
      throw new UsageError(
        `${option}: two of the therapies would write ${path}; give their files different names`,
      );
    if (other !== undefined) throw new UsageError(`${other} and ${option} would both write ${path}`);
    seen.set(at, option);
  }
}

/** A path that is the same however its folder is named. */
function real(path: string): string {
  const absolute = resolve(path);
  if (existsSync(absolute)) return realpathSync(absolute);
  const folder = dirname(absolute);
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute;
}

/** Makes the file's folder. @throws UsageError where the file cannot be written. */
export function requireWritable(path: string): void {
  try {
    makeFolderOf(path);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (found !== undefined) {
      accessSync(path, constants.W_OK);
      return;
    }
    closeSync(openSync(path, 'wx'));
    unlinkSync(path);
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${fileWords(error)}`);
  }
}
