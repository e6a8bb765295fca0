// Whether one bit of a word is set, followed through what the compiler makes of flags: a bit that is only passed on is then
// literally the bit that came in, and needs no solver. Every step is an identity of words.

import { and, bool, choose, FALSE, not, or } from '../term/boolean.ts';
import type { Term } from '../term/term.ts';
import * as w from '../term/word.ts';

/** `bit` is the number of the bit, 0 to 31. */
export function isSet(a: Term, bit: number): Term {
  const [x, y, z] = a.args;
  const has = (value: bigint): boolean => ((value >> BigInt(bit)) & 1n) === 1n;
  if (a.op === 'const') return bool(has(a.value));
  if (a.op === 'bitor') return or(isSet(x, bit), isSet(y, bit));
  if (a.op === 'bitand' && y.op === 'const') return has(y.value) ? isSet(x, bit) : FALSE;
  if (a.op === 'bitand') return and(isSet(x, bit), isSet(y, bit));
  if (a.op === 'shl' && y.op === 'const') {
    const from = bit - Number(y.value & 31n);
    return from < 0 ? FALSE : isSet(x, from);
  }
  if (a.op === 'ite') return choose(x, isSet(y, bit), isSet(z, bit));
  return not(w.eq(w.bitand(a, w.word(1n << BigInt(bit))), w.ZERO));
}
