// The core's instructions: how long each takes, by the published table, and what each does, against rp2040js.

import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../sim/clock/random.ts';
import type { Chip, MendName } from '../../sim/machine/pico/chip/index.ts';
import {
  ADC,
  bareChip,
  CODE,
  DMA,
  PIO0,
  putCode,
  putWord,
  RAM,
  SIO,
  STACK,
  WATCHDOG,
} from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';

/** Cortex-M0+ TRM DDI0484C, table 3-1: mask, value, cycles; flags are all clear. The first row that fits holds. */
type Row = readonly [
  name: string,
  mask: number,
  value: number,
  cycles: number | ((opcode: number) => number),
];
const FAULTS = -1;
const bits = (list: number): number => list.toString(2).replaceAll('0', '').length;
const list = (opcode: number): number => bits(opcode & 0xff);
/** Conditions that hold with all flags clear: NE CC PL VC LS GE GT. */
const HOLDS = [1, 3, 5, 7, 9, 10, 12];

const TIMING: readonly Row[] = [
  ['ADD, SUB, MOV, CMP, shifts with immediates', 0xc000, 0x0000, 1],
  ['data processing, MULS', 0xfc00, 0x4000, 1],
  ['ADD PC', 0xff87, 0x4487, 2],
  ['ADD high', 0xff00, 0x4400, 1],
  ['CMP with PC is unpredictable', 0xff87, 0x4587, FAULTS],
  ['CMP with PC is unpredictable', 0xff78, 0x4578, FAULTS],
  ['CMP high', 0xff00, 0x4500, 1],
  ['MOV PC', 0xff87, 0x4687, 2],
  ['MOV high', 0xff00, 0x4600, 1],
  ['BX and BLX to SP or PC, which are even', 0xff6f, 0x4768, FAULTS],
  ['BX', 0xff87, 0x4700, 2],
  ['BLX', 0xff87, 0x4780, 2],
  ['BX and BLX with other bits', 0xff00, 0x4700, FAULTS],
  ['LDR literal', 0xf800, 0x4800, 2],
  ['loads and stores by register', 0xf000, 0x5000, 2],
  ['loads and stores of words and bytes by immediate', 0xe000, 0x6000, 2],
  ['loads and stores of halfwords, and by SP', 0xe000, 0x8000, 2],
  ['ADR, ADD from SP', 0xf000, 0xa000, 1],
  ['ADD SP, SUB SP', 0xff00, 0xb000, 1],
  ['extend', 0xff00, 0xb200, 1],
  ['PUSH', 0xfe00, 0xb400, (op) => 1 + list(op) + ((op >> 8) & 1)],
  ['CPSIE', 0xffff, 0xb662, 1],
  ['CPSID', 0xffff, 0xb672, 1],
  ['HLT is not of this core', 0xffc0, 0xba80, FAULTS],
  ['reverse', 0xff00, 0xba00, 1],
  ['POP with PC: N counts PC', 0xff00, 0xbd00, (op) => 3 + list(op) + 1],
  ['POP', 0xff00, 0xbc00, (op) => 1 + list(op)],
  ['BKPT without a debugger', 0xff00, 0xbe00, FAULTS],
  [
    'IT is not of this core',
    0xff00,
    0xbf00,
    (op) => (op & 15 ? FAULTS : op === t.WFE || op === t.WFI ? 2 : 1),
  ],
  ['the rest of the miscellaneous ones', 0xf000, 0xb000, FAULTS],
  ['STM, LDM', 0xf000, 0xc000, (op) => 1 + list(op)],
  ['UDF', 0xff00, 0xde00, FAULTS],
  ['SVC', 0xff00, 0xdf00, 1],
  ['B conditional', 0xf000, 0xd000, (op) => (HOLDS.includes((op >> 8) & 15) ? 2 : 1)],
  ['B', 0xf800, 0xe000, 2],
  ['wide ones of other cores', 0xf800, 0xe800, FAULTS],
  ['wide ones of other cores', 0xf800, 0xf800, FAULTS],
];

/** Every word that a load or a return may meet is an address in RAM with its Thumb bit. */
function prepare(chip: Chip): void {
  for (let i = 0; i < 0x1000; i++) putWord(chip, RAM + 0x2000 + 4 * i, RAM + 0x2101);
}

