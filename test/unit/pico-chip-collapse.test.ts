// PIO loops that are run in one go must look as if every instruction had been run by itself: random programs, random
// inputs, random accesses, once with and once without.

import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../sim/clock/random.ts';
import type { Chip } from '../../sim/machine/pico/chip/index.ts';
import {
  type Bare,
  bareChip,
  type Call,
  DMA,
  IO_BANK0,
  PIO0,
  PIO1,
  putWord,
  RAM,
  ramWord,
  SIO,
  selectPins,
} from './fixtures/pico-chip.ts';
import * as p from './fixtures/pico-programs.ts';
import * as t from './fixtures/pico-thumb.ts';

const SEEDS = 150;
/** Seeds that once failed. */
const PINNED = [625];
const CLOCK = 1 << 12;
const DATA = 1 << 13;

/** What a board can tell of the calls: data at rising edges of the clock, every change of other pins, in order. */
function timeline(calls: readonly Call[]): string[] {
  const seen: string[] = [];
  let clock = false;
  for (const call of calls) {
    if (call[0] === 'shift') {
      const [, cycle, word, count, period] = call;
      for (let i = 0; i < count; i++)
        seen.push(`${cycle + i * period} bit ${(word >>> (count - 1 - i)) & 1}`);
      clock = true;
    } else if (call[0] === 'pio' || call[0] === 'sio') {
      const [, cycle, values, changed] = call;
      const isHigh = (values & CLOCK) !== 0;
      if (isHigh && !clock) seen.push(`${cycle} bit ${values & DATA ? 1 : 0}`);
      clock = isHigh;
      const rest = changed & ~(CLOCK | DATA);
      if (rest !== 0) seen.push(`${cycle} pins ${rest} ${values & rest}`);
    } else seen.push(call.join(' '));
  }
  return seen;
}

/** Random instructions that touch neither the clock nor the data pin. */
function randomInstruction(random: RandomStream, length: number): number {
  const target = random.below(length);
  const kinds = [
    () => (random.below(8) << 5) | target,
    () => 0x2000 | (random.below(2) << 7) | (2 << 5) | random.below(8),
    () => 0x4000 | ((1 + random.below(3)) << 5) | random.below(32),
    () => 0x6000 | ([0, 1, 2, 3, 6][random.below(5)] << 5) | random.below(32),
    () => 0x8000 | (random.below(4) << 5),
    () => 0x8080 | (random.below(4) << 5),
    () =>
      0xa000 |
      ([0, 1, 2, 6, 7][random.below(5)] << 5) |
      (random.below(3) << 3) |
      [1, 2, 3, 5, 6, 7][random.below(6)],
    () => 0xc000 | (random.below(3) << 5) | random.below(8),
    () => 0xe000 | ([0, 1, 2][random.below(3)] << 5) | random.below(32),
    () => (random.chance(500_000) ? 0x40 : 0x80) | target,
  ];
  return kinds[random.below(kinds.length)]() | (random.chance(300_000) ? random.below(8) << 8 : 0);
}

/** A machine that shifts: CLOCK from side-set, DATA from OUT, loops of both kinds, an end that differs. */
function shifter(random: RandomStream): number[] {
  const delay = (): number => (random.below(3) === 0 ? 0 : random.below(4)) << 8;
  const counter = random.chance(800_000) ? 0x40 : 0x80;
  const start = random.chance(500_000) ? 0x20c4 : random.chance(500_000) ? 0x80a0 : 0xa042;
  const set = (counter === 0x40 ? 0xe020 : 0xe040) | random.below(32);
  const end = [0xa042, 0x6070, 0x60c0, 0x8020, counter | 4, 0xc000 | random.below(8)];
  return [start, set, 0x6001 | delay(), counter | 2 | 0x1000 | delay(), end[random.below(6)] | delay()];
}

