// What amplitude a pulse of an area may have: set amplitude, commanded changes, soft start and stop, the ramp after STOP.

import type { AreaPlan } from './plan.ts';
import type { DuePulse } from './schedule.ts';

export type CommandKind = 'start' | 'stop' | 'estop' | 'magnet' | 'trip' | 'amplitude';

/** Something that was done to the device while it was captured. */
export interface Command {
  readonly atNs: number;
  readonly kind: CommandKind;
  /** Index of the area, for an amplitude. */
  readonly area?: number;
  readonly amplitudeUa?: number;
}

/** What the amplitude of one due pulse must be: one of `amplitudesUa`, or anything from low to high while stopping. */
export interface Intent {
  readonly amplitudesUa: readonly number[];
  readonly stopping: boolean;
  readonly lowUa: number;
  readonly highUa: number;
  /** Changes that have certainly been taken before it. */
  readonly taken: number;
}

export class AreaIntent {
  readonly #area: AreaPlan;
  readonly #latencyNs: number;
  readonly #stopLatencyNs: number;
  readonly #pending: Command[];
  #amplitudeUa: number;
  /** Earliest and latest instant at which the device took the STOP that fit what was seen. */
  #stopLowNs = Number.POSITIVE_INFINITY;
  #stopHighNs = Number.POSITIVE_INFINITY;
  #lastStopUa = Number.POSITIVE_INFINITY;
  /** Set amplitude before the last change: seen after its time, the change came late. */
  previousUa = -1;

  constructor(area: AreaPlan, changes: readonly Command[], latencyNs: number, stopLatencyNs: number) {
    this.#area = area;
    this.#latencyNs = latencyNs;
    this.#stopLatencyNs = stopLatencyNs;
    this.#pending = changes.filter((command) => command.kind === 'amplitude' && command.area === area.index);
    this.#amplitudeUa = area.settings.amplitudeUa;
  }

  stop(atNs: number): void {
    this.#stopLowNs = atNs;
    this.#stopHighNs = atNs + this.#stopLatencyNs;
  }

  /** Set amplitude at present, µA. */
  get amplitudeUa(): number {
    return this.#amplitudeUa;
  }

