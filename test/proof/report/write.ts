// Writes the page of proofs to disk.

import { writeFileSync } from 'node:fs';
import { makeFolderOf } from '../../../host/report/make-folder.ts';
import type { ProofResult } from '../result.ts';
import { proofPage } from './page.ts';
import { readSources } from './sources.ts';

/** Writes the page of a run; makes the folder where it is missing. Throws the file system's error. */
export function writeProofPage(path: string, result: ProofResult): void {
  const page = proofPage(result, readSources());
  makeFolderOf(path);
  writeFileSync(path, page);
}
