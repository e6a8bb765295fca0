// Frames in and out: COBS, CRC-32C by nibbles without a table, the ring of bytes that wait for the line.

#include "link.h"

#define CRC_START 0xffffffffu
#define CRC_RESIDUE 0xb798b438u
#define POLYNOMIAL 0x82f63b78u
#define RING_BYTES 512
#define WRITES_MAX 64

union frame received;

static struct {
  int32_t length;
  /** Bytes left in the COBS block; at 0 the next byte is a code. */
  int32_t block_left;
  uint32_t crc;
  bool started, dropping;
  uint32_t damaged;
} receiver;

static uint8_t ring[RING_BYTES];
/** Bytes ever queued and ever taken. */
static uint32_t head, tail;

static inline uint32_t nibble_step(uint32_t crc) {
  uint32_t next = crc >> 4;
  if (crc & 1) next ^= POLYNOMIAL >> 3;
  if (crc & 2) next ^= POLYNOMIAL >> 2;
  if (crc & 4) next ^= POLYNOMIAL >> 1;
  if (crc & 8) next ^= POLYNOMIAL;
  return next;
}

static inline uint32_t crc_step(uint32_t crc, uint32_t byte) { return nibble_step(nibble_step(crc ^ byte)); }

static uint32_t crc32c(const uint8_t *bytes, int32_t count) {
  uint32_t crc = CRC_START;
  while (count-- > 0) crc = crc_step(crc, *bytes++);
  return ~crc;
}

static void restart(void) {
  receiver.length = 0;
  receiver.block_left = 0;
  receiver.crc = CRC_START;
  receiver.started = false;
  receiver.dropping = false;
}

void frame_boot(void) {
  receiver.damaged = 0;
  restart();
  head = tail = 0;
}

uint32_t frames_damaged(void) { return receiver.damaged; }

static void append(uint8_t byte) {
  if (receiver.length == FRAME_BYTES_MAX) {
    receiver.dropping = true;
    receiver.damaged++;
    return;
  }
  received.bytes[receiver.length++] = byte;
  receiver.crc = crc_step(receiver.crc, byte);
}

static int32_t end_frame(void) {
  int32_t length = receiver.length;
  bool whole = receiver.started && !receiver.dropping;
  bool sound = whole && receiver.block_left == 0 && length >= FRAME_PAYLOAD + FRAME_CRC_BYTES && receiver.crc == CRC_RESIDUE;
  if (whole && !sound) receiver.damaged++;
  restart();
  return sound ? length : 0;
}

int32_t frame_receive(uint8_t byte) {
  if (byte == 0) return end_frame();
  if (receiver.dropping) return 0;
  if (receiver.block_left > 0) {
    receiver.block_left--;
    append(byte);
    return 0;
  }
  if (receiver.started) append(0);
  receiver.started = true;
  receiver.block_left = byte - 1;
  return 0;
}

void frame_begin(union frame *frame, uint32_t type, uint32_t session, uint32_t sequence) {
  frame->header = (struct header){WIRE_VERSION, (uint8_t)type, (uint16_t)session, (uint16_t)(session >> 16), (uint16_t)sequence};
}

int32_t frame_end(union frame *frame, int32_t payload_bytes) {
  int32_t bytes = FRAME_PAYLOAD + payload_bytes;
  uint32_t crc = crc32c(frame->bytes, bytes);
  for (int32_t i = 0; i < FRAME_CRC_BYTES; i++, crc >>= 8) frame->bytes[bytes + i] = (uint8_t)crc;
  return bytes + FRAME_CRC_BYTES;
}

int32_t transmit_room(void) { return RING_BYTES - (int32_t)(head - tail); }
bool transmit_waiting(void) { return head != tail; }

static inline void put(uint32_t at, uint32_t byte) { ring[at % RING_BYTES] = (uint8_t)byte; }

void transmit_delimiter(void) { put(head++, 0); }

void transmit_frame(const union frame *frame, int32_t bytes) {
  uint32_t code_at = head;
  uint32_t at = head + 1;
  for (int32_t i = 0; i < bytes; i++, at++) {
    uint8_t byte = frame->bytes[i];
    if (byte == 0) {
      put(code_at, at - code_at);
      code_at = at;
    } else {
      put(at, byte);
    }
  }
  put(code_at, at - code_at);
  put(at, 0);
  head = at + 1;
}

void transmit_pump(void) {
  for (int32_t i = 0; i < WRITES_MAX && head != tail; i++) {
    if (hal_uart_write(ring[tail % RING_BYTES]) == 0) return;
    tail++;
  }
}
