// The DMA controller: when words move, in which order, what ends a sequence.

import { describe, expect, test } from 'vitest';
import type { Chip, MendName } from '../../sim/machine/pico/chip/index.ts';
import {
  bareChip,
  CODE,
  DMA,
  NVIC_ISER,
  PIO0,
  putCode,
  putWord,
  RAM,
  ramWord,
} from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';

const FROM = RAM + 0x4000;
const TO = RAM + 0x5000;
const EN = 1;
const HIGH = 2;
const WORDS = 2 << 2;
const HALVES = 1 << 2;
const INCR_READ = 1 << 4;
const INCR_WRITE = 1 << 5;
const QUIET = 1 << 21;
const BSWAP = 1 << 22;
const BUSY = 1 << 24;
const PERMANENT = 63 << 15;
const chain = (to: number): number => to << 11;
const channel = (index: number): number => DMA + 0x40 * index;
const BOTH = EN | WORDS | INCR_READ | INCR_WRITE | PERMANENT;

function rig(without: MendName[] = []): Chip {
  const { chip } = bareChip([t.HANG], { without });
  chip.rp2040.core.waiting = true;
  for (let i = 0; i < 64; i++) putWord(chip, FROM + 4 * i, 0x1000_0000 + i);
  return chip;
}

/** Starts a channel by CTRL_TRIG, which is written last. */
function start(chip: Chip, index: number, from: number, to: number, count: number, control: number): void {
  for (const [i, value] of [from, to, count, control].entries())
    chip.write32(channel(index) + 4 * i, value >>> 0);
}

/** How many of the words at TO have arrived, at each of `cycles`. */
function arrivals(chip: Chip, cycles: readonly number[]): number[] {
  return cycles.map((cycle) => {
    chip.run(cycle);
    let count = 0;
    while (ramWord(chip, TO + 4 * count) === 0x1000_0000 + count) count++;
    return count;
  });
}

describe('time', () => {
  test('REQ-SIM-120: a word is written 4 cycles after its request, one every 2 cycles', () => {
    const chip = rig();
    start(chip, 0, FROM, TO, 4, BOTH | chain(0));
    expect(arrivals(chip, [3, 4, 5, 6, 7, 8, 9, 10, 20])).toEqual([0, 1, 1, 2, 2, 3, 3, 4, 4]);
  });

  test('REQ-SIM-120: mend dma: a transfer takes time; without it none', () => {
    const at = (without: MendName[]): number[] => {
      const chip = rig(without);
      start(chip, 0, FROM, TO, 4, BOTH | chain(0));
      return arrivals(chip, [1, 20]);
    };
    expect(at([])).toEqual([0, 4]);
    expect(at(['dma'])).toEqual([4, 4]);
  });

  test('REQ-SIM-120: the core reads addresses, counts and BUSY in between, and writes for the next start', () => {
    const chip = rig();
    start(chip, 0, FROM, TO, 8, BOTH | chain(0));
    chip.run(7);
    const read = (offset: number): number => chip.read32(channel(0) + offset);
    expect([read(0) - FROM, read(4) - TO, read(8), read(0xc) & BUSY]).toEqual([8, 8, 6, BUSY]);
    chip.write32(channel(0) + 8, 3);
    expect([read(8), chip.read32(DMA + 0x804)]).toEqual([6, 3]);
    chip.run(40);
    expect([read(8), read(0xc) & BUSY]).toEqual([0, 0]);
    chip.write32(DMA + 0x430, 1);
    expect(read(8)).toBe(3);
  });

  test('REQ-SIM-120: channels take turns, a high priority goes first', () => {
    const order = (controls: number[]): number[] => {
      const chip = rig();
      for (const [i, control] of controls.entries()) {
        start(chip, i, FROM + 0x40 * i, TO + 0x40 * i, 3, (BOTH & ~EN) | control | chain(i));
      }
      for (const i of controls.keys()) chip.write32(channel(i) + 0x10, (BOTH | controls[i] | chain(i)) >>> 0);
      chip.write32(DMA + 0x430, 3);
      const seen: number[] = [];
      const left = controls.map(() => 3);
      for (let cycle = 1; cycle < 30; cycle++) {
        chip.run(cycle);
        for (const i of controls.keys()) {
          const now = chip.read32(channel(i) + 8);
          if (now !== left[i]) seen.push(i);
          left[i] = now;
        }
      }
      return seen;
    };
    expect(order([0, 0])).toEqual([1, 0, 1, 0, 1, 0]);
    expect(order([HIGH, 0])).toEqual([0, 0, 0, 1, 1, 1]);
  });

  test('REQ-SIM-120: a request is never answered with more than the FIFO has room for', () => {
    const chip = rig();
    start(chip, 0, FROM, PIO0 + 0x10, 10, EN | WORDS | INCR_READ | chain(0));
    chip.run(100);
    expect(chip.read32(PIO0 + 0x0c) & 15).toBe(4);
    expect(chip.read32(PIO0 + 0x08)).toBe(0);
    expect(chip.read32(channel(0) + 8)).toBe(6);
    chip.write32(PIO0 + 0xd8, 0x8080);
    chip.run(103);
    expect(chip.read32(channel(0) + 8)).toBe(6);
    chip.run(104);
    expect(chip.read32(channel(0) + 8)).toBe(5);
  });
});

