// Captures of instruments: layouts of oscilloscopes and of sigrok, Verilog simulators, sampling, noise, gaps, mappings.

import { describe, expect, test } from 'vitest';
import { captureFrom } from '../../host/report/window.ts';
import type { Therapy } from '../../host/therapy/therapy.ts';
import {
  type Capture,
  CaptureError,
  type CaptureMapping,
  judge,
  MemoryCapture,
  readCsv,
  readVcd,
} from '../oracle/index.ts';
import { captureOf, idealCapture, idealPulses } from './fixtures/ideal-waveform.ts';
import { logicText, type Sample, type Scope, sampled, uniform } from './fixtures/instrument-files.ts';
import { channelName, channelsMax, LAYOUTS, type Layout, scopeText } from './fixtures/instrument-layouts.ts';
import { therapyOf } from './fixtures/oracle-therapies.ts';
import { AREA, PAIR, SCOPE } from './fixtures/scoped-pair.ts';

const ANALYSER = { startNs: 60e6, sampleNs: 1000, skew: false };

/** One shunt in the lead where a file has one channel. */
function mappingOf(layout: Layout): CaptureMapping {
  const column = channelName(layout, 0);
  const second =
    channelsMax(layout) === 1
      ? { column, uaPerVolt: -1000 }
      : { column: channelName(layout, 1), uaPerVolt: -2000 };
  return { contacts: { E3: { column, uaPerVolt: 1000 }, E4: second } };
}

