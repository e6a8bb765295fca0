// `stimgate impedance`: measures contacts against the case, or chosen pairs.

import type { Command } from 'commander';
import { Stimulator } from '../device/stimulator.ts';
import { grouped } from '../report/format.ts';
import { ELECTRODE_NAMES } from '../therapy/levels.ts';
import { type ElectrodePair, parseBaud, parsePairs, parseSeed } from './arguments.ts';
import { openPort, PORT_HELP } from './port.ts';
import { measurePairs, selfTest } from './prepare.ts';
import { Progress, say, sayJson } from './terminal.ts';

interface ImpedanceOptions {
  readonly port: string;
  readonly baud?: number;
  readonly seed: number;
  readonly pairs?: readonly ElectrodePair[];
  readonly json?: boolean;
}

/** Every contact against the case. */
const ALL: readonly ElectrodePair[] = ELECTRODE_NAMES.filter((name) => name !== 'CASE').map((plus) => ({
  plus,
  minus: 'CASE',
}));

export function addImpedance(program: Command): void {
  program
    .command('impedance')
    .description('measure the impedance of every contact against the case, or of chosen pairs')
    .option('--port <port>', PORT_HELP, 'sim')
    .option('--baud <rate>', 'rate of the line', parseBaud)
    .option('--seed <n>', 'seed of the simulator', parseSeed, 1)
    .option('--pairs <list>', 'pairs such as E1-E2,E3-CASE', parsePairs)
    .option('--json', 'print one JSON document')
    .action(impedance);
}

async function impedance(options: ImpedanceOptions): Promise<void> {
  const progress = new Progress(options.json);
  const transport = await openPort(options.port, { seed: options.seed, baud: options.baud });
  try {
    const stimulator = await Stimulator.connect(transport);
    await selfTest(stimulator);
    const pairs = options.pairs ?? ALL;
    const measured = await measurePairs(stimulator, pairs, ({ plus, minus }) =>
      progress.update(`measuring ${plus}–${minus}`),
    );
    progress.clear();
    if (options.json) {
      sayJson({
        port: transport.name,
        impedances: measured.map((one) => ({ ...one, ohm: one.ohm ?? null })),
      });
      return;
    }
    for (const { plus, minus, ohm } of measured) {
      const value =
        ohm === undefined ? 'open: the current could not be driven' : `${grouped(ohm).padStart(6)} Ω`;
      say(`${`${plus}–${minus}`.padEnd(9)} ${value}`);
    }
  } finally {
    progress.clear();
    await transport.close();
  }
}
