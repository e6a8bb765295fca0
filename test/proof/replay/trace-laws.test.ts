// The oracle of the output, on outputs made by hand: what is just within a law passes, what is just past it is found.
import { describe, expect, it } from 'vitest';
import { CYCLES_PER_US } from '../../../sim/clock/cycles.ts';
import type { Stretch, StretchState } from '../../../sim/trace/capture.ts';
import { Mark } from '../../../sim/trace/marks.ts';
import type { MarkEntry } from '../../../sim/trace/trace.ts';
import type { Event } from './event.ts';
import { judgeTrace } from './trace-laws.ts';

/** A stretch: its length and, where current flows, levels by electrode. */
type Piece = readonly [state: StretchState, durationUs: number, levelsUa?: Record<number, number>];

const START_US = 1000;
const ARMED_US = START_US + 64_800;

function capture(pieces: readonly Piece[]): { stretches(): Stretch[] } {
  let startNs = 0;
  return {
    stretches: () =>
      [['recharge', ARMED_US] as Piece, ...pieces].map(([state, durationUs, levels = {}]) => {
        const levelsUa = Int32Array.from({ length: 17 }, (_, index) => levels[index] ?? 0);
        const stretch = { startNs, endNs: startNs + durationUs * 1000, state, levelsUa };
        startNs = stretch.endNs;
        return stretch;
      }),
  };
}

/** Laws that pieces of output break after power-on and `arm`, with a request every 10 ms. */
function lawsOf(pieces: readonly Piece[], events: readonly Event[] = [], marks: readonly MarkEntry[] = []) {
  const asked = Array.from({ length: 60 }, (_, index): Event => {
    return { kind: 'request', atUs: ARMED_US + 10_000 * index };
  });
  const all = [
    { kind: 'boot', atUs: START_US } as const,
    { kind: 'arm', atUs: ARMED_US } as const,
    ...asked,
    ...events,
  ];
  const boot = { kind: Mark.BOOT, cycle: START_US * CYCLES_PER_US, argument: 0 };
  const sorted = all.sort((a, b) => a.atUs - b.atUs);
  return judgeTrace(capture(pieces), [boot, ...marks], sorted).map(({ law }) => law);
}

const pair = (ua: number) => ({ 0: ua, 1: -ua });
const drive = (ua: number, durationUs: number): Piece => ['drive', durationUs, pair(ua)];
const recharge = (durationUs: number): Piece => ['recharge', durationUs];
const times = (count: number, pieces: readonly Piece[]): Piece[] =>
  Array.from({ length: count }, () => pieces).flat();
const raised = (index: number): Event => {
  const limit = { electrode: index, amplitudeUa: 25_500, phasePc: 2_998_000 };
  return { kind: 'limit', atUs: START_US + 1, limit };
};
const wide = [raised(0), raised(1)];
const mark = (kind: Mark, atUs: number, argument = 0): MarkEntry => ({
  kind,
  cycle: atUs * CYCLES_PER_US,
  argument,
});

