// The gate in C: judges a requested segment, and books it on every electrode once it is released.

#include "interlock.h"

#define C0 826931u
#define C1 651494u
#define C2 672118u
#define C3 429203u

static inline int32_t doubt_of(int32_t charge_pc) { return (charge_pc >> 5) + (charge_pc >> 7) + (charge_pc >> 10) + 3; }

static inline int32_t next_run_us(int32_t run_us, int32_t level_ua, int32_t duration_us) {
  return level_ua > 0 ? most(run_us, 0) + duration_us : least(run_us, 0) - duration_us;
}

static inline int32_t next_bucket_pc(int32_t total_ua, int32_t duration_us) {
  return most(block.s.bucket_pc + (total_ua - MEAN_TOTAL_UA) * duration_us, 0);
}

// Passive recharge

static uint32_t credit_share(int32_t duration_us) {
  uint32_t t = (uint32_t)duration_us;
  uint32_t third = C2 - (t * C3 >> 15);
  uint32_t second = C1 - (t * third >> 15);
  uint32_t first = C0 - (t * second >> 14);
  return t * first >> 13;
}

static inline int32_t after_recharge(int32_t charge_pc, uint32_t credit) {
  uint32_t high = ((uint32_t)charge_pc >> 12) * credit;
  uint32_t rest = ((uint32_t)charge_pc & 0xfff) * credit >> 12;
  return charge_pc - (int32_t)((high + rest) >> 8);
}

static inline int32_t kept(int32_t charge_pc, uint32_t credit) {
  return charge_pc < 0 ? -after_recharge(-charge_pc, credit) : after_recharge(charge_pc, credit);
}

// Judging

static inline int32_t judge_electrode(const struct electrode *e, int32_t level_ua, int32_t duration_us, bool measure,
                                      int32_t extra_doubt_pc) {
  if (level_ua == 0 && extra_doubt_pc == 0) return RESULT_OK;
  int32_t magnitude_ua = magnitude(level_ua);
  if (magnitude_ua > e->limit_ua) return RESULT_AMPLITUDE;
  int32_t charge_pc = level_ua * duration_us;
  int32_t doubt_pc = doubt_of(magnitude(charge_pc)) + extra_doubt_pc;
  if (e->high_pc + charge_pc + doubt_pc > UNRECOVERED_PC_MAX) return RESULT_UNRECOVERED;
  if (e->low_pc + charge_pc - doubt_pc < -UNRECOVERED_PC_MAX) return RESULT_UNRECOVERED;
  if (level_ua == 0) return RESULT_OK;
  if (magnitude(next_run_us(e->run_us, level_ua, duration_us)) > POLARITY_RUN_US_MAX) return RESULT_POLARITY_RUN;
  int32_t span_pc = most(e->rise_pc + charge_pc, 0) + most(e->fall_pc - charge_pc, 0);
  if (span_pc > e->limit_pc) return RESULT_PHASE_CHARGE;
  if (measure && (magnitude_ua > MEASURE_UA_MAX || span_pc > MEASURE_PC_MAX)) return RESULT_MEASURE;
  return RESULT_OK;
}

IN_RAM APART static int32_t judge_electrodes(const struct levels *levels, int32_t case_ua, int32_t duration_us, bool measure,
                                             int32_t case_doubt_pc) {
  int32_t status = RESULT_OK;
  for (int32_t i = 0; i < ELECTRODES && status == RESULT_OK; i++) {
    bool is_case = i == CASE;
    int32_t level_ua = is_case ? case_ua : levels->ua[i];
    status = judge_electrode(&block.electrodes[i], level_ua, duration_us, measure, is_case ? case_doubt_pc : 0);
  }
  return status;
}

IN_RAM static int32_t judge_queue(int32_t duration_us) {
  if (block.s.unrecovered_us + duration_us > RECOVERY_US_MAX) return RESULT_RECOVERY;
  if (block.s.queue_us + duration_us >= HORIZON_US_MAX) return RESULT_HORIZON;
  int32_t room = hal_segment_room();
  if (has_run_dry(room)) return RESULT_NOT_ARMED;
  return room > 0 && room <= FIFO_SEGMENTS ? RESULT_OK : RESULT_FIFO_FULL;
}

