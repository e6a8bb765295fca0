// Scripts that stimulate: random walks over pulses, gaps and recharge that stay alive for long, with excursions to every
// limit on the way. They ask only through the interlock's calls; the books are read, never written.

import { bookOf, SCALAR, scalarOf } from './ledger.ts';
import {
  askCharge,
  drive,
  partnerOf,
  probeBucket,
  probeCaseBucket,
  probeEnds,
  probeMeasure,
  probePeak,
  probeRecharged,
  probeRecovered,
  probeRest,
  probeRun,
  probeSpan,
  probeUnrecovered,
  spread,
} from './probes.ts';
import { CASE, HOLD, type Levels, RECHARGE, type Recorder } from './recorder.ts';

/** Asks; where it is accepted, time goes on by as much, so that the queue keeps its length. */
export function ask(recorder: Recorder, durationUs: number, flags: number, levels: Levels = {}): boolean {
  const isAccepted = recorder.request(durationUs, flags, levels) === 0;
  if (isAccepted) recorder.wait(durationUs);
  return isAccepted;
}

/** Enough in the queue that a script may take its time. */
export function cushion(recorder: Recorder, segments = 2): void {
  for (let i = 0; i < segments; i++) recorder.request(5000, RECHARGE);
}

/** Just enough in the queue to stay alive while segments follow each other: read-backs come soon. */
export function margin(recorder: Recorder): void {
  recorder.request(300, RECHARGE);
}

/** Armed, with every electrode's limits at the hard ones. */
export function armedWide(recorder: Recorder): void {
  recorder.call('boot', 100, 0);
  for (let e = 0; e < 17; e++) recorder.call('raise_limit', e, 25_500, 2_998_000);
  recorder.rearmed();
}

/** Levels over some contacts that sum to zero or to what the case shall carry. */
export function randomLevels(recorder: Recorder, mostUa: number): { flags: number; levels: Levels } {
  const { random } = recorder;
  const levels: Record<number, number> = {};
  const contacts = random.pick([1, 1, 2, 3, 4, 7, 15]);
  let sumUa = 0;
  for (let i = 0; i < contacts; i++) {
    const contact = random.between(0, 15);
    sumUa -= levels[contact] ?? 0;
    levels[contact] = random.between(-mostUa, mostUa);
    sumUa += levels[contact];
  }
  if (random.oneIn(3)) return { flags: CASE, levels };
  const last = random.between(0, 15);
  levels[last] = (levels[last] ?? 0) - sumUa;
  return { flags: random.oneIn(4) ? CASE : 0, levels };
}

/** Every excursion that makes sense here, for one electrode. */
function battery(recorder: Recorder, electrode: number): void {
  const { random } = recorder;
  const sign = random.pick([1, -1]);
  const { risePc, fallPc } = bookOf(recorder, electrode);
  for (const chargePc of [1 - risePc, -1 - risePc, fallPc - 1, fallPc + 1]) {
    probeSpan(recorder, electrode, chargePc);
    recorder.excursion(() => {
      if (chargePc === 0 || !askCharge(recorder, electrode, partnerOf(recorder, electrode), chargePc)) return;
      for (const next of [1200, -1200]) probeSpan(recorder, electrode, next);
    });
  }
  for (const chargePc of [sign * random.between(10, 1000) * 100, -sign * random.between(10, 1000) * 1500])
    probeSpan(recorder, electrode, chargePc);
  probeUnrecovered(recorder, electrode, 1);
  probeUnrecovered(recorder, electrode, -1);
  probeRun(recorder, electrode);
  probePeak(recorder, electrode);
  probeRest(recorder, electrode);
  probeEnds(recorder);
  if (random.oneIn(4)) probeMeasure(recorder, electrode);
  if (random.oneIn(3)) probeBucket(recorder);
}

/** One step of a walk: a pulse, a gap or a recharge. */
function stroll(recorder: Recorder, mostUa: number, mostUs: number): void {
  const { random } = recorder;
  const kind = random.between(0, 9);
  if (kind < 4) {
    const { flags, levels } = randomLevels(recorder, mostUa);
    const durationUs = random.between(10, mostUs);
    ask(recorder, durationUs, flags, levels);
    if (random.oneIn(2)) ask(recorder, random.between(10, 300), HOLD);
    const opposite = Object.fromEntries(Object.entries(levels).map(([e, ua]) => [e, -ua]));
    if (!random.oneIn(4)) ask(recorder, durationUs, flags, opposite);
  } else if (kind < 6) {
    const electrode = random.between(0, 16);
    const { flags, levels } = drive(
      electrode,
      partnerOf(recorder, electrode),
      random.between(-mostUa, mostUa),
    );
    ask(recorder, random.between(10, mostUs), flags, levels);
  } else if (kind < 7) ask(recorder, random.between(10, 900), HOLD);
  else ask(recorder, random.oneIn(3) ? random.between(800, 5000) : random.between(10, 1200), RECHARGE);
}

