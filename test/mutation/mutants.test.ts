// The mutants themselves: well-formed, the same every time, and undone without a trace.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MUTANT_KINDS } from './changes.ts';
import { countByKind, openMutants } from './mutants.ts';
import { sample } from './quick.ts';

const bytes = readFileSync('build/interlock.wasm');
const EXPORTS = [
  'boot',
  'poll',
  'request',
  'stop',
  'arm',
  'clear',
  'lower_limit',
  'raise_limit',
  'reading',
  'status',
];

describe('mutants of the interlock', async () => {
  const opened = await openMutants(bytes);
  const { mutants } = opened;

  it('REQ-INT-003: every kind is represented and every name is its own', () => {
    expect(new Set(mutants.map(({ id }) => id)).size).toBe(mutants.length);
    const counts = countByKind(mutants);
    for (const kind of MUTANT_KINDS) expect(counts.get(kind) ?? 0, kind).toBeGreaterThan(20);
    const functions = new Set(mutants.map(({ functionName }) => functionName));
    for (const name of EXPORTS) expect(functions).toContain(`index/${name}`);
  });

  it('REQ-INT-003: the same binary has the same mutants, with fuel and without', async () => {
    const again = await openMutants(bytes, 1000);
    expect(again.mutants).toEqual(mutants);
    again.dispose();
  });

  it('REQ-INT-003: every mutant is a valid module with the same exports, differs, and undoing it restores every byte', () => {
    const original = Buffer.from(opened.original());
    const ofOriginal = WebAssembly.Module.exports(new WebAssembly.Module(original)).map(({ name }) => name);
    for (const mutant of sample(mutants, 250, 5)) {
      const mutated = opened.bytesOf(mutant);
      expect(WebAssembly.validate(mutated as BufferSource), mutant.id).toBe(true);
      expect(original.equals(mutated), mutant.id).toBe(false);
      expect(original.equals(opened.original()), mutant.id).toBe(true);
      const exported = WebAssembly.Module.exports(new WebAssembly.Module(mutated as BufferSource));
      expect(exported.map(({ name }) => name)).toEqual(ofOriginal);
    }
  });

  it('REQ-INT-003: a mutant says where it is and what became of what', () => {
    const flipped = mutants.find(({ id }) => id.startsWith('gate/judgeQueue') && id.endsWith('one-off'));
    expect(flipped?.instruction).toMatch(/^i32\.(gt|ge)_s at #\d+$/);
    expect(flipped?.change).toMatch(/^>=? became >=?$/);
    expect(() => opened.bytesOf({ ...mutants[0], id: 'gate/nothing#1:branch' })).toThrow(
      'no mutant gate/nothing',
    );
  });
});
