// Scripts of the read-back: whose turn it is, what is awaited and what comes instead; measurements; silence of the stage.

import { SCALAR, scalarOf } from './ledger.ts';
import { CASE, HOLD, type Levels, MEASURE, RECHARGE, type Recorder, STALE } from './recorder.ts';
import { ask, cushion, margin } from './script-gate.ts';
import { keepArmed, opposite } from './script-turns.ts';

/** Pulses, answered truly, until this electrode is the one that is awaited. False where that does not come. */
function untilAwaited(recorder: Recorder, electrode: number, flags: number, levels: Levels): boolean {
  for (let i = 0; i < 90; i++) {
    recorder.request(40, flags, i % 2 ? levels : opposite(levels));
    const expected = scalarOf(recorder, SCALAR.expected);
    if (expected !== 0 && ((expected >> 16) & 31) === electrode) return true;
    recorder.request(900, RECHARGE);
    recorder.wait(940);
    recorder.call('poll');
  }
  return false;
}

/** A read-back that is off by so much, polled. */
function answer(recorder: Recorder, offUa: number): void {
  const expected = scalarOf(recorder, SCALAR.expected);
  recorder.readbackLie = (expected & 0x3f1f0000) | ((expected + offUa) & 0xffff);
  recorder.call('poll');
  recorder.readbackLie = undefined;
}

/** The second mismatch in a row trips: the awaited value at the edges of the tolerance, for every kind of board. */
export function readBackEdges(recorder: Recorder): void {
  for (const toleranceUa of [0, 99, 100, 101, 499, 500, 501]) {
    for (const [electrode, ua] of [
      [5, 40],
      [5, 1999],
      [8, -2019],
      [5, 2020],
      [0, -10_019],
      [15, 10_020],
      [16, 1001],
      [16, -12_799],
    ]) {
      const isCase = electrode === 16;
      const levels: Levels = isCase ? { 5: -ua, 9: -90, 6: 90 } : { [electrode]: ua, 7: -ua };
      const contactsUa = Math.abs(ua) + 180;
      recorder.armed(toleranceUa);
      margin(recorder);
      if (!untilAwaited(recorder, electrode, isCase ? CASE : 0, levels)) continue;
      recorder.excursion(() => answer(recorder, 9000));
      answer(recorder, 9000);
      recorder.call('arm');
      recorder.request(900, RECHARGE);
      recorder.wait(940);
      if (!untilAwaited(recorder, electrode, isCase ? CASE : 0, levels)) continue;
      tryReadBacks(recorder, ua, isCase ? contactsUa : 0);
    }
  }
}

/** What the board might show instead of what is awaited; and twice the same that is only just good. */
function tryReadBacks(recorder: Recorder, levelUa: number, contactsUa: number): void {
  const share = Math.trunc(Math.abs(levelUa) / 20);
  const extra = Math.trunc(contactsUa / 50);
  const edges = [100, 101, 499, 500, share].map((edge) => edge + extra);
  for (const off of edges.flatMap((edge) => [edge - 1, edge, edge + 1].flatMap((near) => [near, -near])))
    recorder.excursion(() => {
      answer(recorder, off);
      recorder.call('status');
    });
  const expected = scalarOf(recorder, SCALAR.expected);
  const named = expected & 0x3f1f0000;
  const level = expected & 0xffff;
  const shown = [STALE, -1, 0, named | 0x40000000, named | 0x800000, named ^ 0x10000, named ^ 0x1000000];
  shown.push((expected & 0xff1f0000) | level, (named ^ 0x20000) | level, named | level);
  for (const lie of shown)
    recorder.excursion(() => {
      recorder.readbackLie = lie;
      for (const name of ['poll', 'status', 'arm', 'clear'] as const) recorder.call(name);
      recorder.call('reading', 4);
      recorder.request(50, 0, { 5: 10, 6: -10 });
      recorder.readbackLie = undefined;
    });
}

