// Reads the case of one run from a file, as a campaign writes it for each failure.

import { parseJson, readText } from '../therapy/json-file.ts';
import { THERAPY_SCHEMA } from '../therapy/load.ts';
import { FileProblems, type Problem } from '../therapy/problem.ts';
import { schemaProblems } from '../therapy/schema.ts';
import type { CampaignCase } from './case.ts';
import {
  ANYTHING,
  CASE_FIELDS,
  FAULTS,
  PLANNED_FIELDS,
  type Rule,
  STEP_FIELDS,
  STEPS,
} from './case-fields.ts';

type Fields = Readonly<Record<string, Rule>>;

/** The case in a file. @throws FileProblems with one line for each problem. */
export function loadCase(path: string): CampaignCase {
  const value = parseJson(readText(path, path, FileProblems), path, FileProblems);
  const problems = problemsOf(value); // REQ-CMP-101
  if (problems.length > 0) throw new FileProblems(path, problems);
  return value as CampaignCase;
}

function problemsOf(value: unknown): Problem[] {
  const one = objectOf(value);
  if (one === undefined) return [{ field: '', message: 'is not an object' }];
  const therapy = schemaProblems(one.therapy ?? null, THERAPY_SCHEMA);
  return [
    ...wrongFields(one, CASE_FIELDS, ''),
    ...listOf(one.steps).flatMap((step, index) => wrongKind(step, STEPS, STEP_FIELDS, `steps[${index}]`)),
    ...listOf(one.faults).flatMap((planned, index) => wrongFault(planned, `faults[${index}]`)),
    ...therapy.map(({ field, message }) => ({
      field: field === '' ? 'therapy' : `therapy.${field}`,
      message,
    })),
  ];
}

function wrongFault(planned: unknown, at: string): Problem[] {
  const wrong = wrongFields(planned, PLANNED_FIELDS, at);
  return [...wrong, ...wrongKind(objectOf(planned)?.fault, FAULTS, {}, `${at}.fault`)];
}

/** What is wrong with a step or a fault: its kind says which fields it has beside those of all. */
function wrongKind(
  value: unknown,
  kinds: Readonly<Record<string, Fields>>,
  ofAll: Fields,
  at: string,
): Problem[] {
  const kind = String(objectOf(value)?.kind);
  if (!Object.hasOwn(kinds, kind))
    return [{ field: `${at}.kind`, message: `is not one of ${Object.keys(kinds).join(', ')}` }];
  return wrongFields(value, { kind: ANYTHING, ...ofAll, ...kinds[kind] }, at);
}

function wrongFields(value: unknown, fields: Fields, at: string): Problem[] {
  const object = objectOf(value) ?? {};
  const path = (name: string): string => (at === '' ? name : `${at}.${name}`);
  const unknown = Object.keys(object).filter((name) => !Object.hasOwn(fields, name));
  const wrong = Object.entries(fields).filter(([name, { holds }]) => !holds(object[name]));
  return [
    ...wrong.map(([name, rule]) => ({ field: path(name), message: rule.wrong })),
    ...unknown.map((name) => ({
      field: path(name),
      message: `unknown field; known here: ${Object.keys(fields).join(', ')}`,
    })),
  ];
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
