// Which pulse comes next, and the queue that is kept filled with it: areas interleaved by their earliest ideal onset, pulses
// cut into segments, ramps, and recharge between.

#include "area.h"

#define SECOND_MHZ_US 1000000000u
#define FILL_US 12000
#define REACH_US (HORIZON_US_MAX - 1000)
#define LEAD_US 1000
#define PULSES_A_FILL 640
#define PIECES_A_FILL 8
#define FIFO_SPARE 2
#define FILL_WORK_US 100

struct record program[AREAS];

static struct area areas[AREAS];
static struct area *last_area = areas;
/** End of the last pulse's occupancy, relative. */
static int32_t busy_rel;
static bool over;

/** What has been requested and not yet been played. */
static struct {
  uint64_t base_us;
  int32_t end_rel;
  uint32_t head, tail;
  int32_t ends[FIFO_SEGMENTS];
  int32_t fill_from_us;
  bool is_put_off;
} queue;

static struct {
  bool stopping;
  int32_t stop_rel;
} ramp;

/** The pulse that is being queued; NULL: none. */
static struct {
  struct area *area;
  int32_t step;
} begun;

void schedule_boot(void) {
  last_area = areas;
  begun.area = 0;
  over = false;
}
bool schedule_is_over(void) { return over; }
bool schedule_is_put_off(void) { return queue.is_put_off; }
uint64_t queue_end_us(void) { return queue.base_us + (uint64_t)queue.end_rel; }

// Areas

static int32_t relative(uint64_t us, uint64_t base_us) {
  int64_t apart_us = (int64_t)(us - base_us);
  if (apart_us > FAR_US) return FAR_US;
  if (apart_us < -FAR_US) return -FAR_US;
  return (int32_t)apart_us;
}

static void place_window(struct area *area, uint64_t base_us) {
  area->window_rel = relative(area->window_us, base_us);
  area->window_end_rel = area->on_us == 0 ? FAR_US : relative(area->window_us + area->on_us, base_us);
}

static void open_pulse(struct area *area, const struct record *record) {
  int32_t phase_us = record->phase_us, gap_us = record->interphase_gap_us;
  int32_t ratio = record->recharge == RECHARGE_ASYMMETRIC ? record->ratio : 1;
  int32_t recharge_us = record->recharge == RECHARGE_PASSIVE ? 0 : phase_us * ratio;
  int32_t pieces = (recharge_us + ACTIVE_US_MAX - 1) / ACTIVE_US_MAX;
  area->phase_us = phase_us;
  area->gap_us = gap_us;
  area->pieces = pieces;
  if (pieces > 0) {
    area->piece_us = recharge_us / pieces;
    area->pieces_longer = recharge_us % pieces;
  }
  area->ratio = ratio;
  area->occupancy_us = phase_us + gap_us + recharge_us + PULSE_REST_US;
  area->segments = 1 + (gap_us > 0) + pieces;
  area->flags = record->fractions[CASE] != 0 ? FLAG_CASE : 0;
}

static void open_area(struct area *area, const struct record *record, int32_t number, uint64_t start_us) {
  *area = (struct area){.record = record, .number = number, .asked_ua = -1, .waiting = true};
  area->rate_mhz = (int32_t)record->rate_mhz;
  area->period_us = (int32_t)(SECOND_MHZ_US / record->rate_mhz);
  area->period_rest = (int32_t)(SECOND_MHZ_US % record->rate_mhz);
  area->burst_pulses = record->burst_pulses;
  if (record->intra_rate_mhz != 0) {
    area->intra_mhz = (int32_t)record->intra_rate_mhz;
    area->intra_us = (int32_t)(SECOND_MHZ_US / record->intra_rate_mhz);
    area->intra_rest = (int32_t)(SECOND_MHZ_US % record->intra_rate_mhz);
  }
  area->window_us = start_us;
  area->on_us = (uint64_t)record->cycle_on_ms * 1000;
  area->cycle_us = ((uint64_t)record->cycle_on_ms + record->cycle_off_ms) * 1000;
  area->ramp_up_us = record->ramp_up_ms * 1000;
  area->ramp_down_us = record->ramp_down_ms * 1000;
  open_pulse(area, record);
  place_window(area, start_us);
}

