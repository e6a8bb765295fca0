// Which electrode the stage samples in which segment, and what its read-back should then show (L12). One sample is awaited
// at a time: a poll sees the newest alone, so that more would hide each other. Turns go to electrodes, not to segments:
// whatever order segments come in, each electrode that carries current is waited for, twice in each polarity that it was
// seen in, and after each of them an idle electrode is sampled twice. Two mismatches in a row of one electrode trip.
//
//  S_SAMPLE  30      26 25      25 24  22 21    17 16        0      S_WAIT  31       17 16          0
//           +----------+----------+------+--------+-----------+            +-----------+-------------+
//           |next idle | measure  | step | target |  anodic   |            |since, ms  |  cathodic   |
//           +----------+----------+------+--------+-----------+            +-----------+-------------+
//  step: 0, 1 target cathodic; 2, 3 target anodic; 4, 5 an idle electrode
import * as board from '../board.ts';
import * as profile from '../profile.ts';
import * as s from './state.ts';

const ALL = 0x1ffff;
const TARGET_SHIFT = 17;
const STEP_SHIFT = 22;
const MEASURE_SHIFT = 25;
const IDLE_SHIFT = 26;
const STEP_IDLE = 4;
const STEPS = 6;
/** A polarity that does not come again within this is given up until the next turn: longer than twice the period of 2 Hz. */
const WAIT_MS_MAX = 1100;
const WAIT_MASK = 0x7fff;
/** Output of this length is read back even while another electrode is waited for: well before READBACK_MISSING_US. */
const UNSAMPLED_US_MAX = 25000;

/** The number of the next segment, modulo 64. A read-back that is still awaited after 64 segments is lost. */
function nextTag(): i32 {
  const segments = s.get(s.S_SEGMENTS);
  s.put(s.S_SEGMENTS, segments + 1);
  const tag = segments & board.TAG_MASK;
  if (tag === s.get(s.S_EXPECT) >> board.READBACK_TAG_SHIFT) s.put(s.S_EXPECT, s.EXPECT_NONE);
  return tag;
}

/** Flags of a segment that is not sampled: its tag, and no electrode. */
export function nextUnsampled(): i32 {
  return (nextTag() << board.TAG_SHIFT) | (board.SAMPLE_NONE << board.SAMPLE_SHIFT);
}

/** Level of an electrode, 0–16, of the request that is being judged. Looked for in turn: every address is a constant. */
function levelAt(index: i32, caseUa: i32): i32 {
  let levelUa = caseUa;
  for (let i = 0; i < profile.CONTACTS; i++) if (i === index) levelUa = s.levelUa(i);
  return levelUa;
}

/** Flags of an active segment that is long enough to be sampled: its tag, and the electrode if it is one's turn. */
export function nextSampled(durationUs: i32, measure: bool, contactsUa: i32, caseUa: i32): i32 {
  const tag = nextTag();
  s.put(s.S_UNSAMPLED, s.get(s.S_UNSAMPLED) + durationUs);
  let anodic = (caseUa > 0 ? 1 : 0) << profile.CASE;
  let cathodic = (caseUa < 0 ? 1 : 0) << profile.CASE;
  for (let i = 0; i < profile.CONTACTS; i++) {
    const levelUa = s.levelUa(i);
    anodic |= (levelUa > 0 ? 1 : 0) << i;
    cathodic |= (levelUa < 0 ? 1 : 0) << i;
  }
  s.put(s.S_SAMPLE, s.get(s.S_SAMPLE) | anodic);
  s.put(s.S_WAIT, s.get(s.S_WAIT) | cathodic);
  let sampled: i32 = board.SAMPLE_NONE;
  if (s.get(s.S_EXPECT) === s.EXPECT_NONE && tag !== s.get(s.S_TAG))
    sampled = measure ? pickMeasure(anodic | cathodic) : pick(anodic, cathodic);
  if (sampled !== board.SAMPLE_NONE) {
    const levelUa = levelAt(sampled, caseUa);
    expect(tag, sampled, levelUa, measure ? s.EXPECT_MEASURE : s.EXPECT_COMPARED, contactsUa);
  }
  return (tag << board.TAG_SHIFT) | (sampled << board.SAMPLE_SHIFT);
}

