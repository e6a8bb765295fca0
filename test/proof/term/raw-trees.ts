// Random trees for the tests of the terms: what a compiler writes more often than chance would. The same seed gives the
// same trees.
import { RandomStream } from '../../../sim/clock/random.ts';
import { isHalf, meaning, type Raw, raw, VARIABLES } from './raw.ts';

/** Few, so that values meet each other; and the edges of every width. */
const CONSTANTS = [
  0,
  1,
  2,
  3,
  5,
  7,
  8,
  16,
  31,
  50,
  255,
  4095,
  1000,
  0x7fff,
  0x8000,
  0xffff,
  0x10000,
  2 ** 31 - 1,
].flatMap((value) => [value, value, -value, ~value]);
const DIVISORS = [1, 2, 3, 25, 256, 65_536, 2 ** 32];

export class Trees {
  private readonly stream: RandomStream;
  /** Trees that were made, to be used again: the rules look for the same operand twice. */
  private readonly words: Raw[] = [];
  private readonly bools: Raw[] = [];

  constructor(seed: number) {
    this.stream = new RandomStream(seed, 'terms');
  }

  below(bound: number): number {
    return this.stream.below(bound);
  }
  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  /** Begins anew: nothing of the trees before is used again. */
  forget(): void {
    this.words.length = 0;
    this.bools.length = 0;
  }

  constant(): Raw {
    return raw('const', [], this.below(12) === 0 ? this.below(2 ** 32) | 0 : this.of(CONSTANTS));
  }

  /** Values of the variables, most of them near the constants. */
  values(): number[] {
    return VARIABLES.map((_, i) => {
      const value =
        this.below(5) === 0 ? this.below(2 ** 32) | 0 : (this.of(CONSTANTS) + this.below(3) - 1) | 0;
      return isHalf(i) ? (value << 16) >> 16 : value;
    });
  }

  word(depth: number): Raw {
    const tree = this.newWord(depth);
    this.words.push(tree);
    return tree;
  }
  bool(depth: number): Raw {
    const tree = this.newBool(depth);
    this.bools.push(tree);
    return tree;
  }

  private newWord(depth: number): Raw {
    const which = this.below(10);
    if (this.words.length > 0 && which < 2) return this.of(this.words);
    if (depth <= 0) return which < 5 ? this.constant() : raw('var', [], this.below(VARIABLES.length));
    const next = (): Raw => this.word(depth - 1);
    if (which < 5) return this.idiom(depth - 1);
    switch (this.below(6)) {
      case 0:
        return raw(this.of(['add', 'sub', 'mul', 'bitand', 'bitor', 'sdiv']), [next(), this.constant()]);
      case 1:
        return raw(this.of(['shl', 'lshr', 'ashr', 'rotl']), [
          next(),
          raw('const', [], this.of([0, 1, 8, 12, 16, 20, 31, 32, 47])),
        ]);
      case 2:
        return raw('ite', [this.bool(depth - 1), next(), next()]);
      case 3:
        return raw(this.of(['ctz', 'sext16', 'abs']), [next()]);
      case 4:
        return raw('xor', [next(), next(), next()]);
      default: {
        const names = [
          'add',
          'sub',
          'mul',
          'bitand',
          'bitor',
          'xor',
          'shl',
          'lshr',
          'ashr',
          'rotl',
          'sdiv',
          'pack',
        ];
        return raw(this.of(names), [next(), next()]);
      }
    }
  }

