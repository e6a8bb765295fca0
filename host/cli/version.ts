// The version of this package, read where it is written.

import { readFileSync } from 'node:fs';
import { packagePath } from '../therapy/package-files.ts';

export function packageVersion(): string {
  return JSON.parse(readFileSync(packagePath('package.json'), 'utf8')).version;
}
