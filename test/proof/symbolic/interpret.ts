// Runs a function of the interlock on plain numbers, instruction by instruction as `module.ts` says them, and counts them: a
// third witness beside V8 and the symbolic execution, for the tests. The prover never uses it.
import type { Node, WasmModule } from '../wasm/module.ts';

/** What the board answers; a call without a value gives 0. */
export type Board = (path: string, args: readonly number[]) => number;

type Value = number | bigint;
type Exit = { readonly label: string; readonly value: Value } | { readonly returned: Value };

const BINARY: Record<string, (a: number, b: number) => number> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: Math.imul,
  div_s: (a, b) => Math.trunc(a / b),
  and: (a, b) => a & b,
  or: (a, b) => a | b,
  xor: (a, b) => a ^ b,
  shl: (a, b) => a << b,
  shr_s: (a, b) => a >> b,
  shr_u: (a, b) => a >>> b,
  rotl: (a, b) => (a << b) | ((b & 31) === 0 ? 0 : a >>> (32 - (b & 31))),
  eq: (a, b) => Number(a === b),
  ne: (a, b) => Number(a !== b),
  lt_s: (a, b) => Number(a < b),
  gt_s: (a, b) => Number(a > b),
  le_s: (a, b) => Number(a <= b),
  ge_s: (a, b) => Number(a >= b),
  lt_u: (a, b) => Number(a >>> 0 < b >>> 0),
  gt_u: (a, b) => Number(a >>> 0 > b >>> 0),
  le_u: (a, b) => Number(a >>> 0 <= b >>> 0),
  ge_u: (a, b) => Number(a >>> 0 >= b >>> 0),
};
const UNARY: Record<string, (a: number) => number> = {
  eqz: (a) => Number(a === 0),
  ctz: (a) => (a === 0 ? 32 : 31 - Math.clz32(a & -a)),
  extend16_s: (a) => (a << 16) >> 16,
};

export class Interpreter {
  /** Instructions so far, as the prover counts them. */
  count = 0;
  private exit: Exit | null = null;
  private readonly module: WasmModule;
  private readonly memory: DataView;
  private readonly board: Board;

  constructor(module: WasmModule, memory: DataView, board: Board) {
    this.module = module;
    this.memory = memory;
    this.board = board;
  }

  call(name: string, args: readonly Value[]): Value {
    const target = this.module.functions.get(name);
    if (target === undefined) {
      const path = this.module.imports.find((entry) => entry.name === name)!.path;
      return this.board(path, args as readonly number[]);
    }
    const locals = target.locals.map((type, i) => args[i] ?? (type === 'i32' ? 0 : 0n));
    const value = this.run(target.body, locals);
    const { exit } = this;
    this.exit = null;
    return exit !== null && 'returned' in exit ? exit.returned : value;
  }

  /** The value; where `exit` is set, execution goes on elsewhere. */
  private run(node: Node, locals: Value[]): Value {
    switch (node.op) {
      case 'block': {
        let value: Value = 0;
        for (const part of node.body) {
          value = this.run(part, locals);
          if (this.exit !== null) return this.caught(node.label);
        }
        return value;
      }
      case 'loop':
        for (;;) {
          const value = this.run(node.body, locals);
          if (this.exit === null) return value;
          if (!('label' in this.exit) || this.exit.label !== node.label) return 0;
          this.exit = null;
        }
      case 'if': {
        const condition = this.run(node.condition, locals);
        if (this.exit !== null) return 0;
        this.count++;
        if (condition !== 0) return this.run(node.yes, locals);
        return node.no === null ? 0 : this.run(node.no, locals);
      }
      case 'break': {
        const value = node.value === null ? 0 : this.run(node.value, locals);
        if (this.exit !== null) return 0;
        const isTaken = node.condition === null || this.run(node.condition, locals) !== 0;
        if (this.exit !== null) return 0;
        this.count++;
        if (isTaken) this.exit = { label: node.label, value };
        return value;
      }
      case 'return': {
        const returned = node.value === null ? 0 : this.run(node.value, locals);
        if (this.exit !== null) return 0;
        this.count++;
        this.exit = { returned };
        return 0;
      }
      default:
        return this.simple(node, locals);
    }
  }

  /** A break to the block that it leaves: its value; else 0 on the way out. */
  private caught(label: string | null): Value {
    const { exit } = this;
    if (exit === null || !('label' in exit) || exit.label !== label) return 0;
    this.exit = null;
    return exit.value;
  }

  private simple(node: Node, locals: Value[]): Value {
    const operands: Value[] = [];
    for (const operand of operandsOf(node)) {
      operands.push(this.run(operand, locals));
      if (this.exit !== null) return 0;
    }
    const isInBinary = !('isScratch' in node && node.isScratch === true);
    if (isInBinary) this.count++;
    switch (node.op) {
      case 'const':
        return node.type === 'i32' ? Number(BigInt.asIntN(32, node.value)) : BigInt.asIntN(64, node.value);
      case 'get':
        return locals[node.local];
      case 'set':
      case 'tee':
        locals[node.local] = operands[0];
        return operands[0];
      case 'unary':
        return UNARY[node.name.slice(4)](Number(operands[0]));
      case 'binary':
        return binary(node.name, operands[0], operands[1]);
      case 'select':
        return operands[2] !== 0 ? operands[0] : operands[1];
      case 'load':
        return this.load(node.name, (Number(operands[0]) >>> 0) + node.offset);
      case 'store':
        this.store(node.name, (Number(operands[0]) >>> 0) + node.offset, operands[1]);
        return 0;
      case 'call':
        return this.call(node.target, operands);
      case 'drop':
      case 'nop':
        return 0;
      default:
        throw new Error(`reaches ${node.op}`);
    }
  }

  private load(name: string, at: number): Value {
    if (name === 'i64.load') return this.memory.getBigInt64(at, true);
    return name === 'i32.load' ? this.memory.getInt32(at, true) : this.memory.getInt16(at, true);
  }
  private store(name: string, at: number, value: Value): void {
    if (name === 'i64.store') this.memory.setBigInt64(at, BigInt(value), true);
    else if (name === 'i32.store') this.memory.setInt32(at, Number(value), true);
    else this.memory.setInt16(at, Number(value), true);
  }
}

function binary(name: string, a: Value, b: Value): Value {
  if (name === 'i64.xor') return BigInt(a) ^ BigInt(b);
  if (name.startsWith('i64.')) return Number(name === 'i64.eq' ? a === b : a !== b);
  return BINARY[name.slice(4)](Number(a), Number(b)) | 0;
}

/** In the order in which they are evaluated. */
function operandsOf(node: Node): readonly Node[] {
  switch (node.op) {
    case 'set':
    case 'tee':
    case 'unary':
    case 'drop':
      return [node.value];
    case 'binary':
      return [node.left, node.right];
    case 'select':
      return [node.yes, node.no, node.condition];
    case 'load':
      return [node.address];
    case 'store':
      return [node.address, node.value];
    case 'call':
      return node.args;
    default:
      return [];
  }
}
