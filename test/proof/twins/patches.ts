// Changes of the shipped binaries that no source would compile to: a start function, a state block that data fills, an import or
// an export too many. Each gives a valid module with its names.

import { type Binaryen, type BinaryenModule, loadBinaryen } from '../../mutation/binaryen.ts';
import { BLOCK_ADDRESS, BLOCK_BYTES } from '../symbolic/memory.ts';
import { unsignedBytes } from '../wasm/cursor.ts';
import { readSections } from '../wasm/sections.ts';

const [START, DATA] = [8, 11];

/** The module with one more section, which stands where the order of sections wants it. */
function withSection(bytes: Uint8Array, id: number, content: readonly number[]): Uint8Array {
  const sections = readSections(bytes, 'the twin');
  const next = sections.find((each) => each.id > id || each.id === 0);
  const at = next?.head ?? bytes.length;
  const section = [id, ...unsignedBytes(content.length), ...content];
  return new Uint8Array([...bytes.subarray(0, at), ...section, ...bytes.subarray(at)]);
}

/** `hal.off` is called when the binary is instantiated. */
export async function startingOnItsOwn(bytes: Uint8Array): Promise<Uint8Array> {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(new Uint8Array(bytes)));
  return withSection(bytes, START, unsignedBytes(imports.findIndex(({ name }) => name === 'off')));
}

/** Data fills the state block with what `boot` would leave there: nobody looks at it before the first call. */
export async function bornIntact(bytes: Uint8Array): Promise<Uint8Array> {
  const silent = (): number => 0;
  const hal = {
    clock_us: silent,
    sense: silent,
    segment_room: silent,
    segment: silent,
    off: silent,
    heartbeat: silent,
  };
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(bytes)), { hal });
  (exports.boot as (toleranceUa: number, retained: number) => void)(100, 0);
  const block = new Uint8Array((exports.memory as WebAssembly.Memory).buffer, BLOCK_ADDRESS, BLOCK_BYTES);
  const [i32Const, end] = [0x41, 0x0b];
  return withSection(bytes, DATA, [
    1,
    0,
    i32Const,
    BLOCK_ADDRESS,
    end,
    ...unsignedBytes(BLOCK_BYTES),
    ...block,
  ]);
}

/** What binaryen's facade of the mutants leaves out. */
interface Linking {
  addFunctionImport(name: string, module: string, base: string, params: number, results: number): void;
  addFunctionExport(name: string, external: string): unknown;
}

async function relinked(
  bytes: Uint8Array,
  relink: (module: BinaryenModule & Linking, binaryen: Binaryen) => void,
): Promise<Uint8Array> {
  const binaryen = await loadBinaryen();
  const module = binaryen.readBinary(bytes) as BinaryenModule & Linking;
  relink(module, binaryen);
  binaryen.setDebugInfo(true);
  const result = new Uint8Array(module.emitBinary());
  module.dispose();
  return result;
}

/** The stimulator is linked to the output as well. */
export const reachingOutput = (bytes: Uint8Array): Promise<Uint8Array> =>
  relinked(bytes, (module, { none }) => module.addFunctionImport('off', 'hal', 'off', none, none));

/** The interlock hands the output on to whoever links it. */
export const handingOutputOn = (bytes: Uint8Array): Promise<Uint8Array> =>
  relinked(bytes, (module, binaryen) => {
    for (let i = 0; i < module.getNumFunctions(); i++) {
      const { name, module: from, base } = binaryen.getFunctionInfo(module.getFunctionByIndex(i));
      if (from === 'hal' && base === 'segment') module.addFunctionExport(name, base);
    }
  });
