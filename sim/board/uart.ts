// The serial line: bytes of ten bits at the baud rate in both directions, and a ring each way.

import { RX_WAKE_BYTES } from '../../firmware/board.ts';
import { type Clock, NOW } from '../clock/clock.ts';
import { CLOCK_HZ } from '../clock/cycles.ts';
import { RandomStream } from '../clock/random.ts';
import { Mark } from '../trace/marks.ts';
import type { Trace } from '../trace/trace.ts';
import { UnmodelledAccess } from './unmodelled.ts';

/** Bytes that the receive interrupt keeps for the firmware. */
export const RX_RING_BYTES = 256;
/** Bytes of the transmit ring that the interrupt empties, the one in the shifter not counted: any frame fits whole. */
export const TX_FIFO_BYTES = 128;
/** Start bit, eight data bits, stop bit. */
export const BITS_PER_BYTE = 10;

/** A power of two. */
const TX_RING = 256;
const TX_MASK = TX_RING - 1;
const LINE_FREE_RX = 0;
const LINE_FREE_TX = 1;

/** What happens to bytes on their way, in parts per million of them. */
export interface LineNoise {
  lossPpm: number;
  corruptPpm: number;
}

/** Called with a byte that left the device, at the end of its stop bit. */
export type ByteListener = (byte: number, cycle: number) => void;

export class Uart {
  readonly baud: number;
  readonly byteCycles: number;
  readonly rxNoise: LineNoise = { lossPpm: 0, corruptPpm: 0 };
  readonly txNoise: LineNoise = { lossPpm: 0, corruptPpm: 0 };
  /** Bytes lost for want of room in the receive ring. */
  overruns = 0;
  /** Bytes that have arrived, lost ones included. */
  arrivals = 0;
  /** The end of a frame, or much that has gathered, wakes the processor. */
  onReceive: (cycle: number) => void = () => {};
  /** Takes each byte that arrives, for a processor whose own UART receives it; null: the ring keeps it for `read`. */
  onArrival: ((byte: number) => void) | null = null;
  private readonly clock: Clock;
  private readonly trace: Trace | null;
  private readonly rxRandom: RandomStream;
  private readonly txRandom: RandomStream;
  private readonly arrivalKind: number;
  private readonly departureKind: number;
  private readonly lineFree = new Float64Array(2);
  /** From the host, not yet at the device. */
  private host = new Uint8Array(1024);
  private hostHead = 0;
  private hostTail = 0;
  /** The byte that is on the line to the device, −1 where it gets lost. */
  private inFlight = -1;
  private readonly rx = new Uint8Array(RX_RING_BYTES);
  private rxHead = 0;
  private rxTail = 0;
  /** Delimiters in the receive ring. */
  private rxEnds = 0;
  private readonly txBytes = new Uint8Array(TX_RING);
  private readonly txStarts = new Float64Array(TX_RING);
  private txHead = 0;
  private txTail = 0;
  /** First byte that has not reached the shifter. */
  private txShift = 0;
  private isDeparting = false;
  private isPowered = true;
  private listener: ByteListener | null = null;
  private stopByte = -1;
  private hasStopped = false;

  constructor(clock: Clock, trace: Trace | null, baud: number, seed: number) {
    if (!(Number.isInteger(baud) && baud >= 300 && baud <= CLOCK_HZ / 16))
      throw new RangeError(`baud is ${baud}: a whole number from 300 to ${CLOCK_HZ / 16} is needed`);
    this.clock = clock;
    this.trace = trace;
    this.baud = baud;
    this.byteCycles = Math.round((CLOCK_HZ * BITS_PER_BYTE) / baud);
    this.rxRandom = new RandomStream(seed, 'uart-rx');
    this.txRandom = new RandomStream(seed, 'uart-tx');
    this.arrivalKind = clock.on((cycle) => this.arrive(cycle));
    this.departureKind = clock.on((cycle) => this.depart(cycle));
  }

  /** Who gets the bytes that leave the device; null: nobody. */
  get onByte(): ByteListener | null {
    return this.listener;
  }
  set onByte(listener: ByteListener | null) {
    this.reclaim(this.clock.time[NOW]);
    this.listener = listener;
    this.watchDepartures();
  }

  /** Puts bytes on the line to the device, behind those that are on it already. */
  write(bytes: Uint8Array): void {
    const wasIdle = this.hostHead === this.hostTail;
    if (this.hostTail + bytes.length > this.host.length) this.makeRoom(bytes.length);
    this.host.set(bytes, this.hostTail);
    this.hostTail += bytes.length;
    if (wasIdle && bytes.length > 0) this.launch(this.clock.time[NOW]);
  }

  /** Bytes of the host that have not arrived yet. */
  get pendingBytes(): number {
    return this.hostTail - this.hostHead;
  }

  /** The firmware reads: next byte or −1. */
  read(): number {
    if (this.rxHead === this.rxTail) return -1;
    const byte = this.rx[this.rxHead++ % RX_RING_BYTES];
    if (byte === 0) this.rxEnds--;
    return byte;
  }
  /** True while a frame's end waits to be read, or RX_WAKE_BYTES. */
  get wakes(): boolean {
    return this.rxEnds > 0 || this.rxTail - this.rxHead >= RX_WAKE_BYTES; // REQ-BRD-007
  }

