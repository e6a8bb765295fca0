// The blocks around the core, made and connected: what asks the DMA, what is told to the listener, what lies at which address.

import type { Peripheral, RP2040 } from 'rp2040js';
import { Adc } from './adc.ts';
import type { Agenda } from './agenda.ts';
import { Bus } from './bus.ts';
import type { SimulationClockView } from './clock-view.ts';
import { Dma, unmodelledRequest } from './dma/dma.ts';
import { Gpio } from './gpio.ts';
import type { ChipListener, ChipOptions, MendName } from './options.ts';
import { IoBank0, PadsBank0 } from './pad-registers.ts';
import { Pio } from './pio/pio.ts';
import { PioBlock } from './pio/registers.ts';
import { SioBlock } from './sio.ts';
import { StockAlarms } from './stock-alarms.ts';
import { mendSsi, Resets, ringOscillator, voltageRegulator } from './system.ts';
import { Timer } from './timer.ts';
import { Uart } from './uart.ts';
import { REASON_TIMER, Ticks, Watchdog } from './watchdog.ts';

/** Blocks that rp2040js models well enough: SYSINFO, SYSCFG, CLOCKS, PSM, PADS_QSPI, XOSC, the PLLs, BUSCTRL, TBMAN. */
const ADOPTED = [
  0x4000_0000, 0x4000_4000, 0x4000_8000, 0x4001_0000, 0x4002_0000, 0x4002_4000, 0x4002_8000, 0x4002_c000,
  0x4003_0000, 0x4006_c000,
];

/** What the hardware needs of the chip. */
export interface HardwareLinks {
  readonly rp2040: RP2040;
  readonly agenda: Agenda;
  readonly listener: ChipListener;
  readonly options: ChipOptions;
  readonly without: ReadonlySet<MendName>;
  /** The listener may have asked for a stop. */
  told(): void;
  bitten(cycle: number): void;
}

export class Hardware {
  readonly bus: Bus;
  readonly gpio: Gpio;
  readonly uart: Uart;
  readonly watchdog: Watchdog;
  private readonly pio: readonly Pio[];
  private readonly dma: Dma;
  private readonly adc: Adc;
  private readonly timer: Timer;

  constructor(private readonly links: HardwareLinks) {
    const { rp2040, agenda, options, without } = links;
    const isBare = options.bare !== undefined;
    const resets = new Resets(isBare || without.has('resets'), (address) => this.bus.blockAt(address));
    this.gpio = this.makeGpio();
    this.bus = new Bus({
      rp2040,
      agenda,
      sio: new SioBlock(rp2040, this.gpio, agenda, !without.has('divider')),
      checkReset: (address) => resets.check(address),
      strict: !without.has('faults'),
    });
    this.pio = this.makePios();
    this.uart = this.makeUart();
    this.adc = this.makeAdc();
    this.dma = new Dma(rp2040, agenda, this.bus, (request) => this.requests(request));
    const ticks = new Ticks(isBare);
    this.timer = new Timer(rp2040, agenda, ticks);
    this.watchdog = this.makeWatchdog(ticks);
    new StockAlarms(rp2040.clock as unknown as SimulationClockView, agenda);
    this.install(resets);
  }

  /** A shift that runs in one piece is told up to now. */
  settle(): void {
    const { shifting } = this.gpio;
    if (shifting !== null) shifting.pio.settle(this.links.agenda.now);
  }

  /** Tells the listener something at `cycle`, everything before it first. */
  tell<T>(cycle: number, report: (absolute: number) => T): T {
    const { shifting } = this.gpio;
    if (shifting !== null) shifting.pio.settle(cycle);
    return this.report(cycle, report);
  }

  private report<T>(cycle: number, report: (absolute: number) => T): T {
    const result = report(this.links.options.startCycle + cycle);
    this.links.told();
    return result;
  }

