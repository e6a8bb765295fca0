// Refutes a law by a run: where the solver finds a counterexample, cannot decide, or is silent for long, a sequence of calls
// from power-on is looked for that breaks the law in the simulator. Once there is one, nothing more is asked of the solver. A
// run refutes; that none was found proves nothing and is never taken so.

import { findReplay } from '../replay/search.ts';
import { replayInSimulator } from '../replay/simulate.ts';
import type { Step } from '../replay/steps.ts';
import type { Counterexample } from '../result.ts';
import type { Answer, Solver } from '../solve/query.ts';
import { counterexampleOf, hintOf } from './counterexample.ts';
import type { Discharged } from './discharge.ts';

/** A run that breaks a law, and what the oracle says of it. */
export type ShownRun = Pick<Counterexample, 'replay' | 'oracle'>;

const LOOK_MS = 1000;

const REFUTED: Answer = { verdict: 'unknown', model: new Map(), ms: 0, reason: 'the law is refuted already' };

/** A run that breaks the law on this binary; null where none was found. */
function findRun(interlock: Uint8Array, law: string, hint: readonly Step[]): ShownRun | null {
  const steps = findReplay(interlock, law, hint);
  if (steps === null) return null;
  const { results, broken } = replayInSimulator(interlock, steps);
  const oracle = broken.find((line) => line.startsWith(`${law}:`));
  return oracle === undefined ? null : { replay: results(), oracle };
}

/** The solver of one law, which falls silent as soon as the law is refuted. */
export class Refuter implements Solver {
  shown: ShownRun | null = null;
  private hasSearched = false;
  private lastMs = performance.now();
  private readonly interlock: Uint8Array;
  private readonly law: string;
  private readonly solver: Solver;
  private readonly timer: NodeJS.Timeout;
  private give = (_answer: Answer): void => {};
  private readonly refuted = new Promise<Answer>((resolve) => {
    this.give = resolve;
  });

  /** `silentMs`: where nothing is settled for this long, the solver may be at something that has no end. */
  constructor(interlock: Uint8Array, law: string, solver: Solver, silentMs: number) {
    this.interlock = interlock;
    this.law = law;
    this.solver = solver;
    this.timer = setInterval(() => {
      if (performance.now() - this.lastMs > silentMs) this.search([]);
    }, LOOK_MS);
  }

  get name(): string {
    return this.solver.name;
  }
  get version(): string {
    return this.solver.version;
  }
  solve(script: string, effort?: number): Promise<Answer> {
    return Promise.race([this.solver.solve(script, effort), this.refuted]);
  }
  /** Ends the watch; the solver itself is everyone's. */
  async close(): Promise<void> {
    this.end();
  }
  end(): void {
    clearInterval(this.timer);
  }

  /** An obligation is settled. */
  settled(one: Discharged): void {
    this.lastMs = performance.now();
    if (one.verdict === 'failed') this.search(hintOf(one));
    else if (one.verdict === 'undecided') this.search([]);
  }

  /** Looks once: only the laws that the oracles know can be broken by a run. */
  private search(hint: readonly Step[]): void {
    if (this.hasSearched || !/^L\d+$/.test(this.law)) return;
    this.hasSearched = true;
    this.shown = findRun(this.interlock, this.law, hint);
    if (this.shown !== null) this.give(REFUTED);
  }

  /** From what the solver found, from the run, or from both; null where the law is not refuted. */
  counterexample(failed: Discharged | null): Counterexample | null {
    if (failed !== null) return counterexampleOf(failed, this.shown);
    if (this.shown === null) return null;
    return { broken: 'is broken by a run of calls', induction: [], ...this.shown };
  }
}
