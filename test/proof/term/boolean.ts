// Booleans: a conjunction is a flat set of literals, so that a path condition reads as a list of facts.
import { make, type Term } from './term.ts';

export const TRUE = make('true', 'bool', []);
export const FALSE = make('not', 'bool', [TRUE]);

export function bool(value: boolean): Term {
  return value ? TRUE : FALSE;
}

export function not(a: Term): Term {
  return a.op === 'not' ? a.args[0] : make('not', 'bool', [a]);
}

/** Literals of a conjunction; of TRUE none. */
export function conjuncts(a: Term): readonly Term[] {
  if (a === TRUE) return [];
  return a.op === 'and' ? a.args : [a];
}

export function and(...parts: readonly Term[]): Term {
  const literals = collect(parts);
  if (literals === null) return FALSE;
  while (absorb(literals));
  return isContradiction(literals) ? FALSE : conjunction(literals);
}

/** As `and`, with every part kept as it is: paths that split and meet again then say again what they said before. */
export function conjoin(...parts: readonly Term[]): Term {
  const literals = collect(parts);
  return literals === null ? FALSE : conjunction(literals);
}

/** True where single facts and clauses contradict each other, found by following each clause that has one literal left. */
export function isRefuted(path: Term): boolean {
  const facts = new Set(conjuncts(path));
  const clauses = new Set([...facts].filter((fact) => fact.op === 'not' && fact.args[0].op === 'and'));
  for (let hasLearned = true; hasLearned; ) {
    hasLearned = false;
    for (const clause of [...clauses]) {
      const inner = clause.args[0].args;
      if (inner.some((literal) => facts.has(not(literal)))) continue;
      const left = inner.filter((literal) => !facts.has(literal));
      if (left.length === 0) return true;
      if (left.length > 1) continue;
      clauses.delete(clause);
      for (const literal of conjuncts(not(left[0]))) {
        if (literal.op === 'not' && literal.args[0].op === 'and' && !facts.has(literal)) clauses.add(literal);
        facts.add(literal);
      }
      hasLearned = true;
    }
  }
  return isContradiction(facts);
}

function isContradiction(literals: ReadonlySet<Term>): boolean {
  if (literals.has(FALSE)) return true;
  for (const literal of literals) if (literal.op === 'not' && literals.has(literal.args[0])) return true;
  return false;
}

function collect(parts: readonly Term[]): Set<Term> | null {
  const literals = new Set<Term>();
  for (const part of parts) for (const literal of conjuncts(part)) literals.add(literal);
  return isContradiction(literals) ? null : literals;
}

function conjunction(literals: ReadonlySet<Term>): Term {
  if (literals.size === 0) return TRUE;
  const sorted = [...literals].sort((a, b) => a.id - b.id);
  return sorted.length === 1 ? sorted[0] : make('and', 'bool', sorted);
}

/** Beside x, a clause ¬(x ∧ y) says ¬y, and a clause ¬(¬x ∧ y) says nothing. True where something changed. */
function absorb(literals: Set<Term>): boolean {
  let hasChanged = false;
  for (const clause of [...literals]) {
    if (clause.op !== 'not' || clause.args[0].op !== 'and') continue;
    const inner = clause.args[0].args;
    const left = inner.filter((literal) => !literals.has(literal));
    const says = inner.some((literal) => literals.has(not(literal)));
    if (!says && left.length === inner.length) continue;
    hasChanged = true;
    literals.delete(clause);
    if (!says) for (const literal of conjuncts(not(conjoin(...left)))) literals.add(literal);
  }
  return hasChanged;
}

export function or(...parts: readonly Term[]): Term {
  return not(and(...parts.map(not)));
}

export function implies(a: Term, b: Term): Term {
  return not(and(a, not(b)));
}

export function iff(a: Term, b: Term): Term {
  return and(implies(a, b), implies(b, a));
}

/** c ? a : b of Booleans. */
export function choose(c: Term, a: Term, b: Term): Term {
  if (c === TRUE || a === b) return a;
  if (c === FALSE) return b;
  return and(implies(c, a), implies(not(c), b));
}
