// A turn of the stimulator: therapy, then link. The messages that the bench sends, events.

#include "link.h"

#define TRANSMIT_US 100
#define REQUEST_TYPES 0x40
#define BATTERY_PERIOD_US 10000000u
#define BATCHES_MAX 2
#define EVENT_OVERHEAD (FRAME_PAYLOAD + FRAME_CRC_BYTES + 2)
#define RESPONSE_ROOM (ENCODED_BYTES_MAX + 2)
#define URGENT_ROOM (RESPONSE_ROOM + 4 * (EVENT_OVERHEAD + IMPEDANCE_BYTES))

static struct {
  uint32_t last_us, wraps;
  uint64_t now_us;
  /** The interlock's status as of this turn. */
  int32_t status;
} turn;

static struct {
  int32_t state, mode, reason, refusal, stop_reason;
  /** When START was asked, clock µs. */
  uint32_t asked_us;
  uint32_t changes;
  uint8_t slot;
} therapy;

static union frame response;
static int32_t response_bytes;
static bool response_waits;
static struct {
  uint32_t valid, refused;
} frames;

static union frame event;
static struct {
  uint32_t session, sequence, changes;
  int32_t fault;
  uint64_t battery_us, moved_us;
} told;

static struct {
  uint8_t number;
  int32_t readback_ua;
} board;

// Clock

static uint64_t update_clock(void) {
  uint32_t us = hal_clock_us();
  if (us < turn.last_us) turn.wraps++;
  turn.last_us = us;
  return (uint64_t)turn.wraps << 32 | us;
}

uint64_t clock_us(void) { return turn.now_us + (hal_clock_us() - (uint32_t)turn.now_us); }

// Therapy

static void enter_state(int32_t state) {
  if (state == therapy.state) return;
  therapy.state = state;
  therapy.changes++;
}

static void enter_idle(int32_t reason, int32_t refused) {
  therapy.reason = reason;
  therapy.refusal = refused;
  enter_state(THERAPY_IDLE);
}

static void end(int32_t reason, int32_t refused, uint64_t off_us) {
  delivered_settle(off_us);
  enter_idle(reason, refused);
}

static uint64_t off_us(void) {
  uint64_t now_us = clock_us();
  return now_us - (uint64_t)most(DISCHARGE_US - interlock_reading(READING_DISCHARGE_US), 0);
}

static void end_disarmed(int32_t packed, uint64_t now_us) {
  int32_t state = packed & STATUS_STATE_MASK;
  int32_t reason = REASON_UNDERRUN;
  if (state == STATE_TRIPPED || state == STATE_LOCKED) reason = REASON_TRIP;
  else if (packed & STATUS_MAGNET) reason = REASON_MAGNET;
  else if (schedule_is_over() && now_us + START_US_MAX >= queue_end_us()) reason = therapy.stop_reason;
  end(reason, RESULT_OK, off_us());
}

static int32_t fill(uint64_t now_us) {
  int32_t refused = schedule_fill(now_us);
  if (refused != RESULT_OK) {
    turn.status = interlock_status();
    if ((turn.status & STATUS_STATE_MASK) != STATE_ARMED) {
      end_disarmed(turn.status, now_us);
    } else {
      interlock_stop(STOP_ESTOP);
      end(REASON_REFUSED, refused, clock_us());
    }
    return 0;
  }
  if (schedule_is_put_off()) return 0;
  uint64_t filled_us = clock_us();
  int32_t left_us = (int32_t)(queue_end_us() - filled_us);
  if (schedule_is_over()) return most(left_us, 0);
  if (left_us > 2 * LOW_WATER_US) return left_us - LOW_WATER_US;
  bool is_low = left_us < LOW_WATER_US && schedule_room(filled_us) > FIFO_SEGMENTS / 2;
  return is_low ? 0 : most(left_us / 2, 0);
}

