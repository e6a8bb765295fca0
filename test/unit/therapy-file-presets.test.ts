// The presets: every one of them, with its published values, its source and its notice.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { areaText } from '../../host/therapy/describe.ts';
import { packagePath } from '../../host/therapy/package-files.ts';
import { findTherapy, loadPreset, PRESETS, presetPath } from '../../host/therapy/presets.ts';

describe('REQ-HST-102: presets are published waveforms, each with its source', () => {
  it('every file in the folder is a preset and every preset has a file', () => {
    const files = readdirSync(packagePath('host/presets')).map((file) => file.replace(/\.json$/, ''));
    expect(files.sort()).toEqual([...PRESETS].sort());
  });

  it.each(PRESETS)('%s loads, names its source, is no clinical advice, and points to the schema', (name) => {
    const therapy = loadPreset(name);
    expect(therapy.source).toMatch(/\S/);
    expect(therapy.notes).toMatch(/^A simulator input, not clinical advice\./);
    expect(therapy.areas).toHaveLength(1);
    const { $schema } = JSON.parse(readFileSync(presetPath(name), 'utf8'));
    expect(existsSync(join(dirname(presetPath(name)), $schema))).toBe(true);
  });

  it('carries the published values', () => {
    const told = (name: string): string => areaText(loadPreset(name).areas[0]);
    expect(told('tonic')).toMatch(/^50 Hz, 300 µs, 4 mA/);
    expect(told('burstdr')).toMatch(
      /^40 Hz in bursts of 5 at 500 Hz, 1000 µs, 0\.6 mA, passive .* 30 s on \/ 90 s off$/,
    );
    expect(told('burst-microdosing')).toMatch(
      /^40 Hz in bursts of 5 at 500 Hz, 1000 µs, 0\.6 mA, .* 30 s on \/ 360 s off$/,
    );
    expect(told('10khz')).toMatch(/^10000 Hz, 30 µs, 2\.5 mA/);
    expect(told('fast')).toMatch(/^90 Hz, 210 µs, 3 mA, .*symmetric/);
    expect(told('drg')).toMatch(/^60 Hz, 40 µs, 0\.4 mA/);
  });

  it.each([
    ['10khz-pulse-dosing-14', 0.14],
    ['10khz-pulse-dosing-3', 0.03],
  ])('%s has its duty cycle', (name, duty) => {
    const { onMs, offMs } = loadPreset(name).areas[0].cycle ?? { onMs: 0, offMs: 1 };
    expect(Math.abs(onMs / (onMs + offMs) - duty)).toBeLessThan(0.0005);
  });

  it('is found by its name, with or without its ending, and unknown names are files', () => {
    expect(findTherapy('drg').name).toBe('DRG default');
    expect(findTherapy('drg.json').name).toBe('DRG default');
    expect(() => loadPreset('nothing')).toThrow(/no preset "nothing"; there are tonic, /);
    expect(() => findTherapy('nothing')).toThrow('nothing: no such file');
  });
});
