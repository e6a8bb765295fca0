// Data processing: one cycle each, two where the result goes to PC (Cortex-M0+ TRM DDI0484C, table 3-1).

import { BusFault } from '../faults.ts';
import { type Core, type Handler, PC, SP } from './cpu.ts';

/** ARMv6-M A2.2.1 AddWithCarry, with all four flags; operands are unsigned. */
function addWithCarry(core: Core, a: number, b: number, carry: number): number {
  const sum = a + b + carry;
  const result = sum | 0;
  core.N = result < 0;
  core.Z = result === 0;
  core.C = sum > 0xffff_ffff;
  core.V = ((a ^ result) & (b ^ result)) < 0;
  return result >>> 0;
}

function subtract(core: Core, a: number, b: number): number {
  return addWithCarry(core, a, ~b >>> 0, 1);
}

/** N and Z of a result; C and V stay. */
export function flags(core: Core, result: number): number {
  core.N = (result | 0) < 0;
  core.Z = (result | 0) === 0;
  return result;
}

const rd = (op: number): number => op & 7;
const rm = (op: number): number => (op >> 3) & 7;
const rHigh = (op: number): number => (op >> 8) & 7;

export const addRegister: Handler = ({ core, r }, op) => {
  r[rd(op)] = addWithCarry(core, r[rm(op)], r[(op >> 6) & 7], 0);
  return 1;
};
export const subRegister: Handler = ({ core, r }, op) => {
  r[rd(op)] = subtract(core, r[rm(op)], r[(op >> 6) & 7]);
  return 1;
};
export const addImmediate3: Handler = ({ core, r }, op) => {
  r[rd(op)] = addWithCarry(core, r[rm(op)], (op >> 6) & 7, 0);
  return 1;
};
export const subImmediate3: Handler = ({ core, r }, op) => {
  r[rd(op)] = subtract(core, r[rm(op)], (op >> 6) & 7);
  return 1;
};
export const movImmediate: Handler = ({ core, r }, op) => {
  r[rHigh(op)] = flags(core, op & 0xff);
  return 1;
};
export const cmpImmediate: Handler = ({ core, r }, op) => {
  subtract(core, r[rHigh(op)], op & 0xff);
  return 1;
};
export const addImmediate8: Handler = ({ core, r }, op) => {
  r[rHigh(op)] = addWithCarry(core, r[rHigh(op)], op & 0xff, 0);
  return 1;
};
export const subImmediate8: Handler = ({ core, r }, op) => {
  r[rHigh(op)] = subtract(core, r[rHigh(op)], op & 0xff);
  return 1;
};

/** The sixteen operations of 010000, in the order of their four bits; shifts are in shifts.ts. */
export const and: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, r[rd(op)] & r[rm(op)]);
  return 1;
};
export const eor: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, r[rd(op)] ^ r[rm(op)]);
  return 1;
};
export const adc: Handler = ({ core, r }, op) => {
  r[rd(op)] = addWithCarry(core, r[rd(op)], r[rm(op)], core.C ? 1 : 0);
  return 1;
};
export const sbc: Handler = ({ core, r }, op) => {
  r[rd(op)] = addWithCarry(core, r[rd(op)], ~r[rm(op)] >>> 0, core.C ? 1 : 0);
  return 1;
};
export const tst: Handler = ({ core, r }, op) => {
  flags(core, r[rd(op)] & r[rm(op)]);
  return 1;
};
export const rsb: Handler = ({ core, r }, op) => {
  r[rd(op)] = subtract(core, 0, r[rm(op)]);
  return 1;
};
export const cmpRegister: Handler = ({ core, r }, op) => {
  subtract(core, r[rd(op)], r[rm(op)]);
  return 1;
};
export const cmn: Handler = ({ core, r }, op) => {
  addWithCarry(core, r[rd(op)], r[rm(op)], 0);
  return 1;
};
export const orr: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, r[rd(op)] | r[rm(op)]);
  return 1;
};
/** One cycle: the RP2040 has the fast multiplier (datasheet 2.4.1). */
export const mul: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, Math.imul(r[rd(op)], r[rm(op)]));
  return 1;
};
export const bic: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, r[rd(op)] & ~r[rm(op)]);
  return 1;
};
export const mvn: Handler = ({ core, r }, op) => {
  r[rd(op)] = flags(core, ~r[rm(op)]);
  return 1;
};

const highRd = (op: number): number => (op & 7) | ((op >> 4) & 8);
const highRm = (op: number): number => (op >> 3) & 15;

/** Writes a register as ADD and MOV do: SP keeps its alignment, PC is a branch, which takes a second cycle. */
function writeHigh(r: Uint32Array, register: number, value: number): number {
  if (register === PC) {
    r[PC] = value & ~1;
    return 2;
  }
  r[register] = register === SP ? value & ~3 : value;
  return 1;
}

export const addHigh: Handler = (cpu, op) => {
  const { r } = cpu;
  const [d, m] = [highRd(op), highRm(op)];
  const left = d === PC ? cpu.pcValue : r[d];
  return writeHigh(r, d, left + (m === PC ? cpu.pcValue : r[m]));
};
export const movHigh: Handler = (cpu, op) => {
  const m = highRm(op);
  return writeHigh(cpu.r, highRd(op), m === PC ? cpu.pcValue : cpu.r[m]);
};
export const cmpHigh: Handler = (cpu, op) => {
  const [d, m] = [highRd(op), highRm(op)];
  if (d === PC || m === PC) throw new BusFault('undefined', 'CMP with PC');
  subtract(cpu.core, cpu.r[d], cpu.r[m]);
  return 1;
};

export const adr: Handler = (cpu, op) => {
  cpu.r[rHigh(op)] = (cpu.pcValue & ~3) + (op & 0xff) * 4;
  return 1;
};
export const addSpTo: Handler = ({ r }, op) => {
  r[rHigh(op)] = r[SP] + (op & 0xff) * 4;
  return 1;
};
export const addSp: Handler = ({ r }, op) => {
  r[SP] += (op & 0x7f) * 4;
  return 1;
};
export const subSp: Handler = ({ r }, op) => {
  r[SP] -= (op & 0x7f) * 4;
  return 1;
};

export const sxth: Handler = ({ r }, op) => {
  r[rd(op)] = (r[rm(op)] << 16) >> 16;
  return 1;
};
export const sxtb: Handler = ({ r }, op) => {
  r[rd(op)] = (r[rm(op)] << 24) >> 24;
  return 1;
};
export const uxth: Handler = ({ r }, op) => {
  r[rd(op)] = r[rm(op)] & 0xffff;
  return 1;
};
export const uxtb: Handler = ({ r }, op) => {
  r[rd(op)] = r[rm(op)] & 0xff;
  return 1;
};

/** Swaps the bytes of each halfword. */
function swapped(value: number): number {
  return ((value << 8) & 0xff00_ff00) | ((value >>> 8) & 0x00ff_00ff);
}
export const rev: Handler = ({ r }, op) => {
  const value = swapped(r[rm(op)]);
  r[rd(op)] = (value << 16) | (value >>> 16);
  return 1;
};
export const rev16: Handler = ({ r }, op) => {
  r[rd(op)] = swapped(r[rm(op)]);
  return 1;
};
export const revsh: Handler = ({ r }, op) => {
  r[rd(op)] = (swapped(r[rm(op)]) << 16) >> 16;
  return 1;
};
