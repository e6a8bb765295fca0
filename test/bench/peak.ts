// The memory that a process and all that it starts hold together while they run. Pages that they share count for each of them,
// so the figure is never too small but for what happens between two looks.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { packagePath, packageRoot } from '../../host/therapy/package-files.ts';

const LOOK_MS = 250;
const KIB = 1024;
const OUTPUT_BYTES_MAX = 1 << 24;

const execute = promisify(execFile);

interface Row {
  readonly id: number;
  readonly parent: number;
  readonly residentBytes: number;
}

async function processes(): Promise<Row[]> {
  const { stdout } = await execute('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([id, parent, kib]) => ({ id, parent, residentBytes: kib * KIB }));
}

/** What a process and its descendants hold now, bytes. */
function residentOf(id: number, rows: readonly Row[]): number {
  const own = rows.find((row) => row.id === id)?.residentBytes ?? 0;
  const children = rows.filter((row) => row.parent === id);
  return children.reduce((sum, child) => sum + residentOf(child.id, rows), own);
}

/** Runs a built module of this folder in a node of its own; what it prints, and the most memory that was seen. */
export async function runWithPeak(
  module: string,
  ...args: readonly string[]
): Promise<{ printed: unknown; peakBytes: number }> {
  const running = execute(process.execPath, [packagePath(`dist/test/bench/${module}.js`), ...args], {
    cwd: packageRoot(),
    maxBuffer: OUTPUT_BYTES_MAX,
  });
  let peakBytes = 0;
  let isOver = false;
  const look = async (): Promise<void> => {
    while (!isOver) {
      peakBytes = Math.max(peakBytes, residentOf(running.child.pid ?? 0, await processes()));
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  };
  const looking = look();
  try {
    const { stdout } = await running;
    return { printed: JSON.parse(stdout), peakBytes };
  } finally {
    isOver = true;
    await looking;
  }
}
