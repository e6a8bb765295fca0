// What the prover knows of a wasm binary: its instructions as trees, as binaryen reads them back from the shipped bytes.
// Only what a module without 64-bit arithmetic, tables and indirect calls needs; `read.ts` refuses everything else.

export type ValueType = 'i32' | 'i64';

export type Node =
  | { readonly op: 'const'; readonly type: ValueType; readonly value: bigint }
  /** `isScratch`: not in the binary, so never counted as an instruction; binaryen keeps there what the binary leaves on the stack. */
  | { readonly op: 'get'; readonly local: number; readonly isScratch?: true }
  | { readonly op: 'set'; readonly local: number; readonly value: Node; readonly isScratch?: true }
  | { readonly op: 'tee'; readonly local: number; readonly value: Node; readonly isScratch?: true }
  /** `name` is the instruction as in the text format, "i32.eqz". */
  | { readonly op: 'unary'; readonly name: string; readonly value: Node }
  | { readonly op: 'binary'; readonly name: string; readonly left: Node; readonly right: Node }
  /** Evaluated in the order yes, no, condition. */
  | { readonly op: 'select'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  /** `name`: i32.load, i32.load16_s, i64.load. */
  | { readonly op: 'load'; readonly name: string; readonly offset: number; readonly address: Node }
  /** `name`: i32.store, i32.store16, i64.store. */
  | {
      readonly op: 'store';
      readonly name: string;
      readonly offset: number;
      readonly address: Node;
      readonly value: Node;
    }
  | { readonly op: 'call'; readonly target: string; readonly args: readonly Node[] }
  | { readonly op: 'block'; readonly label: string | null; readonly body: readonly Node[] }
  | { readonly op: 'loop'; readonly label: string | null; readonly body: Node }
  | { readonly op: 'if'; readonly condition: Node; readonly yes: Node; readonly no: Node | null }
  /** br, or br_if where there is a condition. */
  | {
      readonly op: 'break';
      readonly label: string;
      readonly condition: Node | null;
      readonly value: Node | null;
    }
  | { readonly op: 'return'; readonly value: Node | null }
  | { readonly op: 'drop'; readonly value: Node }
  | { readonly op: 'nop' }
  | { readonly op: 'unreachable' };

export interface WasmFunction {
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly result: ValueType | null;
  /** Types of all locals, parameters first, scratch locals last. */
  readonly locals: readonly ValueType[];
  readonly body: Node;
}

export interface WasmImport {
  /** Internal name, as calls name it. */
  readonly name: string;
  /** "hal.clock_us". */
  readonly path: string;
  readonly kind: 'function' | 'memory' | 'table' | 'global';
  readonly params: readonly ValueType[];
  readonly result: ValueType | null;
}

export interface WasmModule {
  /** Lower-case hex of the bytes. */
  readonly sha256: string;
  readonly byteLength: number;
  readonly functions: ReadonlyMap<string, WasmFunction>;
  readonly imports: readonly WasmImport[];
  /** `target`: internal name of the function; empty for other kinds. */
  readonly exports: readonly {
    readonly name: string;
    readonly kind: 'function' | 'memory' | 'table' | 'global';
    readonly target: string;
  }[];
  /** Immutable i32 globals by exported name. */
  readonly constants: ReadonlyMap<string, number>;
  /** Data segments: [address, bytes]. */
  readonly data: readonly (readonly [number, Uint8Array])[];
  /** Pages of the module's own memory, initial and maximum; null without one. */
  readonly memory: { readonly initial: number; readonly maximum: number } | null;
  readonly hasStart: boolean;
  readonly tables: number;
  readonly mutableGlobals: number;
}

/** A binary that the prover does not take: one line that says why and what to do. */
export class RefusedBinary extends Error {}