void schedule_open(void) {
  ramp.stopping = false;
  ramp.stop_rel = 0;
  begun.area = 0;
  queue.base_us = clock_us() + 1;
  queue.end_rel = 0;
  queue.head = queue.tail = 0;
  last_area = areas;
  for (int32_t n = 0; n < AREAS; n++)
    if (program[n].rate_mhz != 0) open_area(last_area++, &program[n], n, queue.base_us + LEAD_US);
  busy_rel = 0;
  over = false;
}

static void rebase_areas(uint64_t base_us, int32_t shift_us) {
  for (struct area *area = areas; area < last_area; area++) {
    place_window(area, base_us);
    if (area->next_rel == NEVER) continue;
    if (area->waiting) {
      area->burst_rel = area->next_rel = area->window_rel;
    } else {
      area->burst_rel -= shift_us;
      area->next_rel -= shift_us;
    }
  }
}

static struct area *earliest_area(void) {
  struct area *earliest = 0;
  int32_t earliest_rel = NEVER;
  for (struct area *area = areas; area < last_area; area++) {
    if (area->next_rel < earliest_rel) {
      earliest = area;
      earliest_rel = area->next_rel;
    }
  }
  return earliest;
}

// Ideal onsets

static void advance_within_burst(struct area *area) {
  area->intra_offset_us += area->intra_us;
  area->intra_gathered += area->intra_rest;
  if (area->intra_gathered >= area->intra_mhz) {
    area->intra_gathered -= area->intra_mhz;
    area->intra_offset_us++;
  }
  area->next_rel = area->burst_rel + area->intra_offset_us;
}

static void begin_burst(struct area *area, int32_t burst_rel) {
  area->burst_index = 0;
  area->intra_offset_us = 0;
  area->intra_gathered = 0;
  area->burst_rel = area->next_rel = burst_rel;
}

static void advance_burst(struct area *area) {
  int32_t burst_rel = area->burst_rel + area->period_us;
  area->gathered += area->period_rest;
  if (area->gathered >= area->rate_mhz) {
    area->gathered -= area->rate_mhz;
    burst_rel++;
  }
  begin_burst(area, burst_rel);
}

static void start_window(struct area *area, uint64_t base_us) {
  area->window_us += area->cycle_us;
  place_window(area, base_us);
  area->index = 0;
  area->waiting = true;
  area->gathered = 0;
  begin_burst(area, area->window_rel);
}

static void advance(struct area *area, uint64_t base_us) {
  area->index++;
  area->waiting = false;
  if (++area->burst_index < area->burst_pulses) advance_within_burst(area);
  else advance_burst(area);
  if (area->next_rel >= area->window_end_rel) start_window(area, base_us);
}

// Ramps

static int32_t portion(int32_t amplitude_ua, int32_t part_us, int32_t whole_us) {
  if (part_us <= 0) return 0;
  if (part_us >= whole_us) return amplitude_ua;
  uint64_t steps = (uint64_t)(uint32_t)(amplitude_ua / AMPLITUDE_UA_STEP) * (uint32_t)part_us;
  return (int32_t)(steps / (uint32_t)whole_us) * AMPLITUDE_UA_STEP;
}

static int32_t windowed_ua(const struct area *area, int32_t since_us, int32_t left_us) {
  int32_t set_ua = area->record->amplitude_ua;
  int32_t value_ua = set_ua;
  if (since_us < area->ramp_up_us) value_ua = portion(set_ua, since_us, area->ramp_up_us);
  if (left_us < area->ramp_down_us) value_ua = least(value_ua, portion(set_ua, left_us, area->ramp_down_us));
  return value_ua;
}

