// Finds what the page's tables of hazards need on disk: the requirements that ship with the package and, where the sources
// of the tests are at hand, their titles. It only reads.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packagePath } from '../../../host/therapy/package-files.ts';
import { parseRequirements, parseTitles, type Requirement, type TestTitle } from './requirements.ts';

export interface Sources {
  readonly requirements: readonly Requirement[];
  /** Empty where the package came without the sources of its tests. */
  readonly tests: readonly TestTitle[];
}

/** Requirements and tests of this package. Throws the file system's error where the requirements are missing. */
export function readSources(): Sources {
  const requirements = parseRequirements(readFileSync(packagePath('firmware/REQUIREMENTS.md'), 'utf8'));
  const root = packagePath('test');
  const tests = (existsSync(root) ? sourceFiles(root) : []).flatMap((path) =>
    parseTitles(relative(root, path), readFileSync(path, 'utf8')),
  );
  return { requirements, tests };
}

/** Source files below a folder, in the order of their paths. */
function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return sourceFiles(path);
      return /\.ts$/.test(entry.name) && !/\.d\.ts$/.test(entry.name) ? [path] : [];
    });
}
