// The board: everything around the processor, put together, and what resets and the outside world do to it.

import { type Clock, NOW } from '../clock/clock.ts';
import { CYCLES_PER_US } from '../clock/cycles.ts';
import type { Machine } from '../machine/machine.ts';
import { Mark, OffBy, ResetBy } from '../trace/marks.ts';
import type { Palette } from '../trace/palette.ts';
import type { Trace } from '../trace/trace.ts';
import { Heartbeat } from './heartbeat.ts';
import { OutputStage } from './output-stage.ts';
import { type Load, Playback } from './playback.ts';
import { SegmentRing } from './segment-ring.ts';
import { Magnet, Sensor } from './sensors.ts';
import { Uart } from './uart.ts';
import { Watchdog } from './watchdog.ts';

/** Readings of a board without a body. */
export const BATTERY_MV = 3900;
export const TEMPERATURE_MC = 37000;

export interface BoardOptions {
  readonly clock: Clock;
  readonly palette: Palette;
  readonly trace: Trace | null;
  readonly load: Load | null;
  readonly seed: number;
  readonly baud: number;
  /** Cycles from a reset to the main loop. */
  readonly resetCycles: number;
  /** Called by the watchdog when its time has run out. */
  readonly onWatchdog: (cycle: number) => void;
}

export class Board {
  readonly clock: Clock;
  readonly trace: Trace | null;
  readonly uart: Uart;
  readonly stage: OutputStage;
  readonly playback: Playback;
  readonly heartbeat: Heartbeat;
  readonly watchdog: Watchdog;
  readonly battery: Sensor;
  readonly temperature: Sensor;
  readonly magnetInput = new Magnet();
  /** What the self-test of the output stage found. */
  selfTestPassed = true;
  /** Cycle at which the processor's µs counter was 0. */
  readonly timerBase = new Float64Array(1);
  /** Resets so far. */
  resets = 0;
  private readonly load: Load | null;
  private lastBatteryMv: number;
  private machine: Machine | null = null;
  private readonly resetCycles: number;

  constructor(options: BoardOptions) {
    const { clock, palette, trace, load, seed } = options;
    const ring = new SegmentRing();
    this.clock = clock;
    this.trace = trace;
    this.load = load;
    this.resetCycles = options.resetCycles;
    this.playback = new Playback(ring, palette, load, seed);
    this.stage = new OutputStage(ring, palette, this.playback, trace);
    this.uart = new Uart(clock, trace, options.baud, seed);
    this.heartbeat = new Heartbeat(clock, this.stage, trace);
    this.watchdog = new Watchdog(clock, options.onWatchdog);
    this.lastBatteryMv = load?.batteryMv ?? BATTERY_MV;
    this.battery = new Sensor(this.lastBatteryMv);
    this.temperature = new Sensor(load?.temperatureMc ?? TEMPERATURE_MC);
  }

  /** Puts the processor in its socket and switches the power on. */
  attach(machine: Machine): void {
    this.machine = machine;
    this.uart.onReceive = (cycle) => machine.wake(cycle);
    this.restart(0, 0, true);
  }

  /** Holds the processor in reset for `holdCycles` and starts it again. Everything that it knew is lost. */
  reset(cycle: number, by: ResetBy, holdCycles: number): void {
    this.resets++;
    this.stage.off(cycle, OffBy.RESET);
    this.playback.reset();
    this.trace?.mark(cycle, Mark.RESET, by);
    this.uart.reset(cycle);
    this.watchdog.stop();
    this.magnetInput.isLatched = false;
    this.restart(cycle, holdCycles, by === ResetBy.BROWN_OUT);
  }

  /** The processor's first instruction: the line is listened to from here on. */
  start(cycle: number): void {
    this.trace?.mark(cycle, Mark.BOOT);
    this.uart.powerUp();
  }

  /** A module trapped: the fault handler switches off, and the processor stands still until the watchdog bites. */
  trap(cycle: number, module: number): void {
    this.stage.off(cycle, OffBy.TRAP);
    this.trace?.mark(cycle, Mark.TRAP, module);
  }

  /** The magnet arrives or leaves. */
  moveMagnet(cycle: number, isPresent: boolean): void {
    if (this.magnetInput.isPresent === isPresent) return;
    this.magnetInput.isPresent = isPresent;
    this.trace?.mark(cycle, Mark.MAGNET, isPresent ? 1 : 0);
    this.machine?.moveMagnet(cycle, isPresent);
  }

  changeBattery(cycle: number, millivolts: number): void {
    if (this.load !== null) this.load.batteryMv = millivolts;
    this.lastBatteryMv = millivolts;
    this.battery.set(cycle, millivolts);
  }

  changeTemperature(cycle: number, milliCelsius: number): void {
    if (this.load !== null) this.load.temperatureMc = milliCelsius;
    this.temperature.set(cycle, milliCelsius);
  }

  /** The battery's reading; the body drains it as far as the body has been moved on. */
  readBattery(cycle: number): number {
    if (this.load !== null && this.load.batteryMv !== this.lastBatteryMv) {
      this.lastBatteryMv = this.load.batteryMv;
      this.battery.set(cycle, this.lastBatteryMv);
    }
    return this.battery.read(cycle);
  }

  // From here on for the outside: the same at the present cycle.

  /** Magnet to or from the device. */
  magnet(isPresent: boolean): void {
    this.moveMagnet(this.clock.time[NOW], isPresent);
  }
  setBattery(millivolts: number): void {
    this.changeBattery(this.clock.time[NOW], millivolts);
  }
  setTemperature(milliCelsius: number): void {
    this.changeTemperature(this.clock.time[NOW], milliCelsius);
  }

  /** The processor's counter starts with its main loop, at a whole µs of the stage. */
  private restart(cycle: number, holdCycles: number, isPowerLost: boolean): void {
    const bootCycle = Math.ceil((cycle + holdCycles + this.resetCycles) / CYCLES_PER_US) * CYCLES_PER_US;
    this.timerBase[0] = bootCycle;
    this.machine?.reset(bootCycle, isPowerLost);
  }
}