/** A driver that is wrong for long, now and then or always; a stage that names another electrode. */
export function wrongReadBacks(recorder: Recorder): void {
  for (let part = 0; part < 8; part++) {
    recorder.armed(recorder.random.pick([100, 250]));
    cushion(recorder);
    for (let i = 0; i < 60; i++) {
      recorder.readbackErrorUa = part === 0 ? 0 : recorder.random.pick([0, 0, 0, 101, -101, 251, -400]);
      recorder.readbackShift = part === 7 && i > 20 ? 1 : 0;
      const levels = recorder.random.pick<Levels>([
        { 0: 500, 1: -500 },
        { 2: 300, 1: -300 },
        { 15: 90, 14: -60 },
      ]);
      const flags = 15 in levels ? CASE : 0;
      ask(recorder, 60, flags, levels);
      ask(recorder, 60, flags, opposite(levels));
      ask(recorder, 2000, RECHARGE);
      recorder.call('poll');
      if ((recorder.call('status') & 15) !== 2) break;
    }
    recorder.readbackErrorUa = 0;
    recorder.readbackShift = 0;
    recorder.call('status');
  }
}

/** A stage that reports no more: output goes on unread for as long as it may, to the µs. */
export function silentStage(recorder: Recorder): void {
  for (const reads of [0, 3])
    for (const lastUs of [0, 1]) {
      recorder.readbackWorks = true;
      recorder.armed();
      for (let round = 0; round < 2; round++) {
        recorder.rearmed();
        margin(recorder);
        recorder.readbackWorks = round === 1;
        for (let i = 0; i < (round === 0 ? 9 : reads); i++) {
          ask(recorder, 77, 0, { 3: -12, 8: 12 });
          ask(recorder, 900, RECHARGE);
          recorder.call('poll');
        }
      }
      recorder.readbackWorks = false;
      for (let i = 0; i < 400; i++) {
        const leftUs = 100_000 - scalarOf(recorder, SCALAR.unsampledUs);
        const durationUs = leftUs < 600 ? leftUs + lastUs : 500;
        ask(recorder, durationUs, 0, i % 2 ? { 3: 12, 8: -12 } : { 8: 12, 3: -12 });
        if (i % 5 === 4) ask(recorder, 900, i % 2 ? RECHARGE : HOLD);
        recorder.call('poll');
        if ((recorder.call('status') & 15) !== 2) break;
        if (durationUs === leftUs) {
          ask(recorder, 20, 0, { 3: 12, 8: -12 });
          recorder.call('poll');
          break;
        }
      }
      recorder.call('status');
    }
  recorder.readbackWorks = true;
}

/** Impedance measurements: single pulses on every pair, with the voltage that comes with them. */
export function measurements(recorder: Recorder): void {
  recorder.armed();
  cushion(recorder);
  for (let i = 0; i < 40; i++) {
    const [a, b] = [i % 17, (i * 5 + 1) % 16];
    const levels: Levels = a === 16 ? { [b]: 701 } : a === b ? { [a]: 499 } : { [a]: 601, [b]: -601 };
    const flags = MEASURE | (a === 16 || a === b ? CASE : 0);
    recorder.voltageMv = 1000 + i;
    recorder.readbackErrorUa = i % 3 ? 0 : 300;
    for (const turned of i % 2 ? [levels, opposite(levels)] : [opposite(levels), levels]) {
      ask(recorder, i % 5 === 4 ? 19 : 200, flags, turned);
      if (i % 4 === 1) ask(recorder, 20, HOLD);
      if (i % 7 === 3) recorder.call('poll');
    }
    recorder.excursion(() => recorder.request(200, flags, levels));
    recorder.excursion(() => recorder.request(200, 0, { 1: 5, 2: -5 }));
    ask(recorder, i % 6 === 5 ? 700 : 2000, RECHARGE);
    recorder.wait(100);
    recorder.call('poll');
    recorder.call('reading', 5);
    ask(recorder, 3000, RECHARGE);
    if (i % 6 === 5) for (let k = 0; k < 4; k++) ask(recorder, 200, 0, { 1: 5 - k, 2: k - 5 });
    if (i % 6 === 5) ask(recorder, 900, RECHARGE);
    keepArmed(recorder);
  }
}

/** A mismatch before an off does not count beside one after the next `arm`: they are not in a row. */
export function forgottenMismatches(recorder: Recorder): void {
  for (const electrode of [3, 9]) {
    const levels: Levels = { [electrode]: 500, 7: -500 };
    recorder.armed();
    margin(recorder);
    if (!untilAwaited(recorder, electrode, 0, levels)) continue;
    answer(recorder, 9000);
    recorder.rearmed();
    margin(recorder);
    if (!untilAwaited(recorder, electrode, 0, levels)) continue;
    answer(recorder, 9000);
    recorder.call('status');
  }
}