describe('sequences', () => {
  test('REQ-SIM-121: sizes, byte swap and rings', () => {
    const chip = rig();
    start(chip, 0, FROM, TO, 2, EN | HALVES | INCR_READ | INCR_WRITE | PERMANENT | BSWAP | chain(0));
    chip.run(30);
    expect(ramWord(chip, TO)).toBe(0x0010_0000);
    start(chip, 1, FROM + 8, TO + 0x100, 6, BOTH | chain(1) | (4 << 6));
    chip.run(60);
    expect([0, 1, 2, 3, 4, 5].map((i) => ramWord(chip, TO + 0x100 + 4 * i) & 15)).toEqual([2, 3, 0, 1, 2, 3]);
    start(chip, 2, FROM, TO + 0x200, 6, BOTH | chain(2) | (4 << 6) | (1 << 10));
    chip.run(90);
    expect([0, 1, 2, 3].map((i) => ramWord(chip, TO + 0x200 + 4 * i) & 15)).toEqual([4, 5, 2, 3]);
    start(chip, 3, FROM, TO + 0x300, 3, EN | INCR_READ | INCR_WRITE | PERMANENT | chain(3));
    chip.run(120);
    expect(ramWord(chip, TO + 0x300)).toBe(ramWord(chip, FROM) & 0xff_ffff);
  });

  test('REQ-SIM-121: an end chains and interrupts, a null trigger interrupts only a quiet channel', () => {
    const HANDLER = CODE + 0x200;
    const { chip } = bareChip([t.WFI, t.branch(-1)], {}, { [16 + 11]: HANDLER });
    putCode(chip, HANDLER, [t.bkpt(1), t.BX_LR]);
    const taken: number[] = [];
    chip.onBreak = () => {
      taken.push(chip.cycle);
      chip.write32(DMA + 0x40c, 0xfff);
    };
    for (let i = 0; i < 8; i++) putWord(chip, FROM + 4 * i, 0x1000_0000 + i);
    chip.write32(NVIC_ISER, 1 << 11);
    chip.write32(DMA + 0x404, 0b110);
    start(chip, 1, FROM + 4, TO + 4, 1, (BOTH & ~EN) | chain(1));
    chip.write32(channel(1) + 0x10, BOTH | chain(1));
    start(chip, 0, FROM, TO, 1, BOTH | chain(1));
    chip.run(100);
    expect(ramWord(chip, TO + 4)).toBe(0x1000_0001);
    expect(taken).toEqual([8 + 15]);
    chip.write32(channel(1) + 0x1c, 0);
    expect(chip.read32(DMA + 0x400) & 2).toBe(0);
    chip.write32(channel(2) + 0x10, EN | QUIET | chain(2));
    chip.write32(channel(2) + 0x1c, 0);
    expect(chip.read32(DMA + 0x40c)).toBe(4);
  });

  test('REQ-SIM-121: an abort lets words in flight through, clears the count, and neither chains nor interrupts', () => {
    const chip = rig();
    chip.write32(channel(1) + 0x10, BOTH | chain(1));
    chip.write32(channel(1) + 8, 1);
    start(chip, 0, FROM, TO, 50, BOTH | chain(1));
    // Granted at 11, to be written at 14.
    chip.run(12);
    const written = (): number => (chip.read32(channel(0) + 4) - TO) / 4;
    const before = written();
    chip.write32(DMA + 0x444, 1);
    expect(chip.read32(DMA + 0x444)).toBe(1);
    chip.run(20);
    expect(chip.read32(DMA + 0x444)).toBe(0);
    expect(written()).toBe(before + 1);
    chip.run(100);
    expect([written(), chip.read32(channel(0) + 8), chip.read32(DMA + 0x400)]).toEqual([before + 1, 0, 0]);
    expect(chip.read32(channel(0) + 0xc) & BUSY).toBe(0);
  });

  test('REQ-SIM-121: a bad address halts the channel with its error bits, which a one clears', () => {
    const chip = rig();
    start(chip, 0, 0x3000_0000, TO, 2, BOTH | chain(0));
    chip.run(20);
    const control = (): number => chip.read32(channel(0) + 0xc) >>> 24;
    expect(control()).toBe(0xc0);
    chip.write32(channel(0) + 0x10, (BOTH | chain(0) | (1 << 30)) >>> 0);
    expect(control()).toBe(0);
    start(chip, 0, FROM, 0x1000_0000, 2, BOTH | chain(0));
    chip.run(40);
    expect(control()).toBe(0xa0);
  });

  test('REQ-SIM-121: requests and options that are not modelled fault', () => {
    const chip = rig();
    expect(() => chip.write32(channel(0) + 0x10, EN | (24 << 15))).toThrow();
    expect(() => chip.write32(channel(0) + 0x10, EN | (1 << 23))).toThrow();
    expect(() => chip.read32(DMA + 0x434)).toThrow();
  });
});
