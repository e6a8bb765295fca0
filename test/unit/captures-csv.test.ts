// CSV as it comes: line ends, character sets, decimal commas, units, marks of samples that are none, channels that are clipped.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CaptureError, type CaptureMapping, judge, readCsv } from '../oracle/index.ts';
import { idealCapture } from './fixtures/ideal-waveform.ts';
import { logicText, type Sample, sampled } from './fixtures/instrument-files.ts';
import { scopeText } from './fixtures/instrument-layouts.ts';
import { therapyOf } from './fixtures/oracle-therapies.ts';
import { MAPPING, PAIR, SCOPE } from './fixtures/scoped-pair.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-csv-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SAMPLES = sampled(idealCapture(PAIR, 300_000), { ...SCOPE, sampleNs: 2000, stepUa: 0 });
const TEXT = scopeText(SAMPLES, 'rigol-time');

function expectHolds(text: string, mapping: CaptureMapping = MAPPING, what = ''): void {
  const capture = readCsv(text, mapping);
  const { findings, areas } = judge(capture, PAIR);
  expect(findings, what).toEqual([]);
  expect(areas[0].pulses, what).toBe(4);
  expect(capture.warnings, what).toEqual([]);
}

function messageOf(text: string, mapping: CaptureMapping = MAPPING): string {
  try {
    for (const _ of readCsv(text, mapping).stretches());
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError);
    return (error as CaptureError).message;
  }
  return 'no error';
}

/** Rows in other units under a header of their own. */
function inUnits(header: string, timePerNs: number, ...perVolt: number[]): string {
  const row = ({ timeNs, volts }: Sample) =>
    [timeNs * timePerNs, ...volts.map((volt, i) => volt * perVolt[i])]
      .map((n) => n.toPrecision(10))
      .join(',');
  return `${[header, ...SAMPLES.map(row)].join('\n')}\n`;
}

