// Segregation holds for the binaries that ship, and every way around it is found: each variant is a shipped binary with one change.
import { readFileSync } from 'node:fs';
import binaryen from 'binaryen';
import { describe, expect, it } from 'vitest';
import { assemble } from './assemble.ts';
import { checkInterlock, checkStimulator, requireInterlock } from './interface.ts';
import { RefusedBinary, type WasmModule } from './module.ts';
import { readInterface, readModule } from './read.ts';

const INTERLOCK = 'build/interlock.wasm';
const STIMULATOR = 'build/stimulator.wasm';

/** What Node's WebAssembly takes too. */
const FEATURES =
  binaryen.Features.MutableGlobals | binaryen.Features.SignExt | binaryen.Features.ReferenceTypes;

/** A text and what replaces it. */
type Change = readonly [from: string, to: string];

/** The shipped binary with changes in its text form. */
async function variant(fileName: string, ...changes: readonly Change[]): Promise<WasmModule> {
  const shipped = binaryen.readBinary(readFileSync(fileName));
  let text = shipped.emitText();
  shipped.dispose();
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`${fileName} has no ${from}`);
    text = text.replace(from, () => to);
  }
  return await readInterface(assemble(text, true, FEATURES), fileName);
}

const MEMORY = '(memory $0 1 1)';
const EXPORTED_MEMORY = '(export "memory" (memory $0))';
const EXPORTED_STATUS = '(export "status" (func $index/status))';

/** `text` in front of the first definition, where imports must be. */
const beforeMemory = (text: string): Change => [MEMORY, `${text} ${MEMORY}`];
const afterExports = (text: string): Change => [EXPORTED_MEMORY, `${EXPORTED_MEMORY} ${text}`];
const firstImport = (text: string): Change => ['(import ', `${text} (import `];
const IMPORTED_MEMORY: readonly Change[] = [
  [MEMORY, ''],
  firstImport('(import "interlock" "memory" (memory $0 1 1))'),
];

describe('the interlock', () => {
  it('REQ-INT-003: the shipped interlock is segregated', async () => {
    const bytes = readFileSync(INTERLOCK);
    expect(checkInterlock(await readModule(bytes, INTERLOCK))).toEqual([]);
    expect(checkInterlock(await readInterface(bytes, INTERLOCK))).toEqual([]);
  });

  it.each<readonly [string, Change, string]>([
    ['another function', afterExports('(export "peek" (func $latch/trip))'), 'exports the function peek'],
    ['a call less', [EXPORTED_STATUS, ''], 'exports no function status'],
    [
      'an import as a call',
      [EXPORTED_STATUS, '(export "status" (func $fimport$1))'],
      'hands hal.segment_room on as its export status',
    ],
    ['a start function', afterExports('(start $latch/switchOff)'), 'has a start function'],
    ['another import', firstImport('(import "hal" "flash" (func $flash))'), 'imports hal.flash'],
    [
      'an import of another shape',
      firstImport('(import "hal" "off" (func $off (param i64) (result i32)))'),
      'imports hal.off as (i64) → i32',
    ],
    [
      'an imported global',
      firstImport('(import "hal" "mode" (global $mode i32))'),
      'imports the global hal.mode',
    ],
    ['an imported table', firstImport('(import "hal" "t" (table $t 1 funcref))'), 'imports the table hal.t'],
    ['a table', beforeMemory('(table $t 1 funcref)'), 'has 1 table(s)'],
    [
      'an exported table',
      beforeMemory('(table $t 1 funcref) (export "t" (table $t))'),
      'exports the table t',
    ],
    ['state in a global', beforeMemory('(global $s (mut i32) (i32.const 0))'), 'has 1 mutable global(s)'],
    [
      'an exported variable',
      beforeMemory('(global $s (mut i32) (i32.const 0)) (export "S" (global $s))'),
      'exports the global S, which is not an i32 constant',
    ],
    [
      'an exported constant of another type',
      beforeMemory('(global $s i64 (i64.const 0)) (export "S" (global $s))'),
      'exports the global S, which is not an i32 constant',
    ],
    ['no exported memory', [EXPORTED_MEMORY, ''], 'exports no memory'],
    ['memory under another name', afterExports('(export "m" (memory $0))'), 'exports its memory as m'],
    ['more memory', [MEMORY, '(memory $0 1 2)'], 'has a memory of 1 to 2 pages, not exactly 1'],
    ['memory without an end', [MEMORY, '(memory $0 1)'], 'has a memory of 1 to 65536 pages, not exactly 1'],
    [
      'state before the first call',
      afterExports('(data (i32.const 12) "\\00\\00\\00\\00\\01")'),
      'writes its state block before the first call: 5 bytes of data from address 12',
    ],
    [
      'state at the end of the block',
      afterExports('(data (i32.const 671) "\\01\\00")'),
      'writes its state block before the first call: 2 bytes of data from address 671',
    ],
  ])('REQ-INT-003: with %s it is not', async (_, change, difference) => {
    expect(checkInterlock(await variant(INTERLOCK, change))).toContain(`the interlock ${difference}`);
  });

  it('REQ-INT-003: with a memory that another module could share it is not', async () => {
    const module = await variant(INTERLOCK, ...IMPORTED_MEMORY);
    expect(checkInterlock(module)).toEqual([
      'the interlock imports the memory interlock.memory',
      'the interlock has no memory of its own',
    ]);
  });

  it('REQ-INT-003: with an import renamed both the new and the missing one are named', async () => {
    const module = await variant(INTERLOCK, ['"hal" "heartbeat"', '"hal" "heart"']);
    expect(checkInterlock(module)).toEqual([
      'the interlock imports hal.heart',
      'the interlock does not import hal.heartbeat',
    ]);
  });

  it.each([
    ['beside the block', '(data (i32.const 11) "abcde") (data (i32.const 704) "x")'],
    ['of zeros in the block', '(data (i32.const 16) "\\00\\00\\00\\00")'],
  ])('REQ-INT-003: data %s changes nothing', async (_, text) => {
    const module = await variant(INTERLOCK, afterExports(text));
    expect(module.data.length).toBeGreaterThan(0);
    expect(checkInterlock(module)).toEqual([]);
  });
});

