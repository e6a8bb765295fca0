// What the nine PIO instructions do (datasheet 3.4). Each returns what it stalls on; a stalled one is tried again.

import { Stall, type StateMachine } from './state-machine.ts';

/** Runs `opcode` for one cycle. */
export function execute(sm: StateMachine, opcode: number, cycle: number): Stall {
  switch (opcode >> 13) {
    case 0:
      return jmp(sm, opcode, cycle);
    case 1:
      return wait(sm, opcode, cycle);
    case 2:
      return shiftIn(sm, opcode, cycle);
    case 3:
      return shiftOut(sm, opcode);
    case 4:
      return opcode & 0x80 ? pull(sm, opcode) : push(sm, opcode);
    case 5:
      return mov(sm, opcode, cycle);
    case 6:
      return irq(sm, opcode);
    default:
      return set(sm, opcode);
  }
}

function jumpTo(sm: StateMachine, address: number): void {
  sm.pc = address & 31;
  sm.hasJumped = true;
}

function jmp(sm: StateMachine, opcode: number, cycle: number): Stall {
  if (condition(sm, (opcode >> 5) & 7, cycle)) jumpTo(sm, opcode);
  return Stall.NONE;
}

function condition(sm: StateMachine, which: number, cycle: number): boolean {
  switch (which) {
    case 1:
      return sm.x === 0;
    case 2: {
      const before = sm.x;
      sm.x = (before - 1) >>> 0;
      return before !== 0;
    }
    case 3:
      return sm.y === 0;
    case 4: {
      const before = sm.y;
      sm.y = (before - 1) >>> 0;
      return before !== 0;
    }
    case 5:
      return sm.x !== sm.y;
    case 6:
      return ((sm.pio.inputs(cycle) >> sm.jmpPin) & 1) === 1;
    case 7:
      return sm.osrCount < sm.pullThreshold;
    default:
      return true;
  }
}

/** IRQ numbers with the relative bit add the machine's own to their two low bits (datasheet 3.4.9). */
function flagOf(sm: StateMachine, index: number): number {
  return 1 << (index & 16 ? (index & 4) | ((index + sm.index) & 3) : index & 7);
}

function wait(sm: StateMachine, opcode: number, cycle: number): Stall {
  const polarity = (opcode >> 7) & 1;
  const source = (opcode >> 5) & 3;
  const index = opcode & 31;
  if (source === 2) {
    const flag = flagOf(sm, index);
    const isSet = (sm.pio.flags & flag) !== 0;
    if (isSet !== (polarity === 1)) return Stall.IRQ;
    if (isSet) sm.pio.lower(flag);
    return Stall.NONE;
  }
  const pin = source === 0 ? index : (index + sm.inBase) & 31;
  return ((sm.pio.inputs(cycle) >> pin) & 1) === polarity ? Stall.NONE : Stall.PIN;
}

function inPins(sm: StateMachine, cycle: number): number {
  const pins = sm.pio.inputs(cycle);
  return sm.inBase === 0 ? pins >>> 0 : ((pins << (32 - sm.inBase)) | (pins >>> sm.inBase)) >>> 0;
}

function source(sm: StateMachine, which: number, cycle: number): number {
  switch (which) {
    case 0:
      return inPins(sm, cycle);
    case 1:
      return sm.x;
    case 2:
      return sm.y;
    case 5:
      return sm.status;
    case 6:
      return sm.isr;
    case 7:
      return sm.osr;
    default:
      return 0;
  }
}

function low(count: number): number {
  return count >= 32 ? 0xffff_ffff : (1 << count) - 1;
}

/** IN, with autopush (datasheet 3.5.4.1): the shift happens once, the push waits for room. */
function shiftIn(sm: StateMachine, opcode: number, cycle: number): Stall {
  if (!sm.isHalfDone) {
    const count = opcode & 31 || 32;
    const value = source(sm, (opcode >> 5) & 7, cycle) & low(count);
    const isRight = (sm.shiftctrl & (1 << 18)) !== 0;
    const kept = count === 32 ? 0 : isRight ? sm.isr >>> count : sm.isr << count;
    sm.isr = (kept | (isRight ? value << (32 - count) : value)) >>> 0;
    sm.isrCount = Math.min(32, sm.isrCount + count);
  }
  if (!sm.isAutopush || sm.isrCount < sm.pushThreshold) return Stall.NONE;
  if (sm.rx.isFull) {
    sm.isHalfDone = true;
    sm.pio.flagRxStall(sm);
    return Stall.RX;
  }
  pushIsr(sm);
  return Stall.NONE;
}

function pushIsr(sm: StateMachine): void {
  sm.pio.push(sm, sm.isr);
  sm.isr = 0;
  sm.isrCount = 0;
}

