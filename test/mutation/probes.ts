// Excursions from wherever a script is: each asks for exactly what a limit still allows, and for one more, so that a book
// that is one off shows in an answer. Nothing here stays: the interlock goes on as if it had not been asked.

import { afterRecharge, bookOf, doubtOf, factorsOf, SCALAR, scalarOf, smallestCharge } from './ledger.ts';
import { CASE, HOLD, type Levels, MEASURE, RECHARGE, type Recorder } from './recorder.ts';

const CASE_INDEX = 16;
const UNRECOVERED_PC_MAX = 5_080_000;
const BUCKET_PC_MAX = 200_000_000;
const RECOVERY_US_MAX = 100_000;
const HORIZON_US_MAX = 20_000;

/** A level on an electrode, its opposite on another; the case through its flag. */
export function drive(electrode: number, other: number, levelUa: number): { flags: number; levels: Levels } {
  if (electrode === CASE_INDEX) return { flags: CASE, levels: { [other]: -levelUa } };
  if (other === CASE_INDEX) return { flags: CASE, levels: { [electrode]: levelUa } };
  return { flags: 0, levels: { [electrode]: levelUa, [other]: -levelUa } };
}

/** A level on an electrode whose opposite six others share, so that it alone comes near a limit. */
export function spread(electrode: number, levelUa: number): { flags: number; levels: Levels } {
  const levels: Record<number, number> = {};
  let restUa = -levelUa;
  for (let shares = 6; shares > 0; shares--) {
    const shareUa = Math.trunc(restUa / shares);
    levels[(electrode + shares) % 16] = shareUa;
    restUa -= shareUa;
  }
  if (electrode === CASE_INDEX) return { flags: CASE, levels };
  levels[electrode] = levelUa;
  return { flags: 0, levels };
}

/** An electrode other than this one, the one with the least on its books among a few. */
export function partnerOf(recorder: Recorder, electrode: number): number {
  let best = (electrode + 1) % 16;
  const weight = (e: number): number => {
    const { highPc, lowPc } = bookOf(recorder, e);
    return Math.max(highPc, -lowPc);
  };
  for (let i = 0; i < 6; i++) {
    const other = recorder.random.between(0, 15);
    if (other !== electrode && weight(other) < weight(best)) best = other;
  }
  return best;
}

/** Asks for a charge of either sign in one segment; false where no level and duration make it. */
export function askCharge(recorder: Recorder, electrode: number, other: number, chargePc: number): boolean {
  const factors = factorsOf(recorder, Math.abs(chargePc));
  if (factors === undefined) return false;
  const { flags, levels } = drive(electrode, other, Math.sign(chargePc) * factors[0]);
  recorder.request(factors[1], flags, levels);
  return true;
}

/** L5: the charges around the one that brings the bound of the true charge exactly to its limit. */
export function probeUnrecovered(recorder: Recorder, electrode: number, sign: number): void {
  const { highPc, lowPc } = bookOf(recorder, electrode);
  const boundPc = sign > 0 ? highPc : -lowPc;
  const extra = (chargePc: number): number => (electrode === CASE_INDEX ? (doubtOf(chargePc) >> 1) + 1 : 0);
  const amount = (chargePc: number): number => boundPc + chargePc + doubtOf(chargePc) + extra(chargePc);
  const other = partnerOf(recorder, electrode);
  const least = smallestCharge(amount, UNRECOVERED_PC_MAX, 3_000_000);
  for (let chargePc = Math.max(least - 1, 1); chargePc <= least + 2; chargePc++)
    recorder.excursion(() => askCharge(recorder, electrode, other, sign * chargePc));
}

/** L4: a set limit that is exactly what a charge will span, and one less. */
export function probeSpan(recorder: Recorder, electrode: number, chargePc: number): void {
  const { risePc, fallPc, limitPc, limitUa } = bookOf(recorder, electrode);
  const spanPc = Math.max(risePc + chargePc, 0) + Math.max(fallPc - chargePc, 0);
  const other = partnerOf(recorder, electrode);
  for (const setPc of [spanPc, spanPc - 1]) {
    if (setPc < 0 || setPc > limitPc) continue;
    recorder.excursion(() => {
      recorder.call('lower_limit', electrode, limitUa, setPc);
      askCharge(recorder, electrode, other, chargePc);
    });
  }
}

