// Readers of VCD and CSV: what they accept, what they say to what they cannot read.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  type Capture,
  CaptureError,
  judge,
  MemoryCapture,
  orderText,
  readCsv,
  readVcd,
} from '../oracle/index.ts';
import { captureToCsv, captureToVcd } from './fixtures/capture-files.ts';
import { idealCapture } from './fixtures/ideal-waveform.ts';
import { ASYMMETRIC, BURST, CYCLED, FAST, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-oracle-'));
afterAll(() => rmSync(folder, { recursive: true }));
const therapy = therapyOf(TONIC, { ...FAST, rateHz: 300 });
const ideal = idealCapture(therapy, 500_000);

function rows(capture: Capture) {
  return Array.from(capture.stretches(), (s) => ({ ...s, levelsUa: [...s.levelsUa] }));
}

function messageOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(CaptureError);
    return (error as CaptureError).message;
  }
  return 'no error';
}

const HEAD =
  '$timescale 1 us $end $var wire 32 ! E1_uA $end $var wire 32 " E2_uA $end $enddefinitions $end\n';

describe('VCD', () => {
  test('REQ-ORC-006: what is written is read, from a text and from a file in pieces', () => {
    const text = captureToVcd(ideal);
    const fromText = readVcd(text);
    expect(rows(fromText)).toEqual(rows(ideal));
    expect(fromText.truncated).toBe(false);
    expect(fromText.resolutionNs).toBe(1);
    const path = join(folder, 'long.vcd');
    const long = idealCapture(therapy, 3_000_000);
    writeFileSync(path, captureToVcd(long));
    const fromFile = readVcd(path);
    expect(rows(fromFile)).toEqual(rows(long));
    expect(judge(fromFile, therapy).findings).toEqual([]);
  });

  test('REQ-ORC-006: one-bit signals alone are judged without levels', () => {
    const logic = readVcd(captureToVcd(ideal, true));
    expect(logic.hasLevels).toBe(false);
    const verdict = judge(logic, therapy);
    expect(verdict.findings).toEqual([]);
    expect(verdict.areas[0].measured.amplitudeUa).toBe(null);
    expect(verdict.notJudged[0]).toContain('polarity only');
  });

  test('REQ-ORC-006: white space, scopes, aliases, unknown and real values of other writers', () => {
    const text = `$date today $end $version any $end
      $timescale
        10 us
      $end
      $scope module top $end $scope module dut $end
      $var real 64 a E1_mA $end  $var real 64 a alias $end
      $var wire 16 # E2_uA [15:0] $end
      $var wire 1 $ clk $end
      $upscope $end $upscope $end
      $enddefinitions $end
      #0 $dumpvars bx # x$ r0 a $end
      #10 r-1.5 a b10111011100 #
      1$ #20
      r0.0 a b0 # 0$
      #30
      b1111111111111111 #
      #40
    `;
    const capture = readVcd(text);
    expect(capture.resolutionNs).toBe(10_000);
    const levels = rows(capture).map((row) => [row.startNs, row.levelsUa[0], row.levelsUa[1], row.state]);
    expect(levels).toEqual([
      [0, 0, 0, 'unknown'],
      [100_000, -1500, 1500, 'drive'],
      [200_000, 0, 0, 'unknown'],
      [300_000, 0, -1, 'drive'],
    ]);
  });

  test('REQ-ORC-006: times of 1 ps are exact, the sampling rate in a comment is the resolution', () => {
    const text = HEAD.replace('1 us', '1 ps').replace('$time', '$comment 8 channels at 24 MHz $end $time');
    const capture = readVcd(`${text}#0\nb1 !\n#123456789\nb0 !\n#200000000\n`);
    expect(capture.resolutionNs).toBeCloseTo(41.667, 2);
    expect(rows(capture)[0].endNs).toBe(123456.789);
  });

  test('REQ-ORC-006: edges of several signals that arrive one after the other are taken together', () => {
    const text = `${HEAD}#0\nb0 !\nb0 "\n#100\nb1 !\n#101\nb11 "\n#200\nb0 !\n#201\nb0 "\n#300\n`;
    expect(rows(readVcd(text)).length).toBe(5);
    const settled = rows(readVcd(text, { settleNs: 2000 }));
    expect(settled.map((row) => [row.startNs, row.levelsUa[0], row.levelsUa[1]])).toEqual([
      [0, 0, 0],
      [100_000, 1, 3],
      [200_000, 0, 0],
    ]);
  });

  test('REQ-ORC-006: a file cut anywhere is an error with its line, or a capture with a warning', () => {
    const text = captureToVcd(idealCapture(therapyOf(TONIC), 30_000));
    const whole = rows(readVcd(text));
    let errors = 0;
    let warnings = 0;
    for (let length = 40; length < text.length - 1; length += 3) {
      try {
        const capture = readVcd(text.slice(0, length));
        const seen = rows(capture);
        if (capture.truncated) warnings++;
        const all = seen.slice(0, -1);
        expect(all).toEqual(whole.slice(0, all.length));
      } catch (error) {
        errors++;
        expect(String(error)).toMatch(/text:\d+: /);
        expect(String(error)).not.toContain('\n');
      }
    }
    expect(errors).toBeGreaterThan(40);
    expect(warnings).toBeGreaterThan(20);
  });

  test('REQ-ORC-006: a file of the simulator that is cut anywhere is recognised, and gives no finding of its own', () => {
    const burst = therapyOf({ ...BURST, rampUpMs: 100 }, TONIC);
    const text = captureToVcd(idealCapture(burst, 400_000));
    const body = text.indexOf('$dumpvars');
    let judged = 0;
    for (let length = body; length < text.length; length += length > text.length - 50 ? 1 : 149) {
      const capture = readVcd(text.slice(0, length));
      expect(capture.truncated).toBe(true);
      try {
        const { findings, totals } = judge(capture, burst);
        if (totals.pulses > 0) expect(findings).toEqual([]);
        judged++;
        expect(capture.warnings[0]).toContain('the file is cut');
      } catch (error) {
        expect(error).toBeInstanceOf(CaptureError);
        expect(String(error)).toContain('is cut');
      }
    }
    expect(judged).toBeGreaterThan(40);
  });

  test('REQ-ORC-006: what was ordered is read from comments at its instants, as far as the file goes', () => {
    const orders = [
      { kind: 'start', atNs: 65_000_000 },
      { kind: 'amplitude', atNs: 200_000_000, area: 1, amplitudeUa: 2500 },
      { kind: 'stop', atNs: 300_000_000 },
    ] as const;
    const lines = captureToVcd(ideal).split('\n');
    for (const order of orders) {
      const at = lines.findIndex((line) => line.startsWith('#') && Number(line.slice(1)) > order.atNs);
      lines.splice(at, 0, `#${order.atNs}`, `$comment ${orderText(order)} $end`);
    }
    const text = lines.join('\n');
    expect(readVcd(text).commands).toEqual(orders);
    expect(readVcd(text).truncated).toBe(false);
    expect(readVcd(text.slice(0, text.indexOf('stimgate stop') + 20)).commands).toEqual(orders.slice(0, 2));
    expect(readVcd(text.replace('stimgate test', 'another')).commands).toEqual([]);
    // Across the pieces in which a file is read.
    const path = join(folder, 'orders.vcd');
    const head = text.indexOf('#0');
    for (const ahead of [0, 5, 20, 40]) {
      const filler = `$comment ${'x'.repeat((1 << 18) - head - ahead - 16)} $end\n#0\n$comment stimgate stop 7 $end\n`;
      writeFileSync(path, text.slice(0, head) + filler + text.slice(head));
      expect(readVcd(path).commands).toEqual([{ kind: 'stop', atNs: 7 }, ...orders]);
    }
  });

  test('REQ-ORC-006: unknown values count as 0 and are told of once', () => {
    const text = `${HEAD}#5\nbx !\nb1 "\n#6\nb1z0 !\n#7\nb1 !\n#8\n`;
    const capture = readVcd(text);
    expect(rows(capture)[0].levelsUa.slice(0, 2)).toEqual([0, 1]);
    const said = ['text: 2 values of outputs are x or z (unknown) and counted as 0, the first in line 3'];
    expect(capture.warnings).toEqual(said);
    rows(capture);
    expect(capture.warnings).toEqual(said);
    const bit = readVcd(
      `$timescale 1 us $end $var wire 1 ! E1_ANODE $end $var wire 1 " clk $end $enddefinitions $end\n#0\nx!\nx"\n#1\n`,
    );
    expect(rows(bit)).toHaveLength(1);
    expect(bit.warnings[0]).toContain('1 value of an output is x or z');
  });

  test('REQ-ORC-006: what is wrong is named with its line', () => {
    expect(messageOf(() => readVcd('/no/such.vcd'))).toBe('/no/such.vcd: no such file: check the path');
    expect(messageOf(() => readVcd(folder))).toContain('a folder');
    expect(messageOf(() => readVcd('time,E1\n1,2\n'))).toContain("text:1: 'time,E1' in the header");
    expect(messageOf(() => readVcd('$timescale 3 parsecs $end\n'))).toContain("a timescale of '3parsecs'");
    expect(messageOf(() => readVcd('$timescale 1 ns $end\n$enddefinitions $end\n'))).toContain(
      'no output in it',
    );
    expect(messageOf(() => readVcd('$var wire 1 ! E1_CATHODE $end $enddefinitions $end\n'))).toContain(
      '$timescale',
    );
    expect(messageOf(() => readVcd('$timescale 1 ns $end\n$var wire\n'))).toContain('header is not complete');
    expect(messageOf(() => rows(readVcd(`${HEAD}#5\nb1 !\n#4\n`)))).toContain('text:4: time goes back');
    expect(messageOf(() => rows(readVcd(`${HEAD}#5\nb1 %\n`)))).toContain("text:3: a change of '%'");
    expect(messageOf(() => rows(readVcd(`${HEAD}#5\nhello\n`)))).toContain(
      "text:3: 'hello' is no value change",
    );
    expect(messageOf(() => rows(readVcd(`${HEAD}#5\nb1012 !\n`)))).toContain('is no vector');
    expect(messageOf(() => rows(readVcd(`${HEAD}#5\nb101\n`)))).toContain('a value without its signal');
  });
});

