// Opens the port that a user named; a name that can be no port is misuse, a port that fails is the line's fault.

import { openTransport, type TransportOptions } from '../transport/open.ts';
import type { Transport } from '../transport/transport.ts';
import { UsageError } from './exit.ts';

/** What `--port` takes. */
export const PORT_HELP = 'sim, pico (the image, simulated), a serial port, or tcp:<host>:<port>';

/** @throws UsageError for a name or a rate that cannot be; LinkError where the port does not open. */
export async function openPort(port: string, options: TransportOptions): Promise<Transport> {
  try {
    return await openTransport(port, options);
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw new UsageError(error.message);
    throw error;
  }
}
