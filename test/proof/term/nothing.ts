// Whether an XOR of words is 0 whatever their variables: what a call has booked on a sum is what it has changed in the words.
// Both have been chosen between where paths met, each for itself, so a choice is written out as what it is in an XOR:
// c ? a : b is b ^ (c & (a ^ b)). What is left of each half of each word under the same conditions cancels or does not.
// Every step is an identity of words, and a word that is not taken apart stands for itself: what cancels is nothing.

import type { Term } from './term.ts';
import * as w from './word.ts';

/** Parts of which an odd number stand in an XOR: a half of a word, or a bit of a constant, under some conditions. */
type Parts = ReadonlySet<string>;

const NOTHING: Parts = new Set();

function together(a: Parts, b: Parts): Parts {
  const odd = new Set(a);
  for (const part of b) if (!odd.delete(part)) odd.add(part);
  return odd;
}

/** The same parts where a condition holds, which is named by its term: once is as good as twice. */
function where(condition: Term, parts: Parts): Parts {
  const odd = new Set<string>();
  for (const part of parts) {
    const [half, ...conditions] = part.split(' ');
    const all = [...new Set([...conditions, `${condition.id}`])].sort();
    const named = [half, ...all].join(' ');
    if (!odd.delete(named)) odd.add(named);
  }
  return odd;
}

/** Takes words apart. `first`: which way round the greater or the less of two words is written as a choice. */
class Apart {
  private readonly lower = new Map<Term, Parts>();
  private readonly upper = new Map<Term, Parts>();

  constructor(private readonly first: 0 | 1) {}

  /** Bits 0 to 15 of a word. */
  low(a: Term): Parts {
    return this.known(this.lower, a, () => this.lowOf(a));
  }

  /** Bits 16 to 31. */
  high(a: Term): Parts {
    return this.known(this.upper, a, () => this.highOf(a));
  }

  private known(memo: Map<Term, Parts>, a: Term, find: () => Parts): Parts {
    const parts = memo.get(a) ?? find();
    memo.set(a, parts);
    return parts;
  }

  private lowOf(a: Term): Parts {
    const [x, y] = a.args;
    const isBy16 = y?.op === 'const' && (y.value & 31n) === 16n;
    if (a.op === 'const') return bitsOf(a.value);
    if (a.op === 'sext16' || (a.op === 'pack' && x !== undefined)) return this.low(x);
    if (a.op === 'bitand' && y.op === 'const' && y.value === 0xffffn) return this.low(x);
    if ((a.op === 'ashr' || a.op === 'lshr') && isBy16) return this.high(x);
    if (a.op === 'shl' && isBy16) return NOTHING;
    return this.either(a, (part) => this.low(part)) ?? new Set([`low:${a.id}`]);
  }

  private highOf(a: Term): Parts {
    const [x, y] = a.args;
    if (a.op === 'const') return bitsOf(a.value >> 16n);
    if (a.op === 'pack') return this.low(y);
    if (a.op === 'shl' && y.op === 'const' && (y.value & 31n) === 16n) return this.low(x);
    return this.either(a, (part) => this.high(part)) ?? new Set([`high:${a.id}`]);
  }

  /** What holds of either half alike. */
  private either(a: Term, halfOf: (part: Term) => Parts): Parts | null {
    if (a.op === 'xor') return a.args.map(halfOf).reduce(together);
    if (a.op === 'ite') return this.choice(a.args[0], halfOf(a.args[1]), halfOf(a.args[2]));
    if (a.op !== 'smax' && a.op !== 'smin') return null;
    const [x, y] = this.first === 0 ? a.args : [...a.args].reverse();
    const [less, more] = a.op === 'smax' ? [x, y] : [y, x];
    const condition = w.slt(less, more);
    return this.choice(condition, halfOf(y), halfOf(x));
  }

  private choice(condition: Term, yes: Parts, no: Parts): Parts {
    if (condition.op === 'not') return this.choice(condition.args[0], no, yes);
    return together(no, where(condition, together(yes, no)));
  }
}

/** A constant's bits 0 to 15. */
function bitsOf(value: bigint): Parts {
  const bits = Array.from({ length: 16 }, (_, i) => i).filter((i) => ((value >> BigInt(i)) & 1n) === 1n);
  return new Set(bits.map((i) => `bit:${i}`));
}

/** True only where the word is 0 for all values of its variables; false where that is not seen. */
export function isNothing(sum: Term): boolean {
  return ([0, 1] as const).some((first) => {
    const apart = new Apart(first);
    return apart.low(sum).size === 0 && apart.high(sum).size === 0;
  });
}
