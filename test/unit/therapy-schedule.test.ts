// Onsets, interleaving, bursts, cycling, ramps and STOP of the therapy engine, against a recording interlock.

import { describe, expect, test } from 'vitest';
import { STOP_DISARM, STOP_ESTOP } from '../../firmware/board.ts';
import { State, Status, StopReason, Therapy } from '../../firmware/status.ts';
import { Recharge } from '../../firmware/wire.ts';
import { type AreaFields, Engine, LEAD_US, MockInterlock } from './therapy-harness.ts';

const offsets = (engine: Engine, t0: number) => engine.pulses().map((pulse) => pulse.onsetUs - t0);
const amplitudes = (engine: Engine) => engine.pulses().map((pulse) => -Math.min(...pulse.levelsUa));

/** Ideal onsets of an endless train, µs. */
function ideal(k: number, rateMhz: number, burst = 1, intraMhz = 1): number {
  const burstUs = Number((BigInt(Math.floor(k / burst)) * 1_000_000_000n) / BigInt(rateMhz));
  return burstUs + Number((BigInt(k % burst) * 1_000_000_000n) / BigInt(intraMhz));
}

async function running(fields: AreaFields, amplitudeUa: number, us: number, each?: (engine: Engine) => void) {
  const engine = await Engine.boot();
  expect(engine.program(0, 0, fields, amplitudeUa)).toBe(Status.OK);
  const t0 = engine.startProgram(0);
  engine.runFor(us, () => each?.(engine));
  return { engine, t0 };
}

describe('onsets', () => {
  for (const rateMhz of [2000, 50_000, 130_003, 1_199_999, 9_999_999, 10_000_000]) {
    test(`REQ-SCH-001: ${rateMhz} mHz keeps floor(k·10⁹/rate) µs over 3 s`, async () => {
      const { engine, t0 } = await running({ rateMhz, phaseUs: 30 }, 5000, 3_000_000);
      const played = offsets(engine, t0);
      expect(played.length).toBeGreaterThanOrEqual(Math.floor((3_000_000 * rateMhz) / 1e9));
      played.forEach((onsetUs, k) => {
        expect(onsetUs).toBe(ideal(k, rateMhz));
      });
      expect(engine.wasm.therapyState()).toBe(Therapy.STIMULATING);
    });
  }

  test('REQ-SCH-001: onsets stay exact where the board counter wraps', async () => {
    const engine = await Engine.boot(new MockInterlock(2 ** 32 - 500_000));
    engine.program(0, 0, { rateMhz: 333_333 }, 1000);
    const t0 = engine.startProgram(0);
    engine.runFor(2_000_000);
    offsets(engine, t0).forEach((onsetUs, k) => {
      expect(onsetUs).toBe(ideal(k, 333_333));
    });
  });

  test('REQ-SCH-003: a burst has exactly its pulses, each at its intra-burst onset', async () => {
    const fields = { rateMhz: 40_000, burstPulses: 5, intraRateMhz: 499_999, phaseUs: 500 };
    const { engine, t0 } = await running({ ...fields, recharge: Recharge.PASSIVE }, 600, 1_000_000);
    const played = offsets(engine, t0);
    expect(played.length).toBeGreaterThanOrEqual(200);
    played.forEach((onsetUs, k) => {
      expect(onsetUs).toBe(ideal(k, 40_000, 5, 499_999));
    });
  });

  test('REQ-SCH-004: each on-window starts its train again, and has only pulses with F(k) < on', async () => {
    const { engine, t0 } = await running({ rateMhz: 90_000, onMs: 50, offMs: 120 }, 1000, 1_000_000);
    const perWindow = [0, 11111, 22222, 33333, 44444];
    offsets(engine, t0).forEach((onsetUs, k) => {
      expect(onsetUs).toBe(Math.floor(k / 5) * 170_000 + perWindow[k % 5]);
    });
  });

  test('REQ-SCH-004: an off-time longer than 2^31 µs passes without a pulse, and the next window starts to the µs', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, { rateMhz: 100_000, onMs: 20, offMs: 2_700_000 - 20 }, 1000);
    engine.program(0, 1, { rateMhz: 2_000, fractions: { 2: -1000, 3: 1000 } }, 0);
    const t0 = engine.startProgram(0);
    // Only the last 64 segments matter to the mock: the time is played without keeping it.
    const kept: number[] = [];
    engine.runFor(2_700_100_000, () => {
      if (engine.gate.segments.length < 400) return;
      kept.push(
        ...engine.gate.segments.splice(0, 300).flatMap((s) => (s.levelsUa[0] < 0 ? [s.startUs - t0] : [])),
      );
    });
    kept.push(...engine.gate.segments.flatMap((s) => (s.levelsUa[0] < 0 ? [s.startUs - t0] : [])));
    expect(kept).toEqual([0, 10_000, 2_700_000_000, 2_700_010_000]);
  });
});

