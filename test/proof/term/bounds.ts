// Bounds of a word as a signed number, from its structure and from what a path says of its parts. Wherever nothing better is
// known they are those of 32 bits, so that they always hold.
import { conjuncts } from './boolean.ts';
import type { Term } from './term.ts';

export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

const WORD: Bounds = { low: -(1n << 31n), high: (1n << 31n) - 1n };

const fits = (low: bigint, high: bigint): Bounds =>
  low >= WORD.low && high <= WORD.high ? { low, high } : WORD;
const least = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const greatest = (...values: bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

/** Smallest 2^k − 1 that is not below the value. */
function mask(value: bigint): bigint {
  let bits = 1n;
  while (bits <= value) bits <<= 1n;
  return bits - 1n;
}

/** Facts of a path about single words: index of the term to its bounds. */
export class PathBounds {
  private readonly facts = new Map<Term, Bounds>();
  private readonly memo = new Map<Term, Bounds>();

  constructor(path: Term) {
    for (const fact of conjuncts(path)) this.learn(fact);
  }

  of(a: Term): Bounds {
    let known = this.memo.get(a);
    if (known === undefined) {
      known = this.within(
        a,
        structural(a, (arg) => this.of(arg)),
      );
      this.memo.set(a, known);
    }
    return known;
  }

  private within(a: Term, bounds: Bounds): Bounds {
    const fact = this.facts.get(a);
    if (fact === undefined) return bounds;
    return { low: greatest(bounds.low, fact.low), high: least(bounds.high, fact.high) };
  }

  private note(a: Term, bounds: Bounds): void {
    this.facts.set(a, this.within(a, bounds));
  }

  private learn(fact: Term): void {
    const bound = boundOf(fact);
    if (bound !== null) this.note(bound.term, bound.bounds);
    else if (fact.op === 'not' && fact.args[0].op === 'and') this.learnClause(fact.args[0].args);
  }

  /** One of several facts about the same word holds: the word lies within the widest. */
  private learnClause(refused: readonly Term[]): void {
    const bounds = refused.map((literal) =>
      boundOf(literal.op === 'not' ? literal.args[0] : literal, literal.op !== 'not'),
    );
    const first = bounds[0];
    if (first === null || first === undefined) return;
    if (!bounds.every((bound) => bound !== null && bound.term === first.term)) return;
    const all = bounds.map((bound) => bound!.bounds);
    this.note(first.term, {
      low: least(...all.map((b) => b.low)),
      high: greatest(...all.map((b) => b.high)),
    });
  }
}

/** What a literal says of one word. */
function boundOf(fact: Term, isNegated = false): { term: Term; bounds: Bounds } | null {
  if (fact.op === 'not') return boundOf(fact.args[0], !isNegated);
  const [a, b] = fact.args;
  if (fact.op === 'eq' && b.op === 'const') return isNegated ? null : equalTo(a, b.value);
  if (fact.op !== 'slt') return null;
  if (b.op === 'const')
    return {
      term: a,
      bounds: isNegated ? { low: b.value, high: WORD.high } : { low: WORD.low, high: b.value - 1n },
    };
  if (a.op === 'const')
    return {
      term: b,
      bounds: isNegated ? { low: WORD.low, high: a.value } : { low: a.value + 1n, high: WORD.high },
    };
  return null;
}

function equalTo(a: Term, value: bigint): { term: Term; bounds: Bounds } {
  // x & ~m = 0 with a small m: x is at most m.
  if (a.op === 'bitand' && value === 0n && a.args[1].op === 'const' && a.args[1].value < 0n)
    return { term: a.args[0], bounds: { low: 0n, high: ~a.args[1].value } };
  return { term: a, bounds: { low: value, high: value } };
}

function structural(a: Term, of: (arg: Term) => Bounds): Bounds {
  if (a.op === 'const') return { low: a.value, high: a.value };
  if (a.op === 'var') return fits(a.low, a.high);
  const [x, y] = a.args;
  switch (a.op) {
    case 'add':
      return fits(of(x).low + of(y).low, of(x).high + of(y).high);
    case 'sub':
      return fits(of(x).low - of(y).high, of(x).high - of(y).low);
    case 'mul': {
      const [p, q] = [of(x), of(y)];
      const corners = [p.low * q.low, p.low * q.high, p.high * q.low, p.high * q.high];
      return fits(least(...corners), greatest(...corners));
    }
    case 'abs': {
      const { low, high } = of(x);
      return fits(low > 0n ? low : high < 0n ? -high : 0n, greatest(-low, high));
    }
    case 'smax':
      return { low: greatest(of(x).low, of(y).low), high: greatest(of(x).high, of(y).high) };
    case 'smin':
      return { low: least(of(x).low, of(y).low), high: least(of(x).high, of(y).high) };
    case 'ite': {
      const smaller = unsignedMinimum(a);
      if (smaller !== null) return { low: 0n, high: smaller };
      return { low: least(of(y).low, of(a.args[2]).low), high: greatest(of(y).high, of(a.args[2]).high) };
    }
    case 'sext16':
      return of(x).low >= -32768n && of(x).high <= 32767n ? of(x) : { low: -32768n, high: 32767n };
    case 'ctz':
      return { low: 0n, high: 32n };
    default:
      return bitwise(a, of);
  }
}

/** c of a choice x < c ? x : c of unsigned words, where c is not negative; else null. */
function unsignedMinimum(a: Term): bigint | null {
  const [condition, yes, no] = a.args;
  if (condition.op !== 'ult' || no.op !== 'const' || no.value < 0n) return null;
  return condition.args[0] === yes && condition.args[1] === no ? no.value : null;
}

function bitwise(a: Term, of: (arg: Term) => Bounds): Bounds {
  const [x, y] = a.args;
  switch (a.op) {
    case 'bitand': {
      if (of(y).low >= 0n)
        return { low: 0n, high: of(x).low >= 0n ? least(of(x).high, of(y).high) : of(y).high };
      return of(x).low >= 0n ? { low: 0n, high: of(x).high } : WORD;
    }
    case 'bitor':
    case 'xor': {
      const all = a.args.map(of);
      return all.every((bounds) => bounds.low >= 0n)
        ? { low: 0n, high: mask(greatest(...all.map((b) => b.high))) }
        : WORD;
    }
    case 'shl':
      return y.op === 'const' ? fits(of(x).low << (y.value & 31n), of(x).high << (y.value & 31n)) : WORD;
    case 'ashr':
      return y.op === 'const'
        ? { low: of(x).low >> (y.value & 31n), high: of(x).high >> (y.value & 31n) }
        : WORD;
    case 'lshr': {
      if (y.op !== 'const') return WORD;
      const shift = y.value & 31n;
      if (of(x).low >= 0n) return { low: of(x).low >> shift, high: of(x).high >> shift };
      return shift === 0n ? WORD : { low: 0n, high: (1n << (32n - shift)) - 1n };
    }
    case 'sdiv':
      return y.op === 'const' && y.value > 0n
        ? { low: of(x).low / y.value, high: of(x).high / y.value }
        : WORD;
    default:
      return WORD;
  }
}
