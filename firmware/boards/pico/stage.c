// The output stage: a FIFO of 64 segments in RAM that DMA feeds to two PIO programs (stage-programs.h). Nothing here has to
// be on time: what is queued plays back to back without the processor, and ends in recharge when nothing follows.
//
//   words[64] ──FEED──► shift ──► data, clock ──► converters
//      ▲                  │ control word
//   slots[64] ─WALK       └─HAND─► stage ──► latch, run, active, recharge, case, mux
//
// WALK reads the next slot, the address of a segment's words, into FEED's trigger; FEED moves them and wakes WALK again. A
// slot of 0 ends the walk (a null trigger, RP2040 datasheet 2.5.5.4). HAND's count tells how many segments were shifted.

#include "board.h"
#include "stage-programs.h"

#define SHIFT 0u
#define STAGE 1u
#define WALK 0u
#define FEED 1u
#define HAND 2u
#define HAND_COUNT 0xffffffffu

#define WORDS 10u
#define CYCLES_PER_US 125u
/** From the tick at which an idle stage is started to its first latch: measured on the simulated chip. */
#define FIRST_CYCLES 1150u
/** Longer than it takes to prepare a segment. */
#define PREPARE_US 4u
/** A request that took longer than this was not one of a stimulator that reckons with its start. */
#define LATE_US_MAX 500u
#define PLACE_MASK (FIFO_SEGMENTS - 1u)
_Static_assert((FIFO_SEGMENTS & PLACE_MASK) == 0, "places are found by a mask");

static uint32_t slots[FIFO_SEGMENTS] __attribute__((section(".ring"), aligned(4 * FIFO_SEGMENTS)));
static uint32_t words[FIFO_SEGMENTS][WORDS];
/** Tag and electrode of each place's segment, bits 8 to 23 of its flags. */
static uint16_t samples[FIFO_SEGMENTS];
/** Segments since the last `stage_off`. */
static uint32_t appended;

static inline uint32_t slot_address(uint32_t place) { return (uint32_t)&slots[place & PLACE_MASK]; }

static inline void start_walk(uint32_t place) {
  DMA_READ(WALK) = slot_address(place);
  DMA_CTRL_TRIG(WALK) = DMA_EN | DMA_HIGH_PRIORITY | DMA_WORD | DMA_INCR_READ | DMA_RING_READ(8) | DMA_CHAIN_TO(WALK) |
                        DMA_TREQ(DREQ_ALWAYS);
}

/** Both programs at their beginnings, FIFOs empty, channels ready, nothing queued. */
IN_RAM static void rewind_stage(void) {
  PIO_CTRL = 0;
  DMA_ABORT = BIT(WALK) | BIT(FEED) | BIT(HAND);
  while (DMA_ABORT != 0) {
  }
  // FIFOs are emptied by a change of how they are joined (RP2040 datasheet 3.7, SHIFTCTRL).
  XOR_ALIAS(PIO_SHIFTCTRL(SHIFT)) = 1u << 31;
  XOR_ALIAS(PIO_SHIFTCTRL(SHIFT)) = 1u << 31;
  XOR_ALIAS(PIO_SHIFTCTRL(STAGE)) = 1u << 30;
  XOR_ALIAS(PIO_SHIFTCTRL(STAGE)) = 1u << 30;
  PIO_CTRL = PIO_RESTART(SHIFT) | PIO_RESTART(STAGE);
  PIO_INSTR(STAGE) = SET_PINS(4);
  PIO_INSTR(SHIFT) = JMP(ALWAYS, SHIFT_AT);
  PIO_INSTR(STAGE) = JMP(ALWAYS, STAGE_AT + 4);
  PIO_IRQ = 0xff;
  PIO_IRQ_FORCE = 1u << IRQ_LATCHED;
  appended = 0;
  // As if a walk had ended at the first place.
  slots[0] = 0;
  DMA_READ(WALK) = slot_address(1);
  DMA_COUNT(HAND) = HAND_COUNT;
  DMA_CTRL_TRIG(HAND) = DMA_EN | DMA_HIGH_PRIORITY | DMA_WORD | DMA_CHAIN_TO(HAND) | DMA_TREQ(DREQ_PIO0_RX0);
  PIO_CTRL = PIO_ENABLE(SHIFT) | PIO_ENABLE(STAGE);
}

