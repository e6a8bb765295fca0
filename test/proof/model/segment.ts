// A released segment as the law sees it: plain numbers, read from what crossed to the output stage and not from the block.

import { FLAG_CASE, FLAG_HOLD, FLAG_MEASURE, FLAG_RECHARGE } from '../../../firmware/board.ts';
import type { Release } from '../symbolic/state.ts';
import { bool, choose, FALSE, not, or } from '../term/boolean.ts';
import * as n from '../term/number.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

export interface Segment {
  /** µs, as a number. */
  readonly durationUs: Term;
  /** µA of sixteen contacts and the case, as numbers. The case carries minus their sum where it is enabled, else nothing. */
  readonly levels: readonly Term[];
  /** Of the contacts alone, as words. */
  readonly words: readonly Term[];
  readonly isRecharge: Term;
  readonly isHold: Term;
  readonly hasCase: Term;
  readonly isMeasure: Term;
  /** The flags word as the stage gets it. */
  readonly flags: Term;
}

/** A bit of a word, looked for in its parts: what the interlock adds above never touches the bits below. */
function isSet(a: Term, bit: number): Term {
  if (a.op === 'bitor') return or(...a.args.map((arg) => isSet(arg, bit)));
  if (a.op === 'const') return bool((a.value & BigInt(bit)) !== 0n);
  if (a.op === 'ite') return choose(a.args[0], isSet(a.args[1], bit), isSet(a.args[2], bit));
  if (a.op === 'shl' && a.args[1].op === 'const' && 1n << (a.args[1].value & 31n) > BigInt(bit)) return FALSE;
  return not(w.eq(w.bitand(a, w.word(bit)), w.ZERO));
}

export function segmentOf({ args }: Release): Segment {
  const [duration, flags, ...pairs] = args;
  const words = pairs.flatMap((pair) => [w.sext16(pair), w.ashr(pair, w.word(16))]);
  const contacts = words.map(n.signed);
  const has = (bit: number): Term => isSet(flags, bit);
  const hasCase = has(FLAG_CASE);
  return {
    durationUs: n.signed(duration),
    levels: [...contacts, n.pick(hasCase, n.minus(n.plus(...contacts)), n.int(0))],
    words,
    isRecharge: has(FLAG_RECHARGE),
    isHold: has(FLAG_HOLD),
    hasCase,
    isMeasure: has(FLAG_MEASURE),
    flags,
  };
}
