// `stimgate check` over files that are cut, that come from other instruments, or that do not say what was ordered.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { parseInstantNs } from '../../host/cli/check.ts';
import { main } from '../../host/cli/command-line.ts';
import { readVcd } from '../oracle/index.ts';
import { captureToCsv } from './fixtures/capture-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-check-'));
const inFolder = (name: string): string => join(folder, name);
const VCD = inFolder('tonic.vcd');
const PULSES = { start: '0s', stop: '0s' };

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function stimgate(...argv: string[]): Promise<Said> {
  const out: string[] = [];
  const err: string[] = [];
  const keep = (texts: string[]) => (text: string | Uint8Array) => texts.push(String(text)) > 0;
  vi.spyOn(process.stdout, 'write').mockImplementation(keep(out));
  vi.spyOn(process.stderr, 'write').mockImplementation(keep(err));
  const exit = await main(argv);
  process.exitCode = 0;
  vi.restoreAllMocks();
  return { exit, out: out.join(''), err: err.join('') };
}

/** A file with other text, checked against the therapy. */
function checkText(name: string, text: string | Uint8Array, ...options: string[]): Promise<Said> {
  writeFileSync(inFolder(name), text);
  return stimgate('check', inFolder(name), 'tonic', ...options);
}

beforeAll(async () => {
  const ran = await stimgate(
    'run',
    'tonic',
    '--for',
    '400ms',
    '--json',
    '--vcd',
    VCD,
    '--vcd-logic',
    inFolder('logic.vcd'),
  );
  expect(ran.exit).toBe(0);
  const { commands } = readVcd(VCD);
  expect(commands.map(({ kind }) => kind)).toEqual(['start', 'stop']);
  PULSES.start = `${commands[0].atNs}ns`;
  PULSES.stop = `${commands[1].atNs}ns`;
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true }));

describe('REQ-HST-103: a trace that is cut', () => {
  it('anywhere is judged up to there with a warning, or refused with one line: never found wanting', async () => {
    for (const file of [VCD, inFolder('logic.vcd')]) {
      const bytes = readFileSync(file);
      const started = bytes.indexOf('$comment stimgate start');
      const exits = new Set<number>();
      for (let i = 0; i < 60; i++) {
        const length =
          i < 10
            ? bytes.length - 1 - i * 7
            : Math.round(started * 0.9 + (bytes.length - started * 0.9) * ((i - 10) / 51));
        const { exit, out, err } = await checkText('cut.vcd', bytes.subarray(0, length));
        exits.add(exit);
        expect([0, 2], `${length} bytes: ${out}`).toContain(exit);
        expect(err.replaceAll('cut.vcd', '')).toMatch(/cut/);
        expect(err.trim().split('\n')).toHaveLength(1);
        if (exit === 2) expect(out).toBe('');
      }
      expect(exits).toEqual(new Set([0, 2]));
    }
  });

  it('before the start there is nothing to judge, unless it is said when that was', async () => {
    const bytes = readFileSync(VCD);
    const early = bytes.subarray(0, bytes.indexOf('$comment stimgate start'));
    const said = await checkText('early.vcd', early);
    expect(said).toMatchObject({ exit: 2, out: '' });
    expect(said.err).toMatch(/early\.vcd: the file is cut before the therapy was started/);
  });

  it('a real fault before the cut is found', async () => {
    const bytes = readFileSync(VCD);
    const half = bytes.subarray(0, bytes.indexOf('$comment stimgate stop'));
    const { exit, err, out } = await stimgateWith('fast', half);
    expect(exit).toBe(1);
    expect(err).toContain('the file is cut');
    expect(out).not.toContain('Hint: nothing comes out');
  });

  function stimgateWith(therapy: string, text: Uint8Array): Promise<Said> {
    writeFileSync(inFolder('half.vcd'), text);
    return stimgate('check', inFolder('half.vcd'), therapy);
  }
});

