// One function body, from binaryen's expressions into the prover's trees. Refuses every instruction that the trees cannot say:
// nothing is left out, approximated or guessed.
import type Binaryen from 'binaryen';
import { type Node, RefusedBinary, type ValueType } from './module.ts';
import type { OperationNames } from './operations.ts';

/** What reading an expression needs to know: binaryen, its operation numbers, and where it is, for the message of a refusal. */
export interface Place {
  readonly binaryen: typeof Binaryen;
  readonly operations: OperationNames;
  readonly fileName: string;
  readonly functionName: string;
  /** Locals from here on are not the binary's: binaryen keeps there what the binary leaves on the stack. */
  readonly firstScratch: number;
}

/** Bytes of an access of the whole type; one of fewer says so in its name. */
const BYTES = { i32: 4, i64: 8 } as const;

/** The tree of `expression`. Throws RefusedBinary for an instruction that has no node. */
export function readExpression(place: Place, expression: number): Node {
  return (
    readPlain(place, expression) ??
    readControl(place, expression) ??
    readMemory(place, expression) ??
    refuseInstruction(place, expression)
  );
}

/** Values, locals, arithmetic. */
function readPlain(place: Place, expression: number): Node | null {
  const { binaryen: b, operations } = place;
  const read = (each: number): Node => readExpression(place, each);
  // Of some instructions binaryen knows the number alone, and throws when asked for more.
  const info = <T extends Binaryen.ExpressionInfo>(): T => b.getExpressionInfo(expression) as T;
  switch (b.getExpressionId(expression)) {
    case b.ConstId:
      return readConstant(place, info<Binaryen.ConstInfo>());
    case b.LocalGetId:
      return readLocal(place, info<Binaryen.LocalGetInfo>().index);
    case b.LocalSetId: {
      const { isTee, index, value } = info<Binaryen.LocalSetInfo>();
      return { ...readLocal(place, index), op: isTee ? 'tee' : 'set', value: read(value) };
    }
    case b.UnaryId: {
      const { op, value } = info<Binaryen.UnaryInfo>();
      const name = operations.unary.get(op);
      return name === undefined ? null : { op: 'unary', name, value: read(value) };
    }
    case b.BinaryId: {
      const { op, left, right } = info<Binaryen.BinaryInfo>();
      const name = operations.binary.get(op);
      return name === undefined ? null : { op: 'binary', name, left: read(left), right: read(right) };
    }
    case b.SelectId: {
      const { ifTrue, ifFalse, condition } = info<Binaryen.SelectInfo>();
      return { op: 'select', condition: read(condition), yes: read(ifTrue), no: read(ifFalse) };
    }
    case b.DropId:
      return { op: 'drop', value: read(info<Binaryen.DropInfo>().value) };
    default:
      return null;
  }
}

/** What moves the control: calls, blocks, branches. Binaryen gives 0 for an expression that is absent. */
function readControl(place: Place, expression: number): Node | null {
  const { binaryen: b } = place;
  const read = (each: number): Node => readExpression(place, each);
  const readOptional = (each: number): Node | null => (each === 0 ? null : read(each));
  const info = <T extends Binaryen.ExpressionInfo>(): T => b.getExpressionInfo(expression) as T;
  switch (b.getExpressionId(expression)) {
    case b.CallId: {
      const { isReturn, target, operands } = info<Binaryen.CallInfo>();
      return isReturn ? null : { op: 'call', target, args: operands.map(read) };
    }
    case b.BlockId: {
      const { name, children } = info<Binaryen.BlockInfo>();
      return { op: 'block', label: name || null, body: children.map(read) };
    }
    case b.LoopId: {
      const { name, body } = info<Binaryen.LoopInfo>();
      return { op: 'loop', label: name || null, body: read(body) };
    }
    case b.IfId: {
      const { condition, ifTrue, ifFalse } = info<Binaryen.IfInfo>();
      return { op: 'if', condition: read(condition), yes: read(ifTrue), no: readOptional(ifFalse) };
    }
    case b.BreakId: {
      const { name, condition, value } = info<Binaryen.BreakInfo>();
      return { op: 'break', label: name, condition: readOptional(condition), value: readOptional(value) };
    }
    case b.ReturnId:
      return { op: 'return', value: readOptional(info<Binaryen.ReturnInfo>().value) };
    case b.NopId:
      return { op: 'nop' };
    case b.UnreachableId:
      return { op: 'unreachable' };
    default:
      return null;
  }
}

function readLocal(place: Place, local: number): Extract<Node, { readonly op: 'get' }> {
  return local < place.firstScratch ? { op: 'get', local } : { op: 'get', local, isScratch: true };
}

function readMemory(place: Place, expression: number): Node | null {
  const id = place.binaryen.getExpressionId(expression);
  if (id === place.binaryen.LoadId) return readLoad(place, expression);
  return id === place.binaryen.StoreId ? readStore(place, expression) : null;
}

function readLoad(place: Place, expression: number): Node | null {
  const { binaryen: b } = place;
  const loaded = b.getExpressionInfo(expression) as Binaryen.LoadInfo;
  const address = readExpression(place, loaded.ptr);
  // A load whose address never arrives has no type, and is never executed: what is left of it is its address.
  if (loaded.type === b.unreachable) return address;
  const type = valueType(b, loaded.type);
  if (loaded.isAtomic || type === null) return null;
  const sign = loaded.isSigned ? 's' : 'u';
  const isWhole = loaded.bytes === BYTES[type];
  const name = isWhole ? `${type}.load` : `${type}.load${loaded.bytes * 8}_${sign}`;
  return { op: 'load', name, offset: loaded.offset >>> 0, address };
}

function readStore(place: Place, expression: number): Node | null {
  const { binaryen: b } = place;
  // `valueType` is there when it runs, and missing from binaryen's typings.
  const stored = b.getExpressionInfo(expression) as Binaryen.StoreInfo & { readonly valueType: number };
  const type = valueType(b, stored.valueType);
  if (stored.isAtomic || type === null) return null;
  const name = stored.bytes === BYTES[type] ? `${type}.store` : `${type}.store${stored.bytes * 8}`;
  const address = readExpression(place, stored.ptr);
  const value = readExpression(place, stored.value);
  return { op: 'store', name, offset: stored.offset >>> 0, address, value };
}

function readConstant(place: Place, info: Binaryen.ConstInfo): Node | null {
  const type = valueType(place.binaryen, info.type);
  // An i64 is a bigint when it runs; binaryen's typings still say otherwise.
  const value: unknown = info.value;
  if (type === null || (typeof value !== 'number' && typeof value !== 'bigint')) return null;
  return { op: 'const', type, value: BigInt(value) };
}

/** i32 or i64, null for every other type. */
export function valueType(binaryen: typeof Binaryen, type: number): ValueType | null {
  if (type === binaryen.i32) return 'i32';
  return type === binaryen.i64 ? 'i64' : null;
}

function refuseInstruction(place: Place, expression: number): never {
  const text = place.binaryen.emitText(expression);
  const name = /\(\s*([\w.]+)/.exec(text)?.[1] ?? 'an instruction';
  throw new RefusedBinary(
    `${place.fileName}: function ${place.functionName} uses ${name}, which the prover cannot judge; write it with integers, locals, fixed memory and direct calls only.`,
  );
}
