// A WebAssembly binary taken apart as far as metering needs it: its sections, its types, what it imports, its functions.

import { ByteReader, UnmeteredBinary } from './bytes.ts';

export const Section = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  START: 8,
  ELEMENT: 9,
  CODE: 10,
} as const;

export const Kind = { FUNCTION: 0, TABLE: 1, MEMORY: 2, GLOBAL: 3 } as const;

export interface ImportedFunction {
  readonly module: string;
  readonly name: string;
  /** Index into the types. */
  readonly type: number;
}

export interface Binary {
  readonly sections: readonly { readonly id: number; readonly bytes: Uint8Array }[];
  /** Number of types. */
  readonly types: readonly Uint8Array[];
  /** Its imports, which are functions alone. */
  readonly imports: readonly ImportedFunction[];
  /** Types of its own functions, by index into the types. */
  readonly functionTypes: readonly number[];
  /** Bodies of its own functions: locals and code. */
  readonly bodies: readonly Uint8Array[];
  /** Bodies that can be called from outside, by number. */
  readonly exported: ReadonlySet<number>;
  /** Names of its own functions from the name section; their number where there is none. */
  readonly names: readonly string[];
}

const HEADER_BYTES = 8;
const FUNCTION_TYPE = 0x60;
const FUNCTION_NAMES = 1;

/** Throws UnmeteredBinary for a binary that imports anything but functions, or that is none. */
export function parseBinary(bytes: Uint8Array): Binary {
  const reader = new ByteReader(bytes, HEADER_BYTES);
  const sections: { id: number; bytes: Uint8Array }[] = [];
  while (reader.at < bytes.length) {
    const id = reader.byte();
    sections.push({ id, bytes: reader.take(reader.u32()) });
  }
  const section = (id: number): Uint8Array =>
    sections.find((one) => one.id === id)?.bytes ?? new Uint8Array([0]);
  const imports = entries(section(Section.IMPORT), readImport);
  const bodies = entries(section(Section.CODE), (code) => code.take(code.u32()));
  const names = functionNames(sections);
  const exported = entries(section(Section.EXPORT), readExport)
    .filter(({ kind }) => kind === Kind.FUNCTION)
    .map(({ index }) => index - imports.length);
  if (sections.some(({ id }) => id === Section.START))
    throw new UnmeteredBinary('a function is run at the start');
  return {
    sections,
    types: entries(section(Section.TYPE), readType),
    imports,
    functionTypes: entries(section(Section.FUNCTION), (reader) => reader.u32()),
    bodies,
    exported: new Set(exported),
    names: bodies.map((_, i) => names.get(imports.length + i) ?? String(imports.length + i)),
  };
}

/** The entries of a section that begins with their number. */
export function entries<T>(section: Uint8Array, read: (reader: ByteReader) => T): T[] {
  const reader = new ByteReader(section);
  return Array.from({ length: reader.u32() }, () => read(reader));
}

/** A function type as its bytes. */
function readType(reader: ByteReader): Uint8Array {
  const start = reader.at;
  if (reader.byte() !== FUNCTION_TYPE) throw new UnmeteredBinary('a type is not that of a function');
  reader.take(reader.u32());
  reader.take(reader.u32());
  return reader.bytes.subarray(start, reader.at);
}

function readImport(reader: ByteReader): ImportedFunction {
  const module = reader.name();
  const name = reader.name();
  if (reader.byte() !== Kind.FUNCTION) throw new UnmeteredBinary(`${module}.${name} is no function`);
  return { module, name, type: reader.u32() };
}

interface Exported {
  readonly name: string;
  readonly kind: number;
  readonly index: number;
}

export function readExport(reader: ByteReader): Exported {
  return { name: reader.name(), kind: reader.byte(), index: reader.u32() };
}

/** Names by index, from the subsection of the custom section "name" that has them. */
function functionNames(sections: Binary['sections']): Map<number, string> {
  const names = new Map<number, string>();
  for (const { id, bytes } of sections) {
    if (id !== Section.CUSTOM) continue;
    const reader = new ByteReader(bytes);
    if (reader.name() !== 'name') continue;
    while (reader.at < bytes.length) {
      const kind = reader.byte();
      const part = reader.take(reader.u32());
      if (kind !== FUNCTION_NAMES) continue;
      for (const [index, name] of entries(part, (r) => [r.u32(), r.name()] as const)) names.set(index, name);
    }
  }
  return names;
}
