// The simulator as an embedded device: the same client code runs above it as above a serial port.

import { CYCLES_PER_US, createSimulator, type Simulator, type SimulatorOptions } from '../../sim/index.ts';
import { LinkError } from '../link/errors.ts';
import { type EmbeddedDevice, openEmbedded } from './embedded.ts';
import { BAUD_DEFAULT } from './serial.ts';
import type { Transport } from './transport.ts';

/**
 * A new simulated device, switched on, with a line to it.
 * @throws LinkError `open` where the firmware has not been built; RangeError for options that no simulator has.
 */
export async function openSimulator(options: SimulatorOptions = {}): Promise<Transport> {
  const simulator = await madeSimulator(options);
  const baud = options.baud ?? BAUD_DEFAULT;
  const name = options.machine === 'pico' ? 'pico' : 'sim';
  const transport = await openEmbedded(simulatedDevice(simulator, options.onByte), name, baud);
  return { ...transport, simulator };
}

/** A new simulated device, switched on. Fails as openSimulator does. */
export async function madeSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  try {
    return await createSimulator({ baud: BAUD_DEFAULT, ...options });
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) throw error;
    const cause = error as Error;
    throw new LinkError('open', `cannot start the simulator: ${cause.message.split('\n')[0]}`, { cause });
  }
}

/** `simulator` as a device that runs when it is told to. It takes the simulator's `onByte` over and calls `alsoTo` too. */
export function simulatedDevice(simulator: Simulator, alsoTo?: SimulatorOptions['onByte']): EmbeddedDevice {
  let sent: number[] = [];
  simulator.onByte = (byte, cycle) => {
    sent.push(byte);
    alsoTo?.(byte, cycle);
  };
  return {
    nowUs: () => simulator.nowUs,
    receive: (bytes) => simulator.write(bytes),
    advance: (untilUs) => {
      simulator.runUntilByte(0, Math.ceil(untilUs * CYCLES_PER_US));
      const bytes = Uint8Array.from(sent);
      sent = [];
      return bytes;
    },
  };
}