/** Zero output at once by the driver's enable line; then everything that is queued is forgotten. */
IN_RAM void stage_off(void) {
  SIO_OUT_CLR = BIT(PIN_ENABLE);
  uint32_t primask = disable_interrupts();
  rewind_stage();
  restore_interrupts(primask);
}

static void set_up_machines(void) {
  for (uint32_t i = 0; i < SHIFT_LENGTH + STAGE_LENGTH; i++) PIO_INSTR_MEM(i) = PROGRAMS[i];
  PIO_PINCTRL(SHIFT) = 1u << 29 | PIN_CLOCK << 10 | 1u << 20 | PIN_DATA;
  PIO_EXECCTRL(SHIFT) = (SHIFT_AT + SHIFT_LENGTH - 1) << 12 | SHIFT_AT << 7;
  PIO_SHIFTCTRL(SHIFT) = 1u << 17; // a word of 32 bits is pulled by itself, the most significant bit goes out first
  PIO_PINCTRL(STAGE) = 1u << 29 | 4u << 26 | 9u << 20 | PIN_LATCH << 10 | PIN_RUN << 5 | PIN_RUN;
  PIO_EXECCTRL(STAGE) = (STAGE_AT + STAGE_LENGTH - 1) << 12 | STAGE_AT << 7 | 1u; // status: fewer than one word waits
  PIO_SHIFTCTRL(STAGE) = 1u << 30 | 1u << 19;
  PIO_TXF(SHIFT) = LEVEL_BITS - 1;
  PIO_INSTR(SHIFT) = PULL;
  PIO_INSTR(SHIFT) = MOV(Y, OSR);
  PIO_IRQ0_INTE = 1u << (8 + IRQ_SAMPLE);
}

/** All pins of a machine become outputs: `out pindirs` by hand, one pin at a time. */
static void set_directions(void) {
  uint32_t kept = PIO_PINCTRL(STAGE);
  for (uint32_t pin = PIN_DATA; pin < PIN_MUX + 5; pin++) {
    PIO_PINCTRL(STAGE) = 1u << 26 | pin << 5;
    PIO_INSTR(STAGE) = 0xe080 | 1; // set pindirs, 1
  }
  PIO_PINCTRL(STAGE) = kept;
}

void stage_start(void) {
  SIO_OUT_CLR = BIT(PIN_ENABLE);
  SIO_OE_SET = BIT(PIN_ENABLE);
  pin_function(PIN_ENABLE, FUNCTION_SIO);
  set_up_machines();
  set_directions();
  DMA_WRITE(WALK) = (uint32_t)&DMA_READ_TRIG(FEED);
  DMA_COUNT(WALK) = 1;
  DMA_WRITE(FEED) = (uint32_t)&PIO_TXF(SHIFT);
  DMA_COUNT(FEED) = WORDS;
  DMA_CTRL(FEED) = DMA_EN | DMA_HIGH_PRIORITY | DMA_WORD | DMA_INCR_READ | DMA_CHAIN_TO(WALK) | DMA_IRQ_QUIET |
                   DMA_TREQ(DREQ_PIO0_TX0);
  DMA_READ(HAND) = (uint32_t)&PIO_RXF(SHIFT);
  DMA_WRITE(HAND) = (uint32_t)&PIO_TXF(STAGE);
  stage_off();
  for (uint32_t pin = PIN_DATA; pin < PIN_MUX + 5; pin++) pin_function(pin, FUNCTION_PIO0);
  enable_interrupt(IRQ_PIO0_0, 1);
}

static uint32_t control_word(uint32_t cycles, uint32_t flags) {
  uint32_t electrode = (flags >> SAMPLE_SHIFT) & SAMPLE_MASK;
  uint32_t sample = electrode != SAMPLE_NONE;
  uint32_t pins = 1; // run
  if (flags & FLAG_RECHARGE) pins |= 4;
  else if (!(flags & FLAG_HOLD)) pins |= 2 | ((flags & FLAG_CASE) ? 8 : 0);
  uint32_t counted = cycles - STAGE_CYCLES - sample;
  return pins | electrode << 4 | (counted >> 1) << 9 | sample << 29 | (counted & 1) << 30;
}

