// `stimgate sim`: a simulated device on a TCP port, its time paced to the wall's, until Ctrl-C.

import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import { serve } from '../transport/serve.ts';
import { madeSimulator, simulatedDevice } from '../transport/simulator.ts';
import { parseBaud, parseSeed, parseTcpPort } from './arguments.ts';
import { UsageError } from './exit.ts';
import { aborted, catchInterrupt } from './interrupt.ts';
import { say, sayJson, warn } from './terminal.ts';

interface SimOptions {
  readonly tcp?: number;
  readonly machine: 'wasm' | 'pico';
  readonly baud: number;
  readonly seed: number;
  readonly json?: boolean;
}

export function addSim(program: Command): void {
  program
    .command('sim')
    .description('serve a simulated device on a TCP port, for one host at a time')
    .option('--tcp <port>', 'port to listen on, on this machine only; 0: any free one', parseTcpPort)
    .option('--machine <name>', 'processor that runs the firmware: wasm, pico', parseMachine, 'wasm')
    .option('--baud <rate>', 'rate of the line', parseBaud, 115200)
    .option('--seed <n>', 'seed of the simulator', parseSeed, 1)
    .option('--json', 'print where it listens as one JSON document')
    .action(sim);
}

function parseMachine(text: string): 'wasm' | 'pico' {
  if (text !== 'wasm' && text !== 'pico') throw new InvalidArgumentError('The machine is wasm or pico.');
  return text;
}

async function sim(options: SimOptions): Promise<void> {
  if (options.tcp === undefined)
    throw new UsageError('say where to listen: --tcp 4000 (or --tcp 0 for any free port)');
  const { seed, baud, machine } = options;
  const simulator = await madeSimulator({ seed, baud, machine, trace: false }).catch((error: Error) => {
    throw error instanceof RangeError ? new UsageError(error.message) : error;
  });
  const interrupt = catchInterrupt();
  const device = simulatedDevice(simulator, undefined);
  const log = (line: string): void => (options.json ? undefined : warn(line));
  const served = await serve(device, { port: options.tcp, baud: options.baud, log });
  const port = `tcp:${served.host}:${served.port}`;
  if (options.json) sayJson({ port, seed: options.seed, machine: options.machine, baud: options.baud });
  else
    say(
      `A simulated device (seed ${options.seed}) listens: stimgate run tonic --port ${port}. Ctrl-C ends it.`,
    );
  try {
    await Promise.race([served.ended, aborted(interrupt.signal)]);
  } finally {
    await served.close();
    interrupt.release();
  }
}
