// The project's own rules, kept by a test: requirements are enforced and tested, folders import only what they may, nothing
// is skipped or retried, and nothing of one machine is written down.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseRequirements, parseTitles, requirementsIn } from '../proof/report/requirements.ts';

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '' && existsSync(file));
const sources = files.filter((file) => /\.(ts|mjs|c|h)$/.test(file));
const text = (file: string) => readFileSync(file, 'utf8');

describe('requirements', () => {
  const known = parseRequirements(text('firmware/REQUIREMENTS.md')).map(({ id }) => id);
  const inFirmware = new Set(
    sources.filter((f) => f.startsWith('firmware/')).flatMap((f) => requirementsIn(text(f))),
  );
  const tests = sources.filter((f) => f.startsWith('test/') && f !== 'test/tidy/tidy.test.ts');
  // Only titles count: a quoted string that opens with requirements and a colon.
  const tested = new Set(tests.flatMap((f) => parseTitles(f, text(f))).flatMap((one) => one.requirements));

  it('every requirement is listed once', () => {
    expect(known.filter((id, index) => known.indexOf(id) !== index)).toEqual([]);
  });
  it('no tag or test names an unknown requirement', () => {
    const used = [...inFirmware, ...tests.flatMap((f) => requirementsIn(text(f)))];
    expect([...new Set(used)].filter((id) => !known.includes(id))).toEqual([]);
  });
  it('every requirement has a test whose title names it', () => {
    expect(known.filter((id) => !tested.has(id))).toEqual([]);
  });
  it('every requirement of behaviour has an enforcing line', () => {
    // Not those of a binary as a whole, which no one line enforces, nor those of simulator, host, campaigns and oracle.
    const elsewhere = /REQ-(INT-00[2-6]|SIM|HST|CMP|ORC)/;
    expect(known.filter((id) => !inFirmware.has(id) && !elsewhere.test(id))).toEqual([]);
  });
});

describe('imports', () => {
  /** The project's files that a file imports. */
  const imports = (file: string) =>
    [...text(file).matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)].map(([, path]) =>
      normalize(join(dirname(file), path)),
    );
  /**
   * What others may take from the firmware: its constants, and what an image looks like, which is written in one place: the
   * builder writes it, `stimgate flash` checks it, a simulated Pico loads it.
   */
  const isConstants = (target: string) =>
    /^firmware\/([a-z]+|boards\/pico\/build\/(uf2|identity|crc|seal))\.ts$/.test(target);
  const rules: [string, (file: string) => boolean, (target: string) => boolean][] = [
    [
      'firmware imports nothing of the rest',
      (f) => f.startsWith('firmware/'),
      (t) => t.startsWith('firmware/'),
    ],
    [
      'the interlock imports nothing of the stimulator',
      (f) => f.startsWith('firmware/interlock/'),
      (t) => !t.startsWith('firmware/stimulator/'),
    ],
    [
      'the stimulator imports nothing of the interlock',
      (f) => f.startsWith('firmware/stimulator/'),
      (t) => !t.startsWith('firmware/interlock/'),
    ],
    [
      'sim imports itself, the firmware’s constants and the format of its image',
      (f) => f.startsWith('sim/'),
      (t) => t.startsWith('sim/') || isConstants(t),
    ],
    [
      'host reaches the simulator through host/transport only',
      (f) => f.startsWith('host/') && !f.startsWith('host/transport/'),
      (t) => !t.startsWith('sim/') || t === 'sim/index.ts',
    ],
    [
      'host imports the firmware’s constants and the format of its image',
      (f) => f.startsWith('host/'),
      (t) => !t.startsWith('firmware/') || isConstants(t),
    ],
    [
      'the oracle imports itself and the type of a therapy',
      (f) => f.startsWith('test/oracle/'),
      (t) => t.startsWith('test/oracle/') || t === 'host/therapy/therapy.ts',
    ],
    [
      'the laws take no limit from the firmware',
      (f) => /^test\/proof\/(laws|model)\//.test(f) || f === 'test/proof/limits.ts',
      (t) => !t.startsWith('firmware/') || /^firmware\/(board|status)\.ts$/.test(t),
    ],
  ];
  for (const [rule, applies, allowed] of rules) {
    it(rule, () => {
      const wrong = sources
        .filter(applies)
        .flatMap((file) => imports(file).map((target) => [file, target]))
        .filter(([, target]) => !allowed(target))
        .map(([file, target]) => `${file} imports ${target}`);
      expect(wrong).toEqual([]);
    });
  }
});

describe('the tree', () => {
  it('has the folders of the design, each opening with a README', () => {
    const folders = [...new Set(files.filter((f) => f.includes('/')).map((f) => f.split('/')[0]))];
    expect(folders.filter((folder) => !folder.startsWith('.')).sort()).toEqual([
      'firmware',
      'host',
      'sim',
      'test',
    ]);
    for (const folder of ['firmware', 'host', 'sim', 'test']) {
      expect(text(`${folder}/README.md`)).toMatch(/^# /);
    }
  });
  it('skips, retries and suppresses nothing', () => {
    const forbidden =
      /\b(it|test|describe)\.(skip|only|todo)\b|\bretry: *[1-9]|biome-ignore|@ts-(ignore|nocheck|expect-error)/;
    const wrong = sources.filter((f) => f !== 'test/tidy/tidy.test.ts' && forbidden.test(text(f)));
    expect(wrong).toEqual([]);
  });
  it('names no path of one machine and no registry host', () => {
    const forbidden = /\/(root|home|work)\/[a-z]|registry\.|"resolved":/;
    const wrong = files.filter(
      (f) => f !== 'test/tidy/tidy.test.ts' && !f.endsWith('.svg') && forbidden.test(text(f)),
    );
    expect(wrong).toEqual([]);
  });
  it('opens every source file with what it is for', () => {
    const wrong = sources.filter((f) => !/^(#!.*\n)?(\/\/|\/\*)/.test(text(f)));
    expect(wrong).toEqual([]);
  });
});
