// Where an image is to be copied: a boot volume, or any folder.

import { statSync } from 'node:fs';
import { FlashError } from './errors.ts';
import { BOOT_BOARD, boardOf, bootVolumes, type Places } from './volumes.ts';

export interface Target {
  readonly folder: string;
  /** False: a plain folder, where the file is kept and nothing is flashed. */
  readonly isBootVolume: boolean;
}

/**
 * The folder that was named, or else the one boot volume that is mounted.
 * @throws FlashError where there is none, or several.
 */
export function chosenTarget(named: string | undefined, places?: Places): Target {
  if (named !== undefined) return namedTarget(named);
  const volumes = bootVolumes(places);
  if (volumes.length === 1) return { folder: volumes[0], isBootVolume: true };
  if (volumes.length > 1)
    throw new FlashError('target', `there are several boot volumes: ${volumes.join(', ')}; choose with --to`);
  throw new FlashError(
    'volume',
    'no boot volume of an RP2040 is mounted: plug the Pico in with BOOTSEL held, mount it, or name a folder with --to',
  );
}

function namedTarget(folder: string): Target {
  if (folder === '') throw new FlashError('target', '--to: the path is empty');
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined) throw new FlashError('target', `${folder}: no such folder`);
  if (!found.isDirectory()) throw new FlashError('target', `${folder} is not a folder`);
  const board = boardOf(folder);
  if (board === undefined || board === BOOT_BOARD) return { folder, isBootVolume: board === BOOT_BOARD };
  const name = board === '' ? 'it does not name' : board;
  throw new FlashError('target', `${folder} is the boot volume of another board (${name}), not of an RP2040`);
}
