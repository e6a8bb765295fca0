// Bits of the simulated Pico's registers and RAM that flip: in programs of a few instructions, and in the flashed image.

import { describe, expect, test } from 'vitest';
import { createSimulator } from '../../sim/index.ts';
import { REGISTER_BITS, type RegisterName } from '../../sim/machine/pico/chip/core/registers.ts';
import { bareChip, CODE, putCode, ramWord, TIMER } from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';
import { describePico } from './fixtures/tools.ts';

const HANDLER = CODE + 0x300;
const NVIC_ISER = 0xe000_e100;
const vectors = { 3: HANDLER, 16: HANDLER };

/** A chip in a loop of NOPs, a bit of which has flipped after 10 cycles. */
function flipped(register: RegisterName, bit: number) {
  const program = [...Array<number>(40).fill(t.NOP), t.HANG];
  const { chip } = bareChip(program, {}, vectors);
  putCode(chip, HANDLER, [t.HANG]);
  const before = Uint32Array.from(chip.rp2040.core.registers);
  const flags = chip.rp2040.core.xPSR;
  let told = -1;
  chip.flipRegister(register, bit, 10, (pc) => {
    told = pc;
    chip.stopRequested = true;
  });
  chip.run(10);
  const untouched = chip.rp2040.core.registers.every((value, i) => i === 15 || value === before[i]);
  chip.run(11);
  return { chip, before, flags, told, untouched };
}

describe('a register that flips', () => {
  const plain = (Object.keys(REGISTER_BITS) as RegisterName[]).filter((name) => /^(r\d+|sp|lr)$/.test(name));

  test.each(plain)('REQ-SIM-132: a bit of %s flips, and nothing else, after the given cycles', (register) => {
    const number = { sp: 13, lr: 14 }[register as string] ?? Number(register.slice(1));
    const bits = REGISTER_BITS[register];
    for (const bit of [bits[0], bits[17], bits[bits.length - 1]]) {
      const { chip, before, told, untouched } = flipped(register, bit);
      const expected = Uint32Array.from(before);
      expected[number] ^= 1 << bit;
      expected[15] = chip.rp2040.core.registers[15];
      expect([...chip.rp2040.core.registers]).toEqual([...expected]);
      expect([told, untouched]).toEqual([CODE + 20, true]);
    }
  });

  test('REQ-SIM-132: the bits of pc, of the flags and of PRIMASK', () => {
    expect(flipped('pc', 4).chip.rp2040.core.PC).toBe(((CODE + 20) ^ 16) + 2);
    for (const bit of [28, 29, 30, 31, 0, 5]) {
      const { chip, flags } = flipped('xpsr', bit);
      expect((chip.rp2040.core.xPSR ^ flags) >>> 0).toBe((1 << bit) >>> 0);
    }
    expect(flipped('primask', 0).chip.rp2040.core.PM).toBe(true);
  });

  test('REQ-SIM-132: out of the Thumb state, or with pc where nothing can be run, the core takes HardFault', () => {
    for (const [register, bit, kind] of [
      ['xpsr', 24, 'not-thumb'],
      ['pc', 28, 'not-executable'],
    ] as const) {
      const { chip } = flipped(register, bit);
      chip.run(60);
      const { core } = chip.rp2040;
      expect([core.IPSR, core.PC, chip.lastFault?.kind]).toEqual([3, HANDLER, kind]);
      expect(ramWord(chip, core.registers[13] + 24) >>> 0).toBe(
        ((CODE + 20) ^ (register === 'pc' ? 1 << bit : 0)) >>> 0,
      );
    }
  });

  test('REQ-SIM-132: a stack pointer outside of RAM ends in lockup at the next exception', () => {
    const { chip, recorder } = bareChip([t.HANG], {}, vectors);
    putCode(chip, HANDLER, [t.HANG]);
    chip.write32(NVIC_ISER, 1);
    chip.write32(TIMER + 0x38, 1);
    chip.write32(TIMER + 0x10, 2);
    chip.flipRegister('sp', 30, 10, () => {});
    chip.run(1000);
    expect(recorder.of('lockup')).toHaveLength(1);
  });

  test('REQ-SIM-132: cycles asleep do not count', () => {
    const { chip } = bareChip([t.NOP, t.WFI, ...Array<number>(10).fill(t.NOP), t.HANG], {}, vectors);
    putCode(chip, HANDLER, [t.BX_LR]);
    chip.write32(TIMER + 0x38, 1);
    chip.write32(TIMER + 0x10, 10);
    chip.write32(NVIC_ISER, 1);
    const at: number[] = [];
    chip.flipRegister('r5', 0, 5, () => at.push(chip.cycle));
    chip.run(1200);
    expect(at).toEqual([]);
    chip.run(1500);
    expect(at).toHaveLength(1);
    expect(at[0]).toBeGreaterThanOrEqual(1250);
  });
});

describePico('the flashed image', () => {
  test('REQ-SIM-132: a bit of RAM flips at its cycle, named by what lies there; nothing else changes', async () => {
    const sim = await createSimulator({ machine: 'pico', body: 'none' });
    sim.runUs(3000);
    const before = sim.memory('stimulator').slice();
    const { loadPicoImage } = await import('../../sim/machine/pico/index.ts');
    const offset = loadPicoImage().memory('stimulator').address - 0x2000_0000 + 12_000;
    sim.faults.inject({ kind: 'ram-flip', offset, bit: 6 });
    expect(sim.memory('stimulator')[12_000]).toBe(before[12_000] ^ 64);
    expect(sim.flippedAt).toBe(`stimulator_memory+0x${(12_000).toString(16)}`);
    before[12_000] ^= 64;
    expect(sim.memory('stimulator')).toEqual(before);
  });

  test('REQ-SIM-132: a core that has lost its way is reset by the watchdog, and boots again', async () => {
    for (const [register, bit] of [
      ['pc', 28],
      ['sp', 29],
      ['xpsr', 24],
    ] as const) {
      const sim = await createSimulator({ machine: 'pico', body: 'none' });
      sim.runUs(3000);
      sim.faults.inject({ kind: 'register-flip', register, bit, busyCycles: 100 });
      sim.runUs(60_000);
      expect(sim.flippedAt).toMatch(new RegExp(`^${register} at \\w+`));
      const { Mark } = await import('../../sim/index.ts');
      expect(sim.trace?.marks(Mark.RESET)).toHaveLength(1);
      sim.runUs(10_000);
      expect(sim.trace?.marks(Mark.DRIVER).at(-1)?.argument).toBe(1);
    }
  });

  test('REQ-SIM-132: only bits that there are can flip, and no locals', async () => {
    const sim = await createSimulator({ machine: 'pico', body: 'none' });
    const flip = { kind: 'register-flip', register: 'sp', bit: 2, busyCycles: 0 } as const;
    for (const wrong of [
      { bit: 1 },
      { register: 'r13' as 'sp' },
      { register: 'xpsr' as const, bit: 9 },
      { busyCycles: -1 },
    ])
      expect(() => sim.faults.inject({ ...flip, ...wrong })).toThrow(/a fault that cannot be/);
    expect(() => sim.faults.inject({ kind: 'ram-flip', offset: 264 * 1024, bit: 0 })).toThrow(/cannot be/);
    expect(() => sim.faults.inject({ kind: 'local-flip', module: 'interlock', reads: 0, bit: 0 })).toThrow(
      /no locals of wasm/,
    );
  });
});
