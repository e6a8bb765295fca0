// The interlock in C but for its gate: integrity, clock, magnet, deadlines, sensors, read-back, off, trip and arm.

#include "interlock.h"

#define STEP_US_MAX 0x3fffffffu
#define PARITY_SEED 0x5eed0001u

struct block block;

// Integrity

static uint32_t sum_of_records(void) {
  uint32_t sum = 0;
  const word *end = (const word *)(&block + 1);
  for (const word *p = (const word *)block.electrodes; p < end; p += 17) {
    sum ^= p[0] ^ p[1] ^ p[2] ^ p[3] ^ p[4] ^ p[5] ^ p[6] ^ p[7];
    sum ^= p[8] ^ p[9] ^ p[10] ^ p[11] ^ p[12] ^ p[13] ^ p[14] ^ p[15] ^ p[16];
  }
  return sum;
}

IN_RAM static uint32_t parity(void) {
  const word *p = (const word *)&block.s;
  uint32_t sum = PARITY_SEED;
  sum ^= p[0] ^ p[1] ^ p[2] ^ p[3] ^ p[4] ^ p[5] ^ p[6] ^ p[7] ^ p[8] ^ p[9] ^ p[10] ^ p[11] ^ p[12] ^ p[13];
  sum ^= p[14] ^ p[15] ^ p[16] ^ p[17] ^ p[18] ^ p[19] ^ p[20] ^ p[21] ^ p[22] ^ p[23] ^ p[24] ^ p[25];
  return sum ^ p[26];
}

static bool is_intact(void) { return ((sum_of_records() ^ block.s.records) | (parity() ^ block.parity)) == 0; }

void seal(void) { block.parity = parity(); }

// Off, trip, arm

static void restart_electrodes(int32_t doubt_pc) {
  for (int32_t i = 0; i < ELECTRODES; i++) {
    struct electrode *e = &block.electrodes[i];
    e->account_pc = 0;
    e->high_pc = doubt_pc;
    e->low_pc = -doubt_pc;
    e->rise_pc = 0;
    e->fall_pc = 0;
    e->rest_us = PHASE_REST_US;
    e->run_us = 0;
    e->peak_ua = 0;
  }
  block.s.records = sum_of_records();
}

static void switch_off(void) {
  hal_off();
  if (block.s.state == STATE_ARMED) block.s.state = STATE_DISARMED;
  block.s.queue_us = 0;
  block.s.discharge_us = DISCHARGE_US;
  block.s.unrecovered_us = 0;
  block.s.measures = 0;
  block.s.unsampled_us = 0;
  block.s.expect = EXPECT_NONE;
  block.s.bucket_pc = MEAN_TOTAL_DEPTH_PC;
  restart_electrodes(UNRECOVERED_PC_MAX);
}

bool has_run_dry(int32_t room) {
  if (room < FIFO_SEGMENTS || block.s.queue_us == 0) return false;
  switch_off();
  return true;
}

static void trip(int32_t cause) {
  switch_off();
  if (block.s.state >= STATE_TRIPPED) return;
  int32_t oldest_us = block.s.trip_age_us[1];
  block.s.trip_age_us[1] = block.s.trip_age_us[0];
  block.s.trip_age_us[0] = 0;
  block.s.trip = cause;
  block.s.trip_hold_us = TRIP_HOLD_US;
  block.s.state = oldest_us < TRIP_WINDOW_US ? STATE_LOCKED : STATE_TRIPPED;
}

static void restart(int32_t state, int32_t cause, int32_t tolerance_ua, int32_t trips) {
  block.s.state = state;
  block.s.trip = cause;
  block.s.clock_us = hal_clock_us();
  block.s.poll_age_us = 0;
  block.s.trip_hold_us = TRIP_HOLD_US;
  block.s.trip_age_us[0] = trips > 0 ? 0 : TRIP_WINDOW_US;
  block.s.trip_age_us[1] = trips > 1 ? 0 : TRIP_WINDOW_US;
  block.s.segments = 0;
  block.s.turn = 0;
  block.s.wait = 0;
  block.s.tag = -1;
  block.s.mismatch = 0;
  block.s.tolerance = least(most(tolerance_ua, READBACK_UA_MIN), READBACK_UA_MAX);
  for (int32_t i = 0; i < 6; i++) block.s.sense[i] = SENSE_STALE;
  for (int32_t i = 0; i < ELECTRODES; i++) {
    block.electrodes[i].limit_ua = AMPLITUDE_UA_MAX;
    block.electrodes[i].limit_pc = PHASE_PC_SET_DEFAULT;
  }
  switch_off();
}

