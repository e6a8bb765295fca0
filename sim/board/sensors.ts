// The sensors of the board: a converter that looks at battery and temperature every millisecond, and the magnet.

import { SENSE_AGE_US_MAX, SENSE_STALE } from '../../firmware/board.ts';
import { cyclesOfUs } from '../clock/cycles.ts';

/** Time between two conversions of a channel. */
export const CONVERSION_US = 1000;
const CONVERSION_CYCLES = cyclesOfUs(CONVERSION_US);
const AGE_CYCLES_MAX = cyclesOfUs(SENSE_AGE_US_MAX);

/** Healthy; frozen: converts, but always to the same value; stale: converts no more, its reading ages. */
export type SensorHealth = 'healthy' | 'frozen' | 'stale';

/** A channel of the converter. Conversions are a function of time: nothing runs between readings. */
export class Sensor {
  private previous: number;
  private current: number;
  /** What is outside, whether the sensor sees it or not. */
  private outside: number;
  private changedAt = 0;
  private stoppedAt = Number.POSITIVE_INFINITY;
  private health: SensorHealth = 'healthy';

  constructor(value: number) {
    this.previous = value;
    this.current = value;
    this.outside = value;
  }

  /** The world changes at `cycle`. */
  set(cycle: number, value: number): void {
    this.outside = value;
    if (this.health === 'frozen') return;
    this.previous = this.convertedAt(cycle) >= this.changedAt ? this.current : this.previous;
    this.current = value;
    this.changedAt = cycle;
  }

  setHealth(cycle: number, health: SensorHealth): void {
    if (health === 'stale') this.stoppedAt = Math.min(this.stoppedAt, cycle);
    else this.stoppedAt = Number.POSITIVE_INFINITY;
    this.health = health;
    if (health === 'healthy') this.set(cycle, this.outside);
  }

  /** What a conversion that begins at `cycle` gives; null: none ever ends. */
  convert(cycle: number): number | null {
    return cycle < this.stoppedAt ? this.current : null;
  }

  /** The newest reading, SENSE_STALE when it is older than 20 ms. */
  read(cycle: number): number {
    const at = this.convertedAt(cycle);
    if (cycle - at > AGE_CYCLES_MAX) return SENSE_STALE;
    return at >= this.changedAt ? this.current : this.previous;
  }

  private convertedAt(cycle: number): number {
    const until = cycle < this.stoppedAt ? cycle : this.stoppedAt;
    return Math.floor(until / CONVERSION_CYCLES) * CONVERSION_CYCLES;
  }
}

/** The magnet's input: its level and the latch of its interrupt. */
export class Magnet {
  isPresent = false;
  isLatched = false;
  private staleAt = Number.POSITIVE_INFINITY;

  setHealth(cycle: number, health: SensorHealth): void {
    this.staleAt = health === 'stale' ? cycle : Number.POSITIVE_INFINITY;
  }

  /** 1 while the magnet is there or has been since the last reading, else 0. Clears the latch. */
  read(cycle: number): number {
    if (cycle - this.staleAt > AGE_CYCLES_MAX) return SENSE_STALE;
    const value = this.isPresent || this.isLatched ? 1 : 0;
    this.isLatched = false;
    return value;
  }
}
