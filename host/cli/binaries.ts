// Which binaries a device says that it runs, and whether they are those of this package.

import { Status } from '../../firmware/status.ts';
import type { FirmwareIdentity } from '../device/messages.ts';
import type { Stimulator } from '../device/stimulator.ts';
import { BINARY_NAMES, type BinaryName, packageIdentity } from '../flash/package-identity.ts';
import { DeviceError } from '../link/errors.ts';

export interface BinaryTold {
  readonly name: BinaryName;
  /** In hex; null: the device does not know it. */
  readonly sha256: string | null;
  /** null: this package has not been built, or the device does not know. */
  readonly isOfPackage: boolean | null;
}

/** The interlock and the stimulator of a device; null for one whose firmware is older than the question. */
export async function binariesOf(stimulator: Stimulator): Promise<BinaryTold[] | null> {
  let told: FirmwareIdentity;
  try {
    told = await stimulator.identity();
  } catch (error) {
    if (error instanceof DeviceError && error.code === Status.UNKNOWN_MESSAGE) return null;
    throw error;
  }
  const packaged = packageIdentity();
  return BINARY_NAMES.map((name) => ({
    name,
    sha256: told[name] ?? null,
    isOfPackage:
      told[name] === undefined || packaged[name] === undefined ? null : told[name] === packaged[name],
  }));
}

/** By their names, as JSON tells them; null where the device told none. */
export function binariesJson(binaries: readonly BinaryTold[] | null): object | null {
  if (binaries === null) return null;
  return Object.fromEntries(binaries.map(({ name, sha256, isOfPackage }) => [name, { sha256, isOfPackage }]));
}

/** A line about a binary. */
export function binaryText(binary: BinaryTold | undefined): string {
  if (binary === undefined) return 'not told: the firmware is older than the message IDENTITY';
  const { name, sha256, isOfPackage } = binary;
  if (sha256 === null) return `the device does not know the hash of its ${name}`;
  if (isOfPackage === null) return `${sha256}: ${name}; build/${name}.wasm is missing, nothing to compare`;
  return `${sha256}: ${isOfPackage ? '' : 'not '}the ${name} of this package`;
}