describe('CSV', () => {
  test('REQ-ORC-007: one row for each change', () => {
    const capture = readCsv(captureToCsv(ideal));
    expect(capture.resolutionNs).toBe(1000);
    const seen = rows(capture);
    const wanted = rows(ideal);
    expect(seen.map((row) => row.levelsUa)).toEqual(wanted.map((row) => row.levelsUa));
    const verdict = judge(capture, therapy, { toleranceNs: 0 });
    expect(verdict.counts).toEqual({});
    expect(verdict.notJudged.join()).toContain('recharge');
  });

  test('REQ-ORC-007: evenly sampled, in mA, with noise, semicolons and a byte order mark', () => {
    let text = '\uFEFFTime [ms];CASE (mA);E5_mA\n# sampled\n';
    for (let i = 0; i < 400; i++) {
      const on = i % 100 >= 20 && i % 100 < 40;
      const noise = ((i * 7) % 5) / 1000;
      text += `${(i * 0.05).toFixed(2)};${((on ? 0.6 : 0) + noise).toFixed(3)};${((on ? -0.6 : 0) - noise).toFixed(3)}\n`;
    }
    const capture = readCsv(text, { zeroUa: 10, noiseUa: 10 });
    expect(capture.resolutionNs).toBeCloseTo(50_000, 0);
    const area = { ...BURST, burst: undefined, rateHz: 200 };
    const verdict = judge(capture, therapyOf(area), { levelToleranceUa: 10 });
    expect(verdict.findings).toEqual([]);
    expect(verdict.areas[0].pulses).toBe(4);
  });

  test('REQ-ORC-007: columns by mapping, empty cells keep the value, missing columns are zero', () => {
    const text = 'when,A,B\n0,0,0\n10,-5,5\n20,,\n30,0,0\n40,,\n';
    const mapping = {
      time: 'when',
      timeUnit: 'us',
      contacts: { E1: { column: 'A', unit: 'uA' }, E16: { column: 'B', unit: 'uA' } },
    } as const;
    const seen = rows(readCsv(text, { ...mapping, resolutionNs: 10 }));
    expect(seen.map((row) => [row.startNs, row.endNs, row.levelsUa[0], row.levelsUa[15]])).toEqual([
      [0, 10_000, 0, 0],
      [10_000, 30_000, -5, 5],
      [30_000, 50_000, 0, 0],
    ]);
  });

  test('REQ-ORC-007: decimal numbers in every common notation', () => {
    const text = 'time_s;E1_mA\n-1.5E-03;+2,5\n0;.5\n1.e-3;-1e0\n2e-3;0\n3e-3;0\n';
    expect(rows(readCsv(text)).map((row) => [row.startNs, row.levelsUa[0]])).toEqual([
      [-1_500_000, 2500],
      [0, 500],
      [1_000_000, -1000],
      [2_000_000, 0],
    ]);
  });

  test('REQ-ORC-007: a last line without a line break may be cut: nothing is taken from it, and it is told of', () => {
    const whole = 'time_us,E1_uA,E2_uA\n0,0,0\n7,4000,-4000\n20,0,0\n100,0,0\n';
    expect(readCsv(whole).warnings).toEqual([]);
    for (let length = whole.indexOf('20,') + 1; length < whole.length; length++) {
      const capture = readCsv(whole.slice(0, length));
      if (whole[length - 1] === '\n') continue;
      expect(capture.warnings).toEqual([expect.stringContaining('the file may be cut')]);
      const seen = rows(capture);
      expect(seen).toEqual(rows(readCsv(whole)).slice(0, seen.length));
    }
  });

  test('REQ-ORC-007: a capture that ends in a gap that it cannot tell from recharge lacks no second phase', () => {
    const gapped = therapyOf({ ...TONIC, interphaseGapUs: 100 });
    const text = captureToCsv(idealCapture(gapped, 200_000));
    const lines = text.split('\n');
    for (let count = 8; count < lines.length; count++) {
      const { findings } = judge(readCsv(`${lines.slice(0, count).join('\n')}\n`), gapped);
      expect(findings).toEqual([]);
    }
  });

  test('REQ-ORC-007: what is wrong is named with its line', () => {
    expect(messageOf(() => readCsv('\n'))).toContain('empty');
    expect(messageOf(() => readCsv('E1_uA,E2_uA\n0,0\n'))).toContain('text:1: no column time_s');
    expect(messageOf(() => readCsv('time,E1_uA\n0,0\n'))).toContain('has no unit');
    expect(messageOf(() => readCsv('time_s,E1\n0,0\n'))).toContain("the column 'E1' has no unit");
    expect(messageOf(() => readCsv('time_s,voltage\n0,0\n'))).toContain('no column of an electrode');
    expect(messageOf(() => readCsv('time_s,E1_uA\n'))).toContain('no row of values');
    expect(messageOf(() => readCsv('time_s,E1_uA\n0,0\n1,abc\n'))).toContain(
      "text:3: column 2 (E1_uA): 'abc' is no decimal number",
    );
    for (const cell of ['0xFA0', 'Infinity', '1e', '1_000', '0b1', '1.2.3', '--1', 'e5', '.'])
      expect(messageOf(() => readCsv(`time_s,E1_uA\n0,0\n1,${cell}\n`))).toContain('no decimal number');
    expect(messageOf(() => readCsv('time_s,E2_mA\n0,1e300\n'))).toBe(
      "text:2: column 2 (E2_mA): '1e300' is out of range: at most 1 A; check the unit",
    );
    expect(messageOf(() => readCsv('time_s,E1_mA\n0,-1000.1\n'))).toContain('out of range');
    expect(messageOf(() => readCsv('time_s,E1_mA\n1e9,0\n'))).toContain('column 1 (time_s)');
    expect(messageOf(() => readCsv('time_s,E1_mA,RECHARGE\n0,0,yes\n'))).toContain('column 3 (RECHARGE)');
    expect(messageOf(() => rows(readCsv('time_s,E1_uA\n1,0\n0,1\n')))).toContain('text:3: time goes from');
    expect(messageOf(() => readCsv('time_s,E1_uA,E1_mA\n0,0,0\n'))).toContain('two columns of E1');
  });
});

