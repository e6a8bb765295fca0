// What a program can do at worst to each electrode, held against the interlock's laws L4–L6: sums over its areas, whatever
// their alignment. Charges are bounds for every amplitude up to the one in hand, so ramps and rounding are within them.

import { READING_LIMIT_PC } from '../../board.ts';
import {
  ACTIVE_US_MAX,
  ARMED_DOUBT_PC,
  CASE,
  ELECTRODES,
  IDLE_US_MAX,
  PHASE_REST_US,
  RECOVERED_PC,
  RECOVERY_US_MAX,
  UNRECOVERED_PC_MAX,
} from '../../profile.ts';
import { AREA_PHASE_US, AREA_RATIO, AREA_RECHARGE, AREAS, PULSE_REST_US, Recharge } from '../../wire.ts';
import { reading } from '../interlock.ts';
import { clearWords } from '../store/words.ts';
import { fractionOf } from './levels.ts';
import { peakFactor, troughFactor } from './validate-credit.ts';
import { mostPulses } from './validate-flow.ts';
import { busyUs, gapQ12, leastUs, periodQ12, pulses, wrapQ12 } from './validate-train.ts';

/** The interlock rounds a charge up by less than 1 pC in each piece of recharge; with pieces of 10 µs: less than 1040 pC. */
const ROUNDING_PC = 1100;
/** Without what may be there after `arm`. */
const UNRECOVERED_PC: u64 = UNRECOVERED_PC_MAX - ARMED_DOUBT_PC - ROUNDING_PC;
const RECOVERED_SUM_PC: u64 = RECOVERED_PC - ROUNDING_PC;
/** Onsets are rounded to whole µs. */
const ROUNDING_US = 2;
/** Intervals of a passive train in which a rest is looked for. */
const INTERVALS_MAX = 16;

const ROW_BYTES: i32 = ELECTRODES * 4;
/** Signed charge of the first phase by area and electrode, pC. */
const charges: usize = memory.data(272, 4);
if (AREAS * ELECTRODES * 4 !== 272) ERROR('there is a row of charges for each area');
/** Per area: what the record says of its phases. */
const PHASES_BYTES: i32 = 12;
const phases: usize = memory.data(48, 4);
if (AREAS * PHASES_BYTES !== 48) ERROR('there are phases for each area');

/** A bit for each area with output. */
let used: i32 = 0;
/** What a pulse of each of them occupies, summed, µs. */
let sharedUs: i32 = 0;

function chargeAt(area: i32, electrode: i32): usize {
  return charges + <usize>(area * ROW_BYTES + (electrode << 2));
}
/** Signed charge of a first phase, pC; 0 for an area without output. */
export function chargePc(area: i32, electrode: i32): i32 {
  return load<i32>(chargeAt(area, electrode));
}
function phaseUs(area: i32): i32 {
  return load<i32>(phases + <usize>(area * PHASES_BYTES), 0);
}
/** Segments of the active recharge; 0: passive. */
function pieces(area: i32): i32 {
  return load<i32>(phases + <usize>(area * PHASES_BYTES), 4);
}
/** Phases that carry the charge of the first one: 1 with passive recharge, 2 with active. */
export function phasesOf(area: i32): i32 {
  return pieces(area) === 0 ? 1 : 2;
}
/** Sum of the charges of all contacts in one phase, without the case, pC. */
export function contactsPc(area: i32): i32 {
  return load<i32>(phases + <usize>(area * PHASES_BYTES), 8);
}

/** Says which areas have output and what a pulse of each of them occupies in sum, µs. */
export function openCharges(usedAreas: i32, occupiedUs: i32): void {
  used = usedAreas;
  sharedUs = occupiedUs;
  clearWords(charges, AREAS * ROW_BYTES);
  clearWords(phases, AREAS * PHASES_BYTES);
}

/** Highest magnitude of a level at any amplitude up to this one, µA: no split gives an electrode more than that. */
export function levelBoundUa(record: usize, electrode: i32, amplitudeUa: i32): i32 {
  return (abs(fractionOf(record, electrode)) * amplitudeUa + 999) / 1000;
}

/** Writes the charges of an area at an amplitude, µA. */
export function putCharges(record: usize, area: i32, amplitudeUa: i32): void {
  const widthUs = <i32>load<u16>(record, AREA_PHASE_US);
  const kind = <i32>load<u8>(record, AREA_RECHARGE);
  const rechargeUs = kind === Recharge.PASSIVE ? 0 : widthUs * <i32>load<u8>(record, AREA_RATIO);
  let sumPc = 0;
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const magnitudePc = levelBoundUa(record, electrode, amplitudeUa) * widthUs;
    store<i32>(chargeAt(area, electrode), fractionOf(record, electrode) < 0 ? -magnitudePc : magnitudePc);
    if (electrode !== CASE) sumPc += magnitudePc;
  }
  const at = phases + <usize>(area * PHASES_BYTES);
  store<i32>(at, widthUs, 0);
  store<i32>(at, (rechargeUs + ACTIVE_US_MAX - 1) / ACTIVE_US_MAX, 4);
  store<i32>(at, sumPc, 8);
}

