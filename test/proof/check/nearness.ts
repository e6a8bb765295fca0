// Assumptions by how near they are to a goal: those over its own variables, those about the same electrode, all.

import { type Term, variables } from '../term/term.ts';

/** A variable in more assumptions than this joins what has little to do with each other: the duration, the flags. */
const HUB_FACTS = 40;
/** How many variables an assumption may speak of to count as near: of one thing, or of one electrode. */
const NEAR_NAMES = [4, 12];

const made = new WeakMap<readonly Term[], Assumptions>();

/** A list of assumptions that knows which of them speak of a variable. */
export class Assumptions {
  readonly facts: readonly Term[];
  /** Positions of the facts that speak of a variable, in order. */
  private readonly uses = new Map<Term, number[]>();
  /** Positions of those that speak of none. */
  private readonly closed: number[] = [];

  private constructor(facts: readonly Term[]) {
    this.facts = facts;
    for (const [at, fact] of facts.entries()) {
      const names = variables(fact);
      if (names.size === 0) this.closed.push(at);
      for (const name of names) {
        const known = this.uses.get(name);
        if (known === undefined) this.uses.set(name, [at]);
        else known.push(at);
      }
    }
  }

  /** The same list is looked through once. */
  static of(facts: readonly Term[]): Assumptions {
    let known = made.get(facts);
    if (known === undefined) {
      known = new Assumptions(facts);
      made.set(facts, known);
    }
    return known;
  }

  /** Those that speak of some of these variables. */
  private about(names: ReadonlySet<Term>): Set<number> {
    const found = new Set<number>();
    for (const name of names) for (const at of this.uses.get(name) ?? []) found.add(at);
    return found;
  }

  /** Those that speak of these variables alone. */
  over(names: ReadonlySet<Term>): Term[] {
    const isOver = (at: number): boolean => {
      for (const name of variables(this.facts[at])) if (!names.has(name)) return false;
      return true;
    };
    const found = [...this.closed, ...[...this.about(names)].filter(isOver)];
    return found.sort((a, b) => a - b).map((at) => this.facts[at]);
  }

  /** Variables that those of at most so many variables name beside these. */
  beside(names: ReadonlySet<Term>, most: number): Set<Term> {
    const found = new Set<Term>();
    for (const at of this.about(names)) {
      const some = variables(this.facts[at]);
      if (some.size <= most) for (const name of some) found.add(name);
    }
    return found;
  }

  /**
   * Those over a goal's variables alone; about the same electrode; all. Where they are followed, what is near to what is near
   * counts as well: a ghost touches the state through its law alone.
   */
  levels(goal: Term, isFollowed: boolean): (readonly Term[])[] {
    const names = variables(goal);
    const levels: (readonly Term[])[] = [this.over(names)];
    let own = names;
    for (const most of NEAR_NAMES) {
      own = new Set([...own].filter((name) => (this.uses.get(name)?.length ?? 0) <= HUB_FACTS));
      const near = new Set([...names, ...this.beside(own, most)]);
      levels.push(this.over(near));
      if (isFollowed) own = near;
    }
    levels.push(this.facts);
    return levels.filter((level, i) => i === 0 || level.length > levels[i - 1].length);
  }
}
