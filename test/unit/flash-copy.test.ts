// Where an image goes and how it gets there: boot volumes are found, and a target that fails is left as it was.

import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { copyTo, type Files, requireConfirmed } from '../../host/flash/copy.ts';
import { FlashError } from '../../host/flash/errors.ts';
import { chosenTarget, type Target } from '../../host/flash/target.ts';
import { boardOf, bootVolumes } from '../../host/flash/volumes.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'stimgate-copy-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

const INFO = 'UF2 Bootloader v3.0\r\nModel: Raspberry Pi RP2\r\nBoard-ID: RPI-RP2\r\n';
const FILE = Uint8Array.from({ length: 5000 }, (_, n) => n & 255);
let media = '';

beforeEach(() => {
  media = fs.mkdtempSync(join(root, 'media-'));
});

/** A folder under `media` with the file by which a boot volume is known. */
function volume(name: string, info = INFO): string {
  const folder = join(media, 'user', name);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(join(folder, 'INFO_UF2.TXT'), info);
  return folder;
}

function failure(work: () => unknown): FlashError {
  try {
    work();
  } catch (error) {
    if (error instanceof FlashError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('REQ-HST-107: boot volumes', () => {
  const patterns = () => [join(media, '*/*'), join(media, 'none/*')];
  const mounted = (...folders: string[]): string =>
    folders.map((folder) => `/dev/sda1 ${folder.replaceAll(' ', '\\040')} vfat rw,nosuid 0 0\n`).join('');

  it('are found where systems mount them, by their board', () => {
    const pico = volume('RPI-RP2');
    volume('FEATHER', INFO.replace('RPI-RP2', 'SAMD51'));
    fs.mkdirSync(join(media, 'user', 'STICK'));
    fs.writeFileSync(join(media, 'file'), '');
    expect(bootVolumes({ patterns: patterns(), mounts: undefined })).toEqual([pico]);
    expect(chosenTarget(undefined, { patterns: patterns(), mounts: undefined })).toEqual({
      folder: pico,
      isBootVolume: true,
    });
  });

  it('on Linux only while they are mounted, wherever that is, blanks in the name included', () => {
    const pico = volume('RPI-RP2 2');
    const places = (mounts: string, ...where: string[]) => ({ patterns: where, mounts });
    expect(bootVolumes(places(mounted(pico)))).toEqual([pico]);
    expect(bootVolumes(places(`${mounted(pico, pico)}\nshort\n`, ...patterns()))).toEqual([pico]);
    expect(bootVolumes(places('proc /proc proc rw 0 0\n', ...patterns()))).toEqual([]);
    const drive = mounted(pico).replace(' vfat ', ' fuseblk ');
    expect(bootVolumes(places(drive))).toEqual([]);
    expect(bootVolumes(places(drive, ...patterns()))).toEqual([pico]);
  });

  it('several are named and to be chosen from; none is said, with what to do', () => {
    const volumes = ['A', 'B'].map((name) => volume(name));
    const places = { patterns: patterns(), mounts: undefined };
    const several = failure(() => chosenTarget(undefined, places));
    expect(several.message).toBe(`there are several boot volumes: ${volumes.join(', ')}; choose with --to`);
    expect(several.isMisuse).toBe(true);
    const none = failure(() => chosenTarget(undefined, { patterns: [], mounts: '' }));
    expect(none.message).toMatch(
      /^no boot volume of an RP2040 is mounted: plug the Pico in with BOOTSEL held/,
    );
    expect(none.isMisuse).toBe(false);
    expect(chosenTarget(volumes[1], places)).toEqual({ folder: volumes[1], isBootVolume: true });
  });

  it('a board is read from its file alone, whatever that holds', () => {
    expect(boardOf(volume('x'))).toBe('RPI-RP2');
    expect(boardOf(volume('y', 'Board-ID:  RPI-RP2'))).toBe('RPI-RP2');
    expect(boardOf(volume('z', 'hello'))).toBe('');
    expect(boardOf(volume('w', `${'x'.repeat(10_000)}\nBoard-ID: RPI-RP2`))).toBe('');
    expect(boardOf(join(media, 'none'))).toBeUndefined();
    fs.mkdirSync(join(media, 'odd', 'INFO_UF2.TXT'), { recursive: true });
    expect(boardOf(join(media, 'odd'))).toBeUndefined();
  });
});

describe('REQ-HST-107: a target that fails is left as it was', () => {
  const targets = (): Target[] => [
    { folder: fs.mkdtempSync(join(media, 'folder-')), isBootVolume: false },
    { folder: volume('RPI-RP2'), isBootVolume: true },
  ];
  const fails = (code: string) => () => {
    throw Object.assign(new Error(code), { code });
  };
  const left = (target: Target) => fs.readdirSync(target.folder).filter((name) => name !== 'INFO_UF2.TXT');
  /** A disk that takes 1000 bytes and then fails. */
  const filling = (code: string): Partial<Files> => {
    let taken = 0;
    const writeSync = (descriptor: number, bytes: Uint8Array, from: number): number => {
      if (taken >= 1000) fails(code)();
      taken += 500;
      return fs.writeSync(descriptor, bytes, from, 500);
    };
    return { writeSync: writeSync as Files['writeSync'] };
  };
  const copied = (target: Target, changes: Partial<Files>) =>
    copyTo(target, 'a.uf2', FILE, { ...fs, ...changes });

  it.each<[string, () => Partial<Files>, RegExp, boolean]>([
    [
      'full before',
      () => ({ statfsSync: (() => ({ blocks: 9, bavail: 1, bsize: 4096 })) as never }),
      /is full: the image has 5000 bytes, and 4096 are free there$/,
      false,
    ],
    [
      'full on the way',
      () => filling('ENOSPC'),
      /cannot write \S+a\.uf2: no space is left on the disk/,
      false,
    ],
    ['full at the end', () => ({ fsyncSync: fails('ENOSPC') }), /no space is left on the disk/, false],
    [
      'full when closed',
      () => ({
        closeSync: (descriptor) => {
          fs.closeSync(descriptor);
          fails('ENOSPC')();
        },
      }),
      /no space is left on the disk/,
      false,
    ],
    [
      'that takes nothing',
      () => ({ writeSync: (() => 0) as never }),
      /the disk does not answer any more/,
      false,
    ],
    [
      'read-only',
      () => ({ accessSync: fails('EROFS') }),
      /cannot write \S+a\.uf2: the disk is read-only$/,
      false,
    ],
    ['read-only when opened', () => ({ openSync: fails('EROFS') }), /the disk is read-only$/, false],
    [
      'not permitted',
      () => ({ accessSync: fails('EACCES') }),
      /cannot write \S+a\.uf2: no permission$/,
      true,
    ],
    ['lost on the way', () => filling('EIO'), /the disk does not answer any more/, false],
    ['lost before', () => ({ statfsSync: fails('ENODEV') }), /the disk does not answer any more$/, false],
  ])('a disk that is %s', (_, changes, line, isMisuse) => {
    for (const target of targets()) {
      const error = failure(() => copied(target, changes()));
      expect(error.message).toMatch(line);
      expect(error.isMisuse).toBe(isMisuse);
      expect(left(target)).toEqual([]);
    }
  });

  it('a name that is taken by a folder', () => {
    for (const target of targets()) {
      fs.mkdirSync(join(target.folder, 'a.uf2'));
      const error = failure(() => copied(target, {}));
      expect(error.message).toBe(`cannot write ${join(target.folder, 'a.uf2')}: is a folder, not a file`);
      expect(left(target)).toEqual(['a.uf2']);
    }
  });

  it('a folder that is gone, and a part that cannot be taken away, are said', () => {
    const [folder, boot] = targets();
    const removing = (): never => {
      fs.rmSync(folder.folder, { recursive: true });
      return fails('ENOENT')() as never;
    };
    expect(failure(() => copied(folder, { fsyncSync: removing })).message).toMatch(/folder-\w+ is gone$/);
    expect(failure(() => copied(folder, {})).message).toMatch(/folder-\w+ is gone$/);
    const stuck = failure(() => copied(boot, { ...filling('ENOSPC'), unlinkSync: fails('EROFS') }));
    expect(stuck.message).toMatch(
      /; the board may hold a part of the image: flash it again; a part of it is left as \S+a\.uf2$/,
    );
  });

  it('an older file stays where its successor cannot be written', () => {
    const [folder] = targets();
    fs.writeFileSync(join(folder.folder, 'a.uf2'), 'older');
    failure(() => copied(folder, filling('ENOSPC')));
    failure(() => copied(folder, { renameSync: fails('EACCES') }));
    expect(left(folder)).toEqual(['a.uf2']);
    expect(fs.readFileSync(join(folder.folder, 'a.uf2'), 'utf8')).toBe('older');
  });

  it('a boot volume that is gone once it has everything has not failed, and has not confirmed it either', () => {
    const [folder, boot] = targets();
    const gone = { fsyncSync: fails('EIO') };
    const copy = copied(boot, gone);
    expect(copy).toEqual({ path: join(boot.folder, 'a.uf2'), isConfirmed: false });
    const unknown = failure(() => requireConfirmed(copy));
    expect(unknown.message).toMatch(
      /^the volume was gone before it had confirmed all of .*"stimgate info --port/,
    );
    expect(unknown.isMisuse).toBe(false);
    expect(failure(() => copied(folder, gone)).message).toMatch(/the disk does not answer any more$/);
  });

  it('pieces that a disk takes are put together; a file system that does not tell its size is tried', () => {
    const writeSync = ((descriptor: number, bytes: Uint8Array, from: number) =>
      fs.writeSync(descriptor, bytes, from, Math.min(777, bytes.length - from))) as Files['writeSync'];
    const statfsSync = (() => ({ blocks: 0, bavail: 0, bsize: 4096 })) as never;
    for (const target of targets()) {
      const { path, isConfirmed } = copied(target, { writeSync, statfsSync });
      expect(isConfirmed).toBe(true);
      expect(fs.readFileSync(path).equals(FILE)).toBe(true);
      expect(left(target)).toEqual(['a.uf2']);
    }
  });
});
