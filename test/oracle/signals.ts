// The signals of a capture that the oracle knows, and how their values become output: levels in µA, or polarity bits alone.
// The same for the signals of a VCD and for the columns of a CSV.

import { ELECTRODES, type StretchState } from './capture.ts';
import type { CaptureError } from './capture-error.ts';
import { electrodeName, electrodeOf } from './finding.ts';

export type SignalKind = 'level' | 'cathode' | 'anode' | 'active' | 'recharge' | 'order';

/** Orders that have a signal of their own, ORDER_START …: each change of it is one. */
export const ORDER_SIGNALS = ['start', 'stop', 'estop', 'magnet', 'trip'] as const;

/** µA of units of current. */
export const LEVEL_SCALES: Readonly<Record<string, number>> = { na: 1e-3, ua: 1, µa: 1, ma: 1e3, a: 1e6 };

export interface Signal {
  readonly kind: SignalKind;
  /** Electrode; of an order its index in ORDER_SIGNALS. */
  readonly electrode: number;
  /** Bits of a vector. */
  readonly width: number;
  /** µA per unit of the value. */
  readonly scale: number;
  /** Value at no current. */
  readonly offset: number;
  /** The bit of a vector that is meant; −1: its whole value. */
  readonly bit: number;
  /** A value above it is a 1. */
  readonly threshold: number;
}

/**
 * The signal of a variable's or column's name, or null for one that does not matter. Names are compared without case.
 * `unit`: of a row of units. Throws what `fail` makes of a level without a unit.
 */
export function signalOf(
  name: string,
  width: number,
  unit?: string,
  fail?: (message: string) => CaptureError,
): Signal | null {
  const plain = name.replace(/\s*\[[^\]]*\]$/, '').toUpperCase();
  const order = ORDER_SIGNALS.findIndex((one) => plain === `ORDER_${one.toUpperCase()}`);
  if (order >= 0) return plainSignal('order', order, width);
  if (plain === 'ACTIVE' || plain === 'RECHARGE')
    return plainSignal(plain === 'ACTIVE' ? 'active' : 'recharge', 0, width);
  const polarity = /^(E\d+|CASE)_(CATHODE|ANODE)$/.exec(plain);
  const electrode = electrodeOf(polarity?.[1] ?? stemOf(name).toUpperCase());
  if (electrode < 0) return null;
  if (polarity) return plainSignal(polarity[2] === 'CATHODE' ? 'cathode' : 'anode', electrode, width);
  const scale = LEVEL_SCALES[(unitOf(name) ?? unit ?? '').toLowerCase()];
  if (scale !== undefined) return { ...plainSignal('level', electrode, width), scale };
  if (fail === undefined) return null;
  throw fail(
    `the column '${name}' has no unit of current: name it ${electrodeName(electrode)}_uA or _mA, or map it`,
  );
}

function plainSignal(kind: SignalKind, electrode: number, width: number): Signal {
  return { kind, electrode, width, scale: 1, offset: 0, bit: -1, threshold: 0.5 };
}

/** Name and unit: time_us, time (us), Time [µs], E1_mA, CH1(V), CH1 in V. */
const NAME = /^(.*?)(?:[_ ]*[([]([a-zµ]+)[)\]]|(?:^in |[_ ](?:in )?)([a-zµ]+))$/i;

/** A name without its unit. */
export function stemOf(name: string): string {
  return NAME.exec(name)?.[1].trim() ?? name;
}

/** The unit in a name. */
function unitOf(name: string): string | undefined {
  const match = NAME.exec(name);
  return match?.[2] ?? match?.[3];
}

/** The values of all signals at one instant. Unknown values (x, z) count as zero. */
export class SignalValues {
  readonly levelsUa = new Int32Array(ELECTRODES);
  /** The levels as they were measured, those under the threshold included. */
  readonly valuesUa = new Float64Array(ELECTRODES);
  readonly orders = new Uint8Array(ORDER_SIGNALS.length);
  readonly #polarity = new Int32Array(ELECTRODES);
  readonly #cathode = new Uint8Array(ELECTRODES);
  readonly #anode = new Uint8Array(ELECTRODES);
  readonly #zeroUa: number;
  #active = false;
  #recharge = false;
  hasLevels = false;
  hasPolarity = false;
  hasOrders = false;
  #hasRecharge = false;
  /** Electrodes that the capture shows. */
  readonly electrodes = new Set<number>();

  /** Levels up to `zeroUa` are zero. */
  constructor(zeroUa = 0) {
    this.#zeroUa = zeroUa;
  }

  declare({ kind, electrode }: Signal): void {
    if (kind === 'level') this.hasLevels = true;
    if (kind === 'cathode' || kind === 'anode') this.hasPolarity = true;
    if (kind === 'recharge') this.#hasRecharge = true;
    if (kind === 'order') this.hasOrders = true;
    if (kind === 'level' || kind === 'cathode' || kind === 'anode') this.electrodes.add(electrode);
  }

  set(signal: Signal, value: number): void {
    const { kind, electrode, bit } = signal;
    if (kind === 'level') {
      const levelUa = (value - signal.offset) * signal.scale;
      this.valuesUa[electrode] = levelUa;
      this.levelsUa[electrode] = Math.abs(levelUa) <= this.#zeroUa ? 0 : Math.round(levelUa);
      return;
    }
    const on = bit < 0 ? value > signal.threshold : ((value >> bit) & 1) === 1;
    if (kind === 'active') this.#active = on;
    else if (kind === 'recharge') this.#recharge = on;
    else if (kind === 'order') this.orders[electrode] = on ? 1 : 0;
    else {
      (kind === 'cathode' ? this.#cathode : this.#anode)[electrode] = on ? 1 : 0;
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
    return this.idle();
  }

  /** The state of an output at zero. */
  idle(): StretchState {
    if (!this.#hasRecharge) return 'unknown';
    if (this.#recharge) return 'recharge';
    return this.#active ? 'drive' : 'open';
  }
}
