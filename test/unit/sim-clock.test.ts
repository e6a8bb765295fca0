// The simulator's clock, its queue of events and its generator.

import { describe, expect, test } from 'vitest';
import { Clock, NEXT } from '../../sim/clock/clock.ts';
import { RandomStream } from '../../sim/clock/random.ts';

describe('clock', () => {
  test('runs events by cycle, and those of one cycle in the order of scheduling', () => {
    const clock = new Clock();
    const seen: string[] = [];
    const kind = clock.on((cycle, argument) => seen.push(`${cycle}:${argument}`));
    for (let i = 0; i < 300; i++) clock.schedule((i * 7919) % 10, kind, i);
    while (clock.time[NEXT] < Number.POSITIVE_INFINITY) clock.runNext();
    const expected = Array.from({ length: 300 }, (_, i) => ({ cycle: (i * 7919) % 10, i }))
      .toSorted((a, b) => a.cycle - b.cycle || a.i - b.i)
      .map(({ cycle, i }) => `${cycle}:${i}`);
    expect(seen).toEqual(expected);
    expect(clock.nowCycles).toBe(9);
  });

  test('an event that the present has passed keeps its own cycle and never turns the clock back', () => {
    const clock = new Clock();
    const seen: number[] = [];
    const kind = clock.on((cycle) => seen.push(cycle));
    clock.schedule(100, kind);
    clock.time[0] = 150;
    clock.catchUp();
    expect(seen).toEqual([100]);
    expect(clock.nowCycles).toBe(150);
  });
});

describe('random streams', () => {
  test('the same seed and name give the same numbers; another name others', () => {
    const numbers = (seed: number, name: string): number[] => {
      const stream = new RandomStream(seed, name);
      return Array.from({ length: 50 }, () => stream.below(1000));
    };
    expect(numbers(7, 'uart-rx')).toEqual(numbers(7, 'uart-rx'));
    expect(numbers(7, 'uart-rx')).not.toEqual(numbers(7, 'uart-tx'));
    expect(numbers(7, 'uart-rx')).not.toEqual(numbers(8, 'uart-rx'));
  });

  test('chances come true about as often as they say', () => {
    const stream = new RandomStream(3, 'chance');
    const hits = Array.from({ length: 20_000 }, () => stream.chance(250_000)).filter(Boolean).length;
    expect(hits).toBeGreaterThan(4700);
    expect(hits).toBeLessThan(5300);
    expect(stream.chance(0)).toBe(false);
    expect(stream.chance(1_000_000)).toBe(true);
  });
});
