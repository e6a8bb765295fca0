// From edges at the pins to output: what the converters, the latch and the switches of a real board make of them.

import { FLAG_CASE, FLAG_HOLD, FLAG_RECHARGE } from '../../../firmware/board.ts';
import { CASE } from '../../../firmware/profile.ts';
import type { OutputStage } from '../../board/output-stage.ts';
import { UnmodelledAccess } from '../../board/unmodelled.ts';
import {
  PIN_ACTIVE,
  PIN_CASE,
  PIN_CLOCK,
  PIN_DATA,
  PIN_LATCH,
  PIN_MUX,
  PIN_RECHARGE,
  PIN_RUN,
} from './pins.ts';
import { ShiftRegister } from './shift-register.ts';

const MODE = (1 << PIN_RUN) | (1 << PIN_ACTIVE) | (1 << PIN_RECHARGE) | (1 << PIN_CASE);
const LATCH = 1 << PIN_LATCH;
const CLOCK = 1 << PIN_CLOCK;
const NO_LEVELS: readonly number[] = [0, 0, 0, 0, 0, 0, 0, 0];

export class PinDecoder {
  private readonly stage: OutputStage;
  private readonly register = new ShiftRegister();
  private readonly words = new Int32Array(8);
  private caseUa = 0;
  private values = 0;
  private isEnabled = false;

  constructor(stage: OutputStage) {
    this.stage = stage;
  }

  /** Electrode that the read-back's multiplexer is set to. */
  get muxed(): number {
    return (this.values >> PIN_MUX) & 31;
  }

  shift(word: number, bits: number): void {
    this.register.shift(word, bits);
  }

  /** Pins of the stage have changed: clock, latch and mode, in the order in which a board feels them. */
  change(cycle: number, values: number, changed: number): void {
    this.values = values;
    if ((changed & values & CLOCK) !== 0) this.register.shift((values >> PIN_DATA) & 1, 1);
    const isLatched = (changed & values & LATCH) !== 0;
    if (isLatched) this.latch();
    if (this.isEnabled && (isLatched || (changed & MODE) !== 0)) this.putOut(cycle);
  }

  /** The driver's enable line. Off and on again it starts with what the mode pins say then. */
  enable(cycle: number, isEnabled: boolean): void {
    this.isEnabled = isEnabled;
    if (isEnabled && (this.values & (1 << PIN_RUN)) !== 0) this.putOut(cycle);
  }

  /** Everything low, as after a reset. */
  reset(): void {
    this.values = 0;
    this.isEnabled = false;
  }

  private latch(): void {
    const { register, words } = this;
    for (let pair = 0; pair < 8; pair++)
      words[pair] = (register.levelUa(2 * pair) & 0xffff) | (register.levelUa(2 * pair + 1) << 16);
    this.caseUa = register.levelUa(CASE);
  }

  private putOut(cycle: number): void {
    const mode = this.values & MODE;
    if ((mode & (1 << PIN_RUN)) === 0) this.stage.rest(cycle);
    else if ((mode & (1 << PIN_ACTIVE)) !== 0) this.drive(cycle, (mode & (1 << PIN_CASE)) !== 0);
    else this.give(cycle, (mode & (1 << PIN_RECHARGE)) !== 0 ? FLAG_RECHARGE : FLAG_HOLD, NO_LEVELS);
  }

  private drive(cycle: number, hasCase: boolean): void {
    let sumUa = 0;
    for (const word of this.words) sumUa += ((word << 16) >> 16) + (word >> 16);
    if (this.caseUa !== (hasCase ? -sumUa : 0))
      throw new UnmodelledAccess(`the case is given ${this.caseUa} µA beside contacts of ${sumUa} µA in sum`);
    this.give(cycle, hasCase ? FLAG_CASE : 0, this.words);
  }

  private give(cycle: number, flags: number, words: ArrayLike<number>): void {
    const [w0, w1, w2, w3, w4, w5, w6, w7] = words as number[];
    this.stage.edge(cycle, flags, w0, w1, w2, w3, w4, w5, w6, w7);
  }
}
