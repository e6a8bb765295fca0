// Every instruction that the prover has a meaning for, against V8: with operands that are variables, constants and choices.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../term/evaluate.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import { assemble } from '../wasm/assemble.ts';
import { RefusedBinary } from '../wasm/module.ts';
import {
  BLOCK_ADDRESS,
  BLOCK_BYTES,
  BLOCK_WORDS,
  type Block,
  isInBlock,
  load,
  store,
  widthOf,
} from './memory.ts';
import { applyBinary, applyUnary, INSTRUCTIONS, isPair, trapFree, type Value } from './semantics.ts';

const SEED = 20_240;
const UNARY = new Set(['i32.eqz', 'i32.ctz', 'i32.extend16_s']);
const EDGES = [0, 1, 2, 3, 15, 16, 31, 32, 33, 0x7fff, 0x8000, 0xffff, 0x10000, 2 ** 31 - 1, 2 ** 31].flatMap(
  (value) => (value % 3 === 0 ? [value, ~value] : [value, -value]),
);

const operand = fc.oneof(fc.constantFrom(...EDGES), fc.integer(), fc.integer({ min: -70_000, max: 70_000 }));

function typesOf(name: string): { from: string; to: string; count: number } {
  const from = name.slice(0, 3);
  const to = name === 'i64.xor' ? 'i64' : 'i32';
  return { from, to, count: UNARY.has(name) ? 1 : 2 };
}

/** A binary with a function for the one instruction. */
function compiled(name: string): (...args: (number | bigint)[]) => number | bigint {
  const { from, to, count } = typesOf(name);
  const gets = Array.from({ length: count }, (_, i) => `(local.get ${i})`).join(' ');
  const params = `(param${` ${from}`.repeat(count)}) (result ${to})`;
  const bytes = assemble(`(module (func (export "run") ${params} (${name} ${gets})))`);
  const module = new WebAssembly.Module(new Uint8Array(bytes));
  return new WebAssembly.Instance(module).exports.run as (...args: (number | bigint)[]) => number | bigint;
}

/** Ways to write the same word: a variable, a constant, and choices that end in it. */
const FORMS = ['variable', 'constant', 'choice', 'flag'] as const;
type Form = (typeof FORMS)[number];

class Operands {
  readonly values = new Map<Term, bigint>();
  private count = 0;

  word(value: number, form: Form): Term {
    if (form === 'constant') return w.word(value);
    const name = w.wordVariable(`operand${this.count++}`);
    if (form === 'variable') {
      this.values.set(name, BigInt(value));
      return name;
    }
    this.values.set(name, 1n);
    // A choice whose other end is another constant; of 0 and 1 it is a flag.
    const other = form === 'flag' && (value === 0 || value === 1) ? 1 - value : value + 3;
    return w.ite(w.eq(name, w.word(1)), w.word(value), w.word(other));
  }
}

const asWide = (low: number, high: number): bigint => (BigInt(high) << 32n) | BigInt.asUintN(32, BigInt(low));

function wordsOf(result: Value, values: ReadonlyMap<Term, bigint>): bigint {
  if (!isPair(result)) return evaluate(result, values);
  return (evaluate(result.high, values) << 32n) | BigInt.asUintN(32, evaluate(result.low, values));
}

/** What V8 gives; null where it traps. */
function resultOf(run: () => number | bigint): bigint | null {
  try {
    return BigInt(run());
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null;
    throw error;
  }
}

function compare(
  name: string,
  run: ReturnType<typeof compiled>,
  words: readonly number[],
  forms: readonly Form[],
): void {
  const { from, count } = typesOf(name);
  const operands = new Operands();
  const terms = words.map((value, i) => operands.word(value, forms[i]));
  const given = Array.from({ length: count }, (_, i): { value: Value; argument: number | bigint } =>
    from === 'i32'
      ? { value: terms[i], argument: words[i] }
      : { value: { low: terms[i], high: terms[i + 2] }, argument: asWide(words[i], words[i + 2]) },
  );
  const [a, b] = given.map(({ value }) => value);
  const wanted = resultOf(() => run(...given.map(({ argument }) => argument)));
  const free = from === 'i32' && count === 2 ? trapFree(name, a, b) : null;
  const traps = free !== null && evaluate(free, operands.values) === 0n;
  const said = `${name} of ${words.join(', ')} as ${forms.join(', ')}`;
  if (traps !== (wanted === null)) throw new Error(`${said}: V8 ${traps ? 'does not trap' : 'traps'}`);
  if (wanted === null) return;
  const result = count === 1 ? applyUnary(name, a, 'test') : applyBinary(name, a, b, 'test');
  const found = wordsOf(result, operands.values);
  if (found !== wanted) throw new Error(`${said}: ${found}, in V8 ${wanted}`);
}

