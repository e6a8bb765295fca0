// Puts the queries that a run has written to other solvers, and their opinions on the page that it has written. It asks what
// lies on the disk, never what the prover holds in memory, and decides no exit code.

import type { ProofFiles } from './prove.ts';
import { writeProofPage } from './report/write.ts';
import type { ProofResult, SecondOpinion } from './result.ts';
import { crossCheck, OTHER_SOLVERS, versionOf } from './solve/cross-check.ts';

export { MissingSolver } from './solve/cross-check.ts';

/** What a cross-check is at: queries that a solver has answered, of all. */
export interface OpinionProgress {
  readonly solver: string;
  readonly done: number;
  readonly total: number;
}

/** Throws MissingSolver where one of the solvers is not there: to be asked before a long proof. */
export function requireOtherSolvers(): void {
  for (const solver of OTHER_SOLVERS) versionOf(solver);
}

/** A solver confirms where it was asked something and answered all of it as expected. */
export function confirms({ queries, agreed }: SecondOpinion): boolean {
  return queries > 0 && agreed === queries;
}

/** The run with the opinions on its queries; its page is written anew with them. */
export async function withSecondOpinions(
  result: ProofResult,
  files: ProofFiles,
  onProgress: (progress: OpinionProgress) => void,
): Promise<ProofResult> {
  const opinions = await crossCheck(files.queries, { onProgress });
  const whole: ProofResult = { ...result, opinions };
  writeProofPage(files.report, whole);
  return whole;
}
