// What the proofs say of a mutant that the quick runs did not kill: shown equivalent to the shipped interlock, killed by a
// law, or neither. Only exports that reach the mutated function are executed and asked about again.

import { clauses } from '../proof/check/assumed.ts';
import type { Discharged } from '../proof/check/discharge.ts';
import { inductionObligations } from '../proof/check/induction.ts';
import { atEnd, type Obligation } from '../proof/check/obligation.ts';
import { dischargeAll } from '../proof/check/prover.ts';
import { leaveOutEmpty } from '../proof/check/reachable.ts';
import type { Law, Run } from '../proof/laws/law.ts';
import { PARITY_WORD, wordName } from '../proof/model/block.ts';
import {
  type Call,
  type End,
  EXPORT_NAMES,
  type ExportName,
  execute,
  isIntact,
} from '../proof/model/calls.ts';
import type { Solver } from '../proof/solve/query.ts';
import { conjoin, FALSE, isRefuted } from '../proof/term/boolean.ts';
import type { Term } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';
import { type Node, RefusedBinary, type WasmModule } from '../proof/wasm/module.ts';

export interface ProofVerdict {
  readonly verdict: 'killed' | 'equivalent' | 'open';
  /** The law and obligation that kills it, or what could not be shown. */
  readonly where: string;
}

const KINDS = ['intact', 'damaged'] as const;

function targetsOf(node: Node): string[] {
  const below = Object.values(node)
    .flat()
    .filter((part): part is Node => typeof part === 'object' && part !== null && 'op' in part);
  return [...(node.op === 'call' ? [node.target] : []), ...below.flatMap(targetsOf)];
}

/** Exports whose execution may enter the function. */
export function exportsReaching(module: WasmModule, functionName: string): ExportName[] {
  const reaches = (name: string, seen = new Set<string>()): boolean => {
    if (name === functionName) return true;
    if (seen.has(name)) return false;
    seen.add(name);
    const target = module.functions.get(name);
    return target !== undefined && targetsOf(target.body).some((callee) => reaches(callee, seen));
  };
  return EXPORT_NAMES.filter((name) => {
    const target = module.exports.find((entry) => entry.name === name)?.target;
    return target !== undefined && reaches(target);
  });
}

/** Everything in which two ends of a call could differ, as goals under both paths. */
function equalEnds(call: Call, one: End, other: End): Obligation[] {
  const path = conjoin(one.path, other.path);
  if (path === FALSE || isRefuted(path)) return [];
  const end = { ...other, path };
  const goals: [string, Term][] = [];
  const [x, y] = [one.effects, other.effects];
  const doSame =
    x.hasSwitchedOff === y.hasSwitchedOff &&
    x.heartbeats === y.heartbeats &&
    x.released.length === y.released.length;
  if (!doSame) return [atEnd('equivalence', call, end, 'does the same to the board', FALSE)];
  x.released.forEach(({ args }, i) => {
    for (const [k, arg] of args.entries())
      goals.push([`argument ${k} of the segment`, w.eq(arg, y.released[i].args[k])]);
  });
  if (one.result !== null && other.result !== null) goals.push(['answer', w.eq(one.result, other.result)]);
  for (let i = 0; i < PARITY_WORD; i++) goals.push([wordName(i), w.eq(one.block[i], other.block[i])]);
  goals.push(['parity', isIntact(other.block)]);
  return goals.map(([what, goal]) => atEnd('equivalence', call, end, `${what} is the same`, goal));
}

function equivalenceObligations(original: Call, mutated: Call): Obligation[] {
  const claims = mutated.claims.map(({ path, goal, what }) =>
    atEnd('equivalence', original, { ...original.ends[0], path }, what, goal),
  );
  return [
    ...claims,
    ...original.ends.flatMap((one) => mutated.ends.flatMap((other) => equalEnds(original, one, other))),
  ];
}

const isSplit = (obligations: readonly Obligation[]): Obligation[] =>
  obligations.flatMap((obligation) => clauses(obligation.goal).map((goal) => ({ ...obligation, goal })));

const isBad = ({ verdict }: Discharged): boolean => verdict === 'failed' || verdict === 'undecided';

/** Judges one mutant. `original`: the shipped interlock's run, whose calls it is compared with. */
export async function judgeMutant(
  original: Run,
  mutated: WasmModule,
  functionName: string,
  laws: readonly Law[],
  solver: Solver,
): Promise<ProofVerdict> {
  try {
    const names = exportsReaching(original.interlock, functionName);
    const calls = await executeSome(mutated, names, solver);
    const differing = calls.filter((call) => !isSameCall(originalOf(original, call), call));
    if (differing.length === 0)
      return { verdict: 'equivalent', where: 'every end of every call is the same term' };
    const different = await firstBad(
      differing.flatMap((call) => equivalenceObligations(originalOf(original, call), call)),
      solver,
      false,
    );
    if (different === null) return { verdict: 'equivalent', where: 'shown by Z3' };
    const run = { ...original, interlock: mutated, calls: differing };
    const obligations = [...inductionObligations(differing), ...laws.flatMap((law) => law.obligations(run))];
    const broken = await firstBad(obligations, solver, true);
    if (broken !== null) return { verdict: 'killed', where: `${broken.law}: ${broken.name}` };
    return { verdict: 'open', where: different.name };
  } catch (error) {
    // What the prover cannot execute it does not accept: the mutant would not get past it.
    if (error instanceof RefusedBinary) return { verdict: 'killed', where: `refused: ${error.message}` };
    throw error;
  }
}

async function executeSome(
  module: WasmModule,
  names: readonly ExportName[],
  solver: Solver,
): Promise<Call[]> {
  const calls = KINDS.flatMap((kind) => names.map((name) => execute(module, name, kind)));
  return Promise.all(calls.map(async (call) => (await leaveOutEmpty(call, solver)).call));
}

function originalOf(original: Run, { name, from }: Call): Call {
  return original.calls.find((call) => call.name === name && call.from === from)!;
}

/** True where both calls end in the very same terms. */
function isSameCall(one: Call, other: Call): boolean {
  if (one.ends.length !== other.ends.length || other.claims.length !== one.claims.length) return false;
  return one.ends.every((end, i) => {
    const twin = other.ends[i];
    const [x, y] = [end.effects, twin.effects];
    return (
      end.path === twin.path &&
      end.result === twin.result &&
      end.block.every((word, k) => word === twin.block[k]) &&
      x.hasSwitchedOff === y.hasSwitchedOff &&
      x.heartbeats === y.heartbeats &&
      x.released.length === y.released.length &&
      x.released.every(({ args }, r) => args.every((arg, k) => arg === y.released[r].args[k]))
    );
  });
}

/** The first obligation that does not hold; with `mustFail` only one with a counterexample counts. */
async function firstBad(
  obligations: readonly Obligation[],
  solver: Solver,
  mustFail: boolean,
): Promise<Obligation | null> {
  let bad: Obligation | null = null;
  const take = (done: Discharged): void => {
    if (bad === null && (mustFail ? done.verdict === 'failed' : isBad(done))) bad = done.obligation;
  };
  await dischargeAll(isSplit(obligations), solver, take, () => bad !== null);
  return bad;
}