describe('the meaning of instructions', () => {
  for (const name of INSTRUCTIONS)
    it(`REQ-INT-003: ${name} is what V8 makes of it`, () => {
      const run = compiled(name);
      const edges = EDGES.flatMap((a) => EDGES.map((b) => [a, b, b, a]));
      for (const words of edges)
        for (const form of FORMS) compare(name, run, words, [form, form, form, form]);
      const words = fc.tuple(operand, operand, operand, operand);
      // Often the same value twice, so that equality and its neighbours are met.
      const close = words.map(([a, b, c]) => [a, a + (b & 1), c, c]);
      const forms = fc.array(fc.constantFrom(...FORMS), { minLength: 4, maxLength: 4 });
      fc.assert(
        fc.property(fc.oneof(words, close), forms, (values, chosen) =>
          compare(
            name,
            run,
            values.map((value) => value | 0),
            chosen,
          ),
        ),
        { seed: SEED, numRuns: 200 },
      );
    });

  it('REQ-INT-003: an instruction without a meaning is refused by name', () => {
    expect(() => applyUnary('i32.clz', w.ZERO, 'poll')).toThrow(RefusedBinary);
    expect(() => applyBinary('i32.rem_s', w.ZERO, w.ZERO, 'poll')).toThrow(/poll uses i32\.rem_s/);
    expect(() => applyBinary('i32.toString', w.ZERO, w.ZERO, 'poll')).toThrow(RefusedBinary);
  });
});

const LOADS = ['i32.load', 'i32.load16_s', 'i64.load'];
const STORES = ['i32.store', 'i32.store16', 'i64.store'];

/** Everything of V8's memory that the prover keeps as words. */
class Memory {
  private readonly exports: Record<string, (...args: (number | bigint)[]) => number | bigint>;
  readonly view: DataView;

  constructor() {
    const loads = LOADS.map(
      (name) => `(func (export "${name}") (param i32) (result ${name.slice(0, 3)}) (${name} (local.get 0)))`,
    );
    const stores = STORES.map(
      (name) =>
        `(func (export "${name}") (param i32 ${name.slice(0, 3)}) (${name} (local.get 0) (local.get 1)))`,
    );
    const text = `(module (memory (export "memory") 1 1) ${[...loads, ...stores].join(' ')})`;
    const instance = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(assemble(text))));
    this.exports = instance.exports as never;
    this.view = new DataView((instance.exports.memory as WebAssembly.Memory).buffer);
  }
  run(name: string, ...args: (number | bigint)[]): number | bigint {
    return this.exports[name](...args);
  }
}

/** The block as variables, every fourth word as two halves, with the values that V8's memory has. */
function symbolicBlock(memory: Memory): { block: Block; values: Map<Term, bigint> } {
  const values = new Map<Term, bigint>();
  const block = Array.from({ length: BLOCK_WORDS }, (_, i) => {
    const at = BLOCK_ADDRESS + 4 * i;
    if (i % 4 !== 3) {
      const cell = w.wordVariable(`cell${i}`);
      values.set(cell, BigInt(memory.view.getInt32(at, true)));
      return cell;
    }
    const halves = [w.wordVariable(`cell${i}.low`, 16), w.wordVariable(`cell${i}.high`, 16)];
    halves.forEach((half, h) => {
      values.set(half, BigInt(memory.view.getInt16(at + 2 * h, true)));
    });
    return w.pack(halves[0], halves[1]);
  });
  return { block, values };
}

describe('the state block as words', () => {
  const access = fc.record({
    name: fc.constantFrom(...STORES),
    place: fc.nat(20),
    low: operand,
    high: operand,
    form: fc.constantFrom(...FORMS),
    isAgain: fc.boolean(),
  });

  it('REQ-INT-003: loads and stores of every width are what V8 makes of them', () => {
    const memory = new Memory();
    const property = fc.property(
      fc.array(operand, { minLength: 24, maxLength: 24 }),
      fc.array(access),
      (cells, stores) => {
        for (let i = 0; i < BLOCK_WORDS; i++)
          memory.view.setInt32(BLOCK_ADDRESS + 4 * i, cells[i % 24] ^ (i * 7), true);
        const { block: before, values } = symbolicBlock(memory);
        let block = before;
        const operands = new Operands();
        for (const { name, place, low, high, form, isAgain } of stores) {
          const width = widthOf(name)!;
          const address = BLOCK_ADDRESS + place * Math.min(width, 4);
          // What was loaded is stored again as often as something new.
          const fetched = load(
            block,
            width === 2 ? 'i32.load16_s' : 'i32.load',
            BLOCK_ADDRESS + 4 * (place % 5),
          );
          const word = isAgain ? (fetched as Term) : operands.word(low, form);
          for (const [operand, value] of operands.values) values.set(operand, value);
          const value = Number(evaluate(word, values));
          memory.run(name, address, width === 8 ? asWide(value, high) : value);
          block = store(block, name, address, width === 8 ? { low: word, high: w.word(high) } : word);
        }
        for (const name of LOADS)
          for (
            let address = BLOCK_ADDRESS;
            isInBlock(address, widthOf(name)!);
            address += Math.min(widthOf(name)!, 4)
          )
            if (wordsOf(load(block, name, address), values) !== BigInt(memory.run(name, address)))
              throw new Error(`${name} at ${address} is not what V8 loads`);
      },
    );
    fc.assert(property, { seed: SEED, numRuns: 60 });
  });

  it('REQ-INT-003: an access outside the block, or across its words, is none of it', () => {
    for (const width of [2, 4, 8])
      for (let address = BLOCK_ADDRESS - 16; address < BLOCK_ADDRESS + BLOCK_BYTES + 16; address++) {
        const isInside = address >= BLOCK_ADDRESS && address + width <= BLOCK_ADDRESS + BLOCK_BYTES;
        expect(isInBlock(address, width)).toBe(isInside && address % Math.min(width, 4) === 0);
      }
  });
});