function configure(chip: Chip, random: RandomStream): void {
  selectPins(chip, [2, 3, 4, 5, 6, 7, 8, 9, 12, 13], random.chance(950_000) ? 6 : 7);
  if (random.chance(500_000)) chip.write32(IO_BANK0 + 8 * 3 + 4, 5);
  const programs = [shifter(random), [1, 2, 3, 4, 5, 6].map(() => randomInstruction(random, 6))];
  if (random.chance(200_000))
    programs[1][random.below(6)] = [0x4001, 0x2000, 0x2081, 0x00c0, 0xa020][random.below(5)];
  for (const [sm, program] of programs.entries()) {
    const base = sm * 8;
    const words = program.map((word) => (word >> 13 === 0 ? word + base : word));
    p.loadProgram(chip, PIO0, words, base);
    const put = (offset: number, value: number): void => chip.write32(PIO0 + offset, value >>> 0);
    const pins =
      sm === 0
        ? [[12, 2]]
        : [
            [2, 4],
            [6, 4],
          ];
    for (const [from, count] of pins) {
      put(p.pinctrl(sm), (count << 26) | (from << 5));
      put(p.smInstr(sm), 0xe080 | ((1 << count) - 1));
    }
    put(p.execctrl(sm), ((base + program.length - 1) << 12) | (base << 7) | random.below(5) | (12 << 24));
    put(
      p.pinctrl(sm),
      sm === 0 ? (1 << 29) | (1 << 20) | (12 << 10) | 13 : (3 << 26) | (4 << 20) | (6 << 5) | 2,
    );
    put(
      p.clkdiv(sm),
      random.chance(600_000) ? 1 << 16 : ((1 + random.below(4)) << 16) | ((random.below(2) * 96) << 8),
    );
    put(
      p.shiftctrl(sm),
      (random.below(4) << 16) | (random.below(4) << 18) | (random.below(32) << 25) | (random.below(32) << 20),
    );
    put(p.smInstr(sm), base);
  }
  chip.write32(PIO0 + p.IRQ0_INTE, random.below(0x1000));
  putWord(chip, RAM + 0x3000, random.nextI32() >>> 0);
}

const LOG = RAM + 0x6000;
const LOG_WORDS = 256;

/**
 * What the core does meanwhile: it looks at pads, at registers of PIO0 and at the interrupts of pads, in a random order with
 * random pauses, and logs what it sees; it turns a pin of the SIO over, and tells a scratch register.
 */
function onlooker(random: RandomStream): number[] {
  const log = [t.str(0, 7), t.adds(7, 4), 0x4037];
  const steps = [
    [t.ldr(0, 1, 4), ...log],
    [t.ldr(0, 2, 0x3c), ...log],
    [t.ldr(0, 2, 0x0c), ...log],
    [t.ldr(0, 3, 0), ...log],
    [t.str(5, 1, 0x1c)],
    [t.str(7, 4)],
  ];
  const program: number[] = [];
  while (program.length < 40) {
    for (let i = random.below(3) * 9; i > 0; i--) program.push(t.NOP);
    if (random.chance(600_000)) program.push(...steps[random.below(6)]);
  }
  return [...program, t.branch(-program.length)];
}

/** r1 SIO, r2 PIO0, r3 INTR1, r4 a scratch register, r5 pin 3, r6 keeps r7 within the log. */
function prepareOnlooker(chip: Chip): void {
  const values = [0, SIO, PIO0, IO_BANK0 + 0xf4, 0x4005_800c, 8, LOG | (4 * LOG_WORDS - 1), LOG];
  for (const [i, value] of values.entries()) chip.rp2040.core.registers[i] = value;
  chip.write32(SIO + 0x20, 8);
}

