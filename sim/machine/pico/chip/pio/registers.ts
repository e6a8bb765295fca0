// A PIO's registers (datasheet 3.7, table 367). The hardware is at the cycle of the access when they are reached.

import { Block } from '../block.ts';
import { BusFault } from '../faults.ts';
import type { Pio } from './pio.ts';
import { Stall, type StateMachine } from './state-machine.ts';

const CTRL = 0x000;
const FSTAT = 0x004;
const FDEBUG = 0x008;
const FLEVEL = 0x00c;
const TXF0 = 0x010;
const RXF0 = 0x020;
const IRQ = 0x030;
const IRQ_FORCE = 0x034;
const INPUT_SYNC_BYPASS = 0x038;
const DBG_PADOUT = 0x03c;
const DBG_PADOE = 0x040;
const DBG_CFGINFO = 0x044;
const INSTR_MEM0 = 0x048;
const SM0_CLKDIV = 0x0c8;
const SM_BYTES = 0x18;
const INTR = 0x128;
const IRQ0_INTE = 0x12c;
/** 32 instructions, 4 machines, FIFOs of 4. */
const CFGINFO = 0x0020_0404;
/** EXECCTRL.OUT_STICKY and INLINE_OUT_EN are not modelled. */
const EXECCTRL_UNMODELLED = 3 << 17;
const EXEC_STALLED = 0x8000_0000;

export class PioBlock extends Block {
  constructor(private readonly pio: Pio) {
    super(`PIO${pio.index}`);
  }

  protected override read(offset: number): number {
    const { pio } = this;
    if (offset >= RXF0 && offset < IRQ) return pio.readRx(pio.machines[(offset - RXF0) >> 2]);
    if (offset >= SM0_CLKDIV && offset < INTR) return this.readMachine(offset - SM0_CLKDIV);
    if (offset >= INTR && offset <= IRQ0_INTE + 0x14) return this.readInterrupts(offset);
    switch (offset) {
      case CTRL:
        return this.perMachine((sm) => (sm.enabled ? 1 << sm.index : 0));
      case FSTAT:
        return this.perMachine(fifoStatus);
      case FDEBUG:
        return pio.fdebug;
      case FLEVEL:
        return this.perMachine(({ index, tx, rx }) => (tx.level | (rx.level << 4)) << (8 * index));
      case IRQ:
        return pio.flags;
      case IRQ_FORCE:
        return 0;
      case INPUT_SYNC_BYPASS:
        return pio.bypass;
      case DBG_CFGINFO:
        return CFGINFO;
      case DBG_PADOUT:
      case DBG_PADOE:
        pio.settle(pio.now);
        return offset === DBG_PADOUT ? pio.padOut : pio.padEnable;
      default:
        return this.unmodelled(offset);
    }
  }

  protected override write(offset: number, value: number, raw: number): void {
    const { pio } = this;
    if (offset >= TXF0 && offset < RXF0) {
      pio.writeTx(pio.machines[(offset - TXF0) >> 2], value);
      return;
    }
    pio.settle(pio.now);
    if (offset >= INSTR_MEM0 && offset < SM0_CLKDIV) {
      pio.memory[(offset - INSTR_MEM0) >> 2] = value;
      pio.scan();
    } else if (offset >= SM0_CLKDIV && offset < INTR) this.writeMachine(offset - SM0_CLKDIV, value);
    else if (offset >= IRQ0_INTE && offset <= IRQ0_INTE + 0x10) this.writeInterrupts(offset, value);
    else this.writeCommon(offset, value, raw);
    pio.commit(pio.now);
    pio.reschedule();
  }

  private writeCommon(offset: number, value: number, raw: number): void {
    const { pio } = this;
    switch (offset) {
      case CTRL:
        this.control(value);
        return;
      case FDEBUG:
        pio.fdebug &= ~raw;
        this.flagStalls();
        return;
      case IRQ:
        pio.setFlags(pio.flags & ~raw);
        return;
      case IRQ_FORCE:
        pio.setFlags(pio.flags | raw);
        return;
      case INPUT_SYNC_BYPASS:
        pio.bypass = value;
        return;
      default:
        this.unmodelled(offset);
    }
  }

