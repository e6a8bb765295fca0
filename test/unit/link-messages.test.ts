// The messages one by one: what each answers, echoes and refuses.

import { describe, expect, test } from 'vitest';
import { AMPLITUDE_UA_MAX, ELECTRODES, PHASE_PC_MAX, PHASE_PC_SET_DEFAULT } from '../../firmware/profile.ts';
import { Mode, State, Status, StopReason, Therapy, Trip } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { areaRecord, startTherapy } from './link-program.ts';
import { LinkRig } from './link-rig.ts';
import { bytesOf, line, u32 } from './link-wire.ts';

const { Message, Field } = wire;

function connected(): LinkRig {
  const rig = new LinkRig();
  rig.hello();
  return rig;
}

function statusOf(rig: LinkRig, type: number, payload: readonly number[] = []): number {
  return rig.ask(type, payload).getUint8(0);
}

/** The number, plus 1, of the area that a refusal names; 0: none. */
const areaOf = (response: DataView) => response.getUint8(wire.REFUSAL_AREA);

/** The refusal's status, field and nearest values. */
function refusal(response: DataView): readonly number[] {
  expect(response.byteLength).toBe(wire.REFUSAL_BYTES);
  return [
    response.getUint8(wire.RESPONSE_STATUS),
    response.getUint8(wire.REFUSAL_FIELD),
    response.getInt32(wire.REFUSAL_LOW, true),
    response.getInt32(wire.REFUSAL_HIGH, true),
  ];
}

describe('the device', () => {
  test('INFO says what the device is, and that its link is not defended', () => {
    const info = connected().ask(Message.INFO);
    expect(info.byteLength).toBe(wire.INFO_BYTES);
    expect(info.getUint8(wire.INFO_ELECTRODES)).toBe(ELECTRODES);
    expect(info.getUint8(wire.INFO_SLOTS)).toBe(wire.SLOTS);
    expect(info.getUint8(wire.INFO_AREAS)).toBe(wire.AREAS);
    expect(info.getUint8(wire.INFO_AUTHENTICATED)).toBe(0);
    expect(info.getUint8(wire.INFO_BOARD)).toBe(wire.BOARD_SIMULATOR);
    expect(info.getUint32(wire.INFO_FIRMWARE, true)).toBe(wire.FIRMWARE_VERSION);
    expect(info.getUint32(wire.INFO_AMPLITUDE_UA_MAX, true)).toBe(AMPLITUDE_UA_MAX);
    expect(info.getUint32(wire.INFO_PHASE_PC_MAX, true)).toBe(PHASE_PC_MAX);
    expect(info.getUint32(wire.INFO_READBACK_UA, true)).toBe(100);
  });

  test('REQ-LNK-018: IDENTITY tells both hashes byte by byte, and zeros where the board knows none', () => {
    const rig = connected();
    const unknown = bytesOf(rig.ask(Message.IDENTITY));
    expect(unknown).toEqual(new Array(wire.IDENTITY_BYTES).fill(0));
    const hashes = Array.from({ length: 64 }, (_, n) => (n * 7 + 129) & 255);
    const words = new DataView(Uint8Array.from(hashes).buffer);
    rig.identity = Array.from({ length: 16 }, (_, word) => words.getInt32(4 * word, true));
    expect(bytesOf(rig.ask(Message.IDENTITY))).toEqual([Status.OK, 0, 0, 0, ...hashes]);
  });

  test('STATUS says what the device and the interlock are doing, on a clock of 64 bits', () => {
    const rig = new LinkRig(1, 0xffff0000);
    rig.hello();
    rig.run(100_000);
    const status = rig.ask(Message.STATUS);
    expect(status.byteLength).toBe(wire.STATUS_BYTES);
    expect(status.getUint8(wire.STATUS_THERAPY)).toBe(Therapy.IDLE);
    expect(status.getUint8(wire.STATUS_INTERLOCK)).toBe(State.DISARMED);
    expect(status.getBigUint64(wire.STATUS_CLOCK_US, true)).toBe(0xffff0000n + 100_000n);
    expect(status.getUint32(wire.STATUS_BATTERY_MV, true)).toBe(3700);
    expect(status.getInt32(wire.STATUS_TEMPERATURE_MC, true)).toBe(36500);
    expect(status.getUint32(wire.STATUS_FRAMES_VALID, true)).toBe(2);
    rig.interlock.trip(Trip.BATTERY);
    const tripped = rig.ask(Message.STATUS);
    expect(tripped.getUint8(wire.STATUS_INTERLOCK)).toBe(State.TRIPPED);
    expect(tripped.getUint8(wire.STATUS_TRIP)).toBe(Trip.BATTERY);
    expect(statusOf(rig, Message.CLEAR)).toBe(Status.OK);
    expect(rig.ask(Message.STATUS).getUint8(wire.STATUS_TRIP)).toBe(Trip.NONE);
    rig.interlock.trip(Trip.INTEGRITY, State.LOCKED);
    expect(statusOf(rig, Message.CLEAR)).toBe(Status.LOCKED);
  });
});