/** OK, minus the µs until it is worth asking again, or a refusal: MAGNET also where it has come and gone since START. */
static int32_t arm_or_wait(void) {
  int32_t armed = interlock_arm();
  if (armed != RESULT_DISCHARGING) return armed;
  int32_t left_us = interlock_reading(READING_DISCHARGE_US);
  bool is_off_since = DISCHARGE_US - left_us < (int32_t)(hal_clock_us() - therapy.asked_us);
  if (is_off_since && (turn.status & STATUS_MAGNET)) return RESULT_MAGNET;
  return -most(1, least(left_us, POLL_PERIOD_US));
}

static int32_t run_arming(void) {
  int32_t armed = arm_or_wait();
  if (armed < 0) return -armed;
  if (armed != RESULT_OK) {
    bool is_trip = armed == RESULT_TRIPPED || armed == RESULT_LOCKED;
    enter_idle(armed == RESULT_MAGNET ? REASON_MAGNET : is_trip ? REASON_TRIP : REASON_REFUSED, armed);
    return 0;
  }
  therapy.stop_reason = REASON_STOP;
  enter_state(THERAPY_STIMULATING);
  schedule_open();
  return fill(clock_us());
}

static int32_t run_stimulation(uint64_t now_us) {
  if ((turn.status & STATUS_STATE_MASK) != STATE_ARMED) {
    end_disarmed(turn.status, now_us);
    return 0;
  }
  delivered_count(now_us);
  if (!schedule_is_over()) return fill(now_us);
  int64_t left_us = (int64_t)(queue_end_us() - now_us);
  if (left_us > 0) return (int32_t)left_us;
  interlock_stop(STOP_DISARM);
  end(therapy.stop_reason, RESULT_OK, now_us);
  return 0;
}

static int32_t run_therapy(uint64_t now_us) {
  turn.now_us = now_us;
  turn.status = interlock_status();
  switch (therapy.state) {
    case THERAPY_IDLE:
      return POLL_PERIOD_US;
    case THERAPY_ARMING:
      return run_arming();
    default:
      return run_stimulation(now_us);
  }
}

static int32_t stop_because(int32_t reason) {
  if (therapy.state == THERAPY_IDLE) return RESULT_NOT_STIMULATING;
  if (therapy.state == THERAPY_ARMING) {
    enter_idle(reason, RESULT_OK);
  } else if (therapy.state == THERAPY_STIMULATING) {
    therapy.stop_reason = reason;
    schedule_stop();
    enter_state(THERAPY_STOPPING);
  }
  return RESULT_OK;
}

static int32_t response_bytes_of(uint32_t type) {
  switch (type) {
    case MESSAGE_HELLO:
      return HELLO_BYTES;
    case MESSAGE_INFO:
      return INFO_BYTES;
    case MESSAGE_STATUS:
      return STATUS_BYTES;
    case MESSAGE_SET_AREA:
      return AREA_ECHO_BYTES;
    case MESSAGE_SET_AMPLITUDE:
      return SET_AMPLITUDE_BYTES;
    default:
      return ACK_BYTES;
  }
}

static int32_t stop_now(void) {
  int32_t result = interlock_stop(STOP_ESTOP);
  if (therapy.state != THERAPY_IDLE) end(REASON_ESTOP, RESULT_OK, off_us());
  return result;
}

// Answers

static void put32(uint8_t *payload, int32_t at, uint32_t value) { *(word *)(payload + at) = value; }
static uint32_t get32(const uint8_t *payload, int32_t at) { return *(const word *)(payload + at); }

static void flush_response(void) {
  if (!response_waits || transmit_room() < RESPONSE_ROOM) return;
  if (response.header.type == (MESSAGE_HELLO | RESPONSE_BIT)) transmit_delimiter();
  transmit_frame(&response, response_bytes);
  response_waits = false;
}

static void begin_answer(union frame *answer, const union frame *frame) {
  frame_begin(answer, frame->header.type | RESPONSE_BIT, session_of(frame), frame->header.sequence);
}

static int32_t write_refusal(uint8_t *payload, int32_t status) {
  put32(payload, 0, (uint32_t)status);
  put32(payload, REFUSAL_LOW, 0);
  put32(payload, REFUSAL_HIGH, 0);
  return REFUSAL_BYTES;
}

