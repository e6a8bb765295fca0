// `stimgate prove` as its user sees it: a law that is proven, one that a broken binary breaks, and everything that it refuses.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import binaryen from 'binaryen';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { lawTwins } from '../proof/replay/twins.ts';
import { withNamesAlone } from '../proof/wasm/names.ts';
import { readSections } from '../proof/wasm/sections.ts';
import { compileTwin } from '../property/interlock/compile-twin.ts';
import { stimgate } from './fixtures/command.ts';

const folder = mkdtempSync(join(tmpdir(), 'stimgate-prove-'));
const inFolder = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const SHIPPED = readFileSync('build/interlock.wasm');

/** Refused with one line, before a solver is started. */
async function refused(...argv: string[]): Promise<string> {
  const { exit, out, err } = await stimgate('prove', '--no-report', ...argv);
  expect([exit, out]).toEqual([2, '']);
  const lines = err.trimEnd().split('\n');
  expect(lines).toHaveLength(1);
  expect(lines[0]).not.toMatch(/internal error|undefined/);
  return lines[0];
}

function file(name: string, bytes: Uint8Array): string {
  writeFileSync(inFolder(name), bytes);
  return inFolder(name);
}

describe('REQ-HST-103: prove ends with the code of its outcome', () => {
  it('proves a law over what ships, with report, queries and a witness', async () => {
    const { exit, out } = await stimgate('prove', '--law', 'l1', '--out', folder);
    expect(exit).toBe(0);
    expect(out).toMatch(/^L1 +Amplitude +proven +\d+ +\d+ +[\d,]+$/m);
    expect(out).toContain('Assumes the invariant');
    const page = readFileSync(inFolder('proof-L1.html'), 'utf8');
    expect(page).toContain('replayed on the binary');
    expect(readdirSync(inFolder('proof-L1')).sort()).toEqual(['L1', 'queries.json']);
  }, 120_000);

  it('shows in units how calls from power-on break the law on a broken twin', async () => {
    const twin = lawTwins.find(({ law }) => law === 'L1')!;
    const bytes = await compileTwin(twin);
    const { exit, out } = await stimgate(
      'prove',
      '--law',
      'L1',
      '--interlock',
      file('twin.wasm', bytes),
      '--no-report',
    );
    expect(exit).toBe(1);
    expect(out).toMatch(/^L1 +Amplitude +failed/m);
    expect(out).toMatch(/request 10 µs: E1 [−+]25,501 µA, E2 [−+]25,501 µA → OK/);
    expect(out).toMatch(/The oracle: L1: [−+]25,501 µA/);
  }, 120_000);

  it('refuses a second opinion that it cannot get before it proves anything', async () => {
    vi.stubEnv('PATH', folder);
    const argv = ['prove', '--law', 'L1', '--out', folder, '--cross-check'];
    const { exit, out, err } = await stimgate(...argv);
    vi.unstubAllEnvs();
    expect([exit, out, err]).toEqual([
      2,
      '',
      'stimgate: cvc5 is not installed: install the Debian package cvc5.\n',
    ]);
    expect(await refused('--law', 'L1', '--cross-check')).toMatch(/--cross-check .* leave out --no-report/);
  });

  it('refuses a place that cannot be written before it proves anything', async () => {
    const taken = file('taken', new Uint8Array(1));
    for (const [out, why] of [
      [join(taken, 'in'), /^stimgate: cannot write .*taken.*: a part of the path is not a folder\n$/],
      ['/proc/none', /^stimgate: cannot write \/proc\/none.*\n$/],
      ['', /^stimgate: --out: the path is empty\n$/],
    ] as const) {
      const { exit, out: said, err } = await stimgate('prove', '--law', 'L1', '--out', out);
      expect([exit, said]).toEqual([2, '']);
      expect(err).toMatch(why);
    }
    expect(await refused('--interlock', '')).toBe('stimgate: --interlock: the path is empty');
  });

  it('tells of every query that another solver does not confirm, and fails', async () => {
    const tools = mkdtempSync(join(folder, 'tools-'));
    // One that says what is expected, and one that knows nothing of a law's own queries.
    const echo = `sed -n 's/^(set-info :status \\(.*\\))$/\\1/p' "$file"`;
    const solver = (answer: string): string =>
      `#!/bin/sh\nfor file; do :; done\nif [ "$1" = --version ]; then echo version 9.8; else ${answer}; fi\n`;
    writeFileSync(join(tools, 'cvc5'), solver(echo), { mode: 0o755 });
    const silent = `case "$file" in */L2/*) echo unknown;; *) ${echo};; esac`;
    writeFileSync(join(tools, 'z3'), solver(silent), { mode: 0o755 });
    vi.stubEnv('PATH', `${tools}:${process.env.PATH}`);
    const argv = ['prove', '--law', 'L2', '--out', folder, '--cross-check'];
    const { exit, out } = await stimgate(...argv);
    vi.unstubAllEnvs();
    expect(exit).toBe(1);
    expect(out).toMatch(/^L2 .* proven /m);
    const own = readdirSync(inFolder('proof-L2/L2'));
    expect(out).toContain(`cvc5 9.8: ${own.length} of ${own.length} queries as expected`);
    expect(out).toContain(`z3 9.8: 0 of ${own.length} queries as expected`);
    const page = readFileSync(inFolder('proof-L2.html'), 'utf8');
    for (const file of own) {
      const line = `L2/${file}: unknown, expected`;
      expect(out).toContain(`  z3: ${line}`);
      expect(page).toContain(line);
    }
  }, 120_000);

  it('refuses a law that is not there, with those that are', async () => {
    expect(await refused('--law', 'L17')).toMatch(/there is no law "L17"; there are L1, .*segregation/);
  });

  it('refuses what is no file, no wasm, cut short, another module, or without names', async () => {
    expect(await refused('--interlock', folder)).toContain('is a folder, not a file');
    expect(await refused('--stimulator', folder)).toContain('is a folder, not a file');
    expect(await refused('--interlock', file('empty.wasm', new Uint8Array()))).toContain('it is empty');
    expect(await refused('--interlock', file('head.wasm', SHIPPED.subarray(0, 8)))).toContain(
      'is not an interlock',
    );
    expect(await refused('--interlock', inFolder('none.wasm'))).toContain('no such file');
    expect(await refused('--interlock', file('text.wasm', new TextEncoder().encode('hello')))).toContain(
      'not a wasm file',
    );
    expect(await refused('--interlock', file('cut.wasm', SHIPPED.subarray(0, 3000)))).toContain('cut short');
    expect(await refused('--interlock', 'build/stimulator.wasm')).toContain('is not an interlock');
    const nameless = withNamesAlone(SHIPPED, readSections(SHIPPED, 'interlock'), null);
    expect(await refused('--interlock', file('nameless.wasm', nameless))).toContain('no name section');
  });

  it('refuses an instruction that it has no meaning for, by its name and place', async () => {
    const module = binaryen.readBinary(SHIPPED);
    binaryen.setDebugInfo(true);
    module.addFunction('halve', binaryen.none, binaryen.none, [], module.drop(module.f32.const(0.5)));
    const line = await refused('--interlock', file('float.wasm', module.emitBinary()));
    module.dispose();
    expect(line).toMatch(/f32|halve/);
  });
});
