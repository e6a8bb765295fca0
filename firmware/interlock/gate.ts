// The gate: judges a requested segment by L1–L7, L12 and L16, and books it on every electrode once it is released.
// Judging has no effect; booking follows only when every judgement holds.

import * as board from '../board.ts';
import * as profile from '../profile.ts';
import { afterRecharge, keepShare } from '../recharge.ts';
import { Status } from '../status.ts';
import * as hal from './hal.ts';
import { hasRunDry } from './latch.ts';
import { nextSampled, nextUnsampled } from './sample.ts';
import * as s from './state.ts';
import { high, low } from './words.ts';

if (
  2 * profile.MEAN_UA !== profile.MEAN_TOTAL_UA ||
  2 * profile.MEAN_DEPTH_PC !== profile.MEAN_TOTAL_DEPTH_PC
)
  ERROR('the bucket of the sum must rule each electrode');
// Sums over all electrodes at the highest level and longest segment stay within 31 bits.
if (profile.AMPLITUDE_UA_MAX > i32.MAX_VALUE / (33 * profile.ACTIVE_US_MAX))
  ERROR('a sum of charges must fit an i32');

/** Upper bound of chargePc / 25 without a division: 1/32 + 1/128 + 1/1024 = 0.04004 (L5). */
function doubtOf(chargePc: i32): i32 {
  return (chargePc >> 5) + (chargePc >> 7) + (chargePc >> 10) + 3;
}

/** µs of the present run of one polarity with this segment on it, signed like it (L3). */
function nextRunUs(e: usize, levelUa: i32, durationUs: i32): i32 {
  const runUs = s.runUs(e);
  return levelUa > 0 ? max(runUs, 0) + durationUs : min(runUs, 0) - durationUs;
}
/** s − min(s) after a charge on it (L4). */
function nextRisePc(e: usize, chargePc: i32): i32 {
  return max(s.risePc(e) + chargePc, 0);
}
/** max(s) − s after a charge on it (L4). */
function nextFallPc(e: usize, chargePc: i32): i32 {
  return max(s.fallPc(e) - chargePc, 0);
}
/**
 * The leaky bucket of the sum over all electrodes after a segment (L7). It rules each electrode's own bucket as well:
 * levels sum to zero, so no level exceeds half the sum of magnitudes; leak and depth of an electrode's bucket are half of
 * the sum's; so an electrode's bucket never holds more than half of this one, and stays within its depth while this does.
 */
function nextBucketPc(totalUa: i32, durationUs: i32): i32 {
  return max(s.get(s.S_BUCKET) + (totalUa - profile.MEAN_TOTAL_UA) * durationUs, 0);
}

