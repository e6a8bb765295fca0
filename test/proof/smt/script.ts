// Obligations as SMT-LIB 2 scripts. Variables are renamed in the order in which they appear, so that the seventeen
// electrodes ask the same question in the same words and it is solved once.

import { conjuncts } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';

/** A script and the variable behind each of its names. */
export interface Script {
  readonly text: string;
  readonly names: ReadonlyMap<string, Term>;
}

/**
 * words: 32-bit vectors; numbers: integers and reals; whole: the same with each product of words a number of its own;
 * choices: with every choice free as well; shape: comparisons as Booleans that may be anything; plain: numbers without the lemma
 * of ceiling.ts; products: numbers whose products are the solver's own, for the lemma about them.
 */
export type Mode = 'words' | 'numbers' | 'whole' | 'choices' | 'shape' | 'plain' | 'products';

const hex = (value: bigint): string => `#x${BigInt.asUintN(32, value).toString(16).padStart(8, '0')}`;
const decimal = (value: bigint): string => (value < 0n ? `(- ${-value})` : String(value));
const HALF_BITS = '((_ extract 15 0)';

/** `assumptions` hold and `goal` does not: "unsat" proves the goal. */
export function writeScript(mode: Mode, assumptions: readonly Term[], goal: Term | null): Script {
  return new Printer(mode).script(assumptions, goal);
}

class Printer {
  private readonly mode: Mode;
  private readonly names = new Map<string, Term>();
  private readonly nameOf = new Map<Term, string>();
  private readonly printed = new Map<Term, string>();
  private readonly uses = new Map<Term, number>();
  private readonly lines: string[] = [];
  private hasReal = false;
  private hasProduct = false;
  private definitions = 0;

  constructor(mode: Mode) {
    this.mode = mode;
  }

  script(assumptions: readonly Term[], goal: Term | null): Script {
    const roots = assumptions.flatMap(conjuncts);
    for (const root of roots) this.count(root);
    if (goal !== null) this.count(goal);
    for (const root of roots) {
      const text = this.print(root);
      this.lines.push(`(assert ${text})`);
    }
    if (goal !== null) {
      const text = this.print(goal);
      this.lines.push(`(assert (not ${text}))`);
    }
    const text = `(set-logic ${this.logic()})\n${this.lines.join('\n')}\n(check-sat)\n`;
    return { text, names: this.names };
  }

  private logic(): string {
    if (this.mode === 'words') return 'QF_BV';
    if (this.mode === 'shape') return 'QF_UF';
    return `QF_${this.hasProduct ? 'N' : 'L'}${this.hasReal ? 'IRA' : 'IA'}`;
  }

  private count(a: Term): void {
    const seen = this.uses.get(a) ?? 0;
    this.uses.set(a, seen + 1);
    if (seen === 0 && !this.isAtom(a)) for (const arg of a.args) this.count(arg);
  }

  /** A comparison that is only true or false here. */
  private isAtom(a: Term): boolean {
    return this.mode === 'shape' && a.op !== 'and' && a.op !== 'not' && a.op !== 'true';
  }

  private print(a: Term): string {
    const known = this.printed.get(a);
    if (known !== undefined) return known;
    let text = this.isAtom(a) || a.op === 'var' ? this.declare(a) : this.expression(a);
    if ((this.uses.get(a) ?? 0) > 1 && text.startsWith('(') && text.length > 24) {
      const name = `d${this.definitions++}`;
      this.lines.push(`(define-fun ${name} () ${this.sortOf(a)} ${text})`);
      text = name;
    }
    this.printed.set(a, text);
    return text;
  }

  private sortOf(a: Term): string {
    if (a.sort === 'bool' || this.isAtom(a)) return 'Bool';
    if (a.sort === 'word') return '(_ BitVec 32)';
    return a.sort === 'real' ? 'Real' : 'Int';
  }