describe('the stimulator', () => {
  it('REQ-INT-003: the shipped stimulator imports its eleven calls and nothing else', async () => {
    expect(checkStimulator(await readInterface(readFileSync(STIMULATOR), STIMULATOR))).toEqual([]);
  });

  it.each([
    ['the output', '(import "hal" "segment" (func $x (param i32)))', 'imports hal.segment'],
    ['the switch', '(import "hal" "off" (func $x))', 'imports hal.off'],
    ['the board’s calls', '(import "interlock" "boot" (func $x (param i32)))', 'imports interlock.boot'],
    [
      'a limit',
      '(import "interlock" "PHASE_PC_MAX" (global $x i32))',
      'imports the global interlock.PHASE_PC_MAX',
    ],
    ['a table', '(import "interlock" "t" (table $x 1 funcref))', 'imports the table interlock.t'],
    [
      'a call of another shape',
      '(import "interlock" "arm" (func $x (param i32)))',
      'imports interlock.arm as (i32) → nothing',
    ],
  ])('REQ-INT-003: importing %s is found', async (_, text, difference) => {
    const module = await variant(STIMULATOR, firstImport(text));
    expect(checkStimulator(module)).toEqual([`the stimulator ${difference}`]);
  });

  it('REQ-INT-003: importing the interlock’s memory is found', async () => {
    const module = await variant(STIMULATOR, ...IMPORTED_MEMORY);
    expect(checkStimulator(module)).toEqual(['the stimulator imports the memory interlock.memory']);
  });

  it('REQ-INT-003: an import less is found', async () => {
    const module = await variant(STIMULATOR, ['"interlock" "stop"', '"interlock" "status"']);
    expect(checkStimulator(module)).toEqual([
      'the stimulator imports interlock.status as (i32) → i32',
      'the stimulator does not import interlock.stop',
    ]);
  });
});

describe('a file that is no interlock', () => {
  const refusal = (module: WasmModule, fileName: string): string => {
    try {
      requireInterlock(module, fileName);
    } catch (error) {
      expect(error).toBeInstanceOf(RefusedBinary);
      return (error as RefusedBinary).message;
    }
    return 'taken';
  };

  it('REQ-INT-003: the stimulator given for the interlock is refused in one line', async () => {
    const module = await readInterface(readFileSync(STIMULATOR), STIMULATOR);
    expect(refusal(module, STIMULATOR)).toMatch(
      /^build\/stimulator\.wasm is not an interlock: it imports interlock\.\w+ and imports interlock\.\w+; give the prover build\/interlock\.wasm\.$/,
    );
  });

  it('REQ-INT-003: a module that has nothing to do with it is refused by the calls that it lacks', async () => {
    const empty = await readInterface(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]), 'empty.wasm');
    expect(refusal(empty, 'empty.wasm')).toBe(
      'empty.wasm is not an interlock: it exports no function boot and exports no function poll; give the prover build/interlock.wasm.',
    );
  });

  it('REQ-INT-003: an interlock is taken, one that breaks segregation too, so that it is judged', async () => {
    expect(refusal(await readInterface(readFileSync(INTERLOCK), INTERLOCK), INTERLOCK)).toBe('taken');
    const broken = await variant(INTERLOCK, afterExports('(start $latch/switchOff)'));
    expect(refusal(broken, INTERLOCK)).toBe('taken');
    const foreign = await variant(INTERLOCK, firstImport('(import "hal" "flash" (func $flash))'));
    expect(refusal(foreign, 'x.wasm')).toContain('x.wasm is not an interlock: it imports hal.flash;');
  });
});
