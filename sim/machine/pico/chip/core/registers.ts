// The registers of the core by name, and the bits of each that there are: faults flip them.

const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const WHOLE = range(0, 31);
/** EPSR.T in xPSR. */
export const THUMB = 24;

/** Bits that can be set and clear (ARMv6-M B1.4): the stack is of words, code of halfwords; IPSR, T and the flags. */
export const REGISTER_BITS = {
  r0: WHOLE,
  r1: WHOLE,
  r2: WHOLE,
  r3: WHOLE,
  r4: WHOLE,
  r5: WHOLE,
  r6: WHOLE,
  r7: WHOLE,
  r8: WHOLE,
  r9: WHOLE,
  r10: WHOLE,
  r11: WHOLE,
  r12: WHOLE,
  sp: range(2, 31),
  lr: WHOLE,
  pc: range(1, 31),
  xpsr: [...range(0, 5), THUMB, ...range(28, 31)],
  primask: [0],
} satisfies Readonly<Record<string, readonly number[]>>;

export type RegisterName = keyof typeof REGISTER_BITS;
