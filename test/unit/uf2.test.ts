// The file of an image: what is written comes back, and every kind of damage is named.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeIdentity, findIdentity } from '../../firmware/boards/pico/build/identity.ts';
import { isSealed } from '../../firmware/boards/pico/build/seal.ts';
import {
  decodeUf2,
  encodeUf2,
  FLASH_START,
  Uf2Error,
  wholePages,
} from '../../firmware/boards/pico/build/uf2.ts';
import { flashOf, withWord } from './fixtures/images.ts';

const BLOCK = 512;
const AT = { flags: 8, address: 12, bytes: 16, number: 20, count: 24, family: 28, last: 508 };
/** Ten blocks. */
const FILE = encodeUf2(
  Uint8Array.from({ length: 2500 }, (_, n) => n % 251),
  FLASH_START,
);
const block = (n: number): Uint8Array => FILE.slice(n * BLOCK, (n + 1) * BLOCK);
const joined = (...numbers: number[]): Uint8Array => Uint8Array.from(numbers.flatMap((n) => [...block(n)]));
const REST = [5, 6, 7, 8, 9];

function problem(file: Uint8Array): string {
  try {
    decodeUf2(file);
  } catch (error) {
    expect(error).toBeInstanceOf(Uf2Error);
    return (error as Error).message;
  }
  return 'none';
}

describe('UF2', () => {
  it('REQ-IMG-001: what is written comes back, filled up with erased flash', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3000 }), fc.nat(500), (bytes, sector) => {
        const base = FLASH_START + 4096 * sector;
        const { base: found, image } = decodeUf2(encodeUf2(bytes, base));
        expect(found).toBe(base);
        expect(image.length).toBe(256 * Math.ceil(bytes.length / 256));
        expect([...image.subarray(0, bytes.length)]).toEqual([...bytes]);
        expect(image.subarray(bytes.length).every((byte) => byte === 0xff)).toBe(true);
      }),
      { seed: 20_261_128, numRuns: 100 },
    );
  });

  it('REQ-IMG-001: a block is laid out as the format says', () => {
    const view = new DataView(FILE.buffer, 9 * BLOCK, BLOCK);
    const words = [0, 4, 8, 12, 16, 20, 24, 28, 508].map((at) => view.getUint32(at, true));
    expect(words).toEqual([0x0a324655, 0x9e5d5157, 0x2000, 0x10000900, 256, 9, 10, 0xe48bff56, 0x0ab16f30]);
    expect(FILE.length).toBe(10 * BLOCK);
    expect([...FILE.subarray(9 * BLOCK + 32 + 256, 10 * BLOCK - 4)].every((byte) => byte === 0)).toBe(true);
  });

  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'the file is empty'],
    ['a text', new TextEncoder().encode('hello, hello'), 'the file is not a UF2'],
    ['a cut in a block', FILE.subarray(0, 1000), 'the file is cut: 1000 bytes are no whole blocks of 512'],
    ['a cut between blocks', FILE.subarray(0, 3 * BLOCK), 'the file is cut: it has 3 of its 10 blocks'],
    ['a missing block', joined(0, 1, 2, 3, ...REST), 'block 4 is missing'],
    ['a doubled block', joined(0, 1, 2, 2, 3, 4, ...REST), 'block 2 is there twice'],
    [
      'blocks out of order',
      joined(0, 1, 3, 2, 4, ...REST),
      'block 3 is out of order: it stands in the place of 2',
    ],
    ['a block too many', withWord(FILE, 9, AT.number, 10), 'block 10 is one too many: the file counts 10'],
    [
      'another count',
      withWord(FILE, 4, AT.count, 11),
      'block 4 is of a file of 11 blocks, the first one of 10',
    ],
    [
      'a broken end',
      withWord(FILE, 3, AT.last, 0),
      'block 3 is damaged: it does not begin and end as a block does',
    ],
    [
      'a broken begin',
      withWord(FILE, 3, 4, 0),
      'block 3 is damaged: it does not begin and end as a block does',
    ],
    [
      'an RP2350',
      withWord(FILE, 0, AT.family, 0xe48bff59),
      'the file is for another board: family 0xe48bff59 (RP2350, Arm)',
    ],
    [
      'an unknown board',
      withWord(FILE, 9, AT.family, 0x12345678),
      'the file is for another board: family 0x12345678',
    ],
    ['no board', withWord(FILE, 0, AT.flags, 0), 'block 0 does not say what board it is for'],
    [
      'not for flash',
      withWord(FILE, 2, AT.flags, 0x2001),
      'block 2 is not for the main flash (flags 0x00002001)',
    ],
    [
      'a longer payload',
      withWord(FILE, 2, AT.bytes, 476),
      'block 2 carries 476 bytes, and an RP2040 takes 256 alone',
    ],
    [
      'RAM',
      withWord(FILE, 2, AT.address, 0x20000000),
      'block 2 goes to 0x20000000, outside the flash (0x10000000–0x101fffff)',
    ],
    [
      'past the end',
      withWord(FILE, 2, AT.address, 0x101fff01),
      'block 2 goes to 0x101fff01, outside the flash (0x10000000–0x101fffff)',
    ],
    ['the same place twice', withWord(FILE, 2, AT.address, 0x10000100), 'two blocks overlap at 0x10000100'],
    ['half a place twice', withWord(FILE, 9, AT.address, 0x10000880), 'two blocks overlap at 0x10000880'],
    [
      'an odd address',
      withWord(FILE, 9, AT.address, 0x10001080),
      'the address 0x10001080 is no multiple of 256',
    ],
  ])('REQ-IMG-001: %s is named', (_, file, message) => {
    expect(problem(file)).toBe(message);
  });

  it('REQ-IMG-001: no damage to a file is read as another image, or ends in any other error', () => {
    const good = decodeUf2(FILE);
    const change = fc.tuple(fc.nat(FILE.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(change, fc.nat(FILE.length), fc.boolean(), ([at, flip], keep, cut) => {
        const file = cut ? FILE.slice(0, keep) : FILE.slice();
        if (!cut) file[at] ^= flip;
        const offset = at % BLOCK;
        // Payload, padding and a new place in flash carry no check of their own.
        const isUnchecked = (offset >= 32 && offset < 508) || (offset >= 12 && offset < 16);
        if (cut ? keep === FILE.length : isUnchecked) return;
        expect(problem(file)).not.toBe('none');
      }),
      { seed: 20_261_129, numRuns: 2000 },
    );
    expect(good.image.length).toBe(2560);
  });

  it('REQ-IMG-001: gaps are erased flash, and the order of places is free', () => {
    const moved = withWord(withWord(FILE, 0, AT.address, 0x10001000), 9, AT.address, 0x10000000);
    const { base, image } = decodeUf2(moved);
    expect([base, image.length]).toEqual([0x10000000, 0x1100]);
    expect([...image.subarray(0x1000)]).toEqual([...block(0).subarray(32, 288)]);
    expect(image.subarray(0x900, 0x1000).every((byte) => byte === 0xff)).toBe(true);
  });

  it.each<[number, number, string]>([
    [0, FLASH_START, 'an image of 0 bytes is none'],
    [1, 0x10000100, 'the base 0x10000100 does not begin a sector of 4096 bytes'],
    [1, 0x20000000, '1 bytes at 0x20000000 do not fit the flash (0x10000000–0x101fffff)'],
    [4097, 0x101ff000, '4097 bytes at 0x101ff000 do not fit the flash (0x10000000–0x101fffff)'],
  ])('REQ-IMG-001: %i bytes at %i are refused', (bytes, base, message) => {
    expect(() => encodeUf2(new Uint8Array(bytes), base)).toThrow(new RangeError(message));
  });
});

