// The reader of binaries: what it reads is all that is there, and what it cannot read it refuses with one line.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { type Node, RefusedBinary } from './module.ts';
import { readInterface, readModule } from './read.ts';

const SHIPPED = 'build/interlock.wasm';
const shippedBytes = new Uint8Array(readFileSync(SHIPPED));

/** The message of the refusal of `bytes`. */
async function refusal(bytes: Uint8Array, read: typeof readModule = readModule): Promise<string> {
  const error: unknown = await read(bytes, 'a.wasm').then(
    () => 'it was read',
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(RefusedBinary);
  const { message } = error as RefusedBinary;
  expect(message).toMatch(/^a\.wasm.*\.$/);
  return message;
}

const NAMES_OF_NODES = {
  get: 'local.get',
  set: 'local.set',
  tee: 'local.tee',
  select: 'select',
  call: 'call',
  if: 'if',
  return: 'return',
  drop: 'drop',
  nop: 'nop',
  unreachable: 'unreachable',
} as const;

/** The instruction of a node by its name in the text format; null for a block and a loop, which nothing executes. */
function instructionOf(node: Node): string | null {
  if (node.op === 'block' || node.op === 'loop') return null;
  if (node.op === 'const') return `${node.type}.const`;
  if (node.op === 'break') return node.condition === null ? 'br' : 'br_if';
  if (node.op === 'unary' || node.op === 'binary' || node.op === 'load' || node.op === 'store')
    return node.name;
  return NAMES_OF_NODES[node.op];
}

function countTree(value: unknown, counts: Map<string, number>): void {
  if (typeof value !== 'object' || value === null) return;
  if ('op' in value) {
    const name = instructionOf(value as Node);
    const isScratch = 'isScratch' in value;
    if (name !== null && !isScratch) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  for (const child of Object.values(value)) countTree(child, counts);
}

/** Instructions by name in the text that the compiler wrote beside the binary, one a line. */
function countText(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  const structure = new Set(['end', 'else', 'block', 'loop', 'local']);
  for (const [, name] of text.slice(text.indexOf('\n (func ')).matchAll(/^ {2,}([a-z][\w.]*)/gm)) {
    if (!structure.has(name)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

describe('the shipped interlock', () => {
  it('REQ-INT-003: every instruction of the text that the compiler wrote is in the trees, and no other', async () => {
    const module = await readModule(shippedBytes, SHIPPED);
    const read = new Map<string, number>();
    for (const { body } of module.functions.values()) countTree(body, read);
    const written = countText(readFileSync('build/interlock.wat', 'utf8'));
    expect(written.size).toBeGreaterThan(20);
    expect([...read].sort()).toEqual([...written].sort());
  });

  it('REQ-INT-003: imports, exports and constants are those that WebAssembly itself sees', async () => {
    const module = await readModule(shippedBytes, SHIPPED);
    const seen = new WebAssembly.Module(shippedBytes);
    const imports = WebAssembly.Module.imports(seen);
    expect(module.imports.map(({ path, kind }) => ({ path, kind }))).toEqual(
      imports.map(({ module: from, name, kind }) => ({ path: `${from}.${name}`, kind })),
    );
    expect(module.exports.map(({ name, kind }) => ({ name, kind }))).toEqual(
      WebAssembly.Module.exports(seen),
    );
    const hal = Object.fromEntries(imports.map(({ name }) => [name, () => 0]));
    const { exports } = new WebAssembly.Instance(seen, { hal });
    const globals = Object.entries(exports).filter(([, value]) => value instanceof WebAssembly.Global);
    expect([...module.constants]).toEqual(
      globals.map(([name, value]) => [name, (value as WebAssembly.Global).value]),
    );
    expect(module).toMatchObject({
      sha256: createHash('sha256').update(shippedBytes).digest('hex'),
      byteLength: shippedBytes.length,
      memory: { initial: 1, maximum: 1 },
      data: [],
      hasStart: false,
      tables: 0,
      mutableGlobals: 0,
    });
  });

  it('REQ-INT-003: every call names a function or an import, every branch a label around it, every local exists', async () => {
    const module = await readModule(shippedBytes, SHIPPED);
    const callable = new Set([...module.functions.keys(), ...module.imports.map((each) => each.name)]);
    const check = (value: unknown, labels: readonly string[], locals: number): void => {
      if (typeof value !== 'object' || value === null) return;
      const node = value as Partial<Record<'op' | 'label' | 'target', string>> & { readonly local?: number };
      if (node.op === 'call') expect(callable).toContain(node.target);
      if (node.op === 'break') expect(labels).toContain(node.label);
      if (node.local !== undefined) expect(node.local).toBeLessThan(locals);
      const isTarget = (node.op === 'block' || node.op === 'loop') && typeof node.label === 'string';
      if (isTarget) expect(labels).not.toContain(node.label);
      for (const child of Object.values(value)) {
        check(child, isTarget ? [...labels, node.label as string] : labels, locals);
      }
    };
    for (const { body, locals } of module.functions.values()) check(body, [], locals.length);
    expect(module.functions.get('index/request')?.params).toHaveLength(10);
    expect(module.functions.get('gate/passActive')?.result).toBe('i32');
  });
});

const body = (
  text: string,
): string => `(module (memory 1 1) (table $t 1 funcref) (global $g (mut i32) (i32.const 0))
  (type $v (func)) (tag $e) (elem declare func $other) (func $other) (func $guilty (param i32) ${text}))`;

describe('refusals', () => {
  it.each([
    ['global.set', '(global.set $g (i32.const 1))'],
    ['global.get', '(drop (global.get $g))'],
    ['call_indirect', '(call_indirect $t (type $v) (i32.const 0))'],
    ['return_call', '(return_call $other)'],
    ['memory.grow', '(drop (memory.grow (i32.const 1)))'],
    ['memory.size', '(drop (memory.size))'],
    ['memory.fill', '(memory.fill (i32.const 0) (i32.const 0) (i32.const 9))'],
    ['memory.copy', '(memory.copy (i32.const 0) (i32.const 0) (i32.const 9))'],
    ['f32.const', '(drop (f32.const 1))'],
    ['f64.load', '(drop (f64.load (i32.const 8)))'],
    ['f32.store', '(f32.store (i32.const 8) (f32.load (i32.const 8)))'],
    ['f64.convert_i32_s', '(drop (f64.convert_i32_s (local.get 0)))'],
    ['f32.add', '(drop (f32.add (f32.const 1) (f32.const 1)))'],
    ['v128.const', '(drop (v128.const i32x4 1 2 3 4))'],
    ['br_table', '(block $a (block $b (br_table $a $b (local.get 0))))'],
    ['ref.func', '(drop (ref.func $other))'],
    ['table.get', '(drop (table.get $t (i32.const 0)))'],
    ['throw', '(throw $e)'],
  ])('REQ-INT-003: %s is refused by name, with the function that uses it', async (instruction, text) => {
    expect(await refusal(assemble(body(text)))).toContain(`function guilty uses ${instruction},`);
  });

  it.each([
    [
      'an atomic load',
      '(module (memory 1 1 shared) (func $f (drop (i32.atomic.load (i32.const 0)))))',
      'shared',
    ],
    ['a parameter of another type', '(module (func $f (param f64)))', 'function f has a parameter'],
    ['a local of another type', '(module (func $f (local v128)))', 'function f has a parameter'],
    ['two results', '(module (func $f (result i32 i32) (unreachable)))', 'function f has a parameter'],
    [
      'an import of another type',
      '(module (import "hal" "x" (func (param f32))) (func $f))',
      'function hal.x has',
    ],
    ['passive data', '(module (memory 1) (data "abc") (func $f))', 'data segment 0 has no constant address'],
    [
      'data at an imported address',
      '(module (import "a" "b" (global $g i32)) (memory 1) (data (global.get $g) "abc") (func $f))',
      'data segment 0 has no constant address',
    ],
    ['an exported tag', '(module (tag $e) (export "oops" (tag $e)) (func $f))', 'exports "oops"'],
  ])('REQ-INT-003: %s is refused', async (_, text, words) => {
    expect(await refusal(assemble(text))).toContain(words);
  });

  it('REQ-INT-003: a binary without names is refused, and so is one that leaves a function unnamed', async () => {
    const nameless = assemble('(module (func $f))', false);
    expect(await refusal(nameless)).toMatch(/no name section.*"debug": true.*npm run build:firmware/);
    // A custom section "name" with one function name: function 0 is "f", function 1 has none.
    const oneName = [0, 11, 4, 110, 97, 109, 101, 1, 4, 1, 0, 1, 102];
    const two = assemble('(module (func $f) (func $g))', false);
    expect(await refusal(new Uint8Array([...two, ...oneName]))).toContain('does not name function 1');
    const broken = [0, 7, 4, 110, 97, 109, 101, 1, 99];
    expect(await refusal(new Uint8Array([...two, ...broken]))).toContain('no name section, or a damaged one');
  });

  it('REQ-INT-003: bytes that are no wasm file, and every shorter piece of the interlock, are refused', async () => {
    expect(await refusal(new TextEncoder().encode('<!doctype html>'))).toContain('is not a wasm file');
    expect(await refusal(new Uint8Array(0))).toContain('is not a wasm file');
    for (let length = 0; length < shippedBytes.length; length++) {
      const message = await refusal(shippedBytes.subarray(0, length));
      expect(message).toMatch(/not a wasm file|cut short|damaged|no name section/);
    }
  });

  it('REQ-INT-003: a damaged byte is refused in one line, or read as the other module that it makes', async () => {
    let refused = 0;
    let readable = 0;
    for (let at = 0; at < shippedBytes.length; at += 29) {
      const bytes = shippedBytes.slice();
      bytes[at] ^= 0x55;
      const error: unknown = await readModule(bytes, 'a.wasm').then(
        () => null,
        (reason) => reason,
      );
      if (error === null) readable++;
      else {
        refused++;
        expect(error).toBeInstanceOf(RefusedBinary);
      }
    }
    expect(refused).toBeGreaterThan(0);
    expect(readable).toBeGreaterThan(0);
  });

  it('REQ-INT-003: of the stimulator the interface is read; its bodies are refused', async () => {
    const bytes = new Uint8Array(readFileSync('build/stimulator.wasm'));
    expect(await refusal(bytes)).toMatch(/function \S+ uses global\.[gs]et,/);
    const module = await readInterface(bytes, 'build/stimulator.wasm');
    expect(module.functions.size).toBe(0);
    expect(module.imports).toHaveLength(12);
    expect(module.mutableGlobals).toBeGreaterThan(0);
  });
});
