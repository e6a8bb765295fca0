// The impedance measurement: its pulse, its samples, what it makes of them.

import { expect, test } from 'vitest';
import {
  FLAG_CASE,
  FLAG_MEASURE,
  READBACK_ELECTRODE_SHIFT,
  READBACK_TAG_SHIFT,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
  SENSE_VOLTAGE_MV,
} from '../../firmware/board.ts';
import { State, Status, Therapy } from '../../firmware/status.ts';
import { Engine } from './therapy-harness.ts';

interface Load {
  plus: number;
  minus: number;
  ohm: number;
  nf: number;
  /** Share of the commanded current that flows. */
  share: number;
  /** Electrode that the stage samples in the n-th active segment. */
  sampled: (n: number) => number;
}

/** Makes the interlock's read-back that of a resistor and a capacitor between the two electrodes. */
function attach(engine: Engine, load: Load): void {
  const { gate } = engine;
  gate.sense = (channel) => {
    const index = gate.segments.findLastIndex((s, n) => {
      const middle = s.startUs + s.durationUs / 2 <= gate.nowUs && (s.flags & FLAG_MEASURE) !== 0;
      return middle && load.sampled(n) >= 0;
    });
    if (index < 0) return channel === SENSE_READBACK ? SENSE_NO_SAMPLE : 0;
    const electrode = load.sampled(index);
    const isFirst = index % 3 === 0;
    const driven = (isFirst ? 1000 : -1000) * load.share;
    // The capacitor has half of a phase's charge in the middle of either phase.
    const mv = Math.round((driven * load.ohm) / 1000 + (load.share * 1000 * 250) / load.nf);
    const direction = electrode === load.plus ? 1 : electrode === load.minus ? -1 : 0;
    if (channel === SENSE_VOLTAGE_MV) return mv * direction;
    if (channel !== SENSE_READBACK) return 0;
    return (
      ((index & 63) << READBACK_TAG_SHIFT) |
      (electrode << READBACK_ELECTRODE_SHIFT) |
      ((driven * direction) & 0xffff)
    );
  };
}

async function measured(load: Load): Promise<Engine> {
  const engine = await Engine.boot();
  attach(engine, load);
  expect(engine.wasm.measure(load.plus, load.minus)).toBe(Status.OK);
  expect(engine.wasm.therapyState()).toBe(Therapy.MEASURING);
  engine.runFor(250_000);
  expect([engine.wasm.impedanceReady(), engine.wasm.therapyState()]).toEqual([1, Therapy.IDLE]);
  expect([engine.wasm.impedancePlus(), engine.wasm.impedanceMinus()]).toEqual([load.plus, load.minus]);
  return engine;
}

const typical = { plus: 3, minus: 16, ohm: 870, nf: 2350, share: 1, sampled: () => 3 };

test('REQ-IMP-001: one biphasic pulse of 1000 µA and 500 µs a phase on the two electrodes, then recharge', async () => {
  const { gate } = await measured(typical);
  expect(gate.segments.map((s) => [s.durationUs, s.flags, s.levelsUa[3]])).toEqual([
    [500, FLAG_MEASURE | FLAG_CASE, 1000],
    [500, FLAG_MEASURE | FLAG_CASE, -1000],
    [5000, 1, 0],
  ]);
  expect(gate.state).toBe(State.DISARMED);
  const pair = await measured({ ...typical, plus: 0, minus: 15, sampled: () => 15 });
  expect(pair.gate.segments[0].flags).toBe(FLAG_MEASURE);
  expect([pair.gate.segments[0].levelsUa[0], pair.gate.segments[0].levelsUa[15]]).toEqual([1000, -1000]);
});

test('REQ-IMP-002: the capacitors cancel out of the result, from whichever electrode is sampled', async () => {
  for (const sampled of [() => 3, () => 16, (n: number) => (n % 3 === 0 ? 3 : 16)]) {
    const { wasm } = await measured({ ...typical, sampled });
    expect([wasm.impedanceStatus(), wasm.impedanceOhm(), wasm.impedanceMismatch()]).toEqual([
      Status.OK,
      870,
      0,
    ]);
    expect([wasm.impedanceUa(), wasm.impedanceMv()]).toEqual([1000, 870]);
    expect([wasm.knownOhm(3), wasm.knownOhm(4), wasm.knownPairOhm()]).toEqual([870, 0, 0]);
  }
  const { wasm } = await measured({ ...typical, plus: 1, minus: 2, sampled: () => 2 });
  expect([wasm.knownOhm(1), wasm.knownOhm(2), wasm.knownPairOhm()]).toEqual([0, 0, 870]);
});

