// Whether two terms have the same value wherever certain facts hold. A mutation changes a term in one place: the two are gone
// through side by side, and the solver is asked about the smallest parts that differ, then about what holds them, up to the
// terms themselves. Parts that come in many places are asked about once.

import { discharge, EFFORTS } from '../proof/check/discharge.ts';
import { narrowed } from '../proof/check/narrow.ts';
import type { Obligation } from '../proof/check/obligation.ts';
import type { Mode } from '../proof/smt/script.ts';
import type { Solver } from '../proof/solve/query.ts';
import { conjoin, conjuncts, FALSE, iff, not } from '../proof/term/boolean.ts';
import { type Term, variables } from '../proof/term/term.ts';
import * as w from '../proof/term/word.ts';
import { type Abstraction, abstracted, sizeOf } from './abstraction.ts';

/** Operations whose operands are in no order of their own. */
const UNORDERED: ReadonlySet<Term['op']> = new Set(['and', 'eq', 'add', 'mul', 'bitand', 'bitor', 'xor']);
/** As bits what integers cannot say, as integers what bits find hard. */
const MODES: readonly Mode[] = ['words', 'numbers'];

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

/** Of how many variables a goal or a fact beside it may speak. */
const NEAR_NAMES = 4;

/** Terms of more parts than this are compared over what they share, or not at all. */
const SIZE_MAX = 150;

/** Shown to be the same, or how often the solver was asked in vain about this and what it holds. */
type Finding = { readonly isEqual: true } | { readonly isEqual: false; readonly climbed: number };
const EQUAL: Finding = { isEqual: true };

/** Two parts, and what holds wherever they matter. */
interface Part {
  readonly pair: Pair;
  readonly where: readonly Term[];
}

/** Where a part of a conjunction matters the rest of it holds; where an arm of a choice does, so does its condition. */
function partsOf(a: Term, b: Term): Part[] | null {
  const pairs = differingParts(a, b);
  if (pairs === null) return null;
  if (a.op === 'and') {
    const shared = new Set(b.args);
    const where = a.args.filter((arg) => shared.has(arg));
    return pairs.map((pair) => ({ pair, where }));
  }
  if (a.op !== 'ite') return pairs.map((pair) => ({ pair, where: [] }));
  const [condition, yes] = a.args;
  return pairs.map((pair) => {
    if (pair[0] === condition) return { pair, where: [] };
    return { pair, where: conjuncts(pair[0] === yes ? condition : not(condition)) };
  });
}

/** What speaks of little beside what the goal speaks of: that an electrode is at rest unless the state is armed. */
function near(goal: Term, facts: readonly Term[]): Term[] {
  const names = variables(goal);
  if (names.size > NEAR_NAMES) return [];
  const touches = (fact: Term): boolean => [...variables(fact)].some((name) => names.has(name));
  return facts.filter((fact) => variables(fact).size <= NEAR_NAMES && touches(fact));
}

/** Equal is often seen at once; what is not is left open. */
const LITTLE = EFFORTS.slice(0, 1);

type Reply = 'yes' | 'no' | 'unknown';
const same = (a: Term, b: Term): Term => (a.sort === 'bool' ? iff(a, b) : w.eq(a, b));

/** Terms that are compared wherever these facts hold. */
export class Equality {
  private readonly assumed: readonly Term[];
  private readonly solver: Solver;
  private readonly known = new Map<string, Promise<Finding>>();

  constructor(assumed: readonly Term[], solver: Solver) {
    this.assumed = [...new Set(assumed.flatMap(conjuncts))];
    this.solver = solver;
  }

  /** True where both are shown to be the same wherever `where` holds; false proves nothing. */
  async holds(a: Term, b: Term, where: readonly Term[] = []): Promise<boolean> {
    return (await this.find(a, b, where.flatMap(conjuncts))).isEqual;
  }

  /** Both paths say the same: what they share is assumed while the rest is compared. */
  async arePathsEqual(a: Term, b: Term): Promise<boolean> {
    if (a === b) return true;
    const [left, right] = [conjuncts(a), conjuncts(b)];
    const shared = left.filter((literal) => right.includes(literal));
    const rest = (all: readonly Term[]): Term => conjoin(...all.filter((one) => !shared.includes(one)));
    return this.holds(rest(left), rest(right), shared);
  }

  /** True where no run can take this path. */
  async isEmpty(path: Term): Promise<boolean> {
    return (await this.isShown(this.obligation(FALSE, conjuncts(path)))) === 'yes';
  }

  private find(a: Term, b: Term, where: readonly Term[]): Promise<Finding> {
    if (a === b) return Promise.resolve(EQUAL);
    const names = new Set([...variables(a), ...variables(b)]);
    const near = where.filter((fact) => [...variables(fact)].some((name) => names.has(name)));
    const key = [a, b, ...near].map(({ id }) => id).join(' ');
    let known = this.known.get(key);
    if (known === undefined) {
      known = this.show(a, b, near);
      this.known.set(key, known);
    }
    return known;
  }

  private async show(a: Term, b: Term, where: readonly Term[]): Promise<Finding> {
    let climbed = 0;
    const parts = partsOf(a, b);
    if (parts !== null) {
      const within = await this.firstUnequal(parts, where);
      if (within.isEqual) return EQUAL;
      climbed = within.climbed + 1;
    }
    if (climbed > CLIMB_MAX) return { isEqual: false, climbed };
    const answer = await this.ask(a, b, where);
    if (answer === 'yes') return EQUAL;
    // What holds it is larger still: no use in asking about that.
    return { isEqual: false, climbed: answer === 'unknown' ? CLIMB_MAX : climbed };
  }

  private async ask(a: Term, b: Term, where: readonly Term[]): Promise<Reply> {
    const goal = same(a, b);
    if (goal === FALSE) return 'no';
    const whole = this.obligation(goal, where);
    const over = abstracted(a, b, whole.assumed);
    if (over !== null) {
      const answer = await this.inCases(whole, over);
      if (answer === 'yes' || sizeOf(a, b) > SIZE_MAX) return answer;
    }
    const answer = await this.isShown(narrowed(whole));
    return answer === 'yes' ? answer : this.isShown(narrowed(whole, ...near(goal, whole.assumed)));
  }

  /** Of the shared parts, one case after the other. */
  private async inCases(whole: Obligation, { a, b, facts, cases }: Abstraction): Promise<Reply> {
    const goal = same(a, b);
    for (const one of cases) {
      const answer = await this.isShown({ ...whole, assumed: [...facts, one], goal });
      if (answer !== 'yes') return answer;
    }
    return 'yes';
  }

  private async firstUnequal(parts: readonly Part[], where: readonly Term[]): Promise<Finding> {
    for (const { pair, where: own } of parts) {
      const found = await this.find(pair[0], pair[1], [...where, ...own]);
      if (!found.isEqual) return found;
    }
    return EQUAL;
  }

  private obligation(goal: Term, where: readonly Term[]): Obligation {
    const assumed = [...new Set([...this.assumed, ...where])];
    return { law: 'equivalence', name: 'the same', assumed, goal, call: null, end: null };
  }

  private async isShown(obligation: Obligation): Promise<Reply> {
    let answer: 'no' | 'unknown' = 'unknown';
    for (const mode of MODES) {
      const { verdict } = await discharge({ ...obligation, mode }, this.solver, LITTLE);
      if (verdict === 'proven' || verdict === 'immediate') return 'yes';
      if (verdict === 'failed') answer = 'no';
    }
    return answer;
  }
}
