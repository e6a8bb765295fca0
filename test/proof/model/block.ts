// The state block of firmware/interlock/state.ts with its names: what each word holds, as variables of any state and as a
// view of a given one.

import { BLOCK_WORDS, type Block } from '../symbolic/memory.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

export const ELECTRODES = 17;
export const CASE = 16;
const RECORD_WORDS = 8;
const RECORDS_WORD = 27;
const LEVELS_WORD = RECORDS_WORD + ELECTRODES * RECORD_WORDS;
const LEVELS_WORDS = 8;
export const PARITY_WORD = BLOCK_WORDS - 1;
const PARITY_SEED = 0x5eed0001;

/** An electrode's record. Charges in pC, levels in µA, times in µs. */
export interface Electrode {
  readonly account: Term;
  readonly high: Term;
  readonly low: Term;
  readonly rise: Term;
  readonly fall: Term;
  readonly limitPc: Term;
  readonly limitUa: Term;
  readonly peakUa: Term;
  readonly rest: Term;
  readonly run: Term;
}

const WIDE = ['account', 'high', 'low', 'rise', 'fall', 'limitPc'] as const;
const HALVES = [
  ['limitUa', 'peakUa'],
  ['rest', 'run'],
] as const;

/** Scalars in the order of the block, by the names of state.ts. */
const SCALARS = [
  'state',
  'trip',
  'clock',
  'queue',
  'discharge',
  'pollAge',
  'unrecovered',
  'tripHold',
  'tripAge0',
  'tripAge1',
  'bucket',
  'segments',
  'sample',
  'tag',
  'mismatch',
  'unsampled',
  'measures',
  'tolerance',
  'magnet',
  'battery',
  'temperature',
  'selfTest',
  'readback',
  'voltage',
  'expect',
  'wait',
  'records',
] as const;
export type Scalar = (typeof SCALARS)[number];

export interface View extends Readonly<Record<Scalar, Term>> {
  readonly electrodes: readonly Electrode[];
  /** Read-back tolerance of the board and what the awaited read-back is allowed beyond it, µA. */
  readonly toleranceUa: Term;
  readonly extraUa: Term;
}

export function electrodeName(index: number): string {
  return index === CASE ? 'case' : `E${index + 1}`;
}

/** Word of the block that a scalar lies in. */
export function wordOf(scalar: Scalar): number {
  return SCALARS.indexOf(scalar);
}

/** What a word of the block is called: "E3 high", "queue", "parity". */
export function wordName(index: number): string {
  if (index === PARITY_WORD) return 'parity';
  if (index < RECORDS_WORD) return SCALARS[index];
  if (index >= LEVELS_WORD) return `levels ${index - LEVELS_WORD + 1}`;
  const field = (index - RECORDS_WORD) % RECORD_WORDS;
  const name = field < WIDE.length ? WIDE[field] : HALVES[field - WIDE.length].join(' and ');
  return `${electrodeName(Math.floor((index - RECORDS_WORD) / RECORD_WORDS))} ${name}`;
}

/** What is 0 in a block that is intact: its two sums, each with the word that holds it, and the levels. */
export function remainders(block: Block): readonly Term[] {
  const records = [...block.slice(RECORDS_WORD, LEVELS_WORD), block[wordOf('records')]];
  const scalars = [...block.slice(0, RECORDS_WORD), block[PARITY_WORD], w.word(PARITY_SEED)];
  return [w.xor(...records), w.xor(...scalars), ...block.slice(LEVELS_WORD, PARITY_WORD)];
}

/** A block of variables, each named as in the views; `prefix` tells two such blocks apart. */
function anyWords(prefix: string): Term[] {
  const words: Term[] = [];
  for (const name of SCALARS) {
    if (name !== 'tolerance') words.push(w.wordVariable(prefix + name));
    else
      words.push(w.pack(w.wordVariable(`${prefix}toleranceUa`, 16), w.wordVariable(`${prefix}extraUa`, 16)));
  }
  for (let i = 0; i < ELECTRODES; i++) {
    const at = `${prefix}${electrodeName(i)}.`;
    words.push(...WIDE.map((name) => w.wordVariable(at + name)));
    for (const [low, high] of HALVES)
      words.push(w.pack(w.wordVariable(at + low, 16), w.wordVariable(at + high, 16)));
  }
  for (let i = 1; i <= LEVELS_WORDS; i++) words.push(w.wordVariable(`${prefix}levels${i}`));
  return words;
}

/** Any block that is intact. */
export function intactBlock(): Block {
  const words = anyWords('').fill(w.ZERO, LEVELS_WORD, PARITY_WORD);
  words[wordOf('records')] = w.xor(...words.slice(RECORDS_WORD, LEVELS_WORD));
  return [...words, w.xor(...words.slice(0, RECORDS_WORD), w.word(PARITY_SEED))];
}

/** Any block at all, its parity word included. */
export function anyBlock(): Block {
  return [...anyWords('any.'), w.wordVariable('any.parity')];
}

const lowHalf = (word: Term): Term => w.sext16(word);
const highHalf = (word: Term): Term => w.ashr(word, w.word(16));

export function view(block: Block): View {
  const electrodes = Array.from({ length: ELECTRODES }, (_, i): Electrode => {
    const at = RECORDS_WORD + i * RECORD_WORDS;
    const [account, high, low, rise, fall, limitPc, limits, times] = block.slice(at, at + RECORD_WORDS);
    return {
      account,
      high,
      low,
      rise,
      fall,
      limitPc,
      limitUa: lowHalf(limits),
      peakUa: highHalf(limits),
      rest: lowHalf(times),
      run: highHalf(times),
    };
  });
  const scalars = Object.fromEntries(SCALARS.map((name, i) => [name, block[i]]));
  const tolerance = block[wordOf('tolerance')];
  return {
    ...(scalars as Record<Scalar, Term>),
    electrodes,
    toleranceUa: lowHalf(tolerance),
    extraUa: highHalf(tolerance),
  };
}
