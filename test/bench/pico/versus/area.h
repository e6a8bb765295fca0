// The running form of an area in C: what the schedule needs of it, computed once when the therapy starts.
#ifndef AREA_H
#define AREA_H

#include "link.h"

struct area {
  const struct record *record;
  int32_t number;
  /** Ideal onset of the next pulse, relative µs; NEVER: none. */
  int32_t next_rel;
  uint32_t index;
  int32_t burst_index, burst_pulses;
  int32_t burst_rel;
  /** Periods as quotient and remainder of 10⁹ / rate, and the remainders gathered so far. */
  int32_t period_us, period_rest, rate_mhz, gathered;
  int32_t intra_us, intra_rest, intra_mhz, intra_gathered, intra_offset_us;
  uint64_t window_us, on_us, cycle_us;
  int32_t window_rel, window_end_rel;
  int32_t ramp_up_us, ramp_down_us, stop_ua;
  int32_t phase_us, gap_us, pieces, piece_us, pieces_longer, ratio;
  int32_t occupancy_us, segments, flags;
  int32_t asked_ua, made_ua;
  struct levels first, second;
  bool waiting;
};

#define NEVER 0x7fffffff
#define FAR_US (1 << 29)

#endif
