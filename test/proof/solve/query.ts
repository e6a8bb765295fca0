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

export interface Solver {
  /**
   * Solves one script. Equal scripts are solved once. `effort`: Z3's resource limit, after which it says "unknown"; what it
   * takes does not depend on the machine. Never throws for what a solver may do: crashes and time-outs are "unknown". */
  solve(script: string, effort?: number): Promise<Answer>;
  close(): Promise<void>;
  readonly name: string;
  readonly version: string;
}
