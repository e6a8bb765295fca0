// The board's two PIO programs, fed by its DMA chain: every edge at the cycle that counting instructions gives.

import { describe, expect, test } from 'vitest';
import { type Bare, bareChip, CODE, DMA, NVIC_ISER, PIO0, putCode } from './fixtures/pico-chip.ts';
import * as p from './fixtures/pico-programs.ts';
import * as t from './fixtures/pico-thumb.ts';

const PATTERN = (segment: number) => (word: number) => Math.imul(segment * 16 + word + 1, 0x9e37_79b9) >>> 0;
const SHIFTED_BITS = 272;
const BIT_CYCLES = 4;

interface Segment {
  readonly pins: number;
  readonly ticks: number;
  readonly irq?: number;
  readonly pad?: number;
}

/** Both programs and the DMA with these segments in its ring, started at cycle 0; the core sleeps. */
function rig(segments: readonly Segment[], collapse = true): Bare {
  const bare = bareChip([t.HANG], { collapse });
  const { chip } = bare;
  chip.rp2040.core.waiting = true;
  p.startPrograms(chip);
  p.prepareDma(chip);
  for (const [i, { pins, ticks, irq = 0, pad = 0 }] of segments.entries()) {
    p.putSegment(chip, i, p.record(PATTERN(i), p.stageWord(pins, ticks, irq, pad)));
  }
  p.startChain(chip);
  chip.write32(PIO0 + p.IRQ_FORCE, 16);
  bare.recorder.calls.length = 0;
  return bare;
}

/** What the board's shift register and latch see: bits at rising clock edges, levels of RUN at rising latch edges. */
function seen({ recorder }: Bare) {
  const bits: [cycle: number, bit: number][] = [];
  const latches: [cycle: number, run: number][] = [];
  const falls: number[] = [];
  const runs: [cycle: number, run: number][] = [];
  let before = 0;
  const runOf = (values: number): number => (values >> p.RUN) & 0x1ff;
  for (const call of recorder.calls) {
    if (call[0] === 'shift') {
      const [, cycle, word, count, period] = call;
      for (let i = 0; i < count; i++) bits.push([cycle + i * period, (word >>> (count - 1 - i)) & 1]);
      before |= 1 << p.CLOCK;
    } else if (call[0] === 'pio') {
      const [, cycle, values] = call;
      const rose = values & ~before;
      if (rose & (1 << p.CLOCK)) bits.push([cycle, (values >> p.DATA) & 1]);
      if (rose & (1 << p.LATCH)) latches.push([cycle, runOf(values)]);
      if (before & ~values & (1 << p.LATCH)) falls.push(cycle);
      if (runOf(values) !== runOf(before)) runs.push([cycle, runOf(values)]);
      before = values;
    }
  }
  return { bits, latches, falls, runs };
}

/** The bits of a record in the order in which they are shifted. */
function bitsOf(segment: number): number[] {
  const words = p.record(PATTERN(segment), 0);
  return Array.from({ length: SHIFTED_BITS }, (_, i) => (words[i >> 5] >>> (31 - (i & 31))) & 1);
}

/** From one LATCH to the next where a word waits: see the listing in fixtures/pico-programs.ts. */
function stageCycles({ ticks, irq = 0, pad = 0 }: Segment): number {
  return 4 + (ticks + 1) + 2 + irq + 1 + (ticks + 1) + 2 + (pad ? 1 : 0) + 2 + 1;
}