/** One access from outside at the present cycle; what it reads belongs to what is compared. */
function poke(bare: Bare, random: RandomStream): string {
  const { chip } = bare;
  const sm = random.below(2);
  const write = (offset: number, value: number): string => {
    chip.write32(PIO0 + offset, value >>> 0);
    return '';
  };
  const read = (address: number): string =>
    `${chip.cycle} ${address.toString(16)}=${chip.read32(address).toString(16)}`;
  switch (random.below(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return write(p.TXF + 4 * sm, random.nextI32());
    case 4:
      return read(PIO0 + p.RXF + 4 * sm);
    case 5:
      return write(p.IRQ, random.below(256));
    case 6:
      return write(p.IRQ_FORCE, 16 | random.below(256));
    case 7:
      return write(p.smInstr(sm), randomInstruction(random, 6) + 8 * sm);
    case 8:
      return write(
        0,
        random.chance(700_000) ? 3 : random.below(4) | (random.below(4) << 4) | (random.below(4) << 8),
      );
    case 9:
      return read(PIO0 + p.smAddr(sm));
    case 10:
      return read(SIO + 4);
    case 11:
      return read(PIO0 + 0x3c);
    case 12:
      chip.setPin(20 + random.below(3), random.chance(500_000));
      return '';
    case 13:
      return read(PIO0 + [p.FSTAT, p.FDEBUG, p.FLEVEL, p.IRQ, 0x128][random.below(5)]);
    case 14:
      chip.write32(DMA + 0x10, 1 | (2 << 2) | (11 << 11) | (random.below(2) << 15));
      chip.write32(DMA, RAM + 0x3000);
      chip.write32(DMA + 4, PIO0 + p.TXF);
      chip.write32(DMA + 0x1c, 1 + random.below(20));
      return '';
    default:
      return read(IO_BANK0 + 0xf4);
  }
}

function story(seed: number, collapse: boolean): { seen: string[]; shifts: number } {
  const random = new RandomStream(seed, 'pio');
  const bare = bareChip(onlooker(random), { collapse, startCycle: 1000 });
  configure(bare.chip, random);
  prepareOnlooker(bare.chip);
  bare.recorder.calls.length = 0;
  const states: string[] = [];
  bare.chip.write32(PIO0, 3);
  for (let i = 0; i < 40; i++) {
    bare.chip.run(bare.chip.cycle + (random.chance(300_000) ? random.below(8) : random.below(600)));
    states.push(poke(bare, random));
  }
  for (let i = 0; i < LOG_WORDS; i++) states.push(ramWord(bare.chip, LOG + 4 * i).toString(16));
  const pending = bare.chip.rp2040.core.pendingInterrupts;
  return {
    seen: [...timeline(bare.recorder.calls), ...states, `pending ${pending}`],
    shifts: bare.recorder.of('shift').length,
  };
}

describe('loops in one go', () => {
  test(`REQ-SIM-114: ${SEEDS} random programs, inputs and accesses look the same with and without`, () => {
    let shifts = 0;
    for (const seed of [...Array.from({ length: SEEDS }, (_, i) => i + 1), ...PINNED]) {
      const fast = story(seed, true);
      const slow = story(seed, false);
      shifts += fast.shifts;
      const at = fast.seen.findIndex((line, i) => line !== slow.seen[i]);
      const differ = at < 0 ? '' : `seed ${seed}: "${fast.seen[at]}" and "${slow.seen[at]}" at ${at}`;
      expect([differ, fast.seen.length]).toEqual(['', slow.seen.length]);
      expect(slow.shifts).toBe(0);
    }
    expect(shifts).toBeGreaterThan(SEEDS);
  });

  test('REQ-SIM-114: cycles of calls never decrease', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = new RandomStream(seed, 'pio');
      const bare = bareChip([t.HANG]);
      configure(bare.chip, random);
      bare.chip.write32(PIO0, 3);
      for (let i = 0; i < 20; i++) {
        bare.chip.run(bare.chip.cycle + random.below(600));
        poke(bare, random);
      }
      const cycles = bare.recorder.calls.map(([, cycle]) => cycle);
      expect(cycles).toEqual(cycles.toSorted((a, b) => a - b));
    }
  });

  test('REQ-SIM-114: a shift that is cut off is told up to its last rising edge, and goes on from there', () => {
    const { chip, recorder } = bareChip([t.HANG]);
    selectPins(chip, [12, 13], 6);
    p.loadProgram(chip, PIO0, [0x6001 | 0x100, 0x0040 | 0x1100]);
    chip.write32(PIO0 + p.pinctrl(0), (2 << 26) | (12 << 5));
    chip.write32(PIO0 + p.smInstr(0), 0xe083);
    chip.write32(PIO0 + p.smInstr(0), 0xe03f);
    chip.write32(PIO0 + p.execctrl(0), 1 << 12);
    chip.write32(PIO0 + p.pinctrl(0), ((1 << 29) | (1 << 20) | (12 << 10) | 13) >>> 0);
    chip.write32(PIO0 + p.TXF, 0xf0f0_1234);
    chip.write32(PIO0 + p.smInstr(0), 0x80a0);
    chip.write32(PIO0, 1);
    const from = chip.cycle;
    chip.run(from + 22);
    // Rising edges at 3, 7, 11, 15 and 19; the last cycles before an access are run one by one.
    const edges = [0, 0, 1, 0, 1].map((bit, i) => `${from + 3 + 4 * i} bit ${bit}`);
    expect(timeline(recorder.calls)).toEqual(edges);
    expect(recorder.of('shift')).toEqual([['shift', from + 3, 0b0010, 4, 4]]);
    chip.write32(PIO0, 0);
    expect(chip.read32(PIO0 + p.smAddr(0))).toBe(1);
    chip.run(from + 1000);
    chip.write32(PIO0, 1);
    chip.run(from + 1012);
    expect(timeline(recorder.calls).filter((line) => line.includes('bit'))).toHaveLength(8);
  });
});

