// The DMA controller in hardware time (datasheet 2.5), in place of rp2040js's, whose transfers take none. The datasheet says
// that reader and writer can each move one word a cycle and that a request needs a few cycles to get through. Chosen here:
// a word is written 4 cycles after its request, and at most one every 2 cycles, whatever the bus does besides.

import type { RP2040 } from 'rp2040js';
import type { Agenda, Part } from '../agenda.ts';
import { Block } from '../block.ts';
import type { Bus } from '../bus.ts';
import { BusFault } from '../faults.ts';
import { Channel } from './channel.ts';

/** From the request to the grant, from the grant to the word's being written, and from grant to grant. */
export const GRANT_CYCLES = 1;
export const MOVE_CYCLES = 3;
export const SPACING_CYCLES = 2;

const CHANNELS = 12;
const FIRST_IRQ = 11;
const PERMANENT = 63;
const NEVER = Number.POSITIVE_INFINITY;

const CHANNEL_BYTES = 0x40;
const INTR = 0x400;
const INTE0 = 0x404;
const INTS1 = 0x41c;
const MULTI_CHAN_TRIGGER = 0x430;
const CHAN_ABORT = 0x444;
const N_CHANNELS = 0x448;
const DBG = 0x800;

/** How many words a peripheral asks for, by the number of its request (datasheet table 120). */
export type Requests = (request: number) => number;

export class Dma extends Block implements Part {
  readonly channels: readonly Channel[];
  private readonly part: number;
  private readonly queue: { channel: Channel; cycle: number }[] = [];
  /** When a request may next be granted, and when the earliest one can be. */
  private freeAt = 0;
  private grantAt = NEVER;
  private lastGranted = 0;
  private raw = 0;
  private readonly enable = [0, 0];
  private readonly forced = [0, 0];

  constructor(
    private readonly rp2040: RP2040,
    private readonly agenda: Agenda,
    private readonly bus: Bus,
    private readonly requests: Requests,
  ) {
    super('DMA');
    this.part = agenda.add(this);
    this.channels = Array.from({ length: CHANNELS }, (_, index) => new Channel(this, index));
  }

  run(cycle: number): void {
    while (this.queue.length > 0 && this.queue[0].cycle <= cycle) this.finish(cycle);
    if (this.grantAt <= cycle) this.grant(cycle);
    this.reschedule();
  }

  /** Something that channels wait for has changed at `cycle`. */
  look(cycle: number): void {
    if (this.grantAt !== NEVER) return;
    for (const channel of this.channels) {
      if (channel.wants && this.isAsked(channel)) {
        this.grantAt = Math.max(cycle + GRANT_CYCLES, this.freeAt);
        this.reschedule();
        return;
      }
    }
  }

  private reschedule(): void {
    const written = this.queue.length > 0 ? this.queue[0].cycle : NEVER;
    this.agenda.schedule(this.part, Math.min(written, this.grantAt));
  }

  /** Words in flight count as there already: the handshake never overruns a FIFO (datasheet 2.5.3). */
  private isAsked(channel: Channel): boolean {
    const { request } = channel;
    if (request === PERMANENT) return true;
    let inFlight = 0;
    for (const other of this.channels) if (other.request === request) inFlight += other.inFlight;
    return this.requests(request) > inFlight;
  }

  /** Grants one request: high priority first, else in turn (datasheet 2.5.1). */
  private grant(cycle: number): void {
    this.grantAt = NEVER;
    const channel = this.choose(true) ?? this.choose(false);
    if (channel === null) return;
    channel.inFlight++;
    this.lastGranted = channel.index;
    this.queue.push({ channel, cycle: cycle + MOVE_CYCLES });
    this.freeAt = cycle + SPACING_CYCLES;
    this.look(cycle);
  }

  private choose(isHigh: boolean): Channel | null {
    for (let i = 1; i <= CHANNELS; i++) {
      const channel = this.channels[(this.lastGranted + i) % CHANNELS];
      if (channel.isHighPriority === isHigh && channel.wants && this.isAsked(channel)) return channel;
    }
    return null;
  }

  private finish(cycle: number): void {
    const { channel } = this.queue.shift()!;
    if (channel.transfer()) {
      if (!channel.isQuiet) this.complete(channel.index);
      if (channel.chainTo !== channel.index) this.channels[channel.chainTo]?.trigger();
    }
    if (channel.isAborting && channel.inFlight === 0) channel.isAborting = false;
    this.look(cycle);
  }

  /** A sequence is over, or a quiet channel has had a null trigger. */
  complete(index: number): void {
    this.raw |= 1 << index;
    this.updateInterrupts();
  }

