// The published JSON Schemas of the files that users write, applied with ajv; their errors told as problems with the nearest
// values that would do.

import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { packagePath } from './package-files.ts';
import { nearest, type Problem, shortened, withUnit } from './problem.ts';

const compiled = new Map<string, ValidateFunction>();

/** `schema`: path of a schema within the package. */
function validatorOf(schema: string): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const value = JSON.parse(readFileSync(packagePath(schema), 'utf8'));
  const validate = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true }).compile(value);
  compiled.set(schema, validate);
  return validate;
}

/** Problems of a parsed JSON value against a schema of the package, named by its path; empty if it conforms. */
export function schemaProblems(value: unknown, schema: string): Problem[] {
  const validate = validatorOf(schema);
  if (validate(value)) return [];
  const errors = withoutAlternatives(validate.errors ?? []);
  const problems = errors.map(tell);
  const seen = new Set<string>();
  return problems.filter(({ field, message }) => {
    const key = `${field} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}

/** Of the errors of an `anyOf` keeps those of the alternative that was meant: an object's, or the `anyOf` itself. */
function withoutAlternatives(errors: readonly ErrorObject[]): ErrorObject[] {
  const choices = errors.filter((error) => error.keyword === 'anyOf');
  return errors.filter((error) => {
    const choice = choices.find((one) => error.schemaPath.startsWith(`${one.schemaPath}/`));
    if (choice !== undefined) return isObject(choice.data) && error.keyword !== 'enum';
    return error.keyword !== 'anyOf' || !isObject(error.data);
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `/areas/0/phaseUs` as `areas[0].phaseUs`. */
function fieldPath(error: ErrorObject): string {
  const parts = error.instancePath.split('/').slice(1);
  return parts.reduce((path, part) => {
    if (/^\d+$/.test(part)) return `${path}[${part}]`;
    return path === '' ? part : `${path}.${part}`;
  }, '');
}

function inside(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`;
}

function tell(error: ErrorObject): Problem {
  const field = fieldPath(error);
  const value = withUnit(field, error.data);
  switch (error.keyword) {
    case 'required':
      return { field: inside(field, error.params.missingProperty), message: 'is missing' };
    case 'additionalProperties':
      return unknownField(error, field);
    case 'minimum':
    case 'maximum':
      return outOfRange(error, field);
    case 'multipleOf': {
      const step: number = error.params.multipleOf;
      const low = Math.floor(Number(error.data) / step) * step;
      const message = `${value} is not in steps of ${withUnit(field, step)}${nearest(field, [low, low + step])}`;
      return { field, message };
    }
    case 'not':
      return { field, message: `${value} is neither 0 nor 10 to 500 µs${nearest(field, [0, 10])}` };
    case 'pattern':
      if (error.parentSchema?.description !== undefined)
        return { field, message: `${value} is not allowed. ${error.parentSchema.description}` };
      return { field, message: `${value} has a control character or one that turns the text's direction` };
    case 'minItems':
    case 'maxItems':
    case 'minLength':
    case 'maxLength':
    case 'minProperties':
      return wrongCount(error, field);
    case 'type':
      return wrongType(error, field);
    case 'enum':
    case 'anyOf':
      return { field, message: `${value} is not one of ${choicesOf(error)}` };
    default:
      return { field, message: `${value} ${error.message ?? 'is not allowed'}` };
  }
}

function choicesOf(error: ErrorObject): string {
  if (error.keyword === 'anyOf') return '"passive", "symmetric", {"asymmetric": 2 to 10}';
  return error.params.allowedValues.map((one: unknown) => JSON.stringify(one)).join(', ');
}

function outOfRange(error: ErrorObject, field: string): Problem {
  const limit: number = error.params.limit;
  const side = error.keyword === 'maximum' ? 'above' : 'below';
  const message = `${withUnit(field, error.data)} is ${side} the limit of ${withUnit(field, limit)}${nearest(field, [limit])}`;
  return { field, message };
}

function wrongCount(error: ErrorObject, field: string): Problem {
  if (error.data === '') return { field, message: 'is empty' };
  const what = typeof error.data === 'string' ? 'characters' : Array.isArray(error.data) ? 'items' : 'fields';
  const count =
    what === 'characters' ? [...(error.data as string)].length : Object.keys(error.data as object).length;
  const side = error.keyword.startsWith('max') ? 'more' : 'fewer';
  return { field, message: `${count} ${what} are ${side} than the limit of ${error.params.limit}` };
}

function wrongType(error: ErrorObject, field: string): Problem {
  const wanted = String(error.params.type);
  if (typeof error.data === 'number' && !Number.isFinite(error.data)) {
    const side = error.data > 0 ? 'maximum' : 'minimum';
    return {
      field,
      message: `the number is too great to be read${nearest(field, [error.parentSchema?.[side]])}`,
    };
  }
  const value = withUnit(field, error.data);
  if (wanted === 'integer' && typeof error.data === 'number') {
    const low = Math.floor(error.data);
    return { field, message: `${value} is not a whole number${nearest(field, [low, low + 1])}` };
  }
  const article = /^[aeiou]/.test(wanted) ? 'an' : 'a';
  return { field, message: `${value} is not ${article} ${wanted}` };
}

function unknownField(error: ErrorObject, field: string): Problem {
  const name = shortened(error.params.additionalProperty);
  const parent = error.parentSchema ?? {};
  const known = Object.keys(parent.properties ?? {});
  if (parent.patternProperties !== undefined) {
    return { field: inside(field, name), message: 'unknown electrode; there are E1 to E16 and CASE' };
  }
  const close = known.find((one) => distance(one.toLowerCase(), name.toLowerCase()) <= 3);
  const hint = close === undefined ? `known here: ${known.join(', ')}` : `did you mean ${close}?`;
  return { field: inside(field, name), message: `unknown field; ${hint}` };
}

/** Edits (insert, delete, replace) between two names. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
