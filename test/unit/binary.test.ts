// What the two binaries may do, read from the binaries themselves: their imports and exports are their whole attack surface.
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';

const read = (name: string) => readFileSync(`build/${name}.wasm`);
const names = (entries: { module?: string; name: string; kind: string }[]) =>
  entries.map((entry) => `${entry.module ? `${entry.module}.` : ''}${entry.name} ${entry.kind}`).sort();
const functions = (list: string) => list.split(' ').map((name) => `${name} function`);

const GATE = 'request stop arm clear lower_limit raise_limit reading status';

describe('the binaries', () => {
  it('REQ-INT-004: the interlock imports the output and the sensors alone', () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(read('interlock')));
    expect(names(imports)).toEqual(
      functions('hal.clock_us hal.sense hal.segment_room hal.segment hal.off hal.heartbeat').sort(),
    );
  });

  it('REQ-INT-004: the interlock exports its calls, its memory and constants', () => {
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(read('interlock')));
    const callable = names(exports.filter((entry) => entry.kind !== 'global'));
    expect(callable).toEqual([...functions(`boot poll ${GATE}`), 'memory memory'].sort());
  });

  it('REQ-INT-005: the stimulator imports the gate, the clock, the line and the identity, and nothing else', () => {
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(read('stimulator')));
    const gate = GATE.split(' ').map((name) => `interlock.${name}`);
    expect(names(imports)).toEqual(
      functions(`${gate.join(' ')} hal.clock_us hal.uart_read hal.uart_write hal.identity`).sort(),
    );
    const exports = WebAssembly.Module.exports(new WebAssembly.Module(read('stimulator')));
    const callable = names(exports.filter((entry) => entry.kind !== 'global'));
    expect(callable).toEqual([...functions('boot poll'), 'memory memory'].sort());
  });

  for (const name of ['interlock', 'stimulator']) {
    it(`REQ-INT-006: ${name} has a fixed memory, no grow, no float, no indirect call, no start function`, () => {
      const module = binaryen.readBinary(read(name));
      const memory = module.getMemoryInfo();
      expect([memory.initial, memory.max, memory.shared]).toEqual([1, 1, false]);
      expect(module.getStart()).toBe(0);
      const text = module.emitText();
      expect(text).not.toMatch(
        /memory\.grow|call_indirect|call_ref|\bf32|\bf64|\(table|memory\.(copy|fill|init)/,
      );
    });

    it(`REQ-INT-006: ${name} exports no constant that can be written`, () => {
      const exports = new WebAssembly.Module(read(name));
      const globals = WebAssembly.Module.exports(exports).filter((entry) => entry.kind === 'global');
      const text = binaryen.readBinary(read(name)).emitText();
      for (const { name: global } of globals) {
        expect(text).toMatch(new RegExp(`\\(export "${global}" \\(global `));
      }
      expect(text.match(/\(export "[^"]+" \(global \$([^)]+)\)/g)?.length ?? 0).toBe(globals.length);
      for (const [, target] of text.matchAll(/\(export "[^"]+" \(global (\$[^)]+)\)/g)) {
        expect(text).not.toContain(`(global ${target} (mut`);
      }
    });
  }

  it('REQ-LNK-020: the memory of the stimulator begins as zeros: its constants are code', () => {
    expect(binaryen.readBinary(read('stimulator')).emitText()).not.toContain('(data ');
  });

  it('REQ-INT-006: the interlock is at most 8 KiB and the stimulator at most 25 KiB', () => {
    expect(read('interlock').length).toBeLessThanOrEqual(8 * 1024);
    expect(read('stimulator').length).toBeLessThanOrEqual(25 * 1024);
  });
});