  /** What the compiler makes of abs, max, min, halves and choices. */
  private idiom(depth: number): Raw {
    const x = this.word(depth);
    const y = this.word(depth);
    const constant = (value: number): Raw => raw('const', [], value);
    const sign = raw('ashr', [x, constant(31)]);
    const flag = (): Raw => raw('flag', [this.bool(depth)]);
    switch (this.below(13)) {
      case 0:
        return raw('sub', [raw('xor', [x, sign]), sign]);
      case 1:
        return raw('xor', [raw('add', [x, sign]), sign]);
      case 2:
        return raw('ite', [
          raw(this.of(['slt', 'sle']), [x, y]),
          ...this.of([
            [x, y],
            [y, x],
          ]),
        ]);
      case 3: {
        const most = constant(this.of([0, 50, 1000, 2 ** 30 - 1, -5]));
        return raw('ite', [raw('ult', [x, most]), x, most]);
      }
      case 4:
        return raw(
          'bitor',
          this.of([
            [0, 1],
            [1, 0],
          ]).map((i) => [raw('bitand', [x, constant(0xffff)]), raw('shl', [y, constant(16)])][i]),
        );
      case 5:
        return raw(this.of(['sext16', 'bitand', 'ashr', 'lshr']), [
          raw('pack', [x, y]),
          constant(this.of([16, 0xffff, 255])),
        ]);
      case 6:
        return raw('sub', [raw('add', [x, y]), this.of([x, y])]);
      case 7:
        return raw('sub', [constant(0), raw(this.of(['sub', 'mul']), [x, y])]);
      case 8:
        return raw(this.of(['bitand', 'bitor', 'xor', 'add']), [flag(), this.of([flag(), constant(1), x])]);
      case 9: {
        const c = this.bool(depth);
        return raw('ite', [
          c,
          raw('ite', [this.of([c, raw('not', [c])]), x, this.constant()]),
          this.constant(),
        ]);
      }
      case 10:
        return raw('ite', [
          this.bool(depth),
          this.constant(),
          raw('ite', [this.bool(depth), this.constant(), this.constant()]),
        ]);
      case 11:
        return raw('sext16', [raw('bitand', [x, constant(this.of([0xffff, -1, 0x1ffff, 0x7fff]))])]);
      default:
        return raw('xor', [x, y, this.of([x, y]), raw('xor', [x, this.constant()])]);
    }
  }

  private newBool(depth: number): Raw {
    const which = this.below(12);
    if (this.bools.length > 0 && which < 3) return this.of(this.bools);
    const d = depth - 1;
    if (depth <= 0 || which < 7) {
      const x = this.word(d);
      const y = this.below(2) === 0 ? this.constant() : this.word(d);
      const sides = this.below(3) === 0 ? [y, x] : [x, y];
      return this.below(8) === 0 ? raw('isTrue', [x]) : raw(this.of(['eq', 'slt', 'sle', 'ult']), sides);
    }
    const next = (): Raw => (this.below(3) === 0 ? raw('not', [this.bool(d)]) : this.bool(d));
    if (which === 7) return raw('not', [next()]);
    if (which === 8) return raw('choose', [next(), next(), next()]);
    if (which === 9) return raw(this.of(['implies', 'iff']), [next(), next()]);
    return raw(this.of(['and', 'or', 'conjoin']), [next(), next(), next()]);
  }

  /** A mathematical integer over words. */
  number(depth: number): Raw {
    const next = (): Raw => this.number(depth - 1);
    if (depth <= 0) {
      const which = this.below(4);
      if (which === 0) return raw('int', [], this.of([0, 1, -1, 2, 25, 1000, -50]));
      return raw(which === 1 ? 'unsigned' : 'signed', [this.word(1)]);
    }
    switch (this.below(8)) {
      case 0:
        return raw(this.of(['negative', 'magnitude']), [next()]);
      case 1:
        return raw(this.of(['floorDiv', 'modulo']), [next()], this.of(DIVISORS));
      case 2:
        return raw('pick', [this.bool(1), next(), next()]);
      case 3:
        return raw(this.of(['greatest', 'least']), [next(), next()]);
      case 4:
        return raw('times', [this.below(2) === 0 ? raw('int', [], this.of([0, 1, -3, 25])) : next(), next()]);
      case 5:
        return raw('plus', [next(), next(), next()]);
      default:
        return raw(this.of(['plus', 'minus', 'times']), [next(), next()]);
    }
  }

  comparison(depth: number): Raw {
    return raw(this.of(['le', 'lt', 'same']), [this.number(depth), this.number(depth)]);
  }

  /** Random facts that hold for the values: comparisons, clauses and conjunctions. */
  factsThatHold(values: readonly number[], depth: number): Raw[] {
    return Array.from({ length: 2 + this.below(6) }, () => {
      const tree = this.bool(depth);
      return meaning(tree, values) === 1 ? tree : raw('not', [tree]);
    });
  }
}
