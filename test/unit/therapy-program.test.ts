// Levels, program store and amplitude rules of the therapy engine.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Status, StopReason } from '../../firmware/status.ts';
import { AREA_BYTES, Field, RATIO_MAX, Recharge } from '../../firmware/wire.ts';
import { type AreaFields, Engine } from './therapy-harness.ts';

function levelsOf(engine: Engine, fractions: Record<number, number>, amplitudeUa: number): number[] {
  const record = engine.record({ fractions });
  // Behind the record in the scratch block there is no room for 17 levels: they go where slot 15 is stored.
  const out = engine.wasm.recordOf(15, 0);
  engine.wasm.splitLevels(record, amplitudeUa, out);
  return [...new Int32Array(engine.wasm.memory.buffer, out, 17)];
}

/** Weights as fractions in ‰ that sum to 1000. */
function mille(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => Math.floor((weight * 1000) / total));
  shares[0] += 1000 - shares.reduce((sum, share) => sum + share, 0);
  return shares;
}

const refusal = ({ wasm }: Engine) => [wasm.refusalField(), wasm.refusalLow(), wasm.refusalHigh()];

describe('levels', () => {
  test('REQ-THR-001: shares by largest remainder, ties to the lowest electrode, sum exactly zero', async () => {
    const engine = await Engine.boot();
    expect(levelsOf(engine, { 0: -334, 1: -333, 2: -333, 16: 1000 }, 10)).toEqual([
      -4, -3, -3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
    ]);
    expect(levelsOf(engine, { 3: 250, 5: 250, 7: 250, 9: 250, 4: -1000 }, 10).slice(3, 10)).toEqual([
      3, -10, 3, 0, 2, 0, 2,
    ]);
    expect(levelsOf(engine, { 0: -1000, 15: 1000 }, 25_500).filter((level) => level !== 0)).toEqual([
      -25_500, 25_500,
    ]);
    for (let ua = 0; ua <= 25_500; ua += 170) {
      const levels = levelsOf(engine, { 0: -17, 2: -483, 4: -1, 6: -499, 9: 333, 11: 334, 16: 333 }, ua);
      expect(levels.filter((level) => level < 0).reduce((sum, level) => sum - level, 0)).toBe(ua);
      expect(levels.reduce((sum, level) => sum + level, 0)).toBe(0);
    }
  });

  test('REQ-THR-004: an amplitude divides where each of its levels does, and the greatest such one below is found', async () => {
    const engine = await Engine.boot();
    const side = fc
      .integer({ min: 1, max: 8 })
      .chain((electrodes) =>
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: electrodes, maxLength: electrodes }),
      );
    const ratios = fc.integer({ min: 1, max: RATIO_MAX });
    const amplitudes = fc.integer({ min: 0, max: 2550 }).map((steps) => 10 * steps);
    const property = (cathodes: number[], anodes: number[], ratio: number, amplitudeUa: number) => {
      const fractions = Object.fromEntries([
        ...mille(cathodes).map((fraction, i) => [2 * i, -fraction]),
        ...mille(anodes).map((fraction, i) => [2 * i + 1, fraction]),
      ]);
      const divides = (ua: number) => levelsOf(engine, fractions, ua).every((level) => level % ratio === 0);
      const isWhole = divides(amplitudeUa);
      let expected = amplitudeUa;
      while (!divides(expected)) expected -= 10;
      const record = engine.record({ fractions, recharge: Recharge.ASYMMETRIC, ratio });
      expect(engine.wasm.levelsDivide(record, amplitudeUa, ratio) !== 0).toBe(isWhole);
      const stored = new Uint8Array(engine.wasm.memory.buffer, engine.wasm.recordOf(1, 2), AREA_BYTES);
      stored.set(new Uint8Array(engine.wasm.memory.buffer, record, AREA_BYTES));
      engine.wasm.openFeasible(1);
      expect(engine.wasm.feasibleUa(2, ratio, amplitudeUa)).toBe(expected);
    };
    fc.assert(fc.property(side, side, ratios, amplitudes, property), { seed: 4, numRuns: 200 });
  });

  test('REQ-THR-002: phases, gap and pieces of the recharge have their exact widths', async () => {
    const cases: [AreaFields, number[]][] = [
      [{ phaseUs: 10 }, [10, 10]],
      [{ phaseUs: 300, gapUs: 10 }, [300, 10, 300]],
      [{ phaseUs: 1000, gapUs: 500, recharge: Recharge.PASSIVE }, [1000, 500]],
      [{ phaseUs: 667, recharge: Recharge.ASYMMETRIC, ratio: 5 }, [667, 834, 834, 834, 833]],
      [{ phaseUs: 1000, recharge: Recharge.ASYMMETRIC, ratio: 10 }, [1000, ...Array(10).fill(1000)]],
    ];
    for (const [fields, widths] of cases) {
      const engine = await Engine.boot();
      expect(engine.program(0, 0, { ...fields, rateMhz: 20_000 }, 1000)).toBe(Status.OK);
      engine.startProgram(0);
      engine.runFor(60_000);
      expect(engine.pulses()[0].segments.map((segment) => segment.durationUs)).toEqual(widths);
    }
  });

  test('REQ-THR-003: an active recharge returns exactly the charge of the first phase', async () => {
    for (const [recharge, ratio] of [
      [Recharge.SYMMETRIC, 1],
      [Recharge.ASYMMETRIC, 2],
      [Recharge.ASYMMETRIC, 7],
    ]) {
      const engine = await Engine.boot();
      const fractions = { 0: -500, 3: -500, 8: 250, 15: 250, 16: 500 };
      expect(engine.program(0, 0, { phaseUs: 333, recharge, ratio, fractions }, 2800)).toBe(Status.OK);
      engine.startProgram(0);
      engine.runFor(50_000);
      const [pulse] = engine.pulses();
      for (let contact = 0; contact < 16; contact++) {
        expect(pulse.segments.reduce((pc, s) => pc + s.levelsUa[contact] * s.durationUs, 0)).toBe(0);
      }
      expect(pulse.segments.every((segment) => (segment.flags & 4) !== 0)).toBe(true);
    }
  });
});

