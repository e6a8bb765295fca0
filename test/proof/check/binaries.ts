// The binaries that a run of the prover reads, from their files.

import { readFileSync } from 'node:fs';
import { requireInterlock } from '../wasm/interface.ts';
import type { WasmModule } from '../wasm/module.ts';
import { readInterface, readModule } from '../wasm/read.ts';

/** The two binaries of a run: what is proven, and what may call it. */
export interface Binaries {
  readonly bytes: Uint8Array;
  readonly interlock: WasmModule;
  readonly stimulator: WasmModule;
}

/** A file's bytes. An error of the file system always names the path, which reading a folder does not. */
function bytesOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw Object.assign(error as Error, { path });
  }
}

/** Throws RefusedBinary for what is no interlock, and the errors of the file system. */
export async function readBinaries({
  interlock,
  stimulator,
}: {
  readonly interlock: string;
  readonly stimulator: string;
}): Promise<Binaries> {
  const [bytes, otherBytes] = [interlock, stimulator].map(bytesOf);
  requireInterlock(await readInterface(bytes, interlock), interlock);
  return {
    bytes,
    interlock: await readModule(bytes, interlock),
    stimulator: await readInterface(otherBytes, stimulator),
  };
}
