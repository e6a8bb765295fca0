// The two modules as wasm: found, compiled once, and instantiated anew for every start.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instantiateSync } from '@assemblyscript/loader';
import { compileBinary, noteInstance } from './identity.ts';
import type {
  Hal,
  InterlockCalls,
  InterlockExports,
  ModuleName,
  StimulatorExports,
  StimulatorHal,
} from './machine.ts';

const compiled = new Map<ModuleName, WebAssembly.Module>();

/**
 * A module of build/, compiled. It is looked for in the folders above this file, so that the sources and dist/ find the
 * same one. Throws Error with a plain sentence where it has not been built.
 */
export function loadModule(name: ModuleName): WebAssembly.Module {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const module = compileBinary(readFileSync(findBinary(name)));
  compiled.set(name, module);
  return module;
}

function findBinary(name: ModuleName): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const path = join(folder, 'build', `${name}.wasm`);
    if (existsSync(path)) return path;
    if (folder === dirname(folder)) {
      throw new Error(`build/${name}.wasm is missing: run "npm run build:firmware" first`);
    }
  }
}

/**
 * A new interlock on this HAL, its memory as at power-on: raw exports, not the loader's wrappers, which cost a call
 * into JavaScript each time the stimulator asks. `source`: another binary than the one of build/.
 */
export function instantiateInterlock(
  hal: Hal,
  source: WebAssembly.Module = loadModule('interlock'),
): InterlockExports {
  return rawExports<InterlockExports>(source, { hal: { ...hal } });
}

/** A new stimulator that asks this interlock. */
export function instantiateStimulator(
  hal: StimulatorHal,
  interlock: InterlockCalls,
  source: WebAssembly.Module = loadModule('stimulator'),
): StimulatorExports {
  // The wasm exports themselves: only then a request is a call from wasm to wasm.
  return rawExports<StimulatorExports>(source, { hal: { ...hal }, interlock: { ...interlock } });
}

function rawExports<T extends object>(
  source: WebAssembly.Module,
  imports: Record<string, Record<string, unknown>>,
): T {
  const exports: unknown = instantiateSync(source, imports).instance.exports;
  noteInstance(exports as T, source);
  return exports as T;
}