  /** Pads are told as they are found: who changes them has seen to what comes first. */
  private makeGpio(): Gpio {
    const { agenda, rp2040, listener } = this.links;
    const pads = {
      pio: (cycle: number, values: number, changed: number) =>
        this.report(cycle, (at) => listener.pioPins(at, values, changed)),
      sio: (cycle: number, values: number, changed: number) =>
        this.report(cycle, (at) => listener.sioPins(at, values, changed)),
    };
    const gpio = new Gpio(agenda, pads, rp2040);
    gpio.beforeAccess = () => this.settle();
    gpio.onChange = (cycle) => {
      for (const pio of this.pio) pio.padsChanged(cycle);
    };
    return gpio;
  }

  private makePios(): Pio[] {
    const { rp2040, agenda, listener, options } = this.links;
    const links = {
      rp2040,
      agenda,
      gpio: this.gpio,
      isCollapsing: options.collapse !== false,
      fifoMoved: (cycle: number) => this.dma.look(cycle),
      shift: (cycle: number, word: number, bits: number, period: number) =>
        this.report(cycle, (at) => listener.pioShift(at, word, bits, period)),
    };
    return [0, 1].map((index) => new Pio(index, links));
  }

  private makeUart(): Uart {
    const { rp2040, agenda, listener } = this.links;
    return new Uart({
      rp2040,
      agenda,
      sent: (cycle, byte) => this.tell(cycle, (at) => listener.uartByte(at, byte)),
      fifoMoved: (cycle) => this.dma.look(cycle),
    });
  }

  private makeAdc(): Adc {
    const { rp2040, agenda, listener } = this.links;
    return new Adc({
      rp2040,
      agenda,
      sample: (cycle, channel) => this.tell(cycle, (at) => listener.adcStart(at, channel)),
      fifoMoved: (cycle) => this.dma.look(cycle),
    });
  }

  private makeWatchdog(ticks: Ticks): Watchdog {
    const { agenda, listener, options, bitten } = this.links;
    const links = {
      agenda,
      ticks,
      bitten,
      scratch: (cycle: number, index: number, value: number) =>
        this.tell(cycle, (at) => listener.scratch(at, index, value)),
    };
    const watchdog = new Watchdog(links, options.reason === 'watchdog' ? REASON_TIMER : 0);
    if (options.scratch !== undefined) watchdog.scratch.set(options.scratch);
    return watchdog;
  }

  /** DREQ numbers, datasheet table 120. */
  private requests(request: number): number {
    if (request < 16) {
      const { tx, rx } = this.pio[request >> 3].machines[request & 3];
      return request & 4 ? rx.level : tx.depth - tx.level;
    }
    if (request === 20) return this.uart.txRoom;
    if (request === 21) return this.uart.rxLevel;
    return request === 36 ? this.adc.requests : unmodelledRequest(request);
  }

  /** Own models where their mend is not left out, rp2040js's where it is. */
  private install(resets: Resets): void {
    const { rp2040, options, without } = this.links;
    const put = (mend: MendName, base: number, block: Peripheral): void => {
      if (without.has(mend)) this.bus.adopt(base);
      else this.bus.install(base, block);
    };
    for (const pio of this.pio) put('pio', 0x5020_0000 + 0x10_0000 * pio.index, new PioBlock(pio));
    put('dma', 0x5000_0000, this.dma);
    put('uart', 0x4003_4000, this.uart);
    put('adc', 0x4004_c000, this.adc);
    put('timer', 0x4005_4000, this.timer);
    put('watchdog', 0x4005_8000, this.watchdog);
    put('gpio', 0x4001_4000, new IoBank0(this.gpio));
    put('gpio', 0x4001_c000, new PadsBank0(this.gpio));
    this.bus.install(0x4000_c000, resets);
    this.bus.install(0x4006_0000, ringOscillator(options.random ?? (() => 0)));
    this.bus.install(0x4006_4000, voltageRegulator(options.reason !== 'watchdog'));
    for (const base of ADOPTED) this.bus.adopt(base);
    mendSsi(rp2040);
  }
}
