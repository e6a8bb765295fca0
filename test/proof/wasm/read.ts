// Reads a wasm binary into what the prover knows of it (`module.ts`), from the very bytes that ship.
// Never optimises or repairs what it reads, and refuses with one line what it cannot read in full.
import { createHash } from 'node:crypto';
import type Binaryen from 'binaryen';
import { type Place, readExpression, valueType } from './expression.ts';
import {
  RefusedBinary,
  type ValueType,
  type WasmFunction,
  type WasmImport,
  type WasmModule,
} from './module.ts';
import { type FunctionNames, readFunctionNames, withNamesAlone } from './names.ts';
import { operationNames } from './operations.ts';
import { declaredLocals, readData, readSections, type Section } from './sections.ts';

const START_SECTION = 8;
/** Of a memory without a maximum: all that 32-bit addresses reach. */
const PAGES_MAX = 65536;

type Kind = WasmImport['kind'];

/** A file that WebAssembly accepts. */
interface File {
  readonly bytes: Uint8Array;
  readonly sections: readonly Section[];
  readonly fileName: string;
  readonly compiled: WebAssembly.Module;
}

/** The same while binaryen holds it open. */
interface Source extends File {
  readonly binaryen: typeof Binaryen;
  readonly module: Binaryen.Module;
}

/** The whole module, every function body included. Throws RefusedBinary. */
export async function readModule(bytes: Uint8Array, fileName: string): Promise<WasmModule> {
  const file = openFile(bytes, fileName);
  return await withBinaryen(file, requireNames(file), (source) => ({
    ...readOutline(source),
    functions: readFunctions(source),
  }));
}

/** The module without its function bodies, which may use what the prover cannot judge. Throws RefusedBinary. */
export async function readInterface(bytes: Uint8Array, fileName: string): Promise<WasmModule> {
  return await withBinaryen(openFile(bytes, fileName), null, readOutline);
}

function openFile(given: Uint8Array, fileName: string): File {
  // A copy of their own: the caller may hand over a Buffer, whose slices would share its bytes.
  const bytes = new Uint8Array(given);
  return { bytes, sections: readSections(bytes, fileName), fileName, compiled: compile(bytes, fileName) };
}

/** Binaryen aborts on broken input: it only ever sees bytes that WebAssembly accepts. */
function compile(bytes: Uint8Array<ArrayBuffer>, fileName: string): WebAssembly.Module {
  try {
    return new WebAssembly.Module(bytes);
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    const reason = error.message.replace(/^WebAssembly\.Module\(\): /, '').replace(/\s+/g, ' ');
    throw new RefusedBinary(
      `${fileName} is damaged, or no WebAssembly that this Node knows: ${reason}; build it again with \`npm run build:firmware\`.`,
    );
  }
}

/** Proofs and counterexamples name functions: every one that has a body must have its name. */
function requireNames({ bytes, sections, fileName, compiled }: File): FunctionNames {
  const imports = WebAssembly.Module.imports(compiled);
  const first = imports.filter((each) => each.kind === 'function').length;
  const count = first + declaredLocals(bytes, sections).length;
  const names = readFunctionNames(bytes, sections, count);
  const cure = 'build it with "debug": true in asconfig.json, by `npm run build:firmware`';
  if (names === null) {
    throw new RefusedBinary(`${fileName} has no name section, or a damaged one; ${cure}.`);
  }
  for (let index = first; index < count; index++) {
    if (names.indices.has(index)) continue;
    throw new RefusedBinary(`${fileName}: the name section does not name function ${index}; ${cure}.`);
  }
  return names;
}

async function withBinaryen(
  file: File,
  names: FunctionNames | null,
  use: (source: Source) => WasmModule,
): Promise<WasmModule> {
  // Loading binaryen takes most of a second: only those who read a module pay for it.
  const { default: binaryen } = await import('binaryen');
  const module = parse(binaryen, withNamesAlone(file.bytes, file.sections, names), file.fileName);
  try {
    return use({ ...file, binaryen, module });
  } finally {
    module.dispose();
  }
}

function parse(binaryen: typeof Binaryen, bytes: Uint8Array, fileName: string): Binaryen.Module {
  try {
    return binaryen.readBinary(bytes);
  } catch {
    throw new RefusedBinary(
      `${fileName} uses wasm features that binaryen cannot read; build it as asconfig.json says, with \`npm run build:firmware\`.`,
    );
  }
}

/** All but the functions. */
function readOutline(source: Source): WasmModule {
  const { module, bytes } = source;
  const globals = indexed(module.getNumGlobals(), (index) =>
    source.binaryen.getGlobalInfo(module.getGlobalByIndex(index)),
  );
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    byteLength: bytes.length,
    functions: new Map(),
    imports: readImports(source, globals),
    exports: readExports(source),
    constants: readConstants(source, globals),
    data: readData(bytes, source.sections, source.fileName),
    memory: readMemoryLimits(source),
    hasStart: source.sections.some((section) => section.id === START_SECTION),
    tables: module.getNumTables(),
    mutableGlobals: globals.filter((global) => global.mutable).length,
  };
}

