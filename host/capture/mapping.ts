// Reads mapping files: JSON, then the published schema, then what a schema cannot say.

import type { CaptureMapping, ContactMapping } from '../../test/oracle/index.ts';
import { parseJson, readText } from '../therapy/json-file.ts';
import { FileProblems, type Problem } from '../therapy/problem.ts';
import { schemaProblems } from '../therapy/schema.ts';

const SCHEMA = 'host/capture/mapping.schema.json';

/** Reads a mapping from a file. @throws {FileProblems} one problem a line: file, field, what is wrong and what would do. */
export function loadMapping(path: string): CaptureMapping {
  return checkMapping(parseJson(readText(path, path, FileProblems), path, FileProblems), path);
}

/** Checks a value that should be a mapping and returns it as one; `file` names it in problems. @throws {FileProblems} */
export function checkMapping(value: unknown, file = 'mapping'): CaptureMapping {
  const problems = schemaProblems(value, SCHEMA); // REQ-HST-130
  if (problems.length > 0) throw new FileProblems(file, problems);
  const mapping = value as CaptureMapping;
  const contacts = Object.entries(mapping.contacts ?? {});
  const deeper = [
    ...contacts.flatMap(([name, contact]) => contactProblems(`contacts.${name}`, contact)),
    ...sharedProblems(mapping, contacts),
  ];
  if (deeper.length > 0) throw new FileProblems(file, deeper);
  return mapping;
}

function contactProblems(field: string, contact: ContactMapping): Problem[] {
  const { column, uaPerVolt, unit, offsetV, cathode, anode } = contact;
  const isLogic = cathode !== undefined || anode !== undefined;
  if (column === undefined && !isLogic)
    return [{ field, message: 'no column: give column (of its level), or cathode and anode' }];
  if (column !== undefined && isLogic)
    return [{ field, message: 'a column of its level and one of its polarity: give one kind' }];
  if (isLogic && (uaPerVolt ?? unit ?? offsetV) !== undefined)
    return [{ field, message: 'a polarity has no µA: leave uaPerVolt, unit and offsetV out' }];
  if (uaPerVolt === 0) return [{ field: `${field}.uaPerVolt`, message: '0 would hide every current' }];
  if (uaPerVolt !== undefined && unit !== undefined)
    return [{ field, message: 'uaPerVolt is for voltages, unit for currents: give one' }];
  return [];
}

/** Columns that cannot be two things at once. */
function sharedProblems(
  { time, recharge }: CaptureMapping,
  contacts: readonly (readonly [string, ContactMapping])[],
): Problem[] {
  const problems: Problem[] = [];
  for (const [name, { column, cathode, anode }] of contacts) {
    const field = `contacts.${name}`;
    if (cathode !== undefined && cathode === anode)
      problems.push({ field, message: `${anode} cannot be both its cathode and its anode` });
    for (const one of new Set([column, cathode, anode].filter((given) => given !== undefined))) {
      if (one === time) problems.push({ field, message: `${one} is the column of times` });
      if (one === recharge) problems.push({ field, message: `${one} is the column of recharge` });
    }
  }
  return problems;
}