/** A walk of many steps; where the interlock is no longer armed, it is armed again. */
export function walk(recorder: Recorder, rounds: number, mostUa: number, mostUs: number): void {
  cushion(recorder);
  for (let round = 0; round < rounds; round++) {
    stroll(recorder, mostUa, mostUs);
    if (round % 5 === 4) recorder.call('poll');
    if (round % 6 === 5) battery(recorder, recorder.random.between(0, 16));
    const isStuck = scalarOf(recorder, SCALAR.unrecoveredUs) > 94_000;
    if ((recorder.call('status') & 15) !== 2 || isStuck) {
      if (isStuck) for (let e = 0; e < 17; e++) probeRecovered(recorder, e, e % 2 ? 1 : -1);
      recorder.rearmed();
      cushion(recorder);
    }
  }
}

/** Charges an electrode up to its bound in few segments, with gaps that restart the phase count but give no credit. */
export function chargeUp(recorder: Recorder, electrode: number, sign: number): void {
  for (let i = 0; i < 4; i++) {
    const { flags, levels } = drive(electrode, partnerOf(recorder, electrode), sign * 2200);
    ask(recorder, 1000, flags, levels);
    probeRest(recorder, electrode);
    ask(recorder, 810, HOLD);
    probeUnrecovered(recorder, electrode, sign);
    if (i % 2) ask(recorder, 1234 + i, RECHARGE);
    probeUnrecovered(recorder, electrode, sign);
    for (let k = 0; k < 5; k++)
      recorder.excursion(() => {
        const durationUs = recorder.random.between(10, k < 3 ? 5000 : 790);
        recorder.request(durationUs, recorder.random.oneIn(6) ? HOLD : RECHARGE);
        if (k === 4) recorder.call('arm');
        probeUnrecovered(recorder, electrode, sign);
      });
    probeRest(recorder, electrode);
  }
  probeUnrecovered(recorder, electrode, -sign);
}

/** L5 at its limit on every electrode and in both directions. */
export function deepCharges(recorder: Recorder): void {
  armedWide(recorder);
  for (let electrode = 0; electrode < 17; electrode++) {
    cushion(recorder, 3);
    for (const sign of electrode % 2 ? [1, -1] : [-1, 1]) {
      chargeUp(recorder, electrode, sign);
      recorder.call('poll');
    }
    recorder.rearmed();
  }
}

/** L5: an enabled case that carries nothing still bears the doubt of all contacts. */
export function idleCase(recorder: Recorder): void {
  for (const sign of [1, -1]) {
    armedWide(recorder);
    cushion(recorder, 3);
    chargeUp(recorder, 16, sign);
    for (let levelUa = 5000; levelUa > 0; levelUa -= 37) {
      recorder.excursion(() => recorder.request(10, CASE, { 0: levelUa, 1: -levelUa }));
      if (recorder.random.oneIn(8)) {
        const { highPc, lowPc } = bookOf(recorder, 16);
        const leftPc = 5_080_000 - Math.max(highPc, -lowPc);
        for (let more = -2; more <= 2; more++)
          recorder.excursion(() => {
            const sumUa = Math.round((leftPc * 50) / 100) + more * 10;
            recorder.request(100, CASE, { 2: sumUa >> 1, 3: -(sumUa >> 1) });
          });
      }
    }
  }
}

/** L7: all contacts driven hard until the bucket is full. */
export function fullBucket(recorder: Recorder): void {
  recorder.armed();
  for (let turn = 0; turn < 2; turn++) {
    cushion(recorder);
    const levels: Record<number, number> = {};
    for (let contact = 0; contact < 16; contact++) levels[contact] = contact % 2 ? 11_000 : -11_000;
    const opposite = Object.fromEntries(Object.entries(levels).map(([e, ua]) => [e, -ua]));
    for (let i = 0; i < 40; i++) {
      ask(recorder, 60 + turn, 0, i % 2 ? opposite : levels);
      ask(recorder, 20, 0, i % 2 ? { 0: 9, 1: -9 } : { 3: 8, 2: -8 });
      if (i > 14) probeBucket(recorder);
      if (i > 14) probeCaseBucket(recorder);
      if (i % 9 === 8) ask(recorder, 100 + i, i % 2 ? RECHARGE : HOLD);
    }
    recorder.rearmed();
  }
}

/** L3: one polarity for as long as it may be, either way, from the start and after every kind of rest. */
export function longRuns(recorder: Recorder): void {
  recorder.armed();
  for (const ua of [20, -20, 1, -1, 7])
    for (const rest of [HOLD, RECHARGE, 0]) {
      cushion(recorder);
      ask(recorder, 300, 0, { 4: ua, 9: -ua });
      if (rest === 0) ask(recorder, 300, 0, { 4: -ua, 9: ua });
      else ask(recorder, 10, rest);
      for (let i = 0; i < 12; i++) {
        ask(recorder, i === 8 ? 990 + ua : 1000, i % 3 ? 0 : CASE, { 4: ua, 9: -ua });
        probeRun(recorder, 4);
        probeRun(recorder, 9);
        if (i % 4 === 3) recorder.call('poll');
      }
      recorder.rearmed();
    }
}

