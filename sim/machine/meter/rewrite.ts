// Writes a binary anew with something added at the end of every block, and on request at the head of every loop and before
// every read of a local. Functions, types and memory keep their numbers; globals that are imported come before the others
// and move them on.

import { type Binary, entries, Kind, parseBinary, readExport, Section } from './binary.ts';
import { type Block, blocksOf, codeStart, reachingImports } from './blocks.ts';
import { ByteReader, named, signed, UnmeteredBinary, unsigned } from './bytes.ts';
import { DIVISIONS, divisionBody, divisionType, isDivision, isWide } from './divisions.ts';
import { Op, skipImmediates } from './instructions.ts';

/** A function as the caller of `rewrite` sees it. */
export interface FunctionBlocks {
  readonly name: string;
  readonly body: Uint8Array;
  readonly blocks: readonly Block[];
  /** Number of its parameters and locals. */
  readonly locals: number;
}

/** Block `index` of function `number`, which is that of its body. */
export interface Place {
  readonly number: number;
  readonly index: number;
}

export interface Addition {
  /** Mutable i32 that are imported as the first globals, by module and name. */
  readonly globals?: readonly (readonly [module: string, name: string])[];
  /** Imports of this module get the first of them as one more argument. */
  readonly toldModule?: string;
  /** One more local, an i32, is given to the functions that have several blocks. */
  readonly hasLocal?: boolean;
  /** Code that is put at the end of a block. `local`: the added one; −1 in a function without. */
  code(block: Block, place: Place, local: number): readonly number[];
  /** Code that takes note of the bits of a quotient, of 64 bits or of 32, which are in `local`. */
  bits(isWide: boolean, local: number): readonly number[];
  /** Code that is run at the beginning of every round of a loop. `local`: the added one; −1 in a function without. */
  round?(local: number): readonly number[];
  /** Code that is put before a read of a local of the binary, which is of 64 bits or of 32. */
  read?(local: number, isWide: boolean, number: number): readonly number[];
}

const [I32, I64] = [0x7f, 0x7e];
const MUTABLE = 1;
/** The first of the imported globals. */
export const COUNTER = 0;
const GLOBAL_NAMES = 7;

/** Blocks of all functions of a binary. Throws UnmeteredBinary for one that cannot be metered. */
export function functionsOf(binary: Binary): FunctionBlocks[] {
  const reaching = reachingImports(binary);
  return binary.bodies.map((body, i) => ({
    name: binary.names[i],
    body,
    blocks: blocksOf(body, binary.imports.length, reaching),
    locals: localTypes(binary.types[binary.functionTypes[i]], body).length,
  }));
}

/**
 * Adds `amount` to the counter, in wasm. Within a function it is summed up in `local`, which is a register: the counter is
 * brought up to date where the function is left or calls.
 */
export function addToCounter(amount: number, isExit: boolean, local: number): number[] {
  const { LOCAL_GET, LOCAL_SET, GLOBAL_GET, GLOBAL_SET, I32_CONST, I32_ADD } = Op;
  const add = amount === 0 ? [] : [I32_CONST, ...signed(amount), I32_ADD];
  const at = local < 0 ? [] : unsigned(local);
  if (!isExit && local >= 0) return amount === 0 ? [] : [LOCAL_GET, ...at, ...add, LOCAL_SET, ...at];
  const summed = local < 0 ? [] : [LOCAL_GET, ...at, I32_ADD];
  const cleared = local < 0 ? [] : [I32_CONST, 0, LOCAL_SET, ...at];
  if (summed.length + add.length === 0) return [];
  return [GLOBAL_GET, COUNTER, ...summed, ...add, GLOBAL_SET, COUNTER, ...cleared];
}

/** Adds `amount` times what is in `local` to the counter, in wasm. */
export function addTimes(amount: number, local: number): number[] {
  const { LOCAL_GET, GLOBAL_GET, GLOBAL_SET, I32_CONST, I32_ADD, I32_MUL } = Op;
  const product = [LOCAL_GET, ...unsigned(local), I32_CONST, ...signed(amount), I32_MUL];
  return [...product, GLOBAL_GET, COUNTER, I32_ADD, GLOBAL_SET, COUNTER];
}

/** A binary like `bytes` with `addition` in it. Throws UnmeteredBinary for one that cannot be metered. */
export function rewrite(bytes: Uint8Array, addition: Addition): Uint8Array<ArrayBuffer> {
  const binary = parseBinary(bytes);
  const writer = new Writer(binary, addition);
  const sections = binary.sections.flatMap(({ id, bytes: content }) => {
    const changed = writer.section(id, content);
    return [id, ...unsigned(changed.length), ...changed];
  });
  return Uint8Array.from([...bytes.subarray(0, 8), ...sections]);
}

class Writer {
  private readonly binary: Binary;
  private readonly addition: Addition;
  /** How far globals move on. */
  private readonly shift: number;
  private readonly told: readonly boolean[];
  private readonly addedTypes: readonly (readonly number[])[];

  constructor(binary: Binary, addition: Addition) {
    this.binary = binary;
    this.addition = addition;
    this.shift = addition.globals?.length ?? 0;
    this.told = binary.imports.map(({ module }) => module === addition.toldModule);
    this.addedTypes = [
      ...binary.imports.filter((_, i) => this.told[i]).map(({ type }) => withOneMore(binary.types[type])),
      ...DIVISIONS.map(divisionType),
    ];
    if (this.shift > 0 && binary.imports.length === 0)
      throw new UnmeteredBinary('the binary imports nothing');
  }

