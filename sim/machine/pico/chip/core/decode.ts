// Which handler a halfword has: the encodings of ARMv6-M A5.2, first bits first. Made once, shared by all chips.

import * as a from './arithmetic.ts';
import * as c from './control.ts';
import type { Handler } from './cpu.ts';
import * as m from './memory.ts';
import * as s from './shifts.ts';

const NONE = c.undefinedInstruction;

const DATA_PROCESSING: Handler[] = [
  a.and,
  a.eor,
  s.lslRegister,
  s.lsrRegister,
  s.asrRegister,
  a.adc,
  a.sbc,
  s.ror,
  a.tst,
  a.rsb,
  a.cmpRegister,
  a.cmn,
  a.orr,
  a.mul,
  a.bic,
  a.mvn,
];
const ADD_SUB: Handler[] = [a.addRegister, a.subRegister, a.addImmediate3, a.subImmediate3];
const LOAD_STORE_REGISTER: Handler[] = [
  m.strRegister,
  m.strhRegister,
  m.strbRegister,
  m.ldrsbRegister,
  m.ldrRegister,
  m.ldrhRegister,
  m.ldrbRegister,
  m.ldrshRegister,
];
const EXTEND: Handler[] = [a.sxth, a.sxtb, a.uxth, a.uxtb];
const REVERSE: Handler[] = [a.rev, a.rev16, NONE, a.revsh];
const HINTS: Handler[] = [c.nop, c.nop, c.wfe, c.wfi, c.sev];

function high(op: number): Handler {
  const operation = (op >> 8) & 3;
  if (operation === 0) return a.addHigh;
  if (operation === 1) return a.cmpHigh;
  if (operation === 2) return a.movHigh;
  if ((op & 7) !== 0) return NONE;
  return op & 0x80 ? c.blx : c.bx;
}

function miscellaneous(op: number): Handler {
  switch ((op >> 8) & 15) {
    case 0:
      return op & 0x80 ? a.subSp : a.addSp;
    case 2:
      return EXTEND[(op >> 6) & 3];
    case 4:
    case 5:
      return m.push;
    case 6:
      return op === 0xb662 ? c.cpsie : op === 0xb672 ? c.cpsid : NONE;
    case 10:
      return REVERSE[(op >> 6) & 3];
    case 12:
    case 13:
      return m.pop;
    case 14:
      return c.bkpt;
    case 15:
      return op & 15 ? NONE : (HINTS[(op >> 4) & 15] ?? c.nop);
    default:
      return NONE;
  }
}

function conditional(op: number): Handler {
  const condition = (op >> 8) & 15;
  return condition === 14 ? NONE : condition === 15 ? c.svc : CONDITIONAL[condition];
}
const CONDITIONAL = Array.from({ length: 14 }, (_, condition) => c.branchIf(condition));

function decode(op: number): Handler {
  switch (op >> 11) {
    case 0b00000:
      return s.lslImmediate;
    case 0b00001:
      return s.lsrImmediate;
    case 0b00010:
      return s.asrImmediate;
    case 0b00011:
      return ADD_SUB[(op >> 9) & 3];
    case 0b01000:
      return op & 0x400 ? high(op) : DATA_PROCESSING[(op >> 6) & 15];
    case 0b01010:
    case 0b01011:
      return LOAD_STORE_REGISTER[(op >> 9) & 7];
    case 0b10110:
    case 0b10111:
      return miscellaneous(op);
    case 0b11010:
    case 0b11011:
      return conditional(op);
    default:
      return PLAIN[op >> 11] ?? NONE;
  }
}

/** The classes whose first five bits say it all. */
const PLAIN: Record<number, Handler> = {
  4: a.movImmediate,
  5: a.cmpImmediate,
  6: a.addImmediate8,
  7: a.subImmediate8,
  9: m.ldrLiteral,
  12: m.strImmediate,
  13: m.ldrImmediate,
  14: m.strbImmediate,
  15: m.ldrbImmediate,
  16: m.strhImmediate,
  17: m.ldrhImmediate,
  18: m.strSp,
  19: m.ldrSp,
  20: a.adr,
  21: a.addSpTo,
  24: m.stm,
  25: m.ldm,
  28: c.branch,
  30: c.wide,
};

export const HANDLERS: readonly Handler[] = Array.from({ length: 0x1_0000 }, (_, op) => decode(op));
