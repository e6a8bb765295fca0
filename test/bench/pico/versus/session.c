// Which frames count, and those that have come and wait for their turn.

#include "link.h"

#define READS_MAX 64
#define HELLO_RETRY_US 100000u
#define AHEAD_MAX 32767

/** The last accepted frame, to know it again. */
static union frame accepted;
struct open_session open_session;

/** The older of the frames that wait; 0 bytes: none. The newer one stays where it was received. */
static union frame held;
static struct {
  int32_t held_bytes, newer_bytes;
  bool is_full;
} line;

void session_boot(uint32_t entropy) {
  open_session = (struct open_session){.generator = entropy};
  line.held_bytes = 0;
  line.newer_bytes = 0;
}

static void step_generator(void) {
  open_session.generator ^= open_session.generator << 13;
  open_session.generator ^= open_session.generator >> 17;
  open_session.generator ^= open_session.generator << 5;
}

static uint32_t next_nonce(uint32_t us) {
  open_session.generator ^= us;
  if (open_session.generator == 0) open_session.generator = 0x9e3779b9;
  step_generator();
  if (open_session.generator == open_session.number) step_generator();
  return open_session.generator;
}

/** Payload of a request, bytes; −1: there is no such message here. */
static int32_t request_bytes(uint32_t type) {
  switch (type) {
    case MESSAGE_HELLO:
    case MESSAGE_INFO:
    case MESSAGE_STATUS:
    case MESSAGE_STOP:
    case MESSAGE_ESTOP:
      return 0;
    case MESSAGE_SET_AREA:
      return SET_AREA_BYTES;
    case MESSAGE_SET_AMPLITUDE:
      return SET_AMPLITUDE_BYTES;
    case MESSAGE_START:
      return START_BYTES;
    default:
      return -1;
  }
}

static bool same_bytes(const union frame *a, const union frame *b, int32_t bytes) {
  for (int32_t i = 0; i < bytes; i++)
    if (a->bytes[i] != b->bytes[i]) return false;
  return true;
}

static bool is_ahead(const union frame *frame, uint32_t other) {
  uint32_t ahead = (frame->header.sequence - other) & 0xffff;
  return ahead != 0 && ahead <= AHEAD_MAX;
}

int32_t session_judge(const union frame *frame, int32_t bytes, uint32_t type, uint64_t now_us) {
  if (frame->header.version != WIRE_VERSION) return RESULT_BAD_VERSION;
  bool is_hello = type == MESSAGE_HELLO;
  if (!is_hello && open_session.number == 0) return RESULT_BAD_SESSION;
  if (session_of(frame) != (is_hello ? 0 : open_session.number)) return RESULT_BAD_SESSION;
  bool repeated = bytes == open_session.bytes && same_bytes(frame, &accepted, bytes);
  if (is_hello) {
    if (frame->header.sequence != 0) return RESULT_BAD_SEQUENCE;
    if (repeated && now_us - open_session.us < HELLO_RETRY_US) return REPEATED;
  } else {
    if (repeated) return REPEATED;
    if (!is_ahead(frame, open_session.sequence)) return RESULT_BAD_SEQUENCE;
  }
  int32_t payload_bytes = request_bytes(type);
  if (payload_bytes < 0) return RESULT_UNKNOWN_MESSAGE;
  return bytes == FRAME_PAYLOAD + payload_bytes + FRAME_CRC_BYTES ? RESULT_OK : RESULT_BAD_LENGTH;
}

const union frame *session_accept(const union frame *frame, int32_t bytes, uint32_t type, uint64_t now_us) {
  for (int32_t i = 0; i < bytes; i++) accepted.bytes[i] = frame->bytes[i];
  open_session.bytes = bytes;
  open_session.us = now_us;
  open_session.sequence = frame->header.sequence;
  if (type == MESSAGE_HELLO) open_session.number = next_nonce((uint32_t)now_us);
  return &accepted;
}

static void hold(void) {
  line.held_bytes = line.newer_bytes;
  for (int32_t i = 0; i < line.held_bytes; i++) held.bytes[i] = received.bytes[i];
  line.newer_bytes = 0;
}

static void read_frames(void) {
  line.is_full = true;
  for (int32_t i = 0; i < READS_MAX && line.newer_bytes == 0; i++) {
    int32_t byte = hal_uart_read();
    if (byte < 0) {
      line.is_full = false;
      return;
    }
    line.newer_bytes = frame_receive((uint8_t)byte);
    if (line.newer_bytes != 0 && line.held_bytes == 0) hold();
  }
}

static bool is_estop(const union frame *frame, int32_t bytes) {
  return frame->header.type == MESSAGE_ESTOP && session_judge(frame, bytes, MESSAGE_ESTOP, 0) == RESULT_OK;
}

bool line_has_estop(void) {
  read_frames();
  if (line.held_bytes != 0 && is_estop(&held, line.held_bytes)) return true;
  if (line.newer_bytes == 0 || !is_estop(&received, line.newer_bytes)) return false;
  if (line.held_bytes == 0) return true;
  return held.header.type != MESSAGE_HELLO && is_ahead(&received, held.header.sequence);
}

const union frame *line_frame(int32_t *bytes) {
  *bytes = line.held_bytes;
  line.held_bytes = 0;
  return *bytes == 0 ? 0 : &held;
}

void line_settle(void) {
  if (line.newer_bytes != 0 && line.held_bytes == 0) hold();
}

bool line_is_full(void) { return line.is_full; }
