// Pads, the SIO and the pins' interrupts (datasheet 2.3.1, 2.19).

import { describe, expect, test } from 'vitest';
import type { MendName } from '../../sim/machine/pico/chip/index.ts';
import {
  type Bare,
  bareChip,
  CODE,
  IO_BANK0,
  PADS_BANK0,
  PIO0,
  putCode,
  SIO,
  selectPins,
} from './fixtures/pico-chip.ts';
import * as p from './fixtures/pico-programs.ts';
import * as t from './fixtures/pico-thumb.ts';

const IN = SIO + 0x04;
const OUT = SIO + 0x10;
const OUT_SET = SIO + 0x14;
const OUT_CLR = SIO + 0x18;
const OUT_XOR = SIO + 0x1c;
const OE = SIO + 0x20;
const OE_SET = SIO + 0x24;
const ctrl = (pin: number): number => IO_BANK0 + 8 * pin + 4;
const pad = (pin: number): number => PADS_BANK0 + 4 + 4 * pin;
const INVERT = 1;
const LOW = 2;
const HIGH = 3;
const outover = (kind: number): number => 5 | (kind << 8);
const oeover = (kind: number): number => 5 | (kind << 12);
const inover = (kind: number): number => 5 | (kind << 16);

function rig(without: MendName[] = []): Bare {
  const bare = bareChip([t.HANG], { without });
  bare.chip.rp2040.core.waiting = true;
  return bare;
}

const bit = (value: number, pin: number): number => (value >> pin) & 1;

describe('SIO', () => {
  test('REQ-SIM-125: levels and enables, written, set, cleared and flipped, are told in the cycle of the store', () => {
    const { chip, recorder } = bareChip([
      t.str(0, 1, 4),
      t.str(0, 1, 8),
      t.str(0, 1, 12),
      t.str(0, 1, 12),
      t.HANG,
    ]);
    selectPins(chip, [2, 3], 5);
    chip.write32(OE, 0b1100);
    chip.rp2040.core.registers[0] = 0b0100;
    chip.rp2040.core.registers[1] = OUT;
    chip.run(10);
    expect(recorder.of('sio').map(([, cycle, values, changed]) => [cycle, values & 0b1100, changed])).toEqual(
      [
        [0, 0b0100, 0b0100],
        [1, 0, 0b0100],
        [2, 0b0100, 0b0100],
        [3, 0, 0b0100],
      ],
    );
    chip.write32(OUT, 0xffff_ffff);
    expect(chip.read32(OUT)).toBe(0x3fff_ffff);
    expect([chip.read32(SIO), chip.read32(OE)]).toEqual([0, 0b1100]);
  });

  test('REQ-SIM-125: GPIO_IN sees pads that the chip drives, and those from outside, with pulls where nobody drives', () => {
    const { chip } = rig();
    selectPins(chip, [2, 3], 5);
    chip.write32(OE_SET, 0b0100);
    chip.write32(OUT_SET, 0b1100);
    expect(chip.read32(IN) & 0b1100).toBe(0b0100);
    chip.setPin(3, true);
    chip.setPin(2, false);
    expect(chip.read32(IN) & 0b1100).toBe(0b1100);
    chip.write32(pad(4), 0x48);
    expect(bit(chip.read32(IN), 4)).toBe(1);
    chip.write32(pad(4), 0x08);
    expect(bit(chip.read32(IN), 4)).toBe(0);
    chip.write32(ctrl(3), inover(INVERT));
    expect(bit(chip.read32(IN), 3)).toBe(0);
    chip.write32(OUT_CLR, 0b0100);
    chip.write32(OUT_XOR, 0b0100);
    expect(bit(chip.read32(IN), 2)).toBe(1);
  });

  test('REQ-SIM-125: mend divider: it is done in 8 cycles, in which the core runs on; it is not read before', () => {
    const divide = (program: number[], without: MendName[]) => {
      const bare = bareChip(program, { without });
      const { core } = bare.chip.rp2040;
      [core.registers[1], core.registers[2], core.registers[3]] = [SIO, 1000, 7];
      bare.chip.run(8);
      const early = core.cycles;
      bare.chip.run(20);
      return {
        quotient: core.registers[0],
        remainder: core.registers[4],
        early,
        kind: bare.chip.lastFault?.kind,
      };
    };
    const program = [
      0x660a, // str r2, [r1, #0x60]
      0x664b, // str r3, [r1, #0x64]
      ...Array.from({ length: 8 }, () => t.NOP),
      0x6f08, // ldr r0, [r1, #0x70]
      0x6f4c, // ldr r4, [r1, #0x74]
      t.HANG,
    ];
    expect(divide(program, [])).toMatchObject({ quotient: 142, remainder: 6, early: 8, kind: undefined });
    expect(divide([0x660a, 0x664b, 0x6f08, t.HANG], []).kind).toBe('unmodelled');
    // The mend: rp2040js stops the core for 8 cycles at each of the two stores.
    expect(divide(program, ['divider']).early).toBeGreaterThan(8);
  });
});

