// The built command when whoever reads it goes away: the verdict stands, and nothing is left stimulating.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { catchInterrupt, interruptAll } from '../../host/cli/interrupt.ts';

const MAIN = fileURLToPath(new URL('../../dist/host/cli/main.js', import.meta.url));

/** Runs the command, closes one of its outputs at the first word there, and gives its exit code and what stdout said. */
async function readBriefly(closed: 'stdout' | 'stderr', ...argv: string[]): Promise<[number | null, string]> {
  const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  child[closed].once('data', () => child[closed].destroy());
  const exit = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return [exit, said];
}

describe('REQ-HST-103: an output that is closed does not end the command', () => {
  it.runIf(existsSync(MAIN))('a run without stderr goes on to its verdict', async () => {
    const [exit, said] = await readBriefly('stderr', 'run', 'tonic', '--for', '1h');
    expect(exit).toBe(0);
    expect(said).toContain('1 of 1 hold; 180,0');
  });

  it.runIf(existsSync(MAIN))('a misuse keeps its code', async () => {
    const [exit] = await readBriefly('stderr', 'run', 'tonic', '--for', '100ms', '--bogus');
    expect(exit).toBe(2);
  });
});

describe('REQ-HST-104: what ends a run besides Ctrl-C', () => {
  it('a closed stdout and a closed terminal ask it to stop', () => {
    const first = catchInterrupt();
    interruptAll();
    expect(first.signal.aborted).toBe(true);
    first.release();
    const second = catchInterrupt();
    process.emit('SIGHUP');
    expect(second.signal.aborted).toBe(true);
    second.release();
  });
});
