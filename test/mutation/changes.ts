// The changes that a mutation makes to one instruction of the binary, each with its way back. Every change keeps the module
// valid; none is made here before somebody asks for it.

import type { Binaryen, BinaryenModule, Expression } from './binaryen.ts';
import { isZeroOperators, type Operator, operatorsOf, symbolOf } from './operators.ts';
import type { Site } from './walk.ts';

export const MUTANT_KINDS = [
  /** A comparison became its opposite: > became <=. */
  'negated',
  /** A comparison is off by one: > became >=. */
  'one-off',
  /** A constant one larger, one smaller. */
  'plus-one',
  'minus-one',
  /** Operands of an operator, or the two arms of a select, the wrong way round. */
  'swapped',
  /** Another operator: + became -. */
  'operator',
  /** An if or a conditional branch goes the other way. */
  'branch',
  /** A store that does not happen. */
  'store',
  /** A call that does not happen; its result is 0. */
  'call',
] as const;
export type MutantKind = (typeof MUTANT_KINDS)[number];

export interface Change {
  readonly kind: MutantKind;
  /** "i32.gt_s" */
  readonly instruction: string;
  /** "> became >=" */
  readonly words: string;
  readonly make: () => void;
  readonly undo: () => void;
}
/** Where a condition hangs: an if or a branch. */
type Conditional = Pick<Binaryen['If'], 'getCondition' | 'setCondition'>;

/** Lists the changes of an instruction of one module. */
export class Changes {
  private readonly binaries: ReadonlyMap<number, Operator>;
  private readonly unaries: ReadonlyMap<number, Operator>;
  private readonly zeroTests: ReadonlySet<number>;

  constructor(
    private readonly binaryen: Binaryen,
    private readonly module: BinaryenModule,
  ) {
    this.binaries = operatorsOf(binaryen, 'binary');
    this.unaries = operatorsOf(binaryen, 'unary');
    this.zeroTests = isZeroOperators(binaryen);
  }

  of(site: Site): readonly Change[] {
    const ids = this.binaryen.ExpressionIds;
    switch (this.binaryen.getExpressionId(site.expression)) {
      case ids.Binary:
        return this.binary(site);
      case ids.Unary:
        return this.unary(site);
      case ids.Const:
        return this.constant(site);
      case ids.Select:
        return this.select(site);
      case ids.If:
        return this.branch(site, 'if', this.binaryen.If);
      case ids.Break:
        return this.branch(site, 'br_if', this.binaryen.Break);
      case ids.Store:
        return this.store(site);
      case ids.Call:
        return this.call(site);
      default:
        return [];
    }
  }

  private binary({ expression: e }: Site): Change[] {
    const { Binary } = this.binaryen;
    const number = Binary.getOp(e);
    const operator = this.binaries.get(number);
    if (operator === undefined) return [];
    const instruction = `${operator.type}.${operator.name}`;
    const symbol = symbolOf(operator.name);
    const to = (kind: MutantKind, other: readonly [string, number] | undefined): Change[] => {
      if (other === undefined) return [];
      const words = `${symbol} became ${symbolOf(other[0])}`;
      const make = () => Binary.setOp(e, other[1]);
      return [{ kind, instruction, words, make, undo: () => Binary.setOp(e, number) }];
    };
    const [left, right] = [Binary.getLeft(e), Binary.getRight(e)];
    const order = (first: Expression, second: Expression): void => {
      Binary.setLeft(e, first);
      Binary.setRight(e, second);
    };
    const swapped: Change = {
      kind: 'swapped',
      instruction,
      words: `operands of ${symbol} swapped`,
      make: () => order(right, left),
      undo: () => order(left, right),
    };
    return [
      ...to('negated', operator.negated),
      ...to('one-off', operator.oneOff),
      ...to('operator', operator.confused),
      ...(operator.isCommutative ? [] : [swapped]),
    ];
  }

  /** A comparison: where one decides a branch, its own negation is the branch's. */
  private isComparison(e: Expression): boolean {
    const { Binary, Unary, ExpressionIds: ids } = this.binaryen;
    const id = this.binaryen.getExpressionId(e);
    if (id === ids.Binary) return this.binaries.get(Binary.getOp(e))?.isComparison === true;
    return id === ids.Unary && this.zeroTests.has(Unary.getOp(e));
  }

