// The results of a run, law by law: a law is proven only where what it rests on is proven as well.

import { ASSUMPTIONS, INVARIANT_ASSUMED } from '../laws/assumptions.ts';
import { EXECUTION } from '../laws/execution.ts';
import { LEMMAS } from '../laws/index.ts';
import { INVARIANT } from '../laws/invariant-law.ts';
import type { LawResult } from '../result.ts';
import { type Judged, type LawText, lawResultOf } from './tally.ts';

/** What shows that the execution followed every run: L13 and L14 in a whole run, its claims beside a law alone. */
const EXECUTED: readonly string[] = [EXECUTION.id, 'L13', 'L14'];
/** What every law rests on. */
export const SUPPORT: readonly string[] = [INVARIANT.id, ...LEMMAS.map(({ id }) => id)];

function isBad({ verdict }: LawResult): boolean {
  return verdict !== 'proven';
}

/** The laws' results, each beside what it rests on. */
export function resultsOf(judged: readonly Judged[], isWhole: boolean): LawResult[] {
  const common = isWhole ? ASSUMPTIONS : [...ASSUMPTIONS, INVARIANT_ASSUMED];
  const plain = new Map(judged.map((one) => [one.law.id, lawResultOf(one, ASSUMPTIONS)]));
  const restsOf = ({ id }: LawText): string[] =>
    [...SUPPORT, ...EXECUTED].flatMap((on) => {
      const result = plain.get(on);
      const isOwn = on === id || id === 'segregation' || (SUPPORT.includes(id) && SUPPORT.includes(on));
      if (isOwn || result === undefined || !isBad(result)) return [];
      const name = /^L\d/.test(on) ? `${on} ${result.title}` : result.title.toLowerCase();
      const broken = result.counterexample?.broken;
      return [`rests on: ${name}, which ${broken ?? 'is not decided'}`];
    });
  const [laws, supporting] = [false, true].map((isSupport) =>
    judged.filter(({ law }) => law.id !== EXECUTION.id && SUPPORT.includes(law.id) === isSupport),
  );
  return [
    ...laws.map((one) => lawResultOf(one, common, restsOf(one.law))),
    ...supporting.map((one) => lawResultOf(one, ASSUMPTIONS, restsOf(one.law))),
  ];
}
