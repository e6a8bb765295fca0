// Whether two terms have the same value wherever certain facts hold. A mutation changes a term in one place: the two are gone
// through side by side, and the solver is asked about the smallest parts that differ, then about what holds them, up to the
// terms themselves. Parts that come in many places are asked about once.

import { discharge } from '../proof/check/discharge.ts';
import { narrowed } from '../proof/check/narrow.ts';
import type { Obligation } from '../proof/check/obligation.ts';
import type { Mode } from '../proof/smt/script.ts';
import type { Solver } from '../proof/solve/query.ts';
import { conjoin, conjuncts, FALSE, iff } from '../proof/term/boolean.ts';
import { type Term, variables } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';

/** Operations whose operands are in no order of their own. */
const UNORDERED: ReadonlySet<Term['op']> = new Set(['and', 'eq', 'add', 'mul', 'bitand', 'bitor', 'xor']);
/** As integers what bits find hard, as bits what integers cannot say. */
const MODES: readonly Mode[] = ['numbers', 'words'];

/** Operands of one operation that are set side by side by what they look like. */
const PAIRED_MAX = 40;

type Pair = readonly [Term, Term];

const outlines = new WeakMap<Term, string>();
/** What a term looks like without its constants, to a depth that tells neighbours apart. */
function outlineOf(a: Term, depth = 4): string {
  if (a.op === 'const') return '#';
  if (a.op === 'var') return a.name;
  if (depth === 0) return a.op;
  const isWhole = depth === 4;
  let text = isWhole ? outlines.get(a) : undefined;
  if (text === undefined) {
    const parts = a.args.map((arg) => outlineOf(arg, depth - 1));
    text = `${a.op}(${(UNORDERED.has(a.op) ? parts.sort() : parts).join(' ')})`;
    if (isWhole) outlines.set(a, text);
  }
  return text;
}

/** How likely one operand became the other. */
function likeness(a: Term, b: Term): number {
  const [of, other] = [variables(a), variables(b)];
  const shared = [...of].filter((name) => other.has(name)).length;
  const isSame = (yes: boolean): number => (yes ? 1 : 0);
  return (
    2 * isSame(outlineOf(a) === outlineOf(b)) +
    isSame(a.op === b.op) +
    shared / (of.size + other.size - shared + 1)
  );
}

/** Sets operands that are in no order side by side. */
function paired(only: readonly Term[], other: readonly Term[]): Pair[] | null {
  if (only.length !== other.length || only.length > PAIRED_MAX) return null;
  const left = [...other];
  return only.map((a): Pair => {
    const likely = left.reduce((best, b) => (likeness(a, b) > likeness(a, best) ? b : best));
    left.splice(left.indexOf(likely), 1);
    return [a, likely];
  });
}

/** The parts in which two terms of one operation differ, side by side; null where they cannot be set so. */
function differingParts(a: Term, b: Term): Pair[] | null {
  if (a.op !== b.op || a.args.length !== b.args.length || a.args.length === 0 || a.value !== b.value)
    return null;
  if (!UNORDERED.has(a.op))
    return a.args.flatMap((arg, i): Pair[] => (arg === b.args[i] ? [] : [[arg, b.args[i]]]));
  const [inA, inB] = [new Set(a.args), new Set(b.args)];
  return paired(
    a.args.filter((arg) => !inB.has(arg)),
    b.args.filter((arg) => !inA.has(arg)),
  );
}

/** Where two terms are not shown to be the same, the solver is asked this often about what holds them, from the inside out. */
const CLIMB_MAX = 6;

/** Shown to be the same, or how often the solver was asked in vain about this and what it holds. */
type Finding = { readonly isEqual: true } | { readonly isEqual: false; readonly climbed: number };
const EQUAL: Finding = { isEqual: true };

export class Equality {
  private readonly assumed: readonly Term[];
  private readonly solver: Solver;
  /** With fewer facts: what is shown there is shown here. */
  private readonly outer: Equality | null;
  private readonly known = new Map<string, Promise<Finding>>();

  constructor(assumed: readonly Term[], solver: Solver, outer: Equality | null = null) {
    this.assumed = [...new Set(assumed.flatMap(conjuncts))];
    this.solver = solver;
    this.outer = outer;
  }

  /** With more facts. */
  under(facts: readonly Term[]): Equality {
    return new Equality([...this.assumed, ...facts], this.solver, this);
  }

  /** True where both are shown to be the same; false proves nothing. */
  async holds(a: Term, b: Term): Promise<boolean> {
    return (await this.find(a, b)).isEqual;
  }

  /** Both paths say the same: what they share is assumed while the rest is compared. */
  async arePathsEqual(a: Term, b: Term): Promise<boolean> {
    if (a === b) return true;
    const [left, right] = [conjuncts(a), conjuncts(b)];
    const shared = left.filter((literal) => right.includes(literal));
    const rest = (all: readonly Term[]): Term => conjoin(...all.filter((one) => !shared.includes(one)));
    return this.under(shared).holds(rest(left), rest(right));
  }

  /** True where no run can take this path. */
  async isEmpty(path: Term): Promise<boolean> {
    const within = this.under([path]);
    return (await within.isShown(within.obligation(FALSE))) === 'yes';
  }

  private find(a: Term, b: Term): Promise<Finding> {
    if (a === b) return Promise.resolve(EQUAL);
    const key = `${a.id} ${b.id}`;
    let known = this.known.get(key);
    if (known === undefined) {
      known = this.show(a, b);
      this.known.set(key, known);
    }
    return known;
  }

  private async show(a: Term, b: Term): Promise<Finding> {
    if ((await this.outer?.find(a, b))?.isEqual === true) return EQUAL;
    let climbed = 0;
    const parts = differingParts(a, b);
    if (parts !== null) {
      const within = await this.firstUnequal(parts);
      if (within.isEqual) return EQUAL;
      climbed = within.climbed + 1;
    }
    if (climbed > CLIMB_MAX) return { isEqual: false, climbed };
    const goal = a.sort === 'bool' ? iff(a, b) : w.eq(a, b);
    if (goal === FALSE) return { isEqual: false, climbed };
    const answer = await this.isShown(narrowed(this.obligation(goal)));
    if (answer === 'yes') return EQUAL;
    // What holds it is larger still: no use in asking about that.
    return { isEqual: false, climbed: answer === 'unknown' ? CLIMB_MAX : climbed };
  }

  private async firstUnequal(parts: readonly Pair[]): Promise<Finding> {
    for (const [a, b] of parts) {
      const found = await this.find(a, b);
      if (!found.isEqual) return found;
    }
    return EQUAL;
  }

  private obligation(goal: Term): Obligation {
    return { law: 'equivalence', name: 'the same', assumed: this.assumed, goal, call: null, end: null };
  }

  private async isShown(obligation: Obligation): Promise<'yes' | 'no' | 'unknown'> {
    let answer: 'no' | 'unknown' = 'unknown';
    for (const mode of MODES) {
      const { verdict } = await discharge({ ...obligation, mode }, this.solver);
      if (verdict === 'proven' || verdict === 'immediate') return 'yes';
      if (verdict === 'failed') answer = 'no';
    }
    return answer;
  }
}
