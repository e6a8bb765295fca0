// Puts an image's file into its target, whole or not at all. A folder gets it under another name that is changed when all
// of it is on the disk. A boot volume is no disk: its board takes each block as it comes and restarts after the last one,
// so the file is written there under its own name, and the volume may be gone before it has confirmed the end.

import * as fs from 'node:fs';
import { join } from 'node:path';
import { fileWords } from '../report/file-words.ts';
import { FlashError } from './errors.ts';
import type { Target } from './target.ts';
import { boardOf } from './volumes.ts';

/** What is asked of the file system, so that a test can make it fail. */
export type Files = Pick<
  typeof fs,
  | 'accessSync'
  | 'closeSync'
  | 'fsyncSync'
  | 'openSync'
  | 'renameSync'
  | 'statfsSync'
  | 'unlinkSync'
  | 'writeSync'
>;

export interface Copy {
  readonly path: string;
  /** False: all of it was handed over, but the boot volume was gone before it had confirmed that. */
  readonly isConfirmed: boolean;
}

/** Errors of a target that has failed rather than been chosen badly. */
const FAILURES: ReadonlySet<string> = new Set([
  'ENOSPC',
  'EDQUOT',
  'EROFS',
  'EIO',
  'ENODEV',
  'ENXIO',
  'ENOENT',
]);
/** What a disk says that is no longer there. */
const GONE: ReadonlySet<string> = new Set(['EIO', 'ENODEV', 'ENXIO', 'ENOENT']);

/**
 * Copies `file` into the target as `fileName`, onto the disk before it returns.
 * @throws FlashError; nothing of the file is then left in the target, or the message says that it is.
 */
export function copyTo(target: Target, fileName: string, file: Uint8Array, files: Files = fs): Copy {
  const path = join(target.folder, fileName);
  requireRoom(target, path, file.length, files);
  if (target.isBootVolume) return { path, isConfirmed: written(target, path, path, file, files) };
  const unfinished = join(target.folder, `.${fileName}.${process.pid}-${Date.now().toString(36)}.part`);
  written(target, path, unfinished, file, files);
  try {
    files.renameSync(unfinished, path);
  } catch (error) {
    throw failure(target, path, error, removed(unfinished, files));
  }
  return { path, isConfirmed: true };
}

/**
 * Refuses a copy of which nobody knows whether the board has all of it.
 * @throws FlashError that says how to find out.
 */
export function requireConfirmed({ path, isConfirmed }: Copy): void {
  if (isConfirmed) return;
  throw new FlashError(
    'volume',
    `the volume was gone before it had confirmed all of ${path}: ask the board with "stimgate info --port <port>", or flash it again`,
  );
}

function requireRoom(target: Target, path: string, bytes: number, files: Files): void {
  const { folder } = target;
  let freeBytes = 0;
  try {
    files.accessSync(folder, fs.constants.W_OK);
    const { blocks, bavail, bsize } = files.statfsSync(folder);
    // Some file systems do not tell how large they are: there the writing shows it.
    freeBytes = blocks === 0 ? bytes : bavail * bsize;
  } catch (error) {
    throw failure(target, path, error);
  }
  if (freeBytes >= bytes) return;
  throw new FlashError(
    'volume',
    `${folder} is full: the image has ${bytes} bytes, and ${freeBytes} are free there`,
  );
}

/** Writes `file` to `at`, the place on the way to `path`. Returns false for a boot volume that did not confirm the end. */
function written(target: Target, path: string, at: string, file: Uint8Array, files: Files): boolean {
  let descriptor: number;
  try {
    descriptor = files.openSync(at, at === path ? 'w' : 'wx');
  } catch (error) {
    throw failure(target, path, error);
  }
  let handedOver = 0;
  try {
    try {
      while (handedOver < file.length) handedOver += someWritten(descriptor, file, handedOver, files);
      files.fsyncSync(descriptor);
    } finally {
      files.closeSync(descriptor);
    }
  } catch (error) {
    const isWhole = handedOver === file.length;
    if (target.isBootVolume && isWhole && isGone(target, error)) return false;
    throw failure(target, path, error, `${partFlashed(target)}${removed(at, files)}`);
  }
  return true;
}

function someWritten(descriptor: number, file: Uint8Array, from: number, files: Files): number {
  const bytes = files.writeSync(descriptor, file, from);
  if (bytes > 0) return bytes;
  throw Object.assign(new Error('nothing was taken'), { code: 'EIO' });
}

/** A board that got some of the blocks has them in its flash, and its old firmware no more. */
function partFlashed({ isBootVolume }: Target): string {
  return isBootVolume ? '; the board may hold a part of the image: flash it again' : '';
}

/** Takes away what was written. Returns what to say where that fails too. */
function removed(path: string, files: Files): string {
  try {
    files.unlinkSync(path);
    return '';
  } catch (error) {
    return GONE.has(codeOf(error)) ? '' : `; a part of it is left as ${path}`;
  }
}

function isGone({ folder }: Target, error: unknown): boolean {
  return GONE.has(codeOf(error)) || boardOf(folder) === undefined;
}

function failure({ folder }: Target, path: string, error: unknown, more = ''): FlashError {
  const code = codeOf(error);
  const fault = FAILURES.has(code) ? 'volume' : 'target';
  return new FlashError(fault, `cannot write ${path}: ${reason(folder, code, error)}${more}`, {
    cause: error,
  });
}

function reason(folder: string, code: string, error: unknown): string {
  if (GONE.has(code) && !fs.existsSync(folder)) return `${folder} is gone`;
  if (code === 'EIO' || code === 'ENODEV' || code === 'ENXIO') return 'the disk does not answer any more';
  return fileWords(error);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? '';
}