  /** The firmware writes: 1 taken, 0 the FIFO is full. */
  send(cycle: number, byte: number): number {
    if (byte < 0 || byte > 255) throw new UnmodelledAccess(`uart_write(${byte})`);
    if (this.txTail - this.txShift >= TX_FIFO_BYTES) {
      this.reclaim(cycle);
      if (this.txTail - this.txShift >= TX_FIFO_BYTES) return 0;
    }
    const free = this.lineFree[LINE_FREE_TX];
    this.shiftOut(free > cycle ? free : cycle, byte);
    return 1;
  }

  /** The start bit of `byte` goes out at cycle `start`, not before what is on the line has gone. */
  shiftOut(start: number, byte: number): void {
    this.lineFree[LINE_FREE_TX] = start + this.byteCycles;
    const at = this.txTail++ & TX_MASK;
    this.txBytes[at] = byte;
    this.txStarts[at] = start;
    this.trace?.tx.push(start, byte);
    if (!this.isDeparting) this.watchDepartures();
  }

  /** Makes the next `byte` that leaves the device set `hasSeenStopByte`; −1: none does. */
  watchFor(byte: number): void {
    this.reclaim(this.clock.time[NOW]);
    this.stopByte = byte;
    this.hasStopped = false;
    this.watchDepartures();
  }
  get hasSeenStopByte(): boolean {
    return this.hasStopped;
  }

  /** Reset of the processor: both rings are emptied; the byte in the shifter still goes out. */
  reset(cycle: number): void {
    this.rxHead = this.rxTail;
    this.rxEnds = 0;
    while (this.txTail > this.txHead && this.txStarts[(this.txTail - 1) & TX_MASK] >= cycle) this.txTail--;
    this.txShift = this.txTail;
    const shifted = (this.txTail - 1) & TX_MASK;
    this.lineFree[LINE_FREE_TX] = this.txTail > this.txHead ? this.txStarts[shifted] + this.byteCycles : 0;
    this.trace?.tx.cut(cycle);
    this.isPowered = false;
  }
  /** From now on bytes are received again. */
  powerUp(): void {
    this.isPowered = true;
  }

  private launch(cycle: number): void {
    const start = this.lineFree[LINE_FREE_RX] > cycle ? this.lineFree[LINE_FREE_RX] : cycle;
    this.lineFree[LINE_FREE_RX] = start + this.byteCycles;
    this.inFlight = disturb(this.host[this.hostHead], this.rxNoise, this.rxRandom);
    if (this.inFlight >= 0) this.trace?.rx.push(start, this.inFlight);
    this.clock.schedule(start + this.byteCycles, this.arrivalKind);
  }

  private arrive(cycle: number): void {
    const byte = this.inFlight;
    this.hostHead++;
    if (this.hostHead < this.hostTail) this.launch(cycle);
    else {
      this.hostHead = 0;
      this.hostTail = 0;
    }
    if (byte < 0 || !this.isPowered) return;
    this.arrivals++;
    if (this.onArrival !== null) {
      this.onArrival(byte);
      return;
    }
    if (this.rxTail - this.rxHead >= RX_RING_BYTES) {
      this.overruns++;
      this.trace?.mark(cycle, Mark.RX_OVERRUN, byte);
      return;
    }
    this.rx[this.rxTail++ % RX_RING_BYTES] = byte;
    if (byte === 0) this.rxEnds++;
    if (this.wakes) this.onReceive(cycle);
  }

  /** Places of bytes that are in the shifter, or gone, are free again. */
  private reclaim(cycle: number): void {
    while (this.txShift < this.txTail && this.txStarts[this.txShift & TX_MASK] <= cycle) this.txShift++;
    if (this.isDeparting) return;
    while (this.txHead < this.txShift && this.txStarts[this.txHead & TX_MASK] + this.byteCycles <= cycle)
      this.txHead++;
  }

  private watchDepartures(): void {
    if (this.isDeparting || (this.listener === null && this.stopByte < 0)) return;
    if (this.txHead === this.txTail) return;
    this.isDeparting = true;
    this.clock.schedule(this.txStarts[this.txHead & TX_MASK] + this.byteCycles, this.departureKind);
  }

  private depart(cycle: number): void {
    this.isDeparting = false;
    const at = this.txHead & TX_MASK;
    // A reset may have emptied the FIFO since this was scheduled.
    if (this.txHead < this.txTail && this.txStarts[at] + this.byteCycles <= cycle) {
      this.txHead++;
      const byte = disturb(this.txBytes[at], this.txNoise, this.txRandom);
      if (byte >= 0 && byte === this.stopByte) this.hasStopped = true;
      if (byte >= 0 && this.listener !== null) this.listener(byte, cycle);
    }
    this.watchDepartures();
  }

  private makeRoom(bytes: number): void {
    const pending = this.host.subarray(this.hostHead, this.hostTail);
    const larger = new Uint8Array(Math.max(this.host.length, 2 * (pending.length + bytes)));
    larger.set(pending);
    this.host = larger;
    this.hostTail = pending.length;
    this.hostHead = 0;
  }
}

/** The byte as it comes out of a noisy line: unchanged, with one bit flipped, or lost (−1). */
function disturb(byte: number, noise: LineNoise, random: RandomStream): number {
  if (noise.lossPpm === 0 && noise.corruptPpm === 0) return byte;
  if (random.chance(noise.lossPpm)) return -1;
  return random.chance(noise.corruptPpm) ? byte ^ (1 << random.below(8)) : byte;
}
