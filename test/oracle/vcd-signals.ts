// The signals of a VCD that the oracle knows, and how their values become output: levels in µA, or polarity bits alone.

import { ELECTRODES, type StretchState } from './capture.ts';
import { electrodeOf } from './finding.ts';

export type SignalKind = 'level' | 'cathode' | 'anode' | 'active' | 'recharge';

export interface Signal {
  readonly kind: SignalKind;
  readonly electrode: number;
  /** Bits of a vector. */
  readonly width: number;
  /** µA per unit of a `real` value. */
  readonly scale: number;
}

/** The signal of a variable's name, or null for one that does not matter. Names are compared without case. */
export function signalOf(name: string, width: number): Signal | null {
  const plain = name.replace(/\s*\[[^\]]*\]$/, '').toUpperCase();
  if (plain === 'ACTIVE' || plain === 'RECHARGE') {
    return { kind: plain === 'ACTIVE' ? 'active' : 'recharge', electrode: 0, width, scale: 1 };
  }
  const match = /^(E\d+|CASE)_(UA|MA|CATHODE|ANODE)$/.exec(plain);
  const electrode = match ? electrodeOf(match[1]) : -1;
  if (!match || electrode < 0) return null;
  if (match[2] === 'CATHODE' || match[2] === 'ANODE') {
    return { kind: match[2] === 'CATHODE' ? 'cathode' : 'anode', electrode, width, scale: 1 };
  }
  return { kind: 'level', electrode, width, scale: match[2] === 'MA' ? 1000 : 1 };
}

/** The values of all signals at one instant. Unknown values (x, z) count as zero. */
export class SignalValues {
  readonly levelsUa = new Int32Array(ELECTRODES);
  readonly #polarity = new Int32Array(ELECTRODES);
  readonly #cathode = new Uint8Array(ELECTRODES);
  readonly #anode = new Uint8Array(ELECTRODES);
  #active = false;
  #recharge = false;
  hasLevels = false;
  hasPolarity = false;
  #hasRecharge = false;

  declare(signal: Signal): void {
    if (signal.kind === 'level') this.hasLevels = true;
    if (signal.kind === 'cathode' || signal.kind === 'anode') this.hasPolarity = true;
    if (signal.kind === 'recharge') this.#hasRecharge = true;
  }

  set(signal: Signal, value: number): void {
    const { electrode } = signal;
    if (signal.kind === 'level') this.levelsUa[electrode] = Math.round(value * signal.scale);
    else if (signal.kind === 'active') this.#active = value !== 0;
    else if (signal.kind === 'recharge') this.#recharge = value !== 0;
    else {
      (signal.kind === 'cathode' ? this.#cathode : this.#anode)[electrode] = value === 0 ? 0 : 1;
      this.#polarity[electrode] = this.#anode[electrode] - this.#cathode[electrode];
    }
  }

  /** Levels, or −1, 0 and 1 for polarity where the capture has no levels. */
  output(): Int32Array {
    return this.hasLevels ? this.levelsUa : this.#polarity;
  }

  state(): StretchState {
    if (this.#hasRecharge && this.#recharge) return 'recharge';
    const levels = this.output();
    for (let e = 0; e < ELECTRODES; e++) if (levels[e] !== 0) return 'drive';
    if (!this.#hasRecharge) return 'unknown';
    return this.#active ? 'drive' : 'open';
  }
}
