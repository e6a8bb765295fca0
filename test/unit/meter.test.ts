// Metered copies: exact counts in a module written by hand, and the firmware's own modules that do the same with and without.

import { beforeAll, describe, expect, it } from 'vitest';
import wabt from 'wabt';
import { RandomStream } from '../../sim/index.ts';
import { sourceOf } from '../../sim/machine/identity.ts';
import { CLASSES } from '../../sim/machine/meter/instructions.ts';
import { meteredCopy, meteredModule, newMeter, takeCycles } from '../../sim/machine/meter/meter.ts';
import { type ClassCycles, PARTS, type Weights } from '../../sim/machine/meter/weigh.ts';
import { WEIGHTS } from '../../sim/machine/meter/weights.ts';
import { loadModule } from '../../sim/machine/wasm-modules.ts';

/** Every instruction takes a cycle, every bit of a quotient two. */
const classes = Object.fromEntries(
  CLASSES.map((name) => [name, name === 'passed' || name === 'round' ? 0 : 1]),
) as ClassCycles;
const ones = { fittedTo: '', classes, bits: [2, 2] as const, functions: {} };
const ONES: Weights = { ...WEIGHTS, modules: { interlock: ones, stimulator: ones } };

const TEXT = `(module
  (import "hal" "tick" (func $tick (param i32)))
  (memory (export "memory") 1)
  (global $kept (mut i32) (i32.const 5))
  (export "kept" (global $kept))
  (func $add (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
  (func $least (param i32 i32) (result i32)
    local.get 0 local.get 1 i32.lt_s if local.get 0 return end local.get 1)
  (func (export "sum") (param $n i32) (param $tells i32) (result i32) (local $sum i32)
    block $out
      loop $again
        local.get $n i32.eqz br_if $out
        local.get $sum local.get $n i32.add local.set $sum
        local.get $n i32.const 1 i32.sub local.set $n
        br $again
      end
    end
    local.get $tells
    if local.get $sum call $tick else nop end
    local.get $sum)
  (func (export "calls") (param i32) (result i32)
    local.get 0 i32.const 10 call $least i32.const 1 call $add global.get $kept call $add)
  (func (export "choose") (param i32) (result i32)
    block $b block $a local.get 0 br_table $a $b end i32.const 7 return end
    i32.const 1 global.set $kept i32.const 8)
  (func (export "divide") (param i32 i32) (result i32) local.get 0 local.get 1 i32.div_u)
  (func (export "wide") (param i32 i32) (result i32)
    local.get 0 i64.extend_i32_s local.get 1 i64.extend_i32_s i64.div_s i32.wrap_i64)
  (func (export "fail") i32.const 8 i32.const 1 i32.store unreachable)
  (func (export "reach") (param i32) (result i32)
    local.get 0 if i32.const 0 i32.const 9 i32.store end i32.const 3 drop i32.const -1 i32.load))`;

let bytes: Uint8Array;
beforeAll(async () => {
  const module = (await wabt()).parseWat('made.wat', TEXT);
  bytes = Uint8Array.from(module.toBinary({}).buffer);
  module.destroy();
});

type Run = (...args: number[]) => number;

/** The module with every instruction at a cycle. */
function made() {
  const meter = newMeter();
  const told: number[][] = [];
  const imports = { meter: { parts: meter }, hal: { tick: (...args: number[]) => void told.push(args) } };
  const { exports } = new WebAssembly.Instance(
    new WebAssembly.Module(meteredCopy(bytes, 'interlock', ONES)),
    imports,
  );
  const cycles = (name: string, ...args: number[]): [number | undefined, number] => {
    const before = meter.value;
    let result: number | undefined;
    try {
      result = (exports[name] as Run)(...args);
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError)) throw error;
    }
    return [result, (meter.value - before) / PARTS];
  };
  return { cycles, told, exports };
}

