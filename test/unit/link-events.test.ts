// Events, and what silence or a flood on the line does to a therapy.

import { describe, expect, test } from 'vitest';
import { Mode, State, Status, StopReason, Therapy, Trip } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { startTherapy } from './link-program.ts';
import { LinkRig } from './link-rig.ts';
import { type Frame, line } from './link-wire.ts';

const { Event, Message } = wire;

function connected(): LinkRig {
  const rig = new LinkRig();
  rig.hello();
  return rig;
}

const events = (frames: readonly Frame[]) => frames.filter(({ type }) => type >= Event.FAULT);
const ofType = (frames: readonly Frame[], type: number) => frames.filter((frame) => frame.type === type);

/** Therapy state and reason of the last STATE event. */
function lastState(frames: readonly Frame[]): readonly number[] | undefined {
  const payload = ofType(frames, Event.STATE).at(-1)?.payload;
  return payload && [payload.getUint8(wire.STATE_THERAPY), payload.getUint8(wire.STATE_REASON)];
}

describe('events', () => {
  test('REQ-LNK-011: before the first HELLO nothing is sent at all', () => {
    const rig = new LinkRig();
    rig.interlock.trip(Trip.BATTERY);
    rig.run(25_000_000);
    expect(rig.take()).toEqual([]);
  });

  test('REQ-LNK-011: events carry the session and a number of their own that starts at 0 with it', () => {
    const rig = connected();
    for (let opened = 0; opened < 2; opened++) {
      rig.run(30_500_000);
      const told = events(rig.take());
      expect(told.map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
      expect(new Set(told.map(({ session }) => session))).toEqual(new Set([rig.session]));
      rig.hello();
    }
  });

  test('REQ-LNK-017: BATTERY every 10 s of a session', () => {
    const rig = connected();
    rig.run(9_990_000);
    expect(rig.take()).toEqual([]);
    rig.run(20_000);
    const told = rig.take();
    expect(told.map(({ type }) => type)).toEqual([Event.BATTERY]);
    rig.run(20_000_000);
    expect(rig.take().map(({ type }) => type)).toEqual([Event.BATTERY, Event.BATTERY]);
    expect(told[0].payload.getUint32(wire.BATTERY_MV, true)).toBe(3700);
    expect(told[0].payload.getInt32(wire.BATTERY_TEMPERATURE_MC, true)).toBe(36500);
  });

  test('REQ-LNK-012: a trip is told in the poll that sees it, once, and again to a new session', () => {
    const rig = connected();
    rig.run(5_000);
    rig.interlock.trip(Trip.TEMPERATURE);
    rig.poll();
    const [fault] = ofType(rig.take(), Event.FAULT);
    expect(fault.payload.getUint8(wire.FAULT_TRIP)).toBe(Trip.TEMPERATURE);
    expect(fault.payload.getUint8(wire.FAULT_STATE)).toBe(State.TRIPPED);
    expect(fault.payload.getBigUint64(wire.FAULT_CLOCK_US, true)).toBe(BigInt(rig.nowUs));
    rig.run(1_000_000);
    expect(ofType(rig.take(), Event.FAULT)).toEqual([]);
    rig.toDevice.push(...line({ type: Message.HELLO }));
    rig.settle();
    expect(ofType(rig.take(), Event.FAULT)).toHaveLength(1);
  });

  test('REQ-LNK-012: after CLEAR the next trip is told again, and so is the latch for good', () => {
    const rig = connected();
    const faults = () => {
      rig.run(1_000);
      return ofType(rig.take(), Event.FAULT).map(({ payload }) => payload.getUint8(wire.FAULT_STATE));
    };
    rig.interlock.trip(Trip.READBACK);
    expect(faults()).toEqual([State.TRIPPED]);
    expect(ofType(rig.exchange(rig.next(Message.CLEAR)), Event.FAULT)).toEqual([]);
    expect(faults()).toEqual([]);
    rig.interlock.trip(Trip.READBACK);
    expect(faults()).toEqual([State.TRIPPED]);
    rig.interlock.trip(Trip.READBACK, State.LOCKED);
    expect(faults()).toEqual([State.LOCKED]);
  });

  test('REQ-LNK-012: a fault is sent before what else waits on a full line, which keeps room for a response', () => {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING, 1000, { rateMhz: 200000 });
    rig.take();
    rig.takes = 0;
    rig.run(3_000_000);
    rig.interlock.trip(Trip.READBACK);
    rig.poll();
    rig.toDevice.push(...rig.next(Message.STATUS));
    rig.settle();
    rig.takes = 512;
    rig.run(20_000);
    const told = rig.take();
    expect(ofType(told, Event.DELIVERED).length).toBeGreaterThan(3);
    expect(ofType(told, Event.FAULT)).toHaveLength(1);
    expect(ofType(told, Message.STATUS | wire.RESPONSE_BIT)).toHaveLength(1);
  });

  test('REQ-LNK-014: DELIVERED batches that found no room come as thinned ones, and no pulse is lost', () => {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING, 1000, { rateMhz: 200000 });
    rig.run(200_000);
    rig.takes = 0;
    rig.run(3_000_000);
    rig.takes = Number.POSITIVE_INFINITY;
    rig.run(1_000_000);
    const batches = ofType(rig.take(), Event.DELIVERED).map(({ payload }) => ({
      thinned: payload.getUint8(wire.DELIVERED_THINNED),
      count: payload.getUint32(wire.DELIVERED_COUNT, true),
      total: payload.getUint32(wire.DELIVERED_TOTAL, true),
    }));
    expect(batches.some(({ thinned }) => thinned === 1)).toBe(true);
    expect(batches.some(({ thinned }) => thinned === 0)).toBe(true);
    let total = 0;
    for (const batch of batches) {
      total += batch.count;
      expect(batch.total).toBe(total);
    }
    expect(total).toBeGreaterThan(750);
  });

  test('MEASURE answers with an IMPEDANCE event for the pair', () => {
    const rig = connected();
    expect(rig.ask(Message.MEASURE, [3, 16]).getUint8(0)).toBe(Status.OK);
    rig.run(3_000_000);
    const told = ofType(rig.take(), Event.IMPEDANCE);
    expect(told).toHaveLength(1);
    expect(told[0].payload.getUint8(wire.IMPEDANCE_PLUS)).toBe(3);
    expect(told[0].payload.getUint8(wire.IMPEDANCE_MINUS)).toBe(16);
  });
});

