// Scripts of the turns of the read-back: every electrode and polarity has to come, with levels that cannot be taken for
// each other; turns that wait for what does not come; read-backs that are lost and forgotten.

import { SCALAR, scalarOf } from './ledger.ts';
import { CASE, type Levels, RECHARGE, type Recorder, STALE } from './recorder.ts';
import { ask, cushion, margin, randomLevels } from './script-gate.ts';

export const opposite = (levels: Levels): Levels =>
  Object.fromEntries(Object.entries(levels).map(([e, ua]) => [e, 0 - ua]));

/** Keeps a script armed whatever happened. */
export function keepArmed(recorder: Recorder): void {
  if ((recorder.call('status') & 15) === 2) return;
  recorder.rearmed();
  cushion(recorder);
}

/** Biphasic pulses over changing contacts for long, so that every electrode has its turns. */
export function longTrain(recorder: Recorder): void {
  for (let part = 0; part < 6; part++) {
    recorder.armed(100 + part * 90);
    cushion(recorder);
    const fixed = [0, 1, 2].map(() => randomLevels(recorder, 400));
    for (let i = 0; i < 160; i++) {
      const { flags, levels } = part % 2 ? recorder.random.pick(fixed) : randomLevels(recorder, 400);
      const durationUs = recorder.random.pick([19, 20, 21, 100, 300]);
      ask(recorder, durationUs, flags, levels);
      ask(recorder, durationUs, flags, opposite(levels));
      ask(recorder, recorder.random.pick([60, 900, 2500]), RECHARGE);
      if (i % 2) recorder.call('poll');
      keepArmed(recorder);
    }
    recorder.call('reading', 12);
  }
}

/** One contact after the other, both signs, so that each alone sets every bit of the turns. */
export function everyContact(recorder: Recorder): void {
  recorder.call('boot', 100, 0);
  for (const sign of [1, -1]) {
    for (let contact = 0; contact < 17; contact++) {
      recorder.rearmed();
      margin(recorder);
      const levels: Levels = contact < 16 ? { [contact]: sign * 200 } : { 3: -sign * 50, 12: -sign * 60 };
      for (let i = 0; i < 16; i++) {
        ask(recorder, 40, CASE, levels);
        ask(recorder, 40, CASE, i % 3 ? opposite(levels) : levels);
        ask(recorder, 900, RECHARGE);
        recorder.call('poll');
      }
    }
  }
}

/** The smallest levels, alone and together, of one sign only: who counts as driven shows in who is sampled. */
export function smallLevels(recorder: Recorder): void {
  const patterns: readonly ((contact: number) => number)[] = [
    (contact) => (contact % 2 ? 1 : -1),
    (contact) => (contact % 2 ? -1 : 1),
    (contact) => (contact % 4 < 2 ? 1 : -1),
    (contact) => (contact % 3 === 0 ? -1 : 0),
    (contact) => (contact % 3 === 1 ? 1 : 0),
    (contact) => (contact % 5 === 2 ? 1 : contact % 5 === 0 ? -1 : 0),
    (contact) => (contact === 8 ? 1 : 0),
    (contact) => (contact === 9 ? -1 : 0),
  ];
  for (const pattern of patterns) {
    recorder.armed();
    margin(recorder);
    const levels = Object.fromEntries(
      Array.from({ length: 16 }, (_, contact) => [contact, pattern(contact)]),
    );
    for (let i = 0; i < 110; i++) {
      ask(recorder, 30, CASE, levels);
      ask(recorder, 400, RECHARGE);
      recorder.call('poll');
    }
  }
}

/** Every contact at a level of its own, far enough from every other: an expectation of another's is a mismatch. */
export function distinctLevels(recorder: Recorder): void {
  for (const turn of [0, 1, 2]) {
    recorder.armed();
    margin(recorder);
    const levels: Record<number, number> = {};
    for (let contact = 0; contact < 16; contact++)
      levels[contact] =
        (contact % 2 ? 1 : -1) * (130 + 215 * ((contact * 7 + turn * 3) % 16)) + (turn === 2 ? 60 : 0);
    for (let i = 0; i < 130; i++) {
      ask(recorder, 40, CASE, levels);
      ask(recorder, 40, CASE, opposite(levels));
      ask(recorder, 900, RECHARGE);
      recorder.call('poll');
    }
    recorder.call('status');
  }
}

