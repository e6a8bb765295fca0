// The committed result of the full set: what the report shows, as long as it is of the binary that is being proven.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { packagePath } from '../../host/therapy/package-files.ts';
import type { MutationResult } from '../proof/result.ts';
import type { Judgement } from './campaign.ts';
import { MUTANT_KINDS } from './changes.ts';

export const RESULT_FILE = 'test/mutation/result.json';
const REASONS_FILE = 'test/mutation/reasons.json';

/** Why mutants that nothing kills are let be: a sentence for each group, in words that a stranger can check. */
export interface Reason {
  readonly reason: string;
  readonly mutants: readonly string[];
}

/** A mutant that the quick runs left, and what the proofs said. */
export interface Survivor {
  readonly mutant: string;
  readonly change: string;
  readonly verdict: Judgement['verdict'];
  readonly where: string;
}

export interface MutationFile extends MutationResult {
  readonly survivors: readonly Survivor[];
}

export function readReasons(): Reason[] {
  return JSON.parse(readFileSync(packagePath(REASONS_FILE), 'utf8')) as Reason[];
}

/** The committed result; null where there is none. */
export function readResult(): MutationFile | null {
  const path = packagePath(RESULT_FILE);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as MutationFile) : null;
}

/** The committed result if it is of this binary, without the list of what became of each survivor. */
export function resultOf(sha256: string): MutationResult | null {
  const found = readResult();
  if (found === null || found.sha256 !== sha256) return null;
  const { survivors: _, ...result } = found;
  return result;
}

const count = (judged: readonly Judgement[], ...verdicts: readonly Judgement['verdict'][]): number =>
  judged.filter(({ verdict }) => verdicts.includes(verdict)).length;

/** Counts of some mutants by what became of them. */
function countsOf(judged: readonly Judgement[]): Omit<MutationResult['byKind'][number], 'kind'> {
  return {
    mutants: judged.length,
    killedByRuns: count(judged, 'runs'),
    killedByProofs: count(judged, 'failed', 'refused'),
    undecided: count(judged, 'undecided'),
    equivalent: count(judged, 'equivalent'),
  };
}

/** The first few of what a mutant leaves otherwise. */
function firstOf(where: string): string {
  const words = where.split(', ');
  const more = words.length - WORDS_NAMED;
  return `${words.slice(0, WORDS_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
const WORDS_NAMED = 3;

/** Verdicts that need a reason, and what the proofs said. */
const LEFT = {
  harmless: 'Differs, and breaks no law',
  open: 'Breaks no law, not shown to be the same',
  undecided: 'The proof of it does not go through, and nothing is shown against it',
} as const;

/** Neither killed nor equivalent. */
export const isLeft = (verdict: Judgement['verdict']): verdict is keyof typeof LEFT => verdict in LEFT;

/** What a campaign comes to. `seconds`: how long it took; `isComplete`: every mutant of the binary was judged. */
export function summaryOf(
  interlock: Uint8Array,
  judged: readonly Judgement[],
  reasons: readonly Reason[],
  seconds: number,
  isComplete: boolean,
): MutationFile {
  const reasonOf = (id: string): string | undefined =>
    reasons.find(({ mutants }) => mutants.includes(id))?.reason;
  const listed = judged.flatMap(({ mutant, verdict, where }) => {
    const reason = reasonOf(mutant.id);
    if (!isLeft(verdict) || reason === undefined) return [];
    const what = `${mutant.instruction}: ${mutant.change}`;
    return [{ mutant: mutant.id, reason: `${what}. ${reason} ${LEFT[verdict]}: ${firstOf(where)}.` }];
  });
  const survivors = judged
    .filter(({ verdict }) => verdict !== 'runs')
    .map(({ mutant, verdict, where }): Survivor => {
      return { mutant: mutant.id, change: `${mutant.instruction}: ${mutant.change}`, verdict, where };
    });
  return {
    sha256: createHash('sha256').update(interlock).digest('hex'),
    ...countsOf(judged),
    listed,
    seconds,
    isComplete,
    byKind: MUTANT_KINDS.map((kind) => ({
      kind,
      ...countsOf(judged.filter(({ mutant }) => mutant.kind === kind)),
    })).filter(({ mutants }) => mutants > 0),
    survivors,
  };
}

/** Mutants that are neither killed, nor equivalent, nor listed. */
export function leftOpen({ survivors, listed }: MutationFile): Survivor[] {
  const named = new Set(listed.map(({ mutant }) => mutant));
  return survivors.filter(({ mutant, verdict }) => isLeft(verdict) && !named.has(mutant));
}
