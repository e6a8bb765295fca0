// One DMA channel: its four registers under their aliases, and what one transfer does to them (datasheet 2.5.2, 2.5.7).

import { BusFault } from '../faults.ts';
import type { Dma } from './dma.ts';

const EN = 1;
const HIGH_PRIORITY = 2;
const INCR_READ = 1 << 4;
const INCR_WRITE = 1 << 5;
const RING_SEL = 1 << 10;
const IRQ_QUIET = 1 << 21;
const BSWAP = 1 << 22;
const SNIFF_EN = 1 << 23;
const BUSY = 1 << 24;
const WRITE_ERROR = 1 << 29;
const READ_ERROR = 1 << 30;
const AHB_ERROR = 0x8000_0000;
const WRITABLE = 0x00ff_ffff;

/** Which register each of the sixteen aliases is: 0 READ_ADDR, 1 WRITE_ADDR, 2 TRANS_COUNT, 3 CTRL. The last of four triggers. */
const ALIASES = [0, 1, 2, 3, 3, 0, 1, 2, 3, 2, 0, 1, 3, 1, 2, 0];

export class Channel {
  readAddress = 0;
  writeAddress = 0;
  /** Transfers left, and what the next trigger sets that to. */
  count = 0;
  reload = 0;
  isBusy = false;
  isAborting = false;
  /** Transfers that are granted and not yet written. */
  inFlight = 0;
  private ctrl: number;

  constructor(
    private readonly dma: Dma,
    readonly index: number,
  ) {
    this.ctrl = index << 11;
  }

  get isEnabled(): boolean {
    return (this.ctrl & EN) !== 0;
  }
  get isHighPriority(): boolean {
    return (this.ctrl & HIGH_PRIORITY) !== 0;
  }
  get request(): number {
    return (this.ctrl >> 15) & 63;
  }
  get isQuiet(): boolean {
    return (this.ctrl & IRQ_QUIET) !== 0;
  }
  get chainTo(): number {
    return (this.ctrl >> 11) & 15;
  }
  /** It has transfers left to ask for. */
  get wants(): boolean {
    return this.isBusy && this.isEnabled && !this.isAborting && this.count > this.inFlight;
  }

  read(alias: number): number {
    switch (ALIASES[alias]) {
      case 0:
        return this.readAddress;
      case 1:
        return this.writeAddress;
      case 2:
        return this.count;
      default:
        return (this.ctrl | (this.isBusy ? BUSY : 0)) >>> 0;
    }
  }

  write(alias: number, value: number, raw: number): void {
    switch (ALIASES[alias]) {
      case 0:
        this.readAddress = value;
        break;
      case 1:
        this.writeAddress = value;
        break;
      case 2:
        this.reload = value;
        break;
      default:
        this.control(value, raw);
    }
    if ((alias & 3) !== 3) return;
    if (value !== 0) this.trigger();
    // A null trigger starts nothing; it is told where completions are not (datasheet 2.5.2.3).
    else if (this.isQuiet) this.dma.complete(this.index);
  }

  private control(value: number, raw: number): void {
    if (value & SNIFF_EN) throw new BusFault('unmodelled', 'the DMA sniffer is not modelled');
    if (value & EN) this.dma.checkRequest((value >> 15) & 63);
    const errors = this.ctrl & (READ_ERROR | WRITE_ERROR) & ~raw;
    this.ctrl = (value & WRITABLE) | errors | (errors === 0 ? 0 : AHB_ERROR);
  }

  /** Starts a sequence, by a trigger register, a chain or MULTI_CHAN_TRIGGER; nothing where it is busy or disabled. */
  trigger(): void {
    if (!this.isEnabled || this.isBusy) return;
    this.count = this.reload;
    this.isBusy = this.count !== 0;
  }

  /** Reads and writes one word; returns true where the sequence is over. */
  transfer(): boolean {
    this.inFlight--;
    const bytes = 1 << ((this.ctrl >> 2) & 3);
    if (!this.move(bytes)) return false;
    const ring = (1 << ((this.ctrl >> 6) & 15)) - 1;
    const isWriteRing = (this.ctrl & RING_SEL) !== 0;
    if (this.ctrl & INCR_READ) this.readAddress = step(this.readAddress, bytes, isWriteRing ? 0 : ring);
    if (this.ctrl & INCR_WRITE) this.writeAddress = step(this.writeAddress, bytes, isWriteRing ? ring : 0);
    if (this.isAborting) return false;
    this.count--;
    this.isBusy = this.count !== 0;
    return !this.isBusy;
  }

  /** False where the bus refuses: the channel halts with its error bits set (datasheet 2.5.7, CTRL). */
  private move(bytes: number): boolean {
    let error = READ_ERROR;
    try {
      const value = this.dma.load(this.readAddress, bytes);
      error = WRITE_ERROR;
      this.dma.store(this.writeAddress, bytes, this.ctrl & BSWAP ? swapped(value, bytes) : value);
      return true;
    } catch (fault) {
      if (!(fault instanceof BusFault)) throw fault;
      this.ctrl |= error | AHB_ERROR;
      this.isBusy = false;
      return false;
    }
  }

  reset(): void {
    this.readAddress = this.writeAddress = this.count = this.reload = 0;
    this.isBusy = this.isAborting = false;
    this.ctrl = this.index << 11;
  }
}

function step(address: number, bytes: number, ring: number): number {
  const next = (address + bytes) >>> 0;
  return ring === 0 ? next : ((address & ~ring) | (next & ring)) >>> 0;
}

function swapped(value: number, bytes: number): number {
  if (bytes === 1) return value;
  if (bytes === 2) return ((value & 0xff) << 8) | ((value >> 8) & 0xff);
  const [a, b, c, d] = [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}
