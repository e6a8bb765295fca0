// A question to a solver: an SMT-LIB 2 script of its own, from (set-logic …) to (check-sat), whose answer "unsat" means
// that the obligation holds. The text that is solved is the text that is written under out/proof/ for a second solver.

export interface Query {
  /** Short and unique among the queries of a run: "L5-request-12". */
  readonly name: string;
  readonly script: string;
  readonly expected: 'unsat' | 'sat';
}

export interface Answer {
  readonly verdict: 'unsat' | 'sat' | 'unknown';
  /** Values of the script's constants after "sat", by name: Booleans, integers (bit vectors as unsigned), rationals "n/d". */
  readonly model: ReadonlyMap<string, bigint | boolean | string>;
  readonly ms: number;
  /** Why it is unknown. */
  readonly reason: string;
}

/** How far a solver goes for one script. */
export interface Limits {
  /** Z3's resource limit; what is tried within it does not depend on the machine. */
  readonly effort?: number;
  /** Nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

export interface Solver {
  /**
   * Solves one script. Equal scripts are solved once. Never throws for what a solver may do: crashes and time-outs are "unknown",
   * and so are a script that takes more than it may and one that nobody waits for any more.
   */
  solve(script: string, limits?: Limits): Promise<Answer>;
  close(): Promise<void>;
  readonly name: string;
  readonly version: string;
}
