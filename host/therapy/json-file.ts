// Reads JSON files that users write: whatever is wrong with one is a problem that names the place.

import { readFileSync } from 'node:fs';
import { duplicateKey, jsonErrorOffset } from './json-place.ts';
import { FileProblems, type Problem, shortened } from './problem.ts';

/** The error that a kind of file has. */
export type ProblemsClass = new (file: string, problems: readonly Problem[]) => FileProblems;

/** Longest file that is read, bytes: nothing that is written by hand needs a tenth of it. */
const FILE_BYTES_MAX = 1 << 20;

/** Text of a file. @throws what `Problems` makes of a file that cannot be read. */
export function readText(path: string, shownAs: string, Problems: ProblemsClass): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) {
      throw new Problems(shownAs, [
        { field: '', message: `${bytes.length} bytes is above the limit of 1 MiB` },
      ]);
    }
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof FileProblems) throw error;
    throw new Problems(shownAs, [{ field: '', message: whyUnreadable(error) }]);
  }
}

function whyUnreadable(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'is a folder, not a file';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission to read it';
  return `cannot be read (${code ?? String(error)})`;
}

function placeOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before[before.length - 1].length + 1}`;
}

/** Value of a JSON text. @throws what `Problems` makes of one that is no JSON or has a key twice. */
export function parseJson(text: string, file: string, Problems: ProblemsClass): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const twice = duplicateKey(text);
    if (twice === undefined) return value;
    const key = shortened(JSON.stringify(twice.key));
    throw new Problems(file, [
      { field: '', message: `${key} is there twice, again at ${placeOf(text, twice.at)}` },
    ]);
  } catch (error) {
    if (error instanceof FileProblems) throw error;
    const offset = jsonErrorOffset(text);
    const place = placeOf(text, offset);
    const found = /^\S{1,20}/.exec(text.slice(offset));
    const what = found === null ? 'the file ends too early' : `unexpected ${JSON.stringify(found[0])}`;
    throw new Problems(file, [{ field: '', message: `not JSON at ${place}: ${what}` }]);
  }
}
