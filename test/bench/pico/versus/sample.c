// Which electrode is sampled in which segment, in C: the same turns in the same two words as the interlock's.

#include "interlock.h"

#define ALL 0x1ffff
#define TARGET_SHIFT 17
#define STEP_SHIFT 22
#define MEASURE_SHIFT 25
#define IDLE_SHIFT 26
#define STEP_IDLE 4
#define STEPS 6
#define WAIT_MS_MAX 1100
#define WAIT_MASK 0x7fffu
#define UNSAMPLED_US_MAX 25000

static int32_t next_tag(void) {
  int32_t tag = (int32_t)(block.s.segments++ & TAG_MASK);
  if (tag == block.s.expect >> READBACK_TAG_SHIFT) block.s.expect = EXPECT_NONE;
  return tag;
}

int32_t next_unsampled(void) { return next_tag() << TAG_SHIFT | SAMPLE_NONE << SAMPLE_SHIFT; }

static int32_t pick_idle(int32_t idle, int32_t from) {
  if (idle == 0) return SAMPLE_NONE;
  int32_t later = (int32_t)((uint32_t)idle & (~0u << from));
  return __builtin_ctz((uint32_t)(later != 0 ? later : idle));
}

static void enter_step(int32_t step, int32_t picked) {
  int32_t turn = block.s.turn;
  int32_t target = (turn >> TARGET_SHIFT) & 31;
  int32_t idle = (turn >> IDLE_SHIFT) & 31;
  if (step > STEP_IDLE && picked != SAMPLE_NONE) idle = picked + (step == STEPS);
  if (step == STEPS) {
    uint32_t driven = (uint32_t)(turn | block.s.wait) & ALL;
    uint32_t later = driven & (~1u << target);
    target = __builtin_ctz(later != 0 ? later : driven);
  }
  uint32_t kept = (uint32_t)turn & (ALL | 1u << MEASURE_SHIFT);
  uint32_t entered = step == STEPS ? 0 : (uint32_t)step;
  block.s.turn = (int32_t)(kept | (uint32_t)target << TARGET_SHIFT | entered << STEP_SHIFT | (uint32_t)idle << IDLE_SHIFT);
  block.s.wait = (int32_t)(((uint32_t)block.s.wait & ALL) | (block.s.clock_us >> 10) << TARGET_SHIFT);
}

static int32_t pick(int32_t anodic, int32_t cathodic) {
  int32_t turn = block.s.turn;
  int32_t wait = block.s.wait;
  int32_t step = (turn >> STEP_SHIFT) & 7;
  int32_t picked = SAMPLE_NONE;
  int32_t next = step;
  int32_t target = (turn >> TARGET_SHIFT) & 31;
  if (step >= STEP_IDLE) {
    picked = pick_idle(~(turn | wait) & ALL, (turn >> IDLE_SHIFT) & 31);
    next = picked == SAMPLE_NONE ? STEPS : step + 1;
  } else {
    bool is_anodic = step >= 2;
    uint32_t waited_ms = ((block.s.clock_us >> 10) - ((uint32_t)wait >> TARGET_SHIFT)) & WAIT_MASK;
    if (((is_anodic ? anodic : cathodic) >> target) & 1) {
      picked = target;
      next = step + 1;
    } else if ((((is_anodic ? turn : wait) >> target) & 1) == 0 || waited_ms > WAIT_MS_MAX) {
      next = (step | 1) + 1;
    }
  }
  if (next != step) enter_step(next, picked);
  if (picked != SAMPLE_NONE || block.s.unsampled_us <= UNSAMPLED_US_MAX) return picked;
  int32_t others = (anodic | cathodic) & ~(1 << target);
  return others != 0 ? __builtin_ctz((uint32_t)others) : picked;
}

static int32_t pick_measure(int32_t driven) {
  int32_t phase = (block.s.turn >> MEASURE_SHIFT) & 1;
  if (block.s.measures != 1 + phase) return SAMPLE_NONE;
  block.s.turn ^= 1 << MEASURE_SHIFT;
  return __builtin_ctz((uint32_t)driven);
}

static void expect(int32_t tag, int32_t sampled, int32_t level_ua, int32_t kind, int32_t contacts_ua) {
  block.s.expect = (level_ua & 0xffff) | tag << READBACK_TAG_SHIFT | sampled << READBACK_ELECTRODE_SHIFT | kind;
  int32_t extra_ua = sampled == CASE ? contacts_ua / CASE_DOUBT_DIVISOR : 0;
  block.s.tolerance = (block.s.tolerance & 0xffff) | extra_ua << 16;
}

int32_t next_sampled(int32_t duration_us, bool measure, int32_t contacts_ua, int32_t case_ua, const struct levels *levels) {
  int32_t tag = next_tag();
  block.s.unsampled_us += duration_us;
  int32_t anodic = (case_ua > 0) << CASE;
  int32_t cathodic = (case_ua < 0) << CASE;
  for (int32_t i = 0; i < CONTACTS; i++) {
    anodic |= (levels->ua[i] > 0) << i;
    cathodic |= (levels->ua[i] < 0) << i;
  }
  block.s.turn |= anodic;
  block.s.wait |= cathodic;
  int32_t sampled = SAMPLE_NONE;
  if (block.s.expect == EXPECT_NONE && tag != block.s.tag)
    sampled = measure ? pick_measure(anodic | cathodic) : pick(anodic, cathodic);
  if (sampled != SAMPLE_NONE) {
    int32_t level_ua = sampled == CASE ? case_ua : levels->ua[sampled];
    expect(tag, sampled, level_ua, measure ? EXPECT_MEASURE : EXPECT_COMPARED, contacts_ua);
  }
  return tag << TAG_SHIFT | sampled << SAMPLE_SHIFT;
}
