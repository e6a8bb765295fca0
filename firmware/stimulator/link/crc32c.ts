// CRC-32C (Castagnoli, RFC 3720 B.4), four bits at a step. Its constants are code: of a table in memory one flipped bit
// would make the device deaf to every frame, ESTOP included. It keeps out noise, not an attacker.

/** Register before the first byte. The CRC is the register's complement after the last one. */
export const CRC_START: u32 = 0xffffffff;
/** Register after a message and its own CRC, low byte first. */
export const CRC_RESIDUE: u32 = 0xb798b438;

/** Reflected. Its low three bits are 0: a bit that goes in up to three places later finds it shifted, and whole. */
const POLYNOMIAL: u32 = 0x82f63b78;

function nibbleStep(register: u32): u32 {
  let next = register >>> 4;
  if ((register & 1) !== 0) next ^= POLYNOMIAL >>> 3; // REQ-LNK-020
  if ((register & 2) !== 0) next ^= POLYNOMIAL >>> 2;
  if ((register & 4) !== 0) next ^= POLYNOMIAL >>> 1;
  if ((register & 8) !== 0) next ^= POLYNOMIAL;
  return next;
}

/** The register after one more byte (0–255). */
export function crcStep(register: u32, byte: u32): u32 {
  return nibbleStep(nibbleStep(register ^ byte));
}

/** CRC-32C of `count` bytes (at most one frame). */
export function crc32c(from: usize, count: i32): u32 {
  let register = CRC_START;
  for (let i = 0; i < count; i++) register = crcStep(register, load<u8>(from + <usize>i));
  return ~register;
}
