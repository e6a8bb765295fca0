// Every instruction that the trees can say is read as what it is.
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import type { Node, WasmModule } from './module.ts';
import { readModule } from './read.ts';

function bodyOf(module: WasmModule, name: string): Node {
  const found = module.functions.get(name);
  if (found === undefined) throw new Error(`no function ${name}`);
  return found.body;
}

const UNARY = ['clz', 'ctz', 'popcnt', 'eqz', 'extend8_s', 'extend16_s'];
const ARITHMETIC = 'add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr'.split(' ');
const COMPARISONS = 'eq ne lt_s lt_u le_s le_u gt_s gt_u ge_s ge_u'.split(' ');

/** A function for each operation, named like it. */
function operationsModule(): string {
  const functions: string[] = [];
  const add = (name: string, from: string, to: string, operands: number): void => {
    const params = `(param${` ${from}`.repeat(operands)}) (result ${to})`;
    const values = Array.from({ length: operands }, (_, index) => `(local.get ${index})`).join(' ');
    functions.push(`(func $${name} ${params} (${name} ${values}))`);
  };
  for (const type of ['i32', 'i64']) {
    for (const name of UNARY) add(`${type}.${name}`, type, name === 'eqz' ? 'i32' : type, 1);
    for (const name of ARITHMETIC) add(`${type}.${name}`, type, type, 2);
    for (const name of COMPARISONS) add(`${type}.${name}`, type, 'i32', 2);
  }
  add('i64.extend32_s', 'i64', 'i64', 1);
  add('i64.extend_i32_s', 'i32', 'i64', 1);
  add('i64.extend_i32_u', 'i32', 'i64', 1);
  add('i32.wrap_i64', 'i64', 'i32', 1);
  return `(module ${functions.join('\n')})`;
}

