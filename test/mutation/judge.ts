// What the proofs say of a mutant that the quick runs did not kill: equivalent to the shipped interlock, refused, killed by an
// obligation that held before, or neither. Only calls that reach the mutated function are executed again, and only obligations
// that say something else than those of the shipped binary are put to the solver.

import { clauses } from '../proof/check/assumed.ts';
import { discharge, EFFORTS } from '../proof/check/discharge.ts';
import { inductionObligations } from '../proof/check/induction.ts';
import type { Obligation } from '../proof/check/obligation.ts';
import { leaveOutEmpty } from '../proof/check/reachable.ts';
import { claimObligations } from '../proof/laws/l13-bounded.ts';
import type { Law, Run } from '../proof/laws/law.ts';
import { view, wordName } from '../proof/model/block.ts';
import { type Call, type ExportName, execute } from '../proof/model/calls.ts';
import type { Solver } from '../proof/solve/query.ts';
import { conjoin, FALSE, TRUE } from '../proof/term/boolean.ts';
import { RefusedBinary, type WasmModule } from '../proof/wasm/module.ts';
import { Equality } from './equality.ts';
import type { Facts } from './facts.ts';
import { refutedIn } from './instances.ts';
import { exportsReaching } from './reach.ts';
import { aligned, differencesOf, isSameCall } from './same.ts';
import type { Scene } from './scenes.ts';

export interface ProofVerdict {
  /**
   * equivalent: the same ends, by their terms or shown by Z3 under the invariant. refused: the prover does not take the binary.
   * failed: an obligation has a counterexample that held of the shipped binary. undecided: one is not decided that was, so the
   * proof of the binary would not go through. harmless: runs have seen it differ, and every obligation holds. open: whether it
   * differs is not decided, and every obligation holds.
   */
  readonly verdict: 'equivalent' | 'refused' | 'failed' | 'undecided' | 'harmless' | 'open';
  /** The law and obligation that kills it, or in what it differs. */
  readonly where: string;
}

export interface Suspect {
  readonly module: WasmModule;
  readonly functionName: string;
  /** Where runs have seen it differ; empty where they have not. */
  readonly scenes: readonly Scene[];
}

const KINDS = ['intact', 'damaged'] as const;

/** What an obligation says, whoever says it: the same key is the same question. */
function keyOf({ law, assumed, goal }: Obligation): string {
  return `${law} ${conjoin(...assumed).id} ${goal.id}`;
}

/** The claims of the execution, then goals that are false by themselves, then the rest in order. */
function urgency({ goal, name }: Obligation): number {
  if (name.includes(': never ')) return 0;
  return goal === FALSE ? 1 : 2;
}

const claimsOf = (call: Call): Obligation[] =>
  (['L14', 'L13'] as const).flatMap((law) => claimObligations(law, [call]));

const named = ({ law, name }: Obligation): string => `${law}: ${name}`;

/** So many obligations are left open before more effort is spent on them. */
const OPEN_MAX = 4;

/** Judges mutants of one binary against its own run. */
export class ProofJudge {
  private readonly original: Run;
  private readonly laws: readonly Law[];
  private readonly solver: Solver;
  /** Keys of the obligations of the shipped binary. */
  private known: ReadonlySet<string> | undefined;
  private readonly equalities = new Map<Call, Equality>();

  private readonly facts: Facts;

  /** `original`: the shipped interlock's run, every obligation of which holds. `facts`: what else is shown of its states. */
  constructor(original: Run, laws: readonly Law[], facts: Facts, solver: Solver) {
    this.facts = facts;
    this.original = original;
    this.laws = laws;
    this.solver = solver;
  }

  async judge({ module, functionName, scenes }: Suspect): Promise<ProofVerdict> {
    try {
      const calls = await this.executeSome(module, exportsReaching(this.original.interlock, functionName));
      if (this.differing(calls).length === 0)
        return { verdict: 'equivalent', where: 'every end of every call is the same term' };
      const claimed = await this.firstBroken(calls.flatMap(claimsOf));
      if (claimed !== null) return claimed;
      return await this.judgeCalls(module, calls, scenes);
    } catch (error) {
      if (error instanceof RefusedBinary) return { verdict: 'refused', where: error.message };
      throw error;
    }
  }

