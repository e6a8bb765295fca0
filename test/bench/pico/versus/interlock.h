// The interlock's state in C, and what interlock.c, sample.c and gate.c give each other. One block closed by a parity word;
// the records have a sum of their own, which is kept as they are booked.
#ifndef INTERLOCK_H
#define INTERLOCK_H

#include "versus.h"

struct electrode {
  int32_t account_pc, high_pc, low_pc, rise_pc, fall_pc, limit_pc;
  int16_t limit_ua, peak_ua;
  union {
    struct {
      int16_t rest_us, run_us;
    };
    /** Both as the word that they are summed as: rest in the low half. */
    uint32_t times;
  };
};

struct scalars {
  int32_t state, trip;
  uint32_t clock_us;
  int32_t queue_us, discharge_us, poll_age_us, unrecovered_us, trip_hold_us, trip_age_us[2], bucket_pc;
  uint32_t segments;
  int32_t turn, tag, mismatch, unsampled_us, measures, tolerance, sense[6], expect, wait;
  uint32_t records;
};

/** The scalars in front, where a load reaches them with an offset of its own. */
struct block {
  struct scalars s;
  uint32_t parity;
  struct electrode electrodes[ELECTRODES];
};

extern struct block block;

#define MAGNET_SEEN 256
#define EXPECT_NONE 0
#define EXPECT_COMPARED (1 << 21)
#define EXPECT_MEASURE (2 << 21)
#define EXPECT_KIND (3 << 21)

// interlock.c
void enter(void);
void seal(void);
void read_back(void);
bool has_run_dry(int32_t room);
int32_t refusal(void);

// sample.c
int32_t next_unsampled(void);
int32_t next_sampled(int32_t duration_us, bool measure, int32_t contacts_ua, int32_t case_ua, const struct levels *levels);

#endif