describe('the identity in an image', () => {
  const hash = (seed: number): Uint8Array => Uint8Array.from({ length: 32 }, (_, n) => (n * seed) & 255);
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

  it('REQ-IMG-002: the record is found at every multiple of 4, the end of the image included', () => {
    for (const at of [0, 4, 0x100, 79 * 256 - 112]) {
      const found = findIdentity(flashOf(hash(7), hash(11), at));
      expect(found).toEqual({ interlock: hex(hash(7)), stimulator: hex(hash(11)) });
    }
  });

  it('REQ-IMG-002: none is found where it is not aligned, cut, or one letter off', () => {
    expect(findIdentity(flashOf(hash(7), hash(11), 6))).toBeUndefined();
    expect(findIdentity(flashOf(hash(7), hash(11), 100).subarray(0, 211))).toBeUndefined();
    const flash = flashOf(hash(7), hash(11), 100);
    flash[115] ^= 1;
    expect(findIdentity(flash)).toBeUndefined();
    expect(findIdentity(new Uint8Array(0))).toBeUndefined();
  });

  it('REQ-IMG-002: the record has 112 bytes, and takes hashes of 32 alone', () => {
    const record = encodeIdentity(hash(7), hash(11));
    expect(Buffer.from(record.subarray(0, 16)).toString('ascii')).toBe('STIMGATE-IMAGE-1');
    expect([...record.subarray(16)]).toEqual([...hash(7), ...hash(11), ...new Uint8Array(32)]);
    expect(() => encodeIdentity(hash(7).subarray(1), hash(11))).toThrow(RangeError);
  });

  it('REQ-IMG-007: a bit that has changed anywhere, or a page more or less, breaks the seal', () => {
    const flash = flashOf();
    expect(isSealed(flash)).toBe(true);
    const bits = fc.nat(8 * flash.length - 1);
    const broken = (bit: number) => {
      const changed = flash.slice();
      changed[bit >> 3] ^= 1 << (bit & 7);
      expect(isSealed(changed)).toBe(false);
    };
    fc.assert(fc.property(bits, broken), { seed: 7, numRuns: 300 });
    expect(isSealed(flash.subarray(0, flash.length - 256))).toBe(false);
    expect(isSealed(wholePages(Uint8Array.from([...flash, 0xff])))).toBe(false);
    expect(isSealed(new Uint8Array(512))).toBe(false);
  });
});
