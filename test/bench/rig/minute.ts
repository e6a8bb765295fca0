// A process of its own for the bench: a minute of the tonic preset on a real serial port, with `stimgate sim --pty` behind it,
// in wall-clock time. Prints a MinuteResult.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deliver } from '../../../host/cli/deliver.ts';
import { packagePath } from '../../../host/therapy/package-files.ts';
import { loadPreset } from '../../../host/therapy/presets.ts';
import { openSerial } from '../../../host/transport/serial.ts';

export interface MinuteResult {
  readonly pulses: number;
  /** What the judge found: a pulse that is missing, an onset that is off. */
  readonly findings: readonly string[];
  readonly onsetErrorNs: number;
}

const FOR_MS = 60_000;
const LOOK_MS = 20;

const folder = mkdtempSync(join(tmpdir(), 'stimgate-minute-'));
const link = join(folder, 'stim');
const simulator = spawn(process.execPath, [packagePath('dist/host/cli/main.js'), 'sim', '--pty', link], {
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  while (!existsSync(link) && simulator.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const transport = await openSerial(link);
  const options = { therapy: loadPreset('tonic'), file: 'tonic', forMs: FOR_MS, seed: undefined };
  const { record } = await deliver(transport, { ...options, signal: new AbortController().signal });
  await transport.close();
  const [{ seen }] = record.areas;
  const findings = record.findings.map(({ rule, message }) => `${rule}: ${message}`);
  const result: MinuteResult = {
    pulses: seen.pulses,
    findings,
    onsetErrorNs: seen.onsetErrorNs ?? Number.NaN,
  };
  process.stdout.write(JSON.stringify(result));
} finally {
  simulator.kill('SIGINT');
  rmSync(folder, { recursive: true });
}