describe('programs', () => {
  test('SET_AREA, SET_AMPLITUDE and GET_AREA echo what is stored', () => {
    const rig = connected();
    const record = areaRecord();
    const echo = rig.ask(Message.SET_AREA, [15, 3, 0, 0, ...record]);
    expect(echo.byteLength).toBe(wire.AREA_ECHO_BYTES);
    expect(bytesOf(echo)).toEqual([Status.OK, 15, 3, 0, ...record]);
    const amplitude = rig.ask(Message.SET_AMPLITUDE, [15, 3, 0, 0, ...u32(1230)]);
    expect(bytesOf(amplitude)).toEqual([Status.OK, 15, 3, 0, ...u32(1230)]);
    const held = [...record];
    held.splice(wire.AREA_AMPLITUDE_UA, 4, ...u32(1230));
    expect(bytesOf(rig.ask(Message.GET_AREA, [15, 3]))).toEqual([Status.OK, 15, 3, 0, ...held]);
    expect(statusOf(rig, Message.ERASE, [15])).toBe(Status.OK);
    expect(bytesOf(rig.ask(Message.GET_AREA, [15, 3])).slice(4)).toEqual(new Array(68).fill(0));
  });

  test('REQ-LNK-008: slots, areas, modes, electrodes out of range and reserved bytes are refused', () => {
    const rig = connected();
    const record = areaRecord();
    expect(statusOf(rig, Message.SET_AREA, [16, 0, 0, 0, ...record])).toBe(Status.BAD_SLOT);
    expect(statusOf(rig, Message.SET_AREA, [0, 4, 0, 0, ...record])).toBe(Status.BAD_AREA);
    expect(statusOf(rig, Message.SET_AREA, [0, 0, 1, 0, ...record])).toBe(Status.BAD_FIELD);
    expect(statusOf(rig, Message.GET_AREA, [255, 0])).toBe(Status.BAD_SLOT);
    expect(statusOf(rig, Message.GET_AREA, [0, 255])).toBe(Status.BAD_AREA);
    expect(statusOf(rig, Message.SET_AMPLITUDE, [0, 0, 0, 9, ...u32(10)])).toBe(Status.BAD_FIELD);
    for (const type of [Message.ERASE, Message.VALIDATE])
      expect(statusOf(rig, type, [16])).toBe(Status.BAD_SLOT);
    expect(statusOf(rig, Message.START, [16, 0])).toBe(Status.BAD_SLOT);
    expect(statusOf(rig, Message.START, [0, 2])).toBe(Status.BAD_FIELD);
    expect(statusOf(rig, Message.START, [0, 0])).toBe(Status.EMPTY_PROGRAM);
    expect(statusOf(rig, Message.VALIDATE, [0])).toBe(Status.EMPTY_PROGRAM);
    for (const pair of [
      [17, 0],
      [0, 17],
      [3, 3],
    ]) {
      expect(refusal(rig.ask(Message.MEASURE, pair))).toEqual([Status.BAD_FIELD, Field.ELECTRODE, 0, 16]);
    }
  });

  test('REQ-LNK-008: a refusal says what the validation left behind, and the next one forgets it', () => {
    const rig = connected();
    const asked = rig.ask(Message.SET_AREA, [0, 0, 0, 0, ...areaRecord({ rateMhz: 1 })]);
    expect(refusal(asked).slice(0, 2)).toEqual([Status.RATE, Field.RATE]);
    expect(areaOf(asked)).toBe(1);
    const erased = rig.ask(Message.ERASE, [16]);
    expect(refusal(erased)).toEqual([Status.BAD_SLOT, Field.NONE, 0, 0]);
    expect(areaOf(erased)).toBe(0);
  });

  test('REQ-VAL-025: SET_AREA, SET_AMPLITUDE, VALIDATE and START name the area that is wrong', () => {
    const rig = connected();
    rig.ask(Message.SET_AREA, [0, 2, 0, 0, ...areaRecord()]);
    expect(areaOf(rig.ask(Message.SET_AREA, [0, 3, 0, 0, ...areaRecord({ phaseUs: 9 })]))).toBe(4);
    expect(areaOf(rig.ask(Message.SET_AMPLITUDE, [0, 2, 0, 0, ...u32(15)]))).toBe(3);
    rig.ask(Message.SET_AMPLITUDE, [0, 2, 0, 0, ...u32(7000)]);
    for (const response of [rig.ask(Message.VALIDATE, [0]), rig.ask(Message.START, [0, 0])]) {
      expect(refusal(response)).toEqual([Status.PROGRAM_PHASE_CHARGE, Field.AMPLITUDE, 6680, 6680]);
      expect(areaOf(response)).toBe(3);
    }
    expect(areaOf(rig.ask(Message.SET_AMPLITUDE, [0, 1, 0, 0, ...u32(10)]))).toBe(0);
  });
});