/** OUT, with autopull (datasheet 3.5.4.2): an empty OSR is filled in one cycle and shifted in another. */
function shiftOut(sm: StateMachine, opcode: number): Stall {
  if (sm.isAutopull && sm.osrCount >= sm.pullThreshold) {
    if (sm.tx.isEmpty) sm.pio.flagTxStall(sm);
    else sm.autopull();
    return Stall.TX;
  }
  const count = opcode & 31 || 32;
  const isRight = (sm.shiftctrl & (1 << 19)) !== 0;
  const value = count === 32 ? sm.osr : isRight ? sm.osr & low(count) : sm.osr >>> (32 - count);
  sm.osr = count === 32 ? 0 : (isRight ? sm.osr >>> count : sm.osr << count) >>> 0;
  sm.osrCount = Math.min(32, sm.osrCount + count);
  sm.autopull();
  writeOut(sm, (opcode >> 5) & 7, value >>> 0, count);
  return Stall.NONE;
}

function writeOut(sm: StateMachine, destination: number, value: number, count: number): void {
  switch (destination) {
    case 0:
      sm.pio.drive(value, sm.outBase, sm.outCount);
      return;
    case 1:
      sm.x = value;
      return;
    case 2:
      sm.y = value;
      return;
    case 4:
      sm.pio.driveDirections(value, sm.outBase, sm.outCount);
      return;
    case 5:
      jumpTo(sm, value);
      return;
    case 6:
      sm.isr = value;
      sm.isrCount = count;
      return;
    case 7:
      sm.exec = value & 0xffff;
  }
}

function push(sm: StateMachine, opcode: number): Stall {
  const isIfFull = (opcode & 0x40) !== 0;
  if (isIfFull && sm.isrCount < sm.pushThreshold) return Stall.NONE;
  if (!sm.rx.isFull) {
    pushIsr(sm);
    return Stall.NONE;
  }
  sm.pio.flagRxStall(sm);
  if (opcode & 0x20) return Stall.RX;
  // Without Block the word is lost (datasheet 3.4.6.2).
  sm.isr = 0;
  sm.isrCount = 0;
  return Stall.NONE;
}

function pull(sm: StateMachine, opcode: number): Stall {
  const isIfEmpty = (opcode & 0x40) !== 0;
  if (isIfEmpty && sm.osrCount < sm.pullThreshold) return Stall.NONE;
  // With autopull, PULL is a fence: nothing to do where OSR is full (datasheet 3.5.4.2).
  if (sm.isAutopull && sm.osrCount === 0) return Stall.NONE;
  if (!sm.tx.isEmpty) sm.osr = sm.pio.pull(sm);
  else if (opcode & 0x20) {
    sm.pio.flagTxStall(sm);
    return Stall.TX;
  } else sm.osr = sm.x;
  sm.osrCount = 0;
  return Stall.NONE;
}

function reversed(value: number): number {
  let result = 0;
  for (let i = 0; i < 32; i++) result |= ((value >>> i) & 1) << (31 - i);
  return result >>> 0;
}

function mov(sm: StateMachine, opcode: number, cycle: number): Stall {
  const operation = (opcode >> 3) & 3;
  const from = source(sm, opcode & 7, cycle);
  const value = operation === 1 ? ~from >>> 0 : operation === 2 ? reversed(from) : from;
  switch ((opcode >> 5) & 7) {
    case 0:
      sm.pio.drive(value, sm.outBase, sm.outCount);
      break;
    case 1:
      sm.x = value;
      break;
    case 2:
      sm.y = value;
      break;
    case 4:
      sm.exec = value & 0xffff;
      break;
    case 5:
      jumpTo(sm, value);
      break;
    case 6:
      sm.isr = value;
      sm.isrCount = 0;
      break;
    case 7:
      sm.osr = value;
      sm.osrCount = 0;
  }
  return Stall.NONE;
}

/** IRQ: the flag changes once; with Wait it stalls until somebody clears it. */
function irq(sm: StateMachine, opcode: number): Stall {
  const flag = flagOf(sm, opcode & 31);
  if (opcode & 0x40) {
    sm.pio.lower(flag);
    return Stall.NONE;
  }
  if (!sm.isHalfDone) sm.pio.raise(flag);
  if ((opcode & 0x20) === 0) return Stall.NONE;
  if (sm.isHalfDone && (sm.pio.flags & flag) === 0) return Stall.NONE;
  sm.isHalfDone = true;
  return Stall.IRQ;
}

function set(sm: StateMachine, opcode: number): Stall {
  const value = opcode & 31;
  switch ((opcode >> 5) & 7) {
    case 0:
      sm.pio.drive(value, sm.setBase, sm.setCount);
      break;
    case 1:
      sm.x = value;
      break;
    case 2:
      sm.y = value;
      break;
    case 4:
      sm.pio.driveDirections(value, sm.setBase, sm.setCount);
  }
  return Stall.NONE;
}
