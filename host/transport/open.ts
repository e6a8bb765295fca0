// From what a user calls a port to an open line.

import type { SimulatorOptions } from '../../sim/index.ts';
import { BAUD_DEFAULT, openSerial } from './serial.ts';
import { openTcp } from './tcp.ts';
import type { Transport } from './transport.ts';

export interface TransportOptions {
  /** Rate of the line. Default 115,200 baud. Without meaning for TCP. */
  readonly baud?: number;
  /** Seed of an embedded simulator: the same seed gives the same run. Default 1. */
  readonly seed?: number;
  /** More options of an embedded simulator. */
  readonly simulator?: SimulatorOptions;
}

/** Ports that are a simulator in this process. */
const MACHINES: Readonly<Record<string, SimulatorOptions['machine']>> = { sim: 'wasm', pico: 'pico' };

/** Whether a port names a simulator in this process. */
export function isSimulated(port: string): boolean {
  return Object.hasOwn(MACHINES, port);
}

/**
 * Opens a line: `sim` or `pico` (a simulator in this process, of the modules or of the flashed image), `tcp:<host>:<port>`, or the path of a serial port.
 * @throws LinkError `open` where it cannot be opened; TypeError where `port` is no such thing.
 */
export async function openTransport(port: string, options: TransportOptions = {}): Promise<Transport> {
  if (port === '')
    throw new TypeError('the port is empty: sim, pico, tcp:<host>:<port>, or a path such as /dev/ttyACM0');
  const baud = options.baud ?? BAUD_DEFAULT;
  if (!Number.isInteger(baud) || baud < 1)
    throw new RangeError(`baud ${baud} is not a rate: use a whole number such as ${BAUD_DEFAULT}`);
  if (isSimulated(port)) {
    // The simulator and the firmware's binaries are loaded only where they are used.
    const { openSimulator } = await import('./simulator.ts');
    return openSimulator({ seed: options.seed ?? 1, baud, machine: MACHINES[port], ...options.simulator });
  }
  if (!port.startsWith('tcp:')) return openSerial(port, baud);
  const address = tcpAddress(port);
  return openTcp(address.host, address.port);
}

/** Host and port of `tcp:<host>:<port>`; an IPv6 address stands in brackets. */
export function tcpAddress(name: string): { host: string; port: number } {
  const parts = /^tcp:(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(name);
  const port = Number(parts?.[3]);
  if (parts === null || port < 1 || port > 65_535) {
    throw new TypeError(`${name} is not tcp:<host>:<port>, such as tcp:localhost:4000 or tcp:[::1]:4000`);
  }
  return { host: parts[1] ?? parts[2], port };
}
