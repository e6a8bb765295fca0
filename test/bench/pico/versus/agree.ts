// Firmware and hand-written C side by side: cycles count only where both have answered the same.

import { isDeepStrictEqual } from 'node:util';
import type { BareImage } from '../../../../sim/machine/pico/index.ts';

/** What one call has given, and the cycles that it took. */
export interface Timed<T> {
  readonly value: T;
  readonly cycles: number;
}

/** Cycles of firmware and of C for the same work. */
export interface Pair {
  readonly firmware: number;
  readonly c: number;
}

/** Runs `call` and gives the cycles that passed on the chip. */
export function timed<T>({ chip }: BareImage, call: () => T): Timed<T> {
  const before = chip.cycle;
  const value = call();
  return { value, cycles: chip.cycle - before };
}

/** Firmware and C do not do the same: one line that says where. */
export class Disagreement extends Error {}

/** Cycles of both, whose values must be equal. Throws Disagreement. */
export function agreed<T>(where: string, firmware: Timed<T>, c: Timed<T>): Pair {
  if (!isDeepStrictEqual(firmware.value, c.value)) {
    const [one, other] = [firmware, c].map(({ value }) => differing(value, firmware.value, c.value));
    throw new Disagreement(`the firmware and the hand-written C differ at ${where}: ${one} and ${other}`);
  }
  return { firmware: firmware.cycles, c: c.cycles };
}

/** What of a value is not the same in both, as far as a line holds it. */
function differing(value: unknown, one: unknown, other: unknown): string {
  const [text, a, b] = [value, one, other].map((shown) => JSON.stringify(shown));
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  return `…${text.slice(Math.max(0, from - 60), from + 60)}…`;
}

export function sum(pairs: readonly Pair[]): Pair {
  const add = (a: Pair, b: Pair): Pair => ({ firmware: a.firmware + b.firmware, c: a.c + b.c });
  return pairs.reduce(add, { firmware: 0, c: 0 });
}

export function minus(a: Pair, b: Pair): Pair {
  return { firmware: a.firmware - b.firmware, c: a.c - b.c };
}

export function share({ firmware, c }: Pair, count: number): Pair {
  return { firmware: firmware / count, c: c / count };
}