  /** Faults where nothing that is modelled makes this request. */
  checkRequest(request: number): void {
    if (request !== PERMANENT) this.requests(request);
  }

  load(address: number, bytes: number): number {
    this.bus.isInHardwareTime = true;
    try {
      return bytes === 4
        ? this.bus.read32(address)
        : bytes === 2
          ? this.bus.read16(address)
          : this.bus.read8(address);
    } finally {
      this.bus.isInHardwareTime = false;
    }
  }

  store(address: number, bytes: number, value: number): void {
    this.bus.isInHardwareTime = true;
    try {
      if (bytes === 4) this.bus.write32(address, value);
      else if (bytes === 2) this.bus.write16(address, value);
      else this.bus.write8(address, value);
    } finally {
      this.bus.isInHardwareTime = false;
    }
  }

  private updateInterrupts(): void {
    for (let line = 0; line < 2; line++) {
      const status = (this.raw & this.enable[line]) | this.forced[line];
      this.rp2040.setInterrupt(FIRST_IRQ + line, status !== 0);
    }
  }

  protected override read(offset: number): number {
    if (offset < CHANNELS * CHANNEL_BYTES) return this.channels[offset >> 6].read((offset >> 2) & 15);
    if (offset >= DBG && offset < DBG + CHANNELS * CHANNEL_BYTES) return this.readDebug(offset);
    if (offset === INTR || offset === INTR + 0x10) return this.raw;
    if (offset >= INTE0 && offset <= INTS1) return this.readInterrupts(offset);
    if (offset === MULTI_CHAN_TRIGGER) return 0;
    if (offset === CHAN_ABORT) return this.mask((channel) => channel.isAborting);
    return offset === N_CHANNELS ? CHANNELS : this.unmodelled(offset);
  }

  private readDebug(offset: number): number {
    const channel = this.channels[(offset - DBG) >> 6];
    const register = offset & 0x3f;
    if (register === 4) return channel.reload;
    return register === 0 ? channel.inFlight : this.unmodelled(offset);
  }

  private readInterrupts(offset: number): number {
    const line = offset >= INTE0 + 0x10 ? 1 : 0;
    const register = offset - INTE0 - 0x10 * line;
    if (register === 0) return this.enable[line];
    return register === 4 ? this.forced[line] : (this.raw & this.enable[line]) | this.forced[line];
  }

  protected override write(offset: number, value: number, raw: number): void {
    if (offset < CHANNELS * CHANNEL_BYTES) this.channels[offset >> 6].write((offset >> 2) & 15, value, raw);
    else if (offset >= INTR && offset <= INTS1) this.writeInterrupts(offset, value, raw);
    else if (offset === MULTI_CHAN_TRIGGER) this.each(raw, (channel) => channel.trigger());
    else if (offset === CHAN_ABORT) this.each(raw, (channel) => abort(channel));
    else this.unmodelled(offset);
    this.look(this.agenda.now);
  }

  private writeInterrupts(offset: number, value: number, raw: number): void {
    const line = offset >= INTR + 0x10 ? 1 : 0;
    const register = offset - INTR - 0x10 * line;
    if (register === 4) this.enable[line] = value & 0xfff;
    else if (register === 8) this.forced[line] = value & 0xfff;
    // INTR and both INTS clear what is written to them: the alias does not matter.
    else this.raw &= ~raw;
    this.updateInterrupts();
  }

  private each(mask: number, action: (channel: Channel) => void): void {
    for (const channel of this.channels) if ((mask >> channel.index) & 1) action(channel);
  }

  private mask(of: (channel: Channel) => boolean): number {
    return this.channels.reduce((value, channel) => value | (of(channel) ? 1 << channel.index : 0), 0);
  }

  override reset(): void {
    for (const channel of this.channels) {
      channel.reset();
      channel.inFlight = 0;
    }
    this.queue.length = 0;
    this.grantAt = NEVER;
    this.raw = 0;
    this.enable.fill(0);
    this.forced.fill(0);
    this.updateInterrupts();
    this.reschedule();
  }
}

/** Datasheet 2.5.5.3: words in flight are still written, the count is cleared, no interrupt, no chain. */
function abort(channel: Channel): void {
  channel.isBusy = false;
  channel.count = 0;
  channel.isAborting = channel.inFlight > 0;
}

/** A request that no modelled peripheral makes: a channel that is paced by it would wait for ever. */
export function unmodelledRequest(request: number): never {
  throw new BusFault('unmodelled', `DMA request ${request} is not modelled`);
}
