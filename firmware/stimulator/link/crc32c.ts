// CRC-32C (Castagnoli, RFC 3720 B.4), reflected polynomial 0x82F63B78, four bits at a step: 64 bytes of table.
// It keeps out noise, not an attacker.

/** Register before the first byte. The CRC is the register's complement after the last one. */
export const CRC_START: u32 = 0xffffffff;
/** Register after a message and its own CRC, low byte first. */
export const CRC_RESIDUE: u32 = 0xb798b438;

const NIBBLES = memory.data<u32>([
  0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d, 0x82f63b78,
  0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
]);

/** The register after one more byte (0–255). */
export function crcStep(register: u32, byte: u32): u32 {
  const low = register ^ byte;
  const half = (low >>> 4) ^ load<u32>(NIBBLES + ((low & 15) << 2));
  return (half >>> 4) ^ load<u32>(NIBBLES + ((half & 15) << 2));
}

/** CRC-32C of `count` bytes (at most one frame). */
export function crc32c(from: usize, count: i32): u32 {
  let register = CRC_START;
  for (let i = 0; i < count; i++) register = crcStep(register, load<u8>(from + <usize>i));
  return ~register;
}