static int32_t ramped_ua(const struct area *area, int32_t ideal_rel) {
  int32_t value_ua = windowed_ua(area, ideal_rel - area->window_rel, area->window_end_rel - ideal_rel);
  if (!ramp.stopping) return value_ua;
  int32_t gone_us = ideal_rel - ramp.stop_rel, down_us = area->ramp_down_us;
  if (gone_us <= 0) return least(value_ua, area->stop_ua);
  return gone_us >= down_us ? 0 : least(value_ua, portion(area->stop_ua, down_us - gone_us, down_us));
}

static bool is_stopped(const struct area *area, int32_t ideal_rel) {
  if (!ramp.stopping) return false;
  int32_t gone_us = ideal_rel - ramp.stop_rel, down_us = area->ramp_down_us;
  if (gone_us >= down_us) return true;
  return gone_us > 0 && portion(area->stop_ua, down_us - gone_us, down_us) == 0;
}

static int32_t amplitude_at(const struct area *area, int32_t moment_rel) {
  int32_t since_us = moment_rel - area->window_rel;
  int32_t left_us = area->window_end_rel - moment_rel;
  if (since_us < 0 && area->on_us != 0) {
    uint64_t off_us = area->cycle_us - area->on_us;
    if (off_us > (uint64_t)-since_us) return 0;
    left_us = -since_us - (int32_t)off_us;
    uint64_t on_us = area->on_us - (uint64_t)left_us;
    since_us = on_us > INT32_MAX ? INT32_MAX : (int32_t)on_us;
  }
  return left_us <= 0 ? 0 : windowed_ua(area, since_us, left_us);
}

void schedule_stop(void) {
  for (struct area *area = areas; area < last_area; area++) {
    area->stop_ua = amplitude_at(area, queue.end_rel);
    if (area->stop_ua == 0 || area->ramp_down_us == 0) area->next_rel = NEVER;
  }
  ramp.stopping = true;
  ramp.stop_rel = queue.end_rel;
}

// Levels

static int32_t split_floor(const struct record *record, int32_t amplitude_ua, int32_t *out, int32_t *remainders, int32_t sign) {
  int32_t left = 0;
  for (int32_t e = 0; e < ELECTRODES; e++) {
    int32_t fraction = record->fractions[e] * sign;
    remainders[e] = -1;
    if (fraction <= 0) continue;
    int32_t share = amplitude_ua * fraction;
    int32_t whole = share / 1000;
    out[e] = whole * sign;
    remainders[e] = share - whole * 1000;
    left += remainders[e];
  }
  return left / 1000;
}

static void give_one(int32_t *out, int32_t *remainders, int32_t sign) {
  int32_t best = -1, best_remainder = -1;
  for (int32_t e = 0; e < ELECTRODES; e++) {
    if (remainders[e] > best_remainder) {
      best = e;
      best_remainder = remainders[e];
    }
  }
  if (best < 0) return;
  remainders[best] = -1;
  out[best] += sign;
}

static void split_levels(const struct record *record, int32_t amplitude_ua, int32_t *out) {
  int32_t remainders[ELECTRODES];
  for (int32_t e = 0; e < ELECTRODES; e++) out[e] = 0;
  for (int32_t sign = -1; sign <= 1; sign += 2) {
    int32_t left = split_floor(record, amplitude_ua, out, remainders, sign);
    for (; left > 0; left--) give_one(out, remainders, sign);
  }
}

static bool levels_divide(const struct record *record, int32_t amplitude_ua, int32_t ratio) {
  int32_t levels[ELECTRODES];
  if (ratio <= 1 || amplitude_ua == 0) return true;
  for (int32_t e = 0; e < ELECTRODES; e++) {
    int32_t rest = amplitude_ua * magnitude(record->fractions[e]) / 1000 % ratio;
    if (rest != 0 && rest != ratio - 1) return false;
  }
  split_levels(record, amplitude_ua, levels);
  for (int32_t e = 0; e < ELECTRODES; e++)
    if (levels[e] % ratio != 0) return false;
  return true;
}

