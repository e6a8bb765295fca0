// What frame.c, poll.c and scheduler.c, the parts of the stimulator in C, give each other.
#ifndef LINK_H
#define LINK_H

#include "versus.h"

/** A frame's header; the session lies across two words. */
struct header {
  uint8_t version, type;
  uint16_t session_low, session_high;
  uint16_t sequence;
};

/** A frame: header, payload, CRC. */
union frame {
  struct header header;
  uint8_t bytes[FRAME_BYTES_MAX];
  uint32_t words[FRAME_BYTES_MAX / 4];
};

// frame.c
extern union frame received;
void frame_boot(void);
/** Takes a byte from the line: the length of the undamaged frame that it completes in `received`, else 0. */
int32_t frame_receive(uint8_t byte);
uint32_t frames_damaged(void);
void frame_begin(union frame *frame, uint32_t type, uint32_t session, uint32_t sequence);
int32_t frame_end(union frame *frame, int32_t payload_bytes);
int32_t transmit_room(void);
bool transmit_waiting(void);
void transmit_delimiter(void);
void transmit_frame(const union frame *frame, int32_t bytes);
void transmit_pump(void);

static inline uint32_t session_of(const union frame *frame) {
  return frame->header.session_low | (uint32_t)frame->header.session_high << 16;
}

/** An area as it is stored and sent. */
struct record {
  uint32_t rate_mhz, intra_rate_mhz, cycle_on_ms, cycle_off_ms;
  int32_t amplitude_ua;
  uint16_t ramp_up_ms, ramp_down_ms, phase_us, interphase_gap_us, burst_pulses;
  uint8_t recharge, ratio;
  int16_t fractions[ELECTRODES];
  uint16_t reserved;
};

/** A batch of delivered pulses as it is sent. */
struct batch {
  uint8_t area, thinned;
  uint16_t burst_pulses;
  uint32_t count, first_index;
  int32_t delay_us;
  uint64_t first_onset_us;
  uint32_t rate_mhz, intra_rate_mhz, total;
  int32_t amplitude_ua;
};

// scheduler.c
extern struct record program[AREAS];
void schedule_boot(void);
void schedule_open(void);
void schedule_stop(void);
bool schedule_is_over(void);
bool schedule_is_put_off(void);
/** The queue is topped up when this much is left of it. */
#define LOW_WATER_US 5000
int32_t schedule_fill(uint64_t now_us);
uint64_t queue_end_us(void);
/** Free places of the FIFO. */
int32_t schedule_room(uint64_t now_us);

// delivered.c
struct area;
void delivered_boot(void);
void delivered_start(void);
void delivered_note(const struct area *area, uint32_t onset_us, int32_t delay_us, int32_t amplitude_ua);
void delivered_count(uint64_t now_us);
void delivered_settle(uint64_t off_us);
bool delivered_ready(void);
const struct batch *delivered_oldest(void);
void delivered_take(void);
void delivered_merge(void);
uint32_t delivered_pulses(void);

// session.c
/** A frame that is the last accepted one again. */
#define REPEATED (-1)
extern struct open_session {
  int32_t bytes;
  uint64_t us;
  uint32_t sequence, number, generator;
} open_session;
void session_boot(uint32_t entropy);
int32_t session_judge(const union frame *frame, int32_t bytes, uint32_t type, uint64_t now_us);
/** Returns the frame's copy: the next one may come meanwhile. */
const union frame *session_accept(const union frame *frame, int32_t bytes, uint32_t type, uint64_t now_us);
/** Reads what has come: whether an ESTOP that will be accepted is in it. */
bool line_has_estop(void);
/** The frame whose turn it is, 0: none. */
const union frame *line_frame(int32_t *bytes);
/** It has had its turn. */
void line_settle(void);
bool line_is_full(void);

// poll.c
/** Clock time at this moment, µs. */
uint64_t clock_us(void);

#endif
