// The µs timer, the watchdog and the converter: everything that happens by the clock alone.

import { describe, expect, test } from 'vitest';
import type { MendName } from '../../sim/machine/pico/chip/index.ts';
import { ADC, type Bare, bareChip, CODE, NVIC_ISER, putCode, TIMER, WATCHDOG } from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';

const US = 125;

interface Rig extends Bare {
  put(address: number, value: number): void;
  get(address: number): number;
}

/** The core sleeps, so that runs end exactly where they are told to. */
function rig(without: MendName[] = []): Rig {
  const bare = bareChip([t.HANG], { without });
  bare.chip.rp2040.core.waiting = true;
  return {
    ...bare,
    put: (address, value) => bare.chip.write32(address, value),
    get: (address) => bare.chip.read32(address),
  };
}

describe('timer', () => {
  test('REQ-SIM-124: reads are whole µs, rounded down; the high word is latched by a read of the low one', () => {
    const it = rig();
    it.chip.run(10 * US - 1);
    expect(it.get(TIMER + 0x28)).toBe(9);
    it.chip.run(10 * US);
    expect(it.get(TIMER + 0x28)).toBe(10);
    it.put(TIMER + 4, 0xffff_fffe);
    it.put(TIMER, 7);
    expect([it.get(TIMER + 0x0c), it.get(TIMER + 8)]).toEqual([0xffff_fffe, 7]);
    it.chip.run(12 * US);
    expect([it.get(TIMER + 8), it.get(TIMER + 0x0c), it.get(TIMER + 8)]).toEqual([7, 0, 8]);
    expect([it.get(TIMER + 0x28), it.get(TIMER + 0x24)]).toEqual([0, 8]);
  });

  test('REQ-SIM-124: mend timer: an alarm fires at its µs exactly; rp2040js is up to 1 µs early', () => {
    const fired = (without: MendName[]): number => {
      const it = rig(without);
      it.put(TIMER + 0x38, 1);
      // Half a µs in.
      it.chip.run(62);
      it.put(TIMER + 0x10, 10);
      for (let cycle = 63; cycle < 1400; cycle++) {
        it.chip.run(cycle);
        if (it.get(TIMER + 0x34) !== 0) return cycle;
      }
      return -1;
    };
    expect(fired([])).toBe(1250);
    expect(fired(['timer'])).toBe(1187);
  });

  test('REQ-SIM-124: alarms interrupt by lines of their own, are disarmed by a one, wrap, and fire at once for the present µs', () => {
    const HANDLER = CODE + 0x200;
    const { chip } = bareChip([t.WFI, t.branch(-1)], {}, { 18: HANDLER });
    putCode(chip, HANDLER, [t.bkpt(1), t.BX_LR]);
    const taken: number[] = [];
    chip.onBreak = () => {
      taken.push(chip.cycle);
      chip.write32(TIMER + 0x34, 15);
    };
    chip.write32(NVIC_ISER, 1 << 2);
    chip.write32(TIMER + 0x38, 1 << 2);
    chip.write32(TIMER + 0x18, 20);
    chip.write32(TIMER + 0x14, 30);
    expect(chip.read32(TIMER + 0x20)).toBe(6);
    chip.write32(TIMER + 0x20, 2);
    expect(chip.read32(TIMER + 0x20)).toBe(4);
    chip.run(100 * US);
    expect(taken).toEqual([20 * US + 15]);
    expect(chip.read32(TIMER + 0x20)).toBe(0);
    chip.write32(TIMER + 0x18, 100);
    chip.run(101 * US);
    expect(taken).toHaveLength(2);
    chip.write32(TIMER + 0x18, 50);
    chip.run(200 * US);
    expect(chip.read32(TIMER + 0x20)).toBe(4);
    expect(taken).toHaveLength(2);
  });

  test('REQ-SIM-124: without the tick the timer stands still; a tick of 24 cycles halves it', () => {
    const it = rig();
    it.put(WATCHDOG + 0x2c, 0);
    it.chip.run(100 * US);
    expect(it.get(TIMER + 0x28)).toBe(0);
    it.put(WATCHDOG + 0x2c, 24 | (1 << 9));
    expect(it.get(WATCHDOG + 0x2c)).toBe(24 | (3 << 9));
    it.chip.run(200 * US);
    expect(it.get(TIMER + 0x28)).toBe(50);
  });
});

