// UART0, a PL011 (ARM DDI0183, datasheet 4.2), in place of rp2040js's, which sends in no time and receives without levels.
// Time is kept in quarters of a cycle: a bit lasts 16 · (IBRD + FBRD / 64) cycles, and fractions carry over.

import type { RP2040 } from 'rp2040js';
import type { Agenda, Part } from './agenda.ts';
import { Block } from './block.ts';

const DR = 0x00;
const RSR = 0x04;
const FR = 0x18;
const IBRD = 0x24;
const FBRD = 0x28;
const LCR_H = 0x2c;
const CR = 0x30;
const IFLS = 0x34;
const IMSC = 0x38;
const RIS = 0x3c;
const MIS = 0x40;
const ICR = 0x44;
const DMACR = 0x48;
const PERIPHERAL_ID = 0xfe0;
const IDS = [0x11, 0x10, 0x34, 0x00, 0x0d, 0xf0, 0x05, 0xb1];

const FR_BUSY = 8;
const FR_RXFE = 16;
const FR_TXFF = 32;
const FR_RXFF = 64;
const FR_TXFE = 128;
export const INT_RX = 16;
export const INT_TX = 32;
export const INT_RT = 64;
export const INT_OE = 1024;
const DR_OE = 1 << 11;
const RSR_OE = 8;
const LCR_FEN = 16;
const CR_UARTEN = 1;
const CR_TXE = 0x100;
const CR_RXE = 0x200;
const CR_RESET = CR_TXE | CR_RXE;
/** 1/8, 1/4, 1/2, 3/4, 7/8 of 32. */
const LEVELS = [4, 8, 16, 24, 28];
const IFLS_RESET = 0x12;
const FIFO_BYTES = 32;
const TIMEOUT_BITS = 32;
const UART0_IRQ = 20;
const NEVER = Number.POSITIVE_INFINITY;

export interface UartLinks {
  readonly rp2040: RP2040;
  readonly agenda: Agenda;
  /** A start bit begins. */
  sent(cycle: number, byte: number): void;
  /** The DMA looks at its requests. */
  fifoMoved(cycle: number): void;
}

export class Uart extends Block implements Part {
  private readonly part: number;
  private readonly tx: number[] = [];
  private readonly rx: number[] = [];
  private integer = 0;
  private fraction = 0;
  /** The divisors in use: they are taken over by a write to LCR_H (DDI0183 3.3.6). */
  private quartersPerBit = 0;
  private lineControl = 0;
  private control = CR_RESET;
  private levels = IFLS_RESET;
  private mask = 0;
  private raw = 0;
  private errors = 0;
  private dmaControl = 0;
  private hasOverrun = false;
  /** When the byte in the shifter ends, in quarters of a cycle; NEVER: the shifter is empty. */
  private shiftEnd = NEVER;
  private timeoutAt = NEVER;

  constructor(private readonly links: UartLinks) {
    super('UART0');
    this.part = links.agenda.add(this);
  }

  run(cycle: number): void {
    if (this.shiftEnd <= cycle * 4) this.shift(this.shiftEnd);
    if (this.timeoutAt <= cycle) {
      this.timeoutAt = NEVER;
      this.raise(INT_RT);
    }
    this.reschedule();
  }

  private reschedule(): void {
    this.links.agenda.schedule(this.part, Math.min(Math.ceil(this.shiftEnd / 4), this.timeoutAt));
  }

  private get hasFifos(): boolean {
    return (this.lineControl & LCR_FEN) !== 0;
  }
  private get depth(): number {
    return this.hasFifos ? FIFO_BYTES : 1;
  }
  private get frameBits(): number {
    const data = 5 + ((this.lineControl >> 5) & 3);
    return 1 + data + ((this.lineControl >> 1) & 1) + (this.lineControl & 8 ? 2 : 1);
  }

  /** Words that the DMA may write, and read. */
  get txRoom(): number {
    return this.dmaControl & 2 ? this.depth - this.tx.length : 0;
  }
  get rxLevel(): number {
    return this.dmaControl & 1 ? this.rx.length : 0;
  }

  /** A byte has come in: this is the end of its stop bit. */
  receive(byte: number): void {
    if ((this.control & (CR_UARTEN | CR_RXE)) !== (CR_UARTEN | CR_RXE)) return;
    if (this.rx.length >= this.depth) {
      // The byte in the shift register is lost; the FIFO's content stays (DDI0183 3.3.1).
      this.hasOverrun = true;
      this.errors |= RSR_OE;
      this.raise(INT_OE);
    } else {
      this.rx.push((byte & 0xff) | (this.hasOverrun ? DR_OE : 0));
      this.hasOverrun = false;
      if (!this.hasFifos || this.rx.length >= this.rxTrigger) this.raise(INT_RX);
      this.links.fifoMoved(this.links.agenda.now);
    }
    this.timeoutAt = this.links.agenda.now + Math.ceil((TIMEOUT_BITS * this.quartersPerBit) / 4);
    this.reschedule();
  }