test('REQ-SIM-114: a machine that copies the clock and data pins sees every edge', () => {
  const copies = (collapse: boolean): unknown[] => {
    const { chip, recorder } = bareChip([t.HANG], { collapse });
    selectPins(chip, [2, 3, 12, 13], 6);
    p.loadProgram(chip, PIO0, [0x6001 | 0x100, 0x0040 | 0x1100, 0xa000]);
    const put = (offset: number, value: number): void => chip.write32(PIO0 + offset, value >>> 0);
    for (const base of [2, 12]) {
      put(p.pinctrl(0), (2 << 26) | (base << 5));
      put(p.smInstr(0), 0xe083);
    }
    put(p.pinctrl(0), (1 << 29) | (1 << 20) | (12 << 10) | 13);
    put(p.execctrl(0), 1 << 12);
    put(p.TXF, 0x5a5a_1234);
    for (const opcode of [0x80a0, 0xe03f, 0]) put(p.smInstr(0), opcode);
    put(p.pinctrl(1), (12 << 15) | (2 << 20) | 2);
    put(p.execctrl(1), (2 << 12) | (2 << 7));
    put(p.smInstr(1), 2);
    put(0, 3);
    chip.run(160);
    return recorder.of('pio').filter(([, , , changed]) => (changed & 0b1100) !== 0);
  };
  expect(copies(true)).toEqual(copies(false));
  expect(copies(false).length).toBeGreaterThan(40);
});

/** PIO1 is there for programs whose pins belong to it: nothing of PIO0 is then seen on the pads. */
test('REQ-SIM-114: pins that another PIO has are not told as shifts', () => {
  const { chip, recorder } = bareChip([t.HANG]);
  selectPins(chip, [12, 13], 7);
  const random = new RandomStream(5, 'pio');
  configure(chip, random);
  selectPins(chip, [12, 13], 7);
  recorder.calls.length = 0;
  chip.write32(PIO0 + p.TXF, 0x1234_5678);
  chip.write32(PIO0 + p.IRQ_FORCE, 16);
  chip.write32(PIO0, 1);
  chip.run(2000);
  expect(recorder.of('shift')).toEqual([]);
  expect(chip.read32(PIO1)).toBe(0);
});
