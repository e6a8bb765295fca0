// Every distinct output of the stage, numbered: a trace then needs one number for a stretch, however many electrodes it has.

import { CASE, CONTACTS, ELECTRODES } from '../../firmware/profile.ts';

/** Rows that every palette begins with. */
export const ROW_RECHARGE = 0;
export const ROW_OPEN = 1;

const WORDS = 8;
const KEY_WORDS = WORDS + 1;

function hash(
  hasCase: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  w4: number,
  w5: number,
  w6: number,
  w7: number,
): number {
  let mixed = Math.imul(w0 ^ hasCase, 0x9e3779b1) ^ w1;
  mixed = Math.imul(mixed, 0x85ebca6b) ^ w2;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) ^ w3;
  mixed = Math.imul(mixed, 0x85ebca6b) ^ w4;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) ^ w5;
  mixed = Math.imul(mixed, 0x85ebca6b) ^ w6;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x9e3779b1) ^ w7;
  mixed = Math.imul(mixed, 0x85ebca6b);
  return mixed ^ (mixed >>> 13);
}

/**
 * Rows of 17 levels in µA, found by the eight packed words of a segment (contact 2k low, 2k + 1 high).
 * Rows 0 and 1 are recharge and open; all others drive.
 */
export class Palette {
  /** Levels of each row, µA: 16 contacts and the case. Never changed once made. */
  readonly rows: Int32Array[] = [new Int32Array(ELECTRODES), new Int32Array(ELECTRODES)];
  /** Sum of each row's levels, µA: what is not 0 breaks Kirchhoff's law. */
  readonly sumsUa: number[] = [0, 0];
  /** Whether the case is enabled in each row, even where it happens to carry nothing. */
  readonly hasCase: boolean[] = [false, false];
  private keys = new Int32Array(KEY_WORDS * 64);
  private slots = new Int32Array(256);
  private slotMask = 255;

  /** Number of the row that these words make; `hasCase` 1: the case carries minus their sum, 0: nothing. */
  find(
    hasCase: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): number {
    let slot = hash(hasCase, w0, w1, w2, w3, w4, w5, w6, w7) & this.slotMask;
    for (;;) {
      const row = this.slots[slot];
      if (row === 0) return this.add(hasCase, [w0, w1, w2, w3, w4, w5, w6, w7]);
      if (this.isKeyOf(row, hasCase, w0, w1, w2, w3, w4, w5, w6, w7)) return row;
      slot = (slot + 1) & this.slotMask;
    }
  }

  /** Whether these words make this row. */
  isKeyOf(
    row: number,
    hasCase: number,
    w0: number,
    w1: number,
    w2: number,
    w3: number,
    w4: number,
    w5: number,
    w6: number,
    w7: number,
  ): boolean {
    const keys = this.keys;
    const k = row * KEY_WORDS;
    return (
      keys[k] === w0 &&
      keys[k + 1] === w1 &&
      keys[k + 2] === w2 &&
      keys[k + 3] === w3 &&
      keys[k + 4] === w4 &&
      keys[k + 5] === w5 &&
      keys[k + 6] === w6 &&
      keys[k + 7] === w7 &&
      keys[k + 8] === hasCase
    );
  }

  /** Number of a row with these levels that no segment asked for (after a fault). */
  findLevels(levelsUa: Int32Array, hasCase: boolean): number {
    const known = this.rows.findIndex(
      (row, number) =>
        number > ROW_OPEN &&
        this.hasCase[number] === hasCase &&
        row.every((level, e) => level === levelsUa[e]),
    );
    return known >= 0 ? known : this.append(Int32Array.from(levelsUa), hasCase);
  }

  private add(hasCase: number, words: readonly number[]): number {
    const levelsUa = new Int32Array(ELECTRODES);
    let sumUa = 0;
    for (let e = 0; e < CONTACTS; e++) {
      const word = words[e >> 1];
      levelsUa[e] = (e & 1) === 0 ? (word << 16) >> 16 : word >> 16;
      sumUa += levelsUa[e];
    }
    levelsUa[CASE] = hasCase === 0 ? 0 : -sumUa;
    const row = this.append(levelsUa, hasCase !== 0);
    this.keys.set(words, row * KEY_WORDS);
    this.keys[row * KEY_WORDS + WORDS] = hasCase;
    this.place(row);
    return row;
  }

  private append(levelsUa: Int32Array, hasCase: boolean): number {
    const row = this.rows.push(levelsUa) - 1;
    this.hasCase.push(hasCase);
    this.sumsUa.push(levelsUa.reduce((sum, level) => sum + level, 0));
    if ((row + 1) * KEY_WORDS > this.keys.length) this.grow();
    // No packed word has a case flag of 2: rows that no segment asked for are never found by words.
    this.keys[row * KEY_WORDS + WORDS] = 2;
    return row;
  }

  private place(row: number): void {
    const keys = this.keys;
    const k = row * KEY_WORDS;
    let slot =
      hash(
        keys[k + 8],
        keys[k],
        keys[k + 1],
        keys[k + 2],
        keys[k + 3],
        keys[k + 4],
        keys[k + 5],
        keys[k + 6],
        keys[k + 7],
      ) & this.slotMask;
    while (this.slots[slot] !== 0) slot = (slot + 1) & this.slotMask;
    this.slots[slot] = row;
  }

  private grow(): void {
    const larger = new Int32Array(this.keys.length * 2);
    larger.set(this.keys);
    this.keys = larger;
    this.slots = new Int32Array(this.slots.length * 2);
    this.slotMask = this.slots.length - 1;
    for (let row = ROW_OPEN + 1; row < this.rows.length - 1; row++) {
      if (this.keys[row * KEY_WORDS + WORDS] !== 2) this.place(row);
    }
  }
}