/** Runs `opcode` at CODE with registers that every access can use; the cycles, or FAULTS. */
function timed(chip: Chip, opcode: number, second: number): number {
  const { core } = chip.rp2040;
  const isByRegister = opcode >> 12 === 5;
  const isBranch = opcode >> 8 === 0x47;
  core.registers.fill(isByRegister ? 0x1000_1000 : isBranch ? RAM + 0x2101 : RAM + 0x2100);
  core.registers[13] = STACK - 0x4000;
  core.registers[15] = CODE;
  core.N = core.Z = core.C = core.V = core.PM = core.waiting = false;
  core.IPSR = 0;
  core.pendingSVCall = core.eventRegistered = core.interruptsUpdated = false;
  putCode(chip, CODE, [opcode, second]);
  const before = chip.lastFault;
  const cycles = core.executeInstruction();
  return chip.lastFault === before ? cycles : FAULTS;
}

/** Sum of addresses: 0x20002000. A store by register goes there; the fault's stack frames are away from it. */
const faultVector = { 3: CODE + 0x100 };

describe('cycles', () => {
  test('REQ-SIM-110: each of the 63,488 halfwords takes the cycles of the published table, or faults where there is none', () => {
    const { chip } = bareChip([], {}, faultVector);
    prepare(chip);
    const wrong: string[] = [];
    const seen = new Set<Row>();
    for (let opcode = 0; opcode < 0x1_0000; opcode++) {
      if (opcode >> 11 === 0b11110) continue;
      const row = TIMING.find(([, mask, value]) => (opcode & mask) === value)!;
      seen.add(row);
      const expected = typeof row[3] === 'number' ? row[3] : row[3](opcode);
      if (row[0].startsWith('POP')) prepareStack(chip);
      const found = timed(chip, opcode, t.NOP);
      if (found !== expected) wrong.push(`${opcode.toString(16)} ${row[0]}: ${found}, not ${expected}`);
    }
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(seen.size).toBe(TIMING.length);
  });

  test('REQ-SIM-110: the wide instructions take 3 cycles, or fault where there is none', () => {
    const { chip } = bareChip([], {}, faultVector);
    prepare(chip);
    const wide: [string, number, number, number][] = [
      ['BL', 0xf000, 0xf800, 3],
      ['BL backwards', 0xf7ff, 0xfffe, 3],
      ['MSR PRIMASK', 0xf380, 0x8810, 3],
      ['MRS PRIMASK', 0xf3ef, 0x8010, 3],
      ['MRS APSR', 0xf3ef, 0x8000, 3],
      ['DSB', 0xf3bf, 0x8f4f, 3],
      ['DMB', 0xf3bf, 0x8f5f, 3],
      ['ISB', 0xf3bf, 0x8f6f, 3],
      ['UDF.W', 0xf7f0, 0xa000, FAULTS],
      ['B.W is not of this core', 0xf000, 0xb800, FAULTS],
    ];
    for (const [name, opcode, second, cycles] of wide) {
      expect([name, timed(chip, opcode, second)]).toEqual([name, cycles]);
    }
  });

  test('REQ-SIM-110: loads and stores wait as their bus does: 1 cycle in all for SIO, 2 for memory and AHB, 4 and 5 for APB', () => {
    const { chip } = bareChip();
    const { core } = chip.rp2040;
    const at = (address: number, opcode: number): number => {
      putCode(chip, CODE, [opcode]);
      core.registers[15] = CODE;
      core.registers[1] = address;
      return core.executeInstruction();
    };
    const both = (address: number): number[] => [at(address, t.ldr(0, 1)), at(address, t.str(0, 1))];
    expect(both(RAM + 0x100)).toEqual([2, 2]);
    expect(both(SIO + 0x10)).toEqual([1, 1]);
    expect(both(PIO0 + 0xcc)).toEqual([2, 2]);
    expect(both(DMA)).toEqual([2, 2]);
    expect(both(WATCHDOG + 0x0c)).toEqual([4, 5]);
    expect(both(ADC + 0x10)).toEqual([4, 5]);
    expect(both(0xe000_e100)).toEqual([2, 2]);
    expect(at(0x1000_0000, t.ldr(0, 1))).toBe(2);
  });

  test('REQ-SIM-125: mend instructions: PUSH with LR takes 1 + N, POP with PC 3 + N, and ADCS sets V; without it not', () => {
    const figures = (without: MendName[]): unknown[] => {
      const { chip } = bareChip([], { without });
      const { core } = chip.rp2040;
      const cycles = (opcode: number): number => {
        putCode(chip, CODE, [opcode]);
        core.registers[15] = CODE;
        return core.executeInstruction();
      };
      putWord(chip, STACK - 8, CODE | 1);
      putWord(chip, STACK - 4, CODE | 1);
      core.registers[13] = STACK;
      core.registers[14] = CODE | 1;
      const pushed = cycles(t.push(0b11, true));
      core.registers[13] = STACK - 8;
      const popped = cycles(t.pop(0b1, true));
      [core.registers[0], core.registers[1], core.C] = [0x7fff_ffff, 0, true];
      cycles(0x4148);
      return [pushed, popped, core.V];
    };
    expect(figures([])).toEqual([4, 5, true]);
    expect(figures(['instructions'])).toEqual([3, 4, false]);
  });
});

