// A simulated device whose time is paced to the wall's, and the line that leads from it to a host.

import type { Duplex } from 'node:stream';
import type { EmbeddedDevice } from './embedded.ts';

export interface PaceOptions {
  /** Rate of the device's line, which also bounds what is taken from the host. */
  readonly baud: number;
  /** Takes one line about each thing that a user should know. */
  log?(line: string): void;
}

/** Period of the pacing, ms. */
const TICK_MS = 1;
/** Longest that one tick may simulate, ms of the wall: the process stays responsive. */
const TICK_BUDGET_MS = 50;
/** Simulated time that is further behind than this is given up, µs. */
const LAG_US_MAX = 500_000;
/** A host that sends faster than the line is held back when this much is under way, µs of line time. */
const LINE_US_MAX = 200_000;

/** The device and its pace. What it sends goes to the line that is attached; without one it is lost, as on a free plug. */
export class PacedDevice {
  /** Called once when the simulator fails. */
  failed: (error: Error) => void = () => {};
  readonly #device: EmbeddedDevice;
  readonly #options: PaceOptions;
  readonly #timer: NodeJS.Timeout;
  #give: ((bytes: Uint8Array) => void) | undefined;
  /** Wall time at which simulated time was 0, µs. */
  #originUs: number;
  /** When the line to the device has carried all that the host has sent, simulated µs. */
  #lineFreeUs = 0;
  #slipped = false;

  /** Runs until `stop`. */
  constructor(device: EmbeddedDevice, options: PaceOptions) {
    this.#device = device;
    this.#options = options;
    this.#originUs = wallUs() - device.nowUs();
    this.#timer = setInterval(() => this.tick(), TICK_MS);
  }

  /** Whether a line is attached. */
  get isTaken(): boolean {
    return this.#give !== undefined;
  }

  /** Connects the device's line with a stream until that closes; `give` gets what the device sends. Pre: none is attached. */
  attach(line: Duplex, give: (bytes: Uint8Array) => void): void {
    this.#give = give;
    line.on('data', (chunk: Uint8Array) => this.#take(line, chunk));
    line.on('close', () => {
      this.#give = undefined;
    });
  }

  /** Brings simulated time up to the wall's. */
  tick(): void {
    try {
      const targetUs = Math.floor(wallUs() - this.#originUs);
      const sent: Uint8Array[] = [];
      const endUs = wallUs() + TICK_BUDGET_MS * 1000;
      while (this.#device.nowUs() < targetUs && wallUs() < endUs) sent.push(this.#device.advance(targetUs));
      this.#slip(targetUs - this.#device.nowUs());
      const bytes = Buffer.concat(sent);
      if (bytes.length > 0) this.#give?.(bytes);
    } catch (error) {
      this.fail(error as Error);
    }
  }

  fail(error: Error): void {
    this.stop();
    this.log(`the simulated device failed: ${error.message}`);
    this.failed(error);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  log(line: string): void {
    this.#options.log?.(line);
  }

  #take(line: Duplex, chunk: Uint8Array): void {
    this.tick();
    const nowUs = this.#device.nowUs();
    this.#lineFreeUs = Math.max(nowUs, this.#lineFreeUs) + (chunk.length * 10_000_000) / this.#options.baud;
    this.#device.receive(chunk);
    if (this.#lineFreeUs - nowUs < LINE_US_MAX) return;
    line.pause();
    setTimeout(() => line.resume(), (this.#lineFreeUs - nowUs) / 1000);
  }

  #slip(lagUs: number): void {
    if (lagUs < LAG_US_MAX) return;
    this.#originUs += lagUs;
    if (!this.#slipped) this.log('this machine is too slow for real time: the simulated device lags behind');
    this.#slipped = true;
  }
}

function wallUs(): number {
  return performance.now() * 1000;
}
