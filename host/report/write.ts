// Writes a report or a sheet of plots to disk.

import { writeFileSync } from 'node:fs';
import { makeFolderOf } from './make-folder.ts';
import { reportPage } from './page.ts';
import type { RunRecord, SessionRecord } from './record.ts';
import { scopeSheet } from './sheet.ts';

/** Writes the page of a session; makes the folder where it is missing. Throws the file system's error. */
export function writeReport(path: string, session: SessionRecord): void {
  makeFolderOf(path);
  writeFileSync(path, reportPage(session));
}

/** Writes a run's plots as one SVG. Returns false where no levels were captured. Throws the file system's error. */
export function writeSheet(path: string, run: RunRecord): boolean {
  const sheet = scopeSheet(run);
  if (sheet === undefined) return false;
  makeFolderOf(path);
  writeFileSync(path, sheet);
  return true;
}