describe('stimulation', () => {
  test('START, STOP and ESTOP; STOP with nothing to stop is refused, ESTOP never is', () => {
    const rig = connected();
    expect(statusOf(rig, Message.STOP)).toBe(Status.NOT_STIMULATING);
    expect(statusOf(rig, Message.ESTOP)).toBe(Status.OK);
    startTherapy(rig, Mode.FREE_RUNNING);
    rig.run(200_000);
    const running = rig.ask(Message.STATUS);
    expect(running.getUint8(wire.STATUS_THERAPY)).toBe(Therapy.STIMULATING);
    expect(running.getUint8(wire.STATUS_MODE)).toBe(Mode.FREE_RUNNING);
    expect(statusOf(rig, Message.ESTOP)).toBe(Status.OK);
    expect(rig.interlock.state).toBe(State.DISARMED);
    const stopped = rig.ask(Message.STATUS);
    expect(stopped.getUint8(wire.STATUS_THERAPY)).toBe(Therapy.IDLE);
    expect(stopped.getUint8(wire.STATUS_STOP_REASON)).toBe(StopReason.ESTOP);
  });

  test('REQ-THR-008: amplitudes that were never valid together are refused until the next START', () => {
    const rig = connected();
    const set = (area: number, ua: number) => rig.ask(Message.SET_AMPLITUDE, [0, area, 0, 0, ...u32(ua)]);
    const dense = { rateMhz: 1_000_000, phaseUs: 100 };
    rig.ask(Message.SET_AREA, [0, 1, 0, 0, ...areaRecord({ ...dense, cathode: 2, anode: 3 })]);
    set(1, 6000);
    startTherapy(rig, Mode.FREE_RUNNING, 12_000, dense);
    rig.run(200_000);
    // Lowered it may be, and raised to where it was; the other area is refused what was valid by itself.
    expect(set(0, 6000).getUint8(0)).toBe(Status.OK);
    expect(set(0, 12_000).getUint8(0)).toBe(Status.OK);
    expect(set(0, 6000).getUint8(0)).toBe(Status.OK);
    const refused = set(1, 12_000);
    expect(refusal(refused).slice(0, 2)).toEqual([Status.PROGRAM_MEAN_CURRENT, Field.AMPLITUDE]);
    expect(areaOf(refused)).toBe(2);
    const nearestUa = refused.getInt32(wire.REFUSAL_LOW, true);
    expect(set(1, nearestUa).getUint8(0)).toBe(Status.OK);
    expect(set(1, 0).getUint8(0)).toBe(Status.OK);
    expect(set(0, 0).getUint8(0)).toBe(Status.OK);
    // Neither the refused amplitude nor the silence is a peak.
    expect(set(0, 12_000).getUint8(0)).toBe(Status.OK);
    expect(set(1, nearestUa).getUint8(0)).toBe(Status.OK);
    expect(set(0, 12_010).getUint8(0)).toBe(Status.PROGRAM_MEAN_CURRENT);
    set(0, 6000);
    rig.ask(Message.ESTOP);
    expect(set(1, 12_000).getUint8(0)).toBe(Status.OK);
    expect(statusOf(rig, Message.START, [0, Mode.FREE_RUNNING])).toBe(Status.OK);
    rig.run(200_000);
    expect(rig.ask(Message.STATUS).getUint8(wire.STATUS_THERAPY)).toBe(Therapy.STIMULATING);
    expect(set(1, 12_000).getUint8(0)).toBe(Status.OK);
    expect(set(0, 12_000).getUint8(0)).toBe(Status.PROGRAM_MEAN_CURRENT);
  });

  test('REQ-LNK-019: an ESTOP behind another frame acts in the same turn, and both are answered in order', () => {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING);
    rig.run(200_000);
    rig.take();
    const answered = () => rig.take().filter(({ type }) => type < wire.Event.FAULT);
    const foreign = rig.next(Message.ESTOP, [], { session: rig.session ^ 1 });
    rig.toDevice.push(...rig.next(Message.VALIDATE, [0]), ...foreign);
    rig.poll();
    expect(rig.interlock.state).toBe(State.ARMED);
    rig.settle();
    expect(answered().map(({ payload }) => payload.getUint8(0))).toEqual([Status.OK, Status.BAD_SESSION]);
    rig.toDevice.push(...rig.next(Message.VALIDATE, [0]), ...rig.next(Message.ESTOP));
    rig.poll();
    expect(rig.interlock.state).toBe(State.DISARMED);
    rig.settle();
    const answers = answered().map(({ type, sequence, payload }) => [type, sequence, payload.getUint8(0)]);
    expect(answers).toEqual([
      [Message.VALIDATE | wire.RESPONSE_BIT, rig.sequence - 1, Status.OK],
      [Message.ESTOP | wire.RESPONSE_BIT, rig.sequence, Status.OK],
    ]);
    const { payload } = rig.exchange(rig.next(Message.STATUS))[0];
    expect(payload.getUint8(wire.STATUS_STOP_REASON)).toBe(StopReason.ESTOP);
  });

  test.each([
    ['a HELLO, and the ESTOP of the session before', Message.HELLO, 0, 0, 1, Status.BAD_SESSION],
    ['a later sequence, and an ESTOP of an earlier one', Message.STATUS, 1, 10, 5, Status.BAD_SEQUENCE],
    ['the same sequence', Message.STATUS, 1, 3, 3, Status.BAD_SEQUENCE],
  ])(
    'REQ-LNK-019: %s in one go: what will be refused does nothing',
    (_, type, own, first, second, status) => {
      const rig = connected();
      startTherapy(rig, Mode.FREE_RUNNING);
      rig.run(200_000);
      rig.take();
      const { session, sequence } = rig;
      const older = { type, session: own * session, sequence: own * (sequence + first) };
      const estop = { type: Message.ESTOP, session, sequence: sequence + second };
      const answers = rig.exchange([...line(older), ...line(estop)]);
      expect(
        answers
          .filter(({ type: answer }) => answer < wire.Event.FAULT)
          .map(({ payload }) => payload.getUint8(0)),
      ).toEqual([Status.OK, status]);
      expect(rig.interlock.state).toBe(State.ARMED);
    },
  );

  test('REQ-LNK-019: frames that come in one go are all taken, in order', () => {
    const rig = connected();
    const bytes = [1, 2, 3, 4, 5].flatMap(() => rig.next(Message.INFO));
    const answers = rig.exchange(bytes).map(({ sequence }) => sequence);
    expect(answers).toEqual([1, 2, 3, 4, 5]);
  });

  test('REQ-LNK-016: ESTOP acts on a line that takes nothing, and its response comes when the line does', () => {
    const rig = connected();
    startTherapy(rig, Mode.FREE_RUNNING);
    rig.run(200_000);
    rig.take();
    rig.takes = 0;
    for (let i = 0; i < 40; i++) rig.toDevice.push(...rig.next(Message.STATUS));
    rig.run(50_000);
    rig.toDevice.push(...rig.next(Message.ESTOP));
    rig.settle();
    expect(rig.interlock.state).toBe(State.DISARMED);
    rig.takes = Number.POSITIVE_INFINITY;
    rig.run(10_000);
    const last = rig.take().filter(({ type }) => type === (Message.ESTOP | wire.RESPONSE_BIT));
    expect(last.map(({ sequence, payload }) => [sequence, payload.getUint8(0)])).toEqual([
      [rig.sequence, Status.OK],
    ]);
  });
});

