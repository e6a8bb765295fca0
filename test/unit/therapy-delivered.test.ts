// DELIVERED batches: that they expand to exactly the onsets that were played.

import { expect, test } from 'vitest';
import { StopReason } from '../../firmware/status.ts';
import { Recharge } from '../../firmware/wire.ts';
import { type AreaFields, type Batch, Engine } from './therapy-harness.ts';

/** Onset of pulse k of an on-window after the window's start, µs. */
function onset(k: number, { rateMhz = 100_000, burstPulses = 1, intraRateMhz = 0 }: AreaFields): number {
  const burstUs = Number((BigInt(Math.floor(k / burstPulses)) * 1_000_000_000n) / BigInt(rateMhz));
  return burstUs + Number((BigInt(k % burstPulses) * 1_000_000_000n) / BigInt(intraRateMhz || 1));
}

function expand(batch: Batch, fields: AreaFields): number[] {
  return Array.from(
    { length: batch.count },
    (_, n) => batch.firstOnsetUs + onset(batch.firstIndex + n, fields) - onset(batch.firstIndex, fields),
  );
}

async function deliver(areas: AreaFields[], us: number) {
  const engine = await Engine.boot();
  areas.forEach((fields, area) => {
    engine.program(0, area, { ...fields, fractions: { [2 * area]: -1000, [2 * area + 1]: 1000 } }, 1000);
  });
  engine.startProgram(0);
  const batches: Batch[] = [];
  let latestUs = 0;
  let runUs = 0;
  engine.runFor(us, () => {
    const ready = engine.batches();
    for (const batch of ready) {
      const fields = areas[batch.area];
      const onsets = expand(batch, fields);
      expect(onsets.at(-1)).toBeLessThanOrEqual(runUs);
      latestUs = Math.max(latestUs, runUs - onsets[0]);
    }
    batches.push(...ready);
    runUs = engine.gate.nowUs;
  });
  engine.wasm.stopNow(StopReason.ESTOP);
  batches.push(...engine.batches());
  return { engine, batches, latestUs };
}

const played = (engine: Engine, area: number) =>
  engine
    .pulses()
    .filter((pulse) => pulse.levelsUa[2 * area] < 0 && pulse.onsetUs <= engine.gate.nowUs)
    .map((pulse) => pulse.onsetUs);

test('REQ-SCH-010: batches expand to one exact timestamp a pulse, with bursts, cycling and ramps', async () => {
  const cases: AreaFields[] = [
    { rateMhz: 9_999_999, phaseUs: 30 },
    { rateMhz: 40_000, burstPulses: 5, intraRateMhz: 499_999, phaseUs: 400, recharge: Recharge.PASSIVE },
    { rateMhz: 130_003, onMs: 70, offMs: 40 },
    { rateMhz: 90_000, onMs: 300, offMs: 40, rampUpMs: 100, rampDownMs: 100 },
  ];
  for (const fields of cases) {
    const { engine, batches } = await deliver([fields], 1_000_000);
    expect(batches.flatMap((batch) => expand(batch, fields))).toEqual(played(engine, 0));
    expect(batches.at(-1)?.total).toBe(played(engine, 0).length);
    expect(batches.every((batch) => batch.thinned === 0 && batch.delayUs === 0)).toBe(true);
  }
});

test('REQ-SCH-010: with interleaved areas a new batch begins wherever the delay changes', async () => {
  const areas = [{ rateMhz: 100_000 }, { rateMhz: 100_000 }, { rateMhz: 130_000, phaseUs: 100 }];
  const { engine, batches } = await deliver(areas, 500_000);
  areas.forEach((fields, area) => {
    const own = batches.filter((batch) => batch.area === area);
    expect(own.flatMap((batch) => expand(batch, fields))).toEqual(played(engine, area));
    own.reduce((total, batch) => {
      expect(batch.total).toBe(total + batch.count);
      return batch.total;
    }, 0);
  });
  expect(new Set(batches.filter((b) => b.area === 1).map((b) => b.delayUs))).toContain(410);
  expect(engine.wasm.pulsesTotal()).toBe(batches.reduce((sum, batch) => sum + batch.count, 0));
});

test('REQ-SCH-011: a batch is ready within 100 ms of its first onset', async () => {
  const { batches, latestUs } = await deliver([{ rateMhz: 500_000 }, { rateMhz: 3_000 }], 2_000_000);
  expect(batches.length).toBeGreaterThan(20);
  expect(latestUs).toBeLessThanOrEqual(100_000);
});

test('REQ-SCH-012: pulses that an off cut from the queue are not in any batch', async () => {
  const engine = await Engine.boot();
  engine.program(0, 0, { rateMhz: 1_000_000 }, 1000);
  const t0 = engine.startProgram(0);
  engine.runFor(20_000);
  engine.gate.nowUs = t0 + 20_500;
  engine.gate.off();
  engine.gate.nowUs += 3000;
  engine.run();
  const onsets = engine.batches().flatMap((batch) => expand(batch, { rateMhz: 1_000_000 }));
  expect(onsets).toEqual(Array.from({ length: 21 }, (_, k) => t0 + 1000 * k));
});

test('REQ-SCH-013: batches that cannot be sent are thinned to one an area: count, largest delay, total', async () => {
  const areas = [
    { rateMhz: 1_000_000, phaseUs: 100 },
    { rateMhz: 730_000, phaseUs: 150 },
  ];
  const engine = await Engine.boot();
  areas.forEach((fields, area) => {
    engine.program(0, area, { ...fields, fractions: { [2 * area]: -1000, [2 * area + 1]: 1000 } }, 1000);
  });
  engine.startProgram(0);
  engine.runFor(500_000);
  engine.wasm.stopNow(StopReason.ESTOP);
  engine.wasm.mergeDelivered();
  const batches = engine.batches();
  expect(batches.map((batch) => batch.area)).toEqual([0, 1]);
  batches.forEach((batch, area) => {
    const onsets = played(engine, area);
    expect([batch.thinned, batch.count, batch.total]).toEqual([1, onsets.length, onsets.length]);
    expect([batch.firstIndex, batch.firstOnsetUs]).toEqual([0, onsets[0]]);
    const delays = onsets.map((us, k) => us - onsets[0] - onset(k, areas[area]));
    const firstDelayUs = area === 0 ? 0 : 210;
    expect(batch.delayUs).toBe(Math.max(...delays) + firstDelayUs);
  });
});
