// The file that a Pico's boot volume takes: UF2, blocks of 512 bytes that each say where their 256 bytes of flash go.
// Reads and writes files for the RP2040's flash alone, and names what is wrong with any other. May import nothing.
//
//   0          4          8         12         16        20        24         28         32              288       508
//  +----------+----------+---------+----------+---------+---------+----------+----------+---------------+---------+----------+
//  |0x0A324655|0x9E5D5157|  flags  | address  |   256   | number  |  count   |  family  | 256 of flash  | 220 × 0 |0x0AB16F30|
//  +----------+----------+---------+----------+---------+---------+----------+----------+---------------+---------+----------+
// All words little-endian (https://github.com/microsoft/uf2). The boot loader of the RP2040 takes payloads of 256 bytes
// alone, at multiples of 256, and writes a sector of 4096 bytes safely only where all of it comes, but for the last one
// (RP2040-E14): so an image is written without gaps and from the start of a sector.

const BLOCK_BYTES = 512;
export const PAYLOAD_BYTES = 256;
const SECTOR_BYTES = 4096;
const MAGIC_FIRST = 0x0a324655;
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_LAST = 0x0ab16f30;
/** The word at 28 is a family, and the block is for the main flash. */
const FLAG_FAMILY = 0x2000;
export const FAMILY_RP2040 = 0xe48bff56;

/** The flash of a Pico: 2 MiB. */
export const FLASH_START = 0x10000000;
export const FLASH_END = 0x10200000;
const FLASH = `(${hex(FLASH_START)}–${hex(FLASH_END - 1)})`;
/** The longest file of which every block can have its own place in that flash. */
export const UF2_BYTES_MAX = ((FLASH_END - FLASH_START) / PAYLOAD_BYTES) * BLOCK_BYTES;

const AT_SECOND = 4;
const AT_FLAGS = 8;
const AT_ADDRESS = 12;
const AT_PAYLOAD_BYTES = 16;
const AT_NUMBER = 20;
const AT_COUNT = 24;
const AT_FAMILY = 28;
const AT_PAYLOAD = 32;
const AT_LAST = 508;

/** Families that a mixed-up file is likely to be for, as the makers of their boards call them. */
const FAMILIES: ReadonlyMap<number, string> = new Map([
  [0xe48bff57, 'RP2350, absolute'],
  [0xe48bff58, 'RP2350, data'],
  [0xe48bff59, 'RP2350, Arm'],
  [0xe48bff5a, 'RP2350, RISC-V'],
  [0xe48bff5b, 'RP2350, Arm non-secure'],
  [0x68ed2b88, 'SAMD21'],
  [0x55114460, 'SAMD51'],
  [0xada52840, 'nRF52840'],
  [0x621e937a, 'nRF52833'],
  [0x1b57745f, 'nRF52'],
  [0x1c5f21b0, 'ESP32'],
  [0xbfdd4eee, 'ESP32-S2'],
  [0xc47e5767, 'ESP32-S3'],
  [0x5ee21072, 'STM32F1'],
  [0x57755a57, 'STM32F4'],
]);

/** A file is not a UF2 for the flash of an RP2040; the message says in a sentence why. */
export class Uf2Error extends Error {
  override readonly name = 'Uf2Error';
}

export interface Uf2Image {
  /** Address of the first byte. */
  readonly base: number;
  readonly image: Uint8Array;
}

/** An image with its last page filled up with 0xff, which is erased flash. */
export function wholePages(image: Uint8Array): Uint8Array {
  const whole = new Uint8Array(PAYLOAD_BYTES * Math.ceil(image.length / PAYLOAD_BYTES)).fill(0xff);
  whole.set(image);
  return whole;
}

/**
 * The file that puts `image` into flash from `base` on, in whole pages.
 * @throws RangeError for an empty image, a base that begins no sector, and what does not fit the flash.
 */
export function encodeUf2(image: Uint8Array, base: number): Uint8Array {
  if (image.length === 0) throw new RangeError('an image of 0 bytes is none');
  if (!Number.isInteger(base) || base % SECTOR_BYTES !== 0)
    throw new RangeError(`the base ${hex(base)} does not begin a sector of ${SECTOR_BYTES} bytes`);
  const whole = wholePages(image);
  const count = whole.length / PAYLOAD_BYTES;
  if (base < FLASH_START || base + count * PAYLOAD_BYTES > FLASH_END)
    throw new RangeError(`${image.length} bytes at ${hex(base)} do not fit the flash ${FLASH}`);
  const file = new Uint8Array(count * BLOCK_BYTES);
  for (let number = 0; number < count; number++) {
    const at = number * PAYLOAD_BYTES;
    const block = file.subarray(number * BLOCK_BYTES, (number + 1) * BLOCK_BYTES);
    writeHeader(viewOf(block), base + at, number, count);
    block.set(whole.subarray(at, at + PAYLOAD_BYTES), AT_PAYLOAD);
  }
  return file;
}