function readFunctions(source: Source): ReadonlyMap<string, WasmFunction> {
  const { binaryen, bytes, fileName, sections } = source;
  const operations = operationNames(binaryen);
  const declared = declaredLocals(bytes, sections);
  const functions = new Map<string, WasmFunction>();
  for (const info of functionRefs(source)) {
    if (info.module) continue;
    const { name } = info;
    const signature = readSignature(source, info);
    const vars = info.vars.map((type) => requireType(source, name, type));
    const firstScratch = signature.params.length + declared[functions.size];
    const place: Place = { binaryen, operations, fileName, functionName: name, firstScratch };
    const body = readExpression(place, info.body);
    functions.set(name, { name, ...signature, locals: [...signature.params, ...vars], body });
  }
  return functions;
}

function readSignature(
  source: Source,
  info: Binaryen.FunctionInfo,
): { readonly params: readonly ValueType[]; readonly result: ValueType | null } {
  const { binaryen } = source;
  const path = info.module ? `${info.module}.${info.base}` : info.name;
  const params = binaryen.expandType(info.params).map((type) => requireType(source, path, type));
  return { params, result: info.results === binaryen.none ? null : requireType(source, path, info.results) };
}

function requireType(source: Source, path: string, type: number): ValueType {
  const name = valueType(source.binaryen, type);
  if (name !== null) return name;
  throw new RefusedBinary(
    `${source.fileName}: function ${path} has a parameter, result or local that is neither i32 nor i64; write it with integers only.`,
  );
}

/** In the order of kinds function, global, memory, table; calls name them by the internal name. */
function readImports(source: Source, globals: readonly Binaryen.GlobalInfo[]): readonly WasmImport[] {
  const { binaryen, module } = source;
  const imports: WasmImport[] = functionRefs(source)
    .filter((info) => info.module)
    .map((info) => ({
      name: info.name,
      path: `${info.module}.${info.base}`,
      kind: 'function',
      ...readSignature(source, info),
    }));
  const add = (kind: Kind, name: string, from: string | null, base: string | null): void => {
    if (from) imports.push({ name, path: `${from}.${base}`, kind, params: [], result: null });
  };
  for (const global of globals) add('global', global.name, global.module, global.base);
  if (module.hasMemory()) {
    const memory = module.getMemoryInfo();
    add('memory', 'memory', memory.module, memory.base);
  }
  for (const table of indexed(module.getNumTables(), (index) => module.getTableByIndex(index))) {
    const info = binaryen.getTableInfo(table);
    add('table', info.name, info.module, info.base);
  }
  return imports;
}

function readExports(source: Source): WasmModule['exports'] {
  const { binaryen, module, fileName } = source;
  const kinds = new Map<number, Kind>([
    [binaryen.ExternalFunction, 'function'],
    [binaryen.ExternalMemory, 'memory'],
    [binaryen.ExternalTable, 'table'],
    [binaryen.ExternalGlobal, 'global'],
  ]);
  return indexed(module.getNumExports(), (index) => {
    const info = binaryen.getExportInfo(module.getExportByIndex(index));
    const kind = kinds.get(info.kind);
    if (kind === undefined) {
      throw new RefusedBinary(
        `${fileName} exports "${info.name}", an exception tag; build it without exceptions.`,
      );
    }
    return { name: info.name, kind, target: kind === 'function' ? info.value : '' };
  });
}

/** Exported globals that nothing can change, with a value written in the binary. */
function readConstants(source: Source, globals: readonly Binaryen.GlobalInfo[]): ReadonlyMap<string, number> {
  const { binaryen, module } = source;
  const values = new Map<string, number>();
  for (const global of globals) {
    if (global.mutable || global.module || global.type !== binaryen.i32) continue;
    const init = binaryen.getExpressionInfo(global.init);
    if (init.id === binaryen.ConstId) values.set(global.name, Number((init as Binaryen.ConstInfo).value));
  }
  const constants = new Map<string, number>();
  for (const info of indexed(module.getNumExports(), (index) =>
    binaryen.getExportInfo(module.getExportByIndex(index)),
  )) {
    const value = info.kind === binaryen.ExternalGlobal ? values.get(info.value) : undefined;
    if (value !== undefined) constants.set(info.name, value);
  }
  return constants;
}

function readMemoryLimits(source: Source): WasmModule['memory'] {
  if (!source.module.hasMemory()) return null;
  const memory = source.module.getMemoryInfo();
  if (memory.shared || memory.is64) {
    throw new RefusedBinary(
      `${source.fileName} has a shared or 64-bit memory; build it as asconfig.json says, with \`npm run build:firmware\`.`,
    );
  }
  return memory.module ? null : { initial: memory.initial, maximum: memory.max ?? PAGES_MAX };
}

function functionRefs(source: Source): readonly Binaryen.FunctionInfo[] {
  return indexed(source.module.getNumFunctions(), (index) =>
    source.binaryen.getFunctionInfo(source.module.getFunctionByIndex(index)),
  );
}

function indexed<T>(count: number, at: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => at(index));
}
