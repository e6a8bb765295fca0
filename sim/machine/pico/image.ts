// The flashed image and the map of what lies where in it, as `npm run build:pico` leaves them.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findIdentity } from '../../../firmware/boards/pico/build/identity.ts';
import { decodeUf2 } from '../../../firmware/boards/pico/build/uf2.ts';
import type { ModuleName } from '../machine.ts';

export interface PicoImage {
  /** Flash from 0x10000000 on. */
  readonly flash: Uint8Array;
  /** Address of a symbol. Throws Error for one that the image has not. */
  address(symbol: string): number;
  /** An address as what it lies in and how far behind that: `stage_off+0x4`. */
  place(address: number): string;
  /** Where a module's linear memory lies in RAM, and its bytes. */
  memory(module: ModuleName): { readonly address: number; readonly bytes: number };
}

interface ImageMap {
  readonly sizes: { readonly memories: Record<ModuleName, number> };
  readonly symbols: Record<string, number>;
}

const IMAGE = 'stimgate-pico.uf2';
const AGAIN = 'run "npm run build:pico" (it needs gcc-arm-none-eabi)';
let loaded: PicoImage | undefined;

/**
 * The image of build/, looked for in the folders above this file. Throws Error with a plain sentence where it is missing or
 * was not built from the wasm modules beside it.
 */
export function loadPicoImage(): PicoImage {
  loaded ??= readImage(findBuild());
  return loaded;
}

/** Whether there is an image to load. */
export function hasPicoImage(): boolean {
  try {
    findBuild();
    return true;
  } catch {
    return false;
  }
}

function findBuild(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const build = join(folder, 'build');
    if (existsSync(join(build, IMAGE))) return build;
    if (folder === dirname(folder)) throw new Error(`build/${IMAGE} is missing: ${AGAIN}`);
  }
}

function readImage(build: string): PicoImage {
  const { image: flash } = decodeUf2(readFileSync(join(build, IMAGE)));
  checkIdentity(flash, build);
  const map = JSON.parse(readFileSync(join(build, 'stimgate-pico.json'), 'utf8')) as ImageMap;
  const address = (symbol: string): number => {
    const found = map.symbols[symbol];
    if (found === undefined) throw new Error(`build/${IMAGE} has no ${symbol}: ${AGAIN}`);
    return found;
  };
  return {
    flash,
    address,
    place: (at) => placeAmong(map.symbols, at),
    memory: (module) => ({ address: address(`${module}_memory`), bytes: map.sizes.memories[module] }),
  };
}

/** An address as the symbol before it and how far behind that it is: code's addresses have bit 0 set or not. */
export function placeAmong(symbols: Readonly<Record<string, number>>, at: number): string {
  let [name, from] = ['', 0];
  for (const [symbol, address] of Object.entries(symbols)) {
    const start = address & ~1;
    if (start <= at && start >= from) [name, from] = [symbol, start];
  }
  return `${name}+0x${(at - from).toString(16)}`;
}

function checkIdentity(flash: Uint8Array, build: string): void {
  const identity = findIdentity(flash);
  if (identity === undefined) throw new Error(`build/${IMAGE} is not an image of Stimgate: ${AGAIN}`);
  for (const name of ['interlock', 'stimulator'] as const) {
    const built = createHash('sha256')
      .update(readFileSync(join(build, `${name}.wasm`)))
      .digest('hex');
    if (identity[name] !== built)
      throw new Error(`build/${IMAGE} holds another ${name} than build/${name}.wasm: ${AGAIN}`);
  }
}
