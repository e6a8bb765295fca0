// The boot volumes that are mounted: what a Pico shows as a disk while its BOOTSEL button was held at power-on.

import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What the boot loader of an RP2040 calls its board. */
export const BOOT_BOARD = 'RPI-RP2';
/** The file by which a boot volume is known. */
const INFO_FILE = 'INFO_UF2.TXT';
/** More of it is not read: the real one has some 60 bytes. */
const INFO_BYTES_MAX = 4096;

/** Where systems mount disks that are plugged in; `*` is any name. */
const PATTERNS: readonly string[] = ['/media/*/*', '/run/media/*/*', '/mnt/*', '/Volumes/*'];
/** A boot volume is FAT16. */
const FAT_TYPES: ReadonlySet<string> = new Set(['vfat', 'msdos']);

/** Where to look for volumes. */
export interface Places {
  readonly patterns: readonly string[];
  /** What is mounted, as /proc/mounts says; undefined where a system does not say it. */
  readonly mounts: string | undefined;
}

/** The places of this machine. */
export function placesHere(): Places {
  try {
    return { patterns: PATTERNS, mounts: readFileSync('/proc/mounts', 'utf8') };
  } catch {
    return { patterns: PATTERNS, mounts: undefined };
  }
}

/** The folders where the boot volume of an RP2040 is mounted. */
export function bootVolumes(places: Places = placesHere()): string[] {
  const { patterns, mounts } = places;
  const folders = mounts === undefined ? patterns.flatMap(expanded) : mountPoints(mounts, patterns);
  return [...new Set(folders)].filter((folder) => boardOf(folder) === BOOT_BOARD).sort();
}

/** The Board-ID of a boot volume, '' where it names none; undefined for a folder that is no boot volume or is gone. */
export function boardOf(folder: string): string | undefined {
  const path = join(folder, INFO_FILE);
  try {
    // A pipe of that name would keep us waiting for ever.
    if (!statSync(path).isFile()) return undefined;
    return /^Board-ID:[ \t]*(.*?)[ \t]*\r?$/m.exec(beginningOf(path))?.[1] ?? '';
  } catch {
    return undefined;
  }
}

function beginningOf(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(INFO_BYTES_MAX);
    return bytes.toString('utf8', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

/** Mount points in the usual places, and FAT volumes wherever they are. No other disk is touched: it may not answer. */
function mountPoints(mounts: string, patterns: readonly string[]): string[] {
  const usual = patterns.map(
    (pattern) => new RegExp(`^${pattern.split('*').map(quoted).join('[^/]+')}$`, 'u'),
  );
  return mounts
    .split('\n')
    .map((line) => line.split(' '))
    .filter((fields) => fields.length >= 3)
    .map(([, folder, type]) => ({ folder: unescaped(folder), type }))
    .filter(({ folder, type }) => FAT_TYPES.has(type) || usual.some((pattern) => pattern.test(folder)))
    .map(({ folder }) => folder);
}

/** Blanks and backslashes stand in /proc/mounts as octal numbers of their bytes. */
function unescaped(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function quoted(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
}

/** The folders that a pattern stands for. What cannot be read is passed over. */
function expanded(pattern: string): string[] {
  const [first, ...rest] = pattern.split('/*');
  return rest.reduce<string[]>(
    (folders, below) => folders.flatMap((folder) => inside(folder).map((name) => join(folder, name, below))),
    [first],
  );
}

function inside(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
