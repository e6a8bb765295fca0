// UART0: a PL011 with its line in exact time (ARM DDI0183, datasheet 4.2).

import { describe, expect, test } from 'vitest';
import type { MendName } from '../../sim/machine/pico/chip/index.ts';
import {
  type Bare,
  bareChip,
  CODE,
  DMA,
  NVIC_ISER,
  putCode,
  putWord,
  RAM,
  UART0,
} from './fixtures/pico-chip.ts';
import * as t from './fixtures/pico-thumb.ts';

const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
const RX = 16;
const TX = 32;
const RT = 64;
const OE = 1024;
const BUSY = 8;
const RXFE = 16;
const TXFF = 32;
const RXFF = 64;
const TXFE = 128;
const FEN = 0x70;
/** 125 MHz / 115,200 baud: 67 and 52/64, 1085 cycles a bit. */
const BIT = 16 * (67 + 52 / 64);
const BYTE = 10 * BIT;

interface Rig extends Bare {
  put(offset: number, value: number): void;
  get(offset: number): number;
}

function rig(lineControl = FEN, without: MendName[] = [], divisors = [67, 52]): Rig {
  const bare = bareChip([t.HANG], { without });
  bare.chip.rp2040.core.waiting = true;
  const put = (offset: number, value: number): void => bare.chip.write32(UART0 + offset, value);
  put(0x24, divisors[0]);
  put(0x28, divisors[1]);
  put(LCR_H, lineControl);
  put(CR, 0x301);
  return { ...bare, put, get: (offset) => bare.chip.read32(UART0 + offset) };
}

describe('sending', () => {
  test('REQ-SIM-122: bytes follow each other without a gap, 10 bits of 16 · (IBRD + FBRD/64) cycles, fractions carried', () => {
    const it = rig();
    for (let i = 0; i < 20; i++) it.put(DR, 0x41 + i);
    it.chip.run(30 * BYTE);
    expect(it.recorder.of('uart')).toEqual(
      Array.from({ length: 20 }, (_, i) => ['uart', Math.ceil(i * BYTE), 0x41 + i]),
    );
    const fraction = rig(FEN, [], [1, 1]);
    for (let i = 0; i < 9; i++) fraction.put(DR, i);
    fraction.chip.run(3000);
    expect(fraction.recorder.of('uart').map(([, cycle]) => cycle)).toEqual(
      Array.from({ length: 9 }, (_, i) => Math.ceil(i * 162.5)),
    );
  });

  test('REQ-SIM-122: mend uart: the second byte waits for the first one; without it there is no line', () => {
    const cycles = (without: MendName[]): number[] => {
      const it = rig(FEN, without);
      const seen: number[] = [];
      it.chip.rp2040.uart[0].onByte = () => seen.push(it.chip.cycle);
      it.put(DR, 1);
      it.put(DR, 2);
      it.chip.run(2 * BYTE);
      return [...seen, ...it.recorder.of('uart').map(([, cycle]) => cycle)];
    };
    expect(cycles([])).toEqual([0, BYTE]);
    expect(cycles(['uart'])).toEqual([0, 0]);
  });

  test('REQ-SIM-122: the flags show the FIFO of 32 and the shifter; a byte too many is lost', () => {
    const it = rig();
    expect(it.get(FR)).toBe(TXFE | RXFE);
    for (let i = 0; i < 32; i++) it.put(DR, i);
    expect(it.get(FR) & (TXFF | TXFE | BUSY)).toBe(BUSY);
    it.put(DR, 32);
    expect(it.get(FR) & (TXFF | TXFE | BUSY)).toBe(BUSY | TXFF);
    it.put(DR, 99);
    it.chip.run(33 * BYTE - 1);
    expect(it.get(FR) & (TXFF | TXFE | BUSY)).toBe(BUSY | TXFE);
    it.chip.run(33 * BYTE);
    expect(it.get(FR)).toBe(TXFE | RXFE);
    expect(it.recorder.of('uart').map(([, , byte]) => byte)).toEqual(Array.from({ length: 33 }, (_, i) => i));
  });

  test('REQ-SIM-122: without FIFOs one byte waits, and the interrupt comes when it moves on', () => {
    const it = rig(0x60);
    it.put(DR, 1);
    expect(it.get(RIS)).toBe(TX);
    it.put(DR, 2);
    expect([it.get(RIS), it.get(FR) & TXFF]).toEqual([0, TXFF]);
    it.put(DR, 3);
    it.chip.run(BYTE);
    expect([it.get(RIS), it.get(FR) & TXFF]).toEqual([TX, 0]);
    it.chip.run(5 * BYTE);
    expect(it.recorder.of('uart')).toHaveLength(2);
  });

  test('REQ-SIM-122: the TX interrupt is for the level’s coming down to its trigger, cleared by bytes above it or ICR', () => {
    const it = rig();
    it.put(IFLS, 0);
    expect(it.get(RIS)).toBe(0);
    for (let i = 0; i < 6; i++) it.put(DR, i);
    // One in the shifter, five wait; four wait when the next one starts.
    it.chip.run(BYTE - 1);
    expect(it.get(RIS)).toBe(0);
    it.chip.run(BYTE);
    expect(it.get(RIS)).toBe(TX);
    it.put(DR, 9);
    expect(it.get(RIS)).toBe(0);
    it.chip.run(2 * BYTE);
    expect(it.get(RIS)).toBe(TX);
    it.put(ICR, TX);
    it.chip.run(9 * BYTE);
    expect(it.get(RIS)).toBe(0);
  });

  test('REQ-SIM-122: divisors are taken over by LCR_H; bytes wait until the transmitter is on; frames may have 12 bits', () => {
    const it = rig();
    it.put(0x24, 1);
    it.put(0x28, 0);
    it.put(DR, 1);
    it.put(DR, 2);
    it.chip.run(2 * BYTE);
    expect(it.recorder.of('uart')[1][1]).toBe(BYTE);
    it.put(CR, 0x201);
    it.put(LCR_H, FEN | 0x0a);
    it.put(DR, 3);
    it.put(DR, 4);
    it.chip.run(4 * BYTE);
    expect(it.recorder.of('uart')).toHaveLength(2);
    it.put(CR, 0x301);
    it.chip.run(5 * BYTE);
    expect(
      it.recorder
        .of('uart')
        .slice(2)
        .map(([, cycle]) => cycle - 4 * BYTE),
    ).toEqual([0, 12 * 16]);
  });
});

