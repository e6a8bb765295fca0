// A PIO's instructions one by one: the cycle at which each takes effect (datasheet 3.4 and 3.5).

import { describe, expect, test } from 'vitest';
import type { Chip, MendName } from '../../sim/machine/pico/chip/index.ts';
import {
  bareChip,
  CODE,
  NVIC_ISER,
  PIO0,
  PIO1,
  putCode,
  type Recorder,
  selectPins,
} from './fixtures/pico-chip.ts';
import * as p from './fixtures/pico-programs.ts';
import * as t from './fixtures/pico-thumb.ts';

const PIN = 2;
const SET_PINS_1 = 0xe001;
const SET_PINS_0 = 0xe000;
const NOP = 0xa042;
const PULL_BLOCK = 0x80a0;
const PUSH_BLOCK = 0x8020;
const WRAP_TOP = (top: number, bottom = 0): number => (top << 12) | (bottom << 7);

interface Rig {
  readonly chip: Chip;
  readonly recorder: Recorder;
  put(offset: number, value: number): void;
  get(offset: number): number;
  /** Cycles since the start at which the pads changed, and their levels. */
  changes(): [number, number][];
}

/** A chip with pins 2–9 as outputs of PIO0, and `program` in state machine 0 (not yet started). */
function rig(program: readonly number[], without: MendName[] = [], pioBase = PIO0, collapse = false): Rig {
  const { chip, recorder } = bareChip([t.HANG], { without, collapse });
  // The core sleeps: runs end exactly where they are told to.
  chip.rp2040.core.waiting = true;
  selectPins(chip, [2, 3, 4, 5, 6, 7, 8, 9], pioBase === PIO0 ? 6 : 7);
  const put = (offset: number, value: number): void => chip.write32(pioBase + offset, value >>> 0);
  const get = (offset: number): number => chip.read32(pioBase + offset);
  p.loadProgram(chip, pioBase, program);
  for (const base of [2, 6]) {
    put(p.pinctrl(0), (4 << 26) | (base << 5));
    put(p.smInstr(0), 0xe08f);
  }
  put(p.pinctrl(0), (1 << 26) | (PIN << 5) | (1 << 20) | PIN);
  put(p.execctrl(0), WRAP_TOP(Math.max(0, program.length - 1)));
  recorder.calls.length = 0;
  const changes = (): [number, number][] =>
    recorder.of('pio').map(([, cycle, values]) => [cycle, (values >> PIN) & 0xff]);
  return { chip, recorder, put, get, changes };
}

/** Starts state machine 0 at cycle 0, whose first instruction runs at cycle 1. */
function started(program: readonly number[], prepare: (rig: Rig) => void = () => {}): Rig {
  const it = rig(program);
  prepare(it);
  it.put(p.CTRL, 1);
  return it;
}

