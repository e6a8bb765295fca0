// The binaries of this package and whether others are the same, by their SHA-256.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { FirmwareIdentity } from '../device/messages.ts';
import { packagePath } from '../therapy/package-files.ts';

export type BinaryName = keyof FirmwareIdentity;

/** In the order in which they are told. */
export const BINARY_NAMES: readonly BinaryName[] = ['interlock', 'stimulator'];

/** SHA-256 of the package's build/interlock.wasm and build/stimulator.wasm; undefined for one that has not been built. */
export function packageIdentity(): FirmwareIdentity {
  return { interlock: hashOf('interlock'), stimulator: hashOf('stimulator') };
}

function hashOf(name: BinaryName): string | undefined {
  try {
    const bytes = readFileSync(packagePath(`build/${name}.wasm`));
    return createHash('sha256').update(bytes).digest('hex');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** The binaries in which two identities differ; one that is not known differs from every other. */
export function differences(one: FirmwareIdentity, other: FirmwareIdentity): BinaryName[] {
  return BINARY_NAMES.filter((name) => one[name] === undefined || one[name] !== other[name]);
}

/** `the interlock`, `the stimulator`, `the interlock and the stimulator`. */
export function binaryWords(names: readonly BinaryName[]): string {
  return names.map((name) => `the ${name}`).join(' and ');
}