describe('interleaving', () => {
  test('REQ-SCH-002: earliest ideal onset first, ties to the lowest area, never pre-empted, no later onset moved', async () => {
    const engine = await Engine.boot();
    const areas = [
      { rateMhz: 100_000, phaseUs: 200 },
      { rateMhz: 100_000, phaseUs: 300 },
      { rateMhz: 133_333, phaseUs: 100, recharge: Recharge.PASSIVE },
    ];
    areas.forEach((fields, area) => {
      expect(
        engine.program(3, area, { ...fields, fractions: { [2 * area]: -1000, [2 * area + 1]: 1000 } }, 1000),
      ).toBe(Status.OK);
    });
    const t0 = engine.startProgram(3);
    engine.runFor(1_000_000);

    const occupancyUs = [410, 610, 110];
    const next = [0, 0, 0];
    let freeUs = 0;
    for (const pulse of engine.pulses()) {
      const due = areas.map((fields, area) => ideal(next[area], fields.rateMhz));
      const area = due.indexOf(Math.min(...due));
      const onsetUs = Math.max(due[area], freeUs);
      expect([pulse.levelsUa.findIndex((levelUa) => levelUa < 0) >> 1, pulse.onsetUs - t0]).toEqual([
        area,
        onsetUs,
      ]);
      freeUs = onsetUs + occupancyUs[area];
      next[area]++;
    }
    expect(next.every((count) => count >= 100)).toBe(true);
  });

  test('REQ-SCH-005: a pulse whose segment the FIFO refuses for now is completed, unchanged', async () => {
    let calls = 0;
    const fields = { rateMhz: 50_000, phaseUs: 100, gapUs: 50, recharge: Recharge.ASYMMETRIC, ratio: 4 };
    const { engine, t0 } = await running(fields, 2000, 1_000_000, (e) => {
      e.gate.refuse = () => (calls++ % 3 === 2 ? Status.FIFO_FULL : Status.OK);
    });
    expect(engine.pulses().length).toBeGreaterThanOrEqual(49);
    for (const pulse of engine.pulses().slice(0, -1)) {
      expect(pulse.segments.map((s) => [s.durationUs, s.levelsUa[0]])).toEqual([
        [100, -2000],
        [50, 0],
        [400, 500],
      ]);
    }
    offsets(engine, t0).forEach((onsetUs, k) => {
      expect(onsetUs).toBe(k * 20_000);
    });
  });

  test('REQ-SCH-005: runs that come late by 4 ms lose no pulse', async () => {
    const engine = await Engine.boot();
    engine.lateUs = 4000;
    engine.program(0, 0, { rateMhz: 90_000, phaseUs: 1000, recharge: Recharge.ASYMMETRIC, ratio: 10 }, 1000);
    const t0 = engine.startProgram(0);
    engine.runFor(1_000_000);
    const played = offsets(engine, t0);
    expect(played.length).toBeGreaterThanOrEqual(90);
    played.forEach((onsetUs, k) => {
      expect(onsetUs).toBe(Math.max(ideal(k, 90_000), k * 11_010));
    });
  });

  test('REQ-SCH-020: with 5 ms queued a run asks for what 100 µs and a segment more allow; onsets stay', async () => {
    const segmentUs = 45;
    const engine = await Engine.boot();
    const { gate } = engine;
    gate.refuse = () => {
      gate.nowUs += segmentUs;
      return Status.OK;
    };
    engine.program(0, 0, { rateMhz: 900_000, phaseUs: 200, gapUs: 50 }, 1000);
    const t0 = engine.startProgram(0);
    let asked = gate.requests;
    let isLong = false;
    const askedByLong: number[] = [];
    engine.runFor(500_000, () => {
      if (isLong) askedByLong.push(gate.requests - asked);
      asked = gate.requests;
      isLong = gate.endUs - gate.nowUs >= 5000;
    });
    // 45, 90 and 135 µs of filling: the third request is the one more.
    expect(Math.max(...askedByLong)).toBe(3);
    expect(askedByLong.length).toBeGreaterThan(100);
    offsets(engine, t0).forEach((onsetUs, k) => {
      expect(onsetUs).toBe(ideal(k, 900_000));
    });
  });

  test('REQ-SCH-009: idle time is recharge in equal pieces of 10–5000 µs', async () => {
    const { engine } = await running({ rateMhz: 7000, phaseUs: 200 }, 1000, 1_000_000);
    const idle = engine.gate.segments.filter((s) => (s.flags & 1) !== 0).slice(1, 30);
    expect(
      Math.max(...idle.map((s) => s.durationUs)) - Math.min(...idle.map((s) => s.durationUs)),
    ).toBeLessThanOrEqual(1);
  });
});

