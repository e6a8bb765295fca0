// Sizes of the two binaries, as shipped and without the name section, which costs no code.

import { statSync } from 'node:fs';
import { packagePath } from '../../host/therapy/package-files.ts';
import { loadModule } from '../../sim/index.ts';
import type { Figure } from './figure.ts';

const KIB = 1024;
/** Section number, the name "name" and its length. */
const HEADER_BYTES = 1 + 5;

/** Bytes that a length takes in LEB128. */
function lengthBytes(length: number): number {
  return length < 128 ? 1 : 1 + lengthBytes(Math.floor(length / 128));
}

function sizesOf(name: 'interlock' | 'stimulator', mostKib: number): Figure[] {
  const bytes = statSync(packagePath(`build/${name}.wasm`)).size;
  const names = WebAssembly.Module.customSections(loadModule(name), 'name')
    .map((section) => section.byteLength + HEADER_BYTES + lengthBytes(section.byteLength + HEADER_BYTES - 1))
    .reduce((sum, size) => sum + size, 0);
  const figure = (title: string, size: number): Figure => ({
    name: title,
    value: size / KIB,
    unit: 'KiB',
    reference: `${mostKib} KiB`,
    ratio: size / KIB / mostKib,
    aim: { most: mostKib },
  });
  return [figure(`${name}.wasm as shipped`, bytes), figure(`${name}.wasm without names`, bytes - names)];
}

export function benchSizes(): Figure[] {
  return [...sizesOf('interlock', 8), ...sizesOf('stimulator', 24)];
}
