// Pads, their function select and overrides, and their interrupts: IO_BANK0 and PADS_BANK0 (datasheet 2.19) in place of
// rp2040js's, whose pins do not see their own output, take every setting of a level for an edge and lose latched ones.

import type { RP2040 } from 'rp2040js';
import type { Agenda } from './agenda.ts';
import { PinInterrupts } from './pin-interrupts.ts';
import type { StateMachine } from './pio/state-machine.ts';

export const PINS = 30;
export const PINS_MASK = 0x3fff_ffff;
const FUNCTION_SIO = 5;
const FUNCTION_PIO0 = 6;

/** CTRL fields, table 285: 0 as it is, 1 inverted, 2 low (disabled), 3 high (enabled). */
const OUTOVER_SHIFT = 8;
const OEOVER_SHIFT = 12;
const INOVER_SHIFT = 16;
const CTRL_MASK = 0x3003_331f;
export const CTRL_RESET = 0x1f;
const PAD_PULL_DOWN = 4;
const PAD_PULL_UP = 8;
const PAD_INPUT = 0x40;
const PAD_OUTPUT_DISABLE = 0x80;
export const PAD_RESET = 0x56;

/** Who hears of a change: of pads that a PIO (0, 1) or the SIO drives. */
export interface PadListener {
  pio(cycle: number, values: number, changed: number): void;
  sio(cycle: number, values: number, changed: number): void;
}

/** The masks of one override: value = (in ^ invert) & keep | set. */
class Override {
  invert = 0;
  keep = PINS_MASK;
  set = 0;

  put(bit: number, kind: number): void {
    this.invert = kind === 1 ? this.invert | bit : this.invert & ~bit;
    this.keep = kind >= 2 ? this.keep & ~bit : this.keep | bit;
    this.set = kind === 3 ? this.set | bit : this.set & ~bit;
  }

  apply(value: number): number {
    return ((value ^ this.invert) & this.keep) | this.set;
  }
}

/** The levels of the 30 pads, from what drives them. */
export class Gpio {
  /** Levels of the pads now. */
  pads = 0;
  /** What the SIO and the two PIOs put out, and where. */
  readonly sio = { out: 0, enable: 0 };
  readonly pio = [
    { out: 0, enable: 0 },
    { out: 0, enable: 0 },
  ];
  /** Pads whose function is the SIO, PIO0, PIO1. */
  sioSelect = 0;
  readonly pioSelect = [0, 0];
  /** Interrupt enables other than zero, by pin: such a pin's edges count. */
  watched = 0;
  private readonly ctrl = new Uint32Array(PINS).fill(CTRL_RESET);
  private readonly pad = new Uint32Array(PINS).fill(PAD_RESET);
  private readonly out = new Override();
  private readonly outEnable = new Override();
  private readonly input = new Override();
  private outputDisable = 0;
  private inputEnable = PINS_MASK;
  private pullUp = 0;
  private external = 0;
  private externalMask = 0;
  /** The last levels before the present ones and when they ended, for the PIOs' two-cycle synchronisers. */
  private readonly pastPads = [0, 0, 0, 0];
  private readonly pastUntil = [-1, -1, -1, -1];
  private past = 0;
  /** The state machine whose shift runs in one piece, if one does, and the PIOs (bits) whose programs read pins. */
  shifting: StateMachine | null = null;
  inputReaders = 0;
  /** Called before pads are looked at or what makes them changes: a shift in one piece has to be brought up. */
  beforeAccess: () => void = () => {};
  /** Called after every change of a pad, with its cycle. */
  onChange: (cycle: number) => void = () => {};
  readonly edges = new PinInterrupts(this);

  constructor(
    private readonly agenda: Agenda,
    private readonly listener: PadListener,
    readonly rp2040: RP2040,
  ) {
    for (const [index, pin] of rp2040.gpio.entries()) {
      pin.padValue = PAD_RESET;
      Object.defineProperty(pin, 'inputValue', { get: () => (this.inputs >> index) & 1 });
    }
    Object.defineProperty(rp2040, 'gpioValues', { get: () => this.inputs >>> 0 });
  }

  /** What the core and the PIOs see: pads with their input enabled, after override. */
  get inputs(): number {
    return this.input.apply(this.pads & this.inputEnable);
  }

  /** The inputs as a PIO sees them at `cycle`, two cycles late (datasheet 3.5.6.3). */
  synchronised(cycle: number): number {
    let pads = this.pads;
    for (let back = 0; back < 4; back++) {
      const at = (this.past - back) & 3;
      if (this.pastUntil[at] <= cycle - 2) break;
      pads = this.pastPads[at];
    }
    return this.input.apply(pads & this.inputEnable);
  }

  /** True where the synchronisers have nothing in them: a PIO will see no other inputs before a pad changes. */
  isSteady(cycle: number): boolean {
    return this.pastUntil[this.past] <= cycle - 2;
  }

  /** Pads that show exactly what this PIO puts out, and whose edges nobody counts. */
  plain(pio: number): number {
    const overridden = this.out.invert | ~this.out.keep | this.outEnable.invert | ~this.outEnable.keep;
    return this.pioSelect[pio] & this.pio[pio].enable & ~overridden & ~this.outputDisable & ~this.watched;
  }

  /** Sets a level from outside. A pad that the chip drives keeps its own. */
  setExternal(gpio: number, level: boolean): void {
    const bit = 1 << gpio;
    this.beforeAccess();
    this.externalMask |= bit;
    this.external = level ? this.external | bit : this.external & ~bit;
    this.update(this.agenda.now);
  }