describe('pads', () => {
  test('REQ-SIM-125: mend gpio: OUTOVER, OEOVER and output disable are honoured, for the SIO and a PIO; edges need a change', () => {
    const { chip, recorder } = rig();
    selectPins(chip, [2], 5);
    chip.write32(OE, 0b0100);
    const level = (): number => bit(chip.read32(IN), 2);
    const levels: number[] = [];
    for (const value of [outover(INVERT), outover(LOW), outover(HIGH), 5, oeover(LOW), oeover(HIGH), 5]) {
      chip.write32(ctrl(2), value);
      levels.push(level());
    }
    expect(levels).toEqual([1, 0, 1, 0, 0, 0, 0]);
    chip.write32(OUT, 0b0100);
    expect(level()).toBe(1);
    chip.write32(pad(2), 0xd6);
    expect(level()).toBe(0);
    chip.write32(pad(2), 0x56);
    chip.write32(ctrl(2), oeover(INVERT));
    expect(level()).toBe(0);
    expect(recorder.of('sio').length).toBeGreaterThan(5);
    const edges = (without: MendName[]): number => {
      const it = rig(without).chip;
      if (without.length > 0) it.rp2040.gpio[5].setInputValue(false);
      else it.setPin(5, false);
      return (it.read32(IO_BANK0 + 0xf0) >>> 20) & 12;
    };
    expect(edges([])).toBe(0);
    expect(edges(['gpio'])).toBe(4);
  });

  test('REQ-SIM-125: a pad goes to the function that is selected, and a change of function is told to the one it leaves', () => {
    const { chip, recorder } = rig();
    chip.write32(PIO0 + p.pinctrl(0), (1 << 26) | (2 << 5));
    chip.write32(PIO0 + p.smInstr(0), 0xe081);
    chip.write32(PIO0 + p.smInstr(0), 0xe001);
    expect(recorder.calls).toEqual([]);
    selectPins(chip, [2], 6);
    selectPins(chip, [2], 5);
    selectPins(chip, [2], 7);
    selectPins(chip, [2], 6);
    selectPins(chip, [2], 31);
    expect(recorder.calls.map(([kind, , values]) => [kind, bit(values ?? 0, 2)])).toEqual([
      ['pio', 1],
      ['sio', 0],
      ['pio', 1],
      ['pio', 0],
    ]);
    expect(chip.read32(ctrl(2))).toBe(31);
  });

  test('REQ-SIM-125: STATUS shows what comes from the peripheral, what goes to the pad and what comes back', () => {
    const { chip } = rig();
    selectPins(chip, [2], 5);
    chip.write32(OE, 4);
    chip.write32(OUT, 4);
    chip.write32(ctrl(2), outover(INVERT));
    expect(chip.read32(ctrl(2) - 4)).toBe((1 << 8) | (1 << 12) | (1 << 13));
    chip.write32(ctrl(2), 5);
    expect(chip.read32(ctrl(2) - 4)).toBe((3 << 8) | (3 << 12) | (1 << 17) | (1 << 19));
  });

  test('REQ-SIM-125: level and edge interrupts: edges stay until written away, levels follow, INTF forces', () => {
    const { chip } = rig();
    const INTR = IO_BANK0 + 0xf0;
    const four = (register: number): number => (chip.read32(register) >>> 20) & 15;
    chip.setPin(5, true);
    expect(four(INTR)).toBe(0b1010);
    chip.setPin(5, false);
    expect(four(INTR)).toBe(0b1101);
    chip.write32(INTR, 4 << 20);
    expect(four(INTR)).toBe(0b1001);
    chip.write32(INTR, 15 << 20);
    expect(four(INTR)).toBe(0b0001);
    const isPending = (): boolean => ((chip.rp2040.core.pendingInterrupts >> 13) & 1) === 1;
    chip.write32(IO_BANK0 + 0x100, 2 << 20);
    expect([isPending(), four(IO_BANK0 + 0x120)]).toEqual([false, 0]);
    chip.setPin(5, true);
    expect([isPending(), four(IO_BANK0 + 0x120)]).toEqual([true, 2]);
    chip.write32(IO_BANK0 + 0x110, 1 << 20);
    expect(four(IO_BANK0 + 0x120)).toBe(3);
    expect(chip.read32(IO_BANK0 + 0x110)).toBe(1 << 20);
  });

  test('REQ-SIM-125: an interrupt on a pin that a PIO shifts on sees every edge', () => {
    const { chip, recorder } = rig();
    selectPins(chip, [12, 13], 6);
    p.loadProgram(chip, PIO0, [0x6001 | 0x100, 0x0040 | 0x1100]);
    chip.write32(PIO0 + p.pinctrl(0), (2 << 26) | (12 << 5));
    for (const opcode of [0xe083, 0xe03f]) chip.write32(PIO0 + p.smInstr(0), opcode);
    chip.write32(PIO0 + p.execctrl(0), 1 << 12);
    chip.write32(PIO0 + p.pinctrl(0), ((1 << 29) | (1 << 20) | (12 << 10) | 13) >>> 0);
    chip.write32(IO_BANK0 + 0x104, 8 << 16);
    chip.write32(PIO0, 1);
    chip.run(20);
    expect(recorder.of('shift')).toEqual([]);
    expect((chip.rp2040.core.pendingInterrupts >> 13) & 1).toBe(1);
  });
});

test('REQ-SIM-125: stores of bytes and halfwords put their data on every lane, and the aliases flip, set and clear', () => {
  const { chip } = bareChip([0x7008, t.BX_LR]);
  putCode(chip, CODE + 0x40, [0x8008, t.BX_LR]);
  const SCRATCH = 0x4005_800c;
  chip.call(CODE, [0xa5, SCRATCH]);
  expect(chip.read32(SCRATCH)).toBe(0xa5a5_a5a5);
  chip.call(CODE + 0x40, [0x1234, SCRATCH]);
  expect(chip.read32(SCRATCH)).toBe(0x1234_1234);
  chip.write32(SCRATCH + 0x1000, 0x0000_00ff);
  expect(chip.read32(SCRATCH)).toBe(0x1234_12cb);
  chip.write32(SCRATCH + 0x2000, 0xf000_0000);
  expect(chip.read32(SCRATCH)).toBe(0xf234_12cb);
  chip.write32(SCRATCH + 0x3000, 0x0000_ffff);
  expect(chip.read32(SCRATCH)).toBe(0xf234_0000);
});