// Booking: each function gives what it has changed of the records' sum.

static inline uint32_t put(int32_t *field, int32_t value) {
  uint32_t change = (uint32_t)(*field ^ value);
  *field = value;
  return change;
}

static inline uint32_t put_times(struct electrode *e, uint32_t times) {
  uint32_t change = e->times ^ times;
  e->times = times;
  return change;
}

static inline uint32_t book_charge(struct electrode *e, int32_t charge_pc, int32_t doubt_pc) {
  return put(&e->account_pc, e->account_pc + charge_pc) ^ put(&e->high_pc, e->high_pc + charge_pc + doubt_pc) ^
         put(&e->low_pc, e->low_pc + charge_pc - doubt_pc);
}

static inline uint32_t book_driven(struct electrode *e, int32_t level_ua, int32_t duration_us) {
  int32_t charge_pc = level_ua * duration_us;
  uint32_t change = book_charge(e, charge_pc, doubt_of(magnitude(charge_pc)));
  change ^= put_times(e, (uint32_t)next_run_us((int32_t)e->times >> 16, level_ua, duration_us) << 16);
  change ^= put(&e->rise_pc, most(e->rise_pc + charge_pc, 0)) ^ put(&e->fall_pc, most(e->fall_pc - charge_pc, 0));
  if (magnitude(level_ua) > e->peak_ua) {
    change ^= (uint32_t)(e->peak_ua ^ magnitude(level_ua)) << 16;
    e->peak_ua = (int16_t)magnitude(level_ua);
  }
  return change;
}

static inline uint32_t book_rest(struct electrode *e, int32_t duration_us) {
  // A rested electrode stays as it is.
  if (e->times == PHASE_REST_US) return 0;
  int32_t rest_us = least((int32_t)(e->times & 0xffff) + duration_us, PHASE_REST_US);
  uint32_t change = put_times(e, (uint32_t)rest_us);
  if (rest_us < PHASE_REST_US) return change;
  return change ^ put(&e->rise_pc, 0) ^ put(&e->fall_pc, 0);
}

IN_RAM APART static void book_electrodes(const struct levels *levels, int32_t case_ua, int32_t duration_us, int32_t case_doubt_pc) {
  struct electrode *casing = &block.electrodes[CASE];
  uint32_t change = case_doubt_pc == 0 ? 0 : book_charge(casing, 0, case_doubt_pc);
  for (int32_t i = 0; i < ELECTRODES; i++) {
    int32_t level_ua = i < CONTACTS ? levels->ua[i] : case_ua;
    struct electrode *e = &block.electrodes[i];
    change ^= level_ua == 0 ? book_rest(e, duration_us) : book_driven(e, level_ua, duration_us);
  }
  block.s.records ^= change;
}

static inline uint32_t book_recharge(struct electrode *e, uint32_t credit) {
  uint32_t change = put(&e->low_pc, e->low_pc < 0 ? -after_recharge(-e->low_pc, credit) : 0);
  change ^= put(&e->high_pc, e->high_pc > 0 ? after_recharge(e->high_pc, credit) : 0);
  return change ^ put(&e->account_pc, kept(e->account_pc, credit));
}

IN_RAM APART static void book_zero(int32_t duration_us, uint32_t credit, bool is_recharge) {
  uint32_t change = 0;
  for (struct electrode *e = block.electrodes; e < block.electrodes + ELECTRODES; e++) {
    change ^= book_rest(e, duration_us);
    if (is_recharge) change ^= book_recharge(e, credit);
  }
  block.s.records ^= change;
}

IN_RAM static bool is_recovered(void) {
  for (const struct electrode *e = block.electrodes; e < block.electrodes + ELECTRODES; e++)
    if (magnitude(e->account_pc) > RECOVERED_PC) return false;
  return true;
}

