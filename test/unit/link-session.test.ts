// Sessions and sequence numbers: what is accepted, what is answered again, what is refused.

import { describe, expect, test } from 'vitest';
import { Status } from '../../firmware/status.ts';
import {
  Event,
  HELLO_PROFILE,
  HELLO_SESSION,
  HELLO_VERSION,
  Message,
  PROFILE_PERCUTANEOUS_16,
  REFUSAL_BYTES,
  RESPONSE_BIT,
  STATUS_FRAMES_REFUSED,
  STATUS_FRAMES_VALID,
  WIRE_VERSION,
} from '../../firmware/wire.ts';
import { areaRecord } from './link-program.ts';
import { LinkRig } from './link-rig.ts';
import { bytesOf, type FrameFields, line, u32 } from './link-wire.ts';

const HELLO = line({ type: Message.HELLO });

/** The status of the only answer, or undefined where there is none. */
function answered(rig: LinkRig, bytes: readonly number[]): number | undefined {
  const answers = rig.exchange(bytes);
  expect(answers.length).toBeLessThanOrEqual(1);
  return answers[0]?.payload.getUint8(0);
}

function connected(): LinkRig {
  const rig = new LinkRig();
  rig.hello();
  return rig;
}

describe('sessions', () => {
  test('REQ-LNK-003: HELLO opens a session with a nonce that is never zero and never the last one', () => {
    for (const entropy of [0, 1, -1, 0x12345678]) {
      for (const bootUs of [0, 1, 0xffffffff]) {
        const rig = new LinkRig(entropy, bootUs);
        const seen = new Set<number>();
        for (let i = 0; i < 50; i++) {
          const session = rig.hello();
          expect(session).not.toBe(0);
          expect(seen.has(session)).toBe(false);
          seen.add(session);
          rig.run(100_000);
        }
      }
    }
  });

  test('REQ-LNK-003: other entropy or another clock gives another nonce', () => {
    const sessions = [new LinkRig(1, 0), new LinkRig(2, 0), new LinkRig(1, 1000)].map((rig) => rig.hello());
    expect(new Set(sessions).size).toBe(3);
  });

  test('REQ-LNK-003: the response says version, profile and session, and echoes session and sequence 0', () => {
    const rig = new LinkRig();
    const [{ type, session, sequence, payload }] = rig.exchange(HELLO);
    expect([type, session, sequence]).toEqual([Message.HELLO | RESPONSE_BIT, 0, 0]);
    expect(payload.getUint8(0)).toBe(Status.OK);
    expect(payload.getUint8(HELLO_VERSION)).toBe(WIRE_VERSION);
    expect(payload.getUint8(HELLO_PROFILE)).toBe(PROFILE_PERCUTANEOUS_16);
  });

  test('REQ-LNK-003: a delimiter before the response ends whatever was on the line', () => {
    const rig = new LinkRig();
    rig.toDevice.push(...HELLO);
    rig.settle();
    const bytes = rig.takeBytes();
    expect([bytes[0], bytes.filter((byte) => byte === 0).length]).toEqual([0, 2]);
  });

  test('REQ-LNK-004: the same HELLO within 100 ms gets the same response, later or after a request a new session', () => {
    const rig = new LinkRig();
    const session = () => rig.exchange(HELLO)[0].payload.getUint32(HELLO_SESSION, true);
    const first = session();
    rig.run(99_000);
    expect(session()).toBe(first);
    rig.run(1_000);
    const second = session();
    expect(second).not.toBe(first);
    rig.session = second;
    rig.ask(Message.INFO);
    expect(session()).not.toBe(second);
  });

  test('REQ-LNK-004: a HELLO with a session or a sequence is refused', () => {
    const rig = connected();
    expect(answered(rig, line({ type: Message.HELLO, session: rig.session }))).toBe(Status.BAD_SESSION);
    expect(answered(rig, line({ type: Message.HELLO, sequence: 1 }))).toBe(Status.BAD_SEQUENCE);
    expect(rig.ask(Message.INFO).getUint8(0)).toBe(Status.OK);
  });

  test('REQ-LNK-005: before HELLO every message is refused', () => {
    const rig = new LinkRig();
    for (let type = 2; type <= 15; type++)
      expect(answered(rig, line({ type, sequence: 1 }))).toBe(Status.BAD_SESSION);
  });

  test('REQ-LNK-005: a wrong session or version is refused with the frame’s own session and sequence', () => {
    const rig = connected();
    const fields: FrameFields = { type: Message.ESTOP, session: rig.session ^ 1, sequence: 77 };
    const [refusal] = rig.exchange(line(fields));
    expect(refusal.payload.byteLength).toBe(REFUSAL_BYTES);
    expect(refusal.payload.getUint8(0)).toBe(Status.BAD_SESSION);
    expect([refusal.type, refusal.sequence]).toEqual([Message.ESTOP | RESPONSE_BIT, 77]);
    expect(refusal.session).toBe((rig.session ^ 1) >>> 0);
    expect(answered(rig, rig.next(Message.INFO, [], { version: 2 }))).toBe(Status.BAD_VERSION);
    const status = rig.ask(Message.STATUS);
    expect(status.getUint32(STATUS_FRAMES_REFUSED, true)).toBe(2);
    expect(status.getUint32(STATUS_FRAMES_VALID, true)).toBe(2);
  });

  test('REQ-LNK-005: frames of an ended session are refused', () => {
    const rig = connected();
    const old = rig.next(Message.ERASE, [0]);
    rig.run(200_000);
    rig.hello();
    expect(answered(rig, old)).toBe(Status.BAD_SESSION);
  });
});

