// Reads the case of one run from a file, as a campaign writes it for each failure.

import { parseJson, readText } from '../therapy/json-file.ts';
import { THERAPY_SCHEMA } from '../therapy/load.ts';
import { FileProblems, type Problem } from '../therapy/problem.ts';
import { schemaProblems } from '../therapy/schema.ts';
import { type CampaignCase, FOREIGN_MESSAGES } from './case.ts';
import { PHASES, STREAM_NAMES, STRUCK_NAMES } from './names.ts';

const STEPS = ['amplitude', 'restart', 'magnet', 'noise', 'replay', 'foreign'] as const;
const ENDS = ['stop', 'estop', 'link-loss'] as const;

/** The case in a file. @throws FileProblems with one line for each problem. */
export function loadCase(path: string): CampaignCase {
  const value = parseJson(readText(path, path, FileProblems), path, FileProblems);
  const problems = problemsOf(value); // REQ-CMP-101
  if (problems.length > 0) throw new FileProblems(path, problems);
  return value as CampaignCase;
}

function problemsOf(value: unknown): Problem[] {
  const one = (value ?? {}) as Partial<Record<keyof CampaignCase, unknown>>;
  const problems: Problem[] = [];
  const demand = (holds: boolean, field: string, message: string): void => {
    if (!holds) problems.push({ field, message });
  };
  const isOf = (names: readonly string[], name: unknown): boolean => names.includes(String(name));
  demand(Number.isInteger(one.seed), 'seed', 'is not a whole number');
  demand(isOf(STREAM_NAMES, one.stream), 'stream', `is not one of ${STREAM_NAMES.join(', ')}`);
  demand(isOf(ENDS, one.end), 'end', `is not one of ${ENDS.join(', ')}`);
  demand(Number(one.forMs) >= 1 && Number(one.forMs) <= 60_000, 'forMs', 'is not a time from 1 to 60000 ms');
  demand(Array.isArray(one.steps), 'steps', 'is not a list');
  demand(Array.isArray(one.faults), 'faults', 'is not a list');
  for (const [index, step] of (Array.isArray(one.steps) ? one.steps : []).entries()) {
    demand(isOf(STEPS, step?.kind), `steps[${index}].kind`, `is not one of ${STEPS.join(', ')}`);
    demand(
      Number(step?.atMs) >= 0 && Number(step?.atMs) <= 60_000,
      `steps[${index}].atMs`,
      'is not a time in ms',
    );
    if (step?.kind === 'foreign')
      demand(
        isOf(FOREIGN_MESSAGES, step.message),
        `steps[${index}].message`,
        `is not one of ${FOREIGN_MESSAGES.join(', ')}`,
      );
  }
  for (const [index, fault] of (Array.isArray(one.faults) ? one.faults : []).entries()) {
    demand(
      isOf(STRUCK_NAMES, fault?.name),
      `faults[${index}].name`,
      `is not one of ${STRUCK_NAMES.join(', ')}`,
    );
    demand(isOf(PHASES, fault?.phase), `faults[${index}].phase`, `is not one of ${PHASES.join(', ')}`);
    demand(typeof fault?.fault?.kind === 'string', `faults[${index}].fault.kind`, 'is missing');
  }
  for (const { field, message } of schemaProblems(one.therapy ?? null, THERAPY_SCHEMA))
    problems.push({ field: field === '' ? 'therapy' : `therapy.${field}`, message });
  return problems;
}