describe.each([true, false])('the board’s programs, collapsed: %s', (collapse) => {
  const segments: Segment[] = [
    { pins: 0x101, ticks: 1000, irq: 1 },
    { pins: 0x0ff, ticks: 700 },
    { pins: 0x003, ticks: 900, irq: 1, pad: 1 },
    { pins: 0x1aa, ticks: 800, pad: 1 },
  ];

  test('REQ-SIM-119: 272 bits a segment, 4 cycles each, in order, with the data of each record', () => {
    const bare = rig(segments, collapse);
    bare.chip.run(12_000);
    const { bits } = seen(bare);
    expect(bits.map(([, bit]) => bit)).toEqual([0, 1, 2, 3].flatMap(bitsOf));
    for (let i = 0; i < bits.length; i++) {
      const within = i % SHIFTED_BITS;
      expect(bits[i][0]).toBe(bits[i - within][0] + BIT_CYCLES * within);
    }
    expect(bare.recorder.of('shift').length > 0).toBe(collapse);
  });

  test('REQ-SIM-119: LATCH and RUN rise together, for two cycles, a segment’s length apart; the last one is held', () => {
    const bare = rig(segments, collapse);
    bare.chip.run(12_000);
    const { bits, latches, falls, runs } = seen(bare);
    expect(latches.map(([, run]) => run)).toEqual(segments.map(({ pins }) => pins));
    for (let i = 0; i < 3; i++) expect(latches[i + 1][0] - latches[i][0]).toBe(stageCycles(segments[i]));
    expect(falls).toEqual(latches.map(([cycle]) => cycle + 2));
    // IRQ 4 is raised 1 cycle after LATCH, seen in the next, X loaded in the next, and the clock rises after two of OUT.
    for (let i = 0; i < 3; i++)
      expect(bits[(i + 1) * SHIFTED_BITS][0]).toBe(latches[i][0] + 1 + 1 + 1 + 1 + 2);
    // The last bit's two cycles of high clock, OUT NULL, OUT ISR, PUSH at 5; then 4 of the DMA, PULL, OUT.
    expect(latches[0][0]).toBe(bits[SHIFTED_BITS - 1][0] + 2 + 2 + 4 + 2);
    // With nothing to pull the status says so, and SET changes the four low pins of RUN.
    const end = latches[3][0] + stageCycles(segments[3]) - 2;
    expect(runs.at(-1)).toEqual([end + 2, (segments[3].pins & ~15) | 4]);
  });

  test('REQ-SIM-119: IRQ 0 comes in the middle of a segment, at its cycle', () => {
    const HANDLER = CODE + 0x200;
    const bare = rig(segments, collapse);
    const { chip } = bare;
    chip.write32(0xe000_ed08, 0x2000_0000);
    putCode(chip, HANDLER, [t.bkpt(1), t.BX_LR]);
    putCode(chip, CODE, [t.WFI, t.branch(-1)]);
    chip.writeCode(0x2000_0000 + 4 * 23, (HANDLER | 1) & 0xffff);
    chip.writeCode(0x2000_0000 + 4 * 23 + 2, HANDLER >>> 16);
    const taken: number[] = [];
    chip.onBreak = () => {
      taken.push(chip.cycle);
      chip.write32(PIO0 + p.IRQ, 1);
    };
    chip.write32(NVIC_ISER, 1 << 7);
    chip.write32(PIO0 + p.IRQ0_INTE, 1 << 8);
    chip.run(12_000);
    const { latches } = seen(bare);
    const middle = (i: number): number => latches[i][0] + 4 + segments[i].ticks + 1 + 2;
    expect(taken).toEqual([0, 2].map((i) => middle(i) + 15));
  });
});

describe('the DMA chain', () => {
  const many = Array.from({ length: 20 }, (_, i) => ({ pins: i, ticks: 600 }));

  test('REQ-SIM-119: channel C counts the segments, a zero ends the chain with an interrupt, and it goes on where it stood', () => {
    const bare = rig(many);
    const { chip } = bare;
    const count = (): number => 0xffff_ffff - chip.read32(p.channel(2) + 8);
    chip.run(4000);
    expect(count() - seen(bare).latches.length).toBeOneOf([0, 1]);
    chip.run(60_000);
    expect(count()).toBe(20);
    expect(chip.read32(p.channel(0)) - p.SLOTS).toBe(4 * 21);
    expect(chip.read32(DMA + 0x400) & 2).toBe(2);
    p.putSegment(chip, 20, p.record(PATTERN(20), p.stageWord(0x55, 600)));
    p.putSegment(chip, 21, p.record(PATTERN(21), p.stageWord(0x66, 600)));
    chip.write32(p.channel(0), p.SLOTS + 4 * 20);
    p.startChain(chip);
    chip.run(70_000);
    expect(
      seen(bare)
        .latches.map(([, run]) => run)
        .slice(-2),
    ).toEqual([0x55, 0x66]);
  });

  test('REQ-SIM-119: the same run in pieces of any length is the same', () => {
    const whole = rig(many);
    whole.chip.run(50_000);
    const pieces = rig(many);
    for (let at = 0; at < 50_000; at += 1 + ((at * 7) % 97)) pieces.chip.run(at);
    pieces.chip.run(50_000);
    expect(seen(pieces)).toEqual(seen(whole));
  });
});