describe('a CSV', () => {
  test('REQ-ORC-007: has any line ends, and a byte order mark', () => {
    let i = 0;
    for (const ends of [['\r\n'], ['\r'], ['\r\r\n'], ['\n', '\r\n', '\r', '\n\n']])
      expectHolds(
        `\uFEFF${TEXT.replace(/\n/g, () => ends[i++ % ends.length])}\n`,
        MAPPING,
        JSON.stringify(ends),
      );
  });

  test('REQ-ORC-007: may have a break of two characters where two pieces of the file meet', () => {
    const path = join(folder, 'pieces.csv');
    const lines = TEXT.replaceAll('\n', '\r\n');
    // The file is read in pieces of 256 KiB. Rows have 40 characters or so: one of these shifts moves a break there.
    const shifts = Array.from({ length: 45 }, (_, shift) => `#${' '.repeat(shift)}\r\n`);
    const isHit = (text: string) => text.slice((1 << 18) - 1, (1 << 18) + 1) === '\r\n';
    const hits = shifts.filter((shift) => isHit(shift + lines));
    expect(hits.length).toBeGreaterThan(0);
    writeFileSync(path, hits[0] + lines);
    expectHolds(path);
    // Nor is a line counted twice there.
    writeFileSync(path, `${hits[0]}${lines}x,0,0\r\n`);
    expect(messageOf(path)).toContain(`pieces.csv:${SAMPLES.length + 3}: column 1 `);
  });

  test('REQ-ORC-007: has decimal commas between semicolons, tabs or in quotes; bare ones are refused', () => {
    expectHolds(TEXT.replaceAll(',', ';').replaceAll('.', ','));
    expectHolds(TEXT.replaceAll(',', '\t').replaceAll('.', ','));
    const quoted = (line: string) => line.split(',').map((cell) => `"${cell.replace('.', ',')}"`);
    expectHolds(TEXT.replace(/^.+$/gm, (line) => quoted(line).join(',')));
    expect(messageOf(TEXT.replaceAll('.', ','))).toMatch(
      /^text:2: a row of 6 cells under 3 names: name every column, and where commas are decimal put semicolons /,
    );
    expect(messageOf(TEXT.replaceAll(',', ' '))).toContain(
      'no row of numbers with commas, semicolons or tabs',
    );
  });

  test('REQ-ORC-007: has units in its names, however µ is written', () => {
    expectHolds(inUnits('Time (ms),CH1 (mV),CH2 (uV)', 1e-6, 1e3, 1e6));
    expectHolds(inUnits('Time [µs],CH1 [kV],CH2 [µV]', 1e-3, 1e-3, 1e6));
    expectHolds(inUnits('time in \u03bcs,CH1 in V,CH2 in \u03bcV', 1e-3, 1, 1e6));
    expectHolds(inUnits('Time(\uFFFDs),CH1(V),CH2(\uFFFDV)', 1e-3, 1, 1e6));
    expectHolds(inUnits('time_ns,E3 in mA,E4 (nA)', 1, 1, -2e6), {});
    expectHolds(inUnits('Time,CH1,CH2\n(ms),(V),(mV)', 1e-6, 1, 1e3));
    expect(messageOf(inUnits('Time,CH1,CH2', 1e-9, 1, 1))).toContain("the time column 'Time' has no unit");
  });

  test('REQ-ORC-007: has lines of a title above, or no names at all', () => {
    expectHolds(`My lab\n"Date","2026-11-29"\nOperator;A, B\n\n${TEXT}`);
    const bare = TEXT.slice(TEXT.indexOf('\n') + 1);
    const contacts = { E3: { column: '2', uaPerVolt: 1000 }, E4: { column: '3', uaPerVolt: -2000 } };
    expectHolds(bare, { time: '1', timeUnit: 's', contacts });
    expect(messageOf(bare)).toMatch(/^text:1: no column time_s, .*; there are: 1, 2, 3$/);
  });

  const withCell = (cell: string) => `time_s,E3_mA\n0,0\n1,${cell}\n2,0\n`;
  test.each(['∞', '-∞', 'inf', '+9.9E+37', '-9.91e37', 'OVER', 'Overflow', 'clipped', 'OL'])(
    'REQ-ORC-007: %s is a sample out of range',
    (cell) => {
      expect(messageOf(withCell(cell), {})).toBe(
        `text:3: column 2 (E3_mA): '${cell}' is out of the instrument's range: capture again with a greater one`,
      );
    },
  );

  test.each(['NaN', '-nan', 'N/A', 'null', '--', '1.#QNAN'])('REQ-ORC-007: %s is no sample', (cell) => {
    expect(messageOf(withCell(cell), {})).toContain(`column 2 (E3_mA): '${cell}' is no sample: `);
  });

  test('REQ-ORC-007: that is none, is not whole or has other times is refused in a line', () => {
    const lines = TEXT.split('\n');
    const told: [string, RegExp][] = [
      [
        lines.with(500, lines[500].slice(0, 9)).join('\n'),
        /^text:501: a row of 1 cell under 3 names: the file is cut/,
      ],
      [lines.toSpliced(500, 0, lines[0]).join('\n'), /^text:501: column 1 .*is no decimal number/],
      [lines.toSpliced(500, 0, lines[400]).join('\n'), /^text:501: time goes from \d+ ns to \d+ ns/],
      [
        TEXT.replace(/,[^,\n]*$/gm, ',').replace('CH1(V),', 'CH1(V),CH2(V)'),
        /^text:1: the column 'CH2\(V\)' is empty/,
      ],
      [
        TEXT.replace(/^[\d.].*?,/gm, '2026-11-29T12:00:00.000001,'),
        /^text:2: times of day: export times in seconds/,
      ],
      [`time_s,E3_mA\n${'\0'.repeat(50)}\n`, /^text: binary data and no text/],
      ['\n', /^text: empty or without a header/],
    ];
    for (const [text, message] of told) expect(messageOf(text)).toMatch(message);
  });

  test('REQ-ORC-008: of changes alone, is judged to the samples that they were taken from', () => {
    const changesOf = (sampleNs: number, therapy = PAIR, skew = true) => {
      const rows = logicText(idealCapture(therapy, 70_000), { startNs: 60e6 + 13, sampleNs, skew }).split(
        '\n',
      );
      const values = rows.filter((row) => /^[01]/.test(row));
      return values.map((row, i) => ({ i, row })).filter(({ i, row }) => row !== values[i - 1]);
    };
    const names = 'E3_CATHODE,E3_ANODE,E4_CATHODE,E4_ANODE';
    const logic2 = (sampleNs: number, therapy = PAIR) =>
      changesOf(sampleNs, therapy).map(({ i, row }) => `${((i * sampleNs) / 1e9).toFixed(9)},${row}`);
    for (const sampleNs of [100, 160, 500]) {
      const capture = readCsv(`Time [s],${names}\n${logic2(sampleNs).join('\n')}\n`);
      expect(capture.resolutionNs).toBeCloseTo(sampleNs);
      expect(judge(capture, PAIR).findings, `${sampleNs} ns`).toEqual([]);
      const wider = logic2(sampleNs, therapyOf({ ...PAIR.areas[0], phaseUs: 302 }));
      expect(judge(readCsv(`Time [s],${names}\n${wider.join('\n')}\n`), PAIR).holds).toBe(false);
    }
    const deduped = changesOf(2000).map(({ i, row }) => `${i * 2},${row}`);
    const head = `; CSV generated by libsigrok 0.5.2\n; Samplerate: 500 kHz\nTime,${names}`;
    const sigrok = readCsv(`${head}\n${deduped.join('\n')}\n`);
    expect(sigrok).toMatchObject({ resolutionNs: 2000, measured: { samplingNs: 2000 } });
    expect(judge(sigrok, PAIR).findings).toEqual([]);
  });

  test('REQ-ORC-010: a channel that rests at the end of its values is said to be clipped', () => {
    const clipped = SAMPLES.map(({ timeNs, volts: [a, b] }) => ({ timeNs, volts: [Math.max(-3, a), b] }));
    const read = (samples: readonly Sample[]) => {
      const capture = readCsv(scopeText(samples, 'rigol-time'), MAPPING);
      return { verdict: judge(capture, PAIR), warnings: capture.warnings };
    };
    const { verdict, warnings } = read(clipped);
    expect(verdict.counts).toHaveProperty('level');
    expect(warnings).toEqual([
      'text: E3 rests for 600 samples at exactly -3000 µA, an end of its values: it looks clipped; capture again with a greater range',
    ]);
    expect(read(SAMPLES).warnings).toEqual([]);
    // A converter of coarse steps is at rest on every level.
    const coarse = sampled(idealCapture(PAIR, 300_000), { ...SCOPE, sigmaUa: 2, stepUa: 40 });
    expect(read(coarse).warnings).toEqual([]);
  });
});
