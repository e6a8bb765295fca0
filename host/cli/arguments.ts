// Values of options and arguments: each parser takes the text and throws commander's error with what would do.

import { InvalidArgumentError } from 'commander';
import { electrodeIndex } from '../therapy/levels.ts';
import type { ElectrodeName } from '../therapy/therapy.ts';

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
/** Longest run that is taken: a day. */
const DURATION_MS_MAX = 86_400_000;
/** Longest wait for a device that starts. */
const WAIT_MS_MAX = 600_000;

/** `2s`, `500ms`, `1min`, `1.5h` in ms. */
export function parseDurationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|min|h)$/.exec(text.trim());
  if (match === null) throw new InvalidArgumentError('Give a time with its unit: 500ms, 2s, 1min, 1h.');
  const durationMs = Number(match[1]) * UNITS_MS[match[2]];
  if (durationMs >= 1 && durationMs <= DURATION_MS_MAX) return durationMs;
  throw new InvalidArgumentError('Give a time from 1ms to 24h.');
}

/** Seconds to wait, `30` or `2.5`, in ms. */
export function parseWaitMs(text: string): number {
  const waitMs = /^\d{1,4}(\.\d{1,3})?s?$/.test(text) ? Number(text.replace('s', '')) * 1000 : Number.NaN;
  if (waitMs >= 100 && waitMs <= WAIT_MS_MAX) return waitMs;
  throw new InvalidArgumentError('Give the seconds to wait: a number from 0.1 to 600.');
}

/** A seed: an integer from 0 to 2^32 − 1. */
export function parseSeed(text: string): number {
  return wholeNumber(text, 0, 0xffffffff, 'a seed');
}

/** How many runs a campaign makes. */
export function parseRuns(text: string): number {
  return wholeNumber(text, 1, 10_000_000, 'the number of runs');
}

/** Worker threads of a campaign. */
export function parseJobs(text: string): number {
  return wholeNumber(text, 1, 64, 'the number of workers');
}

/** A TCP port to listen on; 0 lets the system choose. */
export function parseTcpPort(text: string): number {
  return wholeNumber(text, 0, 65535, 'a TCP port');
}

/** A baud rate. */
export function parseBaud(text: string): number {
  return wholeNumber(text, 1200, 4_000_000, 'a baud rate');
}

function wholeNumber(text: string, low: number, high: number, what: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError(`Give ${what}: a whole number from ${low} to ${high}.`);
}

export interface ElectrodePair {
  readonly plus: ElectrodeName;
  readonly minus: ElectrodeName;
}

/** `E1-E2,E3-CASE` as pairs of electrodes. */
export function parsePairs(text: string): ElectrodePair[] {
  return text.split(',').map((part) => {
    const names = part.trim().toUpperCase().split('-');
    const known = names.length === 2 && names.every((name) => electrodeIndex(name) >= 0);
    if (!known || names[0] === names[1]) {
      throw new InvalidArgumentError(
        `"${part.trim()}" is not two electrodes. Give pairs such as E1-E2,E3-CASE.`,
      );
    }
    return { plus: names[0] as ElectrodeName, minus: names[1] as ElectrodeName };
  });
}
