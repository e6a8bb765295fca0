// Shifts, with the carry of ARMv6-M A2.2.1: the last bit shifted out, unchanged where nothing is shifted.

import { flags } from './arithmetic.ts';
import type { Core, Handler } from './cpu.ts';

function lsl(core: Core, value: number, count: number): number {
  if (count === 0) return flags(core, value);
  core.C = count <= 32 && ((value >>> (32 - count)) & 1) === 1;
  return flags(core, count < 32 ? value << count : 0);
}

function lsr(core: Core, value: number, count: number): number {
  if (count === 0) return flags(core, value);
  core.C = count <= 32 && ((value >>> (count - 1)) & 1) === 1;
  return flags(core, count < 32 ? value >>> count : 0);
}

function asr(core: Core, value: number, count: number): number {
  if (count === 0) return flags(core, value);
  const bounded = Math.min(count, 32);
  core.C = ((value >> (bounded - 1)) & 1) === 1;
  return flags(core, value >> Math.min(count, 31));
}

/** The immediate 0 of LSR and ASR means 32. */
const immediate = (op: number): number => (op >> 6) & 31;

export const lslImmediate: Handler = ({ core, r }, op) => {
  r[op & 7] = lsl(core, r[(op >> 3) & 7], immediate(op));
  return 1;
};
export const lsrImmediate: Handler = ({ core, r }, op) => {
  r[op & 7] = lsr(core, r[(op >> 3) & 7], immediate(op) || 32);
  return 1;
};
export const asrImmediate: Handler = ({ core, r }, op) => {
  r[op & 7] = asr(core, r[(op >> 3) & 7], immediate(op) || 32);
  return 1;
};
export const lslRegister: Handler = ({ core, r }, op) => {
  r[op & 7] = lsl(core, r[op & 7], r[(op >> 3) & 7] & 0xff);
  return 1;
};
export const lsrRegister: Handler = ({ core, r }, op) => {
  r[op & 7] = lsr(core, r[op & 7], r[(op >> 3) & 7] & 0xff);
  return 1;
};
export const asrRegister: Handler = ({ core, r }, op) => {
  r[op & 7] = asr(core, r[op & 7], r[(op >> 3) & 7] & 0xff);
  return 1;
};
export const ror: Handler = ({ core, r }, op) => {
  const count = r[(op >> 3) & 7] & 0xff;
  const value = r[op & 7];
  const turn = count & 31;
  const result = turn === 0 ? value : (value >>> turn) | (value << (32 - turn));
  if (count !== 0) core.C = result >>> 31 === 1;
  r[op & 7] = flags(core, result);
  return 1;
};
