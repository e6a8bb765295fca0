// The property suite over one binary of the stimulator, in a process of its own that is given up when it hangs.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packagePath, packageRoot } from '../../../host/therapy/package-files.ts';

/** The properties of the whole device. Those of the interlock alone run no stimulator; the long trains take too long. */
const FILES = [
  'therapies',
  'commands',
  'delivered',
  'stopping',
  'live-amplitude',
  'bytes',
  'resets',
  'ramped-windows',
].map((name) => `test/property/${name}.test.ts`);
/** Each property makes so many times fewer runs than it does by itself. */
const SHARE = 5;
/** A mutant on which the suite takes longer than this goes round for ever, ms. */
const HANGS_MS = 120_000;

export type SuiteVerdict = 'passes' | 'fails' | 'hangs';

export function passes(verdict: SuiteVerdict): boolean {
  return verdict === 'passes';
}

export class Suites {
  readonly #folder = mkdtempSync(join(tmpdir(), 'stimgate-mutants-'));
  #count = 0;

  /** Runs the suite until its first failure. */
  judge(binary: Uint8Array): Promise<SuiteVerdict> {
    const path = join(this.#folder, `${this.#count++}.wasm`);
    writeFileSync(path, binary);
    const vitest = packagePath('node_modules/vitest/vitest.mjs');
    const suite = spawn(process.execPath, [vitest, 'run', ...FILES, '--bail=1', '--maxWorkers=1'], {
      cwd: packageRoot(),
      env: { ...process.env, STIMGATE_STIMULATOR: path, STIMGATE_SHARE: String(SHARE) },
      stdio: 'ignore',
      detached: true,
    });
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // With all that it has started.
        process.kill(-(suite.pid as number), 'SIGKILL');
        resolve('hangs');
      }, HANGS_MS);
      suite.on('error', reject);
      suite.on('exit', (code) => {
        clearTimeout(timer);
        rmSync(path, { force: true });
        resolve(code === 0 ? 'passes' : 'fails');
      });
    });
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
