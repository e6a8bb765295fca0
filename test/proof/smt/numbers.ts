// Words as mathematical integers: each word becomes an integer that equals it modulo 2^32, with bounds that show where
// nothing can wrap. Sums and products then stay plain arithmetic, which solvers decide far faster than bits. What has no
// arithmetic meaning becomes an integer of its own that may be anything in its bounds: a proof stays a proof.

import { and, implies, not } from '../term/boolean.ts';
import { type Bounds, PathBounds } from '../term/bounds.ts';
import * as n from '../term/number.ts';
import { rebuild } from '../term/substitute.ts';
import { type Term, variable } from '../term/term.ts';
import { ceilingFact, ceilingOf } from './ceiling.ts';
import { argumentOf, tabulate } from './tabulate.ts';

/** An integer that equals a word modulo 2^32, and its bounds. */
interface Image {
  readonly value: Term;
  readonly low: bigint;
  readonly high: bigint;
}

const SPAN = 1n << 32n;
const HALF = 1n << 31n;

const bounded = (value: Term, low: bigint, high: bigint): Image => ({ value, low, high });
const min = (...values: bigint[]): bigint => values.reduce((a, b) => (a < b ? a : b));
const max = (...values: bigint[]): bigint => values.reduce((a, b) => (a > b ? a : b));

/** Ways to say less, each more general than the binary and so sound. */
export interface NumbersOptions {
  /** Every condition inside a word may be true or false as it likes: enough where all ends of a choice are well. */
  readonly hasFreeChoices?: boolean;
  /** A product of two words is a number of its own: enough where the same product is judged and booked. */
  readonly hasWholeProducts?: boolean;
  /** Without the lemma of ceiling.ts, for its own proof. */
  readonly hasNoCeilings?: boolean;
}

/** Translates the terms of one obligation. */
export class Numbers {
  /** Bounds of the variables that stand for words. */
  readonly facts: Term[] = [];
  /** Bounds of what stands for a word. */
  readonly ranges = new Map<Term, Bounds>();
  private readonly bounds: PathBounds;
  private readonly options: NumbersOptions;
  private readonly images = new Map<Term, Image>();
  private readonly formulas = new Map<Term, Term>();

  /** `path`: what is assumed; its bounds of single words are used. */
  constructor(path: Term, options: NumbersOptions = {}) {
    this.bounds = new PathBounds(path);
    this.options = options;
  }

  /** A formula over integers and reals that holds whenever the given one does, and is exact but for opaque words. */
  formula(a: Term): Term {
    let known = this.formulas.get(a);
    if (known === undefined) {
      known = this.translate(a);
      this.formulas.set(a, known);
    }
    return known;
  }

  private translate(a: Term): Term {
    const [x, y] = a.args;
    switch (a.op) {
      case 'eq':
        return n.same(this.signed(x).value, this.signed(y).value);
      case 'slt':
        return n.lt(this.signed(x).value, this.signed(y).value);
      case 'ult':
        return n.lt(this.unsigned(x).value, this.unsigned(y).value);
      case 'signed':
        return this.signed(x).value;
      case 'unsigned':
        return this.unsigned(x).value;
      case 'not':
        return not(this.formula(x));
      case 'and':
        return and(...a.args.map((arg) => this.formula(arg)));
      default:
        return a.args.length === 0
          ? a
          : rebuild(
              a,
              a.args.map((arg) => this.formula(arg)),
            );
    }
  }

  private signed(a: Term): Image {
    const image = this.image(a);
    if (image.low >= -HALF && image.high < HALF) return image;
    const { low, high } = this.bounds.of(a);
    const shifted = n.plus(image.value, n.int(HALF));
    return bounded(n.minus(n.modulo(shifted, SPAN), n.int(HALF)), low, high);
  }

  private unsigned(a: Term): Image {
    const image = this.image(a);
    if (image.low >= 0n && image.high < SPAN) return image;
    const { low, high } = this.bounds.of(a);
    if (low >= 0n) return { ...this.signed(a), low, high };
    return bounded(n.modulo(image.value, SPAN), 0n, SPAN - 1n);
  }

  private image(a: Term): Image {
    let known = this.images.get(a);
    if (known === undefined) {
      known = this.tabulated(a) ?? this.ceiling(a) ?? this.narrowed(a, this.imageOf(a));
      this.images.set(a, known);
      this.ranges.set(known.value, known);
    }
    return known;
  }

  /** A function of one variable with few values: a number between the least and the greatest of them. */
  private tabulated(a: Term): Image | null {
    const argument = argumentOf(a);
    if (argument === null) return null;
    const values = tabulate(a, argument, this.bounds.of(argument));
    return values === null ? null : this.named(a, min(...values), max(...values));
  }

  private ceiling(a: Term): Image | null {
    const parts = this.options.hasNoCeilings === true ? null : ceilingOf(a);
    if (parts === null) return null;
    const result = this.opaque(a);
    const value = parts.isMinus ? n.minus(result.value) : result.value;
    this.facts.push(ceilingFact(value, this.signed(parts.x).value, this.signed(parts.k).value));
    return result;
  }

  /** An image that is the signed value itself has that value's bounds as well. */
  private narrowed(a: Term, image: Image): Image {
    if (image.low < -HALF || image.high >= HALF) return image;
    const { low, high } = this.bounds.of(a);
    return bounded(image.value, max(image.low, low), min(image.high, high));
  }

