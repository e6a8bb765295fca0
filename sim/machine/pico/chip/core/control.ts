// Branches, hints, special registers and what does not exist. Cycles from the Cortex-M0+ TRM DDI0484C, table 3-1.

import { BusFault } from '../faults.ts';
import { type Core, type Cpu, type Handler, LR, PC } from './cpu.ts';

/** The conditions of ARMv6-M A6.3, by their four bits. */
const CONDITIONS: ((core: Core) => boolean)[] = [
  (core) => core.Z,
  (core) => !core.Z,
  (core) => core.C,
  (core) => !core.C,
  (core) => core.N,
  (core) => !core.N,
  (core) => core.V,
  (core) => !core.V,
  (core) => core.C && !core.Z,
  (core) => !core.C || core.Z,
  (core) => core.N === core.V,
  (core) => core.N !== core.V,
  (core) => core.N === core.V && !core.Z,
  (core) => core.N !== core.V || core.Z,
];

function relative(r: Uint32Array, distance: number): number {
  r[PC] += 2 + distance;
  return 2;
}

/** A handler for each condition: the test is known when it is decoded. */
export function branchIf(condition: number): Handler {
  const holds = CONDITIONS[condition];
  return ({ core, r }, op) => (holds(core) ? relative(r, ((op << 24) >> 24) * 2) : 1);
}
export const branch: Handler = ({ r }, op) => relative(r, ((op << 21) >> 21) * 2);

export const bx: Handler = (cpu, op) => {
  const m = (op >> 3) & 15;
  return 2 + cpu.branchExchange(m === PC ? cpu.pcValue : cpu.r[m]);
};
export const blx: Handler = (cpu, op) => {
  const target = cpu.r[(op >> 3) & 15];
  if ((target & 1) === 0) throw new BusFault('not-thumb', 'BLX to an address whose bit 0 is clear');
  cpu.r[LR] = cpu.r[PC] | 1;
  cpu.r[PC] = target & ~1;
  return 2;
};

/** SVC: the exception is taken before the next instruction; where it cannot be, it is a HardFault (ARMv6-M B1.5.6). */
export const svc: Handler = ({ core }) => {
  const active = core.exceptionPriority(core.IPSR);
  if (core.PM || core.svCallPriority >= active)
    throw new BusFault('svcall', 'SVC at a priority that masks it');
  core.pendingSVCall = true;
  core.interruptsUpdated = true;
  return 1;
};

export const cpsie: Handler = ({ core }) => {
  core.PM = false;
  core.interruptsUpdated = true;
  return 1;
};
export const cpsid: Handler = ({ core }) => {
  core.PM = true;
  return 1;
};
export const nop: Handler = () => 1;
export const sev: Handler = ({ core }) => {
  core.eventRegistered = true;
  return 1;
};
export const wfi: Handler = (cpu) => {
  cpu.isWaitingForEvent = false;
  cpu.core.waiting = true;
  cpu.leaveLoop();
  return 2;
};
export const wfe: Handler = (cpu) => {
  if (cpu.core.eventRegistered) cpu.core.eventRegistered = false;
  else {
    wfi(cpu, 0);
    cpu.isWaitingForEvent = true;
  }
  return 2;
};

export const bkpt: Handler = (cpu, op) => {
  if (!cpu.onBreak(op & 0xff)) throw new BusFault('breakpoint', `BKPT #${op & 0xff}`);
  return 1;
};
export const undefinedInstruction: Handler = (_cpu, op) => {
  throw new BusFault('undefined', `undefined instruction 0x${op.toString(16)}`);
};

/** The 32-bit instructions: the second halfword is fetched here. */
export const wide: Handler = (cpu, op) => {
  const { r } = cpu;
  const second = cpu.bus.fetch(r[PC]);
  r[PC] += 2;
  if ((second & 0xd000) === 0xd000) return branchLink(cpu, op, second);
  if ((op & 0xffe0) === 0xf380 && (second & 0xff00) === 0x8800) {
    cpu.core.writeSpecialRegister(second & 0xff, r[op & 15]);
    return 3;
  }
  if (op === 0xf3ef && (second & 0xf000) === 0x8000) {
    r[(second >> 8) & 15] = cpu.core.readSpecialRegister(second & 0xff);
    return 3;
  }
  const isBarrier = op === 0xf3bf && ((second & 0xffc0) === 0x8f40 || (second & 0xfff0) === 0x8f60);
  if (isBarrier && (second & 0xf0) !== 0x70) return 3;
  throw new BusFault('undefined', `undefined instruction 0x${op.toString(16)} 0x${second.toString(16)}`);
};

function branchLink({ r }: Cpu, op: number, second: number): number {
  const s = (op >> 10) & 1;
  const i1 = ~((second >> 13) ^ s) & 1;
  const i2 = ~((second >> 11) ^ s) & 1;
  const distance = (s << 24) | (i1 << 23) | (i2 << 22) | ((op & 0x3ff) << 12) | ((second & 0x7ff) << 1);
  r[LR] = r[PC] | 1;
  r[PC] += (distance << 7) >> 7;
  return 3;
}