describe('timing', () => {
  test('REQ-SIM-115: one instruction a cycle, delays added, wrap for nothing', () => {
    const it = started([SET_PINS_1, SET_PINS_0 | (3 << 8)]);
    it.chip.run(14);
    expect(it.changes()).toEqual([
      [1, 1],
      [2, 0],
      [6, 1],
      [7, 0],
      [11, 1],
      [12, 0],
    ]);
  });

  test.each([
    ['2', 0x0002_0000, [2, 4, 6, 8, 10]],
    ['1.5', 0x0001_8000, [1, 3, 4, 6, 7]],
    ['2.25', 0x0002_4000, [2, 4, 6, 9, 11]],
    ['65536, written as 0', 0, [65_536, 131_072]],
  ])('REQ-SIM-115: a divider of %s gives ticks at floor(k · divisor)', (_name, divisor, cycles) => {
    const it = started([SET_PINS_1, SET_PINS_0], ({ put }) => put(p.clkdiv(0), divisor));
    it.chip.run(cycles[cycles.length - 1] + 1);
    expect(it.changes().map(([cycle]) => cycle)).toEqual(cycles);
  });

  test('REQ-SIM-115: CLKDIV_RESTART puts machines with the same divisor in step', () => {
    const it = rig([SET_PINS_1, SET_PINS_0]);
    for (const sm of [0, 1]) {
      it.put(p.clkdiv(sm), 5 << 16);
      it.put(p.execctrl(sm), WRAP_TOP(1));
      it.put(p.pinctrl(sm), (1 << 26) | ((PIN + sm) << 5));
      it.chip.run(it.chip.cycle + 3);
    }
    it.put(p.CTRL, 0x303);
    it.chip.run(it.chip.cycle + 30);
    expect(new Set(it.changes().map(([, values]) => values))).toEqual(new Set([0b11, 0]));
  });

  test('REQ-SIM-115: side-set and SET of one instruction are one change, side-set wins, and takes effect before a stall', () => {
    const it = started([SET_PINS_1 | 0x1000, PULL_BLOCK | 0x1000, SET_PINS_0], ({ put }) => {
      put(p.pinctrl(0), (1 << 29) | (1 << 26) | (PIN << 5) | ((PIN + 1) << 10));
    });
    it.chip.run(20);
    expect(it.changes()).toEqual([[1, 0b11]]);
    it.put(p.TXF, 0);
    it.chip.run(23);
    // Written at 20, pulled at 21, SET at 22 with its side-set of 0.
    expect(it.changes()[1]).toEqual([22, 0]);

    const over = started([SET_PINS_1, SET_PINS_1 | 0x1000], ({ put }) => {
      put(p.pinctrl(0), (1 << 29) | (1 << 26) | (PIN << 5) | (PIN << 10));
    });
    over.chip.run(3);
    expect(over.changes()).toEqual([
      [2, 1],
      [3, 0],
    ]);
  });

  test('REQ-SIM-115: side-set with its enable bit leaves pins alone, and takes one bit of delay more', () => {
    const it = started([0xa042 | 0x1800, 0xa042 | 0x0100, 0xa042 | 0x1000], ({ put }) => {
      put(p.pinctrl(0), (2 << 29) | (PIN << 10));
      put(p.execctrl(0), WRAP_TOP(2) | (1 << 30));
    });
    it.chip.run(6);
    expect(it.changes()).toEqual([
      [1, 1],
      [4, 0],
      [5, 1],
    ]);
  });

  test('REQ-SIM-115: disabling freezes a machine in its delay; a restart ends the delay', () => {
    const it = started([SET_PINS_1 | (10 << 8), SET_PINS_0]);
    it.chip.run(5);
    it.put(p.CTRL, 0);
    it.chip.run(50);
    it.put(p.CTRL, 1);
    it.chip.run(70);
    // At 5 seven cycles were left of the eleven.
    expect(it.changes()[1][0]).toBe(57);
    const restarted = started([SET_PINS_1 | (10 << 8), SET_PINS_0]);
    restarted.chip.run(5);
    const at = restarted.chip.cycle;
    restarted.put(p.CTRL, 0x11);
    restarted.chip.run(20);
    expect(restarted.changes()[1][0]).toBe(at + 1);
  });
});