int32_t refusal(void) {
  switch (block.s.state) {
    case STATE_ARMED:
      return RESULT_OK;
    case STATE_TRIPPED:
      return RESULT_TRIPPED;
    case STATE_LOCKED:
      return RESULT_LOCKED;
    default:
      return RESULT_NOT_ARMED;
  }
}

static int32_t arm_now(int32_t sensors) {
  if (block.s.state == STATE_TRIPPED) return RESULT_TRIPPED;
  if (block.s.state == STATE_LOCKED) return RESULT_LOCKED;
  if (sensors != RESULT_OK) return sensors;
  if (block.s.state == STATE_ARMED) return RESULT_OK;
  if (block.s.discharge_us > 0) return RESULT_DISCHARGING;
  block.s.state = STATE_ARMED;
  block.s.bucket_pc = 0;
  block.s.trip = TRIP_NONE;
  block.s.mismatch = 0;
  block.s.turn = 0;
  block.s.wait = 0;
  restart_electrodes(ARMED_DOUBT_PC);
  return RESULT_OK;
}

// Clock and sensors

static void advance_clock(void) {
  uint32_t now_us = hal_clock_us();
  uint32_t apart_us = now_us - block.s.clock_us;
  int32_t step_us = (int32_t)(apart_us < STEP_US_MAX ? apart_us : STEP_US_MAX);
  block.s.clock_us = now_us;
  block.s.poll_age_us = least(block.s.poll_age_us + step_us, (int32_t)STEP_US_MAX);
  block.s.discharge_us = most(block.s.discharge_us - step_us, 0);
  block.s.trip_hold_us = most(block.s.trip_hold_us - step_us, 0);
  block.s.trip_age_us[0] = least(block.s.trip_age_us[0] + step_us, TRIP_WINDOW_US);
  block.s.trip_age_us[1] = least(block.s.trip_age_us[1] + step_us, TRIP_WINDOW_US);
  int32_t queue_us = block.s.queue_us;
  if (queue_us == 0) return;
  block.s.queue_us = most(queue_us - step_us, 0);
  if (step_us >= queue_us) switch_off();
}

static void read_magnet(void) {
  int32_t magnet = hal_sense(SENSE_MAGNET);
  block.s.sense[SENSE_MAGNET] = magnet;
  if (magnet == 0) return;
  if (magnet == 1) {
    block.s.trip |= MAGNET_SEEN;
    switch_off();
  } else {
    trip(magnet == SENSE_STALE ? TRIP_SENSOR_STALE : TRIP_SENSOR_IMPOSSIBLE);
  }
}

static void check_deadlines(void) {
  if (block.s.poll_age_us > POLL_US_MAX) trip(TRIP_POLL_LATE);
  if (block.s.unsampled_us > READBACK_MISSING_US) trip(TRIP_READBACK_MISSING);
}

void enter(void) {
  if (!is_intact()) {
    restart(STATE_LOCKED, TRIP_INTEGRITY, READBACK_UA_MIN, 0);
    return;
  }
  advance_clock();
  read_magnet();
  check_deadlines();
}

static void compare_read_back(int32_t index, int32_t measured_ua, int32_t level_ua) {
  int32_t tolerances = block.s.tolerance;
  int32_t tolerance_ua = most(magnitude(level_ua) / READBACK_DIVISOR, tolerances & 0xffff) + (tolerances >> 16);
  int32_t bit = 1 << index;
  int32_t mismatches = block.s.mismatch;
  if (magnitude(measured_ua - level_ua) <= tolerance_ua) {
    block.s.mismatch = mismatches & ~bit;
  } else {
    block.s.mismatch = mismatches | bit;
    if (mismatches & bit) trip(TRIP_READBACK);
  }
}