  private get rxTrigger(): number {
    return LEVELS[(this.levels >> 3) & 7] ?? FIFO_BYTES;
  }
  private get txTrigger(): number {
    return LEVELS[this.levels & 7] ?? FIFO_BYTES;
  }

  /** The shifter is free at this quarter of a cycle: the next byte starts, without a gap where there is one. */
  private shift(quarter: number): void {
    this.shiftEnd = NEVER;
    const isOn = (this.control & (CR_UARTEN | CR_TXE)) === (CR_UARTEN | CR_TXE) && this.quartersPerBit > 0;
    if (!isOn || this.tx.length === 0) return;
    const byte = this.tx.shift()!;
    this.shiftEnd = quarter + this.frameBits * this.quartersPerBit;
    // The interrupt is for the level's coming down to the trigger, not for its being under it (DDI0183 2.8.2).
    if (!this.hasFifos || this.tx.length === this.txTrigger) this.raise(INT_TX);
    this.links.sent(Math.ceil(quarter / 4), byte);
    this.links.fifoMoved(this.links.agenda.now);
  }

  private send(byte: number): void {
    if (this.tx.length >= this.depth) return;
    this.tx.push(byte & 0xff);
    if (!this.hasFifos || this.tx.length > this.txTrigger) this.raw &= ~INT_TX;
    if (this.shiftEnd === NEVER) this.shift(this.links.agenda.now * 4);
    this.update();
    this.reschedule();
  }

  private take(): number {
    const value = this.rx.shift() ?? 0;
    if (this.rx.length < (this.hasFifos ? this.rxTrigger : 1)) this.raw &= ~INT_RX;
    if (this.rx.length === 0) {
      this.raw &= ~INT_RT;
      this.timeoutAt = NEVER;
    }
    this.update();
    this.reschedule();
    return value;
  }

  private raise(interrupt: number): void {
    this.raw |= interrupt;
    this.update();
  }

  private update(): void {
    this.links.rp2040.setInterrupt(UART0_IRQ, (this.raw & this.mask) !== 0);
  }

  private get flags(): number {
    const isBusy = this.shiftEnd !== NEVER || this.tx.length > 0;
    return (
      (isBusy ? FR_BUSY : 0) |
      (this.rx.length === 0 ? FR_RXFE : 0) |
      (this.tx.length >= this.depth ? FR_TXFF : 0) |
      (this.rx.length >= this.depth ? FR_RXFF : 0) |
      (this.tx.length === 0 ? FR_TXFE : 0)
    );
  }

  protected override read(offset: number): number {
    if (offset >= PERIPHERAL_ID) return IDS[(offset - PERIPHERAL_ID) >> 2];
    switch (offset) {
      case DR:
        return this.take();
      case RSR:
        return this.errors;
      case FR:
        return this.flags;
      case IBRD:
        return this.integer;
      case FBRD:
        return this.fraction;
      case LCR_H:
        return this.lineControl;
      case CR:
        return this.control;
      case IFLS:
        return this.levels;
      case IMSC:
        return this.mask;
      case RIS:
        return this.raw;
      case MIS:
        return this.raw & this.mask;
      case DMACR:
        return this.dmaControl;
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number, raw: number): void {
    switch (offset) {
      case DR:
        this.send(value);
        return;
      case RSR:
        this.errors = 0;
        return;
      case IBRD:
        this.integer = value & 0xffff;
        return;
      case FBRD:
        this.fraction = value & 0x3f;
        return;
      case LCR_H:
        this.lineControl = value & 0xff;
        this.quartersPerBit = this.integer * 64 + this.fraction;
        this.startLater();
        return;
      case CR:
        this.control = value & 0xff87;
        this.startLater();
        return;
      case IFLS:
        this.levels = value & 0x3f;
        return;
      case IMSC:
        this.mask = value & 0x7ff;
        this.update();
        return;
      case ICR:
        this.raw &= ~raw;
        this.update();
        return;
      case DMACR:
        this.dmaControl = value & 7;
        this.links.fifoMoved(this.links.agenda.now);
        return;
      default:
        this.unmodelled(offset);
    }
  }

  /** Bytes that were written before the transmitter was switched on. */
  private startLater(): void {
    if (this.shiftEnd === NEVER) this.shift(this.links.agenda.now * 4);
    this.reschedule();
  }

  override reset(): void {
    this.tx.length = this.rx.length = 0;
    this.integer = this.fraction = this.quartersPerBit = 0;
    this.lineControl = this.mask = this.raw = this.errors = this.dmaControl = 0;
    this.control = CR_RESET;
    this.levels = IFLS_RESET;
    this.shiftEnd = this.timeoutAt = NEVER;
    this.update();
    this.reschedule();
  }
}
