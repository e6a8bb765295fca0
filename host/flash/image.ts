// The image that is to be flashed: read and checked whole before anything is written anywhere.

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { bootCrc } from '../../firmware/boards/pico/build/crc.ts';
import { findIdentity, type ImageIdentity } from '../../firmware/boards/pico/build/identity.ts';
import { isSealed } from '../../firmware/boards/pico/build/seal.ts';
import { decodeUf2, FLASH_START, UF2_BYTES_MAX, Uf2Error } from '../../firmware/boards/pico/build/uf2.ts';
import type { FirmwareIdentity } from '../device/messages.ts';
import { packagePath } from '../therapy/package-files.ts';
import { FlashError } from './errors.ts';
import { BINARY_NAMES, binaryWords, differences } from './package-identity.ts';

/** The image that `npm run build:pico` builds. */
export const IMAGE_FILE = 'build/stimgate-pico.uf2';

/** What the boot ROM loads and sums up. */
const BOOT_BYTES = 256;

export interface FlashImage {
  /** As the user named it. */
  readonly path: string;
  /** The file's own name, which its copy gets. */
  readonly fileName: string;
  readonly file: Uint8Array;
  /** Where it goes in flash, and how many bytes. */
  readonly base: number;
  readonly flashBytes: number;
  readonly identity: ImageIdentity;
}

/**
 * Reads an image, the package's own where none is named.
 * @throws FlashError for a file that is no image of ours; the file system's error for one that cannot be read.
 */
export function readImage(named?: string, ofPackage = packagePath(IMAGE_FILE)): FlashImage {
  const path = named ?? IMAGE_FILE;
  const at = named ?? ofPackage;
  if (path === '') throw new FlashError('image', 'the path of the image is empty');
  if (named === undefined && !existsSync(at))
    throw new FlashError('image', `${path} is missing: run npm run build:pico (it needs gcc-arm-none-eabi)`);
  requirePlausible(path, at);
  const file = readFileSync(at);
  const { base, image } = decoded(path, file);
  const identity = findIdentity(image);
  if (identity === undefined)
    throw new FlashError('image', `${path} is not a Stimgate image: it does not say which binaries it holds`);
  requireBootable(path, base, image);
  if (!isSealed(image))
    throw new FlashError(
      'image',
      `${path} is damaged: it is not the image that was built, by its own checksum`,
    );
  return { path, fileName: basename(path), file, base, flashBytes: image.length, identity };
}

/** The chip's boot ROM starts nothing else (REQ-IMG-006). */
function requireBootable(path: string, base: number, image: Uint8Array): void {
  if (base !== FLASH_START)
    throw new FlashError('image', `${path} does not begin where a Pico's flash does: it would never start`);
  const bytes = new DataView(image.buffer, image.byteOffset, image.length);
  if (
    image.length < BOOT_BYTES ||
    bootCrc(image.subarray(0, BOOT_BYTES - 4)) !== bytes.getUint32(BOOT_BYTES - 4, true)
  )
    throw new FlashError(
      'image',
      `${path}: its first 256 bytes have not the checksum that a Pico's boot ROM asks for`,
    );
}

/** Nothing that is no file, or longer than any image, is read at all. */
function requirePlausible(path: string, at: string): void {
  const found = statSync(at);
  if (found.isDirectory()) throw new FlashError('image', `${path} is a folder, not a file`);
  if (!found.isFile()) throw new FlashError('image', `${path} is not a plain file`);
  if (found.size > UF2_BYTES_MAX)
    throw new FlashError('image', `${path}: ${found.size} bytes are more than any image for a Pico has`);
}

function decoded(path: string, file: Uint8Array): ReturnType<typeof decodeUf2> {
  try {
    return decodeUf2(file);
  } catch (error) {
    if (error instanceof Uf2Error) throw new FlashError('image', `${path}: ${error.message}`);
    throw error;
  }
}

/**
 * Refuses an image of other binaries than those of this package.
 * @throws FlashError that names what differs.
 */
export function requireOfPackage({ path, identity }: FlashImage, packaged: FirmwareIdentity): void {
  const missing = BINARY_NAMES.filter((name) => packaged[name] === undefined);
  if (missing.length > 0)
    throw new FlashError(
      'image',
      `build/${missing[0]}.wasm is missing, so that ${path} cannot be compared: run npm run build, or give --any-build`,
    );
  const different = differences(identity, packaged);
  if (different.length === 0) return;
  const what = `${binaryWords(different)} in ${path} ${different.length === 1 ? 'is' : 'are'} not`;
  throw new FlashError(
    'image',
    `${what} of this package's build: run npm run build:pico again, or give --any-build`,
  );
}
