// The interlock's laws against hostile callers: any sequence of calls, any arguments, any clock and any sensor value, with
// every prefix of what was released judged by the law book.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { READING_LIMIT_PC, READING_LIMIT_UA } from '../../../firmware/board.ts';
import { CASE as CASE_ELECTRODE } from '../../../firmware/profile.ts';
import { enough, few } from '../rig/machine.ts';
import { Bench, CASE, HOLD, MEASURE, RECHARGE, STALE } from './bench.ts';
import { scenarios } from './scenarios.ts';

const SEED = 20_261_123;

describe('directed attempts', () => {
  for (const [name, scenario] of Object.entries(scenarios)) {
    it(name, () => {
      const bench = scenario();
      expect(bench.book.broken).toEqual([]);
    });
  }
});

describe('set limits', () => {
  it('REQ-CUR-005: an odd limit stays what it was set to while levels up to it are booked', () => {
    const bench = new Bench();
    bench.boot();
    for (const e of [0, 1, CASE_ELECTRODE]) bench.lowerLimit(e, 2001, 1_500_001);
    bench.idle(70_000);
    bench.arm();
    for (const levelUa of [7, 500, 2001]) {
      bench.request(100, 0, { 0: -levelUa, 1: levelUa });
      bench.request(100, CASE, { 0: levelUa });
      bench.request(5000, RECHARGE);
    }
    for (const e of [0, 1, CASE_ELECTRODE]) {
      expect(bench.reading(READING_LIMIT_UA + e)).toBe(2001);
      expect(bench.reading(READING_LIMIT_PC + e)).toBe(1_500_001);
    }
  });
});

const levelUa = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: -4000, max: 4000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, -1, 25_500, 25_501, -32_768, 32_767) },
);
const durationUs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 10, max: 1000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 800, max: 5000 }) },
  { weight: 1, arbitrary: fc.integer() },
);
const electrode = fc.integer({ min: -1, max: 17 });

type Step = (bench: Bench) => void;
const step = (arbitrary: fc.Arbitrary<Step>, weight: number) => ({ weight, arbitrary });

const balanced: fc.Arbitrary<Step> = fc
  .tuple(durationUs, fc.nat(15), fc.nat(15), levelUa, fc.boolean(), fc.constantFrom(0, MEASURE, CASE))
  .map(([us, a, b, ua, alternate, flags]) => (bench) => {
    bench.request(us, flags, { [a]: ua, [b]: flags & CASE ? ua >> 1 : a === b ? 0 : -ua });
    if (alternate) bench.request(us, flags, { [a]: -ua, [b]: flags & CASE ? -(ua >> 1) : a === b ? 0 : ua });
  });
const anything: fc.Arbitrary<Step> = fc
  .tuple(fc.integer(), fc.integer(), fc.array(fc.integer(), { minLength: 8, maxLength: 8 }))
  .map(
    ([us, flags, words]) =>
      (bench) =>
        void bench.requestWords(us, flags, words),
  );
const zero: fc.Arbitrary<Step> = fc.tuple(durationUs, fc.constantFrom(RECHARGE, RECHARGE, HOLD, 3, 0)).map(
  ([us, flags]) =>
    (bench) =>
      void bench.request(us, flags),
);
const clock: fc.Arbitrary<Step> = fc
  .oneof(
    { weight: 60, arbitrary: fc.integer({ min: 0, max: 4000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 ** 32 - 1 }) },
  )
  .map((us) => (bench) => {
    if (us > 120_000) bench.status();
    bench.wait(us);
    if (us > 120_000) bench.status();
  });
const recover: fc.Arbitrary<Step> = fc.integer({ min: 1, max: 8 }).map((n) => (bench) => {
  Object.assign(bench.sensors, { magnet: 0, batteryMv: 3800, temperatureMc: 37_000, selfTest: 1 });
  bench.readbackErrorUa.fill(0);
  bench.poll();
  bench.idle(n < 3 ? 1_010_000 : 70_000);
  bench.clear();
  bench.arm();
});
const sensor: fc.Arbitrary<Step> = fc
  .tuple(
    fc.constantFrom('magnet', 'batteryMv', 'temperatureMc', 'selfTest' as const),
    fc.oneof(fc.constantFrom(0, 1, STALE, 3000, 39_000, 39_001, 2999), fc.integer()),
  )
  .map(
    ([name, value]) =>
      (bench) =>
        void Object.assign(bench.sensors, { [name]: value }),
  );
const readback: fc.Arbitrary<Step> = fc.tuple(fc.nat(16), fc.integer({ min: -300, max: 300 })).map(
  ([index, ua]) =>
    (bench) =>
      void bench.readbackErrorUa.fill(ua, index, index + 1),
);
const limit: fc.Arbitrary<Step> = fc
  .tuple(
    fc.boolean(),
    electrode,
    fc.integer({ min: -1, max: 26_000 }),
    fc.integer({ min: -1, max: 3_000_000 }),
  )
  .map(([raise, index, ua, pc]) => (bench) => {
    if (raise) bench.raiseLimit(index, ua, pc);
    else bench.lowerLimit(index, ua, pc);
  });
const other: fc.Arbitrary<Step> = fc.tuple(fc.nat(5), fc.integer()).map(([which, value]) => (bench) => {
  if (which === 0) bench.stop(value);
  else if (which === 1) bench.arm();
  else if (which === 2) bench.clear();
  else if (which === 3) bench.reading(value);
  else bench.status();
});

const hostile = fc.array(
  fc.oneof(
    step(balanced, 30),
    step(zero, 24),
    step(clock, 16),
    step(
      fc.constant<Step>((bench) => bench.poll()),
      14,
    ),
    step(recover, 4),
    step(anything, 3),
    step(sensor, 1),
    step(readback, 1),
    step(limit, 2),
    step(other, 1),
  ),
  { maxLength: 250, size: 'max' },
);

describe('any sequence of calls', () => {
  it('REQ-INT-002: no law breaks, whatever is called with whatever arguments, clock and sensors', () => {
    let released = 0;
    fc.assert(
      fc.property(hostile, fc.integer({ min: 0, max: 2 ** 32 - 1 }), (steps, startUs) => {
        const bench = new Bench();
        bench.nowUs = startUs;
        bench.armed();
        for (const take of steps) take(bench);
        released += bench.book.releasedCount;
        expect(bench.book.broken).toEqual([]);
      }),
      { seed: SEED, numRuns: few(1500) },
    );
    expect(released).toBeGreaterThan(enough(15_000));
  });
});
