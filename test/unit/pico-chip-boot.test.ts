// From the reset to the firmware: the boot ROM's part, what a usual second stage and start-up write, and calls by tests.

import { describe, expect, test } from 'vitest';
import { BootError, bootCrc, Chip, type ChipOptions, MENDS } from '../../sim/machine/pico/chip/index.ts';
import { bareChip, CODE, putCode, RESETS, Recorder, UART0 } from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';

/** `ldr rd, [pc, …]` of the literal `index` words behind `at` (in halfwords), where literals begin at halfword `pool`. */
const literal = (rd: number, at: number, pool: number, index: number): number =>
  0x4800 | (rd << 8) | ((pool + 2 * index - ((at + 2) & ~1)) >> 1);

const POOL = 40;
const LITERALS = [0x1800_0000, 0x1800_00f4, 0x001f_0300, 0x0300_0218, 0x1000_0100, 0xe000_ed08];

/** A second stage for 03h serial reads, as the SDK's boot2_generic_03h does it. */
function secondStage(): number[] {
  const code: number[] = [];
  const load = (rd: number, index: number): number => code.push(literal(rd, code.length, POOL, index));
  load(3, 0);
  code.push(t.movs(1, 0), t.str(1, 3, 8), t.movs(1, 4), t.str(1, 3, 0x14));
  load(1, 2);
  code.push(t.str(1, 3, 0));
  load(1, 3);
  load(0, 1);
  code.push(t.str(1, 0, 0), t.movs(1, 0), t.str(1, 3, 4), t.movs(1, 1), t.str(1, 3, 0x10), t.str(1, 3, 8));
  load(0, 4);
  load(1, 5);
  code.push(t.str(0, 1, 0), 0xc803, 0xf380, 0x8808, 0x4708);
  return code;
}

/** An image: the second stage with its CRC, vectors, and `program` at 0x10000200. */
function image(program: readonly number[], stage = secondStage()): Uint8Array {
  const bytes = new Uint8Array(0x1000);
  const view = new DataView(bytes.buffer);
  for (const [i, halfword] of stage.entries()) view.setUint16(2 * i, halfword, true);
  for (const [i, word] of LITERALS.entries()) view.setUint32(2 * POOL + 4 * i, word, true);
  view.setUint32(252, bootCrc(bytes.subarray(0, 252)), true);
  view.setUint32(0x100, 0x2004_0000, true);
  view.setUint32(0x104, 0x1000_0201, true);
  view.setUint32(0x10c, 0x1000_0301, true);
  for (const [i, halfword] of program.entries()) view.setUint16(0x200 + 2 * i, halfword, true);
  view.setUint16(0x300, t.HANG, true);
  return bytes;
}

function booted(program: readonly number[], options: Partial<ChipOptions> = {}): Chip {
  return new Chip(image(program), new Recorder(), { startCycle: 0, ...options });
}

