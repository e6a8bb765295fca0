// What a run of the prover found: the one structure that the terminal, the report and the bench read.

export type Verdict = 'proven' | 'failed' | 'undecided';

/** A number that a law speaks of, with where it comes from. */
export interface LawNumber {
  readonly value: string;
  readonly meaning: string;
  readonly source: string;
}

/** One step of a counterexample or witness, in units: "request 100 µs, E1 −25501 µA, E2 25501 µA → OK". */
export type Step = string;

export interface Counterexample {
  /** What does not hold, in plain words with figures. */
  readonly broken: string;
  /** The state that the induction starts from, the call and what it did. */
  readonly induction: readonly Step[];
  /** A call sequence from power-on that shows it, when one was replayed in the simulator. */
  readonly replay: readonly Step[];
  /** What the oracle said of that replay; empty when there was none. */
  readonly oracle: string;
}

export interface LawResult {
  /** "L1" … "L16", "base", "segregation". */
  readonly id: string;
  readonly title: string;
  readonly statement: string;
  readonly numbers: readonly LawNumber[];
  readonly requirements: readonly string[];
  readonly assumptions: readonly string[];
  readonly verdict: Verdict;
  /** All obligations, those that needed no solver, and distinct queries put to it. */
  readonly obligations: number;
  readonly immediate: number;
  readonly queries: number;
  readonly solverMs: number;
  /** A state, call and readings within the assumptions that reach the law's premise, replayed on the binary; null where there is nothing to replay. */
  readonly witness: { readonly steps: readonly Step[]; readonly isReplayed: boolean } | null;
  readonly counterexample: Counterexample | null;
  /** What could not be decided, a line each. */
  readonly undecided: readonly string[];
}

/** Exact largest number of wasm instructions of a call (L13). */
export interface CallBound {
  readonly call: string;
  readonly instructions: number;
  /** The bound is reached by a run on the binary. */
  readonly isReached: boolean;
}

/** Counts of mutants by what became of them. */
export interface MutantCounts {
  readonly mutants: number;
  readonly killedByRuns: number;
  /** An obligation that held of the shipped binary has a counterexample, or the prover does not take the binary. */
  readonly killedByProofs: number;
  /** Of those that are listed: the proof of the mutant does not go through, but nothing is shown against it. */
  readonly undecided: number;
  readonly equivalent: number;
}

export interface MutationResult extends MutantCounts {
  readonly sha256: string;
  readonly byKind: readonly (MutantCounts & { readonly kind: string })[];
  readonly listed: readonly { readonly mutant: string; readonly reason: string }[];
  readonly seconds: number;
  /** False where only a sample of all mutants was tried. */
  readonly isComplete: boolean;
}

/** A second solver over the same queries. */
export interface SecondOpinion {
  readonly solver: string;
  readonly version: string;
  readonly queries: number;
  readonly agreed: number;
  readonly seconds: number;
  /** A line for each query that it did not answer as expected: "L5/L5-request-12.smt2: unknown, expected unsat". */
  readonly differing: readonly string[];
}

export interface ProofResult {
  readonly binary: {
    readonly file: string;
    readonly bytes: number;
    readonly sha256: string;
    readonly instructions: number;
  };
  readonly stimulator: { readonly file: string; readonly bytes: number; readonly sha256: string };
  readonly solver: { readonly name: string; readonly version: string };
  readonly laws: readonly LawResult[];
  readonly bounds: readonly CallBound[];
  readonly seconds: number;
  readonly opinions: readonly SecondOpinion[];
  readonly mutation: MutationResult | null;
}
