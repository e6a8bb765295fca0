// The files that a run writes: refused before anything stimulates, or, failing later, never instead of the verdict.

import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeFolderOf } from '../../host/report/make-folder.ts';
import { presetPath } from '../../host/therapy/presets.ts';
import { stimgate } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-out-'));
const inFolder = (...names: string[]): string => join(folder, ...names);
afterAll(() => rmSync(folder, { recursive: true }));

for (const name of ['a', 'b']) {
  mkdirSync(inFolder(name));
  copyFileSync(presetPath(name === 'a' ? 'tonic' : 'fast'), inFolder(name, 'same.json'));
}
writeFileSync(inFolder('file'), '');

const short = ['--for', '100ms'];

describe('REQ-HST-103: output paths are checked before anything stimulates', () => {
  it.each([
    [['run', 'tonic', '--report', ''], '--report: the path is empty; name a file'],
    [['run', 'tonic', '--vcd', inFolder('x'), '--svg', `${folder}/./x`], '--vcd and --svg would both write'],
    [['run', inFolder('a/same.json'), '--vcd', inFolder('a/same.json')], "would overwrite a therapy's file"],
    [
      ['run', inFolder('a/same.json'), inFolder('b/same.json'), '--svg', inFolder('s.svg')],
      `two of the therapies would write ${inFolder('s-same.svg')}`,
    ],
    [['run', 'tonic', '--report', folder], `cannot write ${folder}: is a folder, not a file`],
    [['run', 'tonic', '--report', inFolder('file/x.html')], 'a part of the path is not a folder'],
    [['run', 'tonic', '--report', inFolder('file/y/x.html')], 'a part of the path is not a folder'],
    [['run', 'tonic', '--report', `${inFolder('n'.repeat(300))}/x`], 'the path is too long'],
  ])('%j', async (argv, line) => {
    const said = await stimgate(...argv, '--json');
    expect(said.exit).toBe(2);
    expect(said.err).toContain(line);
    expect(said.err.trim().split('\n')).toHaveLength(1);
    expect(JSON.parse(said.out)).toMatchObject({ exit: 2 });
  });

  it.runIf(existsSync('/proc/self'))('a folder below /proc is refused at once', async () => {
    expect(() => makeFolderOf('/proc/x/y/z.html')).toThrow(/ENOENT|EACCES|EPERM/);
    expect((await stimgate('run', 'tonic', ...short, '--report', '/proc/x/y.html')).exit).toBe(2);
  });

  it.runIf(existsSync('/dev/full'))('a report that cannot be written does not hide the verdict', async () => {
    const said = await stimgate('run', 'tonic', ...short, '--report', '/dev/full', '--json');
    expect(said.exit).toBe(2);
    const told = JSON.parse(said.out);
    expect(told).toMatchObject({
      holds: false,
      error: 'cannot write /dev/full: no space is left on the disk',
    });
    expect(told.runs[0]).toMatchObject({ holds: true });
    expect(said.err).toContain('cannot write /dev/full');
  });

  it('folders are made, and nothing is left of a refused run', async () => {
    const path = inFolder('new/er/x.vcd');
    expect((await stimgate('run', 'tonic', ...short, '--vcd', path)).exit).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('$enddefinitions');
    await stimgate('run', 'tonic', '--report', inFolder('r.html'), '--vcd', folder);
    expect(existsSync(inFolder('r.html'))).toBe(false);
  });

  it('two therapies of the same name have each their own plots', async () => {
    const area = JSON.parse(readFileSync(presetPath('tonic'), 'utf8'));
    for (const [file, amplitudeUa] of [
      ['one', 1000],
      ['two', 3000],
    ] as const) {
      const areas = [{ ...area.areas[0], amplitudeUa, rampUpMs: 0 }];
      writeFileSync(inFolder(`${file}.json`), JSON.stringify({ ...area, areas }));
    }
    const files = ['one', 'two'].map((file) => inFolder(`${file}.json`));
    const said = await stimgate('run', ...files, ...short, '--svg', inFolder('p.svg'));
    expect(said.exit).toBe(0);
    const [one, two] = ['one', 'two'].map((file) => readFileSync(inFolder(`p-${file}.svg`), 'utf8'));
    expect(one).not.toBe(two);
  });
});

it('REQ-HST-103: a misused option is told in JSON as well', async () => {
  const said = await stimgate('run', 'tonic', '--bogus', '--json');
  expect(said.exit).toBe(2);
  expect(JSON.parse(said.out)).toEqual({ error: "unknown option '--bogus'", exit: 2 });
});