/** Straight from `arm`, before any rest: what the books begin with. */
export function freshFromArm(recorder: Recorder): void {
  for (const electrode of [0, 6, 15, 16])
    for (const sign of [1, -1]) {
      armedWide(recorder);
      for (const chargePc of [20_000, -20_000, 1_000_000]) probeSpan(recorder, electrode, chargePc);
      for (const ua of [3, -3])
        recorder.excursion(() => {
          const { flags, levels } = drive(electrode, partnerOf(recorder, electrode), ua);
          for (let i = 0; i < 10; i++) {
            recorder.request(i === 9 ? 990 : 1000, flags, levels);
            probeRun(recorder, electrode);
            recorder.wait(990);
          }
        });
      for (const firstUs of [1000, 997, 871]) {
        recorder.excursion(() => {
          const { flags, levels } = spread(electrode, sign * 2900);
          ask(recorder, firstUs, flags, levels);
          recorder.request(820, HOLD);
          for (let i = 0; i < 12; i++) {
            probeUnrecovered(recorder, electrode, sign);
            recorder.request(10 + i, flags, spread(electrode, sign * (100 + i)).levels);
          }
        });
      }
    }
}

/** L16: the queue filled up to its horizon. */
export function fullHorizon(recorder: Recorder): void {
  recorder.armed();
  cushion(recorder, 3);
  probeEnds(recorder);
  ask(recorder, 4000, HOLD);
  probeEnds(recorder);
  recorder.request(900, 0, { 1: 5, 2: -5 });
  probeEnds(recorder);
}

/**
 * L6: charges held until the interlock would hold them no longer; then what just makes them recovered, at once or after a
 * recharge of any length.
 */
export function heldCharges(recorder: Recorder): void {
  armedWide(recorder);
  for (const electrode of [0, 5, 14, 15, 16])
    for (const sign of [1, -1]) {
      cushion(recorder);
      const { flags, levels } = spread(electrode, sign * 2700);
      // Unrecovered for a moment, then recovered: what follows is counted from nothing.
      ask(recorder, 600 + electrode, flags, levels);
      ask(recorder, 100, HOLD);
      if (sign > 0) for (let i = 0; i < 2; i++) ask(recorder, 4000, RECHARGE);
      else
        ask(
          recorder,
          600 + electrode,
          flags,
          Object.fromEntries(Object.entries(levels).map(([e, ua]) => [e, -ua])),
        );
      ask(recorder, 900, RECHARGE);
      if (electrode % 2) ask(recorder, 20, 0, { 7: 1, 8: -1 });
      ask(recorder, recorder.random.between(900, 1000), flags, levels);
      for (let i = 0; i < 18; i++) {
        ask(recorder, i % 7 === 3 ? 300 : 5100 - 100 * (i % 3 === 0 ? 10 : 1), i % 7 === 3 ? RECHARGE : HOLD);
        recorder.call('poll');
      }
      while (scalarOf(recorder, SCALAR.unrecoveredUs) < 95_500 && ask(recorder, 900, HOLD))
        recorder.call('poll');
      probeEnds(recorder);
      probeRecovered(recorder, electrode, sign);
      for (let i = 0; i < 12; i++)
        recorder.excursion(() => {
          recorder.request(recorder.random.between(10, i < 7 ? 1200 : 200), RECHARGE);
          probeRecovered(recorder, electrode, sign);
        });
      for (let i = 0; i < 12; i++)
        probeRecharged(recorder, electrode, sign, recorder.random.between(10, 1200));
      recorder.rearmed();
    }
}

/** L3 and arguments: durations and flags at their edges, and what no segment may be. */
export function badRequests(recorder: Recorder): void {
  recorder.armed();
  cushion(recorder);
  for (const durationUs of [0, 1, 9, 10, 11, 999, 1000, 1001, 4999, 5000, 5001, -5, 2 ** 31 - 1, -(2 ** 31)])
    for (let flags = -1; flags <= 16; flags++)
      for (const levels of [{}, { 3: 5, 4: -5 }, { 6: 7 }] as Levels[])
        recorder.excursion(() => recorder.request(durationUs, flags, levels));
  for (const flags of [32, 64, 256, 2031616, -13, -2147483648])
    recorder.excursion(() => recorder.request(100, flags, { 3: 5, 4: -5 }));
  for (let contact = 0; contact < 16; contact++)
    for (const ua of [1, -1, 32_767, -32_768, 300])
      for (const flags of [0, CASE, RECHARGE, HOLD])
        recorder.excursion(() => recorder.request(30, flags, { [contact]: ua }));
}
