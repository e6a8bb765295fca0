// Visits every instruction of a function in the order in which it runs, with the place where it hangs, so that a mutant can
// put another in its stead. Never changes anything itself; an expression that it does not know is an error, never skipped.

import type { Binaryen, BinaryenModule, Expression } from './binaryen.ts';

export interface Site {
  readonly expression: Expression;
  /** Position among the function's instructions; operands come first, a block or loop before its body. */
  readonly index: number;
  /** Puts another expression in this one's place. */
  readonly replace: (other: Expression) => void;
}
type Slot = readonly [Expression, (other: Expression) => void];

/** Children of a node in the order of evaluation, each with its setter. */
function childrenOf(binaryen: Binaryen, e: Expression): readonly Slot[] {
  const ids = binaryen.ExpressionIds;
  const part = (kind: object, name: string): Slot => {
    const accessors = kind as Readonly<Record<string, (e: Expression, child?: Expression) => Expression>>;
    return [accessors[`get${name}`](e), (other) => accessors[`set${name}`](e, other)];
  };
  switch (binaryen.getExpressionId(e)) {
    case ids.Const:
    case ids.Nop:
    case ids.Unreachable:
    case ids.LocalGet:
    case ids.GlobalGet:
      return [];
    case ids.Unary:
      return [part(binaryen.Unary, 'Value')];
    case ids.Binary:
      return [part(binaryen.Binary, 'Left'), part(binaryen.Binary, 'Right')];
    case ids.Select:
      return ['IfTrue', 'IfFalse', 'Condition'].map((name) => part(binaryen.Select, name));
    case ids.If:
      return ['Condition', 'IfTrue', 'IfFalse'].map((name) => part(binaryen.If, name));
    case ids.Load:
      return [part(binaryen.Load, 'Ptr')];
    case ids.Store:
      return [part(binaryen.Store, 'Ptr'), part(binaryen.Store, 'Value')];
    case ids.Loop:
      return [part(binaryen.Loop, 'Body')];
    case ids.Break:
      return [part(binaryen.Break, 'Value'), part(binaryen.Break, 'Condition')];
    case ids.Switch:
      return ['Value', 'Condition'].map((name) => part(binaryen.Switch, name));
    case ids.Drop:
      return [part(binaryen.Drop, 'Value')];
    case ids.Return:
      return [part(binaryen.Return, 'Value')];
    case ids.LocalSet:
      return [part(binaryen.LocalSet, 'Value')];
    case ids.GlobalSet:
      return [part(binaryen.GlobalSet, 'Value')];
    case ids.Call:
      return Array.from({ length: binaryen.Call.getNumOperands(e) }, (_, i) => [
        binaryen.Call.getOperandAt(e, i),
        (other: Expression) => binaryen.Call.setOperandAt(e, i, other),
      ]);
    case ids.Block:
      return Array.from({ length: binaryen.Block.getNumChildren(e) }, (_, i) => [
        binaryen.Block.getChildAt(e, i),
        (other: Expression) => binaryen.Block.setChildAt(e, i, other),
      ]);
    default:
      throw new Error(
        'The binary has an instruction that the mutants do not know: add it to test/mutation/walk.ts.',
      );
  }
}

/** Every instruction of a function. Blocks without a name are binaryen's own and have no number. */
export function walkFunction(binaryen: Binaryen, f: number): Site[] {
  const ids = binaryen.ExpressionIds;
  const sites: Site[] = [];
  const visit = ([expression, replace]: Slot): void => {
    if (expression === 0) return;
    const id = binaryen.getExpressionId(expression);
    const children = childrenOf(binaryen, expression);
    const note = () => sites.push({ expression, index: sites.length, replace });
    if (id === ids.Block && !binaryen.Block.getName(expression)) {
      children.forEach(visit);
      return;
    }
    const before = id === ids.Block || id === ids.Loop ? 0 : id === ids.If ? 1 : children.length;
    children.slice(0, before).forEach(visit);
    note();
    children.slice(before).forEach(visit);
  };
  visit([binaryen.Function.getBody(f), (other) => binaryen.Function.setBody(f, other)]);
  return sites;
}

/** Functions of the module itself that an export reaches, in the order of the binary. */
export function reachableFunctions(binaryen: Binaryen, module: BinaryenModule): number[] {
  const reached = new Set<string>();
  const visit = (name: string): void => {
    if (reached.has(name)) return;
    reached.add(name);
    const f = module.getFunction(name);
    if (binaryen.getFunctionInfo(f).module !== '') return;
    for (const { expression } of walkFunction(binaryen, f))
      if (binaryen.getExpressionId(expression) === binaryen.ExpressionIds.Call)
        visit(binaryen.Call.getTarget(expression));
  };
  for (let i = 0; i < module.getNumExports(); i++) {
    const info = binaryen.getExportInfo(module.getExportByIndex(i));
    if (info.kind === binaryen.ExternalFunction) visit(info.value);
  }
  const all = Array.from({ length: module.getNumFunctions() }, (_, i) => module.getFunctionByIndex(i));
  return all.filter((f) => {
    const info = binaryen.getFunctionInfo(f);
    return info.module === '' && reached.has(info.name);
  });
}