/** What POP finds, after stores and frames of faults. */
function prepareStack(chip: Chip): void {
  for (let i = 0; i < 9; i++) putWord(chip, STACK - 0x4000 + 4 * i, RAM + 0x2101);
}

interface State {
  readonly registers: number[];
  readonly flags: boolean[];
  readonly memory: number[];
}

const WINDOW = RAM + 0x2000;
const WINDOW_BYTES = 0x400;

function runOne(chip: Chip, opcode: number, second: number, seed: number): State {
  const random = new RandomStream(seed, 'state');
  const { core } = chip.rp2040;
  const values = [0, 1, 31, 32, 33, 255, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
  for (let i = 0; i < 13; i++)
    core.registers[i] = random.chance(500_000) ? values[random.below(9)] : random.nextI32();
  const isMemory = opcode >> 12 >= 5 && opcode >> 12 <= 8;
  const isMultiple = opcode >> 12 === 12;
  if (isMemory || isMultiple) for (let i = 0; i < 8; i++) core.registers[i] = WINDOW + 4 * random.below(32);
  if (opcode >> 12 === 5) for (let i = 0; i < 8; i++) core.registers[i] = 0x1000_1000 + 4 * random.below(32);
  core.registers[13] = WINDOW + 0x100;
  core.registers[14] = CODE | 1;
  core.registers[15] = CODE;
  [core.N, core.Z, core.C, core.V] = [0, 1, 2, 3].map(() => random.chance(500_000));
  for (let i = 0; i < WINDOW_BYTES; i += 4) putWord(chip, WINDOW + i, random.nextI32() | 1);
  putCode(chip, CODE, [opcode, second]);
  core.executeInstruction();
  const memory = Array.from({ length: WINDOW_BYTES }, (_, i) => chip.readRam(WINDOW + i));
  return { registers: [...core.registers], flags: [core.N, core.Z, core.C, core.V], memory };
}

/** Where rp2040js is wrong (found by this test, confirmed by ARMv6-M A2.2.1): flags of these are checked elsewhere. */
function flagsDiffer(opcode: number): boolean {
  const operation = opcode >> 6;
  return [0x102, 0x103, 0x104, 0x105, 0x106, 0x107].includes(operation);
}

describe('results', () => {
  const { chip } = bareChip();
  const { chip: stock } = bareChip([], { without: ['instructions'] });

  test('REQ-SIM-111: 20,000 random instructions leave registers, flags and memory as in rp2040js', () => {
    const random = new RandomStream(11, 'instructions');
    const wrong: string[] = [];
    for (let i = 0; i < 20_000; i++) {
      const opcode = random.below(0xe800);
      const row = TIMING.find(([, mask, value]) => (opcode & mask) === value)!;
      const isSkipped = ['BKPT', 'SVC', 'UDF', 'BX', 'BLX', 'CPS', 'IT '].some((name) =>
        row[0].startsWith(name),
      );
      const cycles = typeof row[3] === 'number' ? row[3] : row[3](opcode);
      if (cycles === FAULTS || isSkipped || bits(opcode & 0xff) > 7) continue;
      // With the base in the list STM stores what is there, but writes the base back (A6.7.58); PC is no operand of these.
      if (opcode >> 11 === 0b11000 && ((opcode >> ((opcode >> 8) & 7)) & 1) === 1) continue;
      if (opcode >> 8 === 0x44 && (opcode & 0x78) === 0x78) continue;
      const [a, b] = [runOne(chip, opcode, t.NOP, i), runOne(stock, opcode, t.NOP, i)];
      const flagsAgree = flagsDiffer(opcode) || String(a.flags) === String(b.flags);
      if (
        !flagsAgree ||
        String(a.registers) !== String(b.registers) ||
        String(a.memory) !== String(b.memory)
      ) {
        wrong.push(`${opcode.toString(16)} (${row[0]}), seed ${i}: ${a.flags} ${b.flags}`);
      }
    }
    expect(wrong.slice(0, 10)).toEqual([]);
  });

  test('REQ-SIM-111: BL goes where rp2040js goes, near and far', () => {
    const random = new RandomStream(12, 'branches');
    for (let i = 0; i < 500; i++) {
      const [opcode, second] = [
        0xf000 | random.below(0x800),
        0xd000 | random.below(0x1000) | (random.below(2) << 13),
      ];
      const [a, b] = [runOne(chip, opcode, second, i), runOne(stock, opcode, second, i)];
      expect([i, a.registers]).toEqual([i, b.registers]);
    }
  });

  test('REQ-SIM-111: ADCS, SBCS and shifts by register set the flags of ARMv6-M A2.2.1', () => {
    const operands = [0, 1, 2, 31, 32, 33, 64, 255, 256, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];
    const { core } = chip.rp2040;
    for (const operation of [2, 3, 4, 5, 6, 7]) {
      for (const a of operands) {
        for (const b of operands) {
          for (const carry of [false, true]) {
            putCode(chip, CODE, [0x4000 | (operation << 6) | (1 << 3)]);
            [core.registers[0], core.registers[1], core.registers[15]] = [a, b, CODE];
            [core.N, core.Z, core.C, core.V] = [false, false, carry, false];
            core.executeInstruction();
            const found = [core.registers[0], core.N, core.Z, core.C, core.V];
            expect([operation, a, b, carry, ...found]).toEqual([
              operation,
              a,
              b,
              carry,
              ...reference(operation, a, b, carry),
            ]);
          }
        }
      }
    }
  });
});

/** Result, N, Z, C, V of `operation` of the data-processing group, in whole numbers of any size. */
function reference(operation: number, a: number, b: number, carry: boolean): (number | boolean)[] {
  const [result, c, v] =
    operation === 5 || operation === 6 ? sum(operation, a, b, carry) : shifted(operation, a, b & 0xff, carry);
  const word = Number(BigInt.asUintN(32, result));
  return [word, word >= 0x8000_0000, word === 0, c, v];
}

function sum(operation: number, a: number, b: number, carry: boolean): [bigint, boolean, boolean] {
  const second = operation === 5 ? BigInt(b) : BigInt.asUintN(32, ~BigInt(b));
  const unsigned = BigInt(a) + second + (carry ? 1n : 0n);
  const signed = BigInt.asIntN(32, BigInt(a)) + BigInt.asIntN(32, second) + (carry ? 1n : 0n);
  return [unsigned, unsigned >> 32n !== 0n, BigInt.asIntN(32, signed) !== signed];
}

function shifted(operation: number, a: number, count: number, carry: boolean): [bigint, boolean, boolean] {
  if (count === 0) return [BigInt(a), carry, false];
  const n = BigInt(count);
  const value = operation === 4 ? BigInt.asIntN(32, BigInt(a)) : BigInt(a);
  if (operation === 2) return [value << n, ((value << n) >> 32n) % 2n === 1n, false];
  if (operation === 7) {
    const turn = BigInt(count % 32);
    const turned = BigInt.asUintN(32, (value >> turn) | (value << (32n - turn)));
    return [turned, turned >> 31n === 1n, false];
  }
  return [value >> n, ((value >> (n - 1n)) & 1n) === 1n, false];
}