IN_RAM static void book_queue(int32_t duration_us, bool is_zero) {
  block.s.queue_us = (block.s.queue_us == 0 ? START_US_MAX : block.s.queue_us) + duration_us;
  if (block.s.unrecovered_us == 0 && is_zero) return;
  block.s.unrecovered_us = is_recovered() ? 0 : block.s.unrecovered_us + duration_us;
}

// Segments

/** A zero segment: its flags for the stage, or minus the refusal. */
IN_RAM APART static int32_t pass_zero(int32_t duration_us, int32_t flags) {
  if (duration_us < SEGMENT_US_MIN || duration_us > IDLE_US_MAX) return -RESULT_DURATION;
  int32_t status = judge_queue(duration_us);
  if (status != RESULT_OK) return -status;
  bool is_recharge = flags == FLAG_RECHARGE;
  book_zero(duration_us, credit_share(duration_us), is_recharge);
  if (is_recharge && duration_us >= PHASE_REST_US) block.s.measures = 0;
  block.s.bucket_pc = next_bucket_pc(0, duration_us);
  book_queue(duration_us, true);
  return flags | next_unsampled();
}

/** An active segment: its flags for the stage, or minus the refusal. */
IN_RAM APART static int32_t pass_active(int32_t duration_us, int32_t flags, const struct levels *levels) {
  if (duration_us < SEGMENT_US_MIN || duration_us > ACTIVE_US_MAX) return -RESULT_DURATION;
  bool measure = (flags & FLAG_MEASURE) != 0;
  if (measure ? block.s.measures >= 2 : block.s.measures != 0) return -RESULT_MEASURE;
  int32_t sum_ua = 0, contacts_ua = 0;
  for (int32_t i = 0; i < CONTACTS; i++) {
    sum_ua += levels->ua[i];
    contacts_ua += magnitude(levels->ua[i]);
  }
  bool has_case = (flags & FLAG_CASE) != 0;
  if (!has_case && sum_ua != 0) return -RESULT_BALANCE;
  int32_t case_doubt_pc = has_case ? (doubt_of(contacts_ua * duration_us) >> 1) + 1 : 0;

  int32_t status = judge_queue(duration_us);
  if (status == RESULT_OK) status = judge_electrodes(levels, -sum_ua, duration_us, measure, case_doubt_pc);
  int32_t bucket_pc = next_bucket_pc(contacts_ua + magnitude(sum_ua), duration_us);
  if (status == RESULT_OK && bucket_pc > MEAN_TOTAL_DEPTH_PC) status = RESULT_MEAN_CURRENT;
  if (status != RESULT_OK) return -status;

  book_electrodes(levels, -sum_ua, duration_us, case_doubt_pc);
  block.s.bucket_pc = bucket_pc;
  if (measure) block.s.measures++;
  book_queue(duration_us, false);
  bool is_short = duration_us < SAMPLE_US_MIN;
  return flags | (is_short ? next_unsampled() : next_sampled(duration_us, measure, contacts_ua, -sum_ua, levels));
}

static inline int32_t judge(int32_t duration_us, int32_t flags, const struct levels *levels) {
  const uint32_t *w = levels->words;
  bool is_zero = (w[0] | w[1] | w[2] | w[3] | w[4] | w[5] | w[6] | w[7]) == 0;
  if (flags == FLAG_RECHARGE || flags == FLAG_HOLD) return is_zero ? pass_zero(duration_us, flags) : -RESULT_BALANCE;
  if (is_zero || (flags & ~(FLAG_CASE | FLAG_MEASURE)) != 0) return -RESULT_BAD_ARGUMENT;
  return pass_active(duration_us, flags, levels);
}

IN_RAM int32_t interlock_request(int32_t duration_us, int32_t flags, struct levels levels) {
  enter();
  read_back();
  int32_t status = refusal();
  if (status == RESULT_OK) {
    int32_t passed = judge(duration_us, flags, &levels);
    if (passed >= 0) hal_segment(duration_us, passed, levels);
    else status = -passed;
  }
  seal();
  return status;
}
