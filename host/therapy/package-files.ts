// Finds files that ship with the package, from its sources as well as from dist.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

let root: string | undefined;

/** The package's root folder: the nearest one above this file that holds a package.json. */
export function packageRoot(): string {
  if (root !== undefined) return root;
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('the package that this file belongs to was not found');
    folder = above;
  }
  root = folder;
  return folder;
}

/** Absolute path of a file of the package, given relative to its root. */
export function packagePath(relative: string): string {
  return join(packageRoot(), relative);
}