describe('REQ-HST-103: a capture that does not say what was ordered', () => {
  const silent = (): string => readFileSync(VCD, 'utf8').replace(/\$comment stimgate st\w+ \d+ \$end\n/g, '');

  it('is judged with --start and --stop', async () => {
    const said = await checkText('silent.vcd', silent(), '--start', PULSES.start, '--stop', PULSES.stop);
    expect(said).toMatchObject({ exit: 0, err: '' });
    expect(said.out).toContain('STOP');
  });

  it('without them it is said what to give', async () => {
    const none = await checkText('silent.vcd', silent());
    expect(none.exit).toBe(1);
    expect(none.out).toContain('give --start if the capture begins with others');
    const csv = captureToCsv(readVcd(VCD));
    // Without the ramp-down: cut off after the last whole pulse before STOP, then silence.
    const rows = csv.trimEnd().split('\n');
    const stopUs = Number.parseFloat(PULSES.stop) / 1000;
    const kept = rows.filter((row, i) => i === 0 || Number.parseFloat(row) < stopUs);
    while (!/^[\d.]+(,0)+$/.test(kept.at(-1) ?? '')) kept.pop();
    const text = `${kept.join('\n')}\n${rows.at(-1)}\n`;
    const ended = await checkText('ended.csv', text, '--start', PULSES.start);
    expect(ended.exit).toBe(1);
    expect(ended.out).toMatch(
      /Hint: nothing comes out from .* on; give --stop if the therapy was stopped in this capture\./,
    );
  });

  it('a whole soft stop is recognised, in a CSV too', async () => {
    const vcd = await checkText('silent.vcd', silent(), '--start', PULSES.start);
    expect(vcd.exit).toBe(0);
    expect(vcd.out).toMatch(/Stopped at .* the capture shows the whole soft stop/);
    const csv = captureToCsv(readVcd(VCD));
    const said = await checkText('silent.csv', csv, '--start', PULSES.start);
    expect(said).toMatchObject({ exit: 0, err: '' });
    const json = JSON.parse((await checkText('silent.csv', csv, '--start', PULSES.start, '--json')).out);
    expect(json).toMatchObject({ holds: true, findings: [], warnings: [], hints: [] });
    // Between two pulses at 50 Hz, and what was queued: no capture tells it more closely.
    expect(Math.abs(json.totals.softStopNs - Number.parseFloat(PULSES.stop))).toBeLessThan(20e6);
  });

  it('options that do not fit the capture are refused', async () => {
    const late = await checkText('silent.vcd', silent(), '--start', '1h');
    expect(late).toMatchObject({ exit: 2, out: '' });
    expect(late.err).toMatch(/the capture ends before --start/);
    const turned = await checkText('silent.vcd', silent(), '--start', '2s', '--stop', '1s');
    expect(turned.exit).toBe(2);
    expect(turned.err).toMatch(/--stop 1 s must be after the start at 2 s/);
    expect((await checkText('silent.vcd', silent(), '--stop', '3')).err).toMatch(
      /Give an instant with its unit/,
    );
  });

  it('instants', () => {
    expect(['1.5s', '200ms', '20us', '20µs', '-3ns', '1min', '2h'].map(parseInstantNs)).toEqual([
      1.5e9, 200e6, 20e3, 20e3, -3, 60e9, 7200e9,
    ]);
    for (const text of ['', '1', 's', '1e3s', '1 s 2', '999999999999999h', '0x1s'])
      expect(() => parseInstantNs(text)).toThrow(/^Give an instant/);
  });
});

describe('REQ-HST-103: what a capture leaves open is told', () => {
  it('unknown values', async () => {
    const text = readFileSync(VCD, 'utf8').replace('$dumpvars\n', '$dumpvars\nbx !\nbz "\n');
    const said = await checkText('unknown.vcd', text);
    expect(said.exit).toBe(0);
    expect(said.err).toMatch(/^stimgate: .*unknown\.vcd: 2 values of outputs are x or z .* line \d+\n$/);
  });

  it('a CSV without a last line break', async () => {
    const csv = captureToCsv(readVcd(VCD)).trimEnd();
    const said = await checkText('open.csv', csv, '--start', PULSES.start, '--stop', PULSES.stop);
    expect(said.exit).toBe(0);
    expect(said.err).toContain('the file may be cut');
  });

  it('a cell that is no number names line and column', async () => {
    const said = await checkText('hex.csv', 'time_s,E1_uA\n0,0\n1,0xFA0\n2,0\n');
    expect(said.exit).toBe(2);
    expect(said.err).toMatch(/hex\.csv:3: column 2 \(E1_uA\): '0xFA0' is no decimal number/);
  });
});