describe('the oracle of the output', () => {
  it('REQ-INT-003: L1 of 25,500 and 25,501 µA, and of a limit that was lowered', () => {
    expect(lawsOf([drive(25_500, 10), recharge(100)])).toEqual([]);
    expect(lawsOf([drive(25_501, 10), recharge(100)])).toEqual(['L1']);
    const limit = { electrode: 1, amplitudeUa: 999, phasePc: 2_004_000 };
    const lowered: Event = { kind: 'limit', atUs: ARMED_US, limit };
    expect(lawsOf([drive(999, 10), recharge(100)], [lowered])).toEqual([]);
    expect(lawsOf([drive(1000, 10), recharge(100)], [lowered])).toEqual(['L1']);
  });
  it('REQ-INT-003: L2 of levels that do not sum to zero', () => {
    expect(lawsOf([['drive', 10, { 0: 5, 16: -5 }], recharge(100)])).toEqual([]);
    expect(lawsOf([['drive', 10, { 0: 5, 16: -4 }], recharge(100)])).toEqual(['L2']);
  });
  it('REQ-INT-003: L3 of runs of one polarity and of short output', () => {
    const run = (us: number): Piece[] => [drive(20, 5000), drive(40, us - 5000), recharge(1000)];
    expect(lawsOf(run(10_000))).toEqual([]);
    expect(lawsOf(run(10_001))).toEqual(['L3']);
    expect(lawsOf([drive(20, 9), recharge(1000)])).toEqual(['L3']);
    expect(lawsOf([drive(20, 9), recharge(1000)], [], [mark(Mark.OFF, ARMED_US + 9)])).toEqual([]);
  });
  it('REQ-INT-003: L4 of a phase, of a gap and of a tiny reversal', () => {
    expect(lawsOf([drive(2004, 1000), recharge(800), drive(1000, 100)])).toEqual([]);
    expect(lawsOf([drive(2005, 1000), recharge(9000)])).toEqual(['L4']);
    expect(lawsOf([drive(2004, 1000), recharge(799), drive(1000, 100)])).toEqual(['L4']);
    expect(lawsOf([drive(2004, 1000), drive(-1, 10), drive(1000, 100)])).toEqual(['L4']);
    expect(lawsOf([drive(2998, 1000), recharge(9000)], wide)).toEqual([]);
    expect(lawsOf([drive(2999, 1000), recharge(9000)], wide)).toEqual(['L4']);
  });
  it('REQ-INT-003: L5 of charge that adds up, and of a reversal after a recharge', () => {
    const twice = (ua: number): Piece[] => [
      drive(2500, 1000),
      recharge(800),
      drive(ua, 1000),
      recharge(9000),
    ];
    expect(lawsOf(twice(2500), wide)).toEqual([]);
    expect(lawsOf(twice(2700), wide)).toEqual(['L5']);
  });
  it('REQ-INT-003: L6 of 100 ms without recovery', () => {
    expect(lawsOf([drive(2000, 1000), ['open', 99_700], recharge(9000)])).toEqual([]);
    expect(lawsOf([drive(2000, 1000), ['open', 99_900], recharge(9000)])).toEqual(['L6']);
    expect(lawsOf([drive(1587, 1000), ['open', 300_000], recharge(9000)])).toEqual([]);
  });
  it('REQ-INT-003: L7 of all electrodes together', () => {
    // 96 mA in all: 88 mA more than what leaks, for 200 µC.
    const all = (ua: number): Piece => {
      return ['drive', 200, Object.fromEntries(Array.from({ length: 16 }, (_, e) => [e, e % 2 ? ua : -ua]))];
    };
    const train = (count: number): Piece[] => times(6, [all(6000), all(-6000)]).slice(0, count);
    expect(lawsOf([...train(11), recharge(9000)])).toEqual([]);
    expect(lawsOf([...train(12), recharge(9000)])).toEqual(['L7']);
  });
  it('REQ-INT-003: L8–L11 and L16 of output at a time when there must be none', () => {
    const output = [recharge(5000), drive(100, 100), recharge(100)];
    expect(lawsOf(output, [], [mark(Mark.TRIP, ARMED_US, 4)])).toEqual(['L8']);
    expect(lawsOf(output, [], [mark(Mark.OFF, ARMED_US)])).toEqual(['L9']);
    expect(lawsOf(output, [], [mark(Mark.MAGNET, ARMED_US + 5099, 1)])).toEqual(['L10']);
    expect(lawsOf(output, [], [mark(Mark.MAGNET, ARMED_US + 5100, 1)])).toEqual([]);
    expect(lawsOf(output, [{ kind: 'stop', atUs: ARMED_US + 1 }])).toEqual(['L10']);
    const bad = (atUs: number): Event => ({ kind: 'sensors', atUs, batteryMv: 2999 });
    expect(lawsOf(output, [bad(ARMED_US - 7000)])).toEqual(['L11', 'L8']);
    const good: Event = { kind: 'sensors', atUs: ARMED_US - 7000, batteryMv: 3800 };
    expect(lawsOf(output, [bad(ARMED_US - 7000), good])).toEqual([]);
    // Whoever is latched already may be cleared a second after that trip.
    const late = [recharge(1_500_000), drive(100, 100), recharge(100)];
    expect(lawsOf(late, [bad(900_000)])).toContain('L8');
    expect(lawsOf(late, [bad(900_000)], [mark(Mark.TRIP, 1000, 4)])).not.toContain('L8');
    expect(lawsOf(output, [bad(ARMED_US - 6000)])).toEqual([]);
    expect(lawsOf([recharge(610_000), drive(100, 100), recharge(100)])).toEqual(['L16']);
  });
  it('REQ-INT-003: a stuck converter ends what the output says of the levels', () => {
    const stuck: Event = { kind: 'stuck', atUs: ARMED_US };
    expect(lawsOf([['drive', 10, { 0: 30_000 }], recharge(100)], [stuck])).toEqual([]);
  });
});
