// Framing: what is a frame, what is noise, and how little of either a poll takes on.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { State, Status } from '../../firmware/status.ts';
import {
  FRAME_BYTES_MAX,
  Message,
  RESPONSE_BIT,
  STATUS_FRAMES_DAMAGED,
  STATUS_FRAMES_REFUSED,
} from '../../firmware/wire.ts';
import { LinkRig } from './link-rig.ts';
import { cobs, crc32c, frameBytes, line, u32 } from './link-wire.ts';

/** The stimulator's memory but for what nothing uses. */
const STATIC_BYTES = 12_800;

function connected(): LinkRig {
  const rig = new LinkRig();
  rig.hello();
  return rig;
}

function damaged(rig: LinkRig): number {
  return rig.ask(Message.STATUS).getUint32(STATUS_FRAMES_DAMAGED, true);
}

describe('frames', () => {
  test('the CRC of the tests is the published one', () => {
    expect(crc32c([...Buffer.from('123456789')])).toBe(0xe3069283);
  });

  test('REQ-LNK-001: any single byte changed makes a frame damaged: counted, not answered, no effect', () => {
    const rig = connected();
    const good = rig.next(Message.STATUS);
    rig.sequence--;
    for (let at = 0; at < good.length - 1; at++) {
      for (const flip of [1, 0x80, 0xff]) {
        const bad = [...good];
        bad[at] ^= flip;
        expect(rig.exchange([...bad, 0]), `byte ${at} ^ ${flip}`).toEqual([]);
      }
    }
    // A byte that became 0 makes two damaged pieces of one frame.
    expect(damaged(rig)).toBeGreaterThanOrEqual(3 * (good.length - 1));
    expect(rig.ask(Message.STATUS).getUint32(STATUS_FRAMES_REFUSED, true)).toBe(0);
  });

  test('REQ-LNK-001: every truncation of a frame is damaged and counted once', () => {
    const rig = connected();
    const good = rig.next(Message.STATUS);
    rig.sequence--;
    for (let length = 1; length < good.length - 1; length++) {
      expect(rig.exchange([...good.slice(0, length), 0])).toEqual([]);
      expect(damaged(rig)).toBe(length);
    }
  });

  test('REQ-LNK-001: a correct CRC over fewer bytes than a header is damaged', () => {
    const rig = connected();
    for (const bytes of [[], [1], [1, 3, 0, 0, 0, 0, 0]]) {
      expect(rig.exchange([...cobs([...bytes, ...u32(crc32c(bytes))]), 0])).toEqual([]);
    }
    expect(damaged(rig)).toBe(3);
  });

  test('delimiters alone are nothing', () => {
    const rig = connected();
    expect(rig.exchange(new Array(300).fill(0))).toEqual([]);
    expect(damaged(rig)).toBe(0);
  });

  test('REQ-LNK-002: a run without a delimiter is dropped up to the next one and counted once', () => {
    for (const [name, byte] of [
      ['ones', 1],
      ['twos', 2],
      ['0xff', 255],
    ] as const) {
      const rig = connected();
      expect(rig.exchange([...new Array(5000).fill(byte), 0]), name).toEqual([]);
      expect(damaged(rig), name).toBe(1);
    }
  });

  test('REQ-LNK-002: the longest frame is taken, one byte more is damaged', () => {
    const rig = connected();
    const longest = { type: 0x30, session: rig.session, sequence: 1, payload: new Array(96).fill(7) };
    expect(frameBytes(longest)).toHaveLength(FRAME_BYTES_MAX);
    expect(rig.exchange(line(longest)).map(({ payload }) => payload.getUint8(0))).toEqual([
      Status.UNKNOWN_MESSAGE,
    ]);
    expect(rig.exchange(line({ ...longest, payload: new Array(97).fill(7) }))).toEqual([]);
    expect(damaged(rig)).toBe(1);
  });

  test('REQ-LNK-009: responses, events and other types from 0x40 up are never answered', () => {
    const rig = connected();
    for (let type = 0x40; type < 0x100; type++) {
      expect(rig.exchange(line({ type, session: rig.session, sequence: 1 }))).toEqual([]);
    }
    expect(rig.ask(Message.STATUS).getUint32(STATUS_FRAMES_REFUSED, true)).toBe(0xc0);
  });

  test('REQ-LNK-013: a poll takes at most 64 bytes and one frame, and asks for another at once', () => {
    const rig = connected();
    rig.toDevice.push(...new Array(200).fill(1));
    for (const left of [136, 72, 8, 0]) {
      expect(rig.poll() === 0).toBe(left > 0 || (left === 0 && rig.toDevice.length > 0));
      expect(rig.toDevice).toHaveLength(left);
    }
    rig.toDevice.push(0, ...rig.next(Message.STATUS), ...rig.next(Message.INFO));
    expect(rig.poll()).toBe(0);
    expect(rig.take().map(({ type }) => type)).toEqual([Message.STATUS | RESPONSE_BIT]);
    rig.settle();
    expect(rig.take().map(({ type }) => type)).toEqual([Message.INFO | RESPONSE_BIT]);
  });

  test('REQ-LNK-001: after any bytes and a delimiter the link works as before', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
        const rig = connected();
        rig.exchange([...noise, 0]);
        expect(rig.ask(Message.STATUS).getUint8(0)).toBe(Status.OK);
      }),
      { numRuns: 200 },
    );
  });

  test('REQ-LNK-020: an ESTOP acts after any flipped bit of the memory', () => {
    const rig = connected();
    const { memory } = rig;
    for (let bit = 0; bit < 8 * STATIC_BYTES; bit++) {
      rig.interlock.state = State.ARMED;
      memory[bit >> 3] ^= 1 << (bit & 7);
      rig.exchange(rig.next(Message.ESTOP));
      expect(rig.interlock.state, `byte ${bit >> 3}, bit ${bit & 7}`).toBe(State.DISARMED);
    }
    expect(memory.subarray(STATIC_BYTES).every((byte) => byte === 0)).toBe(true);
  });
});
