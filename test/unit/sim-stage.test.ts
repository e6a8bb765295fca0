// The output stage: FIFO, timing, off, underrun, one-shot, drift, and the sampling of what it puts out.

import { describe, expect, test } from 'vitest';
import { OutputStage } from '../../sim/board/output-stage.ts';
import { Playback } from '../../sim/board/playback.ts';
import { SegmentRing } from '../../sim/board/segment-ring.ts';
import { UnmodelledAccess } from '../../sim/board/unmodelled.ts';
import { captureOf } from '../../sim/trace/capture.ts';
import { Mark, OffBy } from '../../sim/trace/marks.ts';
import { Palette } from '../../sim/trace/palette.ts';
import { Trace } from '../../sim/trace/trace.ts';
import { pair, UNSAMPLED } from './sim-stand-ins.ts';

const US = 125;
const RECHARGE = 1 | UNSAMPLED;
const HOLD = 2 | UNSAMPLED;

function makeStage() {
  const ring = new SegmentRing();
  const palette = new Palette();
  const trace = new Trace(palette, 115_200, 1);
  const playback = new Playback(ring, palette, null, 1);
  const stage = new OutputStage(ring, palette, playback, trace);
  stage.setDriver(0, true);
  const drive = (cycle: number, durationUs: number, w0: number, flags = UNSAMPLED): void =>
    stage.segment(cycle, durationUs, flags, w0, 0, 0, 0, 0, 0, 0, 0);
  const stretches = (endUs: number): string[] => {
    stage.closeTrace(endUs * US);
    return Array.from(
      captureOf(trace, endUs * US).stretches(),
      (s) =>
        `${s.startNs / 1000}-${s.endNs / 1000} ${s.state} ${s.levelsUa[0]} ${s.levelsUa[1]} ${s.levelsUa[16]}`,
    );
  };
  return { stage, trace, playback, palette, drive, stretches };
}

describe('output stage', () => {
  test('starts an empty queue at the next whole µs, plays back to back, ends in recharge', () => {
    const { drive, stretches } = makeStage();
    drive(1000 * US, 100, pair(-500, 500));
    drive(1000 * US + 3, 20, 0, HOLD);
    drive(1000 * US + 5, 100, pair(500, -500));
    drive(1000 * US + 6, 40, 0, RECHARGE);
    expect(stretches(1500)).toEqual([
      '0-1001 recharge 0 0 0',
      '1001-1101 drive -500 500 0',
      '1101-1121 open 0 0 0',
      '1121-1221 drive 500 -500 0',
      '1221-1500 recharge 0 0 0',
    ]);
  });

  test('the case carries minus the sum where it is enabled; equal neighbours are one stretch', () => {
    const { drive, stretches } = makeStage();
    drive(0, 100, pair(-500, 200), UNSAMPLED | 4);
    drive(0, 50, pair(-500, 200), UNSAMPLED | 4);
    expect(stretches(200)).toEqual([
      '0-1 recharge 0 0 0',
      '1-151 drive -500 200 300',
      '151-200 recharge 0 0 0',
    ]);
  });

  test('off cuts at its very cycle, empties the FIFO and frees its places', () => {
    const { stage, trace, drive, stretches } = makeStage();
    for (let i = 0; i < 64; i++) drive(0, 100, i % 2 === 0 ? pair(-500, 500) : pair(500, -500));
    expect(stage.room(0)).toBe(0);
    expect(stage.room(101 * US)).toBe(1);
    stage.off(250 * US + 1, OffBy.INTERLOCK);
    expect(stage.room(250 * US + 1)).toBe(64);
    expect(stretches(300).slice(2)).toEqual([
      '101-201 drive 500 -500 0',
      '201-250.008 drive -500 500 0',
      '250.008-300 recharge 0 0 0',
    ]);
    expect(trace.marks(Mark.OFF)).toEqual([
      { cycle: 250 * US + 1, kind: Mark.OFF, argument: OffBy.INTERLOCK },
    ]);
  });

  test('an empty queue is an underrun when more follows, but not after off', () => {
    const { stage, trace, drive, stretches } = makeStage();
    drive(0, 100, pair(-500, 500));
    drive(200 * US, 100, pair(500, -500));
    stage.off(400 * US, OffBy.INTERLOCK);
    drive(500 * US, 100, pair(500, -500));
    expect(trace.marks(Mark.UNDERRUN).map((mark) => mark.cycle)).toEqual([200 * US]);
    expect(stretches(400)).toContain('101-201 recharge 0 0 0');
  });

  test('without a driver nothing comes out; it takes effect in the middle of a segment', () => {
    const { stage, drive, stretches } = makeStage();
    drive(0, 100, pair(-500, 500));
    drive(0, 100, pair(500, -500));
    stage.setDriver(50 * US, false);
    stage.setDriver(150 * US, true);
    expect(stretches(300)).toEqual([
      '0-1 recharge 0 0 0',
      '1-50 drive -500 500 0',
      '50-150 recharge 0 0 0',
      '150-201 drive 500 -500 0',
      '201-300 recharge 0 0 0',
    ]);
  });

  test('a stuck converter changes active segments from then on, and only those', () => {
    const { stage, drive, stretches } = makeStage();
    drive(0, 100, pair(-500, 500));
    drive(0, 10, 0, HOLD);
    drive(0, 100, pair(500, -500));
    stage.setStuck(51 * US, 0, 70);
    expect(stretches(250).slice(1)).toEqual([
      '1-51 drive -500 500 0',
      '51-101 drive 70 500 0',
      '101-111 open 0 0 0',
      '111-211 drive 70 -500 0',
      '211-250 recharge 0 0 0',
    ]);
  });

  test('a slow clock stretches what is left of a segment, until the one-shot cuts it', () => {
    const { stage, drive, stretches } = makeStage();
    drive(0, 1000, pair(-500, 500));
    drive(0, 100, pair(500, -500));
    stage.setDrift(501 * US, 400_000);
    expect(stretches(1500).slice(1)).toEqual([
      '1-1101 drive -500 500 0',
      '1101-1201 recharge 0 0 0',
      '1201-1341 drive 500 -500 0',
      '1341-1500 recharge 0 0 0',
    ]);
  });

  test('throws on what no stage could do', () => {
    const { drive } = makeStage();
    expect(() => drive(0, 9, pair(-1, 1))).toThrow(UnmodelledAccess);
    expect(() => drive(0, 1001, pair(-1, 1))).toThrow(UnmodelledAccess);
    expect(() => drive(0, 100, pair(-1, 2))).toThrow(UnmodelledAccess);
    expect(() => drive(0, 100, 0)).toThrow(UnmodelledAccess);
    expect(() => drive(0, 100, pair(-1, 1), RECHARGE)).toThrow(UnmodelledAccess);
    expect(() => drive(0, 100, 0, 3 | UNSAMPLED)).toThrow(UnmodelledAccess);
    expect(() => drive(0, 100, pair(-1, 1), 17 << 16)).toThrow(UnmodelledAccess);
    expect(() => drive(0, 19, pair(-1, 1), 0)).toThrow(UnmodelledAccess);
    for (let i = 0; i < 64; i++) drive(0, 100, pair(-1, 1));
    expect(() => drive(0, 100, pair(-1, 1))).toThrow('full FIFO');
  });
});