describe('limits', () => {
  const limit = (electrode: number, ua: number, pc: number) => [electrode, 0, 0, 0, ...u32(ua), ...u32(pc)];
  const held = (response: DataView) => [
    response.getUint8(0),
    response.getUint8(1),
    response.getUint32(wire.LIMIT_AMPLITUDE_UA, true),
    response.getUint32(wire.LIMIT_PHASE_PC, true),
  ];

  test('SET_LIMIT lowers and raises; GET_LIMIT and SET_LIMIT answer with what the interlock holds', () => {
    const rig = connected();
    expect(held(rig.ask(Message.GET_LIMIT, [16]))).toEqual([0, 16, AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT]);
    expect(held(rig.ask(Message.SET_LIMIT, limit(4, 5000, 1000000)))).toEqual([0, 4, 5000, 1000000]);
    expect(held(rig.ask(Message.SET_LIMIT, limit(4, 6000, 2000000)))).toEqual([0, 4, 6000, 2000000]);
    expect(held(rig.ask(Message.SET_LIMIT, limit(4, 6000, 2000000)))).toEqual([0, 4, 6000, 2000000]);
    expect(held(rig.ask(Message.GET_LIMIT, [4]))).toEqual([0, 4, 6000, 2000000]);
    expect(held(rig.ask(Message.GET_LIMIT, [5]))).toEqual([0, 5, AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT]);
  });

  test('REQ-LNK-015: one limit up and the other down is done as a whole, or refused as a whole', () => {
    const rig = connected();
    rig.ask(Message.SET_LIMIT, limit(0, 5000, 1000000));
    expect(held(rig.ask(Message.SET_LIMIT, limit(0, 4000, 1500000)))).toEqual([0, 0, 4000, 1500000]);
    expect(held(rig.ask(Message.SET_LIMIT, limit(0, 5000, 1000000)))).toEqual([0, 0, 5000, 1000000]);
    rig.interlock.state = State.ARMED;
    const up = refusal(rig.ask(Message.SET_LIMIT, limit(0, 4000, 1500000)));
    expect(up).toEqual([Status.LIMIT, Field.PHASE_LIMIT, 1000000, 1000000]);
    expect(refusal(rig.ask(Message.SET_LIMIT, limit(0, 5001, 900000)))[1]).toBe(Field.AMPLITUDE);
    expect(held(rig.ask(Message.GET_LIMIT, [0]))).toEqual([0, 0, 5000, 1000000]);
    expect(held(rig.ask(Message.SET_LIMIT, limit(0, 4000, 900000)))).toEqual([0, 0, 4000, 900000]);
  });

  test('REQ-LNK-015: values past the hard limits, of 32 bits too, are refused with the hard limit', () => {
    const rig = connected();
    for (const ua of [AMPLITUDE_UA_MAX + 1, 0x80000000, 0xffffffff]) {
      const refused = refusal(rig.ask(Message.SET_LIMIT, limit(0, ua, 0)));
      expect(refused).toEqual([Status.LIMIT, Field.AMPLITUDE, AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX]);
    }
    const refused = refusal(rig.ask(Message.SET_LIMIT, limit(0, 0, PHASE_PC_MAX + 1)));
    expect(refused).toEqual([Status.LIMIT, Field.PHASE_LIMIT, PHASE_PC_MAX, PHASE_PC_MAX]);
    expect(refusal(rig.ask(Message.SET_LIMIT, limit(17, 0, 0)))[1]).toBe(Field.ELECTRODE);
    expect(refusal(rig.ask(Message.GET_LIMIT, [17]))[1]).toBe(Field.ELECTRODE);
    expect(held(rig.ask(Message.GET_LIMIT, [0]))).toEqual([0, 0, AMPLITUDE_UA_MAX, PHASE_PC_SET_DEFAULT]);
  });
});