/** The turn waits for a polarity that does not come, up to its limit and past it, to the ms. */
export function waitingTurns(recorder: Recorder): void {
  for (const [a, b, c] of [
    [0, 1, 2],
    [4, 15, 9],
    [14, 3, 11],
  ]) {
    recorder.armed();
    cushion(recorder);
    for (let i = 0; i < 5; i++) {
      ask(recorder, 30, 0, { [a]: 40, [b]: -40 });
      ask(recorder, 30, 0, { [a]: -40, [b]: 40 });
      ask(recorder, 900, RECHARGE);
      recorder.call('poll');
    }
    const { nowUs } = recorder;
    while (recorder.nowUs - nowUs < 2_500_000) {
      for (let i = 0; i < 3; i++) ask(recorder, 4900, RECHARGE);
      ask(recorder, 30, 0, { [b]: 5, [c]: -5 });
      recorder.excursion(() => recorder.request(30, 0, { [a]: 5, [c]: -5 }));
      probeWait(recorder, [a, b, c]);
      ask(recorder, 30, 0, { [b]: -5, [c]: 5 });
      recorder.call('poll');
    }
  }
}

/** Where the present turn is about to be given up: pulses exactly before and after that. */
function probeWait(recorder: Recorder, [a, b, c]: readonly number[]): void {
  const sinceMs = scalarOf(recorder, SCALAR.wait) >>> 17;
  const waitedMs = ((recorder.nowUs >>> 10) - sinceMs) & 0x7fff;
  if (waitedMs < 1086 || waitedMs > 1102) return;
  for (let atMs = Math.max(waitedMs + 1, 1098); atMs < waitedMs + 14 && atMs <= 1103; atMs++)
    recorder.excursion(() => {
      recorder.call('poll');
      recorder.wait((((recorder.nowUs >>> 10) + atMs - waitedMs) << 10) - recorder.nowUs);
      for (const levels of [
        { [b]: 5, [c]: -5 },
        { [a]: 7, [b]: -7 },
        { [b]: 5, [c]: -5 },
        { [c]: 5, [a]: -5 },
      ]) {
        recorder.request(20, 0, levels);
        recorder.wait(60);
        recorder.request(200, RECHARGE);
        recorder.call('poll');
      }
    });
}

/** Output goes on while a turn waits: another electrode fills in, to the µs. */
export function fillingIn(recorder: Recorder): void {
  for (const [a, b, c] of [
    [0, 1, 2],
    [15, 4, 9],
  ]) {
    recorder.armed();
    cushion(recorder);
    ask(recorder, 500, 0, { [a]: -4, [b]: 4 });
    ask(recorder, 900, RECHARGE);
    recorder.call('poll');
    ask(recorder, 500, 0, { [a]: -4, [b]: 4 });
    ask(recorder, 900, RECHARGE);
    recorder.call('poll');
    for (let i = 0; i < 160; i++) {
      const leftUs = 25_000 - scalarOf(recorder, SCALAR.unsampledUs);
      for (const durationUs of [leftUs - 1, leftUs, leftUs + 1])
        if (durationUs >= 20 && durationUs <= 1000)
          for (const levels of [
            { [b]: 3, [c]: -3 },
            { [b]: -3, [c]: 3 },
          ])
            recorder.excursion(() => {
              recorder.request(durationUs, 0, levels);
              recorder.request(30, 0, { [c]: 3, 7: -3 });
            });
      ask(recorder, 490 + (i % 20), 0, i % 2 ? { [b]: 3, [c]: -3 } : { [b]: -3, [c]: 3 });
      if (i % 8 === 7) ask(recorder, 1000, RECHARGE);
      recorder.call('poll');
    }
  }
}

/** A read-back that never comes is forgotten after 64 segments, whatever kind they are. */
export function lostReadBacks(recorder: Recorder): void {
  const fillers: readonly ((recorder: Recorder) => boolean)[] = [
    () => ask(recorder, 10, RECHARGE),
    () => ask(recorder, 10, 0, { 1: 2, 2: -2 }),
    () => ask(recorder, 20, 0, { 1: 2, 2: -2 }),
  ];
  for (const fill of fillers)
    for (const first of [0, 1, 40]) {
      recorder.call('boot', 100, 0);
      recorder.rearmed();
      recorder.readbackWorks = false;
      if (first > 0) cushion(recorder);
      for (let i = 3; i < first; i++) ask(recorder, 40, RECHARGE);
      for (let i = 0; first > 0 && i < 8 && scalarOf(recorder, SCALAR.expected) === 0; i++)
        recorder.request(40, 0, { 3: i % 2 ? -100 : 100, 4: i % 2 ? 100 : -100 });
      cushion(recorder);
      recorder.roomLie = 10;
      for (let i = 0; i < 68; i++) {
        fill(recorder);
        for (const lie of first > 0 ? [undefined] : [STALE, -1, 0])
          recorder.excursion(() => {
            recorder.readbackLie = lie;
            recorder.call('poll');
            for (const ua of [100, -100, 100, -100]) recorder.request(25, 0, { 3: ua, 4: -ua });
            recorder.readbackLie = undefined;
          });
        if (i % 20 === 9) recorder.call('poll');
      }
      recorder.roomLie = undefined;
      recorder.readbackWorks = true;
    }
}
