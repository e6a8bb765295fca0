// Any bytes on the line: the device stays alive, and only valid frames of the session change what it holds or does.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mode } from '../../firmware/status.ts';
import * as wire from '../../firmware/wire.ts';
import { encodeArea } from '../../host/device/area-record.ts';
import { encodeFrame } from '../../host/link/frame.ts';
import type { AreaSettings, Therapy } from '../../host/therapy/therapy.ts';
import { Device } from './rig/device.ts';

const SEED = 20_261_128;
const AREA: AreaSettings = {
  electrodes: { E3: -1000, E4: 1000 },
  amplitudeUa: 1500,
  phaseUs: 210,
  recharge: 'symmetric',
  rateHz: 90,
};
const THERAPY: Therapy = {
  name: 'held',
  profile: 'percutaneous-16',
  areas: [AREA, { ...AREA, rateHz: 45.5 }],
};
const { Message } = wire;

/** Everything that can be read back, but for clocks, sensors and counters of frames. */
function held(device: Device): unknown {
  const { client } = device;
  const areas = [0, 1, 7].flatMap((slot) =>
    [0, 1, 3].map((area) => [...client.ask(Message.GET_AREA, Uint8Array.of(slot, area)).payload]),
  );
  const limits = [0, 2, 3, 16].map((e) => [...client.ask(Message.GET_LIMIT, Uint8Array.of(e)).payload]);
  const { therapy, interlock, trip, slot, mode, stopReason, trips } = device.status();
  return { areas, limits, therapy, interlock, trip, slot, mode, stopReason, trips };
}

/** Frames that would do something if they were taken: of another session, of the past, or not whole. */
const commands = fc.constantFrom<[wire.Message, Uint8Array]>(
  [Message.ESTOP, new Uint8Array(0)],
  [Message.STOP, new Uint8Array(0)],
  [Message.START, Uint8Array.of(0, 1)],
  [Message.ERASE, Uint8Array.of(0)],
  [Message.SET_AMPLITUDE, Uint8Array.of(0, 0, 0, 0, 100, 0, 0, 0)],
  [Message.SET_AREA, Uint8Array.of(0, 1, 0, 0, ...encodeArea({ ...AREA, rateHz: 20 }))],
  [Message.SET_LIMIT, Uint8Array.of(2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0)],
  [Message.MEASURE, Uint8Array.of(0, 1)],
);
const byte = fc.integer({ min: 0, max: 255 });

type Bytes = (device: Device) => Uint8Array;

const noise: fc.Arbitrary<Bytes> = fc
  .array(byte, { minLength: 1, maxLength: 300 })
  .map((bytes) => () => Uint8Array.from(bytes));
/** A frame of this session that is `ahead` of its sequence: 0 and less is the past, more than 32,767 as well. */
const outOfPlace: fc.Arbitrary<Bytes> = fc
  .tuple(commands, fc.oneof(fc.integer({ min: -20, max: -1 }), fc.integer({ min: 32_768, max: 65_500 })))
  .map(([[type, payload], ahead]) => ({ client }) => {
    const sequence = (client.sequence + ahead) & 0xffff;
    return encodeFrame({ version: wire.WIRE_VERSION, type, session: client.session, sequence, payload });
  });
const otherSession: fc.Arbitrary<Bytes> = fc
  .tuple(commands, fc.integer({ min: 1, max: 0xffff_ffff }), fc.integer({ min: 0, max: 3 }))
  .map(([[type, payload], salt, version]) => ({ client }) => {
    const session = version === wire.WIRE_VERSION ? (client.session ^ salt) >>> 0 : client.session;
    return encodeFrame({ version, type, session, sequence: client.sequence + 1, payload });
  });
/** A good frame with one to three bits flipped, which a CRC-32C always finds, or with its end missing. */
const damaged: fc.Arbitrary<Bytes> = fc
  .tuple(
    commands,
    fc.uniqueArray(fc.nat(8 * 12 - 1), { minLength: 1, maxLength: 3 }),
    fc.nat(80),
    fc.boolean(),
  )
  .map(([[type, payload], bits, keep, cut]) => ({ client }) => {
    const { session, sequence } = client;
    const frame = encodeFrame({ version: wire.WIRE_VERSION, type, session, sequence: sequence + 1, payload });
    if (cut) return Uint8Array.of(...frame.subarray(0, Math.min(keep, frame.length - 2)), 0);
    // The delimiter stays: it is no part of the frame.
    for (const bit of bits) frame[(bit >> 3) % (frame.length - 1)] ^= 1 << (bit & 7);
    return frame;
  });
/** Types that there are not, and payloads that are too long or too short, all of them in sequence. */
const misshapen: fc.Arbitrary<Bytes> = fc
  .tuple(
    commands,
    fc.integer({ min: 0, max: wire.PAYLOAD_BYTES_MAX }),
    fc.option(fc.integer({ min: 17, max: 255 })),
  )
  .map(([[type, payload], length, other]) => ({ client }) => {
    const { session, sequence } = client;
    const wrong = length === payload.length ? length + 1 : length;
    const bytes = Uint8Array.from({ length: wrong }, (_, i) => payload[i] ?? 0);
    const frame = { version: wire.WIRE_VERSION, session, sequence: sequence + 1, payload: bytes };
    return encodeFrame({ ...frame, type: other ?? type });
  });