static void refuse_frame(const union frame *frame, int32_t status) {
  static union frame refusal;
  if (transmit_room() < RESPONSE_ROOM) return;
  begin_answer(&refusal, frame);
  transmit_frame(&refusal, frame_end(&refusal, write_refusal(refusal.bytes + FRAME_PAYLOAD, status)));
}

static void tell_hello(uint8_t *payload) {
  payload[HELLO_VERSION] = WIRE_VERSION;
  payload[HELLO_PROFILE] = PROFILE_PERCUTANEOUS_16;
  put32(payload, HELLO_SESSION, open_session.number);
}

static void tell_info(uint8_t *payload) {
  payload[INFO_VERSION] = WIRE_VERSION;
  payload[INFO_PROFILE] = PROFILE_PERCUTANEOUS_16;
  payload[INFO_ELECTRODES] = ELECTRODES;
  payload[INFO_SLOTS] = SLOTS;
  payload[INFO_AREAS] = AREAS;
  payload[INFO_AUTHENTICATED] = 0;
  payload[INFO_BOARD] = board.number;
  put32(payload, INFO_FIRMWARE, FIRMWARE_VERSION);
  put32(payload, INFO_AMPLITUDE_UA_MAX, AMPLITUDE_UA_MAX);
  put32(payload, INFO_PHASE_PC_MAX, PHASE_PC_MAX);
  put32(payload, INFO_READBACK_UA, (uint32_t)board.readback_ua);
}

static void tell_status(uint8_t *payload, uint64_t now_us) {
  int32_t interlock = interlock_status();
  payload[STATUS_THERAPY] = (uint8_t)therapy.state;
  payload[STATUS_INTERLOCK] = interlock & STATUS_STATE_MASK;
  payload[STATUS_TRIP] = (uint8_t)(interlock >> STATUS_TRIP_SHIFT);
  payload[STATUS_SLOT] = therapy.slot;
  payload[STATUS_MODE] = (uint8_t)therapy.mode;
  payload[STATUS_STOP_REASON] = (uint8_t)therapy.reason;
  payload[STATUS_TRIPS] = (uint8_t)interlock_reading(READING_TRIPS);
  put32(payload, STATUS_CLOCK_US, (uint32_t)now_us);
  put32(payload, STATUS_CLOCK_US + 4, (uint32_t)(now_us >> 32));
  put32(payload, STATUS_BATTERY_MV, (uint32_t)interlock_reading(SENSE_BATTERY_MV));
  put32(payload, STATUS_TEMPERATURE_MC, (uint32_t)interlock_reading(SENSE_TEMPERATURE_MC));
  put32(payload, STATUS_DISCHARGE_US, (uint32_t)interlock_reading(READING_DISCHARGE_US));
  put32(payload, STATUS_FRAMES_VALID, frames.valid);
  put32(payload, STATUS_FRAMES_DAMAGED, frames_damaged());
  put32(payload, STATUS_FRAMES_REFUSED, frames.refused);
  put32(payload, STATUS_PULSES, delivered_pulses());
}

/** Stores what the firmware, which validates it, has stored: the bench sends nothing else. */
static void set_area(const uint8_t *request) {
  struct record *record = &program[request[AREA_AREA]];
  int32_t amplitude_ua = record->amplitude_ua;
  for (int32_t i = 0; i < AREA_BYTES; i++) ((uint8_t *)record)[i] = request[AREA_RECORD + i];
  record->amplitude_ua = amplitude_ua;
}

static void set_amplitude(const uint8_t *request) {
  program[request[AREA_AREA]].amplitude_ua = (int32_t)get32(request, AMPLITUDE_UA);
}

static int32_t start(const uint8_t *request) {
  if (therapy.state != THERAPY_IDLE) return RESULT_STIMULATING;
  therapy.asked_us = hal_clock_us();
  delivered_start();
  therapy.slot = request[AREA_SLOT];
  therapy.mode = request[START_MODE];
  therapy.reason = REASON_NONE;
  therapy.refusal = RESULT_OK;
  enter_state(THERAPY_ARMING);
  return RESULT_OK;
}

