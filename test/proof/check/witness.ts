// Shows that a law does not speak of nothing: among runs of the real module from power-on, a call in which everything that an
// obligation assumes is true and what it says is put to the test. A law whose words need a history (ghosts) also asks the
// solver whether some history fits that call.

import type { LawResult } from '../result.ts';
import type { Query, Solver } from '../solve/query.ts';
import { FALSE } from '../term/boolean.ts';
import { evaluate } from '../term/evaluate.ts';
import { type Term, variables } from '../term/term.ts';
import * as w from '../term/word.ts';
import { question } from './discharge.ts';
import type { Obligation } from './obligation.ts';
import type { Played } from './play.ts';
import { tellingCalls, tellingObligations } from './telling.ts';

export interface Witness {
  readonly told: NonNullable<LawResult['witness']>;
  /** That the assumptions can be met together, for a second solver. */
  readonly query: Query;
}

/** True where a term speaks of what is not in the binary: a history. */
function hasGhost(term: Term): boolean {
  return [...variables(term)].some(({ sort }) => sort !== 'word');
}

/** What has to be met. Where the goal is "never", that is the state before the call: how it ends, the play has shown. */
function assumedOf({ assumed, goal, call }: Obligation): readonly Term[] {
  return goal === FALSE && call !== null ? call.assumed.map(({ formula }) => formula) : assumed;
}

/** Whether a call meets an obligation: not at all; or so that it holds by more than one of its parts; or by one alone. */
function sharpness({ values, memo }: Played, obligation: Obligation): 0 | 1 | 2 {
  const { goal } = obligation;
  const isTrue = (formula: Term): boolean => evaluate(formula, values, memo) === 1n;
  if (!assumedOf(obligation).every((fact) => hasGhost(fact) || isTrue(fact))) return 0;
  if (goal === FALSE || hasGhost(goal) || goal.op !== 'not' || goal.args[0].op !== 'and') return 2;
  return goal.args[0].args.filter((part) => !isTrue(part)).length === 1 ? 2 : 1;
}

interface Found {
  readonly played: Played;
  readonly obligation: Obligation;
}

/** The sharpest calls, those that tell most first. */
function* candidates(plays: readonly Played[], obligations: readonly Obligation[]): Generator<Found> {
  const spare: Found[] = [];
  for (const played of plays)
    for (const obligation of obligations) {
      if (obligation.call !== played.call) continue;
      const sharp = sharpness(played, obligation);
      if (sharp === 2) yield { played, obligation };
      else if (sharp === 1 && spare.length === 0) spare.push({ played, obligation });
    }
  yield* spare;
}

/** All that is assumed, with every word at its value in the call. */
function scriptOf({ played, obligation }: Found): string {
  const assumed = assumedOf(obligation);
  const words = new Set(
    assumed.flatMap((fact) => [...variables(fact)]).filter(({ sort }) => sort === 'word'),
  );
  const pins = [...words].map((name) => w.eq(name, w.word(BigInt.asIntN(32, played.values.get(name) ?? 0n))));
  const mode = assumed.some(hasGhost) ? 'numbers' : 'words';
  return question(mode, [...assumed.filter((fact) => mode === 'words' || hasGhost(fact)), ...pins], FALSE)
    .text;
}

const TRIES = 12;

/** A witness for obligations of one law; null where the runs have none, or where no obligation speaks of a call. */
export async function witnessOf(
  law: string,
  plays: readonly Played[],
  obligations: readonly Obligation[],
  solver: Solver,
): Promise<Witness | null> {
  let tries = 0;
  for (const found of candidates(tellingCalls(law, plays), tellingObligations(law, obligations))) {
    if (++tries > TRIES) return null;
    const script = scriptOf(found);
    const { verdict } = await solver.solve(script);
    if (verdict !== 'sat') continue;
    const { lines } = found.played.play;
    const steps = [...lines, `this last call meets all that is assumed for “${found.obligation.name}”`];
    return { told: { steps, isReplayed: true }, query: { name: `${law}-witness`, script, expected: 'sat' } };
  }
  return null;
}
