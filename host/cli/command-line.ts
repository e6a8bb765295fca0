// The command line: takes the arguments apart, runs one command, and says how it ended, errors in one clear line each.

import { Command } from 'commander';
import { addCampaign } from './campaign.ts';
import { addCheck } from './check.ts';
import { addClear } from './clear.ts';
import { Exit, endingOf } from './exit.ts';
import { addFlash } from './flash.ts';
import { addImpedance } from './impedance.ts';
import { addInfo } from './info.ts';
import { addProve } from './prove.ts';
import { addRun } from './run.ts';
import { addSim } from './sim.ts';
import { addStop } from './stop.ts';
import { sayJson, warn } from './terminal.ts';
import { packageVersion } from './version.ts';
import { addWorker } from './worker.ts';

const EXITS = `
Exit codes: 0 all that was judged holds, 1 a judgement failed, 2 misuse, 3 the line or the device failed, 130 Ctrl-C.
STIMGATE_DEBUG=1 shows where an error comes from. NO_COLOR=1 turns colours off.
Stimgate is a research platform, not a medical device. The link is not authenticated: not defended.`;

/** The command line as commander describes it. */
export function commandLine(): Command {
  const program = new Command('stimgate')
    .description(
      'A spinal cord stimulator core whose every pulse passes a safety interlock: run it, simulate it, judge it.',
    )
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', EXITS)
    .showSuggestionAfterError()
    .exitOverride();
  const adders = [
    addRun,
    addSim,
    addCheck,
    addProve,
    addCampaign,
    addWorker,
    addFlash,
    addInfo,
    addImpedance,
    addStop,
    addClear,
  ];
  for (const add of adders) add(program);
  for (const command of program.commands) command.exitOverride();
  return program;
}

/** Runs the command that the arguments name; resolves to the exit code. Never rejects. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    process.exitCode = Exit.HOLDS;
    const program = commandLine();
    if (argv.length === 0) program.help({ error: true });
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? Exit.HOLDS);
  } catch (error) {
    return report(error, argv.includes('--json'));
  }
}

function report(error: unknown, json: boolean): number {
  const { exit, message, told } = endingOf(error); // REQ-HST-103
  if (message !== '') {
    if (json) sayJson({ error: message, exit });
    if (!told) for (const line of message.split('\n')) warn(`stimgate: ${line}`);
  }
  if ((process.env.STIMGATE_DEBUG ?? '') !== '' && error instanceof Error && exit !== Exit.HOLDS)
    warn(error.stack ?? '');
  return exit;
}