describe('ramps', () => {
  test('REQ-SCH-006: soft start is floored to 10 µA and passes its indices', async () => {
    const { engine, t0 } = await running({ rateMhz: 1_000_000, rampUpMs: 500, phaseUs: 50 }, 3000, 700_000);
    const expected = Array.from({ length: 701 }, (_, k) =>
      Math.min(3000, Math.floor((3000 * k) / 500 / 10) * 10),
    );
    const first = expected.findIndex((ua) => ua > 0);
    expect(offsets(engine, t0)[0]).toBe(first * 1000);
    expect(amplitudes(engine).slice(0, 690)).toEqual(expected.slice(first, first + 690));
  });

  test('REQ-SCH-007: pulses of amplitude 0 are recharge and are not counted', async () => {
    const { engine } = await running({ rateMhz: 1_000_000, rampUpMs: 500, phaseUs: 50 }, 3000, 100_500);
    const batches = engine.batches();
    expect(batches[0].firstIndex).toBe(2);
    engine.wasm.stopNow(StopReason.ESTOP);
    const last = [...batches, ...engine.batches()];
    expect(last.reduce((sum, batch) => sum + batch.count, 0)).toBe(engine.wasm.pulsesTotal());
    expect(engine.wasm.pulsesTotal()).toBe(engine.pulses().length);
  });

  test('REQ-SCH-006: with cycling each on-window ramps up and down again', async () => {
    const fields = { rateMhz: 100_000, onMs: 200, offMs: 100, rampUpMs: 50, rampDownMs: 100, phaseUs: 100 };
    const { engine, t0 } = await running(fields, 1000, 900_000);
    for (const pulse of engine.pulses()) {
      const t = (pulse.onsetUs - t0) % 300_000;
      const value = Math.min(1000, (1000 * t) / 50_000, (1000 * (200_000 - t)) / 100_000);
      expect(-pulse.levelsUa[0]).toBe(Math.floor(value / 10) * 10);
    }
  });

  test('REQ-THR-004: on a ramp the amplitude is the greatest feasible one, not above the ramp', async () => {
    const fields = {
      rateMhz: 100_000,
      rampUpMs: 400,
      phaseUs: 60,
      recharge: Recharge.ASYMMETRIC,
      ratio: 3,
      fractions: { 0: -333, 1: -667, 16: 1000 },
    };
    const { engine } = await running(fields, 3000, 500_000);
    const levels = (ua: number) => {
      const a = Math.floor((ua * 333) / 1000);
      const b = Math.floor((ua * 667) / 1000);
      const left = ua - a - b;
      const aFirst = (ua * 333) % 1000 >= (ua * 667) % 1000;
      return left === 0 ? [a, b] : aFirst ? [a + 1, b] : [a, b + 1];
    };
    const feasible = (ua: number): number =>
      levels(ua).every((l) => l % 3 === 0) && ua % 3 === 0 ? ua : feasible(ua - 10);
    const expected = Array.from({ length: 50 }, (_, k) =>
      feasible(Math.floor(Math.min(3000, 75 * k) / 10) * 10),
    );
    const made = engine.pulses().map((pulse) => -pulse.levelsUa[0] - pulse.levelsUa[1]);
    expect(made.slice(0, 45)).toEqual(expected.filter((ua) => ua > 0).slice(0, 45));
    for (const pulse of engine.pulses().slice(0, -1)) {
      expect(pulse.segments.at(-1)?.levelsUa).toEqual(pulse.levelsUa.map((l) => (l === 0 ? 0 : -l / 3)));
    }
  });
});

