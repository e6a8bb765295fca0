// A device inside this process, in simulated time: the line to it is a serialport binding in memory.

import { SerialPortStream } from '@serialport/stream';
import { bindingOf, QueuedPort } from './queued-port.ts';
import { closePort, opened, type Transport } from './transport.ts';
import { type Driven, VirtualClock } from './virtual-clock.ts';

/** A device that runs only when it is told to. */
export interface EmbeddedDevice {
  /** Simulated time, µs. */
  nowUs(): number;
  /** Puts bytes on the line to the device, which takes them at its baud rate. */
  receive(bytes: Uint8Array): void;
  /** Runs to `untilUs`, or to just after the next zero byte that it sends. Returns what it has sent on the way. */
  advance(untilUs: number): Uint8Array;
}

/** Opens a line to `device`. Its time moves only while the client waits on the transport's clock. */
export async function openEmbedded(device: EmbeddedDevice, name: string, baud: number): Promise<Transport> {
  const line = new EmbeddedLine(device);
  const binding = bindingOf((options) => {
    line.queued = new QueuedPort({ write: (bytes) => device.receive(bytes) }, options);
    return line.queued;
  });
  const port = new SerialPortStream({ binding, path: name, baudRate: baud, autoOpen: false });
  port.on('data', (chunk: Buffer) => line.count(chunk.length));
  port.on('close', () => line.release());
  await opened(port);
  return { name, port, clock: new VirtualClock(line), close: () => closePort(port) };
}

/** Counts bytes on both ends of the port, so that simulated time can wait for the client. */
class EmbeddedLine implements Driven {
  queued: QueuedPort | undefined;
  readonly #device: EmbeddedDevice;
  #consumed = 0;
  #waiting: (() => void) | undefined;

  constructor(device: EmbeddedDevice) {
    this.#device = device;
  }

  nowUs(): number {
    return this.#device.nowUs();
  }

  advance(untilUs: number): void {
    this.queued?.deliver(this.#device.advance(untilUs));
  }

  consumed(): Promise<void> {
    if (!this.queued?.isOpen || this.#consumed >= this.queued.delivered) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  /** The client's stream has handed on `bytes`: its listeners run in the same turn. */
  count(bytes: number): void {
    this.#consumed += bytes;
    if (this.queued !== undefined && this.#consumed >= this.queued.delivered) this.release();
  }

  /** Nobody will read any more. */
  release(): void {
    this.#waiting?.();
    this.#waiting = undefined;
  }
}
