// Each law's test can fail: every broken twin of the interlock is found by the scenario that it names.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';
import { scenarios } from './scenarios.ts';
import { type Twin, twins } from './twins.ts';

/** Compiles the interlock with one edit. Fails when the edit does not hit exactly once. */
async function compile(twin: Twin): Promise<WebAssembly.Module> {
  let binary: Uint8Array | undefined;
  const edited = `firmware/interlock/${twin.file}.ts`;
  const text = readFileSync(edited, 'utf8');
  expect(text.split(twin.find).length, `"${twin.find}" stands once in ${edited}`).toBe(2);
  const stderr: string[] = [];
  const result = await asc.main(['firmware/interlock/index.ts', '--target', 'interlock'], {
    readFile: (name: string, base: string) => {
      if (name.endsWith(edited)) return text.replace(twin.find, twin.replace);
      try {
        return readFileSync(join(base, name), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (_name: string, contents: Uint8Array | string) => {
      if (typeof contents !== 'string') binary = contents;
    },
    stderr: { write: (chunk: string | Uint8Array) => void stderr.push(String(chunk)) },
  });
  expect(result.error, stderr.join('')).toBeNull();
  return new WebAssembly.Module(new Uint8Array(binary!));
}

describe('broken twins', () => {
  for (const [index, twin] of twins.entries()) {
    const edit = `${twin.find.split('\n')[0].slice(0, 60)} → ${twin.replace.split('\n')[0].slice(0, 40)}`;
    it(`REQ-INT-003: twin ${index} is found by "${twin.scenario}": ${edit}`, async () => {
      const name = Object.keys(scenarios).find((title) => title.endsWith(`: ${twin.scenario}`));
      const bench = scenarios[name!](await compile(twin));
      expect(bench.book.broken.length).toBeGreaterThan(0);
    });
  }
});