describe('stopping', () => {
  test('REQ-SCH-016: STOP without a ramp completes what is queued, then disarms', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, { rateMhz: 10_000_000, phaseUs: 30 }, 5000);
    engine.startProgram(0);
    engine.runFor(100_000);
    expect(engine.wasm.stopSoft()).toBe(Status.OK);
    const queued = engine.pulses().length;
    const stoppedUs = engine.gate.nowUs;
    expect(engine.wasm.therapyState()).toBe(Therapy.STOPPING);
    for (let n = 0; n < 50 && engine.wasm.therapyState() !== Therapy.IDLE; n++)
      engine.runFor(Math.max(1, engine.wishUs));
    expect(engine.pulses().length).toBe(queued);
    expect(engine.gate.nowUs - stoppedUs).toBeLessThan(20_000);
    expect([engine.wasm.therapyState(), engine.wasm.lastReason()]).toEqual([Therapy.IDLE, StopReason.STOP]);
    expect(engine.gate.state).toBe(State.DISARMED);
    expect(engine.gate.stops.every((mode) => mode === STOP_DISARM)).toBe(true);
    expect(engine.wasm.pulsesTotal()).toBe(queued);
    for (const pulse of engine.pulses()) expect(pulse.segments.map((s) => s.durationUs)).toEqual([30, 30]);
  });

  test('REQ-SCH-008: STOP ramps down from the amplitude in use to the last pulse, never rising', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, { rateMhz: 500_000, phaseUs: 50, rampUpMs: 1000, rampDownMs: 200 }, 2000);
    const t0 = engine.startProgram(0);
    engine.runFor(500_000);
    engine.wasm.stopSoft();
    const { endUs } = engine.gate;
    const before = engine.pulses().length;
    engine.runFor(400_000);
    const used = Math.floor(((endUs - t0) * 0.002) / 10) * 10;
    const after = engine.pulses().slice(before);
    expect(used).toBeGreaterThan(980);
    for (const pulse of after) {
      const value = used * (1 - (pulse.onsetUs - endUs) / 200_000);
      expect(-pulse.levelsUa[0]).toBeLessThanOrEqual(value);
      expect(-pulse.levelsUa[0]).toBeGreaterThan(value - 20);
    }
    expect(after.length).toBeGreaterThan(97);
    expect(after.map((p) => -p.levelsUa[0])).toEqual(after.map((p) => -p.levelsUa[0]).sort((a, b) => b - a));
    expect([engine.wasm.therapyState(), engine.wasm.lastReason()]).toEqual([Therapy.IDLE, StopReason.STOP]);
  });

  test('REQ-SCH-008: a link loss stops as STOP does, with its own reason', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, {}, 2000);
    engine.startProgram(0);
    engine.runFor(100_000);
    engine.wasm.linkLost();
    engine.runFor(40_000);
    expect([engine.wasm.therapyState(), engine.wasm.lastReason()]).toEqual([
      Therapy.IDLE,
      StopReason.LINK_LOSS,
    ]);
    engine.wasm.linkLost();
    expect(engine.wasm.lastReason()).toBe(StopReason.LINK_LOSS);
  });

  test('REQ-SCH-015: ESTOP switches off in the call; cut pulses are not counted', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, { rateMhz: 10_000_000, phaseUs: 30 }, 5000);
    const t0 = engine.startProgram(0);
    engine.runFor(50_000);
    engine.gate.nowUs += 130;
    expect(engine.wasm.stopNow(StopReason.ESTOP)).toBe(Status.OK);
    expect(engine.gate.stops.at(-1)).toBe(STOP_ESTOP);
    expect([engine.wasm.therapyState(), engine.wasm.lastReason()]).toEqual([Therapy.IDLE, StopReason.ESTOP]);
    expect(engine.wasm.pulsesTotal()).toBe(Math.floor((engine.gate.nowUs - t0) / 100) + 1);
    const batches = engine.batches();
    expect(batches.reduce((sum, batch) => sum + batch.count, 0)).toBe(engine.wasm.pulsesTotal());
    engine.runFor(200_000);
    expect(engine.wasm.therapyState()).toBe(Therapy.IDLE);
  });

  test('REQ-SCH-018: trip, magnet and underrun end in IDLE with their reason, and nothing resumes', async () => {
    const cases: [StopReason, (gate: MockInterlock) => void][] = [
      [StopReason.TRIP, (gate) => ((gate.state as State) = State.TRIPPED)],
      [StopReason.MAGNET, (gate) => (gate.magnet = true)],
      [StopReason.UNDERRUN, (gate) => (gate.nowUs += 30_000)],
    ];
    for (const [reason, cause] of cases) {
      const engine = await Engine.boot();
      engine.program(0, 0, {}, 2000);
      const t0 = engine.startProgram(0);
      engine.runFor(50_000);
      engine.gate.nowUs += 5;
      if (reason !== StopReason.UNDERRUN) engine.gate.off();
      cause(engine.gate);
      const offUs = reason === StopReason.UNDERRUN ? engine.gate.endUs : engine.gate.nowUs;
      engine.run();
      expect([engine.wasm.therapyState(), engine.wasm.lastReason()]).toEqual([Therapy.IDLE, reason]);
      expect(engine.wasm.pulsesTotal()).toBe(Math.floor((offUs - 1 - t0) / 10_000) + 1);
      const { requests } = engine.gate;
      engine.gate.magnet = false;
      engine.gate.state = State.DISARMED;
      engine.runFor(200_000);
      expect(engine.gate.requests).toBe(requests);
    }
  });

  test('REQ-SCH-017: a refused segment ends the therapy with the output off and the refusal named', async () => {
    const { engine } = await running({}, 2000, 200_000, (e) => {
      if (e.runs > 10) e.gate.refuse = () => Status.PHASE_CHARGE;
    });
    expect([engine.wasm.therapyState(), engine.wasm.lastReason(), engine.wasm.lastRefusal()]).toEqual([
      Therapy.IDLE,
      StopReason.REFUSED,
      Status.PHASE_CHARGE,
    ]);
    expect(engine.gate.stops).toEqual([STOP_ESTOP]);
  });
});