  /** CTRL: enables, and the two kinds of restart, which clear themselves. */
  private control(value: number): void {
    const { now } = this.pio;
    for (const sm of this.pio.machines) {
      if ((value >> (8 + sm.index)) & 1) sm.retime(() => sm.divider.restart(now + 1));
      if ((value >> (4 + sm.index)) & 1) sm.restart(now);
      sm.enable(((value >> sm.index) & 1) === 1, now);
    }
  }

  /** A stall that goes on sets its flag again in the next cycle. */
  private flagStalls(): void {
    for (const sm of this.pio.machines) {
      if (sm.next !== Number.POSITIVE_INFINITY) continue;
      if (sm.stall === Stall.TX) this.pio.flagTxStall(sm);
      if (sm.stall === Stall.RX) this.pio.flagRxStall(sm);
    }
  }

  private readMachine(offset: number): number {
    const { pio } = this;
    const sm = pio.machines[Math.floor(offset / SM_BYTES)];
    switch (offset % SM_BYTES) {
      case 0x00:
        return sm.divider.register;
      case 0x04:
        return sm.execctrl | (sm.isForced ? EXEC_STALLED : 0);
      case 0x08:
        return sm.shiftctrl;
      case 0x0c:
        pio.settle(pio.now);
        return sm.pc;
      case 0x10:
        pio.settle(pio.now);
        return sm.exec >= 0 ? sm.exec : pio.memory[sm.pc];
      default:
        return sm.pinctrl;
    }
  }

  private writeMachine(offset: number, value: number): void {
    const { pio } = this;
    const sm = pio.machines[Math.floor(offset / SM_BYTES)];
    switch (offset % SM_BYTES) {
      case 0x00:
        sm.retime(() => sm.divider.set(value, pio.now));
        return;
      case 0x04:
        if (value & EXECCTRL_UNMODELLED)
          throw new BusFault('unmodelled', 'OUT_STICKY and INLINE_OUT_EN are not modelled');
        sm.execctrl = value & 0x7fff_ffff;
        return;
      case 0x08:
        sm.setShiftctrl(value);
        sm.scheduleRefill(pio.now + 1);
        pio.fifosChanged();
        return;
      case 0x10:
        sm.force(value & 0xffff, pio.now);
        return;
      case 0x14:
        sm.pinctrl = value;
    }
  }

  private readInterrupts(offset: number): number {
    const { pio } = this;
    if (offset === INTR) return pio.raw;
    const line = offset >= IRQ0_INTE + 0xc ? 1 : 0;
    const register = offset - IRQ0_INTE - 0xc * line;
    if (register === 0) return pio.enable[line];
    return register === 4 ? pio.forced[line] : (pio.raw & pio.enable[line]) | pio.forced[line];
  }

  private writeInterrupts(offset: number, value: number): void {
    const line = offset >= IRQ0_INTE + 0xc ? 1 : 0;
    const register = offset - IRQ0_INTE - 0xc * line;
    if (register === 0) this.pio.enable[line] = value & 0xfff;
    else if (register === 4) this.pio.forced[line] = value & 0xfff;
    this.pio.updateInterrupts();
  }

  private perMachine(of: (sm: StateMachine) => number): number {
    return this.pio.machines.reduce((value, sm) => value | of(sm), 0) >>> 0;
  }

  override reset(): void {
    this.pio.settle(this.pio.now);
    this.pio.reset();
  }
}

function fifoStatus({ index, tx, rx }: StateMachine): number {
  const bits =
    (tx.isEmpty ? 1 << 24 : 0) | (tx.isFull ? 1 << 16 : 0) | (rx.isEmpty ? 1 << 8 : 0) | (rx.isFull ? 1 : 0);
  return bits << index;
}
