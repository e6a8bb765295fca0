// Writes a file so that an error names it: those of writes to an open file, on a full disk, do not.

import { writeFileSync } from 'node:fs';
import { makeFolderOf } from './make-folder.ts';

/** Writes a text; makes the folder where it is missing. Throws the file system's error, with the path. */
export function writeText(path: string, text: string): void {
  makeFolderOf(path);
  named(path, () => writeFileSync(path, text));
}

/** Lets an error of the file system name the file. */
export function named<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw Object.assign(error as NodeJS.ErrnoException, { path });
  }
}
