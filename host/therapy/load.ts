// Reads therapy files: JSON, then the published schema, then what a schema cannot say.

import { parseJson, readText } from './json-file.ts';
import { TherapyError } from './problem.ts';
import { schemaProblems } from './schema.ts';
import { semanticProblems } from './semantics.ts';
import type { Therapy } from './therapy.ts';

/** Schema of a therapy, a path within the package. */
export const THERAPY_SCHEMA = 'host/therapy/therapy.schema.json';

/**
 * Reads a therapy from a file.
 * @throws {TherapyError} one problem a line: file, field, value, limit and the nearest values that would do.
 */
export function loadTherapy(path: string, shownAs = path): Therapy {
  return parseTherapy(readText(path, shownAs, TherapyError), shownAs);
}

/** Reads a therapy from the text of a file; `file` names it in problems. */
export function parseTherapy(text: string, file: string): Therapy {
  return checkTherapy(parseJson(text, file, TherapyError), file);
}

/** Checks a value that should be a therapy and returns it as one; `file` names it in problems. */
export function checkTherapy(value: unknown, file = 'therapy'): Therapy {
  const problems = schemaProblems(value, THERAPY_SCHEMA); // REQ-HST-101
  if (problems.length > 0) throw new TherapyError(file, problems);
  const therapy = value as Therapy;
  const deeper = semanticProblems(therapy);
  if (deeper.length > 0) throw new TherapyError(file, deeper);
  return therapy;
}
