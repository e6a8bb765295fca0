// The two modules as wasm: found, compiled once, and instantiated anew for every start.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { instantiateSync } from '@assemblyscript/loader';
import { compileBinary, noteInstance, sourceOf } from './identity.ts';
import type {
  Hal,
  InterlockCalls,
  InterlockExports,
  Metering,
  ModuleName,
  StimulatorExports,
  StimulatorHal,
} from './machine.ts';
import { METER_GLOBAL, METER_MODULE, meteredModule } from './meter/meter.ts';

const compiled = new Map<ModuleName, WebAssembly.Module>();
type Copies = WeakMap<WebAssembly.Module, WebAssembly.Module | null>;
/** Metered copies, and those whose locals can flip, by what they are copies of; null: it cannot be metered. */
const metered: Copies = new WeakMap();
const flippable: Copies = new WeakMap();

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
 * into JavaScript each time the stimulator asks. `source`: another binary than the one of build/. On a HAL with a meter
 * it is a metered copy of it; a module that `compileBinary` has not made, or that has instructions of another kind than the
 * firmware, is run as it is and costs nothing but its calls of the HAL.
 */
export function instantiateInterlock(
  hal: Hal & Metering,
  source: WebAssembly.Module = loadModule('interlock'),
): InterlockExports {
  return rawExports<InterlockExports>('interlock', source, hal, {});
}

/** A new stimulator that asks this interlock; the rest as for `instantiateInterlock`. */
export function instantiateStimulator(
  hal: StimulatorHal & Metering,
  interlock: InterlockCalls,
  source: WebAssembly.Module = loadModule('stimulator'),
): StimulatorExports {
  // The wasm exports themselves: only then a request is a call from wasm to wasm.
  return rawExports<StimulatorExports>('stimulator', source, hal, { interlock: { ...interlock } });
}

function rawExports<T extends object>(
  name: ModuleName,
  source: WebAssembly.Module,
  hal: (Hal | StimulatorHal) & Metering,
  imports: Record<string, Record<string, unknown>>,
): T {
  const copy = hal.meter === undefined ? null : meteredCopyOf(source, name, hal.flips !== undefined);
  const bytes = sourceOf(source);
  if (hal.flips !== undefined && (copy === null || bytes === undefined))
    throw new RangeError(`locals of the ${name} cannot flip: it cannot be metered`);
  const meter = { [METER_MODULE]: { [METER_GLOBAL]: hal.meter }, ...(bytes && hal.flips?.importsOf(bytes)) };
  const exports: unknown = instantiateSync(copy ?? source, {
    ...imports,
    ...(copy === null ? {} : meter),
    hal: { ...hal },
  }).instance.exports;
  noteInstance(exports as T, source);
  return exports as T;
}

function meteredCopyOf(
  source: WebAssembly.Module,
  name: ModuleName,
  hasFlips: boolean,
): WebAssembly.Module | null {
  const copies = hasFlips ? flippable : metered;
  const known = copies.get(source);
  if (known !== undefined) return known;
  const bytes = sourceOf(source);
  const copy = bytes === undefined ? null : meteredModule(bytes, name, hasFlips);
  copies.set(source, copy);
  return copy;
}
