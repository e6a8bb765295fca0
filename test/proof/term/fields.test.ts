// Fields taken out of packed words mean what they meant, wherever the path holds; and those of the interlock's words go away.
import { describe, expect, it } from 'vitest';
import { Random } from '../../mutation/random.ts';
import { and, conjoin } from './boolean.ts';
import { evaluate } from './evaluate.ts';
import { Fields } from './fields.ts';
import { type Term, variables } from './term.ts';
import * as w from './word.ts';

const SEED = 27_182;
const ROUNDS = 3000;
const PARTS = ['field.a', 'field.b', 'field.c'].map((name) => w.wordVariable(name));
const CHOICE = w.wordVariable('field.choice');

const within = (a: Term, most: number): Term => and(w.sle(w.ZERO, a), w.sle(a, w.word(most)));

/** A word packed of parts that the path bounds, some of them chosen, and one field of it; with values on that path. */
function draw(random: Random): { path: Term; field: Term; values: Map<Term, bigint> } {
  const values = new Map<Term, bigint>([[CHOICE, BigInt(random.between(-1, 1))]]);
  const facts: Term[] = [];
  const packed = PARTS.map((part) => {
    const most = 2 ** random.between(1, 20) - 1;
    if (random.between(0, 3) > 0) facts.push(within(part, most));
    values.set(part, BigInt(random.between(0, most)));
    const shifted = w.shl(part, w.word(random.between(0, 31)));
    return random.between(0, 3) > 0 ? shifted : w.ite(w.slt(CHOICE, w.ZERO), shifted, part);
  }).reduce(w.bitor);
  const shift = w.word(random.between(0, 31));
  const mask = w.word(2 ** random.between(0, 16) - 1);
  const shifted = random.between(0, 1) === 0 ? w.ashr(packed, shift) : w.lshr(packed, shift);
  const field = random.between(0, 4) > 0 ? w.bitand(shifted, mask) : shifted;
  return { path: conjoin(...facts), field, values };
}

describe('fields of packed words', () => {
  it(`REQ-INT-003: no rule changes what a field is where the path holds (seed ${SEED})`, () => {
    const random = new Random(SEED);
    let changed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const { path, field, values } = draw(random);
      const found = new Fields(path).of(field);
      if (found !== field) changed++;
      expect(evaluate(found, values), `round ${round}`).toBe(evaluate(field, values));
    }
    expect(changed).toBeGreaterThan(ROUNDS / 20);
  });

  it('REQ-INT-003: what was packed within its bounds comes out without a bit operation, and not beyond them', () => {
    const [flags, tag, sample] = PARTS;
    const packed = w.bitor(w.bitor(flags, w.shl(tag, w.word(8))), w.shl(sample, w.word(16)));
    const field = (shift: number, mask: number): Term =>
      w.bitand(w.ashr(packed, w.word(shift)), w.word(mask));
    const path = conjoin(within(flags, 15), within(tag, 63), within(sample, 31));
    expect(new Fields(path).of(field(16, 31))).toBe(sample);
    expect(new Fields(path).of(field(8, 63))).toBe(tag);
    const loose = conjoin(within(flags, 15), within(tag, 511), within(sample, 31));
    expect(variables(new Fields(loose).of(field(16, 31))).has(tag)).toBe(true);
  });
});
