// Frames and their parser: exact round trips, and any bytes survive.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENCODED_BYTES_MAX, PAYLOAD_BYTES_MAX } from '../../firmware/wire.ts';
import { cobsDecode, cobsEncode } from '../../host/link/cobs.ts';
import { crc32c } from '../../host/link/crc32c.ts';
import { decodeFrame, encodeFrame, type Frame } from '../../host/link/frame.ts';
import { FrameParser } from '../../host/link/parser.ts';

const RUNS = { numRuns: 300, seed: 20 };
const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
const frames = fc.record({
  version: fc.integer({ min: 0, max: 255 }),
  type: fc.integer({ min: 0, max: 255 }),
  session: fc.integer({ min: 0, max: 0xffffffff }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  payload: bytes(PAYLOAD_BYTES_MAX),
});

/** Pushes `line` in pieces of the given lengths, then the rest. */
function parse(line: Uint8Array, pieces: readonly number[] = []): Frame[] {
  const parser = new FrameParser();
  const found: Frame[] = [];
  let at = 0;
  for (const piece of [...pieces, line.length]) {
    found.push(...parser.push(line.subarray(at, at + piece)));
    at = Math.min(line.length, at + piece);
  }
  return found;
}

describe('checksum and stuffing', () => {
  it('CRC-32C of the check string and of 32 zeros is as RFC 3720 B.4 has it', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  });

  it.each([
    ['00', '0101'],
    ['0000', '010101'],
    ['11220033', '0311220233'],
    ['11000000', '0211010101'],
    ['', '01'],
  ])('COBS of %s is %s', (plain, stuffed) => {
    expect(Buffer.from(cobsEncode(Buffer.from(plain, 'hex'))).toString('hex')).toBe(stuffed);
    expect(Buffer.from(cobsDecode(Buffer.from(stuffed, 'hex')) ?? [9]).toString('hex')).toBe(plain);
  });

  it('COBS gives back what it was given, without zeros on the line', () => {
    fc.assert(
      fc.property(bytes(253), (plain) => {
        const stuffed = cobsEncode(plain);
        expect(stuffed.includes(0)).toBe(false);
        expect(cobsDecode(stuffed)).toEqual(plain);
      }),
      RUNS,
    );
  });
});

describe('frames', () => {
  it('an INFO request of session 0x12345678 is these bytes on the line', () => {
    const frame = { version: 1, type: 2, session: 0x12345678, sequence: 1, payload: new Uint8Array() };
    const line = Buffer.from(encodeFrame(frame));
    expect(line.subarray(0, 8).toString('hex')).toBe('0801027856341201');
    expect(line.at(-1)).toBe(0);
    expect(decodeFrame(line.subarray(0, -1))).toEqual(frame);
  });

  it('a payload of 97 bytes is refused', () => {
    const frame = { version: 1, type: 2, session: 0, sequence: 0, payload: new Uint8Array(97) };
    expect(() => encodeFrame(frame)).toThrow(/97 bytes is too long: at most 96/);
  });

  it('every frame comes back, however the line cuts it', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 6 }), fc.array(fc.nat(40)), (sent, pieces) => {
        const line = Buffer.concat(sent.map(encodeFrame));
        expect(parse(line, pieces)).toEqual(sent);
      }),
      RUNS,
    );
  });

  it('any bytes leave the parser able to find every frame after the next delimiter', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(bytes(300), frames), { maxLength: 5 }), (rounds) => {
        const line = Buffer.concat(
          rounds.flatMap(([noise, frame]) => [noise, [0], encodeFrame(frame)].map(Buffer.from)),
        );
        const found = parse(line);
        // Noise that happens to be a frame would need its CRC right: with this seed none is.
        expect(found).toEqual(rounds.map(([, frame]) => frame));
      }),
      RUNS,
    );
  });

  it('one flipped bit or one lost byte loses the frame and no other', () => {
    fc.assert(
      fc.property(
        frames,
        frames,
        fc.nat(),
        fc.integer({ min: 0, max: 7 }),
        fc.boolean(),
        (hit, next, n, bit, lose) => {
          const line = encodeFrame(hit);
          const at = n % (line.length - 1);
          const flipped = line.map((byte, i) => (i === at ? byte ^ (1 << bit) : byte));
          const damaged = lose ? line.filter((_, i) => i !== at) : flipped;
          expect(parse(Buffer.concat([damaged, encodeFrame(next)]))).toEqual([next]);
        },
      ),
      RUNS,
    );
  });

  it('an endless run without a delimiter is counted once and keeps no memory', () => {
    const parser = new FrameParser();
    for (let i = 0; i < 1000; i++) parser.push(new Uint8Array(1000).fill(0x41));
    expect(parser.pendingBytes).toBe(1_000_000);
    expect(parser.push(Uint8Array.of(0))).toEqual([]);
    expect(parser).toMatchObject({ bytes: 1_000_001, damaged: 1, valid: 0 });
    expect(parser.noiseText.length).toBeLessThanOrEqual(ENCODED_BYTES_MAX);
  });

  it('what a wrong peer says is quoted, but only if it can be read', () => {
    const parser = new FrameParser();
    parser.push(Buffer.from('SSH-2.0-OpenSSH_9.2\r\nmore'));
    expect(parser.noiseText).toBe('SSH-2.0-OpenSSH_9.2');
    const noise = new FrameParser();
    noise.push(Uint8Array.of(0xff, 0x1b, 0x5b, 0x32, 0x4a, 0));
    expect(noise.noiseText).toBe('');
  });
});
