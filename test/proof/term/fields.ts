// Fields of packed words: ((flags | y << 16) >> 16) & 31 is y, where a path says that flags stay below bit 16 and y below 32.
// What is put together and taken apart again then needs no bits. Each rule holds for all values within the bounds.
import { PathBounds } from './bounds.ts';
import { rebuild } from './substitute.ts';
import type { Term } from './term.ts';
import * as w from './word.ts';

const isShift = (a: Term, op: 'shl' | 'ashr'): boolean => a.op === op && a.args[1].op === 'const';
const amountOf = (a: Term): bigint => a.args[1].value & 31n;

/** Rewrites terms under what one path says of single words. */
export class Fields {
  private readonly bounds: PathBounds;
  private readonly memo = new Map<Term, Term>();

  constructor(path: Term) {
    this.bounds = new PathBounds(path);
  }

  /** The term, equal to the given one wherever the path holds. */
  of(a: Term): Term {
    let known = this.memo.get(a);
    if (known === undefined) {
      known = this.simplified(
        rebuild(
          a,
          a.args.map((arg) => this.of(arg)),
        ),
      );
      this.memo.set(a, known);
    }
    return known;
  }

  private simplified(a: Term): Term {
    if (a.op === 'sext16' && this.isWithin(a.args[0], -32768n, 32767n)) return a.args[0];
    if (isShift(a, 'ashr')) return this.above(a.args[0], amountOf(a)) ?? a;
    if (a.op === 'lshr' && a.args[1].op === 'const' && this.bounds.of(a.args[0]).low >= 0n)
      return this.above(a.args[0], amountOf(a)) ?? a;
    if (a.op === 'bitand' && a.args[1].op === 'const') {
      const mask = a.args[1].value;
      if (mask >= 0n && (mask & (mask + 1n)) === 0n) return this.below(a.args[0], mask) ?? a;
    }
    return a;
  }

  private isWithin(a: Term, least: bigint, most: bigint): boolean {
    const { low, high } = this.bounds.of(a);
    return low >= least && high <= most;
  }

  /** The word shifted right; null where nothing is gained. */
  private above(a: Term, amount: bigint): Term | null {
    if (amount === 0n) return a;
    if (a.op === 'const') return w.ashr(a, w.word(amount));
    if (this.isWithin(a, 0n, (1n << amount) - 1n)) return w.ZERO;
    if (isShift(a, 'shl')) {
      const [x, by] = [a.args[0], amountOf(a)];
      if (!this.isWithin(x, 0n, (1n << (31n - by)) - 1n)) return null;
      return by >= amount ? w.shl(x, w.word(by - amount)) : w.ashr(x, w.word(amount - by));
    }
    return this.inParts(a, (part) => this.above(part, amount));
  }

  /** The word's lowest bits; null where nothing is gained. */
  private below(a: Term, mask: bigint): Term | null {
    if (a.op === 'const') return w.bitand(a, w.word(mask));
    if (this.isWithin(a, 0n, mask)) return a;
    if (isShift(a, 'shl') && 1n << amountOf(a) > mask) return w.ZERO;
    return this.inParts(a, (part) => this.below(part, mask));
  }

  /** Of an `or` and of a choice: both parts, where both gain. */
  private inParts(a: Term, take: (part: Term) => Term | null): Term | null {
    if (a.op !== 'bitor' && a.op !== 'ite') return null;
    const [x, y] = a.args.slice(-2).map(take);
    if (x === null || y === null) return null;
    return a.op === 'bitor' ? w.bitor(x, y) : w.ite(a.args[0], x, y);
  }
}