describe('receiving', () => {
  test('REQ-SIM-123: the RX interrupt stands from its level on, until the FIFO is read below it', () => {
    const it = rig();
    it.put(IFLS, 0);
    for (let i = 0; i < 4; i++) {
      expect(it.get(RIS)).toBe(0);
      it.chip.receiveByte(0x80 + i);
    }
    expect([it.get(RIS), it.get(FR) & (RXFE | RXFF)]).toEqual([RX, 0]);
    expect(it.get(DR)).toBe(0x80);
    expect(it.get(RIS)).toBe(0);
    expect([it.get(DR), it.get(DR), it.get(DR), it.get(FR) & RXFE]).toEqual([0x81, 0x82, 0x83, RXFE]);
  });

  test('REQ-SIM-123: 32 bit periods without a byte are a timeout where bytes wait', () => {
    const it = rig();
    it.chip.receiveByte(1);
    it.chip.run(20 * BIT);
    it.chip.receiveByte(2);
    it.chip.run(52 * BIT - 1);
    expect(it.get(RIS)).toBe(0);
    it.chip.run(52 * BIT);
    expect(it.get(RIS)).toBe(RT);
    it.get(DR);
    expect(it.get(RIS)).toBe(RT);
    it.get(DR);
    expect(it.get(RIS)).toBe(0);
    it.chip.run(200 * BIT);
    expect(it.get(RIS)).toBe(0);
  });

  test('REQ-SIM-123: a byte for a full FIFO is lost: OE, in RSR and on the next byte that gets in', () => {
    const it = rig();
    for (let i = 0; i < 33; i++) it.chip.receiveByte(i);
    expect([it.get(RIS) & OE, it.get(RSR), it.get(FR) & RXFF]).toEqual([OE, 8, RXFF]);
    it.put(ICR, OE);
    it.put(RSR, 0);
    expect([it.get(RIS) & OE, it.get(RSR)]).toEqual([0, 0]);
    expect(it.get(DR)).toBe(0);
    it.chip.receiveByte(77);
    const rest = Array.from({ length: 32 }, () => it.get(DR));
    expect(rest).toEqual([...Array.from({ length: 31 }, (_, i) => i + 1), 77 | 0x800]);
    expect([it.get(RSR), it.get(FR) & RXFE]).toEqual([0, RXFE]);
  });

  test('REQ-SIM-123: a receiver that is off hears nothing; without FIFOs there is room for one', () => {
    const off = rig();
    off.put(CR, 0x101);
    off.chip.receiveByte(1);
    expect(off.get(FR) & RXFE).toBe(RXFE);
    const single = rig(0x60);
    single.chip.receiveByte(1);
    expect([single.get(RIS) & RX, single.get(FR) & RXFF]).toEqual([RX, RXFF]);
    single.chip.receiveByte(2);
    expect(single.get(RIS) & OE).toBe(OE);
  });

  test('REQ-SIM-123: the interrupt reaches the core in the cycle of the byte, masked by IMSC', () => {
    const HANDLER = CODE + 0x200;
    const { chip } = bareChip([t.WFI, t.branch(-1)], {}, { [16 + 20]: HANDLER });
    putCode(chip, HANDLER, [t.bkpt(1), t.BX_LR]);
    const taken: number[] = [];
    chip.onBreak = () => {
      taken.push(chip.cycle);
      expect(chip.read32(UART0 + DR)).toBe(0x55);
    };
    for (const [offset, value] of [
      [0x24, 67],
      [0x28, 52],
      [LCR_H, 0x60],
      [CR, 0x301],
      [IMSC, RX],
    ]) {
      chip.write32(UART0 + offset, value);
    }
    chip.write32(NVIC_ISER, 1 << 20);
    chip.run(1000);
    chip.receiveByte(0x55);
    chip.run(2000);
    expect(taken).toEqual([1000 + 15]);
    expect(chip.read32(UART0 + MIS)).toBe(0);
  });

  test('REQ-SIM-123: the DMA sends and receives where DMACR lets it', () => {
    const it = rig();
    for (let i = 0; i < 10; i++) putWord(it.chip, RAM + 0x4000 + 4 * i, i + 1);
    it.chip.write32(DMA + 0, RAM + 0x4000);
    it.chip.write32(DMA + 4, UART0 + DR);
    it.chip.write32(DMA + 8, 10);
    it.chip.write32(DMA + 0xc, 1 | (2 << 2) | (1 << 4) | (20 << 15));
    it.chip.run(1000);
    expect(it.recorder.of('uart')).toEqual([]);
    it.put(DMACR, 2);
    it.chip.run(20 * BYTE);
    expect(it.recorder.of('uart').map(([, , byte]) => byte)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
