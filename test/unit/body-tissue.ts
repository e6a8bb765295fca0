// Networks of known behaviour for tests of the body.

import type { BodyOptions } from '../../sim/body/index.ts';

const N = 17;

/** Each of 17 electrodes with this resistance to one common point and nothing else. */
export function starOf(ohm: number): BodyOptions['tissue'] {
  const list = (length: number, value: number): number[] => Array.from({ length }, () => value);
  return {
    accessOhm: list(N, ohm / 2),
    spreadOhm: list(N, ohm / 2),
    neighbourOhm: list(16, 1e15),
    farOhm: [1e-6, 1e-6],
  };
}
