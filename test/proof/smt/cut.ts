// A goal without what lies deep in it: words and comparisons from some depth on become variables that may be anything within
// their bounds. More general than the binary, and so sound; where what is stored and what is asked for are put together from
// the same parts, a proof need not look into the parts.

import { TRUE } from '../term/boolean.ts';
import { PathBounds } from '../term/bounds.ts';
import { rebuild } from '../term/substitute.ts';
import { type Op, type Term, variable } from '../term/term.ts';

/** Operations that bits are bad at: cut off wherever they stand, but in the whole goal. */
const HARD = new Set<Op>(['mul', 'sdiv']);

const unbounded = new PathBounds(TRUE);

/** How far each part of a term is from its root. */
function depthsOf(root: Term): ReadonlyMap<Term, number> {
  const depths = new Map([[root, 0]]);
  let layer = [root];
  for (let depth = 1; layer.length > 0; depth++) {
    layer = [...new Set(layer.flatMap(({ args }) => args))].filter((arg) => !depths.has(arg));
    for (const term of layer) depths.set(term, depth);
  }
  return depths;
}

export class Cut {
  private readonly depths: ReadonlyMap<Term, number>;

  constructor(goal: Term) {
    this.depths = depthsOf(goal);
  }

  /** Whether a cut so deep leaves at most half of the goal, or spares what bits are bad at. */
  isWorthwhile(depth: number): boolean {
    const terms = [...this.depths];
    const left = terms.filter(([, at]) => at < depth).length;
    return left < terms.length && (2 * left <= terms.length || terms.some(([{ op }]) => HARD.has(op)));
  }

  /** Rewrites the goal, and what is assumed beside it, with all that lies so deep in the goal as a variable of its own. */
  at(depth: number): (a: Term) => Term {
    const memo = new Map<Term, Term>();
    const cut = (a: Term): Term => {
      let known = memo.get(a);
      if (known === undefined) {
        const isDeep =
          (this.depths.get(a) ?? 0) >= depth || (depth !== Number.POSITIVE_INFINITY && HARD.has(a.op));
        known = (isDeep ? named(a) : null) ?? rebuild(a, a.args.map(cut));
        memo.set(a, known);
      }
      return known;
    };
    return cut;
  }
}

/** A variable in place of a word or of a comparison; null where there is nothing to gain. */
function named(a: Term): Term | null {
  if (a.args.length === 0 || a.op === 'not' || a.op === 'and') return null;
  if (a.sort === 'bool') return variable(`cut.${a.id}`, 'bool', 0n, 1n);
  if (a.sort !== 'word') return null;
  const { low, high } = unbounded.of(a);
  return variable(`cut.${a.id}`, 'word', low, high);
}
