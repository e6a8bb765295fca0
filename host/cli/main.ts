#!/usr/bin/env node
// The `stimgate` command.

import { main } from './command-line.ts';
import { Exit } from './exit.ts';

// A reader that goes away (`stimgate run | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) =>
  process.exit(error.code === 'EPIPE' ? Exit.HOLDS : Exit.DEVICE),
);

process.exitCode = await main(process.argv.slice(2));