  private unary({ expression: e }: Site): Change[] {
    const { Unary } = this.binaryen;
    const number = Unary.getOp(e);
    const value = Unary.getValue(e);
    if (this.zeroTests.has(number)) {
      if (this.isComparison(value)) return [];
      // A second test for zero in between: it takes 32 bits, and no shipped module tests 64 for zero.
      const make = () => Unary.setValue(e, this.module.i32.eqz(value));
      const undo = () => Unary.setValue(e, value);
      return [{ kind: 'negated', instruction: 'i32.eqz', words: '== 0 became != 0', make, undo }];
    }
    const operator = this.unaries.get(number);
    const other = operator?.confused;
    if (operator === undefined || other === undefined) return [];
    const instruction = `${operator.type}.${operator.name}`;
    const words = `${operator.name} became ${other[0]}`;
    const make = () => Unary.setOp(e, other[1]);
    return [{ kind: 'operator', instruction, words, make, undo: () => Unary.setOp(e, number) }];
  }

  private constant({ expression: e }: Site): Change[] {
    const { Const, Expression: any, i64 } = this.binaryen;
    const isWide = any.getType(e) === i64;
    const bits = isWide ? 64 : 32;
    const value = isWide ? BigInt(Const.getValueI64(e)) : BigInt(Const.getValueI32(e));
    const put = (to: bigint): void => (isWide ? Const.setValueI64(e, to) : Const.setValueI32(e, Number(to)));
    const by = (kind: MutantKind, step: bigint): Change => {
      const other = BigInt.asIntN(bits, value + step);
      const words = `${value} became ${other}`;
      const make = () => put(other);
      return { kind, instruction: `i${bits}.const ${value}`, words, make, undo: () => put(value) };
    };
    return [by('plus-one', 1n), by('minus-one', -1n)];
  }

  private select({ expression: e }: Site): Change[] {
    const { Select } = this.binaryen;
    if (this.isComparison(Select.getCondition(e))) return [];
    const [yes, no] = [Select.getIfTrue(e), Select.getIfFalse(e)];
    const order = (first: Expression, second: Expression): void => {
      Select.setIfTrue(e, first);
      Select.setIfFalse(e, second);
    };
    const make = () => order(no, yes);
    return [
      { kind: 'swapped', instruction: 'select', words: 'arms swapped', make, undo: () => order(yes, no) },
    ];
  }

  private branch({ expression: e }: Site, instruction: string, holder: Conditional): Change[] {
    const condition = holder.getCondition(e);
    if (condition === 0 || this.isComparison(condition)) return [];
    const make = () => holder.setCondition(e, this.module.i32.eqz(condition));
    const undo = () => holder.setCondition(e, condition);
    return [{ kind: 'branch', instruction, words: 'condition negated', make, undo }];
  }

  /** Everything that the operands do still happens; only the instruction itself does not. */
  private dropped(site: Site, kind: MutantKind, instruction: string, operands: Expression[]): Change[] {
    const { binaryen, module } = this;
    const type = binaryen.Expression.getType(site.expression);
    const make = () => {
      const children = operands.map((operand) => module.drop(operand));
      if (type !== binaryen.none)
        children.push(type === binaryen.i64 ? module.i64.const(0n) : module.i32.const(0));
      site.replace(module.block(null, children, type));
    };
    const words = type === binaryen.none ? 'dropped' : 'dropped, its result is 0';
    return [{ kind, instruction, words, make, undo: () => site.replace(site.expression) }];
  }

  private store(site: Site): Change[] {
    const { Store } = this.binaryen;
    const { expression: e } = site;
    return this.dropped(site, 'store', 'store', [Store.getPtr(e), Store.getValue(e)]);
  }

  private call(site: Site): Change[] {
    const { Call } = this.binaryen;
    const { expression: e } = site;
    const target = this.binaryen.getFunctionInfo(this.module.getFunction(Call.getTarget(e)));
    const name = target.module === '' ? target.name : `${target.module}.${target.base}`;
    const operands = Array.from({ length: Call.getNumOperands(e) }, (_, i) => Call.getOperandAt(e, i));
    return this.dropped(site, 'call', `call ${name}`, operands);
  }
}