/** L3: a run of one polarity that lasts exactly as long as it may, and longer by one. */
export function probeRun(recorder: Recorder, electrode: number): void {
  const { runUs } = bookOf(recorder, electrode);
  const leftUs = 10_000 - Math.abs(runUs);
  if (runUs === 0 || leftUs < 9 || leftUs > 1000) return;
  for (const durationUs of [leftUs, leftUs + 1])
    recorder.excursion(() => {
      const { flags, levels } = drive(electrode, partnerOf(recorder, electrode), Math.sign(runUs));
      recorder.request(durationUs, flags, levels);
    });
}

/** L7: the levels on all contacts that fill the bucket exactly, or as nearly as levels can. */
export function probeBucket(recorder: Recorder): void {
  const leftPc = BUCKET_PC_MAX - scalarOf(recorder, SCALAR.bucketPc);
  let tries = 0;
  for (let durationUs = 10; durationUs <= 1000 && tries < 3; durationUs++) {
    const excessUa = leftPc / durationUs;
    const sumUa = excessUa + 8000;
    if (!Number.isInteger(excessUa) || sumUa % 2 !== 0 || sumUa > 16 * 20_000) continue;
    tries += 1;
    for (const moreUa of [0, 1, -1]) {
      const levels: Record<number, number> = {};
      let restUa = sumUa / 2 + moreUa;
      for (let pair = 0; pair < 8; pair++) {
        const levelUa = Math.floor(restUa / (8 - pair));
        restUa -= levelUa;
        levels[2 * pair] = levelUa;
        levels[2 * pair + 1] = -levelUa;
      }
      recorder.excursion(() => recorder.request(durationUs, 0, levels));
    }
  }
}

/** The same with the case: what fills the last of the bucket exactly. */
export function probeCaseBucket(recorder: Recorder): void {
  const leftPc = BUCKET_PC_MAX - scalarOf(recorder, SCALAR.bucketPc);
  for (let durationUs = 10; durationUs <= 1000; durationUs++) {
    const sumUa = (leftPc / durationUs + 8000) / 2;
    if (!Number.isInteger(sumUa) || sumUa > 25_400 || sumUa * durationUs > 2_000_000) continue;
    for (const sign of [1, -1])
      for (const moreUa of [0, 1]) {
        const half = (sumUa + moreUa) >> 1;
        const levels = { 4: sign * half, 11: sign * (sumUa + moreUa - half) };
        recorder.excursion(() => recorder.request(durationUs, CASE, levels));
      }
    return;
  }
}

/** L6 and L16: segments that end exactly where they may, and later by one. */
export function probeEnds(recorder: Recorder): void {
  const toHorizonUs = HORIZON_US_MAX - scalarOf(recorder, SCALAR.queueUs);
  const toRecoveryUs = RECOVERY_US_MAX - scalarOf(recorder, SCALAR.unrecoveredUs);
  for (const edgeUs of [toHorizonUs, toRecoveryUs]) {
    for (const durationUs of [edgeUs - 1, edgeUs, edgeUs + 1]) {
      if (durationUs < 10 || durationUs > 5000) continue;
      recorder.excursion(() => recorder.request(durationUs, HOLD));
      recorder.excursion(() => recorder.request(durationUs, RECHARGE));
      if (durationUs <= 1000) recorder.excursion(() => recorder.request(durationUs, 0, { 0: 1, 1: -1 }));
    }
  }
}

/** L1 and L15: the highest level released is what a lowered limit must not go under. */
export function probePeak(recorder: Recorder, electrode: number): void {
  const { peakUa, limitUa, limitPc } = bookOf(recorder, electrode);
  for (const setUa of [peakUa, peakUa - 1]) {
    if (setUa < 0) continue;
    recorder.excursion(() => {
      recorder.call('lower_limit', electrode, setUa, limitPc);
      const other = partnerOf(recorder, electrode);
      for (const levelUa of [setUa, setUa + 1, -setUa, -setUa - 1]) {
        const { flags, levels } = drive(electrode, other, levelUa);
        if (levelUa !== 0) recorder.request(10, flags, levels);
      }
    });
  }
  for (const levelUa of [limitUa, limitUa + 1, -limitUa, -limitUa - 1]) {
    const { flags, levels } = drive(electrode, partnerOf(recorder, electrode), levelUa);
    recorder.excursion(() => recorder.request(10, flags, levels));
  }
}

