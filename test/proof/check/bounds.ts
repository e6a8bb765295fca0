// The most wasm instructions that each call takes (L13). The longest run from power-on that is known is where the search
// starts; the solver then shows that no state takes more, or finds one that does, until none is left.

import type { Run } from '../laws/law.ts';
import { type Call, type End, EXPORT_NAMES, type ExportName } from '../model/calls.ts';
import type { CallBound } from '../result.ts';
import type { Solver } from '../solve/query.ts';
import { atMost, costIn, costTerm } from '../symbolic/cost.ts';
import { takesAtMost } from '../symbolic/cost-limit.ts';
import { rebuild } from '../term/substitute.ts';
import { type Term, variable, variables } from '../term/term.ts';
import { speaksOf } from './attempts.ts';
import { discharge, EFFORTS } from './discharge.ts';
import { atEnd, type Obligation } from './obligation.ts';
import type { Played } from './play.ts';

/** A way in which a call ends. */
interface Way {
  readonly call: Call;
  readonly end: End;
}

export interface Bounds {
  readonly bounds: readonly CallBound[];
  /** What was shown for them: no way to end takes more. */
  readonly shown: readonly Obligation[];
}

export const NO_BOUNDS: Bounds = { bounds: [], shown: [] };

const isProduct = ({ op, args }: Term): boolean => op === 'mul' && args[1].op !== 'const';
const speaksOfProducts = speaksOf(isProduct);
/** What a word is worth depends on a product, not only which of several words it is. */
const isOfProduct = (a: Term): boolean =>
  isProduct(a) || (a.op === 'ite' ? a.args.slice(1) : a.args).some(isOfProduct);

const free = new WeakMap<Term, Term>();
/** A condition in which each comparison of products is true or false as it likes: a bound needs none of them, and they are hard. */
function withoutProducts(a: Term): Term {
  if (!speaksOfProducts(a)) return a;
  let made = free.get(a);
  if (made === undefined) {
    const isComparison = a.sort === 'bool' && a.args.every(({ sort }) => sort !== 'bool');
    made =
      isComparison && isOfProduct(a)
        ? variable(`comparison.${a.id}`, 'bool', 0n, 1n)
        : rebuild(a, a.args.map(withoutProducts));
    free.set(a, made);
  }
  return made;
}

/** That no run takes more, from what speaks of nothing but what the number depends on, and from all that is known. */
function boundObligations({ call, end }: Way, most: number): Obligation[] {
  const claim = `takes at most ${most} instructions`;
  const whole = atEnd('L13', call, end, claim, takesAtMost(end.cost, most));
  const names = variables(costTerm(end.cost));
  const near = whole.assumed.filter((fact) => [...variables(fact)].every((name) => names.has(name)));
  const bare = { ...whole, assumed: near.map(withoutProducts), goal: withoutProducts(whole.goal) };
  return [bare, whole].map((obligation) => ({ ...obligation, mode: 'words' }));
}

/** Instructions in the state of a counterexample: what the solver left open does not matter. */
function costOf({ end }: Way, model: ReadonlyMap<Term, unknown>): number {
  const values = new Map<Term, bigint>();
  for (const name of variables(costTerm(end.cost))) {
    const value = model.get(name);
    const bits = name.high - name.low < 65536n ? 16 : 32;
    values.set(name, typeof value === 'bigint' ? BigInt.asIntN(bits, value) : 0n);
  }
  return costIn(end.cost, values, new Map());
}

/** Counterexamples from which the search goes on: a binary of which no long run is known may have many. */
const CLIMBS_MAX = 20;
/** What the solver may spend on one number: without it a bound that is not exact takes minutes to be given up. */
const LIMITED = EFFORTS.slice(0, 2);

/** The most that this way takes, of which `least` are known: with what shows it, or undefined where it is not decided. */
async function climb(
  way: Way,
  least: number,
  solver: Solver,
): Promise<{ most: number; shown: Obligation | undefined }> {
  let most = least;
  for (let climbs = 0; climbs < CLIMBS_MAX; climbs++) {
    let found = most;
    for (const obligation of boundObligations(way, most)) {
      const { verdict, model } = await discharge(obligation, solver, LIMITED);
      if (verdict === 'proven' || verdict === 'immediate') return { most, shown: obligation };
      if (verdict === 'failed') found = costOf(way, model);
      if (found > most) break;
    }
    if (found <= most) break;
    most = found;
  }
  return { most: atMost(way.end.cost), shown: undefined };
}

async function boundOf(
  name: ExportName,
  { calls }: Run,
  plays: readonly Played[],
  solver: Solver,
): Promise<Bounds> {
  const taken = plays
    .filter(({ call }) => call.name === name)
    .map(({ end, values, memo }) => costIn(end.cost, values, memo));
  const reached = Math.max(0, ...taken);
  let instructions = reached;
  const shown: Obligation[] = [];
  const ways = calls
    .filter((call) => call.name === name)
    .flatMap((call) => call.ends.map((end): Way => ({ call, end })))
    .sort((a, b) => atMost(b.end.cost) - atMost(a.end.cost));
  for (const way of ways) {
    if (atMost(way.end.cost) <= instructions) break;
    const climbed = await climb(way, instructions, solver);
    instructions = climbed.most;
    if (climbed.shown !== undefined) shown.push(climbed.shown);
  }
  return { bounds: [{ call: name, instructions, isReached: instructions === reached }], shown };
}

/** The bound of each call. `plays`: runs from power-on on the binary that was executed. */
export async function callBounds(run: Run, plays: readonly Played[], solver: Solver): Promise<Bounds> {
  const each = await Promise.all(EXPORT_NAMES.map((name) => boundOf(name, run, plays, solver)));
  return { bounds: each.flatMap(({ bounds }) => bounds), shown: each.flatMap(({ shown }) => shown) };
}
