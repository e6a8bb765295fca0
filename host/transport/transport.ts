// A line to a device: a serial port above any binding, and the time that passes on it.

import type { SerialPortStream } from '@serialport/stream';
import type { Simulator } from '../../sim/index.ts';
import type { HostClock } from './clock.ts';

export interface Transport {
  /** How messages call the line: `/dev/ttyACM0`, `tcp:localhost:4000`, `sim`. */
  readonly name: string;
  /** Open until `close`. */
  readonly port: SerialPortStream;
  readonly clock: HostClock;
  /** The embedded simulator, where the device is one. */
  readonly simulator?: Simulator;
  /** Closes the line; harmless the second time. Never rejects. */
  close(): Promise<void>;
}

/** Longest wait for a port to close, ms: a broken driver must not keep the program. */
const CLOSE_MS = 1000;

/** Closes a port, whatever state it is in. */
export function closePort(port: SerialPortStream): Promise<void> {
  if (!port.isOpen) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, CLOSE_MS);
    port.close(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Opens `port`. Rejects with the binding's error. An `error` event after that has at least one listener. */
export function opened(port: SerialPortStream): Promise<void> {
  port.on('error', () => {});
  return new Promise((resolve, reject) => {
    port.open((error) => (error ? reject(error) : resolve()));
  });
}