/** Greatest amplitude, not above what is asked, whose levels all divide by the area's ratio. */
static int32_t feasible_ua(const struct area *area, int32_t asked_ua) {
  if (area->ratio == 1) return asked_ua;
  bool is_above = area->asked_ua >= 0 && asked_ua > area->asked_ua;
  if (!is_above && asked_ua >= area->made_ua && area->asked_ua >= 0) return area->made_ua;
  int32_t floor_ua = is_above ? area->asked_ua : 0;
  for (int32_t ua = asked_ua; ua > floor_ua; ua -= AMPLITUDE_UA_STEP)
    if (levels_divide(area->record, ua, area->ratio)) return ua;
  return is_above ? area->made_ua : 0;
}

static int32_t prepare_levels(struct area *area, int32_t asked_ua) {
  int32_t levels[ELECTRODES];
  if (asked_ua == area->asked_ua) return area->made_ua;
  int32_t made_ua = feasible_ua(area, asked_ua);
  bool is_packed = area->asked_ua >= 0 && made_ua == area->made_ua;
  area->asked_ua = asked_ua;
  if (is_packed) return made_ua;
  area->made_ua = made_ua;
  split_levels(area->record, made_ua, levels);
  for (int32_t contact = 0; contact < CONTACTS; contact++) {
    area->first.ua[contact] = (int16_t)levels[contact];
    area->second.ua[contact] = (int16_t)(-levels[contact] / area->ratio);
  }
  return made_ua;
}

// Queue

static int32_t room_left(void) { return FIFO_SEGMENTS - FIFO_SPARE - (int32_t)(queue.tail - queue.head); }

int32_t schedule_room(uint64_t now_us) {
  while (queue.head != queue.tail && (int32_t)now_us - queue.ends[queue.head % FIFO_SEGMENTS] >= 0) queue.head++;
  return room_left();
}

static void book(int32_t duration_us) {
  queue.end_rel += duration_us;
  queue.ends[queue.tail++ % FIFO_SEGMENTS] = (int32_t)queue.base_us + queue.end_rel;
  if (queue.tail - queue.head > FIFO_SEGMENTS) queue.head++;
}

/** Whether the next segment can wait until the link has had its turn. */
static bool can_wait(void) {
  int32_t now_us = (int32_t)clock_us();
  bool is_long = now_us - queue.fill_from_us >= FILL_WORK_US;
  queue.is_put_off = is_long && (int32_t)queue.base_us + queue.end_rel - now_us >= LOW_WATER_US;
  return queue.is_put_off;
}

static int32_t queue_active(int32_t duration_us, int32_t flags, const struct levels *levels) {
  int32_t status = interlock_request(duration_us, flags, *levels);
  if (status == RESULT_OK) book(duration_us);
  return status;
}

static int32_t queue_zero(int32_t duration_us, int32_t flag) {
  int32_t status = interlock_request(duration_us, flag, (struct levels){0});
  if (status == RESULT_OK) book(duration_us);
  return status;
}

static int32_t queue_idle_piece(int32_t until_rel) {
  int32_t left_us = until_rel - queue.end_rel;
  if (left_us <= IDLE_US_MAX) return queue_zero(left_us, FLAG_RECHARGE);
  int32_t pieces = (left_us + IDLE_US_MAX - 1) / IDLE_US_MAX;
  return queue_zero(left_us / pieces, FLAG_RECHARGE);
}

static bool is_later(int32_t status) { return status == RESULT_FIFO_FULL || status == RESULT_HORIZON; }

// Pulses

static int32_t queue_step(const struct area *area, int32_t step) {
  if (step == 0) return queue_active(area->phase_us, area->flags, &area->first);
  if (step == 1) return area->gap_us == 0 ? RESULT_OK : queue_zero(area->gap_us, FLAG_HOLD);
  return queue_active(area->piece_us + (step - 2 < area->pieces_longer), area->flags, &area->second);
}