/**
 * Cycles of the first segment of an idle stage that recharges, as a therapy begins with one: it ends when it would have
 * ended if it had started at the µs after `called_us`, as the modules reckon. What it lacks at its beginning was recharge
 * all the same. `begin_us`: the tick at which its levels begin to be shifted.
 */
static uint32_t first_cycles(uint32_t duration_us, uint32_t called_us, uint32_t begin_us) {
  uint32_t late_us = begin_us - called_us - 1;
  uint32_t cycles = duration_us * CYCLES_PER_US;
  uint32_t lacking = late_us * CYCLES_PER_US + FIRST_CYCLES;
  return late_us < LATE_US_MAX && cycles >= lacking + SEGMENT_US_MIN * CYCLES_PER_US ? cycles - lacking : cycles;
}

/** Two levels of a word, the lower electrode in its lower half: E1 goes out first. Post: their sum is added. */
static inline uint32_t shifted_first(uint32_t word, int32_t *sum_ua) {
  *sum_ua += (int16_t)word + ((int32_t)word >> 16);
  return word << 16 | word >> 16;
}

/** Makes a place's segment the next that is played. */
static inline void append(uint32_t place) {
  slots[(place + 1) & PLACE_MASK] = 0;
  slots[place] = (uint32_t)words[place];
  appended++;
  // A walk that is just reading the slot takes a few cycles; after that it has either gone on or ended at the old 0. Both
  // channels also stand still between the end of a feed and the walk that it wakes: only a walk that has gone past this
  // place without feeding it has ended.
  while (DMA_CTRL(WALK) & DMA_BUSY) {
  }
  if (DMA_READ(WALK) == slot_address(place + 1) && !(DMA_CTRL(FEED) & DMA_BUSY)) start_walk(place);
  SIO_OUT_SET = BIT(PIN_ENABLE);
}

/**
 * Appends a segment (REQ-BRD-002); nothing while the magnet's latch waits to be seen: what was off stays off. `called_us`:
 * the clock from which the caller reckons the start of a segment that finds the stage idle.
 */
IN_RAM void stage_segment(uint32_t duration_us, uint32_t flags, const uint32_t levels[8], uint32_t called_us) {
  uint32_t primask = disable_interrupts();
  if (!magnet_is_latched()) {
    uint32_t place = appended & PLACE_MASK;
    uint32_t *to = words[place];
    uint32_t cycles = duration_us * CYCLES_PER_US;
    bool is_timed = (flags & FLAG_RECHARGE) && stage_room() == FIFO_SEGMENTS;
    uint32_t begin_us = NOW_US() + PREPARE_US;
    if (is_timed) cycles = first_cycles(duration_us, called_us, begin_us);
    int32_t sum_ua = 0;
    for (uint32_t i = 0; i < 8; i++) to[i] = shifted_first(levels[i], &sum_ua);
    to[8] = (flags & FLAG_CASE) ? (uint32_t)-sum_ua << 16 : 0;
    to[9] = control_word(cycles, flags);
    samples[place] = (uint16_t)(flags >> TAG_SHIFT);
    while (is_timed && (int32_t)(NOW_US() - begin_us) < 0) {
    }
    append(place);
  }
  restore_interrupts(primask);
}

/** Segments that the stage has latched since the last `stage_off`: shifted, less those that wait to be latched. */
static inline uint32_t latched(void) {
  uint32_t shifted = HAND_COUNT - DMA_COUNT(HAND);
  uint32_t waiting = (PIO_FLEVEL >> 8) & 15;
  return shifted - waiting;
}

/** Free places, never too many: counted so that a segment which moves on meanwhile is taken to be where it was. */
IN_RAM uint32_t stage_room(void) {
  uint32_t done = latched();
  // What plays keeps its place. The run pin is read after the count: it rises a cycle after a segment leaves the FIFO.
  if (PIO_PADOUT & BIT(PIN_RUN)) done--;
  return FIFO_SEGMENTS - (appended - done);
}

/** Tag and electrode of the segment that is playing, where its flags have them. */
IN_RAM uint32_t stage_playing_flags(void) { return (uint32_t)samples[(latched() - 1) & PLACE_MASK] << TAG_SHIFT; }