void read_back(void) {
  int32_t sample = hal_sense(SENSE_READBACK);
  block.s.sense[SENSE_READBACK] = sample;
  if (sample == SENSE_NO_SAMPLE || sample == SENSE_STALE) return;
  int32_t tag = (sample >> READBACK_TAG_SHIFT) & TAG_MASK;
  block.s.tag = tag;
  int32_t expected = block.s.expect;
  int32_t kind = expected & EXPECT_KIND;
  if (kind == EXPECT_NONE || tag != expected >> READBACK_TAG_SHIFT) return;
  block.s.expect = EXPECT_NONE;
  block.s.unsampled_us = 0;
  int32_t index = (expected >> READBACK_ELECTRODE_SHIFT) & SAMPLE_MASK;
  if (((sample >> READBACK_ELECTRODE_SHIFT) & 0xff) != index) {
    trip(TRIP_SENSOR_IMPOSSIBLE);
    return;
  }
  if (kind == EXPECT_MEASURE) block.s.sense[SENSE_VOLTAGE_MV] = hal_sense(SENSE_VOLTAGE_MV);
  else compare_read_back(index, (int16_t)sample, (int16_t)expected);
}

static int32_t read_sensors(void) {
  int32_t battery_mv = hal_sense(SENSE_BATTERY_MV);
  int32_t temperature_mc = hal_sense(SENSE_TEMPERATURE_MC);
  block.s.sense[SENSE_BATTERY_MV] = battery_mv;
  block.s.sense[SENSE_TEMPERATURE_MC] = temperature_mc;
  block.s.sense[SENSE_SELF_TEST] = hal_sense(SENSE_SELF_TEST);
  if (battery_mv == SENSE_STALE || temperature_mc == SENSE_STALE) return TRIP_SENSOR_STALE;
  if (battery_mv < 0 || battery_mv > BATTERY_MV_IMPOSSIBLE_HIGH) return TRIP_SENSOR_IMPOSSIBLE;
  if (temperature_mc < TEMPERATURE_MC_IMPOSSIBLE_LOW || temperature_mc > TEMPERATURE_MC_IMPOSSIBLE_HIGH)
    return TRIP_SENSOR_IMPOSSIBLE;
  if (temperature_mc > TEMPERATURE_MC_MAX) return TRIP_TEMPERATURE;
  if (battery_mv < BATTERY_MV_MIN) return TRIP_BATTERY;
  return TRIP_NONE;
}

// Exports

void interlock_boot(int32_t readback_ua, int32_t retained) {
  int32_t cause = (retained >> STATUS_TRIP_SHIFT) & STATUS_TRIP_MASK;
  int32_t trips = (retained >> STATUS_TRIPS_SHIFT) & STATUS_TRIPS_MASK;
  int32_t state = retained & STATUS_STATE_MASK;
  if (state < STATE_TRIPPED || state > STATE_LOCKED || cause == TRIP_INTEGRITY) state = STATE_DISARMED;
  restart(state, state == STATE_DISARMED ? TRIP_NONE : cause, readback_ua, trips);
  seal();
}

void interlock_poll(void) {
  enter();
  read_back();
  has_run_dry(hal_segment_room());
  int32_t cause = read_sensors();
  if (cause != TRIP_NONE) trip(cause);
  block.s.poll_age_us = 0;
  hal_heartbeat();
  seal();
}

int32_t interlock_stop(int32_t mode) {
  enter();
  switch_off();
  seal();
  return mode == STOP_ESTOP || mode == STOP_DISARM ? RESULT_OK : RESULT_BAD_ARGUMENT;
}

int32_t interlock_arm(void) {
  enter();
  int32_t cause = read_sensors();
  if (cause != TRIP_NONE) trip(cause);
  int32_t sensors = RESULT_SENSOR;
  if (block.s.sense[SENSE_MAGNET] != 0) sensors = RESULT_MAGNET;
  else if (cause == TRIP_NONE && block.s.poll_age_us <= POLL_US_MAX)
    sensors = block.s.sense[SENSE_SELF_TEST] == 1 ? RESULT_OK : RESULT_SELF_TEST;
  int32_t status = arm_now(sensors);
  seal();
  return status;
}

/** Only what the stimulator of this bench asks for. */
int32_t interlock_reading(int32_t channel) {
  enter();
  int32_t value = channel == READING_DISCHARGE_US ? block.s.discharge_us : SENSE_STALE;
  seal();
  return value;
}

int32_t interlock_status(void) {
  enter();
  int32_t trips = (block.s.trip_age_us[0] < TRIP_WINDOW_US) + (block.s.trip_age_us[1] < TRIP_WINDOW_US);
  int32_t packed = block.s.state | block.s.trip << STATUS_TRIP_SHIFT | trips << STATUS_TRIPS_SHIFT;
  if (block.s.queue_us != 0) packed |= STATUS_ACTIVE;
  seal();
  return packed;
}