describe('stalls', () => {
  test('REQ-SIM-116: a word written at a cycle is pulled in the next one; FDEBUG shows the stall again while it lasts', () => {
    const it = started([PULL_BLOCK, 0x6001, NOP], ({ put }) => put(p.shiftctrl(0), 1 << 19));
    it.chip.run(10);
    expect(it.get(p.FDEBUG)).toBe(1 << 24);
    it.put(p.FDEBUG, 1 << 24);
    expect(it.get(p.FDEBUG)).toBe(1 << 24);
    it.put(p.TXF, 1);
    it.put(p.FDEBUG, 1 << 24);
    it.chip.run(14);
    expect(it.changes()).toEqual([[12, 1]]);
    expect(it.get(p.FLEVEL) & 15).toBe(0);
  });

  test('REQ-SIM-116: machines see each other’s flags a cycle late, and WAIT clears the flag that it waited for', () => {
    const it = rig([0xc004, 0xa042 | (7 << 8), 0x20c4, SET_PINS_1, SET_PINS_0]);
    it.put(p.execctrl(0), WRAP_TOP(1));
    it.put(p.execctrl(1), WRAP_TOP(4, 2));
    it.put(p.pinctrl(1), (1 << 26) | (PIN << 5));
    it.put(p.smInstr(1), 2);
    it.put(p.CTRL, 3);
    it.chip.run(14);
    // IRQ 4 is set at 1, seen at 2; then SET at 3 and 4. Again at 10.
    expect(it.changes()).toEqual([
      [3, 1],
      [4, 0],
      [12, 1],
      [13, 0],
    ]);
    expect(it.get(p.IRQ)).toBe(0);
  });

  test('REQ-SIM-116: IRQ with wait goes on in the cycle after its flag is cleared; relative numbers wrap at four', () => {
    const it = started([0xc020, SET_PINS_1]);
    it.chip.run(9);
    expect(it.get(p.IRQ)).toBe(1);
    it.put(p.IRQ, 1);
    it.chip.run(12);
    // Cleared at 9, so IRQ is done at 10 and SET runs at 11.
    expect(it.changes()).toEqual([[11, 1]]);
    const relative = rig([0xc000 | 0x10 | 3]);
    relative.put(p.smInstr(2), 0xc010 | 3);
    expect(relative.get(p.IRQ)).toBe(1 << 1);
  });

  test('REQ-SIM-116: an input is seen two cycles late, at once where the synchroniser is bypassed', () => {
    for (const [bypass, cycle] of [
      [0, 12],
      [1 << 20, 11],
    ]) {
      const it = started([0x2080 | 20, SET_PINS_1], ({ put }) => put(0x38, bypass));
      it.chip.run(9);
      it.chip.setPin(20, true);
      const at = it.chip.cycle;
      it.chip.run(20);
      expect(it.changes()).toEqual([[at - 9 + cycle, 1]]);
    }
  });

  test('REQ-SIM-116: a full RX FIFO stalls PUSH and IN with autopush, which shifts once', () => {
    const it = started([0x4021, 0xa042], ({ put }) => {
      put(p.shiftctrl(0), (1 << 16) | (1 << 18) | (1 << 20));
      put(p.smInstr(0), 0xe025);
    });
    it.chip.run(40);
    expect(it.get(p.FSTAT) & 1).toBe(1);
    expect(it.get(p.FDEBUG) & 1).toBe(1);
    const words = Array.from({ length: 6 }, () => {
      const word = it.get(p.RXF);
      it.chip.run(it.chip.cycle + 8);
      return word;
    });
    expect(words.map((word) => word >>> 31)).toEqual([1, 1, 1, 1, 1, 1]);
    const lost = started([0x8000, 0xa042]);
    lost.chip.run(20);
    expect(lost.get(p.FDEBUG) & 1).toBe(1);
    expect((lost.get(p.FLEVEL) >> 4) & 15).toBe(4);
  });
});

