// Which binaries a machine runs: the SHA-256 of the very bytes that a module was compiled from, kept beside the module and
// its instances. Of modules that came in any other way nothing is known, and nothing is claimed.

import { createHash } from 'node:crypto';
import type { Modules } from './machine.ts';

const HASH_WORDS = 8;

/** Hashes of compiled modules and of their instances' exports, as little-endian words. */
const hashes = new WeakMap<object, Int32Array>();
const sources = new WeakMap<WebAssembly.Module, Uint8Array<ArrayBuffer>>();

/** Compiles a binary whose instances the HAL's `identity` can name. Throws WebAssembly.CompileError. */
export function compileBinary(bytes: Uint8Array<ArrayBuffer>): WebAssembly.Module {
  const module = new WebAssembly.Module(bytes);
  const sha256 = createHash('sha256').update(bytes).digest();
  hashes.set(
    module,
    Int32Array.from({ length: HASH_WORDS }, (_, word) => sha256.readInt32LE(4 * word)),
  );
  sources.set(module, bytes);
  return module;
}

/** The bytes that a module was compiled from; undefined where it was not compiled by `compileBinary`. */
export function sourceOf(module: WebAssembly.Module): Uint8Array<ArrayBuffer> | undefined {
  return sources.get(module);
}

/** Notes that these exports are those of an instance of `source`. */
export function noteInstance(exports: object, source: WebAssembly.Module): void {
  const hash = hashes.get(source);
  if (hash !== undefined) hashes.set(exports, hash);
}

/** The words that the HAL's `identity` gives for these modules: the interlock's, then the stimulator's; zeros if unknown. */
export function identityWords({ interlock, stimulator }: Modules): Int32Array {
  const words = new Int32Array(2 * HASH_WORDS);
  words.set(hashes.get(interlock) ?? [], 0);
  words.set(hashes.get(stimulator) ?? [], HASH_WORDS);
  return words;
}
