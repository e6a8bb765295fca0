// The gate: judges a requested segment by L1–L7, L12 and L16, and books it on every electrode once it is released.
// Judging has no effect; booking follows only when every judgement holds.

import * as board from '../board.ts';
import * as profile from '../profile.ts';
import { afterRecharge, creditShare } from '../recharge.ts';
import { Status } from '../status.ts';
import * as hal from './hal.ts';
import { hasRunDry } from './latch.ts';
import { nextSampled, nextUnsampled } from './sample.ts';
import * as s from './state.ts';
import { high } from './words.ts';

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

/** µs of a run of one polarity with this segment on it, signed like it (L3). */
function nextRunUs(runUs: i32, levelUa: i32, durationUs: i32): i32 {
  return levelUa > 0 ? max(runUs, 0) + durationUs : min(runUs, 0) - durationUs;
}
/** s − min(s) after a charge on it (L4). */
function nextRisePc(risePc: i32, chargePc: i32): i32 {
  return max(risePc + chargePc, 0);
}
/** max(s) − s after a charge on it (L4). */
function nextFallPc(fallPc: i32, chargePc: i32): i32 {
  return max(fallPc - chargePc, 0);
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
  const runUs = high(s.times(e));
  const magnitudeUa = abs(levelUa);
  if (magnitudeUa > s.limitUa(e)) return Status.AMPLITUDE; // REQ-CUR-001
  const chargePc = levelUa * durationUs;
  const doubtPc = doubtOf(abs(chargePc)) + extraDoubtPc;
  if (s.highPc(e) + chargePc + doubtPc > profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED; // REQ-CHG-002
  if (s.lowPc(e) + chargePc - doubtPc < -profile.UNRECOVERED_PC_MAX) return Status.UNRECOVERED;
  if (levelUa === 0) return Status.OK;
  if (abs(nextRunUs(runUs, levelUa, durationUs)) > profile.POLARITY_RUN_US_MAX) return Status.POLARITY_RUN; // REQ-TIM-002
  const spanPc = nextRisePc(s.risePc(e), chargePc) + nextFallPc(s.fallPc(e), chargePc);
  if (spanPc > s.limitPc(e)) return Status.PHASE_CHARGE; // REQ-CHG-001
  if (measure && (magnitudeUa > profile.MEASURE_UA_MAX || spanPc > profile.MEASURE_PC_MAX))
    return Status.MEASURE; // REQ-SEN-008
  return Status.OK;
}

/** Judges an active segment on every electrode; the first refusal rules. */
function judgeElectrodes(caseUa: i32, durationUs: i32, measure: bool, caseDoubtPc: i32): i32 {
  let status: i32 = Status.OK;
  for (let i = 0; i < profile.ELECTRODES && status === Status.OK; i++) {
    const isCase = i === profile.CASE;
    const levelUa = isCase ? caseUa : s.levelUa(i);
    status = judgeElectrode(s.electrode(i), levelUa, durationUs, measure, isCase ? caseDoubtPc : 0);
  }
  return status;
}

/** Books a charge and what inaccuracy may add to it either way (L5). Post: what that changes of the records' sum. */
function bookCharge(e: usize, chargePc: i32, doubtPc: i32): i32 {
  const lowPc = s.lowPc(e);
  const nextLowPc = lowPc + chargePc - doubtPc;
  s.putLowPc(e, nextLowPc);
  const highPc = s.highPc(e);
  const nextHighPc = highPc + chargePc + doubtPc;
  s.putHighPc(e, nextHighPc);
  const accountPc = s.accountPc(e);
  const nextAccountPc = accountPc + chargePc;
  s.putAccountPc(e, nextAccountPc);
  return lowPc ^ nextLowPc ^ highPc ^ nextHighPc ^ accountPc ^ nextAccountPc;
}

/** Books what the phase count is after a segment (L4). Post: what that changes of the records' sum. */
function bookSpan(e: usize, nextRisePc: i32, nextFallPc: i32): i32 {
  const change = s.fallPc(e) ^ nextFallPc ^ s.risePc(e) ^ nextRisePc;
  s.putFallPc(e, nextFallPc);
  s.putRisePc(e, nextRisePc);
  return change;
}

/** Books a segment that drives the electrode. Post: what that changes of the records' sum. */
function bookDriven(e: usize, levelUa: i32, durationUs: i32): i32 {
  const times = s.times(e);
  const nextTimes = nextRunUs(high(times), levelUa, durationUs) << 16;
  s.putTimes(e, nextTimes);
  let change = times ^ nextTimes;
  const limits = s.limits(e);
  if (abs(levelUa) > high(limits)) change ^= limits ^ s.putLimits(e, limits, abs(levelUa));
  const chargePc = levelUa * durationUs;
  change ^= bookSpan(e, nextRisePc(s.risePc(e), chargePc), nextFallPc(s.fallPc(e), chargePc));
  return change ^ bookCharge(e, chargePc, doubtOf(abs(chargePc)));
}

/** Time at zero level: after PHASE_REST_US of it the phase count starts anew (L4). Post: what that changes of the records' sum. */
function bookRest(e: usize, durationUs: i32): i32 {
  const times = s.times(e);
  // A rested electrode stays as it is.
  if (times === profile.PHASE_REST_US) return 0;
  const restUs = min((times & 0xffff) + durationUs, profile.PHASE_REST_US);
  s.putTimes(e, restUs);
  const change = times ^ restUs;
  if (restUs < profile.PHASE_REST_US) return change;
  return change ^ bookSpan(e, 0, 0);
}

/** Books an active segment on every electrode. The case bears doubt even where it carries nothing. */
function bookElectrodes(caseUa: i32, durationUs: i32, caseDoubtPc: i32): void {
  let change = caseDoubtPc === 0 ? 0 : bookCharge(s.electrode(profile.CASE), 0, caseDoubtPc);
  for (let i = 0; i < profile.ELECTRODES; i++) {
    const levelUa = i < profile.CONTACTS ? s.levelUa(i) : caseUa;
    const e = s.electrode(i);
    change ^= levelUa === 0 ? bookRest(e, durationUs) : bookDriven(e, levelUa, durationUs);
  }
  s.changeRecords(change);
}

/** A signed charge after passive recharge: no smaller in magnitude than 2^(−t/7200) of it. */
function kept(chargePc: i32, credit: i32): i32 {
  return chargePc < 0 ? -afterRecharge(-chargePc, credit) : afterRecharge(chargePc, credit);
}

/**
 * Passive recharge of one electrode (L5). The account falls by the share 1 − 2^(−t/7200) at most. The bounds of the true
 * charge do so outwards of zero alone: tissue may recover faster, so a bound that says "at least so much" says nothing
 * afterwards, and a later opposite phase is not set off against a charge that may be gone.
 * Post: what that changes of the records' sum.
 */
function bookRecharge(e: usize, credit: i32): i32 {
  const lowPc = s.lowPc(e);
  const nextLowPc = -afterRecharge(max(-lowPc, 0), credit);
  s.putLowPc(e, nextLowPc);
  let change = lowPc ^ nextLowPc;
  const highPc = s.highPc(e);
  const nextHighPc = afterRecharge(max(highPc, 0), credit); // REQ-CHG-003
  s.putHighPc(e, nextHighPc);
  change ^= highPc ^ nextHighPc;
  const accountPc = s.accountPc(e);
  const nextAccountPc = kept(accountPc, credit);
  s.putAccountPc(e, nextAccountPc);
  return change ^ accountPc ^ nextAccountPc;
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
  const credit = creditShare(durationUs);
  let change = 0;
  for (let i = 0; i < profile.ELECTRODES; i++) {
    const e = s.electrode(i);
    change ^= bookRest(e, durationUs);
    if (isRecharge) change ^= bookRecharge(e, credit);
  }
  s.changeRecords(change);
  if (isRecharge && durationUs >= profile.PHASE_REST_US) s.put(s.S_MEASURES, 0);
  s.put(s.S_BUCKET, nextBucketPc(0, durationUs));
  bookQueue(durationUs, true);
  return flags | nextUnsampled();
}

/** An active segment, its levels those of the block. Post: its flags for the stage, or minus the refusal. */
export function passActive(durationUs: i32, flags: i32): i32 {
  if (durationUs < profile.SEGMENT_US_MIN || durationUs > profile.ACTIVE_US_MAX) return -Status.DURATION; // REQ-TIM-001
  const measure = (flags & board.FLAG_MEASURE) !== 0;
  const measures = s.get(s.S_MEASURES);
  if (measure ? measures >= 2 : measures !== 0) return -Status.MEASURE; // REQ-SEN-008
  let sumUa = 0;
  let contactsUa = 0;
  for (let i = 0; i < profile.CONTACTS; i++) {
    const levelUa = s.levelUa(i);
    sumUa += levelUa;
    contactsUa += abs(levelUa);
  }
  const hasCase = (flags & board.FLAG_CASE) !== 0;
  if (!hasCase && sumUa !== 0) return -Status.BALANCE; // REQ-CUR-002
  // 1/50 of the sum over the contacts: half of 1/25, and no less.
  const caseDoubtPc = hasCase ? (doubtOf(contactsUa * durationUs) >> 1) + 1 : 0;

  let status = judgeQueue(durationUs);
  if (status === Status.OK) status = judgeElectrodes(-sumUa, durationUs, measure, caseDoubtPc);
  const bucketPc = nextBucketPc(contactsUa + abs(sumUa), durationUs);
  if (status === Status.OK && bucketPc > profile.MEAN_TOTAL_DEPTH_PC) status = Status.MEAN_CURRENT; // REQ-CHG-004
  if (status !== Status.OK) return -status;

  bookElectrodes(-sumUa, durationUs, caseDoubtPc);
  s.put(s.S_BUCKET, bucketPc);
  if (measure) s.put(s.S_MEASURES, measures + 1);
  bookQueue(durationUs, false);

  const isShort = durationUs < profile.SAMPLE_US_MIN;
  const sample = isShort ? nextUnsampled() : nextSampled(durationUs, measure, contactsUa, -sumUa);
  return flags | sample;
}