/** What a scope writes of a therapy's ideal output, t0 at 65 ms, read back. */
function scoped(therapy: Therapy, scope: Partial<Scope> = {}, mapping: CaptureMapping = {}) {
  const samples = sampled(idealCapture(therapy, 300_000), { ...SCOPE, ...scope });
  return readCsv(scopeText(samples, 'keysight'), { ...mappingOf('keysight'), ...mapping });
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

describe('oscilloscopes', () => {
  test.each(LAYOUTS)('REQ-ORC-007: %s writes what is read, volts by the mapping', (layout) => {
    const channels = SCOPE.channels.slice(0, channelsMax(layout));
    const samples = sampled(idealCapture(PAIR, 300_000), { ...SCOPE, channels });
    const capture = readCsv(scopeText(samples, layout), mappingOf(layout));
    const verdict = judge(capture, PAIR);
    expect(verdict.findings).toEqual([]);
    expect(capture.resolutionNs).toBeCloseTo(1000, 3);
    expect([...(capture.electrodes ?? [])]).toEqual([2, 3]);
    expect(verdict.areas[0].pulses).toBe(4);
    expect(Math.abs((verdict.areas[0].measured.amplitudeUa ?? 0) - 4000)).toBeLessThan(10);
    expect(Math.abs((verdict.areas[0].measured.phaseUs ?? 0) - 300)).toBeLessThan(1);
  });

  test.each(LAYOUTS.filter((layout) => channelsMax(layout) === 4))(
    'REQ-ORC-007: %s with four channels',
    (layout) => {
      const four = therapyOf({ ...AREA, electrodes: { E3: -600, E4: 400, CASE: 600, E16: -400 } });
      const channels = [2, 3, 16, 15].map((electrode) => ({ electrode, uaPerVolt: 1000 }));
      const samples = sampled(idealCapture(four, 300_000), {
        ...SCOPE,
        channels,
        sampleNs: 4000,
        endNs: 110e6,
      });
      const contacts = Object.fromEntries(
        ['E3', 'E4', 'CASE', 'E16'].map((name, i) => [
          name,
          { column: channelName(layout, i), uaPerVolt: 1000 },
        ]),
      );
      const { findings, areas } = judge(readCsv(scopeText(samples, layout), { contacts }), four);
      expect(findings).toEqual([]);
      expect(areas[0].pulses).toBe(3);
    },
  );

  test('REQ-ORC-010: sampled off its clock, with noise and a slow probe, the output holds; and what is off is found', () => {
    for (const seed of [1, 2, 3]) {
      const random = uniform(seed);
      const scope: Partial<Scope> = {
        seed,
        startNs: Math.round(60e6 + random() * 1000),
        sampleNs: 500 + Math.round(random() * 1500),
        sigmaUa: random() * 30,
        slopeNs: random() * 2000,
        endNs: 110e6,
        stepUa: random() < 0.5 ? 0 : 16,
      };
      const read = (therapy: Therapy) => scoped(therapy, scope);
      expect(judge(read(PAIR), PAIR).findings, `seed ${seed}`).toEqual([]);
      const rules = (changed: Therapy) => Object.keys(judge(read(changed), PAIR).counts);
      expect(rules(therapyOf({ ...AREA, phaseUs: 306 }))).toContain('phase-width');
      expect(rules(therapyOf({ ...AREA, interphaseGapUs: 56 }))).toContain('gap');
      expect(rules(therapyOf({ ...AREA, amplitudeUa: 4800 }))).toContain('level');
      expect(rules(therapyOf({ ...AREA, rateHz: 50.1 }))).toContain('onset');
    }
  });

  test('REQ-ORC-010: noise and threshold are told, and levels judged to them', () => {
    const capture = scoped(PAIR, { sigmaUa: 20, stepUa: 0 });
    expect(capture.measured?.noiseUa).toBeGreaterThan(80);
    expect(capture.measured?.noiseUa).toBeLessThan(130);
    expect(capture.levelToleranceUa).toBe(capture.measured?.noiseUa);
    expect(judge(capture, PAIR).notJudged.join()).toMatch(
      /levels finer than [\d.]+ µA: .*pulses with a level under [\d.]+ µA: they may be noise/,
    );
    const clean = scoped(PAIR, { sigmaUa: 0, stepUa: 0, slopeNs: 0 });
    expect(clean.measured).toMatchObject({ noiseUa: 0, zeroUa: 0 });
    expect(judge(clean, PAIR).findings).toEqual([]);
    const given = scoped(PAIR, {}, { zeroUa: 200, toleranceUa: 90 });
    expect(given).toMatchObject({ measured: { zeroUa: 200 }, levelToleranceUa: 90 });
  });

  test('REQ-ORC-010: the first pulses of a soft start that lie under the threshold are not missed', () => {
    const ramped = therapyOf({ ...AREA, recharge: 'symmetric', rateHz: 200, rampUpMs: 150 });
    const capture = scoped(ramped, { endNs: 300e6 });
    const verdict = judge(capture, ramped);
    expect(verdict.findings).toEqual([]);
    expect(Math.abs((verdict.totals.startNs ?? 0) - 65e6)).toBeLessThan(1000);
    expect(verdict.areas[0].pulses).toBeGreaterThan(40);
  });

  test('REQ-ORC-010: a soft start that climbs out of the noise by a µA a pulse is placed', () => {
    const train = { ...AREA, recharge: 'symmetric', interphaseGapUs: 0, phaseUs: 30, rateHz: 5000 } as const;
    const slow = therapyOf({ ...train, amplitudeUa: 2000, rampUpMs: 200 });
    const capture = scoped(slow, { endNs: 165e6 });
    const verdict = judge(capture, slow);
    expect(verdict.findings).toEqual([]);
    // A pulse is 2 µA weaker than the next: no capture with this noise tells t0 to better than a few of them.
    expect(Math.abs((verdict.totals.startNs ?? 0) - 65e6)).toBeLessThan(2e6);
    expect(verdict.areas[0].pulses).toBeGreaterThan(350);
    const steep = therapyOf({ ...train, amplitudeUa: 2000, rampUpMs: 120 });
    expect(judge(scoped(steep, { endNs: 165e6 }), slow).holds).toBe(false);
  });

  test('REQ-ORC-010: a therapy that noise hides is refused', () => {
    const weak = therapyOf({ ...AREA, amplitudeUa: 400 });
    expect(messageOf(() => judge(scoped(weak, { sigmaUa: 30 }), weak))).toMatch(
      /area 1 has levels of 100 µA, and none under [\d.]+ µA can be told from noise and zero/,
    );
  });

  test('REQ-ORC-010: an offset, and the current of passive recharge, are taken out by the mapping', () => {
    const passive = therapyOf({ ...AREA, recharge: 'passive', interphaseGapUs: 0 });
    const output = new MemoryCapture('leaky');
    for (const { startNs, endNs, state, levelsUa } of idealCapture(passive, 300_000).stretches()) {
      const leakUa = state === 'recharge' && startNs > 0 ? [0, 0, 150, -150] : levelsUa;
      output.add(endNs - startNs, state, leakUa);
    }
    const samples = sampled(output, SCOPE).map(({ timeNs, volts: [a, b] }) => ({
      timeNs,
      volts: [a + 0.4, b],
    }));
    const text = scopeText(samples, 'keysight');
    const contacts = {
      E3: { column: '1', uaPerVolt: 1000, offsetV: 0.4 },
      E4: { column: '2', uaPerVolt: -2000 },
    };
    expect(judge(readCsv(text, { contacts, zeroUa: 300 }), passive).findings).toEqual([]);
    expect(judge(readCsv(text, { contacts }), passive).holds).toBe(false);
  });

  test('REQ-ORC-011: what was due in a gap is not judged, what lies beside it is', () => {
    // Segments of 3 ms around pulses 0, 1 and 3: nothing is known of pulse 2.
    const inSegment = ({ timeNs }: Sample) =>
      [65e6, 85e6, 125e6].some((atNs) => Math.abs(timeNs - atNs) < 3e6);
    const samples = sampled(idealCapture(PAIR, 300_000), SCOPE).filter(inSegment);
    const capture = readCsv(scopeText(samples, 'keysight'), mappingOf('keysight'));
    const verdict = judge(capture, PAIR);
    expect(verdict.findings).toEqual([]);
    expect(verdict.areas[0].pulses).toBe(3);
    expect(verdict.notJudged.join()).toContain("what was due in the capture's gaps");
    expect(capture.warnings.join()).toContain('2 gaps without samples');
    const late = therapyOf({ ...AREA, rateHz: 50.02 });
    expect(judge(capture, late).counts).toHaveProperty('onset');
    // A pulse that a gap cuts is no finding, on either side of it.
    const cut = samples.filter(({ timeNs }) => timeNs < 85.1e6 || timeNs > 125.2e6);
    expect(judge(readCsv(scopeText(cut, 'keysight'), mappingOf('keysight')), PAIR).findings).toEqual([]);
  });

  test('REQ-ORC-011: a capture that begins anywhere in a pulse leaves that pulse out and says so', () => {
    const therapies = [PAIR, therapyOf({ ...AREA, recharge: 'symmetric', interphaseGapUs: 0 })];
    for (const therapy of therapies) {
      for (const intoUs of [20, 150, 290, 310, 345, 400, 590, 1500, 1700]) {
        const capture = scoped(therapy, { startNs: 85e6 + intoUs * 1000, endNs: 110e6 });
        const verdict = judge(capture, therapy);
        expect(verdict.findings, `${intoUs} µs into the pulse`).toEqual([]);
        expect(verdict.areas[0].pulses).toBe(1);
        const lastUs = therapy === PAIR ? 1550 : 600;
        const isAmid = verdict.notJudged.some((note) => note.includes('begins in the middle'));
        expect(isAmid, `${intoUs} µs into the pulse`).toBe(intoUs < lastUs);
      }
    }
  });
});

describe('a capture that begins when the soft start is over', () => {
  const ramped = therapyOf({ ...AREA, recharge: 'symmetric', rateHz: 90, rampUpMs: 100 });

  test('REQ-ORC-011: is judged from there on', () => {
    const pulses = idealPulses(ramped, 300_000).slice(14);
    const exact = captureOf(pulses, 300_000, -pulses[0].onsetUs + 400);
    expect(judge(exact, ramped).findings).toEqual([]);
    const capture = scoped(ramped, { startNs: 65e6 + 190e6, endNs: 300e6 });
    const verdict = judge(capture, ramped);
    expect(verdict.findings).toEqual([]);
    expect(verdict.areas[0].pulses).toBeGreaterThan(2);
    expect(verdict.notJudged.join()).toContain("the therapy's beginning: the capture starts after it");
  });

  test('REQ-ORC-011: but a soft start that is left out is found', () => {
    const { rampUpMs, ...flat } = ramped.areas[0];
    expect(rampUpMs).toBe(100);
    expect(judge(idealCapture(therapyOf(flat), 300_000), ramped).holds).toBe(false);
    expect(judge(scoped(therapyOf(flat), { startNs: 50e6 }), ramped).holds).toBe(false);
  });
});

describe('logic', () => {
  test('REQ-ORC-008: a capture at 1 MS/s is not failed for a part of a sample, and is for more than one', () => {
    for (const seed of [1, 2, 3]) {
      const random = uniform(seed);
      const startNs = 60e6 + Math.round(random() * 1000);
      const read = (therapy: Therapy, skew = false) =>
        readCsv(logicText(idealCapture(therapy, 70_000), { startNs, sampleNs: 1000, skew }));
      expect(judge(read(PAIR), PAIR).findings).toEqual([]);
      expect(judge(read(PAIR, true), PAIR).findings, 'channels a sample apart').toEqual([]);
      expect(judge(read(PAIR), PAIR).notJudged.join()).toContain('polarity only');
      expect(judge(read(therapyOf({ ...AREA, phaseUs: 302 })), PAIR).holds).toBe(false);
      const turned = therapyOf({ ...AREA, electrodes: { E3: 1000, E4: -1000 } });
      expect(judge(read(turned), PAIR).holds).toBe(false);
    }
  });

  test('REQ-ORC-007: volts of logic lines, by threshold and by other names', () => {
    const text = logicText(idealCapture(PAIR, 70_000), { startNs: 60e6, sampleNs: 1000, skew: false });
    const named = text
      .replace('E3_CATHODE', 'D0')
      .replace('E3_ANODE', 'D1')
      .replace(/^[01,]+$/gm, (row) => row.replaceAll('1', '3.1'));
    const contacts = { E3: { cathode: 'D0', anode: 'D1' } };
    const capture = readCsv(named, { contacts, thresholdV: 1.6 });
    expect([...(capture.electrodes ?? [])].sort()).toEqual([2, 3]);
    expect(judge(capture, PAIR).findings).toEqual([]);
    expect(judge(readCsv(named, { contacts, thresholdV: 5 }), PAIR).holds).toBe(false);
  });
});

describe('orders', () => {
  const HEAD = 'time_us,E3_CATHODE,E3_ANODE,E4_CATHODE,E4_ANODE,ORDER_START,ORDER_STOP';
  const orders = [
    { kind: 'start', atNs: 64e6 },
    { kind: 'stop', atNs: 130e6 },
  ] as const;
  /** The ideal output up to the stop, after a pulse that is not the therapy's. */
  const row = (us: number, e3: number, e4: number) => {
    const bits = [e3 < 0, e3 > 0, e4 < 0, e4 > 0, us >= 64_000, us >= 130_000].map(Number);
    return [us, ...bits].join(',');
  };
  const rows = [row(0, 0, 0), row(10_000, 1, -1), row(10_300, 0, 0), row(64_000, 0, 0)];
  for (const { startNs, levelsUa } of idealCapture(PAIR, 300_000).stretches())
    if (startNs > 64e6 && startNs < 130e6) rows.push(row(startNs / 1000, levelsUa[2], levelsUa[3]));
  rows.push(row(130_000, 0, 0), row(400_000, 0, 0));
  const textOf = (lines: readonly string[]) => `${[HEAD, ...lines].join('\n')}\n`;

  test('REQ-ORC-007: columns ORDER_… of a CSV are orders, as such signals of a VCD are', () => {
    const { commands } = readCsv(textOf(rows));
    expect(commands).toEqual(orders);
    expect(readCsv(logicText(idealCapture(PAIR, 70_000), ANALYSER)).commands).toEqual([]);
    // Where a signal rests when the capture begins is no order.
    expect(readCsv(textOf(rows.slice(4))).commands).toEqual(orders.slice(1));
    const judged = judge(captureFrom(readCsv(textOf(rows)), 64e6), PAIR, { commands });
    expect(judged.findings).toEqual([]);
    expect(judged.totals.stopLatencyNsMax).toBe(0);
    expect(judge(readCsv(textOf(rows)), PAIR).counts).toHaveProperty('pulse-missing');
  });

  test('REQ-ORC-006: signals ORDER_… tell of orders where a mapping names the others', () => {
    const text =
      '$timescale 1 us $end\n$var wire 1 ! d0 $end\n$var wire 1 " d1 $end\n$var wire 1 # ORDER_STOP $end\n' +
      '$enddefinitions $end\n#0\n0!\n0"\n1#\n#5\n1!\n#7\n0#\n#9\n0!\n#20\n';
    const contacts = { E3: { cathode: 'd0', anode: 'd1' } };
    expect(readVcd(text, { contacts }).commands).toEqual([{ kind: 'stop', atNs: 7000 }]);
  });
});

/** A VCD as Icarus writes it: 1 ps, scopes, vectors of sinks and sources, a real of the current, x before reset. */
function verilogText(capture: Capture): string {
  const lines = [
    '$date\n\tSun Nov  1 12:00:00 2026\n$end\n$version\n\tIcarus Verilog\n$end\n$timescale\n\t1ps\n$end',
    '$scope module tb $end\n$var wire 1 ! clk $end\n$scope module dut $end',
    '$var wire 16 " sinks [15:0] $end\n$var reg 16 # sources [15:0] $end\n$var real 1 % i_e3 $end',
    '$var integer 32 & state [31:0] $end\n$upscope $end\n$upscope $end\n$enddefinitions $end',
    '$comment Show the parameter values. $end\n$dumpall\n$end\n#0\n$dumpvars\nbx "\nbx #\nr0 %\nbx &\nx!\n$end',
  ];
  const bits = (levelsUa: Int32Array, sign: number) =>
    [...levelsUa.slice(0, 16)].reduceRight((text, levelUa) => text + (levelUa * sign > 0 ? 1 : 0), 'b');
  let lastNs = 0;
  for (const { startNs, endNs, levelsUa } of capture.stretches()) {
    lastNs = endNs;
    lines.push(`#${startNs * 1000}`, `${bits(levelsUa, -1)} "`, `${bits(levelsUa, 1)} #`);
    lines.push(`r${levelsUa[2] / 1e6} %`, '1!', `b${(startNs % 7).toString(2)} &`);
  }
  return `${lines.join('\n')}\n#${lastNs * 1000}\n`;
}

describe('Verilog simulators', () => {
  test('REQ-ORC-006: scopes, bits of vectors and reals by the mapping', () => {
    const text = verilogText(idealCapture(PAIR, 200_000));
    const contacts = {
      E3: { cathode: 'tb.dut.sinks[2]', anode: 'sources[2]' },
      E4: { cathode: 'sinks[3]', anode: 'tb.dut.sources[3]' },
    };
    const logic = readVcd(text, { contacts });
    const verdict = judge(logic, PAIR);
    expect(verdict.findings).toEqual([]);
    expect(verdict.notJudged.join()).toContain('polarity only');
    expect(logic.resolutionNs).toBe(0.001);
    expect(logic.warnings.join()).toContain('x or z');
    const levels = {
      E3: { column: 'tb.dut.i_e3', unit: 'A' },
      E4: { column: 'i_e3', uaPerVolt: -1e6 },
    } as const;
    const judged = judge(readVcd(text, { contacts: levels }), PAIR);
    expect(judged.findings).toEqual([]);
    expect(judged.areas[0].measured.amplitudeUa).toBe(4000);
    expect(
      messageOf(() => readVcd(text, { contacts: { E3: { cathode: 'sinks[16]', anode: 'clk' } } })),
    ).toContain("no column 'sinks[16]', which the mapping has for E3; there are: tb.clk, tb.dut.sinks,");
  });
});

describe('mappings that do not fit', () => {
  const text = 'x-axis,1,2\nsecond,Volt,Ampere\n0,0,0\n1e-6,0,0\n2e-6,0,0\n';

  test('REQ-ORC-007: say which column, of which contact, and what there is', () => {
    const read = (mapping: CaptureMapping) => messageOf(() => readCsv(text, mapping));
    expect(read({ contacts: { E3: { column: '3', uaPerVolt: 1 } } })).toBe(
      "text:1: no column '3', which the mapping has for E3; there are: x-axis, 1, 2",
    );
    expect(read({ contacts: { E3: { column: '1' } } })).toContain("the column '1' of E3 has no current");
    expect(read({ contacts: { E3: { column: '2', uaPerVolt: 5 } } })).toContain(
      "the column '2' of E3 is in A",
    );
    expect(read({})).toContain('no column of an electrode');
    expect(read({ time: 'when', contacts: { E3: { column: '2' } } })).toContain('no column when');
    expect(
      messageOf(() => readCsv('a,b\n1,2\n', { contacts: { E1: { column: 'b', unit: 'mA' } } })),
    ).toContain('no column time_s');
    expect(readCsv(text, { contacts: { E3: { column: '2' } } }).hasLevels).toBe(true);
  });

  test('REQ-ORC-007: times that are written too coarsely, and samples out of range, are told', () => {
    const coarse = 'time_s,E1_uA\n1.00e-3,0\n1.00e-3,0\n1.01e-3,5\n';
    expect(messageOf(() => Array.from(readCsv(coarse).stretches()))).toContain('written too coarsely');
    const counted = readCsv(coarse, { sampleRateHz: 1e6 });
    expect(counted.resolutionNs).toBe(1000);
    expect(Array.from(counted.stretches(), ({ endNs }) => endNs)).toEqual([2000, 3000]);
    expect(messageOf(() => readCsv('time_s,E1_mA\n0,0\n1,∞\n'))).toContain("out of the instrument's range");
    const prose = 'dear reader\n'.repeat(600);
    expect(messageOf(() => readCsv(prose))).toContain('this is no capture');
  });
});
