// Refutes a law by a run: where the solver finds a counterexample, cannot decide, or takes its time, a sequence of calls from
// power-on is looked for that breaks the law in the simulator. Once there is one, the solver has a little longer for a
// counterexample of its own, and is asked nothing more. A run refutes; that none was found proves nothing and is never taken so.

import { LAWS } from '../laws/index.ts';
import { INVARIANT } from '../laws/invariant-law.ts';
import { findReplay } from '../replay/search.ts';
import { replayInSimulator } from '../replay/simulate.ts';
import type { Step } from '../replay/steps.ts';
import type { Counterexample } from '../result.ts';
import type { Answer, Limits, Solver } from '../solve/query.ts';
import { counterexampleOf, hintOf } from './counterexample.ts';
import type { Discharged } from './discharge.ts';

/** A run that breaks a law, and what the oracle says of it. */
export type ShownRun = Pick<Counterexample, 'replay' | 'oracle'>;

/** What the solver gets for its own counterexample where a run has refuted the law already. */
const GRACE_MS = 4000;

/** Only the numbered laws are what the oracles know. */
const isJudged = (law: string): boolean => /^L\d+$/.test(law);

/** A run that breaks the law on this binary; null where none was found. */
function findRun(interlock: WebAssembly.Module, law: string, hint: readonly Step[]): ShownRun | null {
  const steps = findReplay(interlock, law, hint);
  if (steps === null) return null;
  const { results, broken } = replayInSimulator(interlock, steps);
  const oracle = broken.find((line) => line.startsWith(`${law}:`));
  return oracle === undefined ? null : { replay: results(), oracle };
}

/** The solver of one law, which falls silent as soon as the law is refuted. */
export class Refuter implements Solver {
  shown: ShownRun | null = null;
  /** Nothing more is asked: there is a counterexample, or the solver had its time beside a run. */
  isOver = false;
  private hasSearched = false;
  private readonly interlock: WebAssembly.Module | null;
  private readonly law: string;
  private readonly solver: Solver;
  private readonly graceMs: number;
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly abort = new AbortController();

  /** `interlock`: null where it must not be run. `patienceMs`: a law that is not settled after so long may be broken, and the solver at something that has no end. */
  constructor(
    interlock: Uint8Array | null,
    law: string,
    solver: Solver,
    patienceMs: number,
    graceMs = GRACE_MS,
  ) {
    this.graceMs = graceMs;
    this.interlock = interlock === null ? null : new WebAssembly.Module(new Uint8Array(interlock));
    this.law = law;
    this.solver = solver;
    this.timers.push(setTimeout(() => this.search(), patienceMs));
  }

  get name(): string {
    return this.solver.name;
  }
  get version(): string {
    return this.solver.version;
  }
  solve(script: string, { effort }: Limits = {}): Promise<Answer> {
    return this.solver.solve(script, { effort, signal: this.abort.signal });
  }
  /** Ends the watch; the solver itself is everyone's. */
  async close(): Promise<void> {
    this.end();
  }
  end(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }

  /** An obligation is settled. */
  settled(one: Discharged): void {
    if (one.verdict === 'undecided') this.search();
    if (one.verdict !== 'failed' || this.isOver) return;
    this.over();
    this.shown = this.run(hintOf(one)) ?? this.shown ?? this.runOfAny(hintOf(one));
  }

  private over(): void {
    this.isOver = true;
    this.abort.abort();
  }

  /** Looks once without a hint. */
  private search(): void {
    if (this.hasSearched || this.isOver) return;
    this.hasSearched = true;
    this.shown = this.run([]);
    if (this.shown !== null) this.timers.push(setTimeout(() => this.over(), this.graceMs));
  }

  /** Only the laws that the oracles know can be broken by a run. */
  private run(hint: readonly Step[]): ShownRun | null {
    return this.interlock === null || !isJudged(this.law) ? null : findRun(this.interlock, this.law, hint);
  }

  /** Where the invariant does not hold, a run that breaks any of the laws that rest on it. */
  private runOfAny(hint: readonly Step[]): ShownRun | null {
    if (this.interlock === null || this.law !== INVARIANT.id) return null;
    for (const { id } of LAWS.filter((law) => isJudged(law.id))) {
      const shown = findRun(this.interlock, id, hint);
      if (shown !== null) return shown;
    }
    return null;
  }

  /** From what the solver found, from the run, or from both; null where the law is not refuted. */
  counterexample(failed: Discharged | null): Counterexample | null {
    if (failed !== null) return counterexampleOf(failed, this.shown);
    if (this.shown === null) return null;
    return { broken: 'is broken by a run of calls', induction: [], ...this.shown };
  }
}