static int32_t continue_pulse(void) {
  const struct area *area = begun.area;
  int32_t steps = 2 + area->pieces;
  for (; begun.step < steps; begun.step++) {
    if (can_wait()) return RESULT_FIFO_FULL;
    int32_t status = queue_step(area, begun.step);
    if (status != RESULT_OK) return status;
  }
  begun.area = 0;
  return RESULT_OK;
}

// Schedule

static int32_t fill_idle(int32_t until_rel, int32_t fill_rel) {
  for (int32_t n = 0; n < PIECES_A_FILL; n++) {
    if (queue.end_rel >= until_rel || queue.end_rel >= fill_rel || room_left() <= 0) return RESULT_OK;
    int32_t status = can_wait() ? RESULT_FIFO_FULL : queue_idle_piece(until_rel);
    if (status != RESULT_OK) return status;
  }
  return RESULT_OK;
}

static int32_t reachable(int32_t onset_rel) {
  int32_t idle_us = onset_rel - queue.end_rel;
  return idle_us > 0 && idle_us < SEGMENT_US_MIN ? queue.end_rel + SEGMENT_US_MIN : onset_rel;
}

static void pass(struct area *area, int32_t onset_rel) {
  busy_rel = onset_rel + area->occupancy_us;
  advance(area, queue.base_us);
}

static int32_t fill_pulse(struct area *area, int32_t onset_rel, int32_t made_ua) {
  delivered_note(area, (uint32_t)queue.base_us + (uint32_t)onset_rel, onset_rel - area->next_rel, made_ua);
  begun.area = area;
  begun.step = 0;
  pass(area, onset_rel);
  return continue_pulse();
}

static int32_t fill_rest(void) {
  bool is_missing = busy_rel - queue.end_rel >= PULSE_REST_US;
  int32_t status = is_missing ? queue_idle_piece(busy_rel) : RESULT_OK;
  if (status == RESULT_OK) over = true;
  return status;
}

static int32_t fill_pulses(int32_t fill_rel, int32_t reach_rel) {
  for (int32_t n = 0; n < PULSES_A_FILL; n++) {
    queue.is_put_off = line_has_estop();
    if (queue.is_put_off) return RESULT_FIFO_FULL;
    struct area *area = earliest_area();
    if (area == 0) return fill_rest();
    int32_t ideal_rel = area->next_rel;
    if (is_stopped(area, ideal_rel)) {
      area->next_rel = NEVER;
      continue;
    }
    int32_t onset_rel = reachable(most(ideal_rel, busy_rel));
    if (onset_rel > fill_rel) return fill_idle(onset_rel, fill_rel);
    int32_t made_ua = prepare_levels(area, ramped_ua(area, ideal_rel));
    if (made_ua == 0) {
      pass(area, onset_rel);
      continue;
    }
    if (onset_rel + area->occupancy_us > reach_rel) return fill_idle(onset_rel, fill_rel);
    int32_t status = fill_idle(onset_rel, fill_rel);
    if (status != RESULT_OK || queue.end_rel < onset_rel) return status;
    if (room_left() < area->segments) return RESULT_OK;
    status = fill_pulse(area, onset_rel, made_ua);
    if (status != RESULT_OK) return status;
  }
  return RESULT_OK;
}

static void rebase(void) {
  queue.fill_from_us = (int32_t)clock_us();
  queue.is_put_off = false;
  int32_t shift_us = queue.end_rel;
  queue.base_us += (uint64_t)shift_us;
  queue.end_rel = 0;
  busy_rel = most(busy_rel - shift_us, 0);
  rebase_areas(queue.base_us, shift_us);
  if (ramp.stopping) ramp.stop_rel -= shift_us;
}

int32_t schedule_fill(uint64_t now_us) {
  rebase();
  schedule_room(now_us);
  int32_t now_rel = (int32_t)(now_us - queue.base_us);
  if (begun.area != 0) {
    int32_t status = continue_pulse();
    if (status != RESULT_OK) return is_later(status) ? RESULT_OK : status;
  }
  int32_t status = fill_pulses(now_rel + FILL_US, now_rel + REACH_US);
  return is_later(status) ? RESULT_OK : status;
}