  private declare(a: Term): string {
    let name = this.nameOf.get(a);
    if (name === undefined) {
      name = `x${this.names.size}`;
      this.nameOf.set(a, name);
      this.names.set(name, a);
      if (a.sort === 'real') this.hasReal = true;
      const isHalf = a.sort === 'word' && a.high - a.low < 65536n;
      this.lines.push(`(declare-fun ${name} () ${isHalf ? '(_ BitVec 16)' : this.sortOf(a)})`);
      if (isHalf) this.nameOf.set(a, `((_ sign_extend 16) ${name})`);
    }
    return this.nameOf.get(a)!;
  }

  private expression(a: Term): string {
    if (a.op === 'true') return 'true';
    if (a.op === 'not' && a.args[0].op === 'true') return 'false';
    if (a.op === 'const') return hex(a.value);
    if (a.op === 'number') return decimal(a.value);
    if (a.op === 'ite' && a.sort === 'real')
      return `(ite ${this.print(a.args[0])} ${this.reals(a.args.slice(1))})`;
    if (a.op === 'le' || a.op === 'same') return this.comparison(a);
    if (a.op === 'plus') return `(+ ${this.numbers(a)})`;
    if (a.op === 'times') {
      if (a.args[0].op !== 'number') this.hasProduct = true;
      return `(* ${this.numbers(a)})`;
    }
    const args = a.args.map((arg) => this.print(arg));
    return OPERATIONS[a.op]?.(args, a) ?? `(${SMT_NAMES[a.op]} ${args.join(' ')})`;
  }

  private comparison(a: Term): string {
    const isReal = a.args.some((arg) => arg.sort === 'real');
    const args = isReal ? this.reals(a.args) : a.args.map((arg) => this.print(arg)).join(' ');
    return `(${a.op === 'le' ? '<=' : '='} ${args})`;
  }
  private numbers(a: Term): string {
    return a.sort === 'real' ? this.reals(a.args) : a.args.map((arg) => this.print(arg)).join(' ');
  }
  private reals(args: readonly Term[]): string {
    this.hasReal = true;
    return args
      .map((arg) => (arg.sort === 'real' ? this.print(arg) : `(to_real ${this.print(arg)})`))
      .join(' ');
  }
}

/** Operations that are one of SMT-LIB's. */
const SMT_NAMES: Partial<Record<Term['op'], string>> = {
  not: 'not',
  and: 'and',
  eq: '=',
  slt: 'bvslt',
  ult: 'bvult',
  add: 'bvadd',
  sub: 'bvsub',
  mul: 'bvmul',
  bitand: 'bvand',
  bitor: 'bvor',
  sdiv: 'bvsdiv',
  ite: 'ite',
};

const shift =
  (name: string) =>
  ([a, b]: string[]): string =>
    `(${name} ${a} (bvand ${b} #x0000001f))`;

const OPERATIONS: Partial<Record<Term['op'], (args: string[], a: Term) => string>> = {
  xor: (args) => args.reduce((a, b) => `(bvxor ${a} ${b})`),
  shl: shift('bvshl'),
  lshr: shift('bvlshr'),
  ashr: shift('bvashr'),
  rotl: ([a, b]) =>
    `(bvor (bvshl ${a} (bvand ${b} #x0000001f)) (bvlshr ${a} (bvsub #x00000020 (bvand ${b} #x0000001f))))`,
  ctz: ([a]) => {
    let text = '#x00000020';
    for (let bit = 31; bit >= 0; bit--)
      text = `(ite (= ((_ extract ${bit} ${bit}) ${a}) #b1) ${hex(BigInt(bit))} ${text})`;
    return text;
  },
  sext16: ([a]) => `((_ sign_extend 16) ${HALF_BITS} ${a}))`,
  pack: ([a, b]) => `(concat ${HALF_BITS} ${b}) ${HALF_BITS} ${a}))`,
  smax: ([a, b]) => `(ite (bvslt ${b} ${a}) ${a} ${b})`,
  smin: ([a, b]) => `(ite (bvslt ${a} ${b}) ${a} ${b})`,
  abs: ([a]) => `(ite (bvslt ${a} #x00000000) (bvneg ${a}) ${a})`,
  floordiv: ([a], term) => `(div ${a} ${term.value})`,
  modulo: ([a], term) => `(mod ${a} ${term.value})`,
};
