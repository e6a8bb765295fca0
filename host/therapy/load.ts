// Reads therapy files: JSON, then the published schema, then what a schema cannot say.

import { readFileSync } from 'node:fs';
import { duplicateKey, jsonErrorOffset } from './json-place.ts';
import { shortened, TherapyError } from './problem.ts';
import { schemaProblems } from './schema.ts';
import { semanticProblems } from './semantics.ts';
import type { Therapy } from './therapy.ts';

/** Longest therapy file that is read, bytes: no program needs a tenth of it. */
const FILE_BYTES_MAX = 1 << 20;

/**
 * Reads a therapy from a file.
 * @throws {TherapyError} one problem a line: file, field, value, limit and the nearest values that would do.
 */
export function loadTherapy(path: string, shownAs = path): Therapy {
  return parseTherapy(readText(path, shownAs), shownAs);
}

/**
 * Reads a JSON file of no more than 1 MiB.
 * @throws {TherapyError} one line: file, and where it stops being JSON or why it cannot be read.
 */
export function readJson(path: string, shownAs = path): unknown {
  return parseJson(readText(path, shownAs), shownAs);
}

/** Reads a therapy from the text of a file; `file` names it in problems. */
export function parseTherapy(text: string, file: string): Therapy {
  return checkTherapy(parseJson(text, file), file);
}

/** Checks a value that should be a therapy and returns it as one; `file` names it in problems. */
export function checkTherapy(value: unknown, file = 'therapy'): Therapy {
  const problems = schemaProblems(value); // REQ-HST-101
  if (problems.length > 0) throw new TherapyError(file, problems);
  const therapy = value as Therapy;
  const deeper = semanticProblems(therapy);
  if (deeper.length > 0) throw new TherapyError(file, deeper);
  return therapy;
}

function readText(path: string, shownAs: string): string {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > FILE_BYTES_MAX) {
      throw new TherapyError(shownAs, [
        { field: '', message: `${bytes.length} bytes is above the limit of 1 MiB` },
      ]);
    }
    return bytes.toString('utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof TherapyError) throw error;
    throw new TherapyError(shownAs, [{ field: '', message: whyUnreadable(error) }]);
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

function parseJson(text: string, file: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    const twice = duplicateKey(text);
    if (twice === undefined) return value;
    const key = shortened(JSON.stringify(twice.key));
    throw new TherapyError(file, [
      { field: '', message: `${key} is there twice, again at ${placeOf(text, twice.at)}` },
    ]);
  } catch (error) {
    if (error instanceof TherapyError) throw error;
    const offset = jsonErrorOffset(text);
    const place = placeOf(text, offset);
    const found = /^\S{1,20}/.exec(text.slice(offset));
    const what = found === null ? 'the file ends too early' : `unexpected ${JSON.stringify(found[0])}`;
    throw new TherapyError(file, [{ field: '', message: `not JSON at ${place}: ${what}` }]);
  }
}