describe('watchdog', () => {
  test('REQ-SIM-124: mend watchdog: its counter falls by 2 a µs (RP2040-E1), not without a tick, and it bites once', () => {
    const it = rig();
    it.put(WATCHDOG + 4, 2 * 50_000);
    it.put(WATCHDOG, 1 << 30);
    it.chip.run(1000 * US);
    expect(it.get(WATCHDOG) & 0xff_ffff).toBe(98_000);
    it.chip.run(60_000 * US);
    expect(it.recorder.of('watchdog')).toEqual([['watchdog', 50_000 * US]]);
    expect([it.chip.isHalted, it.chip.cycle]).toEqual([true, 50_000 * US]);
    const counter = (without: MendName[]): number => {
      const still = rig(without);
      still.put(WATCHDOG + 0x2c, 0);
      still.put(WATCHDOG + 4, 1000);
      still.put(WATCHDOG, 1 << 30);
      // rp2040js starts with the tick on: as after a reset, nothing has been written to TICK yet.
      if (without.length > 0) still.put(WATCHDOG + 0x2c, 1 << 9);
      still.chip.run(100 * US);
      return still.get(WATCHDOG) & 0xff_ffff;
    };
    expect(counter([])).toBe(1000);
    expect(counter(['watchdog'])).toBe(800);
  });

  test('REQ-SIM-124: feeding it in time keeps it from biting; disabled it stands; TRIGGER bites at once', () => {
    const it = rig();
    it.put(WATCHDOG + 4, 200);
    it.put(WATCHDOG, 1 << 30);
    for (let i = 1; i <= 20; i++) {
      it.chip.run(i * 90 * US);
      it.put(WATCHDOG + 4, 200);
    }
    it.put(WATCHDOG, 0);
    it.chip.run(10_000 * US);
    expect(it.recorder.calls).toEqual([]);
    it.put(WATCHDOG, 0x8000_0000);
    expect(it.recorder.of('watchdog')).toEqual([['watchdog', 10_000 * US]]);
  });

  test('REQ-SIM-124: scratch registers are told, and outlive the reset with its reason', () => {
    const it = rig();
    it.chip.run(10);
    it.put(WATCHDOG + 0x0c, 0xdead_beef);
    it.put(WATCHDOG + 0x28, 7);
    expect(it.recorder.of('scratch')).toEqual([
      ['scratch', 10, 0, 0xdead_beef],
      ['scratch', 10, 7, 7],
    ]);
    expect(it.get(WATCHDOG + 8)).toBe(0);
    const next = bareChip([t.HANG], { startCycle: 5000, reason: 'watchdog', scratch: it.chip.scratch }).chip;
    expect([next.read32(WATCHDOG + 0x0c), next.read32(WATCHDOG + 0x28), next.read32(WATCHDOG + 8)]).toEqual([
      0xdead_beef, 7, 1,
    ]);
    expect(next.cycle).toBe(5000);
  });
});

describe('converter', () => {
  const CS = ADC;
  const RESULT = ADC + 4;
  const FCS = ADC + 8;
  const FIFO = ADC + 0x0c;
  const DIV = ADC + 0x10;
  const READY = 0x100;

  test('REQ-SIM-124: a conversion takes 250 cycles, and is told when it begins', () => {
    const it = rig();
    it.put(CS, 1);
    it.chip.run(100);
    it.put(CS, 1 | 4 | (3 << 12));
    it.chip.run(349);
    expect(it.get(CS) & READY).toBe(0);
    it.chip.run(350);
    expect([it.get(CS) & READY, it.get(RESULT)]).toEqual([READY, 300]);
    expect(it.recorder.of('adc')).toEqual([['adc', 100, 3]]);
  });

  test('REQ-SIM-124: mend adc: the round robin goes through the chosen channels; rp2040js stays on the first', () => {
    const channels = (without: MendName[]): number[] => {
      const it = rig(without);
      for (let i = 0; i < 5; i++) it.chip.rp2040.adc.channelValues[i] = 100 * i;
      it.put(FCS, 1);
      it.put(CS, 1 | 8 | (0b10110 << 16) | (1 << 12));
      return Array.from({ length: 6 }, (_, i) => {
        it.chip.run(251 * (i + 1));
        return it.get(FIFO) / 100;
      });
    };
    expect(channels([])).toEqual([1, 2, 4, 1, 2, 4]);
    expect(channels(['adc'])).toEqual([1, 0, 0, 0, 0, 0]);
  });

  test('REQ-SIM-124: DIV spaces conversions, with its fraction', () => {
    const it = rig();
    it.put(DIV, (191 << 8) | 128);
    it.put(CS, 9);
    it.chip.run(2600);
    const period = 192.5 * (125 / 48);
    expect(it.recorder.of('adc').map(([, cycle]) => cycle)).toEqual(
      [0, 1, 2, 3, 4, 5].map((i) => Math.ceil(i * period)).filter((c) => c <= 2600),
    );
  });

  test('REQ-SIM-124: the FIFO interrupts from its threshold on, ends when it is read, and flags what is lost', () => {
    const HANDLER = CODE + 0x200;
    const { chip } = bareChip([t.WFI, t.branch(-1)], {}, { [16 + 22]: HANDLER });
    putCode(chip, HANDLER, [t.bkpt(1), t.BX_LR]);
    const taken: number[] = [];
    const words: number[] = [];
    chip.onBreak = () => {
      taken.push(chip.cycle);
      for (let i = 0; i < 2; i++) words.push(chip.read32(FIFO));
    };
    chip.write32(NVIC_ISER, 1 << 22);
    chip.write32(FCS, 1 | (2 << 24));
    chip.write32(ADC + 0x18, 1);
    chip.write32(CS, 1 | 8 | (0b11 << 16));
    chip.run(1200);
    expect(taken).toEqual([500 + 15, 1000 + 15]);
    expect(words).toEqual([0, 100, 0, 100]);
    chip.write32(ADC + 0x18, 0);
    chip.run(4000);
    expect(chip.read32(FCS) & 0xf0f00).toBe((4 << 16) | 0x200 | 0x800);
    chip.write32(FCS, 1 | 0x800);
    for (let i = 0; i < 4; i++) chip.read32(FIFO);
    chip.write32(CS, 1);
    chip.read32(FIFO);
    expect(chip.read32(FCS) & 0xf0f00).toBe(0x100 | 0x400);
  });
});
