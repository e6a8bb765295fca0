// From what the solver said of a law's obligations to the law's result. A law is proven only where every obligation is, a
// witness shows that it speaks of something, and what it rests on is proven as well.

import type { Law } from '../laws/law.ts';
import type { Counterexample, LawResult, Verdict } from '../result.ts';
import type { Query } from '../solve/query.ts';
import type { Discharged } from './discharge.ts';
import type { Obligation } from './obligation.ts';
import type { Witness } from './witness.ts';

export type LawText = Omit<Law, 'obligations'>;

export interface Judged {
  readonly law: LawText;
  readonly obligations: readonly Obligation[];
  readonly results: readonly Discharged[];
  readonly witness: Witness | null;
  readonly counterexample: Counterexample | null;
}

const SLUG_MAX = 60;

/** "request: E1 high is at most the limit" as a part of a file's name. */
function slug(words: string): string {
  const ascii = words.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  return ascii.slice(0, SLUG_MAX).replace(/-+$/, '');
}

/** The queries that proved the obligations, named in their order, and the witness's. */
export function queriesOf({ law, obligations, results, witness }: Judged): Query[] {
  const order = new Map(obligations.map((obligation, i) => [obligation, i]));
  const proven = results
    .filter(({ verdict, asked }) => verdict === 'proven' && asked !== null)
    .sort((a, b) => order.get(a.obligation)! - order.get(b.obligation)!);
  const queries = proven.map(({ obligation, asked }, i): Query => {
    const name = `${law.id}-${slug(obligation.name)}-${i + 1}`;
    return { name, script: asked!.script.text, expected: 'unsat' };
  });
  return witness === null ? queries : [...queries, witness.query];
}

/** Obligations that speak of a call must have a witness: else they might speak of nothing. */
function isVacuous({ obligations, witness }: Judged): boolean {
  return witness === null && obligations.some(({ call }) => call !== null);
}

function openLines(judged: Judged): string[] {
  const { results } = judged;
  const lines = results
    .filter(({ verdict }) => verdict === 'undecided')
    .map(({ obligation, reason }) => `${obligation.name}: ${reason === '' ? 'not decided' : reason}`);
  if (judged.obligations.length === 0) lines.push('nothing was asked: the law has no obligation');
  if (isVacuous(judged)) lines.push('no run of the binary meets what it assumes: no witness');
  return [...new Set(lines)];
}

/** `rests`: what it rests on that is not proven, a line each. */
export function lawResultOf(
  judged: Judged,
  common: readonly string[],
  rests: readonly string[] = [],
): LawResult {
  const { law, obligations, results, witness, counterexample } = judged;
  const scripts = new Set(results.flatMap(({ asked }) => (asked === null ? [] : [asked.script.text])));
  const hasFailed = counterexample !== null;
  const undecided = [...openLines(judged), ...rests];
  const verdict: Verdict = hasFailed ? 'failed' : undecided.length > 0 ? 'undecided' : 'proven';
  return {
    id: law.id,
    title: law.title,
    statement: law.statement,
    numbers: law.numbers,
    requirements: law.requirements,
    assumptions: [...common, ...law.assumptions],
    verdict,
    obligations: obligations.length,
    immediate: results.filter((one) => one.verdict === 'immediate').length,
    queries: scripts.size,
    solverMs: results.reduce((sum, { ms }) => sum + ms, 0),
    witness: witness?.told ?? null,
    counterexample,
    undecided: hasFailed ? [] : undecided,
  };
}
