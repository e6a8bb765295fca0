// `stimgate check` over what instruments write: mapping files, sigrok sessions, and captures that are no good.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checkMapping } from '../../host/capture/mapping.ts';
import { readCsv, readVcd } from '../oracle/index.ts';
import { captureToCsv } from './fixtures/capture-files.ts';
import { type Said, stimgate } from './fixtures/command.ts';
import { type Scope, sampled } from './fixtures/instrument-files.ts';
import { scopeText } from './fixtures/instrument-layouts.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-captures-'));
const inFolder = (name: string): string => join(folder, name);
const VCD = inFolder('tonic.vcd');
const MAPPING = {
  contacts: { E3: { column: 'CH1', uaPerVolt: 1000 }, E4: { column: 'CH2', uaPerVolt: -500 } },
};
/** Tonic is on E3 and E4. */
const SCOPE: Scope = {
  channels: [
    { electrode: 2, uaPerVolt: 1000 },
    { electrode: 3, uaPerVolt: -500 },
  ],
  sampleNs: 2000,
  startNs: 0,
  endNs: 0,
  sigmaUa: 10,
  stepUa: 0,
  slopeNs: 500,
  seed: 11,
};
let startNs = 0;
let scope = '';
const { PATH } = process.env;

/** A file with this text. */
function file(name: string, text: string | Uint8Array): string {
  writeFileSync(inFolder(name), text);
  return inFolder(name);
}

/** With a channel that shows nothing. */
function withQuiet(capture: string): string {
  return capture.replace('TIME,CH1,CH2', 'TIME,CH1,CH2,CH3').replace(/^-?[\d.]+e.*$/gm, '$&,0');
}

function mapped(mapping: unknown, capture = scope, ...options: string[]): Promise<Said> {
  const map = file('map.json', typeof mapping === 'string' ? mapping : JSON.stringify(mapping));
  return stimgate('check', file('scope.csv', capture), 'tonic', '--map', map, ...options);
}