describe('REQ-SIM-127: a metered copy counts each block that runs', () => {
  it('REQ-SIM-127: a loop by its rounds, a branch by the arm that is taken', () => {
    const { cycles } = made();
    for (const n of [0, 1, 7, 1000]) {
      expect(cycles('sum', n, 0)).toEqual([(n * (n + 1)) / 2, 3 * (n + 1) + 9 * n + 2 + 1]);
      expect(cycles('sum', n, 1)).toEqual([(n * (n + 1)) / 2, 3 * (n + 1) + 9 * n + 2 + 3 + 1]);
    }
  });
  it('REQ-SIM-127: the HAL gets the count as its last argument, its own call included', () => {
    const { cycles, told } = made();
    cycles('sum', 4, 1);
    expect(told).toEqual([[10, PARTS * (3 * 5 + 9 * 4 + 2 + 2)]]);
  });
  it('REQ-SIM-127: calls with what they call, an early return without what lies behind it', () => {
    const { cycles } = made();
    // Nine of its own, three of each addition, six or five of the choice of the least.
    expect(cycles('calls', 3)).toEqual([9, 7 + 3 + 3 + 6]);
    expect(cycles('calls', 30)).toEqual([16, 7 + 3 + 3 + 5]);
  });
  it('REQ-SIM-127: a table by the way that it goes; globals keep their numbers', () => {
    const { cycles, exports } = made();
    expect(cycles('choose', 0)).toEqual([7, 2 + 2]);
    expect((exports.kept as WebAssembly.Global).value).toBe(5);
    expect(cycles('choose', 1)).toEqual([8, 2 + 3]);
    expect((exports.kept as WebAssembly.Global).value).toBe(1);
  });
  it('REQ-SIM-127: divisions by the bits of the quotient, and none by zero', () => {
    const { cycles } = made();
    expect(cycles('divide', 100, 7)).toEqual([14, 3 + 2 * 4]);
    expect(cycles('divide', 7, 100)).toEqual([0, 3]);
    expect(cycles('wide', -100, 7)).toEqual([-14, 5 + 2 * 4]);
    expect(cycles('divide', 1, 0)).toEqual([undefined, 2]);
  });
  it('REQ-SIM-127: a trap by what was run until the block in which it comes', () => {
    const { cycles, exports } = made();
    expect(cycles('fail')).toEqual([undefined, 3]);
    expect(new Int32Array((exports.memory as WebAssembly.Memory).buffer)[2]).toBe(1);
    // What a function has summed up by itself is lost with it.
    expect(cycles('reach', 1)).toEqual([undefined, 0]);
  });
  it('REQ-SIM-127: a part of a cycle is kept for the next time, also where the counter wraps', () => {
    const seen = new Int32Array([0x7fff_ffff - 20]);
    expect(takeCycles(seen, 0x7fff_ffff)).toBe(1);
    expect(takeCycles(seen, -0x8000_0000 + 27)).toBe(2);
    expect(takeCycles(seen, -0x8000_0000 + 27)).toBe(0);
  });
});

/** The HAL and the other module answer from a seeded stream; everything that they are asked is kept. */
function scripted(module: WebAssembly.Module, seed: number, isMetered: boolean) {
  const random = new RandomStream(seed, 'answers');
  const asked: number[][] = [];
  const meter = newMeter();
  const imports: Record<string, Record<string, WebAssembly.ImportValue>> = { meter: { parts: meter } };
  for (const [number, { module: from, name, kind }] of WebAssembly.Module.imports(module).entries()) {
    if (kind !== 'function') continue;
    imports[from] ??= {};
    imports[from][name] = (...args: number[]) => {
      asked.push([number, ...(isMetered && from === 'hal' ? args.slice(0, -1) : args)]);
      if (name === 'segment_room') return 1 + random.below(64);
      return random.below(3) === 0 ? random.nextI32() : random.below(200);
    };
  }
  const { exports } = new WebAssembly.Instance(module, imports);
  return { exports, asked, meter };
}

function played(module: WebAssembly.Module, seed: number, isMetered: boolean) {
  const { exports, asked, meter } = scripted(module, seed, isMetered);
  const random = new RandomStream(seed, 'calls');
  const names = Object.keys(exports).filter((name) => typeof exports[name] === 'function');
  const results: unknown[] = [];
  for (let i = 0; i < 500; i++) {
    const run = exports[names[random.below(names.length)]] as Run;
    const args = Array.from({ length: run.length }, () =>
      random.below(2) === 0 ? random.nextI32() : random.below(300),
    );
    try {
      results.push(run(...args));
    } catch (error) {
      results.push(String(error));
    }
  }
  const memory = new Uint8Array((exports.memory as WebAssembly.Memory).buffer.slice(0));
  return { results, asked, memory, parts: meter.value };
}

describe('REQ-SIM-127: a metered copy does what its binary does', () => {
  it.each(['interlock', 'stimulator'] as const)(
    'REQ-SIM-127: the %s has the same results, memory and calls of the HAL, and the same count each time',
    (name) => {
      const shipped = loadModule(name);
      const source = sourceOf(shipped);
      if (source === undefined) throw new Error('the bytes are not known');
      const before = source.slice();
      const copy = meteredModule(source, name);
      if (copy === null) throw new Error('it cannot be metered');
      for (let seed = 1; seed <= 4; seed++) {
        const [plain, first, again] = [
          played(shipped, seed, false),
          played(copy, seed, true),
          played(copy, seed, true),
        ];
        expect(first.results).toEqual(plain.results);
        expect(first.asked).toEqual(plain.asked);
        expect(first.memory).toEqual(plain.memory);
        expect(again.parts).toBe(first.parts);
      }
      expect(source).toEqual(before);
    },
  );
  it('REQ-SIM-127: a binary with other instructions is not metered', async () => {
    const text = '(module (import "hal" "f" (func)) (func (export "g") f32.const 1 drop))';
    const module = (await wabt()).parseWat('float.wat', text);
    expect(meteredModule(Uint8Array.from(module.toBinary({}).buffer), 'interlock')).toBeNull();
    module.destroy();
  });
});