  private imageOf(a: Term): Image {
    const [x, y] = a.args;
    switch (a.op) {
      case 'const':
        return bounded(n.int(a.value), a.value, a.value);
      case 'add': {
        const [p, q] = [this.image(x), this.image(y)];
        return bounded(n.plus(p.value, q.value), p.low + q.low, p.high + q.high);
      }
      case 'sub': {
        const [p, q] = [this.image(x), this.image(y)];
        return bounded(n.minus(p.value, q.value), p.low - q.high, p.high - q.low);
      }
      case 'mul':
        return this.options.hasWholeProducts === true && y.op !== 'const'
          ? this.wholeProduct(a)
          : this.product(this.image(x), this.image(y));
      case 'shl':
        return y.op === 'const' ? this.scaled(this.image(x), 1n << (y.value & 31n)) : this.opaque(a);
      case 'ite': {
        const [p, q] = this.arms(a);
        return bounded(n.pick(this.choice(x), p.value, q.value), min(p.low, q.low), max(p.high, q.high));
      }
      case 'abs': {
        const p = this.signed(x);
        const low = p.low > 0n ? p.low : p.high < 0n ? -p.high : 0n;
        return bounded(n.magnitude(p.value), low, max(-p.low, p.high));
      }
      case 'smax':
      case 'smin': {
        const [p, q] = [this.signed(x), this.signed(y)];
        const f = a.op === 'smax' ? max : min;
        const choose = a.op === 'smax' ? n.greatest : n.least;
        return bounded(choose(p.value, q.value), f(p.low, q.low), f(p.high, q.high));
      }
      case 'var':
        // One that stands for an unsigned value is that value.
        return a.high < HALF ? this.opaque(a) : this.named(a, a.low, a.high);
      default:
        return this.divided(a);
    }
  }

  private choice(condition: Term): Term {
    if (this.options.hasFreeChoices !== true) return this.formula(condition);
    return variable(`choice.${condition.id}`, 'bool', 0n, 1n);
  }

  /** Of x < c ? x : c with unsigned words, x is needed below c alone. */
  private arms(a: Term): [Image, Image] {
    const [condition, yes, no] = a.args;
    const [p, q] = [this.image(yes), this.image(no)];
    if (condition.op !== 'ult' || condition.args[0] !== yes || condition.args[1] !== no || q.low < 0n)
      return [p, q];
    return [{ ...this.unsigned(yes), low: 0n, high: q.high }, q];
  }

  private divided(a: Term): Image {
    const [x, y] = a.args;
    const constant = y?.op === 'const' ? y.value : null;
    if (a.op === 'bitand' && constant !== null && constant >= 0n && (constant & (constant + 1n)) === 0n) {
      const p = this.image(x);
      if (p.low >= 0n && p.high <= constant) return p;
      return bounded(n.modulo(p.value, constant + 1n), 0n, constant);
    }
    if (a.op === 'ashr' && constant !== null) return this.floored(this.signed(x), 1n << (constant & 31n));
    if (a.op === 'lshr' && constant !== null) return this.floored(this.unsigned(x), 1n << (constant & 31n));
    if (a.op === 'sext16') {
      const p = this.image(x);
      if (p.low >= -32768n && p.high <= 32767n) return p;
      const shifted = n.plus(p.value, n.int(32768));
      return bounded(n.minus(n.modulo(shifted, 65536n), n.int(32768)), -32768n, 32767n);
    }
    if (a.op === 'sdiv' && constant !== null && constant > 0n) {
      const p = this.signed(x);
      const quotient = n.floorDiv(n.magnitude(p.value), constant);
      return bounded(
        n.pick(n.le(n.int(0), p.value), quotient, n.minus(quotient)),
        p.low / constant,
        p.high / constant,
      );
    }
    return this.opaque(a);
  }

  private floored(p: Image, divisor: bigint): Image {
    const floor = (value: bigint): bigint => (value - (((value % divisor) + divisor) % divisor)) / divisor;
    return bounded(n.floorDiv(p.value, divisor), floor(p.low), floor(p.high));
  }

  private scaled(p: Image, factor: bigint): Image {
    return bounded(n.times(n.int(factor), p.value), p.low * factor, p.high * factor);
  }

  private product(p: Image, q: Image): Image {
    const corners = [p.low * q.low, p.low * q.high, p.high * q.low, p.high * q.high];
    return bounded(n.times(p.value, q.value), min(...corners), max(...corners));
  }

  /** A product as a number of its own, of which only this is known: nothing times anything is nothing. */
  private wholeProduct(a: Term): Image {
    const result = this.opaque(a);
    for (const factor of a.args) {
      const isZero = n.same(this.signed(factor).value, n.int(0));
      this.facts.push(implies(isZero, n.same(result.value, n.int(0))));
    }
    return result;
  }

  /** A word that is a number of its own. */
  private opaque(a: Term): Image {
    const { low, high } = this.bounds.of(a);
    return this.named(a, low, high);
  }

  private named(a: Term, low: bigint, high: bigint): Image {
    const name = a.op === 'var' ? a.name : `word.${a.id}`;
    const value = variable(`int.${name}`, 'int', 0n, 0n);
    this.facts.push(n.between(n.int(low), value, n.int(high)));
    return bounded(value, low, high);
  }
}