  of(due: DuePulse, idealNs: number, onsetNs: number): Intent {
    // Pulses are looked at ahead: nothing is taken note of before it is judged.
    let taken = 0;
    while (taken < this.#pending.length && this.#pending[taken].atNs + this.#latencyNs < onsetNs) taken++;
    const setUa = taken === 0 ? this.#amplitudeUa : (this.#pending[taken - 1].amplitudeUa ?? 0);
    const amplitudesUa = [this.#area.valueUa(setUa, due.tUs)];
    for (const change of this.#pending.slice(taken)) {
      if (change.atNs > onsetNs) break;
      amplitudesUa.push(this.#area.valueUa(change.amplitudeUa ?? 0, due.tUs));
    }
    if (onsetNs < this.#stopLowNs) {
      const lowUa = Math.min(...amplitudesUa);
      return { amplitudesUa, stopping: false, lowUa, highUa: Math.max(...amplitudesUa), taken };
    }
    return this.#whileStopping(amplitudesUa, taken, idealNs, idealNs - due.tUs * 1000);
  }

  /** Whether the amplitude seen is one that the intent allows; takes note of a change that it shows. */
  allows(intent: Intent, seenUa: number, idealNs: number, windowNs: number): boolean {
    if (intent.taken > 0) this.#take(intent.taken - 1);
    if (intent.stopping) return this.#allowsStopping(intent, seenUa, idealNs, windowNs);
    const index = intent.amplitudesUa.indexOf(seenUa);
    if (index > 0) this.#take(index - 1);
    return index >= 0;
  }

  #take(index: number): void {
    this.previousUa = this.#amplitudeUa;
    this.#amplitudeUa = this.#pending[index].amplitudeUa ?? 0;
    this.#pending.splice(0, index + 1);
  }

  /** The ramp after a STOP taken between the two instants: V · (1 − (t − s) / rampDown), never over the ideal value. */
  #whileStopping(amplitudesUa: number[], taken: number, idealNs: number, windowNs: number): Intent {
    const [lowInUseUa, highInUseUa] = this.#inUse(windowNs);
    const idealHighUa = Math.max(...amplitudesUa);
    const idealLowUa = this.#pending.length > taken ? 0 : amplitudesUa[0];
    const highUa = Math.min(idealHighUa, this.#limitUa(highInUseUa, idealNs, this.#stopHighNs));
    const lowUa = Math.min(idealLowUa, this.#limitUa(lowInUseUa, idealNs, this.#stopLowNs));
    return { amplitudesUa, stopping: true, lowUa, highUa, taken };
  }

  #limitUa(inUseUa: number, idealNs: number, stopNs: number): number {
    if (idealNs <= stopNs) return Number.POSITIVE_INFINITY;
    const rampNs = this.#area.rampDownUs * 1000;
    if (rampNs === 0) return 0;
    return this.#area.feasibleUa(inUseUa * (1 - (idealNs - stopNs) / rampNs) + 1e-9);
  }

  /** Least and greatest amplitude in use when the STOP may have been taken; unsure in an off-window or amid a change. */
  #inUse(windowNs: number): [number, number] {
    if (this.#pending.length > 0) {
      return [0, Math.max(this.#amplitudeUa, ...this.#pending.map((change) => change.amplitudeUa ?? 0))];
    }
    const lowUs = (this.#stopLowNs - windowNs) / 1000;
    const highUs = (this.#stopHighNs - windowNs) / 1000;
    const onUs = this.#area.periodUs > 0 ? this.#area.onUs : Number.POSITIVE_INFINITY;
    if (lowUs < 0 || highUs >= onUs) return [0, this.#amplitudeUa];
    // With an asymmetric recharge it is open whether the ramp goes down from its own value or from what could be made.
    const madeUa = [lowUs, highUs].map((tUs) => this.#area.valueUa(this.#amplitudeUa, tUs));
    // Between the two the ramps may have a corner, where the amplitude is greatest.
    const corners = [this.#area.rampUpUs, onUs - this.#area.rampDownUs].filter(
      (t) => t > lowUs && t < highUs,
    );
    const rampUa = [lowUs, highUs, ...corners].map((tUs) => this.#area.rampUa(this.#amplitudeUa, tUs));
    return [Math.min(...madeUa), Math.max(...rampUa)];
  }

  #allowsStopping(intent: Intent, seenUa: number, idealNs: number, windowNs: number): boolean {
    if (this.#area.feasibleUa(seenUa) !== seenUa) return false;
    if (seenUa < intent.lowUa || seenUa > intent.highUa) return false;
    const limited = !intent.amplitudesUa.includes(seenUa);
    if (seenUa > this.#lastStopUa) return false;
    if (!limited) return true;
    this.#lastStopUa = seenUa;
    const [lowInUseUa, highInUseUa] = this.#inUse(windowNs);
    if (lowInUseUa === highInUseUa && this.#area.ratio === 1) this.#narrow(seenUa, lowInUseUa, idealNs);
    return true;
  }

  /** Each step of the ramp says more exactly when the STOP was taken; 1 µs of slack for the device's flooring. */
  #narrow(seenUa: number, inUseUa: number, idealNs: number): void {
    const rampNs = this.#area.rampDownUs * 1000;
    const lowNs = idealNs - rampNs * (1 - seenUa / inUseUa) - 1000;
    const highNs = idealNs - rampNs * (1 - (seenUa + 10) / inUseUa) + 1000;
    this.#stopLowNs = Math.max(this.#stopLowNs, lowNs);
    this.#stopHighNs = Math.min(this.#stopHighNs, highNs);
  }
}
