// What comes out opens in the tools of others: sigrok-cli reads the logic trace and decodes the line, Chromium shows the report.
// Without a tool its test is left out and says so; with STIMGATE_REQUIRE_TOOLS=1 a missing tool fails.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, vi } from 'vitest';
import { Message, WIRE_VERSION } from '../../firmware/wire.ts';
import { run } from '../../host/cli/run.ts';
import { Stimulator } from '../../host/device/stimulator.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import { loadPreset } from '../../host/therapy/presets.ts';
import { openSimulator } from '../../host/transport/simulator.ts';
import { createSimulator, vcdText } from '../../sim/index.ts';
import { stimgate } from './fixtures/command.ts';
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

  itWith(
    'sigrok-cli',
    'REQ-HST-131: the one-bit trace of a run passes as sigrok session, down-sampled, and as what sigrok-cli makes of that',
    async () => {
      const trace = join(folder, 'run.vcd');
      const args = ['--for', '300ms', '--seed', '2', '--json'];
      expect((await stimgate('run', 'tonic', ...args, '--vcd-logic', trace)).exit).toBe(0);
      for (const downsample of [200, 1000, 2000]) {
        const session = join(folder, `run-${downsample}.sr`);
        execFileSync('sigrok-cli', ['-i', trace, '-I', `vcd:downsample=${downsample}`, '-o', session]);
        const back = join(folder, 'back.vcd');
        execFileSync('sigrok-cli', ['-i', session, '-O', 'vcd', '-o', back]);
        for (const capture of [session, back]) {
          const said = await stimgate('check', capture, 'tonic');
          expect(said.out, capture).toContain('holds');
          expect(said).toMatchObject({ exit: 0, err: '' });
          expect(said.out).toContain('polarity only');
          // What was ordered has come along: the STOP was judged, and the impedance measurement before the start was not.
          expect(said.out).toMatch(/ms +– +holds/);
          expect((await stimgate('check', capture, 'fast')).exit).toBe(1);
        }
      }
    },
  );

  itWith(
    'sigrok-cli',
    'REQ-HST-131: CSV of sigrok-cli, with and without times, is read, and the orders in it',
    async () => {
      const session = join(folder, 'run-1000.sr');
      const channels = ['E3_CATHODE', 'E3_ANODE', 'E4_CATHODE', 'E4_ANODE'].join(',');
      const checked = async (options: string, shown: string, ...told: string[]) => {
        const csv = join(folder, 'run.csv');
        execFileSync('sigrok-cli', ['-i', session, '-O', options, '-C', shown, '-o', csv]);
        return JSON.parse((await stimgate('check', csv, 'tonic', ...told, '--json')).out);
      };
      const { startNs } = JSON.parse((await stimgate('check', session, 'tonic', '--json')).out).totals;
      for (const options of ['csv', 'csv:time=true', 'csv:label=channel:time=true:dedup=true']) {
        const told = ['--start', '220ms', '--stop', '550ms'];
        const { holds, totals, instrument, areas } = await checked(options, channels, ...told);
        expect(holds, options).toBe(true);
        expect(instrument, options).toMatchObject({ hasLevels: false, resolutionNs: 1000 });
        expect(Math.abs(totals.startNs - startNs), options).toBeLessThanOrEqual(1000);
        expect(areas[0].seen.pulses).toBeGreaterThan(20);
        const untold = await checked(options, `${channels},ORDER_START,ORDER_STOP`);
        expect(untold, options).toMatchObject({ holds: true, hints: [] });
        expect(untold.totals.stopLatencyNsMax, options).toBeGreaterThan(150e6);
      }
    },
  );

  itWith(
    'sigrok-cli',
    'REQ-HST-131: one analogue channel is judged with levels; what sigrok-cli cannot read is said',
    async () => {
      const bad = join(folder, 'bad.sr');
      writeFileSync(bad, readFileSync(join(folder, 'run-1000.sr')).subarray(0, 900));
      const said = await stimgate('check', bad, 'tonic');
      expect(said).toMatchObject({ exit: 2, out: '' });
      expect(said.err).toMatch(
        /bad\.sr: sigrok-cli cannot read it: .*; capture again, or export a VCD or CSV\n$/,
      );
      const demo = (channels: string) => {
        const path = join(folder, 'demo.sr');
        const driver = ['-d', `demo:${channels}`, '--config', 'samplerate=100k', '--samples', '2000'];
        execFileSync('sigrok-cli', [...driver, '-o', path], { stdio: 'ignore' });
        return path;
      };
      const map = join(folder, 'map.json');
      writeFileSync(
        map,
        '{"contacts":{"E3":{"column":"A0","uaPerVolt":100},"E4":{"column":"A0","uaPerVolt":-100}}}',
      );
      const one = await stimgate(
        'check',
        demo('analog_channels=1:logic_channels=0'),
        'tonic',
        '--map',
        map,
        '--json',
      );
      const { instrument, holds } = JSON.parse(one.out);
      expect(holds).toBe(false);
      expect(instrument).toMatchObject({ hasLevels: true, samplingNs: 10_000 });
      const two = await stimgate('check', demo('analog_channels=2:logic_channels=0'), 'tonic', '--map', map);
      expect(two).toMatchObject({ exit: 2, out: '' });
      expect(two.err).toContain(
        '2 analogue channels, of which sigrok-cli can convert one: export a CSV from PulseView',
      );
    },
  );

  itWith(
    'sigrok-cli',
    'REQ-HST-131: its UART decoder reads from RX and TX what the host sent and got',
    async () => {
      const got: number[] = [];
      const transport = await openSimulator({ seed: 3, trace: true, onByte: (byte) => got.push(byte) });
      const simulator = transport.simulator!;
      const writes = vi.spyOn(simulator, 'write');
      const stimulator = await Stimulator.connect(transport);
      await stimulator.setArea(0, 0, { ...loadPreset('tonic').areas[0], amplitudeUa: 0 });
      await stimulator.setAmplitude(0, 0, 1000);
      await transport.clock.sleep(20);
      await stimulator.close();
      const sent = writes.mock.calls.flatMap(([bytes]) => [...bytes]);
      const path = join(folder, 'session.vcd');
      writeFileSync(path, vcdText(simulator.trace!, simulator.nowCycles, { logicOnly: true }));
      const decoded = (line: string) => {
        const decoder = ['-P', `uart:rx=${line}:baudrate=115200`, '-A', 'uart=rx-data'];
        const out = execFileSync('sigrok-cli', ['-i', path, '-I', 'vcd:downsample=100', ...decoder], {
          encoding: 'utf8',
        });
        return [...out.matchAll(/: ([0-9A-F]{2})$/gm)].map(([, hex]) => Number.parseInt(hex, 16));
      };
      expect(sent.length).toBeGreaterThan(50);
      expect(decoded('RX')).toEqual(sent);
      expect(decoded('TX')).toEqual(got);
    },
  );

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
