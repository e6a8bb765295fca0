// The presets that ship with the package: published waveforms as therapy files. Simulator inputs, not clinical advice.

import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { loadTherapy } from './load.ts';
import { packagePath } from './package-files.ts';
import type { Therapy } from './therapy.ts';

/** Names of the presets, in the order in which `stimgate run` shows them. */
export const PRESETS = [
  'tonic',
  'burstdr',
  'burst-microdosing',
  '10khz',
  '10khz-pulse-dosing-14',
  '10khz-pulse-dosing-3',
  'fast',
  'drg',
] as const;

/** Absolute path of a preset's file. */
export function presetPath(name: string): string {
  return packagePath(`host/presets/${name}.json`);
}

/** Reads a preset by its name. @throws {RangeError} for a name that there is not. */
export function loadPreset(name: string): Therapy {
  if (!(PRESETS as readonly string[]).includes(name)) {
    throw new RangeError(`no preset "${name}"; there are ${PRESETS.join(', ')}`);
  }
  return loadTherapy(presetPath(name), `${name}.json`); // REQ-HST-102
}

/** Reads what a user named: a file, or a preset by its name. @throws {TherapyError} */
export function findTherapy(named: string): Therapy {
  const preset =
    basename(named) === named && (PRESETS as readonly string[]).includes(named.replace(/\.json$/, ''));
  if (preset && !existsSync(named)) return loadPreset(named.replace(/\.json$/, ''));
  return loadTherapy(named);
}
