// Other processes that the bench starts and waits for.

import { spawnSync } from 'node:child_process';
import { packagePath, packageRoot } from '../../host/therapy/package-files.ts';

/** Runs a program in the package's folder. Returns what it prints; throws Error with what it complains of. */
export function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: packageRoot(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stderr}`);
  return stdout;
}

/** Runs a built module of this folder in a node of its own, so that nothing measured before has shaped its code. */
export function runBench(module: string, ...args: readonly string[]): unknown {
  return JSON.parse(run(process.execPath, [packagePath(`dist/test/bench/${module}.js`), ...args]));
}