describe('read-back', () => {
  const unpack = (packed: number) => ({
    ua: (packed << 16) >> 16,
    electrode: (packed >> 16) & 255,
    tag: packed >>> 24,
  });

  test('the newest sample whose middle has passed, within two converter steps', () => {
    const { playback, drive } = makeStage();
    drive(0, 100, pair(-502, 502), (0 << 16) | (5 << 8));
    drive(0, 100, pair(502, -502), (1 << 16) | (6 << 8));
    playback.sampleUntil(51 * US - 1);
    expect(playback.readback).toBe(-1);
    playback.sampleUntil(51 * US);
    expect(unpack(playback.readback)).toMatchObject({ electrode: 0, tag: 5 });
    expect(Math.abs(unpack(playback.readback).ua + 502)).toBeLessThanOrEqual(6);
    playback.sampleUntil(500 * US);
    expect(unpack(playback.readback)).toMatchObject({ electrode: 1, tag: 6 });
    expect(playback.voltageMv).toBe(-251);
  });

  test('a segment that was cut before its middle has no sample', () => {
    const { stage, playback, drive } = makeStage();
    drive(0, 100, pair(-502, 502), (0 << 16) | (5 << 8));
    stage.off(40 * US, OffBy.INTERLOCK);
    playback.sampleUntil(500 * US);
    expect(playback.readback).toBe(-1);
  });

  test('a sample does not depend on when it is read, and shows nothing where the driver is out', () => {
    const read = (steps: readonly number[]): number => {
      const { playback, drive } = makeStage();
      for (let i = 0; i < 10; i++) drive(0, 100, pair(-502, 502), (i << 16) | (i << 8));
      for (const us of steps) playback.sampleUntil(us * US);
      return playback.readback;
    };
    expect(read([60, 160, 300, 480, 990])).toBe(read([990]));
    const { stage, playback, drive } = makeStage();
    drive(0, 100, pair(-502, 502), 0);
    stage.setDriver(10 * US, false);
    playback.sampleUntil(200 * US);
    expect(Math.abs(unpack(playback.readback).ua)).toBeLessThanOrEqual(4);
  });
});

describe('palette', () => {
  test('gives equal words the same row and others another, however many there are', () => {
    const palette = new Palette();
    const words = Array.from({ length: 1500 }, (_, i) => pair(i + 1, -i - 1));
    const rows = words.map((word, i) => palette.find(i % 2, word, 0, 0, 0, 0, 0, 0, word));
    expect(new Set(rows).size).toBe(1500);
    expect(words.map((word, i) => palette.find(i % 2, word, 0, 0, 0, 0, 0, 0, word))).toEqual(rows);
    expect(Array.from(palette.rows[rows[1]])).toEqual([2, -2, ...new Array(12).fill(0), 2, -2, 0]);
  });
});
