// The part of binaryen that the mutants use. The setters of expressions exist at run time but not in binaryen's typings,
// so they are typed here. Loading costs most of a second: it is done on first use and never on import.

export type Expression = number;

interface Accessor {
  getType(expression: Expression): number;
}
export interface Binaryen {
  readonly none: number;
  readonly i64: number;
  readonly unreachable: number;
  readonly ExpressionIds: Readonly<Record<string, number>>;
  readonly Features: { readonly SignExt: number };
  readonly Binary: {
    getOp(e: Expression): number;
    setOp(e: Expression, op: number): void;
    getLeft(e: Expression): Expression;
    setLeft(e: Expression, child: Expression): void;
    getRight(e: Expression): Expression;
    setRight(e: Expression, child: Expression): void;
  };
  readonly Unary: {
    getOp(e: Expression): number;
    setOp(e: Expression, op: number): void;
    getValue(e: Expression): Expression;
    setValue(e: Expression, child: Expression): void;
  };
  readonly Const: {
    getValueI32(e: Expression): number;
    setValueI32(e: Expression, value: number): void;
    getValueI64(e: Expression): bigint;
    setValueI64(e: Expression, value: bigint): void;
  };
  /** br_table */
  readonly Switch: object;
  readonly Select: {
    getIfTrue(e: Expression): Expression;
    setIfTrue(e: Expression, child: Expression): void;
    getIfFalse(e: Expression): Expression;
    setIfFalse(e: Expression, child: Expression): void;
    getCondition(e: Expression): Expression;
    setCondition(e: Expression, child: Expression): void;
  };
  readonly If: Binaryen['Select'];
  readonly Break: {
    getCondition(e: Expression): Expression;
    setCondition(e: Expression, child: Expression): void;
    getValue(e: Expression): Expression;
    setValue(e: Expression, child: Expression): void;
  };
  readonly Block: {
    getName(e: Expression): string | null;
    getNumChildren(e: Expression): number;
    getChildAt(e: Expression, index: number): Expression;
    setChildAt(e: Expression, index: number, child: Expression): void;
  };
  readonly Loop: { getBody(e: Expression): Expression; setBody(e: Expression, child: Expression): void };
  readonly Load: { getPtr(e: Expression): Expression; setPtr(e: Expression, child: Expression): void };
  readonly Store: {
    getPtr(e: Expression): Expression;
    setPtr(e: Expression, child: Expression): void;
    getValue(e: Expression): Expression;
    setValue(e: Expression, child: Expression): void;
  };
  readonly Call: {
    getTarget(e: Expression): string;
    getNumOperands(e: Expression): number;
    getOperandAt(e: Expression, index: number): Expression;
    setOperandAt(e: Expression, index: number, child: Expression): void;
  };
  readonly Drop: { getValue(e: Expression): Expression; setValue(e: Expression, child: Expression): void };
  readonly Return: Binaryen['Drop'];
  readonly LocalSet: Binaryen['Drop'];
  readonly GlobalSet: Binaryen['Drop'];
  readonly Function: {
    getName(f: number): string;
    getBody(f: number): Expression;
    setBody(f: number, body: Expression): void;
  };
  readonly Expression: Accessor;
  getExpressionId(e: Expression): number;
  getFunctionInfo(f: number): { name: string; module: string; base: string };
  getExportInfo(e: number): { name: string; kind: number; value: string };
  readonly ExternalFunction: number;
  readBinary(bytes: Uint8Array): BinaryenModule;
  setDebugInfo(on: boolean): void;
  setOptimizeLevel(level: number): void;
  setShrinkLevel(level: number): void;
}

interface Constants {
  const(value: number): Expression;
}
export interface BinaryenModule {
  getFeatures(): number;
  setFeatures(features: number): void;
  readonly i32: Constants & {
    eqz(e: Expression): Expression;
    sub(a: Expression, b: Expression): Expression;
  };
  readonly i64: { const(value: bigint): Expression };
  readonly global: {
    get(name: string, type: number): Expression;
    set(name: string, e: Expression): Expression;
  };
  getNumFunctions(): number;
  getFunctionByIndex(index: number): number;
  getFunction(name: string): number;
  getNumExports(): number;
  getExportByIndex(index: number): number;
  addGlobal(name: string, type: number, mutable: boolean, init: Expression): number;
  block(name: string | null, children: Expression[], type?: number): Expression;
  drop(e: Expression): Expression;
  if(condition: Expression, yes: Expression): Expression;
  unreachable(): Expression;
  validate(): number;
  emitBinary(): Uint8Array;
  dispose(): void;
}

let loaded: Promise<Binaryen> | undefined;

/** binaryen, loaded once. */
export function loadBinaryen(): Promise<Binaryen> {
  loaded ??= import('binaryen').then((module) => module.default as unknown as Binaryen);
  return loaded;
}