test('REQ-IMP-002: pulses are repeated until both phases were sampled on one of the two electrodes', async () => {
  const rotation = (n: number) => (n % 3 === 2 ? -1 : (n - Math.floor(n / 3)) % 17);
  const { wasm, gate } = await measured({ ...typical, sampled: rotation });
  expect([wasm.impedanceStatus(), wasm.impedanceOhm()]).toEqual([Status.OK, 870]);
  expect(gate.segments.length).toBeLessThanOrEqual(3 * 17);
  const none = await measured({ ...typical, sampled: () => 9 });
  expect([none.wasm.impedanceStatus(), none.wasm.knownOhm(3)]).toEqual([Status.SENSOR, 0]);
});

test('REQ-IMP-004: a current off by more than 5 % and the tolerance is a mismatch; an open loop is 1 MΩ', async () => {
  const clipped = await measured({ ...typical, ohm: 20_000, share: 0.6 });
  expect([clipped.wasm.impedanceMismatch(), clipped.wasm.impedanceOhm()]).toEqual([1, 20_000]);
  const near = await measured({ ...typical, share: 0.9 });
  expect(near.wasm.impedanceMismatch()).toBe(0);
  const open = await measured({ ...typical, share: 0 });
  expect([open.wasm.impedanceMismatch(), open.wasm.impedanceOhm()]).toEqual([1, 1_000_000]);
  const coarse = await Engine.boot();
  attach(coarse, { ...typical, share: 0.6 });
  coarse.wasm.setReadbackTolerance(500);
  coarse.wasm.measure(3, 16);
  coarse.runFor(100_000);
  expect([coarse.wasm.impedanceReady(), coarse.wasm.impedanceMismatch()]).toEqual([1, 0]);
});

test('REQ-IMP-003: a measurement needs two electrodes, an idle device and an interlock that would arm', async () => {
  const engine = await Engine.boot();
  const { wasm, gate } = engine;
  for (const [plus, minus] of [
    [3, 3],
    [-1, 3],
    [3, 17],
  ]) {
    expect(wasm.measure(plus, minus)).toBe(Status.BAD_ARGUMENT);
  }
  gate.magnet = true;
  expect(wasm.measure(3, 16)).toBe(Status.MAGNET);
  gate.magnet = false;
  expect(wasm.measure(3, 16)).toBe(Status.OK);
  expect(wasm.measure(4, 16)).toBe(Status.STIMULATING);
  expect(wasm.stopSoft()).toBe(Status.OK);
  expect([wasm.therapyState(), wasm.impedanceReady(), wasm.impedanceStatus()]).toEqual([
    0,
    1,
    Status.NOT_ARMED,
  ]);
  wasm.takeImpedance();
  engine.program(0, 0, {}, 1000);
  wasm.start(0, 0);
  expect([wasm.measure(3, 16), wasm.impedanceReady()]).toEqual([Status.STIMULATING, 0]);
});

test('REQ-IMP-003: an off in the middle of a measurement ends it with the cause and no result', async () => {
  for (const [state, magnet, status] of [
    [State.TRIPPED, false, Status.TRIPPED],
    [State.DISARMED, true, Status.MAGNET],
    [State.DISARMED, false, Status.NOT_ARMED],
  ] as const) {
    const engine = await Engine.boot();
    attach(engine, typical);
    engine.wasm.measure(3, 16);
    while (engine.gate.segments.length === 0) {
      engine.run();
      engine.gate.nowUs += 100;
    }
    engine.gate.off();
    engine.gate.state = state;
    engine.gate.magnet = magnet;
    engine.run();
    expect([engine.wasm.impedanceReady(), engine.wasm.impedanceStatus(), engine.wasm.impedanceOhm()]).toEqual(
      [1, status, 0],
    );
    expect(engine.wasm.knownOhm(3)).toBe(0);
  }
});