/** Judges one electrode's part of an active segment. `extraDoubtPc`: what the case bears for all contacts. */
function judgeElectrode(e: usize, levelUa: i32, durationUs: i32, measure: bool, extraDoubtPc: i32): i32 {
  if (levelUa === 0 && extraDoubtPc === 0) return Status.OK;
  const magnitudeUa = abs(levelUa);
  if (magnitudeUa > s.limitUa(e)) return Status.AMPLITUDE; // REQ-CUR-001
  const chargePc = levelUa * durationUs;
  const doubtPc = doubtOf(abs(chargePc)) + extraDoubtPc;
  if (s.highPc(e) + chargePc + doubtPc > profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED; // REQ-CHG-002
  if (s.lowPc(e) + chargePc - doubtPc < -profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED;
  if (levelUa === 0) return Status.OK;
  if (abs(nextRunUs(e, levelUa, durationUs)) > profile.POLARITY_RUN_US_MAX) return Status.POLARITY_RUN; // REQ-TIM-002
  const spanPc = nextRisePc(e, chargePc) + nextFallPc(e, chargePc);
  if (spanPc > s.limitPc(e)) return Status.PHASE_CHARGE; // REQ-CHG-001
  if (measure && (magnitudeUa > profile.MEASURE_UA_MAX || spanPc > profile.MEASURE_PC_MAX))
    return Status.MEASURE; // REQ-SEN-008
  return Status.OK;
}

/** Both electrodes of a word; the first refusal rules. */
function judgePair(index: i32, word: i32, durationUs: i32, measure: bool): i32 {
  const status = judgeElectrode(s.electrode(index), low(word), durationUs, measure, 0);
  if (status !== Status.OK) return status;
  return judgeElectrode(s.electrode(index + 1), high(word), durationUs, measure, 0);
}

/** Books a charge and what inaccuracy may add to it either way (L5). */
function bookCharge(e: usize, chargePc: i32, doubtPc: i32): void {
  s.putAccountPc(e, s.accountPc(e) + chargePc);
  s.putHighPc(e, s.highPc(e) + chargePc + doubtPc);
  s.putLowPc(e, s.lowPc(e) + chargePc - doubtPc);
}

/** Books one electrode's part of a released segment that drives current or holds it open. */
function bookElectrode(e: usize, levelUa: i32, durationUs: i32, extraDoubtPc: i32): void {
  if (extraDoubtPc !== 0) bookCharge(e, 0, extraDoubtPc);
  if (levelUa === 0) {
    bookRest(e, durationUs);
    return;
  }
  const chargePc = levelUa * durationUs;
  bookCharge(e, chargePc, doubtOf(abs(chargePc)));
  s.putRunUs(e, nextRunUs(e, levelUa, durationUs));
  s.putRisePc(e, nextRisePc(e, chargePc));
  s.putFallPc(e, nextFallPc(e, chargePc));
  s.putRestUs(e, 0);
  s.putPeakUa(e, max(s.peakUa(e), abs(levelUa)));
}

/** Time at zero level: after PHASE_REST_US of it the phase count starts anew (L4). */
function bookRest(e: usize, durationUs: i32): void {
  const restUs = min(s.restUs(e) + durationUs, profile.PHASE_REST_US);
  s.putRestUs(e, restUs);
  s.putRunUs(e, 0);
  if (restUs < profile.PHASE_REST_US) return;
  s.putRisePc(e, 0);
  s.putFallPc(e, 0);
}

function bookPair(index: i32, word: i32, durationUs: i32): void {
  bookElectrode(s.electrode(index), low(word), durationUs, 0);
  bookElectrode(s.electrode(index + 1), high(word), durationUs, 0);
}

/** A signed charge after passive recharge: no smaller in magnitude than 2^(−t/7200) of it. */
function kept(chargePc: i32, keep: i32): i32 {
  return chargePc < 0 ? -afterRecharge(-chargePc, keep) : afterRecharge(chargePc, keep);
}

/**
 * Passive recharge of one electrode (L5). The account falls by the share 1 − 2^(−t/7200) at most. The bounds of the true
 * charge do so outwards of zero alone: tissue may recover faster, so a bound that says "at least so much" says nothing
 * afterwards, and a later opposite phase is not set off against a charge that may be gone.
 */
function bookRecharge(e: usize, keep: i32, durationUs: i32): void {
  const accountPc = s.accountPc(e);
  if (accountPc !== 0) s.putAccountPc(e, kept(accountPc, keep));
  s.putHighPc(e, afterRecharge(max(s.highPc(e), 0), keep)); // REQ-CHG-003
  s.putLowPc(e, -afterRecharge(max(-s.lowPc(e), 0), keep));
  bookRest(e, durationUs);
}

/** True where every account is within RECOVERED_PC (L6). */
function isRecovered(): bool {
  let worstPc = 0;
  for (let i = 0; i < profile.ELECTRODES; i++) worstPc = max(worstPc, abs(s.accountPc(s.electrode(i))));
  return worstPc <= profile.RECOVERED_PC;
}

/** FIFO, horizon and recovery: what every segment must keep. Post: OK, or the refusal. */
function judgeQueue(durationUs: i32): i32 {
  if (s.get(s.S_UNRECOVERED) + durationUs > profile.RECOVERY_US_MAX) return Status.RECOVERY; // REQ-CHG-005
  if (s.get(s.S_QUEUE) + durationUs >= profile.HORIZON_US_MAX) return Status.HORIZON; // REQ-TIM-003
  const room = hal.segment_room();
  if (hasRunDry(room)) return Status.NOT_ARMED;
  return room > 0 && room <= board.FIFO_SEGMENTS ? Status.OK : Status.FIFO_FULL; // REQ-TIM-004
}

/** Puts an accepted segment on the queue. An idle stage starts within START_US_MAX: the queue's end is never taken too early. */
function bookQueue(durationUs: i32, isZero: bool): void {
  const queueUs = s.get(s.S_QUEUE);
  s.put(s.S_QUEUE, (queueUs === 0 ? board.START_US_MAX : queueUs) + durationUs);
  const unrecoveredUs = s.get(s.S_UNRECOVERED);
  // What is recovered stays so at zero level: no account grows there.
  if (unrecoveredUs === 0 && isZero) return;
  s.put(s.S_UNRECOVERED, isRecovered() ? 0 : unrecoveredUs + durationUs);
}

/** A zero segment: recharge (credit) or hold (none). Post: its flags for the stage, or minus the refusal. */
export function passZero(durationUs: i32, flags: i32): i32 {
  if (durationUs < profile.SEGMENT_US_MIN || durationUs > profile.IDLE_US_MAX) return -Status.DURATION; // REQ-TIM-001
  const status = judgeQueue(durationUs);
  if (status !== Status.OK) return -status;
  const isRecharge = flags === board.FLAG_RECHARGE;
  const keep = keepShare(durationUs);
  for (let i = 0; i < profile.ELECTRODES; i++) {
    if (isRecharge) bookRecharge(s.electrode(i), keep, durationUs);
    else bookElectrode(s.electrode(i), 0, durationUs, 0);
  }
  if (isRecharge && durationUs >= profile.PHASE_REST_US) s.put(s.S_MEASURES, 0);
  s.put(s.S_BUCKET, nextBucketPc(0, durationUs));
  bookQueue(durationUs, true);
  return flags | nextUnsampled();
}

function sumOf(word: i32): i32 {
  return low(word) + high(word);
}
function magnitudeOf(word: i32): i32 {
  return abs(low(word)) + abs(high(word));
}
/** An active segment. Post: its flags for the stage, or minus the refusal. */
export function passActive(
  durationUs: i32,
  flags: i32,
  w0: i32,
  w1: i32,
  w2: i32,
  w3: i32,
  w4: i32,
  w5: i32,
  w6: i32,
  w7: i32,
): i32 {
  if (durationUs < profile.SEGMENT_US_MIN || durationUs > profile.ACTIVE_US_MAX) return -Status.DURATION; // REQ-TIM-001
  const measure = (flags & board.FLAG_MEASURE) !== 0;
  const measures = s.get(s.S_MEASURES);
  if (measure ? measures >= 2 : measures !== 0) return -Status.MEASURE; // REQ-SEN-008
  const sumUa = sumOf(w0) + sumOf(w1) + sumOf(w2) + sumOf(w3) + sumOf(w4) + sumOf(w5) + sumOf(w6) + sumOf(w7);
  const hasCase = (flags & board.FLAG_CASE) !== 0;
  if (!hasCase && sumUa !== 0) return -Status.BALANCE; // REQ-CUR-002
  const contactsUa =
    magnitudeOf(w0) +
    magnitudeOf(w1) +
    magnitudeOf(w2) +
    magnitudeOf(w3) +
    magnitudeOf(w4) +
    magnitudeOf(w5) +
    magnitudeOf(w6) +
    magnitudeOf(w7);
  // 1/50 of the sum over the contacts: half of 1/25, and no less.
  const caseDoubtPc = hasCase ? (doubtOf(contactsUa * durationUs) >> 1) + 1 : 0;

  let status = judgeQueue(durationUs);
  if (status === Status.OK) status = judgePair(0, w0, durationUs, measure);
  if (status === Status.OK) status = judgePair(2, w1, durationUs, measure);
  if (status === Status.OK) status = judgePair(4, w2, durationUs, measure);
  if (status === Status.OK) status = judgePair(6, w3, durationUs, measure);
  if (status === Status.OK) status = judgePair(8, w4, durationUs, measure);
  if (status === Status.OK) status = judgePair(10, w5, durationUs, measure);
  if (status === Status.OK) status = judgePair(12, w6, durationUs, measure);
  if (status === Status.OK) status = judgePair(14, w7, durationUs, measure);
  const casing = s.electrode(profile.CASE);
  if (status === Status.OK) status = judgeElectrode(casing, -sumUa, durationUs, measure, caseDoubtPc);
  const bucketPc = nextBucketPc(contactsUa + abs(sumUa), durationUs);
  if (status === Status.OK && bucketPc > profile.MEAN_TOTAL_DEPTH_PC) status = Status.MEAN_CURRENT; // REQ-CHG-004
  if (status !== Status.OK) return -status;

  bookPair(0, w0, durationUs);
  bookPair(2, w1, durationUs);
  bookPair(4, w2, durationUs);
  bookPair(6, w3, durationUs);
  bookPair(8, w4, durationUs);
  bookPair(10, w5, durationUs);
  bookPair(12, w6, durationUs);
  bookPair(14, w7, durationUs);
  bookElectrode(casing, -sumUa, durationUs, caseDoubtPc);
  s.put(s.S_BUCKET, bucketPc);
  if (measure) s.put(s.S_MEASURES, measures + 1);
  bookQueue(durationUs, false);

  const isShort = durationUs < profile.SAMPLE_US_MIN;
  const sample = isShort
    ? nextUnsampled()
    : nextSampled(durationUs, measure, contactsUa, -sumUa, w0, w1, w2, w3, w4, w5, w6, w7);
  return flags | sample;
}