/** Longer than any frame, without a delimiter for long. */
const oversized: fc.Arbitrary<Bytes> = fc
  .tuple(fc.integer({ min: wire.ENCODED_BYTES_MAX + 1, max: 2000 }), fc.integer({ min: 1, max: 255 }))
  .map(
    ([length, value]) =>
      () =>
        new Uint8Array(length).fill(value),
  );
/** The last frame again, byte for byte: answered again, without a second effect. */
const repeatedBytes: Bytes = ({ client }) => {
  const { session, sequence } = client;
  const payload = new Uint8Array(0);
  return encodeFrame({ version: wire.WIRE_VERSION, type: Message.STATUS, session, sequence, payload });
};
const repeated = fc.constant(repeatedBytes);
/** What the device says itself, on a line that echoes. */
const echo: fc.Arbitrary<Bytes> = fc
  .tuple(fc.integer({ min: 0x40, max: 0xff }), fc.array(byte, { maxLength: 60 }))
  .map(([type, payload]) => ({ client }) => {
    const { session, sequence } = client;
    const frame = { version: wire.WIRE_VERSION, type, session, sequence: sequence + 1 };
    return encodeFrame({ ...frame, payload: Uint8Array.from(payload) });
  });

const streams = fc.array(
  fc.oneof(noise, outOfPlace, otherSession, damaged, misshapen, oversized, repeated, echo),
  { minLength: 1, maxLength: 25, size: 'max' },
);

function ready(mode: 'idle' | 'stimulating'): Device {
  const device = new Device();
  expect(device.accepts(THERAPY)).toBe(true);
  device.setLimit(2, 20_000, 1_900_000);
  if (mode === 'stimulating') device.stimulate(Mode.FREE_RUNNING);
  return device;
}

describe('any bytes', () => {
  it.each(['idle', 'stimulating'] as const)(
    'REQ-LNK-001 REQ-LNK-002 REQ-LNK-005 REQ-LNK-007 REQ-LNK-008 REQ-LNK-009: %s: alive, and nothing changes but counters',
    (mode) => {
      let dropped = 0;
      fc.assert(
        fc.property(streams, fc.integer({ min: 0, max: 3000 }), (stream, pauseUs) => {
          const device = ready(mode);
          const before = held(device);
          const { framesValid } = device.status();
          for (const bytes of stream) {
            device.sim.write(bytes(device));
            device.run(pauseUs);
          }
          device.run(40_000);
          // Whatever hangs in the receiver ends here.
          device.sim.write(Uint8Array.of(0, 0));
          device.run(2000);
          expect(held(device)).toEqual(before);
          // HELLO, GET_AREA … of this test, and repeats: nothing else was valid.
          const repeats = stream.filter((bytes) => bytes === repeatedBytes).length;
          const asked = 9 + 4 + 1 + 1;
          const after = device.status();
          expect(after.framesValid - framesValid).toBeLessThanOrEqual(asked + repeats);
          dropped += after.framesDamaged + after.framesRefused;
          if (mode === 'stimulating') expect(device.judge(THERAPY).findings).toEqual([]);
        }),
        { seed: SEED, numRuns: 120 },
      );
      expect(dropped).toBeGreaterThan(800);
    },
  );

  it('REQ-LNK-003 REQ-LNK-005: frames of a session that is over are refused, every one of them', () => {
    fc.assert(
      fc.property(fc.array(commands, { minLength: 1, maxLength: 15 }), (recorded) => {
        const device = ready('idle');
        const { session, sequence } = device.client;
        const old = recorded.map(([type, payload], n) =>
          encodeFrame({ version: wire.WIRE_VERSION, type, session, sequence: sequence + 1 + n, payload }),
        );
        device.run(150_000);
        device.client.hello();
        expect(device.client.session).not.toBe(session);
        const before = held(device);
        for (const frame of old) device.sim.write(frame);
        device.run(30_000);
        expect(held(device)).toEqual(before);
        expect(device.status().framesRefused).toBe(old.length);
      }),
      { seed: SEED, numRuns: 40 },
    );
  });

  it('REQ-LNK-006: a noisy line loses answers, never the command: the repeat of a frame has no second effect', () => {
    fc.assert(
      fc.property(
        fc.array(commands, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (sent, times) => {
          const once = ready('idle');
          const often = ready('idle');
          for (const [type, payload] of sent) {
            const { status } = once.client.ask(type, payload);
            const frame = often.client.encode(type, payload);
            for (let n = 0; n < times; n++) often.sim.write(frame);
            expect(often.client.await(type, often.client.sequence).status).toBe(status);
            often.run(1000 * times);
          }
          for (const device of [once, often]) device.run(400_000);
          expect(held(often)).toEqual(held(once));
        },
      ),
      { seed: SEED, numRuns: 60 },
    );
  });
});