describe('sequence', () => {
  test('REQ-LNK-006: the same frame again gets the same response and has no second effect', () => {
    const rig = connected();
    rig.ask(Message.SET_AREA, [0, 0, 0, 0, ...areaRecord()]);
    rig.ask(Message.SET_AMPLITUDE, [0, 0, 0, 0, ...u32(4000)]);
    const start = rig.next(Message.START, [0, 0]);
    const first = rig.exchange(start);
    expect(first.find(({ type }) => type >= Event.FAULT)?.type).toBe(Event.STATE);
    const response = first.find(({ type }) => type === (Message.START | RESPONSE_BIT));
    expect(response?.payload.getUint8(0)).toBe(Status.OK);
    // A second START would be refused: it is stimulating. The repeat is answered as the first one was.
    for (let i = 0; i < 3; i++) {
      const again = rig.exchange(start);
      expect(again.map(({ type, sequence }) => [type, sequence])).toEqual([[response?.type, rig.sequence]]);
      expect(bytesOf(again[0].payload)).toEqual([Status.OK]);
    }
    expect(rig.ask(Message.START, [0, 0]).getUint8(0)).toBe(Status.STIMULATING);
  });

  test('REQ-LNK-006: a repeated ERASE does not erase what was stored since', () => {
    const rig = connected();
    const erase = rig.next(Message.ERASE, [0]);
    expect(answered(rig, erase)).toBe(Status.OK);
    expect(answered(rig, erase)).toBe(Status.OK);
    rig.ask(Message.SET_AREA, [0, 0, 0, 0, ...areaRecord()]);
    expect(answered(rig, erase)).toBe(Status.BAD_SEQUENCE);
    expect(rig.ask(Message.GET_AREA, [0, 0]).getUint32(4, true)).toBe(50000);
  });

  test('REQ-LNK-007: the same sequence with other bytes is refused', () => {
    const rig = connected();
    rig.ask(Message.INFO);
    const other = line({ type: Message.STATUS, session: rig.session, sequence: rig.sequence });
    expect(answered(rig, other)).toBe(Status.BAD_SEQUENCE);
  });

  test('REQ-LNK-007: a sequence 1 to 32767 ahead is accepted, modulo 2^16, and nothing else', () => {
    const rig = connected();
    const at = (sequence: number) =>
      line({ type: Message.INFO, session: rig.session, sequence: sequence & 0xffff });
    expect(answered(rig, at(0))).toBe(Status.BAD_SEQUENCE);
    let last = 0;
    for (const ahead of [1, 2, 32767, 32767, 32767]) {
      expect(answered(rig, at(last + 32768))).toBe(Status.BAD_SEQUENCE);
      expect(answered(rig, at(last - 1))).toBe(Status.BAD_SEQUENCE);
      last += ahead;
      expect(answered(rig, at(last))).toBe(Status.OK);
    }
    expect(last).toBeGreaterThan(65536);
  });

  test('REQ-LNK-008: unknown messages and wrong lengths are refused, change nothing and use up no sequence', () => {
    const rig = connected();
    const sequence = rig.sequence + 1;
    const send = (type: number, bytes: number) =>
      answered(rig, line({ type, session: rig.session, sequence, payload: new Array(bytes).fill(0) }));
    expect(send(0, 0)).toBe(Status.UNKNOWN_MESSAGE);
    for (let type = 17; type < 0x40; type++) expect(send(type, 0)).toBe(Status.UNKNOWN_MESSAGE);
    const exact = [undefined, 0, 0, 0, 72, 2, 8, 1, 1, 2, 0, 0, 0, 12, 1, 2, 0];
    for (let type = 2; type <= 16; type++) {
      for (let bytes = 0; bytes <= 96; bytes++) {
        if (bytes !== exact[type]) expect(send(type, bytes)).toBe(Status.BAD_LENGTH);
      }
    }
    expect(answered(rig, line({ type: Message.HELLO, payload: [0] }))).toBe(Status.BAD_LENGTH);
    expect(send(Message.INFO, 0)).toBe(Status.OK);
  });
});
