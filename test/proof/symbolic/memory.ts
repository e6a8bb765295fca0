// The state block as words. Addresses are concrete; a record's halves share a word as `pack`.
import { FALSE } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';
import type { Value } from './semantics.ts';
import { asPair, asWord } from './semantics.ts';

/** First byte of the block and its length: memoryBase of asconfig.json, and firmware/interlock/state.ts. */
export const BLOCK_ADDRESS = 16;
export const BLOCK_BYTES = 688;
export const BLOCK_WORDS = BLOCK_BYTES / 4;

/** Words of the block, lowest address first. */
export type Block = readonly Term[];

const WIDTHS: Record<string, number> = {
  'i32.load': 4,
  'i32.load16_s': 2,
  'i64.load': 8,
  'i32.store': 4,
  'i32.store16': 2,
  'i64.store': 8,
};

export function widthOf(name: string): number | undefined {
  return WIDTHS[name];
}

/** True where an access of that width lies within the block and on its own boundary. */
export function isInBlock(address: number, width: number): boolean {
  return (
    address >= BLOCK_ADDRESS &&
    address + width <= BLOCK_ADDRESS + BLOCK_BYTES &&
    address % Math.min(width, 4) === 0
  );
}

/** The same of an address that is not concrete, as a condition. The sum of address and offset does not wrap round. */
export function accessIsInBlock(address: Term, offset: number, width: number): Term {
  const first = Math.max(BLOCK_ADDRESS - offset, 0);
  const places = BLOCK_ADDRESS + BLOCK_BYTES - offset - width + 1 - first;
  return places <= 0 ? FALSE : w.ult(w.sub(address, w.word(first)), w.word(places));
}

const low = (word: Term): Term => w.sext16(word);
const high = (word: Term): Term => (word.op === 'pack' ? w.sext16(word.args[1]) : w.ashr(word, w.word(16)));

export function load(block: Block, name: string, address: number): Value {
  const index = (address - BLOCK_ADDRESS) >> 2;
  const word = block[index];
  if (name === 'i64.load') return { low: word, high: block[index + 1] };
  if (name === 'i32.load') return word;
  return (address & 2) === 0 ? low(word) : high(word);
}

export function store(block: Block, name: string, address: number, value: Value): Block {
  const index = (address - BLOCK_ADDRESS) >> 2;
  const next = [...block];
  if (name === 'i64.store') {
    const pair = asPair(value);
    next[index] = pair.low;
    next[index + 1] = pair.high;
  } else if (name === 'i32.store') next[index] = asWord(value);
  else {
    const word = block[index];
    next[index] = (address & 2) === 0 ? w.pack(asWord(value), high(word)) : w.pack(low(word), asWord(value));
  }
  return next;
}

/** c ? a : b of two words; halves are chosen each for itself. */
export function chooseWord(c: Term, a: Term, b: Term): Term {
  if (a === b) return a;
  if (a.op !== 'pack' && b.op !== 'pack') return w.ite(c, a, b);
  return w.pack(w.ite(c, low(a), low(b)), w.ite(c, high(a), high(b)));
}
