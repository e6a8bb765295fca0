// The converter (datasheet 4.9) in place of rp2040js's, whose round robin stays on one channel and whose interrupt does not
// end when its FIFO is read. 96 cycles of its 48 MHz clock a conversion are 250 of the core's, exactly.

import type { RP2040 } from 'rp2040js';
import type { Agenda, Part } from './agenda.ts';
import { Block } from './block.ts';

const CS = 0x00;
const RESULT = 0x04;
const FCS = 0x08;
const FIFO = 0x0c;
const DIV = 0x10;
const INTR = 0x14;
const INTE = 0x18;
const INTF = 0x1c;
const INTS = 0x20;
const CS_EN = 1;
const CS_START_ONCE = 4;
const CS_START_MANY = 8;
const CS_READY = 0x100;
const CS_WRITABLE = 0x1f_700b;
const FCS_EN = 1;
const FCS_SHIFT = 2;
const FCS_DREQ_EN = 8;
const FCS_WRITABLE = 0x0f00_000f;
const FCS_UNDER = 1 << 10;
const FCS_OVER = 1 << 11;
const DEPTH = 4;
const CHANNELS = 5;
const IRQ = 22;
const CONVERSION_ADC_CYCLES = 96;
/** Core cycles per cycle of the converter's clock: 125 MHz / 48 MHz. */
const CORE_CYCLES = 125 / 48;
const NEVER = Number.POSITIVE_INFINITY;

export interface AdcLinks {
  readonly rp2040: RP2040;
  readonly agenda: Agenda;
  /** A conversion of `channel` begins; its result, negative: it never ends. */
  sample(cycle: number, channel: number): number;
  fifoMoved(cycle: number): void;
}

export class Adc extends Block implements Part {
  private readonly part: number;
  private readonly fifo: number[] = [];
  private control = 0;
  private fifoControl = 0;
  private divider = 0;
  private result = 0;
  private coming = 0;
  private enable = 0;
  private forced = 0;
  private flags = 0;
  /** In cycles, with a fraction: when the conversion began, and when the next one of a series begins. */
  private begun = NEVER;
  private nextStart = NEVER;

  constructor(private readonly links: AdcLinks) {
    super('ADC');
    this.part = links.agenda.add(this);
  }

  run(cycle: number): void {
    if (this.endCycle <= cycle) this.finish();
    if (this.nextStart <= cycle && this.begun === NEVER) this.start(this.nextStart);
    this.reschedule();
  }

  private get endCycle(): number {
    return this.coming < 0 ? NEVER : Math.ceil(this.begun + CONVERSION_ADC_CYCLES * CORE_CYCLES);
  }

  private reschedule(): void {
    const start = this.begun === NEVER ? Math.ceil(this.nextStart) : NEVER;
    this.links.agenda.schedule(this.part, Math.min(this.endCycle, start));
  }

  private get channel(): number {
    return (this.control >> 12) & 7;
  }

  private start(cycle: number): void {
    this.begun = cycle;
    const sampled = this.links.sample(Math.ceil(cycle), this.channel);
    this.coming = sampled < 0 ? sampled : sampled & 0xfff;
    const isSeries = (this.control & CS_START_MANY) !== 0;
    const spacing = Math.max(CONVERSION_ADC_CYCLES, 1 + this.divider / 256) * CORE_CYCLES;
    this.nextStart = isSeries ? cycle + spacing : NEVER;
  }

  private finish(): void {
    this.begun = NEVER;
    this.result = this.coming;
    this.keep(this.result);
    this.moveOn();
  }

  private keep(result: number): void {
    if ((this.fifoControl & FCS_EN) === 0) return;
    if (this.fifo.length === DEPTH) this.flags |= FCS_OVER;
    else this.fifo.push(this.fifoControl & FCS_SHIFT ? result >> 4 : result);
    this.moved();
  }

  /** Round robin: the next channel that is chosen, after the present one (datasheet 4.9.2.4). */
  private moveOn(): void {
    const chosen = (this.control >> 16) & 31;
    if (chosen === 0) return;
    let channel = this.channel;
    do channel = (channel + 1) % CHANNELS;
    while (((chosen >> channel) & 1) === 0);
    this.control = (this.control & ~(7 << 12)) | (channel << 12);
  }

  private get threshold(): number {
    return (this.fifoControl >> 24) & 15;
  }
  private get raw(): number {
    return this.fifo.length > 0 && this.fifo.length >= this.threshold ? 1 : 0;
  }
  /** Words that the DMA may read. */
  get requests(): number {
    return this.fifoControl & FCS_DREQ_EN && this.raw !== 0 ? this.fifo.length : 0;
  }

  private moved(): void {
    const status = (this.raw & this.enable) | this.forced;
    this.links.rp2040.setInterrupt(IRQ, status !== 0);
    this.links.fifoMoved(this.links.agenda.now);
  }

  private take(): number {
    const value = this.fifo.shift();
    if (value === undefined) this.flags |= FCS_UNDER;
    this.moved();
    return value ?? 0;
  }

  private get fifoStatus(): number {
    const { length } = this.fifo;
    return (
      this.fifoControl |
      this.flags |
      (length === 0 ? 0x100 : 0) |
      (length === DEPTH ? 0x200 : 0) |
      (length << 16)
    );
  }

  protected override read(offset: number): number {
    switch (offset) {
      case CS:
        return this.control | (this.begun === NEVER && this.control & CS_EN ? CS_READY : 0);
      case RESULT:
        return this.result;
      case FCS:
        return this.fifoStatus;
      case FIFO:
        return this.take();
      case DIV:
        return this.divider;
      case INTR:
        return this.raw;
      case INTE:
        return this.enable;
      case INTF:
        return this.forced;
      case INTS:
        return (this.raw & this.enable) | this.forced;
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number, raw: number): void {
    switch (offset) {
      case CS:
        this.writeControl(value);
        return;
      case FCS:
        this.flags &= ~(raw & (FCS_UNDER | FCS_OVER));
        this.fifoControl = value & FCS_WRITABLE;
        this.moved();
        return;
      case DIV:
        this.divider = value & 0xff_ffff;
        return;
      case INTE:
        this.enable = value & 1;
        this.moved();
        return;
      case INTF:
        this.forced = value & 1;
        this.moved();
        return;
      default:
        this.unmodelled(offset);
    }
  }

  private writeControl(value: number): void {
    this.control = value & CS_WRITABLE;
    const isOn = (value & CS_EN) !== 0;
    if (!isOn || (value & CS_START_MANY) === 0) this.nextStart = NEVER;
    if (!isOn) this.begun = NEVER;
    else if (value & (CS_START_ONCE | CS_START_MANY) && this.begun === NEVER)
      this.start(this.links.agenda.now);
    else if (value & CS_START_MANY && this.nextStart === NEVER) this.nextStart = this.endCycle;
    this.reschedule();
  }

  override reset(): void {
    this.fifo.length = 0;
    this.control = this.fifoControl = this.divider = this.result = this.enable = this.forced = this.flags = 0;
    this.begun = this.nextStart = NEVER;
    this.moved();
    this.reschedule();
  }
}
