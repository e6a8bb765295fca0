// The layout of a wasm binary, read from its bytes: which sections there are, which locals a function declares, which data starts in memory.
// Only for bytes that WebAssembly has validated, or to say why it would not; never decodes instructions (`expression.ts` does).
import { Cursor } from './cursor.ts';
import { RefusedBinary } from './module.ts';

/** A section: its identifier as in the wasm specification, its name where it is a custom one, where it and its content begin. */
export interface Section {
  readonly id: number;
  readonly name: string;
  readonly head: number;
  readonly start: number;
  readonly end: number;
}

/** A section that means nothing to WebAssembly. */
export const CUSTOM = 0;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const VERSION = [0x01, 0x00, 0x00, 0x00];
/** Before the first section: magic and version. */
export const HEADER_BYTES = MAGIC.length + VERSION.length;

/** All sections in the order of the file. Throws RefusedBinary for bytes that are no wasm file, or that end too early. */
export function readSections(bytes: Uint8Array, fileName: string): readonly Section[] {
  if (MAGIC.some((byte, index) => bytes[index] !== byte)) {
    const why = bytes.length === 0 ? 'it is empty' : 'it does not begin with "\\0asm"';
    throw new RefusedBinary(
      `${fileName} is not a wasm file (${why}); the binaries are build/interlock.wasm and build/stimulator.wasm.`,
    );
  }
  const sections: Section[] = [];
  const cursor = new Cursor(bytes, HEADER_BYTES, bytes.length);
  try {
    if (bytes.length < HEADER_BYTES) throw new RangeError('past the end');
    while (!cursor.isDone) {
      const head = cursor.at;
      const id = cursor.byte();
      const length = cursor.unsigned();
      const start = cursor.at;
      cursor.take(length);
      const name = id === CUSTOM ? customName(bytes, start, cursor.at) : '';
      sections.push({ id, name, head, start, end: cursor.at });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RefusedBinary(
      `${fileName} is cut short or damaged: a section passes its end at byte ${bytes.length}; build it again with \`npm run build:firmware\`.`,
    );
  }
  return sections;
}

function customName(bytes: Uint8Array, start: number, end: number): string {
  const cursor = new Cursor(bytes, start, end);
  return new TextDecoder().decode(cursor.take(cursor.unsigned()));
}

const CODE = 10;
const INTEGER_TYPES: readonly number[] = [0x7f, 0x7e];

/** How many locals each function declares, parameters apart, in the order of the functions that have a body. */
export function declaredLocals(bytes: Uint8Array, sections: readonly Section[]): readonly number[] {
  const section = sections.find((each) => each.id === CODE);
  if (section === undefined) return [];
  const cursor = new Cursor(bytes, section.start, section.end);
  return Array.from({ length: cursor.unsigned() }, () => {
    const next = cursor.unsigned() + cursor.at;
    let declared = 0;
    for (let groups = cursor.unsigned(); groups > 0; groups--) {
      declared += cursor.unsigned();
      // A type of another kind may take several bytes; its function is refused anyway.
      if (!INTEGER_TYPES.includes(cursor.byte())) break;
    }
    cursor.at = next;
    return declared;
  });
}

const DATA = 11;
const ACTIVE = 0;
const ACTIVE_OF_MEMORY = 2;
const I32_CONST = 0x41;
const END = 0x0b;

/** Data segments as [address, bytes]. Throws RefusedBinary for one that has no constant address. */
export function readData(
  bytes: Uint8Array,
  sections: readonly Section[],
  fileName: string,
): readonly (readonly [number, Uint8Array])[] {
  const section = sections.find((each) => each.id === DATA);
  if (section === undefined) return [];
  const cursor = new Cursor(bytes, section.start, section.end);
  const segments: [number, Uint8Array][] = [];
  for (let left = cursor.unsigned(); left > 0; left--) {
    const kind = cursor.unsigned();
    if (kind === ACTIVE_OF_MEMORY) cursor.unsigned();
    const isActive = kind === ACTIVE || kind === ACTIVE_OF_MEMORY;
    const address = isActive && cursor.byte() === I32_CONST ? cursor.signed32() >>> 0 : null;
    if (address === null || cursor.byte() !== END) {
      throw new RefusedBinary(
        `${fileName}: data segment ${segments.length} has no constant address; build with "disable": ["bulk-memory"] and without imported globals.`,
      );
    }
    segments.push([address, cursor.take(cursor.unsigned())]);
  }
  return segments;
}