describe('program store', () => {
  test('REQ-THR-005: amplitude is kept, or becomes 0 when electrodes change or the pulse widens', async () => {
    const engine = await Engine.boot();
    const base: AreaFields = { phaseUs: 200, gapUs: 20, burstPulses: 3, intraRateMhz: 500_000 };
    const kept: AreaFields[] = [
      { ...base, rateMhz: 20_000 },
      { ...base, phaseUs: 199 },
      { ...base, gapUs: 0 },
      { ...base, burstPulses: 2 },
      { ...base, recharge: Recharge.PASSIVE },
      { ...base, rampUpMs: 100 },
    ];
    const zeroed: AreaFields[] = [
      { ...base, phaseUs: 201 },
      { ...base, phaseUs: 201, gapUs: 0, recharge: Recharge.PASSIVE },
      { ...base, gapUs: 21 },
      { ...base, burstPulses: 4 },
      { ...base, recharge: Recharge.ASYMMETRIC, ratio: 2 },
      { ...base, fractions: { 0: -1000, 2: 1000 } },
      { ...base, fractions: { 0: -999, 2: -1, 1: 1000 } },
    ];
    for (const [cases, expected] of [
      [kept, 1500],
      [zeroed, 0],
    ] as const) {
      for (const fields of cases) {
        engine.wasm.erase(2);
        engine.wasm.storeArea(2, 1, engine.record(base));
        expect(engine.amplitudeUa(2, 1)).toBe(0);
        expect(engine.wasm.storeAmplitude(2, 1, 1500)).toBe(Status.OK);
        expect(engine.wasm.storeArea(2, 1, engine.record(fields))).toBe(Status.OK);
        expect([fields, engine.amplitudeUa(2, 1)]).toEqual([fields, expected]);
      }
    }
  });

  test('REQ-THR-006: a slot in use is locked but for its amplitudes; other slots are not', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, {}, 1000);
    const { wasm } = engine;
    wasm.start(0, 0);
    expect(wasm.storeArea(0, 1, engine.record({}))).toBe(Status.STIMULATING);
    expect(wasm.erase(0)).toBe(Status.STIMULATING);
    expect(wasm.storeArea(1, 1, engine.record({}))).toBe(Status.OK);
    expect(wasm.storeAmplitude(0, 0, 500)).toBe(Status.OK);
    wasm.stopNow(StopReason.ESTOP);
    expect(wasm.storeArea(0, 1, engine.record({}))).toBe(Status.OK);
    expect([wasm.isEmpty(0), wasm.erase(0), wasm.isEmpty(0)]).toEqual([0, Status.OK, 1]);
  });

  test('REQ-THR-006: slots and areas out of range, and empty areas, are refused', async () => {
    const engine = await Engine.boot();
    const { wasm } = engine;
    for (const slot of [-1, 16]) {
      expect(wasm.storeArea(slot, 0, engine.record({}))).toBe(Status.BAD_SLOT);
      expect(wasm.storeAmplitude(slot, 0, 10)).toBe(Status.BAD_SLOT);
      expect(wasm.erase(slot)).toBe(Status.BAD_SLOT);
    }
    expect(wasm.storeArea(0, 4, engine.record({}))).toBe(Status.BAD_AREA);
    expect(wasm.storeAmplitude(0, 4, 10)).toBe(Status.BAD_AREA);
    expect(wasm.storeAmplitude(0, 0, 10)).toBe(Status.EMPTY_PROGRAM);
    wasm.setVerdict(Status.RATE);
    expect(wasm.storeArea(0, 0, engine.record({}))).toBe(Status.RATE);
    expect(wasm.isEmpty(0)).toBe(1);
  });

  test('REQ-THR-007: amplitudes beyond 25,500 µA or off the 10 µA step are refused with the nearest', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, {}, 1000);
    const { wasm } = engine;
    expect([wasm.storeAmplitude(0, 0, 25_501), ...refusal(engine)]).toEqual([
      Status.AMPLITUDE_RANGE,
      Field.AMPLITUDE,
      25_500,
      25_500,
    ]);
    expect(wasm.storeAmplitude(0, 0, -10)).toBe(Status.AMPLITUDE_RANGE);
    expect([wasm.storeAmplitude(0, 0, 1234), ...refusal(engine)]).toEqual([
      Status.AMPLITUDE_STEP,
      Field.AMPLITUDE,
      1230,
      1240,
    ]);
    expect(engine.amplitudeUa(0, 0)).toBe(1000);
    expect(wasm.storeAmplitude(0, 0, 25_500)).toBe(Status.OK);
  });

  test('REQ-THR-004: an amplitude whose levels do not divide by the ratio is refused with the nearest that do', async () => {
    const engine = await Engine.boot();
    const fractions = { 0: -500, 1: -500, 2: 1000 };
    engine.program(0, 0, { recharge: Recharge.ASYMMETRIC, ratio: 4, fractions }, 0);
    const { wasm } = engine;
    expect([wasm.storeAmplitude(0, 0, 1010), ...refusal(engine)]).toEqual([
      Status.RATIO_DIVIDES,
      Field.AMPLITUDE,
      1000,
      1040,
    ]);
    expect([wasm.storeAmplitude(0, 0, 25_490), ...refusal(engine)]).toEqual([
      Status.RATIO_DIVIDES,
      Field.AMPLITUDE,
      25_480,
      25_480,
    ]);
    expect(wasm.storeAmplitude(0, 0, 1040)).toBe(Status.OK);
  });

  test('REQ-THR-008: a live amplitude acts from the next pulse that is not queued, and a refused one changes nothing', async () => {
    const engine = await Engine.boot();
    const { wasm, gate } = engine;
    engine.program(0, 0, { rateMhz: 1_000_000 }, 1000);
    engine.startProgram(0);
    engine.runFor(50_000);
    const { endUs } = gate;
    expect(wasm.storeAmplitude(0, 0, 2000)).toBe(Status.OK);
    engine.runFor(50_000);
    for (const pulse of engine.pulses()) expect(-pulse.levelsUa[0]).toBe(pulse.onsetUs < endUs ? 1000 : 2000);
    wasm.setVerdict(Status.PROGRAM_UNRECOVERED);
    expect(wasm.storeAmplitude(0, 0, 3000)).toBe(Status.PROGRAM_UNRECOVERED);
    expect(engine.amplitudeUa(0, 0)).toBe(2000);
    wasm.setVerdict(Status.NO_OUTPUT);
    expect(wasm.storeAmplitude(0, 0, 0)).toBe(Status.OK);
    engine.runFor(50_000);
    expect(gate.segments.slice(-8).every((segment) => segment.levelsUa[0] === 0)).toBe(true);
  });

  test('REQ-THR-009: after a reset every slot is empty and nothing is delivered', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, {}, 1000);
    engine.startProgram(0);
    engine.gate.off();
    const { requests } = engine.gate;
    engine.wasm.bootTherapy();
    for (let slot = 0; slot < 16; slot++) expect(engine.wasm.isEmpty(slot)).toBe(1);
    engine.runFor(300_000);
    expect([engine.gate.requests, engine.wasm.pulsesTotal(), engine.wasm.therapyState()]).toEqual([
      requests,
      0,
      0,
    ]);
  });
});