  private async judgeCalls(
    module: WasmModule,
    executed: readonly Call[],
    scenes: readonly Scene[],
  ): Promise<ProofVerdict> {
    const all: Call[] = [];
    for (const call of executed) all.push(await this.align(call));
    const calls = this.differing(all);
    const differences = scenes.length > 0 ? inScenes(scenes) : await this.differences(calls);
    if (differences.length === 0)
      return { verdict: 'equivalent', where: 'shown by Z3 for every state that calls reach' };
    const changed = this.changedObligations(module, calls);
    const refuted = await refutedIn(scenes, calls, changed, this.solver);
    if (refuted !== null) return { verdict: 'failed', where: named(refuted) };
    const broken = await this.firstBroken(changed);
    if (broken !== null) return broken;
    return { verdict: scenes.length > 0 ? 'harmless' : 'open', where: differences.join(', ') };
  }

  private async executeSome(module: WasmModule, names: readonly ExportName[]): Promise<Call[]> {
    const calls = KINDS.flatMap((kind) => names.map((name) => execute(module, name, kind)));
    return Promise.all(calls.map(async (call) => (await leaveOutEmpty(call, this.solver)).call));
  }

  private shipped({ name, from }: Call): Call {
    return this.original.calls.find((call) => call.name === name && call.from === from)!;
  }

  private differing(calls: readonly Call[]): Call[] {
    return calls.filter((call) => !isSameCall(this.shipped(call), call));
  }

  /** What is the same under the invariant, of one shipped call. */
  private equalityOf(shipped: Call): Equality {
    let equality = this.equalities.get(shipped);
    if (equality === undefined) {
      const facts = shipped.from === 'intact' ? this.facts(view(shipped.before)) : [];
      const assumed = shipped.assumed.map(({ formula }) => formula);
      equality = new Equality([...assumed, ...facts], this.solver);
      this.equalities.set(shipped, equality);
    }
    return equality;
  }

  private align(call: Call): Promise<Call> {
    const shipped = this.shipped(call);
    return aligned(shipped, call, this.equalityOf(shipped));
  }

  /** Everything that could not be shown to be the same. */
  private async differences(calls: readonly Call[]): Promise<string[]> {
    const found: string[] = [];
    for (const call of calls) {
      const shipped = this.shipped(call);
      const words = await differencesOf(shipped, call, this.equalityOf(shipped));
      found.push(...words.map((word) => `${word} after ${call.name}`));
    }
    return [...new Set(found)];
  }

  private obligationsOf(run: Run): Obligation[] {
    return [...inductionObligations(run.calls), ...this.laws.flatMap((law) => law.obligations(run))];
  }

  /** The obligations of the mutant that the shipped binary does not have in the very same words, the most likely to fail first. */
  private changedObligations(module: WasmModule, differing: readonly Call[]): Obligation[] {
    this.known ??= new Set(this.obligationsOf(this.original).map(keyOf));
    const known = this.known;
    const calls = this.original.calls.map(
      (call) => differing.find((one) => this.shipped(one) === call) ?? { ...call, ends: [], claims: [] },
    );
    const changed = this.obligationsOf({ ...this.original, interlock: module, calls }).filter(
      (one) => (one.call === null || differing.includes(one.call)) && !known.has(keyOf(one)),
    );
    const split = changed.flatMap((one) =>
      one.goal === TRUE ? [] : clauses(one.goal).map((goal) => ({ ...one, goal })),
    );
    return split.sort((a, b) => urgency(a) - urgency(b));
  }

  /**
   * The first obligation that is refuted, or that stays undecided. What the shipped binary's proof needs is decided within the
   * effort that is spent here; a few that are not decided with little effort are asked again before any other is.
   */
  private async firstBroken(obligations: readonly Obligation[]): Promise<ProofVerdict | null> {
    const [little, more] = EFFORTS;
    let open: Obligation[] = [];
    for (const [i, obligation] of obligations.entries()) {
      const { verdict } = await discharge(obligation, this.solver, [little]);
      if (verdict === 'failed') return { verdict, where: named(obligation) };
      if (verdict === 'undecided') open.push(obligation);
      if (open.length < OPEN_MAX && i < obligations.length - 1) continue;
      for (const one of open) {
        const again = await discharge(one, this.solver, [more]);
        if (again.verdict === 'failed' || again.verdict === 'undecided')
          return { verdict: again.verdict, where: named(one) };
      }
      open = [];
    }
    return null;
  }
}

/** The words that scenes differ in, each with the calls that left it so. */
function inScenes(scenes: readonly Scene[]): string[] {
  const found = scenes.flatMap(({ call, words }) => words.map((word) => `${wordName(word)} after ${call}`));
  return [...new Set(found)];
}