function writeHeader(view: DataView, address: number, number: number, count: number): void {
  view.setUint32(0, MAGIC_FIRST, true);
  view.setUint32(AT_SECOND, MAGIC_SECOND, true);
  view.setUint32(AT_FLAGS, FLAG_FAMILY, true);
  view.setUint32(AT_ADDRESS, address, true);
  view.setUint32(AT_PAYLOAD_BYTES, PAYLOAD_BYTES, true);
  view.setUint32(AT_NUMBER, number, true);
  view.setUint32(AT_COUNT, count, true);
  view.setUint32(AT_FAMILY, FAMILY_RP2040, true);
  view.setUint32(AT_LAST, MAGIC_LAST, true);
}

/**
 * What a file puts into flash, from its lowest address to its highest; gaps are 0xff, as erased flash is.
 * @throws Uf2Error for a file that is damaged in any way, or for another board.
 */
export function decodeUf2(file: Uint8Array): Uf2Image {
  const blocks = blocksOf(file); // REQ-IMG-001
  for (const [index, block] of blocks.entries()) checkBlock(block, index);
  checkNumbers(blocks);
  return placed(blocks);
}

function blocksOf(file: Uint8Array): DataView[] {
  const startsAsUf2 =
    file.length >= AT_FLAGS &&
    viewOf(file).getUint32(0, true) === MAGIC_FIRST &&
    viewOf(file).getUint32(AT_SECOND, true) === MAGIC_SECOND;
  if (!startsAsUf2) throw new Uf2Error(file.length === 0 ? 'the file is empty' : 'the file is not a UF2');
  if (file.length % BLOCK_BYTES !== 0)
    throw new Uf2Error(`the file is cut: ${file.length} bytes are no whole blocks of ${BLOCK_BYTES}`);
  return Array.from({ length: file.length / BLOCK_BYTES }, (_, index) =>
    viewOf(file.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)),
  );
}

/** What must hold for a block by itself. */
function checkBlock(block: DataView, index: number): void {
  const word = (at: number): number => block.getUint32(at, true);
  if (word(0) !== MAGIC_FIRST || word(AT_SECOND) !== MAGIC_SECOND || word(AT_LAST) !== MAGIC_LAST)
    throw new Uf2Error(`block ${index} is damaged: it does not begin and end as a block does`);
  const flags = word(AT_FLAGS);
  if ((flags & FLAG_FAMILY) === 0) throw new Uf2Error(`block ${index} does not say what board it is for`);
  const family = word(AT_FAMILY);
  if (family !== FAMILY_RP2040) throw new Uf2Error(`the file is for another board: ${familyText(family)}`);
  if (flags !== FLAG_FAMILY)
    throw new Uf2Error(`block ${index} is not for the main flash (flags ${hex(flags)})`);
  const bytes = word(AT_PAYLOAD_BYTES);
  if (bytes !== PAYLOAD_BYTES)
    throw new Uf2Error(`block ${index} carries ${bytes} bytes, and an RP2040 takes ${PAYLOAD_BYTES} alone`);
  const address = word(AT_ADDRESS);
  if (address < FLASH_START || address + PAYLOAD_BYTES > FLASH_END)
    throw new Uf2Error(`block ${index} goes to ${hex(address)}, outside the flash ${FLASH}`);
}

/** Every block that the file counts is there once, in its place. */
function checkNumbers(blocks: readonly DataView[]): void {
  const numberOf = (block: DataView): number => block.getUint32(AT_NUMBER, true);
  const count = blocks[0].getUint32(AT_COUNT, true);
  for (const [index, block] of blocks.entries()) {
    const counted = block.getUint32(AT_COUNT, true);
    if (counted !== count)
      throw new Uf2Error(`block ${index} is of a file of ${counted} blocks, the first one of ${count}`);
    const number = numberOf(block);
    if (number >= count) throw new Uf2Error(`block ${number} is one too many: the file counts ${count}`);
    if (number < index) throw new Uf2Error(`block ${number} is there twice`);
    if (number === index) continue;
    const isLater = blocks.slice(index).some((later) => numberOf(later) === index);
    if (isLater) throw new Uf2Error(`block ${number} is out of order: it stands in the place of ${index}`);
    throw new Uf2Error(`block ${index} is missing`);
  }
  if (blocks.length < count)
    throw new Uf2Error(`the file is cut: it has ${blocks.length} of its ${count} blocks`);
}

function placed(blocks: readonly DataView[]): Uf2Image {
  const sorted = blocks
    .map((block) => ({ block, address: block.getUint32(AT_ADDRESS, true) }))
    .sort((a, b) => a.address - b.address);
  for (const [index, { address }] of sorted.entries()) {
    if (index > 0 && address < sorted[index - 1].address + PAYLOAD_BYTES)
      throw new Uf2Error(`two blocks overlap at ${hex(address)}`);
    if (address % PAYLOAD_BYTES !== 0)
      throw new Uf2Error(`the address ${hex(address)} is no multiple of ${PAYLOAD_BYTES}`);
  }
  const base = sorted[0].address;
  const endsAt = sorted[sorted.length - 1].address + PAYLOAD_BYTES;
  const image = new Uint8Array(endsAt - base).fill(0xff);
  for (const { block, address } of sorted)
    image.set(new Uint8Array(block.buffer, block.byteOffset + AT_PAYLOAD, PAYLOAD_BYTES), address - base);
  return { base, image };
}

function familyText(family: number): string {
  const name = FAMILIES.get(family);
  return name === undefined ? `family ${hex(family)}` : `family ${hex(family)} (${name})`;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}