/** What the interlock adds to the doubt for a charge: no less than 1/25. */
function doubtPc(magnitudePc: i32): i32 {
  return (magnitudePc >> 5) + (magnitudePc >> 7) + (magnitudePc >> 10) + 3;
}

/** Doubt that one pulse adds to an electrode, pC. */
function pulseDoubtPc(area: i32, electrode: i32): i32 {
  const magnitudePc = abs(chargePc(area, electrode));
  if (magnitudePc === 0) return 0;
  const more = 3 * pieces(area);
  const ownPc = doubtPc(magnitudePc) * phasesOf(area) + more;
  if (electrode !== CASE) return ownPc;
  return ownPc + ((doubtPc(contactsPc(area)) >> 1) + 1) * phasesOf(area) + more;
}

/** Widest span that the running charge of an electrode can reach between rests (L4), pC; −1: no rest is certain. */
function spanPc(electrode: i32): i32 {
  let up: u64 = 0;
  let down: u64 = 0;
  let highest: u64 = 0;
  let lowest: u64 = 0;
  for (let area = 0; area < AREAS; area++) {
    const pc = chargePc(area, electrode);
    if (pc === 0) continue;
    const magnitudePc = <u64>abs(pc);
    if (pieces(area) === 0) {
      const count = <u64>pulsesBetweenRests(area, electrode);
      if (count === 0) return -1;
      if (pc > 0) up += count * magnitudePc;
      else down += count * magnitudePc;
    } else if (pc > 0) highest = max(highest, magnitudePc);
    else lowest = max(lowest, magnitudePc);
  }
  return <i32>min<u64>(up + down + highest + lowest, <u64>i32.MAX_VALUE);
}

/** Most pulses of a passive area between two rests of its electrode; 0: no rest is certain. */
function pulsesBetweenRests(area: i32, electrode: i32): i32 {
  if (restsWithin(area, electrode, leastUs(area))) return 1;
  const wrap = wrapQ12(area);
  if (pulses(area) === 1) return wrap === 0 ? pulsesAmongOthers(area, electrode) : 0;
  const gap = gapQ12(area);
  const intervalUs = <i32>min<u64>((wrap === 0 ? gap : min(gap, wrap)) >> 12, 1 << 20);
  return restsWithin(area, electrode, intervalUs) ? pulses(area) : 0;
}

/**
 * The least number of intervals of a plain train of which one is certain to be free of other areas' pulses and so rests
 * the electrode; 0: none up to INTERVALS_MAX.
 */
function pulsesAmongOthers(area: i32, electrode: i32): i32 {
  const intervalUs = leastUs(area);
  if (roomUs(area, intervalUs) < PHASE_REST_US) return 0;
  for (let count = 2; count <= INTERVALS_MAX; count++) {
    const stretchUs = ((periodQ12(area) * <u64>count) >> 12) + <u64>(sharedUs + ROUNDING_US);
    let among: u64 = 0;
    for (let other = 0; other < AREAS; other++) {
      if (other !== area && chargePc(other, electrode) !== 0) among += mostPulses(other, stretchUs) >> 8;
    }
    if (among < <u64>count) return count;
  }
  return 0;
}

/** Longest delay of an area's onsets: what a pulse of each other area occupies, summed, µs. */
function delayUs(area: i32): i32 {
  return sharedUs - busyUs(area) - PULSE_REST_US;
}

/** What is left of an interval between two onsets of an area at most delayed, without its first phase, µs. */
function roomUs(area: i32, intervalUs: i32): i32 {
  return intervalUs - delayUs(area) - phaseUs(area) - ROUNDING_US;
}

/** True if an electrode is certain to rest between two pulses of a passive area that are `intervalUs` apart. */
function restsWithin(area: i32, electrode: i32, intervalUs: i32): bool {
  let leftUs = roomUs(area, intervalUs);
  let neededUs = PHASE_REST_US;
  for (let other = 0; other < AREAS; other++) {
    if (other === area || chargePc(other, electrode) === 0) continue;
    const between = <i32>min<u64>(mostPulses(other, <u64>max(intervalUs, 0)) >> 8, 1 << 15);
    leftUs -= between * busyUs(other);
    neededUs += between * PHASE_REST_US;
  }
  return leftUs >= neededUs;
}