  section(id: number, content: Uint8Array): ArrayLike<number> & Iterable<number> {
    switch (id) {
      case Section.TYPE:
        return this.types();
      case Section.IMPORT:
        return this.imports();
      case Section.FUNCTION:
        return this.functions();
      case Section.EXPORT:
        return this.exports(content);
      case Section.CODE:
        return this.code();
      case Section.CUSTOM:
        return withoutGlobalNames(content);
      default:
        return content;
    }
  }

  /** The types, and behind them one more for each import that is told the counter and for each division. */
  private types(): number[] {
    const { types } = this.binary;
    const all = [...types, ...this.addedTypes];
    return [...unsigned(all.length), ...all.flatMap((type) => [...type])];
  }

  /** The functions, and behind them one for each division. */
  private functions(): number[] {
    const { types, functionTypes } = this.binary;
    const first = types.length + this.addedTypes.length - DIVISIONS.length;
    const all = [...functionTypes, ...DIVISIONS.map((_, i) => first + i)];
    return [...unsigned(all.length), ...all.flatMap(unsigned)];
  }

  private imports(): number[] {
    const { types, imports } = this.binary;
    let next = types.length;
    const written = imports.flatMap(({ module, name, type }, i) => [
      ...named(module),
      ...named(name),
      Kind.FUNCTION,
      ...unsigned(this.told[i] ? next++ : type),
    ]);
    const { globals = [] } = this.addition;
    const added = globals.flatMap(([module, name]) => [
      ...named(module),
      ...named(name),
      Kind.GLOBAL,
      I32,
      MUTABLE,
    ]);
    return [...unsigned(imports.length + globals.length), ...written, ...added];
  }

  private exports(content: Uint8Array): number[] {
    const all = entries(content, readExport);
    const written = all.flatMap(({ name, kind, index }) => [
      ...named(name),
      kind,
      ...unsigned(kind === Kind.GLOBAL ? index + this.shift : index),
    ]);
    return [...unsigned(all.length), ...written];
  }

  private code(): number[] {
    const bodies = [
      ...functionsOf(this.binary).map((one, number) => this.body(one, number)),
      ...DIVISIONS.map((opcode) =>
        divisionBody(opcode, (local) => this.addition.bits(isWide(opcode), local)),
      ),
    ];
    return [...unsigned(bodies.length), ...bodies.flatMap((body) => [...unsigned(body.length), ...body])];
  }

  private body({ body, blocks, locals }: FunctionBlocks, number: number): number[] {
    const reader = new ByteReader(body, codeStart(body));
    const { addition, binary } = this;
    const hasLocal = addition.hasLocal === true && blocks.some(({ isExit }) => !isExit);
    const local = hasLocal ? locals : -1;
    const written = hasLocal ? withOneLocalMore(body) : [...body.subarray(0, reader.at)];
    const types = localTypes(binary.types[binary.functionTypes[number]], body);
    let next = 0;
    while (reader.at < body.length) {
      const { at } = reader;
      if (blocks[next]?.at === at) {
        written.push(...addition.code(blocks[next], { number, index: next }, local));
        if (this.told[blocks[next].imported] === true) written.push(Op.GLOBAL_GET, COUNTER);
        next++;
      }
      const opcode = body[at];
      if (opcode === Op.LOCAL_GET && addition.read !== undefined) {
        const index = new ByteReader(body, at + 1).u32();
        written.push(...addition.read(index, types[index] === I64, number));
      }
      this.copy(reader, written);
      if (opcode === Op.LOOP) written.push(...(addition.round?.(local) ?? []));
    }
    if (next !== blocks.length) throw new Error('a block was not met');
    return written;
  }

  /** Copies an instruction. */
  private copy(reader: ByteReader, to: number[]): void {
    const { at } = reader;
    const opcode = reader.byte();
    if (this.shift > 0 && (opcode === Op.GLOBAL_GET || opcode === Op.GLOBAL_SET)) {
      to.push(opcode, ...unsigned(reader.u32() + this.shift));
      return;
    }
    if (isDivision(opcode)) {
      const { imports, bodies } = this.binary;
      const division = (DIVISIONS as readonly number[]).indexOf(opcode);
      to.push(Op.CALL, ...unsigned(imports.length + bodies.length + division));
      return;
    }
    skipImmediates(opcode, reader);
    for (let i = at; i < reader.at; i++) to.push(reader.bytes[i]);
  }
}

/** Types of the parameters and locals of a function. */
function localTypes(type: Uint8Array, body: Uint8Array): number[] {
  const parameters = new ByteReader(type, 1);
  const types = [...parameters.take(parameters.u32())];
  const reader = new ByteReader(body);
  for (let groups = reader.u32(); groups > 0; groups--) {
    const count = reader.u32();
    types.push(...new Array<number>(count).fill(reader.byte()));
  }
  return types;
}

/** The beginning of a body, up to its code, with an i32 behind its locals. */
function withOneLocalMore(body: Uint8Array): number[] {
  const reader = new ByteReader(body);
  const groups = reader.u32();
  return [...unsigned(groups + 1), ...body.subarray(reader.at, codeStart(body)), 1, I32];
}

/** A function type with one more parameter, an i32. */
function withOneMore(type: Uint8Array): number[] {
  const reader = new ByteReader(type, 1);
  const parameters = reader.take(reader.u32());
  return [type[0], ...unsigned(parameters.length + 1), ...parameters, I32, ...type.subarray(reader.at)];
}

/** The name section without the numbers of globals, which are others now; any other custom section as it is. */
function withoutGlobalNames(content: Uint8Array): Uint8Array | number[] {
  const reader = new ByteReader(content);
  if (reader.name() !== 'name') return content;
  const kept = [...content.subarray(0, reader.at)];
  while (reader.at < content.length) {
    const { at } = reader;
    const kind = reader.byte();
    reader.take(reader.u32());
    if (kind !== GLOBAL_NAMES) kept.push(...content.subarray(at, reader.at));
  }
  return kept;
}
