// What has been delivered, pulse by pulse, told in batches of equal delays; batches that wait too long are thinned.

#include "area.h"

#define BATCH_US ((uint64_t)(DELIVERED_US_MAX - POLL_PERIOD_US))
#define WAITING_MAX 32

/** Pulses that are queued and not yet played. */
static struct flight {
  const struct area *area;
  uint32_t onset_us, index;
  int32_t delay_us, amplitude_ua;
} flights[FIFO_SEGMENTS];
static uint32_t flight_head, flight_tail;

/** The batch of each area that is being filled. */
static struct {
  struct batch batch;
  bool is_open;
} open_batches[AREAS];
static uint32_t totals[AREAS];

/** Batches that are ready, oldest first. */
static struct batch waiting[WAITING_MAX];
static uint32_t waiting_head, waiting_tail;
static uint32_t pulses;

void delivered_start(void) {
  for (int32_t n = 0; n < AREAS; n++) totals[n] = 0;
}

void delivered_boot(void) {
  flight_head = flight_tail = 0;
  waiting_head = waiting_tail = 0;
  pulses = 0;
  for (int32_t n = 0; n < AREAS; n++) open_batches[n].is_open = false;
  delivered_start();
}

uint32_t delivered_pulses(void) { return pulses; }
bool delivered_ready(void) { return waiting_head != waiting_tail; }
const struct batch *delivered_oldest(void) { return &waiting[waiting_head % WAITING_MAX]; }
void delivered_take(void) { waiting_head++; }

void delivered_note(const struct area *area, uint32_t onset_us, int32_t delay_us, int32_t amplitude_ua) {
  struct flight *flight = &flights[flight_tail++ % FIFO_SEGMENTS];
  flight->area = area;
  flight->onset_us = onset_us;
  flight->index = area->index;
  flight->delay_us = delay_us;
  flight->amplitude_ua = amplitude_ua;
}

static void fold(struct batch *into, const struct batch *batch) {
  into->thinned = 1;
  into->count += batch->count;
  if (batch->delay_us > into->delay_us) into->delay_us = batch->delay_us;
  into->total = batch->total;
  into->amplitude_ua = batch->amplitude_ua;
}

void delivered_merge(void) {
  static struct batch merged[AREAS];
  int32_t parts[AREAS] = {0};
  for (; waiting_head != waiting_tail; waiting_head++) {
    const struct batch *batch = delivered_oldest();
    if (parts[batch->area]++ == 0) merged[batch->area] = *batch;
    else fold(&merged[batch->area], batch);
  }
  for (int32_t n = 0; n < AREAS; n++)
    if (parts[n] != 0) waiting[waiting_tail++ % WAITING_MAX] = merged[n];
}

static void close(int32_t number) {
  if (waiting_tail - waiting_head >= WAITING_MAX) delivered_merge();
  waiting[waiting_tail++ % WAITING_MAX] = open_batches[number].batch;
  open_batches[number].is_open = false;
}

/** Whether a pulse expands from the batch: the next index, the same delay, within the same 100 ms. */
static bool continues(const struct batch *batch, const struct flight *flight, uint64_t onset_us) {
  if (batch->delay_us != flight->delay_us || flight->index == 0) return false;
  if (batch->first_index + batch->count != flight->index) return false;
  return onset_us - batch->first_onset_us < BATCH_US;
}

static void open_batch(struct batch *batch, const struct flight *flight, uint64_t onset_us) {
  const struct record *record = flight->area->record;
  batch->area = (uint8_t)flight->area->number;
  batch->thinned = 0;
  batch->burst_pulses = record->burst_pulses;
  batch->count = 0;
  batch->first_index = flight->index;
  batch->delay_us = flight->delay_us;
  batch->first_onset_us = onset_us;
  batch->rate_mhz = record->rate_mhz;
  batch->intra_rate_mhz = record->intra_rate_mhz;
}

static void count(const struct flight *flight, uint64_t onset_us) {
  int32_t number = flight->area->number;
  struct batch *batch = &open_batches[number].batch;
  if (open_batches[number].is_open && !continues(batch, flight, onset_us)) close(number);
  if (!open_batches[number].is_open) {
    open_batch(batch, flight, onset_us);
    open_batches[number].is_open = true;
  }
  batch->total = ++totals[number];
  batch->count++;
  batch->amplitude_ua = flight->amplitude_ua;
  pulses++;
}

void delivered_count(uint64_t now_us) {
  for (; flight_head != flight_tail; flight_head++) {
    const struct flight *flight = &flights[flight_head % FIFO_SEGMENTS];
    int32_t since_us = (int32_t)((uint32_t)now_us - flight->onset_us);
    if (since_us < 0) break;
    count(flight, now_us - (uint64_t)since_us);
  }
  for (int32_t n = 0; n < AREAS; n++)
    if (open_batches[n].is_open && now_us - open_batches[n].batch.first_onset_us >= BATCH_US) close(n);
}

void delivered_settle(uint64_t off_us) {
  delivered_count(off_us);
  flight_head = flight_tail;
  for (int32_t n = 0; n < AREAS; n++)
    if (open_batches[n].is_open) close(n);
}