/**
 * Largest account that passive areas can leave on an electrode, pC in Q16; `waits`: the area whose recharge has just
 * ended, −1: none.
 */
function accountQ16(electrode: i32, waits: i32): u64 {
  let up: u64 = 0;
  let down: u64 = 0;
  for (let area = 0; area < AREAS; area++) {
    const pc = chargePc(area, electrode);
    if (pc === 0 || pieces(area) !== 0) continue;
    const sum = <u64>abs(pc) * (area === waits ? troughFactor(area) : peakFactor(area));
    if (pc > 0) up += sum;
    else down += sum;
  }
  return max(up, down);
}

/**
 * How far the true charge of an electrode may lie from zero on one side (L5), pC: `sign` is 1 above, −1 below. Passive
 * pulses of the other side only bring it nearer; active ones leave their doubt on both.
 */
function unrecoveredPc(electrode: i32, sign: i32): u64 {
  let sum: u64 = 0;
  let transientPc = 0;
  for (let area = 0; area < AREAS; area++) {
    const pc = chargePc(area, electrode) * sign;
    const isPassive = pieces(area) === 0;
    if (pc === 0 || (isPassive && pc < 0)) continue;
    const magnitudePc = isPassive ? pc : 0;
    sum += <u64>(magnitudePc + pulseDoubtPc(area, electrode)) * peakFactor(area);
    // Between its phases: all of the charge, but not yet the doubt of the second one.
    if (!isPassive && pc > 0) transientPc = max(transientPc, pc - doubtPc(pc));
  }
  return (sum >> 16) + 1 + <u64>transientPc;
}

/** Longest recharge that may be waited for after a burst of this area without passing the recovery time (L6), Q12. */
export function restQ12Max(area: i32, occupiedUs: i32): u64 {
  const budget = (<u64>max(RECOVERY_US_MAX - 1000 - IDLE_US_MAX - 2 * occupiedUs, 0)) << 12;
  const burst = periodQ12(area) - gapQ12(area);
  return budget > burst ? budget - burst : 0;
}

/** First electrode that may be above RECOVERED_PC, between pulses, when the recharge of `waits` ends; −1: none. */
function unrecovered(waits: i32): i32 {
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    if (accountQ16(electrode, waits) >> 16 >= RECOVERED_SUM_PC) return electrode;
  }
  return -1;
}

/** First electrode that breaks L6; −1: none. Every electrode must be recovered always, or whenever one area pauses. */
export function brokenRecovery(): i32 {
  const electrode = unrecovered(-1);
  if (electrode < 0) return -1;
  for (let area = 0; area < AREAS; area++) {
    if ((used & (1 << area)) === 0 || pieces(area) !== 0) continue;
    if (unrecovered(area) < 0) return -1;
  }
  return electrode;
}

/** First electrode that breaks L4; −1: none. */
export function brokenPhase(): i32 {
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const pc = spanPc(electrode);
    if (pc < 0 || pc > reading(READING_LIMIT_PC + electrode)) return electrode;
  }
  return -1;
}

/**
 * Shortest distance of pulses, µs, with which the electrode would rest between those of a passive area; 0: it rests, and
 * the limit itself is broken. The area comes out as `restlessArea`.
 */
export function restlessUs(electrode: i32): i32 {
  for (let area = 0; area < AREAS; area++) {
    if (chargePc(area, electrode) === 0 || pieces(area) !== 0 || pulsesBetweenRests(area, electrode) !== 0)
      continue;
    restless = area;
    return PHASE_REST_US + phaseUs(area) + delayUs(area) + ROUNDING_US;
  }
  return 0;
}

let restless: i32 = 0;
/** The area that `restlessUs` spoke of. */
export function restlessArea(): i32 {
  return restless;
}

/** First electrode that breaks L5; −1: none. */
export function brokenUnrecovered(): i32 {
  for (let electrode = 0; electrode < ELECTRODES; electrode++) {
    const worstPc = max(unrecoveredPc(electrode, 1), unrecoveredPc(electrode, -1));
    if (worstPc > UNRECOVERED_PC) return electrode;
  }
  return -1;
}

/** The area that weighs most on an electrode, or on all (ELECTRODES): the one whose amplitude a refusal speaks of. */
export function heaviest(electrode: i32): i32 {
  let found = 0;
  let most: u64 = 0;
  for (let area = 0; area < AREAS; area++) {
    if ((used & (1 << area)) === 0) continue;
    const pc = electrode < ELECTRODES ? abs(chargePc(area, electrode)) : contactsPc(area);
    const weight = <u64>pc * (peakFactor(area) >> 8);
    if (weight <= most) continue;
    most = weight;
    found = area;
  }
  return found;
}