describe('silence', () => {
  test('REQ-LNK-010: in clinic mode stimulation stops 2 s after the last accepted frame', () => {
    const rig = connected();
    startTherapy(rig, Mode.CLINIC);
    rig.run(1_500_000);
    rig.ask(Message.INFO);
    rig.run(1_980_000);
    expect(rig.ask(Message.STATUS).getUint8(wire.STATUS_THERAPY)).toBe(Therapy.STIMULATING);
    rig.take();
    rig.run(1_995_000);
    expect(lastState(rig.take())).toBeUndefined();
    rig.run(60_000);
    expect(lastState(rig.take())).toEqual([Therapy.IDLE, StopReason.LINK_LOSS]);
  });

  test('REQ-LNK-010: noise, repeats and refused frames do not count', () => {
    const rig = connected();
    startTherapy(rig, Mode.CLINIC);
    const last = rig.next(Message.INFO);
    const traffic = [
      ...last,
      ...line({ type: Message.INFO, session: rig.session ^ 1, sequence: 9 }),
      ...line({ type: Message.INFO, session: rig.session, sequence: 1 }),
      ...line({ type: 0x30, session: rig.session, sequence: rig.sequence + 1 }),
      ...line({ type: Message.INFO | wire.RESPONSE_BIT, session: rig.session, sequence: rig.sequence }),
      ...[1, 2, 3, 0],
    ];
    rig.run(2_100_000, 20, () => {
      if (rig.toDevice.length === 0) rig.toDevice.push(...traffic);
    });
    expect(lastState(rig.take())).toEqual([Therapy.IDLE, StopReason.LINK_LOSS]);
  });

  test('REQ-LNK-010: in free-running mode it goes on', () => {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING);
    rig.run(6_000_000);
    expect(rig.ask(Message.STATUS).getUint8(wire.STATUS_THERAPY)).toBe(Therapy.STIMULATING);
  });
});

describe('traffic', () => {
  /** What drove current in a second of therapy with `flood` on the line again and again, 10 µs a byte. */
  function driven(flood: (rig: LinkRig) => readonly number[]) {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING, 1000, { rateMhz: 130000 });
    let sentUs = rig.nowUs;
    let bytes: number[] = [];
    rig.run(1_000_000, 20, () => {
      for (; sentUs < rig.nowUs; sentUs += 10) {
        if (bytes.length === 0) bytes = [...flood(rig)];
        rig.toDevice.push(...bytes.splice(0, 1));
      }
    });
    const segments = rig.interlock.played.filter(
      ({ startUs, words }) => startUs < rig.nowUs && words.some(Boolean),
    );
    return { segments, answers: rig.take().length };
  }

  test('REQ-LNK-013: a flood at 1 Mbaud delays no edge', () => {
    const idle = driven(() => []);
    expect(idle.segments.length).toBeGreaterThan(200);
    const floods: ((rig: LinkRig) => readonly number[])[] = [
      () => [1],
      () => [0],
      (rig) => rig.next(Message.STATUS),
      (rig) => line({ type: Message.ESTOP, session: rig.session ^ 1 }),
      (rig) => rig.next(Message.GET_AREA, [0, 0]),
    ];
    for (const [n, flood] of floods.entries()) {
      const flooded = driven(flood);
      expect(flooded.segments).toEqual(idle.segments);
      if (n >= 2) expect(flooded.answers).toBeGreaterThan(1000);
    }
  });
});
