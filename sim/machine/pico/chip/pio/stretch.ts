// Two loops that a state machine spends nearly all its cycles in, run in one go: `jmp x-- self`, and a shift loop of
// `out pins,1 side 0` and `jmp x-- first side 1`. Nothing else sees or changes anything within a stretch; whoever is about
// to look has it settled first, which leaves the machine exactly where single cycles would have.

import type { StateMachine } from './state-machine.ts';

enum Kind {
  NONE = 0,
  COUNTDOWN = 1,
  SHIFT = 2,
}

const OUT_PINS_1 = 0b011_00000_000_00001;
const OUT_MASK = 0b111_00000_111_11111;
const BITS_MAX = 31;

/** The stretch that a machine is in, if it is in one. */
export class Stretch {
  private kind = Kind.NONE;
  private start = 0;
  private period = 0;
  /** Times that the loop's jump is taken within the stretch. */
  private count = 0;
  private isY = false;
  /** Of a shift: from the OUT to the JMP, and OSR as it was at the start. */
  private toRise = 0;
  private word = 0;
  private dataMask = 0;
  private clockMask = 0;

  constructor(private readonly sm: StateMachine) {}

  get isActive(): boolean {
    return this.kind !== Kind.NONE;
  }
  get isShift(): boolean {
    return this.kind === Kind.SHIFT;
  }

  forget(): void {
    this.kind = Kind.NONE;
  }

  /** Takes over at `cycle` where a loop begins that it knows; false: the instruction has to be run. */
  begin(opcode: number, cycle: number): boolean {
    const { sm } = this;
    if (!sm.pio.mayCollapse(cycle) || sm.divider.whole === 0 || sm.isHalfDone) return false;
    if (opcode >> 13 === 0) return this.beginCountdown(opcode, cycle);
    if ((opcode & OUT_MASK) === OUT_PINS_1) return this.beginShift(opcode, cycle);
    return false;
  }

  /** The counter of a `jmp x--` or `jmp y--` to `address`; −1 for every other instruction. */
  private counterOf(opcode: number, address: number): number {
    const condition = opcode >> 5;
    if ((opcode & 31) !== address || opcode >> 13 !== 0) return -1;
    if ((condition & 7) === 2) this.isY = false;
    else if ((condition & 7) === 4) this.isY = true;
    else return -1;
    return this.isY ? this.sm.y : this.sm.x;
  }

  private beginCountdown(opcode: number, cycle: number): boolean {
    const { sm } = this;
    const count = this.counterOf(opcode, sm.pc);
    if (count < 2) return false;
    this.kind = Kind.COUNTDOWN;
    this.start = cycle;
    this.count = count;
    this.period = (1 + sm.delayOf(opcode)) * sm.divider.whole;
    sm.sideSet(opcode);
    sm.autopull();
    sm.next = cycle + count * this.period;
    return true;
  }

  private beginShift(opcode: number, cycle: number): boolean {
    const { sm } = this;
    const { pio } = sm;
    const jump = pio.memory[(sm.pc + 1) & 31];
    const isLoop = sm.pc !== sm.wrapTop && sm.outCount === 1 && sm.sideCount === 1 && sm.isSidePlain;
    if (!isLoop || (opcode & 0x1000) !== 0 || (jump & 0x1000) === 0) return false;
    const counter = this.counterOf(jump, sm.pc);
    // The OUT that empties OSR is run by itself: it may refill it, which the FIFO's users see.
    const left = sm.pullThreshold - sm.osrCount - (sm.isAutopull ? 1 : 0);
    const count = Math.min(counter, left, 32 - sm.osrCount, BITS_MAX);
    if (count < 2) return false;
    this.dataMask = 1 << sm.outBase;
    this.clockMask = 1 << sm.sideBase;
    if (this.dataMask === this.clockMask || !pio.takeShift(sm, this.dataMask | this.clockMask)) return false;
    const { whole } = sm.divider;
    this.kind = Kind.SHIFT;
    this.start = cycle;
    this.count = count;
    this.word = sm.osr;
    this.toRise = (1 + sm.delayOf(opcode)) * whole;
    this.period = this.toRise + (1 + sm.delayOf(jump)) * whole;
    sm.next = cycle + count * this.period;
    return true;
  }

  /** The machine's next instruction after the stretch is due at `cycle`. */
  end(cycle: number): void {
    if (this.kind !== Kind.NONE) this.settle(cycle - 1);
  }

  /** Everything up to and at `cycle` has happened; the machine goes on by itself from there. */
  settle(cycle: number): void {
    if (this.kind === Kind.COUNTDOWN) this.settleCountdown(cycle);
    else if (this.kind === Kind.SHIFT) this.settleShift(cycle);
  }

  private takeFromCounter(jumps: number): void {
    const { sm } = this;
    if (this.isY) sm.y -= jumps;
    else sm.x -= jumps;
  }

  private settleCountdown(cycle: number): void {
    // Settled a few cycles back, it may not have begun yet.
    const begun = Math.max(0, Math.floor((cycle - this.start) / this.period) + 1);
    const jumps = Math.min(this.count, begun);
    this.kind = Kind.NONE;
    this.takeFromCounter(jumps);
    this.sm.next = this.start + jumps * this.period;
  }

  private settleShift(cycle: number): void {
    const { sm, start, period, toRise } = this;
    const upTo = (from: number): number =>
      Math.min(this.count, Math.max(0, Math.floor((cycle - from) / period) + 1));
    const outs = upTo(start);
    const rises = upTo(start + toRise);
    this.kind = Kind.NONE;
    sm.pio.releaseShift();
    const isRight = (sm.shiftctrl & (1 << 19)) !== 0;
    if (rises > 0) this.report(rises, isRight);
    sm.osr = outs === 0 ? sm.osr : (isRight ? sm.osr >>> outs : sm.osr << outs) >>> 0;
    sm.osrCount += outs;
    this.takeFromCounter(rises);
    sm.next = start + rises * period;
    if (outs === rises) return;
    // The OUT of the next bit has been run as well: clock down, data on the pin.
    sm.next += toRise;
    sm.pc = (sm.pc + 1) & 31;
    const bit = this.bitAt(rises, isRight);
    sm.pio.drive(bit, sm.outBase, 1);
    sm.pio.drive(0, sm.sideBase, 1);
    sm.pio.commitPins(start + rises * period);
  }

  private bitAt(index: number, isRight: boolean): number {
    return (this.word >>> (isRight ? index : 31 - index)) & 1;
  }

  /** Reports the bits whose clock has risen, and leaves the pins as the last of them did. */
  private report(rises: number, isRight: boolean): void {
    const { sm, start, period, toRise, dataMask, clockMask } = this;
    const { pads } = sm.pio.gpio;
    let level = (pads & dataMask) === 0 ? 0 : 1;
    let [bits, rose, fell] = [0, 0, 0];
    for (let i = 0; i < rises; i++) {
      const bit = this.bitAt(i, isRight);
      if (bit > level) rose = dataMask;
      else if (bit < level) fell = dataMask;
      level = bit;
      bits = (bits << 1) | bit;
    }
    sm.pio.drive(level, sm.outBase, 1);
    sm.pio.drive(1, sm.sideBase, 1);
    if (rises > 1 || (pads & clockMask) !== 0) fell |= clockMask;
    const last = start + (rises - 1) * period + toRise;
    sm.pio.commitShift(last, rose | clockMask, fell);
    sm.pio.emitShift(start + toRise, bits >>> 0, rises, period);
  }
}