describe('instructions', () => {
  it('REQ-INT-003: every integer operation is read under its own name', async () => {
    const module = await readModule(assemble(operationsModule()), 'a.wasm');
    expect(module.functions.size).toBe(2 * (UNARY.length + ARITHMETIC.length + COMPARISONS.length) + 4);
    for (const [name, { body }] of module.functions) {
      const value: Node = { op: 'get', local: 0 };
      const right: Node = { op: 'get', local: 1 };
      expect([
        { op: 'unary', name, value },
        { op: 'binary', name, left: value, right },
      ]).toContainEqual(body);
    }
  });

  it('REQ-INT-003: every load and store keeps its width, its sign and its whole offset', async () => {
    const loads = ['8_s', '8_u', '16_s', '16_u'].flatMap((width) => [`i32.load${width}`, `i64.load${width}`]);
    loads.push('i32.load', 'i64.load', 'i64.load32_s', 'i64.load32_u');
    const stores = ['i32.store', 'i32.store8', 'i32.store16', 'i64.store', 'i64.store8', 'i64.store16'];
    stores.push('i64.store32');
    const functions = [
      ...loads.map(
        (name) =>
          `(func $${name} (param i32) (result ${name.slice(0, 3)}) (${name} offset=4294967288 (local.get 0)))`,
      ),
      ...stores.map(
        (name) =>
          `(func $${name} (param i32 ${name.slice(0, 3)}) (${name} offset=9 (local.get 0) (local.get 1)))`,
      ),
    ];
    const module = await readModule(assemble(`(module (memory 1 1) ${functions.join('\n')})`), 'a.wasm');
    const address: Node = { op: 'get', local: 0 };
    for (const name of loads) {
      expect(bodyOf(module, name)).toEqual({ op: 'load', name, offset: 4294967288, address });
    }
    for (const name of stores) {
      expect(bodyOf(module, name)).toEqual({
        op: 'store',
        name,
        offset: 9,
        address,
        value: { op: 'get', local: 1 },
      });
    }
  });

  it('REQ-INT-003: control keeps its arms, labels, conditions and values apart', async () => {
    const text = `(module (import "hal" "off" (func $off (param i32 i32)))
      (func $f (param $a i32) (param $b i32) (result i32) (local $c i64)
        (call $off (i32.const -1) (i32.const 2))
        (local.set $c (i64.const -9000000000000000000))
        (drop (block $out (result i32) (br_if $out (i32.const 3) (local.get $a))))
        (loop $again (br_if $again (local.get $b)))
        (if (local.get $a) (then (return (i32.const 4))) (else (nop)))
        (if (local.get $b) (then (unreachable)))
        (select (i32.const 5) (i32.const 6) (local.tee $b (local.get $a)))))`;
    const module = await readModule(assemble(text), 'a.wasm');
    const get = (local: number): Node => ({ op: 'get', local });
    const word = (value: bigint): Node => ({ op: 'const', type: 'i32', value });
    const label = expect.any(String);
    expect(module.functions.get('f')).toMatchObject({
      params: ['i32', 'i32'],
      locals: ['i32', 'i32', 'i64'],
      result: 'i32',
    });
    expect(bodyOf(module, 'f')).toEqual({
      op: 'block',
      label: null,
      body: [
        { op: 'call', target: module.imports[0].name, args: [word(-1n), word(2n)] },
        { op: 'set', local: 2, value: { op: 'const', type: 'i64', value: -9000000000000000000n } },
        {
          op: 'drop',
          value: { op: 'block', label, body: [{ op: 'break', label, condition: get(0), value: word(3n) }] },
        },
        { op: 'loop', label, body: { op: 'break', label, condition: get(1), value: null } },
        { op: 'if', condition: get(0), yes: { op: 'return', value: word(4n) }, no: { op: 'nop' } },
        { op: 'if', condition: get(1), yes: { op: 'unreachable' }, no: null },
        { op: 'select', condition: { op: 'tee', local: 1, value: get(0) }, yes: word(5n), no: word(6n) },
      ],
    });
  });

  it('REQ-INT-003: what the binary leaves on the stack over an effect is kept in a scratch local, which is marked', async () => {
    // The order load, call, and only then the use of what was loaded: (value of the load) stays on the stack.
    const code = [0, 0x41, 8, 0x28, 2, 0, 0x10, 0, 0x0b];
    const sections = [
      [1, 8, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f],
      [2, 11, 1, 3, 104, 97, 108, 3, 111, 102, 102, 0, 0],
      [3, 2, 1, 1],
      [5, 4, 1, 1, 1, 1],
      [10, code.length + 2, 1, code.length, ...code],
      [0, 11, 4, 110, 97, 109, 101, 1, 4, 1, 1, 1, 102],
    ];
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, ...sections.flat()]);
    const module = await readModule(bytes, 'a.wasm');
    const address: Node = { op: 'const', type: 'i32', value: 8n };
    expect(bodyOf(module, 'f')).toEqual({
      op: 'block',
      label: null,
      body: [
        { op: 'set', local: 0, isScratch: true, value: { op: 'load', name: 'i32.load', offset: 0, address } },
        { op: 'call', target: module.imports[0].name, args: [] },
        { op: 'get', local: 0, isScratch: true },
      ],
    });
  });

  it('REQ-INT-003: data segments, start function, tables, mutable globals and an unlimited memory are seen', async () => {
    const text = `(module (memory 2) (table 1 funcref) (global $g (mut i32) (i32.const 0)) (start $f)
      (global $k i32 (i32.const -7)) (export "K" (global $k)) (export "G" (global $g))
      (data (i32.const 70000) "abc") (data (i32.const 16) "\\00\\01") (func $f))`;
    const module = await readModule(assemble(text), 'a.wasm');
    expect(module).toMatchObject({
      memory: { initial: 2, maximum: 65536 },
      hasStart: true,
      tables: 1,
      mutableGlobals: 1,
    });
    expect([...module.constants]).toEqual([['K', -7]]);
    expect(module.data).toEqual([
      [70000, new Uint8Array([97, 98, 99])],
      [16, new Uint8Array([0, 1])],
    ]);
  });
});
