// What a reader of a counterexample sees of cells, accounts and readings: names, units, and packed words taken apart.

import { describe, expect, it } from 'vitest';
import { cellText, readingText } from './cell-text.ts';

const packed = (tag: number, electrode: number, levelUa: number): number =>
  (tag << 24) | (electrode << 16) | (levelUa & 0xffff);

describe('REQ-INT-003: a counterexample says what it means', () => {
  const cells: readonly (readonly [string, bigint, string])[] = [
    ['state', 2n, 'state ARMED'],
    ['any.state', 9n, 'state 9'],
    ['trip', 256n + 4n, 'trip BATTERY'],
    ['E3.account', -2000n, 'E3 account −2,000 pC'],
    ['E3.high', 2n ** 32n - 1n, 'E3 high −1 pC'],
    ['case.limitUa', 25_500n, 'case limit 25,500 µA'],
    ['case.limitPc', 2_998_000n, 'case limit 2,998,000 pC'],
    ['E1.run', -900n, 'E1 run −900 µs'],
    ['tripHold', 1_000_000n, 'trip hold 1,000,000 µs'],
    ['bucket', 1n, 'bucket 1 pC'],
    ['segments', 7n, 'segments 7'],
    ['mismatch', 0n, 'mismatch of none'],
    ['mismatch', 0x1_0005n, 'mismatch of E1, E3, case'],
    ['wait', 0xff00n, 'wait 0xff00'],
    ['battery', 2999n, 'last seen: battery 2,999 mV'],
    ['ghost.sinceOffUs', 5n, 'since off 5 µs'],
    ['ghost.playingUs', 5_000_000_000n, 'playing 5,000,000,000 µs'],
    ['ghost.phase.E1.rest', 789n, 'phase E1 rest 789 µs'],
    ['ghost.phase.E1.least', -2n, 'phase E1 least −2 pC'],
    ['ghost.bucket.E16', 12n, 'bucket E16 12 pC'],
    ['ghost.highestUa.case', 3n, 'highest case 3 µA'],
  ];
  for (const [name, value, text] of cells)
    it(`REQ-INT-003: ${name} at ${value} is "${text}"`, () => {
      expect(cellText(name, value)).toBe(text);
    });

  const STALE = -(2 ** 31);
  const readings: readonly (readonly [string, number, string])[] = [
    ['readback', packed(12, 2, -1000), 'read-back −1,000 µA on E3, tag 12'],
    ['readback', packed(0, 16, 7), 'read-back +7 µA on case, tag 0'],
    ['readback', packed(63, 40, 0), 'read-back 0 µA on electrode 40, tag 63'],
    ['readback', -1, 'no read-back yet'],
    ['readback', STALE, 'read-back stale'],
    ['temperature', 39_001, 'temperature 39.001 °C'],
    ['temperature', STALE, 'temperature stale'],
    ['battery', -1, 'battery −1 mV'],
    ['magnet', 0, 'no magnet'],
    ['magnet', 1, 'the magnet'],
    ['magnet', 2, 'magnet 2'],
    ['selfTest', 1, 'self-test passed'],
    ['selfTest', STALE, 'self-test stale'],
    ['room', 1, 'room for 1 segment'],
    ['room', STALE, 'room for −2,147,483,648 segments'],
    ['unknown', 3, 'unknown 3'],
  ];
  for (const [channel, value, text] of readings)
    it(`REQ-INT-003: ${channel} at ${value} is "${text}"`, () => {
      expect(readingText(channel, value)).toBe(text);
    });
});
