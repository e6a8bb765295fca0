// What the boot ROM does between a reset and the firmware (datasheet 2.8.1): it checks the second stage, copies it to the
// end of RAM and runs it there. No ROM is loaded; its own time is not part of a run.

import type { Bus } from './bus.ts';
import { RAM_BASE } from './bus.ts';
import { type Core, LR, PC, SP } from './core/cpu.ts';
import { hex } from './faults.ts';

export const BOOT2_BYTES = 256;
const CRC_AT = 252;
const BOOT2_ADDRESS = 0x2004_1f00;
const POLYNOMIAL = 0x04c1_1db7;

/** The image has no second stage that the boot ROM would run: a real chip would wait for one over USB. */
export class BootError extends Error {
  override readonly name = 'BootError';
}

/** CRC-32 as the boot ROM computes it: 0x04C11DB7, from all ones, nothing reflected or inverted. */
export function bootCrc(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let i = 0; i < 8; i++) crc = crc & 0x8000_0000 ? (crc << 1) ^ POLYNOMIAL : crc << 1;
  }
  return crc >>> 0;
}

/** Leaves the core before the second stage's first instruction. Throws BootError where its checksum is wrong. */
export function boot(core: Core, bus: Bus): void {
  const stage = bus.flash8.subarray(0, BOOT2_BYTES);
  const expected = bus.flash32[CRC_AT / 4];
  const found = bootCrc(stage.subarray(0, CRC_AT));
  if (found !== expected) {
    throw new BootError(`boot2's checksum is ${hex(found)}, the image says ${hex(expected)}`);
  }
  bus.ram8.set(stage, BOOT2_ADDRESS - RAM_BASE);
  core.registers[SP] = BOOT2_ADDRESS;
  core.registers[LR] = 0;
  core.registers[PC] = BOOT2_ADDRESS;
}