  /** Works out the pads again at `cycle` and tells who has to hear of it. */
  update(cycle: number): void {
    const pads = this.levels();
    const changed = pads ^ this.pads;
    if (changed === 0) return;
    this.past = (this.past + 1) & 3;
    this.pastPads[this.past] = this.pads;
    this.pastUntil[this.past] = cycle;
    this.pads = pads;
    const pio = changed & (this.pioSelect[0] | this.pioSelect[1]);
    const sio = changed & this.sioSelect;
    if (pio !== 0) this.listener.pio(cycle, pads, pio);
    if (sio !== 0) this.listener.sio(cycle, pads, sio);
    this.edges.latch(changed, pads);
    this.onChange(cycle);
  }

  /** A shift that was reported in one piece has left the pads at these levels; its edges are latched as they came. */
  settle(pads: number, cycle: number, rose: number, fell: number): void {
    this.past = (this.past + 1) & 3;
    this.pastPads[this.past] = this.pads;
    this.pastUntil[this.past] = cycle;
    this.pads = pads;
    this.edges.latchEdges(rose, fell);
  }

  private levels(): number {
    const [p0, p1] = this.pio;
    const [s0, s1] = this.pioSelect;
    const out = (this.sio.out & this.sioSelect) | (p0.out & s0) | (p1.out & s1);
    const enable = (this.sio.enable & this.sioSelect) | (p0.enable & s0) | (p1.enable & s1);
    const driven = this.outEnable.apply(enable) & ~this.outputDisable;
    const undriven = (this.external & this.externalMask) | (this.pullUp & ~this.externalMask);
    return ((this.out.apply(out) & driven) | (undriven & ~driven)) & PINS_MASK;
  }

  readCtrl(pin: number): number {
    return this.ctrl[pin];
  }

  /** Takes a CTRL register. A pad that leaves the SIO or a PIO is reported to its listener once more. */
  writeCtrl(pin: number, value: number): void {
    const bit = 1 << pin;
    const before = [this.sioSelect, this.pioSelect[0], this.pioSelect[1]];
    this.ctrl[pin] = value & CTRL_MASK;
    this.rp2040.gpio[pin].ctrl = value & CTRL_MASK;
    this.out.put(bit, (value >> OUTOVER_SHIFT) & 3);
    this.outEnable.put(bit, (value >> OEOVER_SHIFT) & 3);
    this.input.put(bit, (value >> INOVER_SHIFT) & 3);
    this.select(bit, value & 0x1f);
    const after = [this.sioSelect, this.pioSelect[0], this.pioSelect[1]];
    this.reportFor(bit, before, after);
  }

  private select(bit: number, functionSelect: number): void {
    const put = (mask: number, isOn: boolean): number => (isOn ? mask | bit : mask & ~bit);
    this.sioSelect = put(this.sioSelect, functionSelect === FUNCTION_SIO);
    this.pioSelect[0] = put(this.pioSelect[0], functionSelect === FUNCTION_PIO0);
    this.pioSelect[1] = put(this.pioSelect[1], functionSelect === FUNCTION_PIO0 + 1);
  }

  private reportFor(bit: number, before: number[], after: number[]): void {
    const isLeaving = (i: number): boolean => (before[i] & bit) !== 0 && (after[i] & bit) === 0;
    const isTaken = ((after[0] | after[1] | after[2]) & bit) !== 0;
    const old = this.pads;
    this.update(this.agenda.now);
    if (((old ^ this.pads) & bit) === 0 || isTaken) return;
    if (isLeaving(0)) this.listener.sio(this.agenda.now, this.pads, bit);
    else if (isLeaving(1) || isLeaving(2)) this.listener.pio(this.agenda.now, this.pads, bit);
  }

  readPad(pin: number): number {
    return this.pad[pin];
  }

  writePad(pin: number, value: number): void {
    const bit = 1 << pin;
    const put = (mask: number, isOn: boolean): number => (isOn ? mask | bit : mask & ~bit);
    this.pad[pin] = value & 0xff;
    this.rp2040.gpio[pin].padValue = value & 0xff;
    this.pullUp = put(this.pullUp, (value & PAD_PULL_UP) !== 0 && (value & PAD_PULL_DOWN) === 0);
    this.inputEnable = put(this.inputEnable, (value & PAD_INPUT) !== 0);
    this.outputDisable = put(this.outputDisable, (value & PAD_OUTPUT_DISABLE) !== 0);
    this.update(this.agenda.now);
  }

  /** STATUS, table 284: what comes from the peripheral, what goes to the pad, what comes from it. */
  status(pin: number): number {
    const bit = 1 << pin;
    const [p0, p1] = this.pio;
    const [s0, s1] = this.pioSelect;
    const out = (this.sio.out & this.sioSelect) | (p0.out & s0) | (p1.out & s1);
    const enable = (this.sio.enable & this.sioSelect) | (p0.enable & s0) | (p1.enable & s1);
    const at = (mask: number, position: number): number => (mask & bit ? 1 << position : 0);
    return (
      at(out, 8) |
      at(this.out.apply(out), 9) |
      at(enable, 12) |
      at(this.outEnable.apply(enable), 13) |
      at(this.pads, 17) |
      at(this.inputs, 19)
    );
  }
}
