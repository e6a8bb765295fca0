// What comes out opens in the tools of others: sigrok-cli reads the logic trace and decodes the line, Chromium shows the report.
// Without a tool its test is left out and says so; with STIMGATE_REQUIRE_TOOLS=1 a missing tool fails.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, vi } from 'vitest';
import { Message, WIRE_VERSION } from '../../firmware/wire.ts';
import { run } from '../../host/cli/run.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import { createSimulator, vcdText } from '../../sim/index.ts';
import { itWith } from './fixtures/tools.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('other tools', () => {
  itWith('sigrok-cli', 'sigrok-cli decodes from the logic trace the bytes that the device sent', async () => {
    const sent: number[] = [];
    const sim = await createSimulator({ seed: 4, trace: true, onByte: (byte) => sent.push(byte) });
    sim.write(
      encodeFrame({
        version: WIRE_VERSION,
        type: Message.HELLO,
        session: 0,
        sequence: 0,
        payload: new Uint8Array(),
      }),
    );
    sim.runUs(50_000);
    const path = join(folder, 'line.vcd');
    writeFileSync(path, vcdText(sim.trace!, sim.nowCycles, { logicOnly: true }));
    const decoder = ['-P', 'uart:rx=TX:baudrate=115200', '-A', 'uart=rx-data'];
    const out = execFileSync('sigrok-cli', ['-i', path, '-I', 'vcd:downsample=100', ...decoder], {
      encoding: 'utf8',
    });
    const seen = [...out.matchAll(/: ([0-9A-F]{2})$/gm)].map(([, hex]) => Number.parseInt(hex, 16));
    expect(sent.length).toBeGreaterThan(10);
    expect(seen).toEqual(sent);
  });

  itWith('chromium', 'Chromium shows the report from disk with every plot', async () => {
    const report = join(folder, 'report.html');
    const print = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const code = await run(['tonic'], { port: 'sim', seed: 1, for: 500, report, json: true });
    print.mockRestore();
    expect(code).toBe(0);
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'];
    const profile = `--user-data-dir=${join(folder, 'profile')}`;
    const page = execFileSync('chromium', [...flags, profile, '--dump-dom', `file://${resolve(report)}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(4);
    expect(page).toContain('not a medical device');
  });
});
