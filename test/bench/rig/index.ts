// The bench of the rig: `npm run bench -- rig`.

import { spawnSync } from 'node:child_process';
import { runBench } from '../child.ts';
import type { Figure } from '../figure.ts';
import type { FuzzResult } from './fuzz.ts';
import type { MinuteResult } from './minute.ts';
import type { SoakResult } from './soak.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const MIB = 1 << 20;

function benchSoak(): Figure[] {
  const { tookMs, grownBytes } = runBench('rig/soak') as SoakResult;
  return [
    {
      name: 'a day of tonic, body on',
      value: tookMs / MINUTE_MS,
      unit: 'min',
      reference: 'real time',
      ratio: tookMs / DAY_MS,
      aim: { most: 10 },
    },
    {
      name: 'memory that it grows by after its first hour',
      value: grownBytes / MIB,
      unit: 'MiB',
      reference: '1 MiB',
      ratio: grownBytes / MIB,
      aim: { most: 16 },
    },
  ];
}

function benchFuzz(): Figure[] {
  const { bytes, tookMs, frames } = runBench('rig/fuzz') as FuzzResult;
  const value = (bytes / tookMs) * (MINUTE_MS / 1e6);
  const [damaged, refused, valid] = frames;
  return [
    {
      name: 'link bytes fuzzed while it stimulates',
      value,
      unit: 'million a minute',
      reference: '10 million',
      ratio: value / 10,
      aim: { least: 10 },
      limit: `${damaged} frames damaged, ${refused} refused, ${valid} valid; each is judged by the firmware`,
    },
  ];
}

function benchMinute(): Figure[] {
  if (spawnSync('socat', ['-V']).error !== undefined) {
    console.error('the minute on a serial port is left out: install the Debian package socat');
    return [];
  }
  const { pulses, findings, onsetErrorNs } = runBench('rig/minute') as MinuteResult;
  return [
    {
      name: 'a minute on a serial port: pulses missed or late',
      value: findings.length,
      unit: 'findings',
      reference: 'pulses told',
      ratio: findings.length / pulses,
      aim: { most: 0 },
      limit: `${pulses} pulses, onset error ${onsetErrorNs} ns${findings.length > 0 ? `; ${findings[0]}` : ''}`,
    },
  ];
}

/** Groups of figures, each measured when it is asked for. */
export const RIG_BENCHES: readonly (readonly [string, () => Figure[]])[] = [
  ['A soak', benchSoak],
  ['The link', benchFuzz],
  ['A serial port, in wall-clock time', benchMinute],
];
