// Scripts in which 1 pC is all the difference: what a recharge rounds, and what it leaves of a book that is empty.

import { bookOf, doubtOf, sharedOut } from './ledger.ts';
import { askCharge, drive, probeUnrecovered } from './probes.ts';
import { HOLD, RECHARGE, type Recorder } from './recorder.ts';
import { armedWide, ask, cushion } from './script-gate.ts';

/** Carries what the electrode that is looked at does not. */
const LAST_CONTACT = 15;

/** A pulse and a recharge after which this is left of what is on one book, before it is rounded: a whole number and `rest` / 2^20. */
function roundedFrom(
  recorder: Recorder,
  booked: (chargePc: number) => number,
  rest: number,
): { levelUa: number; durationUs: number; rechargeUs: number } {
  const { random } = recorder;
  for (;;) {
    const [levelUa, durationUs] = [random.between(300, 2900), random.between(100, 1000)];
    for (let rechargeUs = 10; rechargeUs <= 5000; rechargeUs++)
      if (sharedOut(booked(levelUa * durationUs), rechargeUs) % 2 ** 20 === rest)
        return { levelUa, durationUs, rechargeUs };
  }
}

/** Recharges whose rounding is all there is between one pC and the next, on the account and on the bounds of the true charge. */
export function roundings(recorder: Recorder): void {
  armedWide(recorder);
  for (const electrode of [0, 9])
    for (const sign of [1, -1])
      for (const isBound of [false, true])
        for (const rest of [0, 1]) {
          recorder.rearmed();
          cushion(recorder);
          const { highPc, lowPc } = bookOf(recorder, electrode);
          const boundPc = sign > 0 ? highPc : -lowPc;
          const booked = (chargePc: number): number =>
            isBound ? boundPc + chargePc + doubtOf(chargePc) : chargePc;
          const { levelUa, durationUs, rechargeUs } = roundedFrom(recorder, booked, rest);
          const { flags, levels } = drive(electrode, LAST_CONTACT, sign * levelUa);
          recorder.request(durationUs, flags, levels);
          recorder.request(rechargeUs, RECHARGE);
          for (const side of [sign, -sign]) probeUnrecovered(recorder, electrode, side);
        }
}

/** Brings the bound of the true charge to exactly 1 pC by one charge the other way; false where none does. */
function leaveOnePc(recorder: Recorder, electrode: number, sign: number): boolean {
  const { highPc, lowPc } = bookOf(recorder, electrode);
  const boundPc = sign > 0 ? highPc : -lowPc;
  for (let chargePc = 10; chargePc < 2 * boundPc; chargePc++)
    if (boundPc - chargePc + doubtOf(chargePc) === 1)
      return askCharge(recorder, electrode, LAST_CONTACT, -sign * chargePc);
  return false;
}

/** Bounds of the true charge of 1 pC before a recharge, which is then told from none at the limit. */
export function smallestBounds(recorder: Recorder): void {
  armedWide(recorder);
  for (const electrode of [0, 9])
    for (const sign of [1, -1]) {
      recorder.rearmed();
      cushion(recorder);
      const pulse = (durationUs: number, levelUa: number): boolean => {
        const { flags, levels } = drive(electrode, LAST_CONTACT, sign * levelUa);
        return ask(recorder, durationUs, flags, levels);
      };
      while (!leaveOnePc(recorder, electrode, sign)) pulse(10, 1);
      ask(recorder, 1000, RECHARGE);
      for (let pulses = 0; pulses < 3; pulses++) {
        pulse(1000, 2200);
        ask(recorder, 810, HOLD);
        for (const durationUs of [11, 23, 37]) {
          probeUnrecovered(recorder, electrode, sign);
          pulse(durationUs, 1);
        }
      }
    }
}

/** Accounts of 1 pC either way that are recharged and then held for longer than an unrecovered charge may be. */
export function smallestAccounts(recorder: Recorder): void {
  armedWide(recorder);
  for (const electrode of [0, 9])
    for (const sign of [1, -1]) {
      recorder.rearmed();
      cushion(recorder);
      for (const [durationUs, levelUa] of [
        [17, -sign],
        [16, sign],
      ]) {
        const { flags, levels } = drive(electrode, LAST_CONTACT, levelUa);
        ask(recorder, durationUs, flags, levels);
      }
      ask(recorder, 5000, RECHARGE);
      ask(recorder, 20, 0, { 5: 1, 6: -1 });
      for (let i = 0; i < 25; i++) {
        ask(recorder, 4900, HOLD);
        recorder.call('poll');
      }
    }
}
