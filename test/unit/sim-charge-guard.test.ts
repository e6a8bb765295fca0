// The board's charge guard: what no source may bring onto an electrode, whatever is played and however a source sticks.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutputStage } from '../../sim/board/output-stage.ts';
import { Playback } from '../../sim/board/playback.ts';
import { SegmentRing } from '../../sim/board/segment-ring.ts';
import { Body, bodyOptions } from '../../sim/body/index.ts';
import { captureOf } from '../../sim/trace/capture.ts';
import { Mark, OffBy } from '../../sim/trace/marks.ts';
import { Palette } from '../../sim/trace/palette.ts';
import { Trace } from '../../sim/trace/trace.ts';
import { pair, UNSAMPLED } from './sim-stand-ins.ts';

const US = 125;
const WITH_CASE = UNSAMPLED | 4;
const HOLD = 2 | UNSAMPLED;
const RECHARGE = 1 | UNSAMPLED;
/** The case and E1 alone are driven, so that E1's source gives what it is set to. */
const SEED = 3;

function makeStage(seed: number, hasGuard = true) {
  const ring = new SegmentRing();
  const palette = new Palette();
  const trace = new Trace(palette, 115_200, 1);
  const body = new Body(bodyOptions(seed), hasGuard);
  const playback = new Playback(ring, palette, body, 1);
  const stage = new OutputStage(ring, palette, playback, trace);
  stage.setDriver(0, true);
  const drive = (cycle: number, durationUs: number, w0: number, flags = WITH_CASE): void =>
    stage.segment(cycle, durationUs, flags, w0, 0, 0, 0, 0, 0, 0, 0);
  const drivenUs = (endUs: number): [from: number, to: number][] => {
    playback.settle(endUs * US);
    stage.closeTrace(endUs * US);
    const driven: [number, number][] = [];
    for (const { startNs, endNs, state } of captureOf(trace, endUs * US).stretches())
      if (state === 'drive') driven.push([startNs / 1000, endNs / 1000]);
    return driven;
  };
  return { stage, trace, body, playback, drive, drivenUs };
}

describe('charge guard', () => {
  it('REQ-SIM-129: a source that sticks is cut within its phase, and nothing comes out until the output is off', () => {
    const { stage, trace, body, drive, drivenUs } = makeStage(SEED);
    stage.setStuck(0, 0, 5000);
    drive(0, 1000, pair(-1000, 0));
    drive(0, 1000, pair(1000, 0));
    const [[fromUs, toUs], ...more] = drivenUs(3000);
    expect([fromUs, more]).toEqual([1, []]);
    // 0.7 V on 4.7 µF ± 5 %, at 5 mA ± 2 %, and 2 µs more.
    expect(toUs - fromUs).toBeGreaterThan(3126 / 5.1);
    expect(toUs - fromUs).toBeLessThan(3455 / 4.9 + 3);
    expect(body.peaks.swingPc[0]).toBeLessThan(3_810_000);
    expect(trace.marks(Mark.GUARD)).toHaveLength(1);
    drive(3000 * US, 100, pair(-1000, 0));
    expect(drivenUs(4000)).toHaveLength(1);
    stage.off(4000 * US, OffBy.INTERLOCK);
    stage.setStuck(4000 * US, 0, null);
    drive(5000 * US, 100, pair(-1000, 0));
    expect(drivenUs(6000)).toEqual([
      [1, toUs],
      [5001, 5101],
    ]);
  });

  it('REQ-SIM-129: without it the same source brings more than 3810 nC', () => {
    const { stage, body, drive, drivenUs } = makeStage(SEED, false);
    stage.setStuck(0, 0, 5000);
    drive(0, 1000, pair(-1000, 0));
    expect(drivenUs(3000)).toEqual([[1, 1001]]);
    expect(body.peaks.swingPc[0]).toBeGreaterThan(3_810_000);
  });

  it('REQ-SIM-129: the largest phase that the interlock passes is let through in every body', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { trace, drive, drivenUs } = makeStage(seed);
      drive(0, 998, pair(-3000, 0));
      drive(0, 20, 0, HOLD);
      drive(0, 998, pair(3000, 0));
      expect(drivenUs(5000)).toHaveLength(2);
      expect(trace.marks(Mark.GUARD)).toEqual([]);
    }
  });

  it('REQ-SIM-129: no charge above 5080 nC and no swing above 3810 nC, whatever is played and looked at when', () => {
    const level = fc.integer({ min: -25_500, max: 25_500 });
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.tuple(fc.integer({ min: 10, max: 1000 }), level, level) },
      { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 10, max: 5000 }), fc.constant(0), fc.constant(0)) },
    );
    let cuts = 0;
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.array(fc.tuple(step, fc.boolean(), fc.boolean(), fc.nat(9)), { minLength: 1, maxLength: 60 }),
        fc.option(fc.tuple(fc.nat(16), level)),
        (seed, steps, stuck) => {
          const { stage, trace, body, playback, drive } = makeStage(seed);
          if (stuck !== null) stage.setStuck(0, stuck[0], stuck[1]);
          let cycle = 0;
          for (const [[durationUs, first, second], isHold, isLooked, off] of steps) {
            const isZero = first === 0 && second === 0;
            drive(cycle, durationUs, pair(first, second), isZero ? (isHold ? HOLD : RECHARGE) : WITH_CASE);
            cycle += durationUs * US;
            if (isLooked) playback.settle(cycle - Math.floor((durationUs * US) / 2));
            if (off === 0) stage.off(cycle, OffBy.INTERLOCK);
          }
          playback.settle(cycle + US);
          cuts += trace.marks(Mark.GUARD).length;
          expect(Math.max(...body.peaks.chargePc)).toBeLessThan(5_080_000);
          expect(Math.max(...body.peaks.swingPc)).toBeLessThan(3_810_000);
        },
      ),
      { seed: 20_261_129, numRuns: 500 },
    );
    expect(cuts).toBeGreaterThan(500);
  });
});
