// `stimgate sim`: a simulated device on a TCP port or a serial one, its time paced to the wall's, until Ctrl-C.

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import type { EmbeddedDevice } from '../transport/embedded.ts';
import { servePty } from '../transport/pty.ts';
import { BAUD_DEFAULT } from '../transport/serial.ts';
import { type Served, serve } from '../transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../transport/simulator.ts';
import { parseBaud, parseSeed, parseTcpPort } from './arguments.ts';
import { UsageError } from './exit.ts';
import { aborted, catchInterrupt } from './interrupt.ts';
import { say, sayJson, warn } from './terminal.ts';

interface SimOptions {
  readonly tcp?: number;
  readonly pty?: string;
  readonly machine: 'wasm' | 'pico';
  readonly baud: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function addSim(program: Command): void {
  program
    .command('sim')
    .description('serve a simulated device on a serial port or a TCP port, for one host at a time')
    .option('--tcp <port>', 'port to listen on, on this machine only; 0: any free one', parseTcpPort)
    .option('--pty <link>', 'serial port to make, a path such as /tmp/stim (needs socat)')
    .option('--machine <name>', 'processor that runs the firmware: wasm, pico', parseMachine, 'wasm')
    .option('--baud <rate>', 'rate of the line', parseBaud, BAUD_DEFAULT)
    .option('--seed <n>', 'seed of the simulator', parseSeed, 1)
    .option('--json', 'print where it listens as one JSON document')
    .action(sim);
}

function parseMachine(text: string): 'wasm' | 'pico' {
  if (text !== 'wasm' && text !== 'pico') throw new InvalidArgumentError('The machine is wasm or pico.');
  return text;
}

async function sim(options: SimOptions): Promise<void> {
  if ((options.tcp === undefined) === (options.pty === undefined))
    throw new UsageError('say where to listen: --pty /tmp/stim, or --tcp 4000 (--tcp 0 for any free port)');
  if (options.pty === '') throw new UsageError('--pty: the path is empty');
  const { seed, baud, machine } = options;
  const simulator = await madeSimulator({ seed, baud, machine, trace: false }).catch((error: Error) => {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  });
  const interrupt = catchInterrupt();
  const device = simulatedDevice(simulator, undefined);
  const log = (line: string): void => (options.json ? undefined : warn(line));
  const served = await servedAt(device, options, log).catch((error: Error) => {
    throw error instanceof TypeError ? new UsageError(error.message) : error;
  });
  const port = served.name;
  if (options.json) sayJson({ port, seed: options.seed, machine: options.machine, baud: options.baud });
  else
    say(
      `A simulated device (seed ${seed}) listens: stimgate run tonic --port ${port}${atRate(options)}. Ctrl-C ends it.`,
    );
  try {
    await Promise.race([served.ended, aborted(interrupt.signal)]);
  } finally {
    await served.close();
    interrupt.release();
  }
}

function servedAt(
  device: EmbeddedDevice,
  { tcp, pty, baud }: SimOptions,
  log: (line: string) => void,
): Promise<Served> {
  return pty === undefined
    ? serve(device, { port: tcp ?? 0, baud, log })
    : servePty(device, { link: pty, baud, log });
}

/** The option that a host on a serial port of this rate needs. */
function atRate({ pty, baud }: SimOptions): string {
  return pty === undefined || baud === BAUD_DEFAULT ? '' : ` --baud ${baud}`;
}
