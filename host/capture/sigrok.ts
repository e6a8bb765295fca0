// Reads a sigrok session (.sr) by running sigrok-cli, which turns it into a VCD (logic) or a CSV (one analogue channel).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureError } from '../../test/oracle/index.ts';

/** A session as a file that the oracle reads. */
export interface ConvertedSession {
  readonly path: string;
  readonly kind: 'vcd' | 'csv';
  /** What the user should know of it. */
  readonly warnings: readonly string[];
  /** Removes the file. */
  readonly dispose: () => void;
}

/** Converting a long session takes a while; more than this is a tool that hangs, ms. */
const TOOL_MS_MAX = 600_000;

/** Converts a session. @throws CaptureError where the file is none, sigrok-cli is missing or cannot read it. */
export function convertSession(file: string, tool = 'sigrok-cli'): ConvertedSession {
  if (statSync(file, { throwIfNoEntry: false }) === undefined)
    throw new CaptureError(file, 0, 'no such file: check the path');
  const shown = runTool(tool, file, ['--show']);
  const channels = [...shown.matchAll(/^- (.+): (logic|analog)\s*$/gm)].map(([, name, kind]) => ({
    name,
    kind,
  }));
  const analog = channels.filter(({ kind }) => kind === 'analog').map(({ name }) => name);
  const hasLogic = channels.length > analog.length;
  if (channels.length === 0) throw new CaptureError(file, 0, 'a session without channels: capture again');
  if (!hasLogic && analog.length > 1)
    throw new CaptureError(
      file,
      0,
      `${analog.length} analogue channels, of which sigrok-cli can convert one: export a CSV from PulseView and check that`,
    );
  const kind = hasLogic ? 'vcd' : 'csv';
  const folder = mkdtempSync(join(tmpdir(), 'stimgate-session-'));
  const dispose = (): void => rmSync(folder, { recursive: true, force: true });
  const path = join(folder, `session.${kind}`);
  try {
    runTool(tool, file, ['-O', kind, '-o', path]);
    if (!(statSync(path, { throwIfNoEntry: false })?.size ?? 0))
      throw new CaptureError(file, 0, 'sigrok-cli finds no samples in it: capture again');
  } catch (error) {
    dispose();
    throw error;
  }
  const ignored = hasLogic && analog.length > 0;
  const warnings = ignored
    ? [
        `${file}: judged by its logic channels alone; sigrok-cli cannot convert ${analog.join(', ')} beside them`,
      ]
    : [];
  return { path, kind, warnings, dispose };
}

function runTool(tool: string, file: string, options: readonly string[]): string {
  const ran = spawnSync(tool, ['-i', file, ...options], {
    encoding: 'utf8',
    timeout: TOOL_MS_MAX,
    maxBuffer: 1 << 26,
  });
  const code = (ran.error as NodeJS.ErrnoException | undefined)?.code;
  if (code === 'ENOENT')
    throw new CaptureError(
      file,
      0,
      'reading it takes sigrok-cli, which is not there: install it (Debian: apt install sigrok-cli), or export a VCD or CSV',
    );
  if (ran.error === undefined && ran.status === 0) return ran.stdout;
  const why = ran.stderr.trim().split('\n').at(-1) || (ran.signal ?? code ?? `exit ${ran.status}`);
  throw new CaptureError(file, 0, `sigrok-cli cannot read it: ${why}; capture again, or export a VCD or CSV`);
}