/** L4: zero for exactly as long as restarts the count of a phase, and for less by one; what follows shows which. */
export function probeRest(recorder: Recorder, electrode: number): void {
  const { restUs, limitUa, risePc, fallPc } = bookOf(recorder, electrode);
  const leftUs = 800 - restUs;
  if (leftUs < 11) return;
  const chargePc = (risePc >= fallPc ? 1 : -1) * 20_000;
  for (const flags of [HOLD, RECHARGE]) {
    for (const durationUs of [leftUs, leftUs - 1])
      recorder.excursion(() => {
        recorder.request(durationUs, flags);
        recorder.call('lower_limit', electrode, limitUa, 20_000);
        askCharge(recorder, electrode, partnerOf(recorder, electrode), chargePc);
      });
  }
}

/** The same, its opposite shared by six others. */
function askSpread(recorder: Recorder, electrode: number, chargePc: number): boolean {
  const factors = factorsOf(recorder, Math.abs(chargePc));
  if (chargePc === 0 || factors === undefined) return false;
  const { flags, levels } = spread(electrode, Math.sign(chargePc) * factors[0]);
  return recorder.request(factors[1], flags, levels) === 0;
}

/** L6: a charge that leaves an account exactly recovered or one over, told by whether it may then be held. */
export function probeRecovered(recorder: Recorder, electrode: number, sign: number): void {
  const { accountPc } = bookOf(recorder, electrode);
  for (const targetPc of [1_587_000, 1_587_001]) {
    const chargePc = sign * targetPc - accountPc;
    recorder.excursion(() => {
      if (askSpread(recorder, electrode, chargePc)) recorder.request(4900, HOLD);
    });
  }
}

/** The same after a recharge that alone brings the account there. */
export function probeRecharged(
  recorder: Recorder,
  electrode: number,
  sign: number,
  durationUs: number,
): void {
  const { accountPc } = bookOf(recorder, electrode);
  const mostPc = 2_900_000;
  for (const targetPc of [1_587_000, 1_587_001]) {
    const fromPc = smallestCharge((chargePc) => afterRecharge(chargePc, durationUs), targetPc, mostPc);
    const chargePc = sign * fromPc - accountPc;
    recorder.excursion(() => {
      if (!askSpread(recorder, electrode, chargePc)) return;
      recorder.request(durationUs, RECHARGE);
      recorder.request(4500, HOLD);
    });
  }
}

/** L12: measure segments at their limits of level, charge and number. */
export function probeMeasure(recorder: Recorder, electrode: number): void {
  const other = partnerOf(recorder, electrode);
  const { limitUa } = bookOf(recorder, electrode);
  const ask = (durationUs: number, levelUa: number): number => {
    const { flags, levels } = drive(electrode, other, levelUa);
    return recorder.request(durationUs, flags | MEASURE, levels);
  };
  for (const [durationUs, levelUa] of [
    [500, 1000],
    [499, 1001],
    [501, 1000],
    [500, -1000],
    [10, -1001],
  ])
    if (Math.abs(levelUa) <= limitUa) recorder.excursion(() => ask(durationUs, levelUa));
  recorder.excursion(() => {
    // Two of one sign that span one pC more than they may.
    for (let firstUs = 300; firstUs < 700; firstUs++) {
      const factors = factorsOf(recorder, 500_001 - 400 * firstUs);
      if (factors === undefined || factors[0] > 1000) continue;
      ask(firstUs, 400);
      ask(factors[1], factors[0]);
      return;
    }
  });
  recorder.excursion(() => {
    ask(100, 500);
    ask(100, -500);
    ask(100, 500);
    recorder.request(100, 0, { 0: 10, 1: -10 });
    recorder.request(799, RECHARGE);
    ask(100, 500);
    recorder.request(800, HOLD);
    recorder.request(100, 0, { 0: 10, 1: -10 });
    recorder.request(800, RECHARGE);
    recorder.request(100, 0, { 0: 10, 1: -10 });
  });
}