describe('boot', () => {
  test('REQ-SIM-113: the checksum is CRC-32 from all ones with nothing reflected', () => {
    // The published check value of CRC-32/MPEG-2.
    expect(bootCrc(new TextEncoder().encode('123456789'))).toBe(0x0376_e6e7);
  });

  test('REQ-SIM-113: boot2 runs from the end of RAM, sets the interface up, VTOR and the stack, and starts the firmware', () => {
    const chip = booted([t.movs(0, 42), t.HANG]);
    expect([chip.rp2040.core.PC, chip.rp2040.core.LR]).toEqual([0x2004_1f00, 0]);
    chip.run(200);
    const { core } = chip.rp2040;
    expect(chip.lastFault).toBeNull();
    expect([core.VTOR, core.registers[0], core.PC]).toEqual([0x1000_0100, 42, 0x1000_0202]);
    expect(core.registers[13]).toBe(0x2004_0000);
  });

  test('REQ-SIM-113: an image whose second stage or checksum is wrong does not start', () => {
    const bad = image([t.HANG]);
    bad[17] ^= 4;
    expect(() => new Chip(bad, new Recorder(), { startCycle: 0 })).toThrow(BootError);
    expect(() => new Chip(new Uint8Array(), new Recorder(), { startCycle: 0 })).toThrow(BootError);
  });

  test('REQ-SIM-113: mend resets: blocks fault until they are out of reset, and lose their state in it', () => {
    const kinds = (options: Partial<ChipOptions>): (string | undefined)[] => {
      const chip = booted([t.HANG], options);
      let kind: string | undefined;
      try {
        chip.read32(UART0 + 0x24);
      } catch (fault) {
        kind = (fault as { kind: string }).kind;
      }
      return [kind, chip.lastFault?.kind];
    };
    expect(kinds({})[0]).toBe('in-reset');
    expect(kinds({ without: ['resets'] })[0]).toBeUndefined();
    const chip = booted([t.HANG]);
    chip.write32(RESETS + 0x3000, 1 << 22);
    expect((chip.read32(RESETS + 8) >> 22) & 1).toBe(1);
    chip.write32(UART0 + 0x24, 67);
    expect(chip.read32(UART0 + 0x24)).toBe(67);
    chip.write32(RESETS + 0x2000, 1 << 22);
    chip.write32(RESETS + 0x3000, 1 << 22);
    expect(chip.read32(UART0 + 0x24)).toBe(0);
  });

  test('REQ-SIM-113: what a start-up does to clocks, power and random bits works', () => {
    let draws = 0;
    const chip = booted([t.HANG], { random: () => draws++ });
    chip.write32(RESETS, 0);
    chip.write32(0x4002_4000, 0xaa0);
    chip.write32(0x4002_400c, 47);
    chip.write32(0x4002_6000, 0xfa_b000);
    expect(chip.read32(0x4002_4004) >>> 31).toBe(1);
    for (const [pll, divisor, post] of [
      [0x4002_8000, 125, 0x6_2000],
      [0x4002_c000, 100, 0x5_5000],
    ]) {
      chip.write32(pll, 1);
      chip.write32(pll + 8, divisor);
      chip.write32(pll + 0x3004, 0x21);
      expect(chip.read32(pll) >>> 31).toBe(1);
      chip.write32(pll + 0xc, post);
      chip.write32(pll + 0x3004, 8);
    }
    chip.write32(0x4000_8030, 2);
    expect(chip.read32(0x4000_8038)).toBe(4);
    chip.write32(0x4000_803c, 1);
    expect(chip.read32(0x4000_8044)).toBe(2);
    chip.write32(0x4000_8048, 1 << 11);
    chip.write32(0x4000_8060, 1 << 11);
    expect(chip.rp2040.clkSys).toBe(125_000_000);
    chip.write32(0x4001_0008, 0x1_fffc);
    expect(chip.read32(0x4001_0008)).toBe(0x1_fffc);
    chip.write32(0x4005_802c, 12 | (1 << 9));
    expect([0, 1, 2, 3].map(() => chip.read32(0x4006_001c))).toEqual([0, 1, 0, 1]);
    expect(chip.read32(0x4006_4000)).toBe(0x10b1);
    expect(chip.read32(0x4006_4008)).toBe(0x100);
    expect(chip.read32(0x4000_0000)).toBe(0x1000_2927);
    expect(chip.lastFault).toBeNull();
  });
});

describe('calls', () => {
  test('REQ-SIM-113: arguments go to r0–r3 and the stack, r0 comes back, and the cycles count', () => {
    // r0 + r3 + the fifth and the sixth.
    const { chip } = bareChip([0x18c0, 0x9900, 0x1840, 0x9901, 0x1840, t.BX_LR]);
    expect(chip.call(CODE | 1, [1, 20, 300, 4000, 50_000, 600_000])).toBe(654_001);
    expect(chip.cycle).toBe(1 + 2 + 1 + 2 + 1 + 2);
  });

  test('REQ-SIM-113: a call that does not return is an Error with the fault, or after its limit', () => {
    const { chip } = bareChip([t.HANG]);
    expect(() => chip.call(CODE, [], 1000)).toThrow(/did not return: no fault/);
    putCode(chip, CODE, [0xde00]);
    expect(() => chip.call(CODE, [])).toThrow(/undefined at 20001000/);
  });

  test('REQ-SIM-113: BKPT stops in a hook, which may answer for a function', () => {
    const { chip } = bareChip([t.push(0, true), 0xf000, 0xf81d, t.pop(0, true)]);
    putCode(chip, CODE + 0x40, [t.bkpt(7), t.BX_LR]);
    chip.onBreak = (immediate) => {
      expect(immediate).toBe(7);
      chip.rp2040.core.registers[0] += 100;
    };
    expect(chip.call(CODE, [5])).toBe(105);
  });

  test('REQ-SIM-113: a listener may stop a run, or end it earlier', () => {
    const { chip, recorder } = bareChip([t.str(0, 1), t.branch(-1)]);
    [chip.rp2040.core.registers[0], chip.rp2040.core.registers[1]] = [1, 0x4005_800c];
    const calls: number[] = [];
    recorder.scratch = (cycle) => {
      calls.push(cycle);
      if (calls.length === 3) chip.stopRequested = true;
      if (calls.length === 5) chip.runUntilAtMost(cycle + 20);
    };
    chip.run(1000);
    // A store of 5 cycles, whose data comes in its last one, and a branch of 2.
    expect(calls).toEqual([4, 11, 18]);
    expect(chip.cycle).toBe(19);
    chip.run(1000);
    expect(chip.cycle).toBeLessThan(56);
    chip.run(1000);
    expect(chip.cycle).toBeGreaterThanOrEqual(1000);
  });
});

test('REQ-SIM-125: nothing that rp2040js prints reaches the console', () => {
  const { chip } = bareChip();
  for (const level of ['warn', 'error'] as const) expect(() => chip.rp2040.logger[level]('A', 'b')).toThrow();
  expect(() => chip.rp2040.logger.info('A', 'b')).not.toThrow();
  expect(new Set(MENDS).size).toBe(MENDS.length);
});