/** Notes what the awaited read-back should show. */
function expect(tag: i32, sampled: i32, levelUa: i32, kind: i32, contactsUa: i32): void {
  const named = (tag << board.READBACK_TAG_SHIFT) | (sampled << board.READBACK_ELECTRODE_SHIFT);
  s.put(s.S_EXPECT, (levelUa & 0xffff) | named | kind);
  // The case carries what all contacts are off: each source within ±2 %, so 1/50 of their sum beside its own tolerance.
  const extraUa = sampled === profile.CASE ? contactsUa / profile.CASE_DOUBT_DIVISOR : 0;
  s.put(s.S_TOLERANCE, (s.get(s.S_TOLERANCE) & 0xffff) | (extraUa << 16)); // REQ-SEN-009
}

/** The electrode whose turn it is, if this segment suits it; SAMPLE_NONE otherwise. */
function pick(anodic: i32, cathodic: i32): i32 {
  const turn = s.get(s.S_SAMPLE);
  const wait = s.get(s.S_WAIT);
  const step = (turn >> STEP_SHIFT) & 7;
  let picked: i32 = board.SAMPLE_NONE;
  let next = step;
  if (step >= STEP_IDLE) {
    picked = pickIdle(~(turn | wait) & ALL, (turn >> IDLE_SHIFT) & 31);
    next = picked === board.SAMPLE_NONE ? STEPS : step + 1;
  } else {
    const target = (turn >> TARGET_SHIFT) & 31;
    const isAnodic = step >= 2;
    const waitedMs = ((s.get(s.S_CLOCK) >>> 10) - (wait >>> TARGET_SHIFT)) & WAIT_MASK;
    if ((((isAnodic ? anodic : cathodic) >> target) & 1) !== 0) {
      picked = target;
      next = step + 1;
    } else if ((((isAnodic ? turn : wait) >> target) & 1) === 0 || waitedMs > WAIT_MS_MAX) {
      next = (step | 1) + 1;
    }
  }
  if (next !== step) enterStep(next, picked);
  if (picked !== board.SAMPLE_NONE || s.get(s.S_UNSAMPLED) <= UNSAMPLED_US_MAX) return picked;
  // Whoever is waited for, output does not go unread: another electrode fills in, and no turn is lost.
  const others = (anodic | cathodic) & ~(1 << ((turn >> TARGET_SHIFT) & 31));
  return others !== 0 ? ctz(others) : picked;
}

/** The next of the electrodes that have not carried current since `arm`; SAMPLE_NONE where all have. */
function pickIdle(idle: i32, from: i32): i32 {
  if (idle === 0) return board.SAMPLE_NONE;
  const later = idle & (-1 << from);
  return ctz(later !== 0 ? later : idle);
}

/**
 * Goes on to a step; after the last one to the next electrode that carries current. An idle electrode is picked twice, then
 * the one after it. The wait begins anew.
 */
function enterStep(step: i32, picked: i32): void {
  const turn = s.get(s.S_SAMPLE);
  let target = (turn >> TARGET_SHIFT) & 31;
  let idle = (turn >> IDLE_SHIFT) & 31;
  if (step > STEP_IDLE && picked !== board.SAMPLE_NONE) idle = picked + (step === STEPS ? 1 : 0);
  if (step === STEPS) {
    const driven = (turn | s.get(s.S_WAIT)) & ALL;
    const later = driven & (-2 << target);
    target = ctz(later !== 0 ? later : driven);
  }
  const kept = turn & (ALL | (1 << MEASURE_SHIFT));
  const entered = step === STEPS ? 0 : step;
  s.put(s.S_SAMPLE, kept | (target << TARGET_SHIFT) | (entered << STEP_SHIFT) | (idle << IDLE_SHIFT));
  s.put(s.S_WAIT, (s.get(s.S_WAIT) & ALL) | ((s.get(s.S_CLOCK) >>> 10) << TARGET_SHIFT));
}

/** A measurement takes the lowest electrode that carries current, in one phase of the pulse and then in the other. */
function pickMeasure(driven: i32): i32 {
  const turn = s.get(s.S_SAMPLE);
  const phase = (turn >> MEASURE_SHIFT) & 1;
  if (s.get(s.S_MEASURES) !== 1 + phase) return board.SAMPLE_NONE;
  s.put(s.S_SAMPLE, turn ^ (1 << MEASURE_SHIFT));
  return ctz(driven);
}
