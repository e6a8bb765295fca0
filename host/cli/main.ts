#!/usr/bin/env node
// The `stimgate` command. A reader that goes away is no reason to leave a device stimulating: without stdout the therapy is
// ended and the exit code stays that of its verdict; without stderr only progress and messages are lost.

import { main } from './command-line.ts';
import { Exit } from './exit.ts';
import { interruptAll } from './interrupt.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  interruptAll();
  // A reader that has seen enough (`stimgate check … | head`) is no error; a full disk is.
  if (error.code !== 'EPIPE') process.on('exit', () => (process.exitCode ||= Exit.DEVICE));
});
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2));
