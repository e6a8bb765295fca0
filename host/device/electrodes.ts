// Names of electrodes (E1 … E16, CASE) and their numbers on the wire (0 … 16).

import { CASE, CONTACTS } from '../../firmware/profile.ts';
import type { ElectrodeName } from '../therapy/therapy.ts';

/** Number of an electrode: 0–15 for E1–E16, 16 for the case. A number is passed through. RangeError for any other. */
export function electrodeIndex(electrode: ElectrodeName | number): number {
  if (typeof electrode === 'number') {
    if (Number.isInteger(electrode) && electrode >= 0 && electrode <= CASE) return electrode;
    throw new RangeError(
      `electrode ${electrode} does not exist: 0 to ${CONTACTS - 1}, or ${CASE} for the case`,
    );
  }
  if (electrode === 'CASE') return CASE;
  const number = /^E([1-9]\d?)$/.exec(electrode)?.[1];
  const index = Number(number) - 1;
  if (number !== undefined && index < CONTACTS) return index;
  throw new RangeError(`electrode ${electrode} does not exist: E1 to E${CONTACTS}, or CASE`);
}

/** Name of electrode 0–16. RangeError for any other number. */
export function electrodeName(index: number): ElectrodeName {
  electrodeIndex(index);
  return index === CASE ? 'CASE' : `E${index + 1}`;
}