beforeAll(async () => {
  expect((await stimgate('run', 'tonic', '--for', '700ms', '--json', '--vcd', VCD)).exit).toBe(0);
  const capture = readVcd(VCD);
  startNs = capture.commands[0].atNs;
  // The soft start, and some pulses after it.
  scope = scopeText(
    sampled(capture, { ...SCOPE, startNs: startNs + 300, endNs: startNs + 600e6 }),
    'tektronix',
  );
});
afterEach(() => {
  process.env.PATH = PATH;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('REQ-HST-130: a mapping file', () => {
  it('gives the contacts of an oscilloscope’s channels, and the verdict says to what it is judged', async () => {
    const said = await mapped(MAPPING);
    expect(said).toMatchObject({ exit: 0, err: '' });
    expect(said.out).toMatch(
      /Levels, a sample every 2 µs, noise up to [\d.]+ µA, zero up to [\d.]+ µA, edges judged to 2 µs, levels to [\d.]+ µA\./,
    );
    const json = JSON.parse((await mapped(MAPPING, scope, '--json', '--tolerance-ua', '70')).out);
    expect(json).toMatchObject({ holds: true, instrument: { hasLevels: true, levelToleranceUa: 70 } });
    expect(Math.abs(json.instrument.samplingNs - 2000)).toBeLessThan(1);
    expect(Math.abs(json.areas[0].seen.amplitudeUa - 4000)).toBeLessThan(10);
  });

  it('with a wrong µA per volt is a wrong level', async () => {
    const contacts = { ...MAPPING.contacts, E4: { column: 'CH2', uaPerVolt: -400 } };
    const said = await mapped({ contacts });
    expect(said.exit).toBe(1);
    expect(said.out).toMatch(/kirchhoff/);
  });

  it('that does not fit is refused with a line for each problem', async () => {
    const bad: [unknown, RegExp][] = [
      ['{"contacts": ', /map\.json: not JSON at line 1, column \d+: the file ends too early$/],
      [{}, /map\.json: contacts: is missing$/],
      [
        { contacts: { E17: { column: 'CH1' } } },
        /contacts\.E17: unknown electrode; there are E1 to E16 and CASE$/,
      ],
      [{ contacts: { E3: { colum: 'CH1' } } }, /contacts\.E3\.colum: unknown field; did you mean column\?$/],
      [{ contacts: { E3: { uaPerVolt: 5 } } }, /contacts\.E3: no column: give column/],
      [{ contacts: { E3: { column: 'CH1', uaPerVolt: 0 } } }, /uaPerVolt: 0 would hide every current$/],
      [{ contacts: { E3: { column: 'CH1', anode: 'D1' } } }, /one of its polarity: give one kind$/],
      [{ contacts: { E3: { anode: 'D1', uaPerVolt: 1 } } }, /a polarity has no µA/],
      [{ contacts: { E3: { column: 'CH1', uaPerVolt: 1, unit: 'mA' } } }, /give one$/],
      [{ contacts: { E3: { anode: 'D1', cathode: 'D1' } } }, /D1 cannot be both its cathode and its anode$/],
      [{ ...MAPPING, time: 'CH1' }, /contacts\.E3: CH1 is the column of times$/],
      [{ ...MAPPING, recharge: 'CH2' }, /contacts\.E4: CH2 is the column of recharge$/],
      [{ ...MAPPING, zeroUa: -1 }, /zeroUa: -1 µA is below the limit of 0 µA/],
      [
        { contacts: { E3: { column: 'CH9', uaPerVolt: 1 } } },
        /scope\.csv:10: no column 'CH9', .* for E3; there are: TIME, CH1, CH2$/,
      ],
      [{ contacts: { E3: { column: 'CH1' } } }, /the column 'CH1' of E3 has no current: give its uaPerVolt$/],
      [
        { contacts: { E3: MAPPING.contacts.E3 } },
        /the therapy drives E4, of which the capture has no column \(it shows E3\)/,
      ],
    ];
    for (const [mapping, message] of bad) {
      const said = await mapped(mapping);
      expect(said, JSON.stringify(mapping)).toMatchObject({ exit: 2, out: '' });
      expect(said.err.trimEnd()).toMatch(message);
      expect(said.err.trimEnd().split('\n')).toHaveLength(1);
    }
    const none = await stimgate('check', VCD, 'tonic', '--map', inFolder('none.json'));
    expect(none).toMatchObject({ exit: 2, err: expect.stringContaining('none.json: no such file') });
  });

  it('as in the README is one', () => {
    const readme = readFileSync('test/oracle/README.md', 'utf8');
    const examples = [...readme.matchAll(/```json\n([\s\S]*?)```/g)].map(([, json]) => JSON.parse(json));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) expect(checkMapping(example)).toBe(example);
  });
});

describe('REQ-HST-131: a session without the tool', () => {
  it('says what is missing and what to install', async () => {
    process.env.PATH = folder;
    const said = await stimgate('check', file('some.sr', 'PK'), 'tonic');
    expect(said).toMatchObject({ exit: 2, out: '' });
    expect(said.err).toMatch(/some\.sr: reading it takes sigrok-cli, which is not there: install it .*\n$/);
    expect((await stimgate('check', inFolder('none.sr'), 'tonic')).err).toContain('none.sr: no such file');
  });
});

describe('REQ-HST-132: a capture that is no good', () => {
  const flat = 'time_us,E3_uA,E4_uA\n0,0,0\n5,0,0\n9,0,0\n300000,0,0\n';

  it('without an edge there is nothing to judge, unless the therapy was started in it', async () => {
    const said = await stimgate('check', file('flat.csv', flat), 'tonic');
    expect(said).toMatchObject({ exit: 2, out: '' });
    expect(said.err).toMatch(
      /flat\.csv: no edge on any contact: nothing to judge; check probes and mapping, or .*\n$/,
    );
    const started = await stimgate('check', inFolder('flat.csv'), 'tonic', '--start', '0s');
    expect(started.exit).toBe(1);
    expect(started.out).toContain('no-output');
    const noise = sampled(readCsv(flat), { ...SCOPE, endNs: 50e6 });
    const noisy = await mapped(MAPPING, scopeText(noise, 'keysight').replace('x-axis,1,2', 'x-axis,CH1,CH2'));
    expect(noisy.exit).toBe(2);
    expect(noisy.err).toMatch(/no edge on any contact \(currents up to \d+ µA count as zero\)/);
    const deaf = await mapped({ ...MAPPING, zeroUa: 2000 });
    expect(deaf).toMatchObject({ exit: 2, out: '' });
    expect(deaf.err).toMatch(
      /area 1 has levels of 1000 µA, and none under [\d.]+ µA can be told from noise and zero/,
    );
  });

  it('that begins in mid-pulse is judged from the next pulse on, and says so', async () => {
    const onsetNs = readVcd(VCD).commands[0].atNs;
    const pulses = Array.from(readVcd(VCD).stretches(), ({ startNs: atNs, state }) => ({ atNs, state }));
    const pulse = pulses.find(({ atNs, state }) => state === 'drive' && atNs > onsetNs + 550e6)!;
    const samples = sampled(readVcd(VCD), {
      ...SCOPE,
      startNs: pulse.atNs + 100_000,
      endNs: pulse.atNs + 90e6,
    });
    const said = await mapped(MAPPING, scopeText(samples, 'rigol'));
    expect(said.exit).toBe(0);
    expect(said.out).toContain('Not judged: the first pulse: the capture begins in the middle of it.');
  });

  it('with its contacts swapped is found wanting, and they are named', async () => {
    const { E3, E4 } = MAPPING.contacts;
    const said = await mapped({ contacts: { E3: { ...E3, column: 'CH2' }, E4: { ...E4, column: 'CH1' } } });
    expect(said.exit).toBe(1);
    const contacts = { E3: { ...E4 }, E4: { ...E3 } };
    const swapped = await mapped({ contacts });
    expect(swapped.exit).toBe(1);
    expect(swapped.out).toMatch(/Hint: E3 and E4 look swapped, or all currents are turned round: .*\./);
    const shifted = await mapped(
      { contacts: { E4: E3, E5: E4, E3: { column: 'CH3', uaPerVolt: 1 } } },
      withQuiet(scope),
    );
    expect(shifted.exit).toBe(1);
    expect(shifted.out).toContain(
      'Hint: the contacts look mixed up: CH1 (mapped to E4) is really E3, CH2 (mapped to E5) is really E4: put right, it fits the therapy',
    );
    const elsewhere = await mapped({ contacts: { E3, E4: { ...E4 }, E9: { ...E3 } } });
    expect(elsewhere.exit).toBe(1);
    expect(elsewhere.out).not.toContain('mixed up');
  });

  it('in a wrong unit is told, and not taken for swapped contacts', async () => {
    const { E3, E4 } = MAPPING.contacts;
    const hintOf = (said: Said) => said.out.split('\n').filter((line) => line.startsWith('Hint: '));
    const inMs = await mapped(MAPPING, scope.replace(/^Horizontal Units,.*$/m, 'Horizontal Units,ms,ms'));
    expect(inMs.exit).toBe(1);
    expect(hintOf(inMs)).toEqual([
      'Hint: times look 1,000 times too short: check the unit of the time column, or map its timeUnit.',
    ]);
    const attenuated = await mapped({
      contacts: { E3: { ...E3, uaPerVolt: 100 }, E4: { ...E4, uaPerVolt: -50 } },
    });
    expect(attenuated.exit).toBe(1);
    expect(hintOf(attenuated)).toEqual([
      "Hint: levels look 10 times too small: check uaPerVolt, the unit, and the probe's attenuation.",
    ]);
    const gained = await mapped({
      contacts: { E3: { ...E3, uaPerVolt: 1030 }, E4: { ...E4, uaPerVolt: -515 } },
    });
    expect(gained.exit).toBe(1);
    expect(hintOf(gained)).toEqual([
      "Hint: levels look 3 % too great: check uaPerVolt and the probe's gain before the stimulator.",
    ]);
  });

  it('of another therapy is told by its contacts', async () => {
    const said = await stimgate('check', VCD, 'drg');
    expect(said.exit).toBe(1);
    expect(said.out).toContain('Hint: the capture shows current on E3, E4, which the therapy leaves alone');
  });

  it('with steps coarser than the file can tell has a hint to a tolerance, and holds with it', async () => {
    // When the soft start is over.
    const within = { startNs: startNs + 450e6, endNs: startNs + 600e6 };
    const coarse = { ...SCOPE, ...within, sigmaUa: 0, slopeNs: 0 };
    const textOf = (stepUa: number) => scopeText(sampled(readVcd(VCD), { ...coarse, stepUa }), 'tektronix');
    const said = await mapped(MAPPING, textOf(4000 / 17));
    expect(said.exit).toBe(1);
    expect(said.out).toContain(
      "Hint: it holds with --tolerance-ua 80: give that, or map noiseUa, if the instrument's converter or noise is so coarse.",
    );
    expect((await mapped(MAPPING, textOf(4000 / 17), '--tolerance-ua', '80')).exit).toBe(0);
    const fine = await mapped(MAPPING, textOf(39.0625));
    expect(fine.exit).toBe(0);
    expect(fine.out).toMatch(/converter's step up to \d\d µA as far as can be told, .* levels to \d\d µA\./);
  });

  it('by a clock of its own is told from a wrong rate', async () => {
    const csv = captureToCsv(readVcd(VCD)).split('\n');
    const drifting = (ppm: number) =>
      csv.map((row) => row.replace(/^[\d.]+/, (us) => (Number(us) * (1 + ppm / 1e6)).toFixed(3))).join('\n');
    const orders = ['--start', `${startNs}ns`];
    const said = await stimgate('check', file('drift.csv', drifting(40)), 'tonic', ...orders);
    expect(said.exit).toBe(1);
    expect(said.out).toMatch(/Hint: it holds with --clock-ppm 100: /);
    const told = await stimgate('check', inFolder('drift.csv'), 'tonic', ...orders, '--clock-ppm', '100');
    expect(told.exit).toBe(0);
    // One pulse that is late is no drift.
    const onset = csv.findIndex((row, n) => n > 60 && /,-/.test(row));
    const late = csv.map((row, n) =>
      n === onset ? row.replace(/^[\d.]+/, (us) => (Number(us) + 2).toFixed(3)) : row,
    );
    const one = await stimgate('check', file('late.csv', late.join('\n')), 'tonic', ...orders);
    expect(one.exit).toBe(1);
    expect(one.out).not.toContain('--clock-ppm');
    const wrong = await stimgate('check', file('wrong.csv', drifting(400)), 'tonic', ...orders);
    expect(wrong.exit).toBe(1);
    expect(wrong.out).not.toContain('--clock-ppm');
  });

  it('that is damaged has one line', async () => {
    for (const [name, text] of [
      ['empty.csv', ''],
      ['prose.csv', 'dear reader,\nthis is no capture\n'],
      ['binary.csv', Uint8Array.from({ length: 5000 }, (_, i) => (i * 7919) % 251)],
      ['cells.csv', flat.replace('5,0,0', '5,zero,0')],
      ['capture.txt', flat],
    ] as const) {
      const said = await stimgate('check', file(name, text), 'tonic');
      expect(said, name).toMatchObject({ exit: 2, out: '' });
      expect(said.err).toMatch(new RegExp(`^stimgate: .*${name}.*\n$`));
    }
  });
});
