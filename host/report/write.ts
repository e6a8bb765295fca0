// Writes a report to disk.

import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { reportPage } from './page.ts';
import type { SessionRecord } from './record.ts';

/** Writes the page of a session; makes the folder where it is missing. Throws the file system's error. */
export function writeReport(path: string, session: SessionRecord): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, reportPage(session));
}
