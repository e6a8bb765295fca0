// The commands against the embedded simulator: verdicts, files, exit codes, Ctrl-C, and a fault.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { deliver } from '../../host/cli/deliver.ts';
import { stickSource } from '../../host/cli/fault-demo.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import { openTransport } from '../../host/transport/open.ts';
import { stimgate } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

describe('REQ-HST-103: commands end with the code of their outcome', () => {
  it('run delivers, judges and holds; the trace that it writes checks; another therapy does not', async () => {
    const vcd = inFolder('tonic.vcd');
    const ran = await stimgate(
      'run',
      'tonic',
      '--for',
      '700ms',
      '--json',
      '--vcd',
      vcd,
      '--vcd-logic',
      inFolder('logic.vcd'),
    );
    expect(ran.exit).toBe(0);
    const { runs } = JSON.parse(ran.out);
    expect(runs[0]).toMatchObject({ holds: true, levelsSeen: true, findings: [], laws: { holds: true } });
    expect(runs[0].areas[0].seen).toMatchObject({
      phaseUs: 300,
      gapUs: 50,
      amplitudeUa: 4000,
      netChargePc: 0,
      onsetErrorNs: 0,
    });
    expect(runs[0].areas[0].seen.pulses).toBeGreaterThan(30);
    const checked = await stimgate('check', vcd, 'tonic', '--json');
    expect(checked.exit).toBe(0);
    expect(JSON.parse(checked.out).areas[0].seen.pulses).toBe(runs[0].areas[0].seen.pulses);
    expect((await stimgate('check', inFolder('logic.vcd'), 'tonic')).exit).toBe(0);
    const other = await stimgate('check', vcd, 'fast');
    expect(other.exit).toBe(1);
    expect(other.out).toMatch(/fails \(\d+ findings\)/);
  });

  it('the same seed gives the same trace, byte for byte; another seed another', async () => {
    const [a, b, c] = ['a.vcd', 'b.vcd', 'c.vcd'].map(inFolder);
    await stimgate('run', 'drg', '--for', '200ms', '--seed', '5', '--vcd', a);
    await stimgate('run', 'drg', '--for', '200ms', '--seed', '5', '--vcd', b);
    await stimgate('run', 'drg', '--for', '200ms', '--seed', '6', '--vcd', c);
    expect(readFileSync(a).equals(readFileSync(b))).toBe(true);
    expect(readFileSync(a).equals(readFileSync(c))).toBe(false);
  });

  it('a capture that is cut in half, and one that is none', async () => {
    writeFileSync(inFolder('half.vcd'), readFileSync(inFolder('tonic.vcd')).subarray(0, 60_001));
    writeFileSync(inFolder('none.vcd'), 'hello\n');
    const half = await stimgate('check', inFolder('half.vcd'), 'tonic');
    expect(half.err).toMatch(/half\.vcd: the file is cut/);
    expect([1, 2]).toContain(half.exit);
    const none = await stimgate('check', inFolder('none.vcd'), 'tonic');
    expect(none.exit).toBe(2);
    expect(none.err.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [['run', 'no-such.json'], 2, 'stimgate: no-such.json: no such file\n'],
    [['run', 'tonic', '--for', '3'], 2, /Give a time with its unit/],
    [['run', '--port', 'tcp:localhost:1'], 2, /name a therapy to run/],
    [['run', 'tonic', '--port', 'tcp:nowhere'], 2, /tcp:<host>:<port>/],
    [['run', 'tonic', '--port', '/dev/no-such-port'], 3, /no-such-port/],
    [['run', 'tonic', '--port', '/dev/x', '--vcd', 'a'], 2, /need --port sim/],
    [['sim'], 2, /--tcp/],
    [['frobnicate'], 2, /unknown command/],
    [['check', 'a.txt', 'tonic'], 2, /not a \.vcd, \.csv or \.sr file/],
    [['impedance', '--pairs', 'E1-E99'], 2, /not two electrodes/],
  ] as const)('%j', async (argv, exit, line) => {
    const said = await stimgate(...argv);
    expect(said.exit).toBe(exit);
    if (typeof line === 'string') expect(said.err).toBe(line);
    else expect(said.err).toMatch(line);
    expect(said.err).not.toMatch(/\n\s+at /);
  });

  it('a misused command says so in JSON too', async () => {
    const said = await stimgate('run', 'no-such.json', '--json');
    expect(JSON.parse(said.out)).toEqual({ error: 'no-such.json: no such file', exit: 2 });
  });

  it('what the device refuses is misuse and names the field', async () => {
    const therapy = loadPreset('burstdr');
    // Passive recharge cannot keep up with 300 Hz of 1000 µs: only the device's charge model sees that.
    const area = { ...therapy.areas[0], rateHz: 300, burst: undefined, cycle: undefined };
    writeFileSync(inFolder('passive.json'), JSON.stringify({ ...therapy, areas: [area] }));
    const said = await stimgate('run', inFolder('passive.json'));
    expect(said.exit).toBe(2);
    expect(said.err).toMatch(/passive\.json: the device refused/);
  });

  it('info and impedance tell of the device', async () => {
    const info = JSON.parse((await stimgate('info', '--json')).out);
    expect(info).toMatchObject({ port: 'sim', device: { profile: 'percutaneous-16', authenticated: false } });
    expect((await stimgate('info')).out).toMatch(/not defended/);
    const { impedances } = JSON.parse(
      (await stimgate('impedance', '--pairs', 'E1-E2,E3-CASE', '--json')).out,
    );
    expect(impedances).toHaveLength(2);
    for (const { ohm } of impedances) expect(ohm).toBeGreaterThan(100);
  });
});

describe('REQ-HST-102: all presets, a fault and the report', () => {
  it('run without a therapy holds', async () => {
    const report = inFolder('report.html');
    const said = await stimgate('run', '--report', report, '--json');
    const { runs, faults, holds } = JSON.parse(said.out);
    expect(runs.flatMap((run: { findings: unknown[] }) => run.findings)).toEqual([]);
    expect(said.exit).toBe(0);
    expect(holds).toBe(true);
    expect(runs).toHaveLength(8);
    expect(faults).toMatchObject([{ trip: 'READBACK', holds: true }]);
    expect(readFileSync(report, 'utf8')).toContain('</html>');
  });

  it('a source that sticks trips the interlock, and no current flows after the trip', async () => {
    const transport = await openTransport('sim', { seed: 3 });
    const fault = await stickSource(transport, loadPreset('tonic'), 'tonic');
    await transport.close();
    expect(fault).toMatchObject({ trip: 'READBACK', holds: true });
    expect(fault.offNs).toBeGreaterThan(fault.faultNs);
    expect(fault.offNs).toBeLessThanOrEqual(fault.tripNs + 1e6);
    expect(fault.reportedNs).toBeGreaterThan(fault.tripNs);
  });
});

describe('REQ-HST-104: Ctrl-C', () => {
  it('stops the output with ESTOP and leaves a judged, complete trace', async () => {
    const controller = new AbortController();
    const transport = await openTransport('sim', { seed: 1 });
    const onProgress = (text: string): void => {
      if (text.includes('stimulating, 0.5')) controller.abort();
    };
    const options = {
      therapy: loadPreset('10khz'),
      file: '10khz',
      forMs: 60_000,
      seed: 1,
      signal: controller.signal,
      onProgress,
    };
    const { record, commands } = await deliver(transport, options);
    await transport.close();
    expect(record).toMatchObject({ interrupted: true, holds: true, findings: [] });
    expect(commands.map((command) => command.kind)).toEqual(['start', 'estop']);
    expect(record.ranMs).toBeLessThan(700);
    expect(record.stops).toMatchObject([{ kind: 'ESTOP' }]);
    expect(record.stops[0].latencyNs).toBeLessThan(10e6);
  });
});