static int32_t act(uint32_t type, const uint8_t *request, uint8_t *payload, uint64_t now_us) {
  switch (type) {
    case MESSAGE_HELLO:
      tell_hello(payload);
      return RESULT_OK;
    case MESSAGE_INFO:
      tell_info(payload);
      return RESULT_OK;
    case MESSAGE_STATUS:
      tell_status(payload, now_us);
      return RESULT_OK;
    case MESSAGE_SET_AREA:
      set_area(request);
      return RESULT_OK;
    case MESSAGE_SET_AMPLITUDE:
      set_amplitude(request);
      return RESULT_OK;
    case MESSAGE_START:
      return start(request);
    case MESSAGE_STOP:
      return stop_because(REASON_STOP);
    case MESSAGE_ESTOP:
      return stop_now();
    default:
      return RESULT_UNKNOWN_MESSAGE;
  }
}

static int32_t dispatch(uint32_t type, const uint8_t *request, uint8_t *payload, uint64_t now_us) {
  for (int32_t i = 0; i < PAYLOAD_BYTES_MAX; i += 4) put32(payload, i, 0);
  int32_t status = act(type, request, payload, now_us);
  if (status != RESULT_OK) return write_refusal(payload, status);
  payload[RESPONSE_STATUS] = RESULT_OK;
  return response_bytes_of(type);
}

static void handle_frame(const union frame *frame, int32_t bytes, uint64_t now_us) {
  uint32_t type = frame->header.type;
  if (type >= REQUEST_TYPES) {
    frames.refused++;
    return;
  }
  int32_t verdict = session_judge(frame, bytes, type, now_us);
  if (verdict == REPEATED) {
    frames.valid++;
    response_waits = true;
    flush_response();
  } else if (verdict != RESULT_OK) {
    frames.refused++;
    refuse_frame(frame, verdict);
  } else {
    frames.valid++;
    const union frame *accepted = session_accept(frame, bytes, type, now_us);
    begin_answer(&response, accepted);
    int32_t payload_bytes =
        dispatch(type, accepted->bytes + FRAME_PAYLOAD, response.bytes + FRAME_PAYLOAD, now_us);
    response_bytes = frame_end(&response, payload_bytes);
    response_waits = true;
    flush_response();
  }
}

// Events

static bool fits(int32_t payload_bytes, int32_t room_bytes) {
  return transmit_room() >= payload_bytes + EVENT_OVERHEAD + room_bytes;
}

static void send(uint32_t type, int32_t payload_bytes) {
  frame_begin(&event, type, told.session, told.sequence);
  transmit_frame(&event, frame_end(&event, payload_bytes));
  told.sequence = (told.sequence + 1) & 0xffff;
}

static void put_clock(int32_t at, uint64_t now_us) {
  put32(event.bytes + FRAME_PAYLOAD, at, (uint32_t)now_us);
  put32(event.bytes + FRAME_PAYLOAD, at + 4, (uint32_t)(now_us >> 32));
}

