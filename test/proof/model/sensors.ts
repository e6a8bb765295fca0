// What a law asks of the readings that a call took: each predicate is false where the call did not take that reading, so
// that a call which never looks cannot pass for one that saw nothing wrong. SENSE_STALE lies outside every range.

import * as board from '../../../firmware/board.ts';
import * as limits from '../limits.ts';
import { and, FALSE } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** Newest value of each channel in one call. */
export type Sensed = ReadonlyMap<number, Term>;

function lies(sensed: Sensed, channel: number, low: number, high: number): Term {
  const value = sensed.get(channel);
  if (value === undefined) return FALSE;
  return low === high ? w.eq(value, w.word(low)) : and(w.sle(w.word(low), value), w.sle(value, w.word(high)));
}

/** Read, and not there. */
export function isMagnetAway(sensed: Sensed): Term {
  return lies(sensed, board.SENSE_MAGNET, 0, 0);
}
/** Read, and either there or not: not stale, not impossible. */
export function isMagnetReadable(sensed: Sensed): Term {
  return lies(sensed, board.SENSE_MAGNET, 0, 1);
}
/** Read, fresh, possible, and not under the limit. */
export function isBatteryGood(sensed: Sensed): Term {
  return lies(sensed, board.SENSE_BATTERY_MV, limits.BATTERY_MV_MIN, limits.BATTERY_MV_IMPOSSIBLE_HIGH);
}
/** Read, fresh, possible, and not above 39 °C. */
export function isTemperatureGood(sensed: Sensed): Term {
  const { TEMPERATURE_MC_IMPOSSIBLE_LOW: low, TEMPERATURE_MC_MAX: high } = limits;
  return lies(sensed, board.SENSE_TEMPERATURE_MC, low, high);
}
export function hasPassedSelfTest(sensed: Sensed): Term {
  return lies(sensed, board.SENSE_SELF_TEST, 1, 1);
}
