// REQ-IMG-006: the checksum that the RP2040's boot ROM asks of the first 256 bytes of flash (datasheet 2.8.1.3.1).

/** CRC-32 with polynomial 0x04C11DB7, begun with all ones, not reflected and not inverted at the end. */
export function bootCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x8000_0000 ? 0x04c11db7 : 0);
  }
  return crc >>> 0;
}