describe('finite resolution', () => {
  test('REQ-ORC-008: a sampled capture is judged to within a sample', () => {
    for (const area of [TONIC, CYCLED, ASYMMETRIC]) {
      const sampled = new MemoryCapture('sampled', 5000);
      for (const stretch of idealCapture(therapyOf(area), 3_000_000).stretches()) {
        const endNs = Math.round((stretch.endNs + 2100) / 5000) * 5000;
        const state = stretch.state === 'drive' ? 'drive' : 'unknown';
        if (endNs > sampled.endNs) sampled.add(endNs - sampled.endNs, state, stretch.levelsUa);
      }
      expect(judge(sampled, therapyOf(area)).findings).toEqual([]);
      expect(judge(sampled, therapyOf(area), { toleranceNs: 100 }).holds).toBe(false);
    }
  });

  test('REQ-ORC-008: clocks that differ are followed where that is allowed', () => {
    const drifting = new MemoryCapture('drifting', 100);
    for (const stretch of ideal.stretches()) {
      drifting.add(Math.round(stretch.endNs * 1.00004) - drifting.endNs, stretch.state, stretch.levelsUa);
    }
    expect(judge(drifting, therapy).holds).toBe(false);
    expect(judge(drifting, therapy, { clockPpm: 50 }).findings).toEqual([]);
    expect(judge(drifting, therapy, { clockPpm: 20 }).holds).toBe(false);
  });
});
