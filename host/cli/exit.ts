// Exit codes, and every error as one line that a user can act on. A stack trace is shown only with STIMGATE_DEBUG=1.

import { CommanderError } from 'commander';
import { ResultsError } from '../campaign/results.ts';
import { FlashError } from '../flash/errors.ts';
import { DeviceError, LinkError } from '../link/errors.ts';
import { FILE_ERRORS } from '../report/file-words.ts';
import { FileProblems } from '../therapy/problem.ts';

export { fileWords } from '../report/file-words.ts';

/** What the process's exit code says. */
export enum Exit {
  /** All that was judged holds. */
  HOLDS = 0,
  /** A judgement failed. */
  FAILED = 1,
  /** The command cannot be carried out as it was given. */
  MISUSE = 2,
  /** The line or the device failed. */
  DEVICE = 3,
  /** Ctrl-C: the output was stopped. */
  INTERRUPTED = 130,
}

/** The command, an option or a file cannot be used as given. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The device is in a state in which the command cannot be carried out: running, tripped, locked. */
export class StateError extends Error {
  override readonly name = 'StateError';
}

export interface Ending {
  readonly exit: number;
  /** One or more lines; empty where nothing failed. */
  readonly message: string;
  /** The lines are on stderr already. */
  readonly told?: boolean;
}

/** How the process ends on an error. */
export function endingOf(error: unknown): Ending {
  if (error instanceof CommanderError) return commanderEnding(error);
  if (error instanceof FileProblems || error instanceof UsageError || error instanceof ResultsError)
    return { exit: Exit.MISUSE, message: error.message };
  if (error instanceof LinkError || error instanceof DeviceError || error instanceof StateError)
    return { exit: Exit.DEVICE, message: error.message };
  if (error instanceof FlashError)
    return { exit: error.isMisuse ? Exit.MISUSE : Exit.DEVICE, message: error.message };
  const { code, path, message } = (error ?? {}) as NodeJS.ErrnoException;
  if (code !== undefined && path !== undefined && FILE_ERRORS[code] !== undefined) {
    return { exit: Exit.MISUSE, message: `${path}: ${FILE_ERRORS[code]}` };
  }
  const what = String(message ?? error).split('\n')[0];
  return { exit: Exit.DEVICE, message: `internal error: ${what} (STIMGATE_DEBUG=1 shows where)` };
}

/** Commander has printed its own errors, and help and versions end well. */
function commanderEnding(error: CommanderError): Ending {
  if (error.exitCode === 0) return { exit: Exit.HOLDS, message: '' };
  return { exit: Exit.MISUSE, message: error.message.replace(/^error: /, ''), told: true };
}