static void publish_fault(uint64_t now_us) {
  int32_t state = turn.status & STATUS_STATE_MASK;
  bool is_fault = state == STATE_TRIPPED || state == STATE_LOCKED;
  int32_t trip = (turn.status >> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK;
  int32_t fault = is_fault ? trip << 4 | state : 0;
  if (fault == 0) told.fault = 0;
  if (fault == told.fault || !fits(FAULT_BYTES, RESPONSE_ROOM)) return;
  uint8_t *payload = event.bytes + FRAME_PAYLOAD;
  put32(payload, 0, 0);
  payload[FAULT_TRIP] = (uint8_t)trip;
  payload[FAULT_STATE] = (uint8_t)state;
  put_clock(FAULT_CLOCK_US, now_us);
  send(EVENT_FAULT, FAULT_BYTES);
  told.fault = fault;
}

static void publish_state(uint64_t now_us) {
  if (therapy.changes == told.changes || !fits(STATE_BYTES, RESPONSE_ROOM)) return;
  uint8_t *payload = event.bytes + FRAME_PAYLOAD;
  payload[STATE_THERAPY] = (uint8_t)therapy.state;
  payload[STATE_REASON] = (uint8_t)therapy.reason;
  payload[STATE_SLOT] = therapy.slot;
  payload[STATE_REFUSAL] = (uint8_t)therapy.refusal;
  put_clock(STATE_CLOCK_US, now_us);
  send(EVENT_STATE, STATE_BYTES);
  told.changes = therapy.changes;
}

static void publish_battery(uint64_t now_us) {
  if (now_us - told.battery_us < BATTERY_PERIOD_US || !fits(BATTERY_BYTES, RESPONSE_ROOM)) return;
  uint8_t *payload = event.bytes + FRAME_PAYLOAD;
  put32(payload, BATTERY_MV, (uint32_t)interlock_reading(SENSE_BATTERY_MV));
  put32(payload, BATTERY_TEMPERATURE_MC, (uint32_t)interlock_reading(SENSE_TEMPERATURE_MC));
  send(EVENT_BATTERY, BATTERY_BYTES);
  told.battery_us += (now_us - told.battery_us) / BATTERY_PERIOD_US * BATTERY_PERIOD_US;
}

static void publish_delivered(uint64_t now_us) {
  for (int32_t i = 0; i < BATCHES_MAX; i++) {
    if (!delivered_ready()) {
      told.moved_us = now_us;
      return;
    }
    if (!fits(DELIVERED_BYTES, URGENT_ROOM)) {
      if (now_us - told.moved_us < DELIVERED_US_MAX) return;
      delivered_merge();
      told.moved_us = now_us;
      return;
    }
    const uint8_t *batch = (const uint8_t *)delivered_oldest();
    for (int32_t n = 0; n < DELIVERED_BYTES; n++) event.bytes[FRAME_PAYLOAD + n] = batch[n];
    delivered_take();
    send(EVENT_DELIVERED, DELIVERED_BYTES);
    told.moved_us = now_us;
  }
}

static void begin_session(uint64_t now_us) {
  told.session = open_session.number;
  told.sequence = 0;
  told.fault = 0;
  told.changes = therapy.changes;
  told.battery_us = now_us;
  told.moved_us = now_us;
}

static void publish_events(uint64_t now_us) {
  if (open_session.number == 0) {
    if (delivered_ready()) delivered_take();
    return;
  }
  if (open_session.number != told.session) begin_session(now_us);
  publish_fault(now_us);
  publish_state(now_us);
  publish_battery(now_us);
  publish_delivered(now_us);
}

// Turns

static void watch_silence(uint64_t now_us) {
  if (therapy.mode != MODE_CLINIC || now_us - open_session.us < LINK_LOSS_US) return;
  if (therapy.state == THERAPY_ARMING || therapy.state == THERAPY_STIMULATING) stop_because(REASON_LINK_LOSS);
}

static bool receive(uint64_t now_us) {
  if (line_has_estop()) stop_now();
  int32_t bytes;
  const union frame *frame = line_frame(&bytes);
  if (frame == 0) return line_is_full();
  handle_frame(frame, bytes, now_us);
  line_settle();
  return true;
}

static int32_t poll_link(uint64_t now_us) {
  bool input_left = receive(now_us);
  watch_silence(now_us);
  flush_response();
  publish_events(now_us);
  transmit_pump();
  if (input_left) return 0;
  return transmit_waiting() ? TRANSMIT_US : POLL_PERIOD_US;
}

void stimulator_boot(int32_t board_number, uint32_t entropy, int32_t readback_ua) {
  turn.last_us = hal_clock_us();
  turn.wraps = 0;
  schedule_boot();
  delivered_boot();
  frame_boot();
  therapy.state = THERAPY_IDLE;
  session_boot(entropy);
  board.number = (uint8_t)board_number;
  board.readback_ua = readback_ua;
}

int32_t stimulator_poll(void) {
  uint64_t now_us = update_clock();
  int32_t therapy_us = run_therapy(now_us);
  return least(therapy_us, poll_link(now_us));
}
