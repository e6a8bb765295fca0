// Makes the folder of a file that is going to be written. Not with mkdir's own recursion: below /proc, where a folder can
// be neither found nor made, Node 20 goes round in it for ever.

import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes the folder that `path` is in, and those above it, where they are missing. Throws the file system's error. */
export function makeFolderOf(path: string): void {
  const missing: string[] = [];
  let folder = dirname(resolve(path));
  for (;;) {
    const found = statSync(folder, { throwIfNoEntry: false });
    if (found?.isDirectory()) break;
    if (found !== undefined) throw notFolder(folder);
    missing.push(folder);
    folder = dirname(folder);
  }
  for (const one of missing.reverse()) make(one);
}

function make(folder: string): void {
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another program may have been faster.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

function notFolder(path: string): Error {
  return Object.assign(new Error(`${path} is not a folder`), { code: 'ENOTDIR', path });
}
