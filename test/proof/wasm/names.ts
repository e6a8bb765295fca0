// The names of functions in a wasm binary. WebAssembly accepts a module whatever stands in its custom sections, and binaryen writes to
// the terminal about what it does not like there: so binaryen gets the module with checked names, and with no other custom section.
import { Cursor, unsignedBytes } from './cursor.ts';
import { CUSTOM, HEADER_BYTES, type Section } from './sections.ts';

export interface FunctionNames {
  /** Indices of the functions that have a name, imports first. */
  readonly indices: ReadonlySet<number>;
  /** The names as they stand in the binary. */
  readonly bytes: Uint8Array;
}

const SECTION_NAME = 'name';
const FUNCTION_NAMES = 1;

/** What the name section names; null where there is none, or a damaged one. `count`: how many functions there are. */
export function readFunctionNames(
  bytes: Uint8Array,
  sections: readonly Section[],
  count: number,
): FunctionNames | null {
  const section = sections.find((each) => each.id === CUSTOM && each.name === SECTION_NAME);
  if (section === undefined) return null;
  const cursor = new Cursor(bytes, section.start, section.end);
  try {
    cursor.take(cursor.unsigned());
    while (!cursor.isDone) {
      const kind = cursor.byte();
      const content = cursor.take(cursor.unsigned());
      if (kind === FUNCTION_NAMES) return { indices: readIndices(content, count), bytes: content };
    }
  } catch (error) {
    // A TypeError is a name that is not UTF-8.
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  }
  return null;
}

function readIndices(content: Uint8Array, count: number): ReadonlySet<number> {
  const cursor = new Cursor(content, 0, content.length);
  const indices = new Set<number>();
  for (let left = cursor.unsigned(); left > 0; left--) {
    const index = cursor.unsigned();
    const name = new TextDecoder('utf-8', { fatal: true }).decode(cursor.take(cursor.unsigned()));
    if (index >= count || indices.has(index)) throw new RangeError('no such function, or named before');
    if (name !== '') indices.add(index);
  }
  if (!cursor.isDone) throw new RangeError('more than the names');
  return indices;
}

/** The module as it is, but for its custom sections: of those, only the names of functions are kept. */
export function withNamesAlone(
  bytes: Uint8Array,
  sections: readonly Section[],
  names: FunctionNames | null,
): Uint8Array {
  const kept = sections.filter((each) => each.id !== CUSTOM);
  const parts = [
    bytes.subarray(0, HEADER_BYTES),
    ...kept.map(({ head, end }) => bytes.subarray(head, end)),
    ...(names === null ? [] : [nameSection(names)]),
  ];
  return new Uint8Array(Buffer.concat(parts));
}

function nameSection(names: FunctionNames): Uint8Array {
  const title = new TextEncoder().encode(SECTION_NAME);
  const content = [FUNCTION_NAMES, ...unsignedBytes(names.bytes.length), ...names.bytes];
  const body = [...unsignedBytes(title.length), ...title, ...content];
  return new Uint8Array([CUSTOM, ...unsignedBytes(body.length), ...body]);
}
