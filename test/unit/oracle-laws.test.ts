// The laws L1–L7 judged from released output: each limit at its edge and just past it.

import { describe, expect, test } from 'vitest';
import { judgeLimits, LawJudge, type LawOptions, MemoryCapture } from '../oracle/index.ts';
import { idealCapture } from './fixtures/ideal-waveform.ts';
import { BURST, FAST, TONIC, therapyOf } from './fixtures/oracle-therapies.ts';

const ZERO = new Array(17).fill(0);
type Step = [durationUs: number, levelUa: number];

function pair(levelUa: number): number[] {
  const levels = [...ZERO];
  levels[0] = levelUa;
  levels[1] = -levelUa;
  return levels;
}

/** Rules broken by steps on one pair of contacts; level 0 is recharge. */
function broken(steps: Step[], options?: LawOptions): string[] {
  const judge = new LawJudge(options);
  for (const [durationUs, levelUa] of steps) {
    judge.segment(durationUs, levelUa === 0 ? 'recharge' : 'drive', pair(levelUa));
  }
  return Object.keys(judge.counts);
}

describe('laws', () => {
  test('REQ-ORC-005: L1 at 25,500 µA and at a set limit', () => {
    expect(broken([[10, 25_500]])).toEqual([]);
    expect(broken([[10, 25_501]])).toEqual(['l1-amplitude']);
    expect(broken([[10, 3000]], { amplitudeUa: new Array(17).fill(2999) })).toEqual(['l1-amplitude']);
  });

  test('REQ-ORC-005: L2 sum of currents, recharge without current', () => {
    const judge = new LawJudge();
    judge.segment(100, 'drive', [5, -4, ...new Array(15).fill(0)]);
    judge.segment(100, 'recharge', pair(5));
    expect(judge.counts).toEqual({ 'l2-kirchhoff': 1, 'l2-recharge-level': 1 });
    expect(judge.findings[0].message).toBe('the currents sum to 1 µA; 0 µA at most');
  });

  test('REQ-ORC-005: L3 durations of segments', () => {
    const segments = { segments: true };
    expect(
      broken(
        [
          [10, 100],
          [1000, 100],
          [5000, 0],
        ],
        segments,
      ),
    ).toEqual([]);
    for (const step of [
      [9, 100],
      [1001, 100],
      [9, 0],
      [5001, 0],
    ] as Step[]) {
      expect(broken([step], segments)).toEqual(['l3-duration']);
    }
  });

  test('REQ-ORC-005: L3 a stretch that is too short, unless it was cut by switching off', () => {
    expect(
      broken([
        [500, 0],
        [9, 100],
        [500, 0],
        [10, 100],
      ]),
    ).toEqual(['l3-duration']);
    expect(
      broken([
        [500, 0],
        [9, 100],
        [64_800, 0],
        [10, 100],
      ]),
    ).toEqual([]);
  });

  test('REQ-ORC-005: L3 one polarity for 10 ms', () => {
    expect(
      broken([
        [9000, 100],
        [1000, 120],
      ]),
    ).toEqual([]);
    expect(
      broken([
        [9000, 100],
        [1001, 120],
      ]),
    ).toEqual(['l3-polarity-run']);
    expect(
      broken([
        [9000, 100],
        [10, 0],
        [1001, 120],
      ]),
    ).toEqual([]);
  });

  test('REQ-ORC-005: L4 2998 nC in a phase, a short rest does not restart the count', () => {
    expect(broken([[299.8, 10_000]])).toEqual([]);
    expect(broken([[299.9, 10_000]])).toEqual(['l4-phase-charge']);
    expect(
      broken([
        [200, 10_000],
        [799, 0],
        [100, 10_000],
      ]),
    ).toEqual(['l4-phase-charge']);
    expect(
      broken([
        [200, 10_000],
        [800, 0],
        [100, 10_000],
      ]),
    ).toEqual([]);
    expect(
      broken([
        [200, 10_000],
        [10, -10],
        [100, 10_000],
      ]),
    ).toEqual(['l4-phase-charge']);
    expect(broken([[201, 10_000]], { phasePc: new Array(17).fill(2_004_000) })).toEqual(['l4-phase-charge']);
  });

  test('REQ-ORC-005: L5 5080 nC with its doubt, recovered by the exponential', () => {
    const twice = (restUs: number): Step[] => [
      [258, 10_000],
      [restUs, 0],
      [258, 10_000],
    ];
    expect(broken(twice(800))).toEqual(['l5-unrecovered']);
    expect(broken(twice(1800))).toEqual([]);
    expect(broken([[1000, 5081]], { phasePc: [] })).toContain('l5-account');
  });

  test('REQ-ORC-005: L5 an enabled case adds doubt of the sum of the contacts', () => {
    const judge = new LawJudge({ doubtPc: 0 });
    judge.segment(100, 'drive', [-1000, ...new Array(15).fill(0), 1000]);
    expect(judge.doubtPc[0]).toBe(4000);
    expect(judge.doubtPc[16]).toBe(6000);
    judge.segment(7200, 'recharge', ZERO);
    expect(judge.accountPc[16]).toBeCloseTo(50_000, 6);
    expect(judge.doubtPc[16]).toBeCloseTo(3000, 6);
  });

  test('REQ-ORC-005: L6 charge above 1587 nC for more than 100 ms', () => {
    const hold = (pulses: number): Step[] => [
      [200, 10_000],
      ...Array.from({ length: pulses }, (): Step[] => [
        [2000, 0],
        [37, 10_000],
      ]).flat(),
    ];
    expect(broken(hold(40))).toEqual([]);
    expect(broken(hold(60))).toEqual(['l6-recovery']);
    expect(
      broken([
        [200, 10_000],
        [64_800, 0],
        [500_000, 0],
        [10, 10],
      ]),
    ).toEqual([]);
  });

  test('REQ-ORC-005: L7 mean current of a contact and of all', () => {
    const train = (levelUa: number, pulses: number): Step[] =>
      Array.from({ length: pulses }, (): Step[] => [
        [50, levelUa],
        [50, -levelUa],
      ]).flat();
    const mean = (steps: Step[]) => broken(steps).filter((rule) => rule.startsWith('l7'));
    expect(mean(train(3990, 2000))).toEqual([]);
    expect(mean(train(5000, 1000))).toEqual([]);
    expect(mean(train(5000, 1001))).toEqual(['l7-mean-total', 'l7-mean-contact']);
  });

  test('REQ-ORC-005: ideal therapies keep them, a passive 1200 Hz does not', () => {
    for (const area of [TONIC, BURST, FAST]) {
      expect(judgeLimits(idealCapture(therapyOf(area), 2_000_000)).findings).toEqual([]);
    }
    const fast = judgeLimits(
      idealCapture(therapyOf({ ...FAST, recharge: 'passive', phaseUs: 300 }), 2_000_000),
    );
    expect(fast.holds).toBe(false);
    expect(Object.keys(fast.counts)).toContain('l5-account');
  });

  test('REQ-ORC-005: a capture without levels cannot be judged', () => {
    expect(() => judgeLimits(new MemoryCapture('logic', 1, false))).toThrow(RangeError);
  });
});
