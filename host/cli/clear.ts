// `stimgate clear`: clears a trip of the interlock whose cause is gone.

import type { Command } from 'commander';
import { Status } from '../../firmware/status.ts';
import { Stimulator } from '../device/stimulator.ts';
import { DeviceError } from '../link/errors.ts';
import { parseBaud } from './arguments.ts';
import { StateError } from './exit.ts';
import { openPort, PORT_HELP } from './port.ts';
import { say, sayJson } from './terminal.ts';

interface ClearOptions {
  readonly port: string;
  readonly baud?: number;
  readonly json?: boolean;
}

/** A trip can be cleared a second after it; with room for the line. */
const HOLD_MS = 1050;

export function addClear(program: Command): void {
  program
    .command('clear')
    .description('clear a trip of the interlock whose cause is gone')
    .option('--port <port>', PORT_HELP, 'sim')
    .option('--baud <rate>', 'rate of the line', parseBaud)
    .option('--json', 'print one JSON document')
    .action(clear);
}

async function clear(options: ClearOptions): Promise<void> {
  const transport = await openPort(options.port, { baud: options.baud });
  try {
    const stimulator = await Stimulator.connect(transport);
    // The last trip is told until the next, also when it has been cleared.
    const { trip, interlock } = await stimulator.status();
    const wasTripped = interlock === 'TRIPPED' || interlock === 'LOCKED';
    await cleared(stimulator);
    const status = await stimulator.status();
    const { name } = transport;
    if (status.interlock === 'TRIPPED' || status.interlock === 'LOCKED')
      throw new StateError(`${name}: the interlock is ${status.interlock} (${status.trip}) again`);
    if (options.json) sayJson({ port: name, cleared: wasTripped ? trip : 'NONE', status });
    else say(`${name}: ${wasTripped ? `the trip (${trip}) is cleared` : 'there was no trip'}`);
  } finally {
    await transport.close();
  }
}

/** Clears the trip; one that is still held, once more after its second. */
async function cleared(stimulator: Stimulator): Promise<void> {
  try {
    await stimulator.clear();
  } catch (error) {
    if (!(error instanceof DeviceError && error.code === Status.TRIPPED)) throw error;
    await stimulator.transport.clock.sleep(HOLD_MS);
    await stimulator.clear();
  }
}
