// A counterexample for a reader: the solver's values in µA, µs and pC, and a sequence of calls from power-on that breaks the
// law in the simulator, where one was found. The solver's state need not be one that calls can reach; the sequence is.

import type { CallName } from '../../mutation/player.ts';
import { describe, describeStep, figure } from '../replay/describe.ts';
import type { Step } from '../replay/steps.ts';
import type { Counterexample } from '../result.ts';
import { evaluate, type Values } from '../term/evaluate.ts';
import { type Term, variables } from '../term/term.ts';
import { cellText, readingText } from './cell-text.ts';
import type { Discharged } from './discharge.ts';
import type { ShownRun } from './refute.ts';
import { stepOf } from './stories.ts';

/** More cells than this help no reader. */
const CELLS_MAX = 24;
/** So many cells at 0 are named one by one. */
const ZEROS_MAX = 4;

/** The model's values by the variables that the execution knows: "int.E1.high" is E1.high in the solver's numbers. */
class ModelValues extends Map<Term, bigint> {
  readonly byName = new Map<string, bigint>();

  constructor(model: Discharged['model']) {
    super();
    for (const [term, value] of model)
      if (typeof value === 'bigint') this.byName.set(term.name.replace(/^int\./, ''), value);
  }

  override get(term: Term): bigint | undefined {
    return this.byName.get(term.name);
  }
}

const ARGUMENT =
  /^(level\d+|durationUs|flags|elapsed|mode|index|channel|amplitudeUa|phasePc|retained|readbackToleranceUa)$/;
const isArgument = (name: string): boolean => ARGUMENT.test(name);
const isReading = (name: string): boolean => /^read\d+\./.test(name);

/** Cells as far as a reader can take them in: where many are 0, those are left out. */
function cellsText(names: readonly string[], values: ModelValues): string {
  const isZero = (name: string): boolean => name !== 'state' && values.byName.get(name) === 0n;
  const hasManyZeros = names.filter(isZero).length > ZEROS_MAX;
  const told = hasManyZeros ? names.filter((name) => !isZero(name)) : names;
  const shown = told.slice(0, CELLS_MAX).map((name) => cellText(name, values.byName.get(name)!));
  if (told.length > shown.length) shown.push(`and ${told.length - shown.length} cells more`);
  if (hasManyZeros) shown.push(`the other ${names.length - told.length} at 0`);
  return shown.join(', ');
}

/** The state with the cells that the goal speaks of, and the law's own accounts of what came before. */
function stateLines(found: Discharged, values: ModelValues): string[] {
  const spoken = [...variables(found.obligation.goal)].map(({ name }) => name);
  const known = (name: string): boolean => values.byName.has(name) && !isArgument(name) && !isReading(name);
  const names = [...new Set(['state', ...spoken])]
    .filter(known)
    .filter((name) => !/^(word|product|choice|sum)\b/.test(name));
  const isGhost = (name: string): boolean => name.startsWith('ghost.');
  const cells = cellsText(
    names.filter((name) => !isGhost(name)),
    values,
  );
  const accounts = cellsText(names.filter(isGhost), values);
  const before = `before: ${cells === '' ? 'any state' : cells}`;
  return accounts === '' ? [before] : [before, `by the law's own account: ${accounts}`];
}

function readingsLine(found: Discharged, values: ModelValues): string[] {
  const spoken = [...variables(found.obligation.goal), ...variables(found.obligation.end!.path)];
  const names = [...new Set(spoken.map(({ name }) => name))].filter(
    (name) => isReading(name) && values.byName.has(name),
  );
  if (names.length === 0) return [];
  const texts = names.map((name) =>
    readingText(name.split('.')[1], Number(BigInt.asIntN(32, values.byName.get(name)!))),
  );
  return [`the board shows: ${[...new Set(texts)].slice(0, CELLS_MAX).join(', ')}`];
}

/** A segment as it goes to the stage, with the interlock's own bits of the flags left out. */
function releasedLines(found: Discharged, values: Values): string[] {
  const memo = new Map<Term, bigint>();
  return found.obligation.end!.effects.released.map(({ args }) => {
    const [durationUs, flags, ...words] = args.map((arg) => Number(evaluate(arg, values, memo)));
    return `it releases: ${describeStep(stepOf('request', [durationUs, flags & 15, ...words])).replace(/^request /, '')}`;
  });
}

/** The call of the counterexample with its arguments. */
function callOf(found: Discharged, values: Values): Step | null {
  const { call } = found.obligation;
  if (call === null) return null;
  const memo = new Map<Term, bigint>();
  const args = call.args.map((arg) => Number(evaluate(arg, values, memo)));
  return stepOf(call.name as CallName, args);
}

/** The state before as far as it matters, the call, what the board showed, and what the call released. */
function inductionOf(found: Discharged, values: ModelValues, step: Step): string[] {
  const elapsed = values.byName.get('elapsed');
  const elapsedUs =
    elapsed === undefined ? '' : `, ${figure(Number(BigInt.asUintN(32, elapsed)))} µs after the last call`;
  const isDamaged = found.obligation.call!.from === 'damaged';
  return [
    ...(isDamaged ? ['before: a damaged state block'] : stateLines(found, values)),
    `the call: ${describe(step, undefined)}${elapsedUs}`,
    ...readingsLine(found, values),
    ...releasedLines(found, values),
  ];
}

/** What the prover's call is worth as a hint for a sequence from power-on. */
export function hintOf(found: Discharged): Step[] {
  const step = callOf(found, new ModelValues(found.model));
  return step === null || step.call === 'boot' ? [] : [step];
}

/** The counterexample of an obligation that failed, with the run that shows it where there is one. */
export function counterexampleOf(found: Discharged, shown: ShownRun | null): Counterexample {
  const values = new ModelValues(found.model);
  const step = callOf(found, values);
  const induction = step === null ? [] : inductionOf(found, values, step);
  return {
    broken: `does not hold: ${found.obligation.name}`,
    induction,
    ...(shown ?? { replay: [], oracle: '' }),
  };
}
