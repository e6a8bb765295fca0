// Loads and stores: 1 cycle and what the bus waits, so 2 for memory and 1 for the single-cycle I/O port
// (Cortex-M0+ TRM DDI0484C, table 3-1; multiple ones 1 + N, POP with PC 3 + N).

import { type Cpu, type Handler, LR, SP } from './cpu.ts';

const sum = (r: Uint32Array, op: number): number => (r[(op >> 3) & 7] + r[(op >> 6) & 7]) >>> 0;
/** Base register plus an immediate in units of `1 << scale` bytes. */
const field = (r: Uint32Array, op: number, scale: number): number =>
  (r[(op >> 3) & 7] + (((op >> 6) & 31) << scale)) >>> 0;

/** Loads of the same kind differ in how they find their address. */
function load32(address: (cpu: Cpu, op: number) => number, register: (op: number) => number): Handler {
  return (cpu, op) => {
    cpu.r[register(op)] = cpu.bus.read32(address(cpu, op));
    return 1 + cpu.bus.cost;
  };
}
function store32(address: (cpu: Cpu, op: number) => number, register: (op: number) => number): Handler {
  return (cpu, op) => {
    cpu.bus.write32(address(cpu, op), cpu.r[register(op)]);
    return 1 + cpu.bus.cost;
  };
}

const low = (op: number): number => op & 7;
const high = (op: number): number => (op >> 8) & 7;
const spOffset = ({ r }: Cpu, op: number): number => (r[SP] + (op & 0xff) * 4) >>> 0;

export const ldrLiteral = load32((cpu, op) => (((cpu.pcValue & ~3) >>> 0) + (op & 0xff) * 4) >>> 0, high);
export const ldrRegister = load32(({ r }, op) => sum(r, op), low);
export const ldrSp = load32(spOffset, high);
export const strRegister = store32(({ r }, op) => sum(r, op), low);
export const strSp = store32(spOffset, high);
export const ldrImmediate: Handler = ({ r, bus }, op) => {
  r[op & 7] = bus.read32(field(r, op, 2));
  return 1 + bus.cost;
};
export const strImmediate: Handler = ({ r, bus }, op) => {
  bus.write32(field(r, op, 2), r[op & 7]);
  return 1 + bus.cost;
};

export const ldrhRegister: Handler = ({ r, bus }, op) => {
  r[op & 7] = bus.read16(sum(r, op));
  return 1 + bus.cost;
};
export const ldrhImmediate: Handler = ({ r, bus }, op) => {
  r[op & 7] = bus.read16(field(r, op, 1));
  return 1 + bus.cost;
};
export const ldrshRegister: Handler = ({ r, bus }, op) => {
  r[op & 7] = (bus.read16(sum(r, op)) << 16) >> 16;
  return 1 + bus.cost;
};
export const ldrbRegister: Handler = ({ r, bus }, op) => {
  r[op & 7] = bus.read8(sum(r, op));
  return 1 + bus.cost;
};
export const ldrbImmediate: Handler = ({ r, bus }, op) => {
  r[op & 7] = bus.read8(field(r, op, 0));
  return 1 + bus.cost;
};
export const ldrsbRegister: Handler = ({ r, bus }, op) => {
  r[op & 7] = (bus.read8(sum(r, op)) << 24) >> 24;
  return 1 + bus.cost;
};
export const strhRegister: Handler = ({ r, bus }, op) => {
  bus.write16(sum(r, op), r[op & 7]);
  return 1 + bus.cost;
};
export const strhImmediate: Handler = ({ r, bus }, op) => {
  bus.write16(field(r, op, 1), r[op & 7]);
  return 1 + bus.cost;
};
export const strbRegister: Handler = ({ r, bus }, op) => {
  bus.write8(sum(r, op), r[op & 7]);
  return 1 + bus.cost;
};
export const strbImmediate: Handler = ({ r, bus }, op) => {
  bus.write8(field(r, op, 0), r[op & 7]);
  return 1 + bus.cost;
};

/**
 * Moves `list` of the low registers from `address` up; returns the address behind the last one. Each word's wait passes
 * before the next access, so that registers are reached at their cycle; at least one cycle each.
 */
function move(cpu: Cpu, list: number, address: number, store: boolean): number {
  const { r, bus, core } = cpu;
  let at = address;
  for (let i = 0; list >> i !== 0; i++) {
    if (((list >> i) & 1) === 0) continue;
    if (store) bus.write32(at, r[i]);
    else r[i] = bus.read32(at);
    core.cycles += Math.max(1, bus.cost);
    at = (at + 4) >>> 0;
  }
  return at;
}

export const ldm: Handler = (cpu, op) => {
  const n = (op >> 8) & 7;
  const list = op & 0xff;
  const base = cpu.r[n];
  const end = move(cpu, list, base, false);
  if (((list >> n) & 1) === 0) cpu.r[n] = end;
  return 1;
};
export const stm: Handler = (cpu, op) => {
  const n = (op >> 8) & 7;
  cpu.r[n] = move(cpu, op & 0xff, cpu.r[n], true);
  return 1;
};

function bitsOf(list: number): number {
  let count = 0;
  for (let rest = list; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** SP moves only when every word is stored, so that a fault leaves it alone. */
export const push: Handler = (cpu, op) => {
  const { r, bus, core } = cpu;
  const list = op & 0xff;
  const withLr = (op & 0x100) !== 0;
  const base = (r[SP] - 4 * (bitsOf(list) + (withLr ? 1 : 0))) >>> 0;
  const at = move(cpu, list, base, true);
  if (withLr) {
    bus.write32(at, r[LR]);
    core.cycles += bus.cost;
  }
  r[SP] = base;
  return 1;
};
export const pop: Handler = (cpu, op) => {
  const { r, bus, core } = cpu;
  const at = move(cpu, op & 0xff, r[SP], false);
  if ((op & 0x100) === 0) {
    r[SP] = at;
    return 1;
  }
  const target = bus.read32(at);
  core.cycles += bus.cost;
  r[SP] = at + 4;
  return 3 + cpu.branchExchange(target);
};