describe('starting', () => {
  test('REQ-SCH-014: START needs a valid program, an idle device, an interlock that would arm', async () => {
    const engine = await Engine.boot();
    const { wasm, gate } = engine;
    expect(wasm.start(16, 0)).toBe(Status.BAD_SLOT);
    expect(wasm.start(0, 2)).toBe(Status.BAD_ARGUMENT);
    expect(wasm.start(0, 0)).toBe(Status.EMPTY_PROGRAM);
    engine.program(0, 0, {}, 1000);
    wasm.setVerdict(Status.INTERLEAVE);
    expect(wasm.start(0, 0)).toBe(Status.INTERLEAVE);
    wasm.setVerdict(Status.OK);
    gate.magnet = true;
    expect(wasm.start(0, 0)).toBe(Status.MAGNET);
    gate.magnet = false;
    gate.state = State.TRIPPED;
    expect(wasm.start(0, 0)).toBe(Status.TRIPPED);
    gate.state = State.LOCKED;
    expect(wasm.start(0, 0)).toBe(Status.LOCKED);
    gate.state = State.DISARMED;
    expect([wasm.therapyState(), wasm.stateChanges()]).toEqual([Therapy.IDLE, 0]);
    expect(wasm.start(0, 1)).toBe(Status.OK);
    expect([wasm.therapyState(), wasm.activeSlot(), wasm.activeMode()]).toEqual([Therapy.ARMING, 0, 1]);
    expect(wasm.start(0, 1)).toBe(Status.STIMULATING);
    expect(wasm.stopSoft()).toBe(Status.OK);
    expect([wasm.therapyState(), wasm.lastReason(), wasm.stopSoft()]).toEqual([
      Therapy.IDLE,
      StopReason.STOP,
      Status.NOT_STIMULATING,
    ]);
  });

  test('REQ-SCH-019: a recharge of 1000 µs comes before the first onset, in which the queue is filled', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, { phaseUs: 10, rateMhz: 10_000_000 }, 1000);
    const t0 = engine.startProgram(0);
    const [lead] = engine.gate.segments;
    expect([lead.durationUs, lead.flags & 1]).toEqual([1000, 1]);
    expect(engine.pulses()[0].onsetUs).toBe(t0);
  });

  test('REQ-SCH-014: arming waits for the discharge time; any other refusal ends it', async () => {
    const engine = await Engine.boot();
    engine.program(0, 0, {}, 1000);
    const bootUs = engine.gate.nowUs;
    expect(engine.startProgram(0)).toBe(bootUs + 64_800 + 1 + LEAD_US);
    engine.wasm.stopNow(StopReason.ESTOP);
    engine.wasm.start(0, 0);
    engine.gate.armStatus = Status.SELF_TEST;
    engine.run();
    expect([engine.wasm.therapyState(), engine.wasm.lastReason(), engine.wasm.lastRefusal()]).toEqual([
      Therapy.IDLE,
      StopReason.REFUSED,
      Status.SELF_TEST,
    ]);
  });
});
