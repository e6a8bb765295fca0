// `stimgate stop`: ends what a device delivers, whoever has started it.

import type { Command } from 'commander';
import { Status } from '../../firmware/status.ts';
import type { DeviceStatus } from '../device/messages.ts';
import { Stimulator } from '../device/stimulator.ts';
import { DeviceError, LinkError } from '../link/errors.ts';
import { parseBaud } from './arguments.ts';
import { openPort, PORT_HELP } from './port.ts';
import { say, sayJson } from './terminal.ts';

interface StopOptions {
  readonly port: string;
  readonly baud?: number;
  readonly now?: boolean;
  readonly json?: boolean;
}

/** The longest soft stop, and room beyond it. */
const STOP_MS_MAX = 63_000;
const ASK_MS = 50;

export function addStop(program: Command): void {
  program
    .command('stop')
    .description('end what the device delivers: with its ramp down, or at once')
    .option('--port <port>', PORT_HELP, 'sim')
    .option('--baud <rate>', 'rate of the line', parseBaud)
    .option('--now', 'switch the output off at once (ESTOP)')
    .option('--json', 'print one JSON document')
    .action(stop);
}

async function stop(options: StopOptions): Promise<void> {
  const transport = await openPort(options.port, { baud: options.baud });
  try {
    const stimulator = await Stimulator.connect(transport);
    const wasRunning = await order(stimulator, options.now === true);
    const status = await idle(stimulator);
    if (options.json) sayJson({ port: transport.name, wasRunning, status });
    else say(`${transport.name}: ${wasRunning === false ? 'nothing was running' : 'the output is off'}`);
  } finally {
    await transport.close();
  }
}

/** Whether there was anything to stop; unknown for ESTOP, which asks nothing first. */
async function order(stimulator: Stimulator, now: boolean): Promise<boolean | undefined> {
  if (now) {
    await stimulator.estop();
    return undefined;
  }
  try {
    await stimulator.stop();
    return true;
  } catch (error) {
    if (error instanceof DeviceError && error.code === Status.NOT_STIMULATING) return false;
    throw error;
  }
}

/** Waits for the end of a soft stop; asking keeps the session alive. */
async function idle(stimulator: Stimulator): Promise<DeviceStatus> {
  const { clock, name } = stimulator.transport;
  const deadlineMs = clock.nowMs() + STOP_MS_MAX;
  for (;;) {
    const status = await stimulator.status();
    if (status.therapy === 'IDLE') return status;
    if (clock.nowMs() > deadlineMs)
      throw new LinkError(
        'timeout',
        `the device at ${name} does not stop: use "stimgate stop --now" or a magnet`,
      );
    await clock.sleep(ASK_MS);
  }
}