describe('OUT and autopull', () => {
  test('REQ-SIM-117: OSR is refilled in the cycle that empties it: OUT 32 runs every cycle', () => {
    const it = started([0x6001, 0x607f], ({ put }) => {
      put(p.shiftctrl(0), (1 << 17) | (1 << 19));
      for (const word of [1, 0, 1, 0]) put(p.TXF, word);
    });
    it.chip.run(12);
    // The first word is pulled in cycle 1, where OUT stalls, or earlier by itself; a word takes two cycles from then on.
    const cycles = it.changes().map(([cycle]) => cycle);
    expect(cycles.slice(1).map((cycle, i) => cycle - cycles[i])).toEqual([2, 2, 2]);
    expect(cycles[0]).toBe(2);
  });

  test('REQ-SIM-117: an empty OSR is filled in one cycle and shifted in another; a word may come between two OUTs', () => {
    const it = started([0x6001, SET_PINS_0], ({ put }) =>
      put(p.shiftctrl(0), (1 << 17) | (1 << 19) | (1 << 25)),
    );
    it.chip.run(9);
    it.put(p.TXF, 1);
    it.chip.run(20);
    expect(it.changes()).toEqual([
      [11, 1],
      [12, 0],
    ]);
    const between = started([SET_PINS_0, NOP | (15 << 8), 0x6001], ({ put }) =>
      put(p.shiftctrl(0), (1 << 17) | (1 << 19) | (1 << 25)),
    );
    between.chip.run(5);
    between.put(p.TXF, 1);
    between.chip.run(7);
    expect(between.get(p.FLEVEL) & 15).toBe(0);
    between.chip.run(30);
    expect(between.changes()[0]).toEqual([18, 1]);
  });

  test('REQ-SIM-117: the refill does not wait for OUT, whatever else runs in its cycle, a counting loop included', () => {
    for (const collapse of [true, false]) {
      const busy = started([NOP, NOP, NOP, NOP], ({ put }) => put(p.shiftctrl(0), 1 << 17));
      busy.chip.run(9);
      busy.put(p.TXF, 1);
      busy.chip.run(10);
      expect(busy.get(p.FLEVEL) & 15).toBe(0);
      const counting = rig([0x20c4, 0x0041, NOP], [], PIO0, collapse);
      counting.put(p.smInstr(0), 0xe03f);
      counting.put(p.shiftctrl(0), 1 << 17);
      counting.put(p.CTRL, 1);
      counting.chip.run(9);
      counting.put(p.IRQ_FORCE, 16);
      counting.chip.run(10);
      // WAIT is done at 10, the loop begins at 11.
      counting.put(p.TXF, 1);
      counting.chip.run(12);
      expect(counting.get(p.FLEVEL) & 15).toBe(0);
    }
  });

  test('REQ-SIM-117: shifts go both ways, MOV inverts and reverses, OUT EXEC runs what it shifts, without its delay', () => {
    const it = rig([]);
    const forced = (opcode: number): void => it.put(p.smInstr(0), opcode);
    const result = (...opcodes: number[]): number => {
      for (const opcode of opcodes) forced(opcode);
      forced(PUSH_BLOCK);
      return it.get(p.RXF);
    };
    const load = (word: number): void => {
      it.put(p.TXF, word);
      forced(0x8080);
    };
    load(0x8000_00f1);
    it.put(p.shiftctrl(0), 0);
    expect(result(0x60c4)).toBe(8);
    it.put(p.shiftctrl(0), 3 << 18);
    load(0x8000_00f1);
    expect(result(0x60c4)).toBe(1);
    expect(result(0xa0c7)).toBe(0x0800_000f);
    expect(result(0xa0cf)).toBe(~0x0800_000f >>> 0);
    expect(result(0xa0d7)).toBe(0xf000_0010);
    load(SET_PINS_1);
    forced(0x60f0);
    it.chip.run(it.chip.cycle + 4);
    expect(it.changes().at(-1)?.[1]).toBe(1);
  });

  test('REQ-SIM-117: JMP takes every condition of table 3.4.2; PULL without block copies X', () => {
    const it = rig([]);
    const jumps = (condition: number, x: number, y: number): boolean => {
      it.put(p.smInstr(0), 0xe020 | x);
      it.put(p.smInstr(0), 0xe040 | y);
      it.put(p.smInstr(0), 0);
      it.put(p.smInstr(0), (condition << 5) | 9);
      return it.get(p.smAddr(0)) === 9;
    };
    expect([0, 1, 2, 3, 4, 5].map((condition) => jumps(condition, 0, 1))).toEqual([
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    expect([0, 1, 2, 3, 4, 5].map((condition) => jumps(condition, 1, 1))).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
    it.chip.setPin(20, true);
    it.put(p.execctrl(0), 20 << 24);
    it.chip.run(it.chip.cycle + 10);
    expect(jumps(6, 0, 0)).toBe(true);
    it.put(p.smInstr(0), 0xe033);
    it.put(p.smInstr(0), 0x8080);
    it.put(p.smInstr(0), 0xa0c7);
    it.put(p.smInstr(0), PUSH_BLOCK);
    expect(it.get(p.RXF)).toBe(0x13);
    expect(it.get(p.FDEBUG)).toBe(0);
  });
});

describe('FIFOs and flags', () => {
  test('REQ-SIM-118: a joined FIFO is 8 deep and its twin none; a change of the join empties both', () => {
    const it = rig([]);
    const fill = (): number => {
      for (let i = 0; i < 9; i++) it.put(p.TXF, i);
      return it.get(p.FLEVEL) & 15;
    };
    expect(fill()).toBe(4);
    expect(it.get(p.FDEBUG) & (1 << 16)).toBe(1 << 16);
    it.put(p.shiftctrl(0), 1 << 30);
    expect(it.get(p.FLEVEL) & 0xff).toBe(0);
    expect(fill()).toBe(8);
    expect(it.get(p.FSTAT) & 0x0101_0101).toBe(0x0001_0101);
    it.put(p.shiftctrl(0), 1 << 31);
    expect(fill()).toBe(0);
    expect(it.get(p.FSTAT) & 0x0101_0101).toBe(0x0101_0100);
    expect([it.get(p.RXF), it.get(p.FDEBUG) & (1 << 8)]).toEqual([0, 1 << 8]);
  });

  test('REQ-SIM-118: MOV STATUS compares the chosen level', () => {
    const it = rig([]);
    const status = (): number => {
      it.put(p.smInstr(0), 0xa0c5);
      it.put(p.smInstr(0), PUSH_BLOCK);
      return it.get(p.RXF);
    };
    it.put(p.execctrl(0), 1);
    expect(status()).toBe(0xffff_ffff);
    it.put(p.TXF, 0);
    expect(status()).toBe(0);
    it.put(p.execctrl(0), 2);
    expect(status()).toBe(0xffff_ffff);
    it.put(p.execctrl(0), 16 | 1);
    expect(status()).toBe(0xffff_ffff);
  });

  test('REQ-SIM-118: a forced instruction that stalls stays until it is done, and EXECCTRL says so', () => {
    const it = rig([]);
    it.put(p.smInstr(0), PULL_BLOCK);
    expect(it.get(p.execctrl(0)) >>> 31).toBe(1);
    expect(it.get(p.smInstr(0))).toBe(PULL_BLOCK);
    it.put(p.TXF, 77);
    it.chip.run(it.chip.cycle + 3);
    expect(it.get(p.execctrl(0)) >>> 31).toBe(0);
    expect(it.get(p.FLEVEL)).toBe(0);
  });

  test('REQ-SIM-118: a forced jump ends a stall: the machine goes on from there in the next cycle', () => {
    const it = started([PULL_BLOCK, NOP, SET_PINS_1]);
    it.chip.run(10);
    const at = it.chip.cycle;
    it.put(p.smInstr(0), 2);
    it.chip.run(20);
    expect(it.changes()).toEqual([[at + 1, 1]]);
  });

  test('REQ-SIM-118: flags 0–3 and levels interrupt the core by both lines', () => {
    const HANDLER = CODE + 0x200;
    for (const line of [0, 1]) {
      const { chip } = bareChip([t.HANG], {}, { [16 + 7 + line]: HANDLER });
      putCode(chip, HANDLER, [t.bkpt(1), t.HANG]);
      let taken = 0;
      chip.onBreak = () => {
        taken = chip.cycle;
      };
      chip.write32(NVIC_ISER, 1 << (7 + line));
      chip.write32(PIO0 + p.IRQ0_INTE + 12 * line, 1 << 8);
      p.loadProgram(chip, PIO0, [NOP | (10 << 8), 0xc000]);
      chip.write32(PIO0 + p.execctrl(0), WRAP_TOP(1));
      chip.write32(PIO0 + p.CTRL, 1);
      chip.run(100);
      // The flag is set at 12; entry takes 15 cycles, and the branch of 2 that is under way ends first.
      expect(taken - 12).toBeGreaterThanOrEqual(15);
      expect(taken - 12).toBeLessThanOrEqual(16);
      expect(chip.read32(PIO0 + 0x128) & 0xf00).toBe(0x100);
    }
  });

  test('REQ-SIM-118: PIO1 is the same, on pins of its own', () => {
    const it = rig([SET_PINS_1, SET_PINS_0], [], PIO1);
    it.put(p.CTRL, 1);
    it.chip.run(4);
    expect(it.changes().map(([cycle]) => cycle)).toEqual([1, 2, 3, 4]);
  });
});

test('REQ-SIM-125: mend pio: pins change in simulated time; without it nothing of a delay of 3 cycles is seen', () => {
  const gaps = (without: MendName[]): number[] => {
    const it = rig([SET_PINS_1, SET_PINS_0 | (3 << 8)], without);
    it.put(p.CTRL, 1);
    it.chip.run(20);
    if (without.length > 0) it.put(p.CTRL, 0);
    return it.changes().map(([cycle]) => cycle);
  };
  expect(gaps([])).toEqual([1, 2, 6, 7, 11, 12, 16, 17]);
  expect(gaps(['pio'])).toEqual([]);
});
