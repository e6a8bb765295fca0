// What the device must be after each message, in a few plain values. It knows the protocol page and nothing of the code.

import { AMPLITUDE_UA_MAX, PHASE_PC_MAX, PHASE_PC_SET_DEFAULT } from '../../../firmware/profile.ts';
import { type Mode, Status, type StopReason } from '../../../firmware/status.ts';
import type { DeviceStatus } from '../../../host/device/messages.ts';
import type { AreaSettings } from '../../../host/therapy/therapy.ts';

export const SLOTS_USED = 3;
export const AREAS_USED = 2;

/** Settings that the model tells apart: any two of them fit together, none has a ramp. */
export const KINDS: readonly AreaSettings[] = [
  { electrodes: { E1: -1000, E2: 1000 }, amplitudeUa: 0, phaseUs: 200, recharge: 'symmetric', rateHz: 80 },
  {
    electrodes: { E3: -1000, CASE: 1000 },
    amplitudeUa: 0,
    phaseUs: 300,
    interphaseGapUs: 50,
    recharge: { asymmetric: 2 },
    rateHz: 41.5,
  },
  {
    electrodes: { E5: -1000, E6: 1000 },
    amplitudeUa: 0,
    phaseUs: 150,
    recharge: 'passive',
    rateHz: 20,
    burst: { pulses: 3, intraRateHz: 150 },
  },
];
/** Amplitudes that every kind can have; the last is stored, but no program with it may run: 2250 nC and more. */
export const TOO_MUCH_UA = 15_000;
export const AMPLITUDES_UA = [0, 500, 1000, TOO_MUCH_UA];

export interface ModelArea {
  kind: number;
  amplitudeUa: number;
}
export interface ModelLimit {
  amplitudeUa: number;
  phasePc: number;
}

export class Model {
  /** Areas by slot; null: never set or erased. */
  readonly slots: (ModelArea | null)[][] = Array.from({ length: SLOTS_USED }, () =>
    Array.from({ length: AREAS_USED }, () => null),
  );
  /** Set limits of electrodes that no kind uses. */
  readonly limits = new Map<number, ModelLimit>(
    [10, 11].map((e) => [e, { amplitudeUa: AMPLITUDE_UA_MAX, phasePc: PHASE_PC_SET_DEFAULT }]),
  );
  therapy: 'IDLE' | 'STIMULATING' = 'IDLE';
  interlock: 'DISARMED' | 'ARMED' | 'TRIPPED' | 'LOCKED' = 'DISARMED';
  slot = 0;
  mode: Mode = 0;
  /** Why the last stimulation ended; several where it depends on whether the first pulse had come. */
  reasons: (keyof typeof StopReason)[] = ['NONE'];
  trips = 0;
  /** Simulated µs at which the last trip came. */
  tripUs = 0;
  hasMagnet = false;
  isHot = false;

  isInUse(slot: number): boolean {
    return this.therapy === 'STIMULATING' && slot === this.slot;
  }

  isEmpty(slot: number): boolean {
    return this.slots[slot].every((area) => area === null);
  }

  /** What VALIDATE says of a slot. */
  verdict(slot: number): Status {
    if (this.isEmpty(slot)) return Status.EMPTY_PROGRAM;
    const amplitudes = this.slots[slot].flatMap((area) => (area === null ? [] : [area.amplitudeUa]));
    if (amplitudes.every((ua) => ua === 0)) return Status.NO_OUTPUT;
    return amplitudes.includes(TOO_MUCH_UA) ? Status.PROGRAM_PHASE_CHARGE : Status.OK;
  }

  /** Why output may not begin, or OK. */
  forbidden(): Status {
    if (this.therapy !== 'IDLE') return Status.STIMULATING;
    if (this.interlock === 'TRIPPED') return Status.TRIPPED;
    if (this.interlock === 'LOCKED') return Status.LOCKED;
    return this.hasMagnet ? Status.MAGNET : Status.OK;
  }

  /** How a measurement of 1000 µA and 500,000 pC a phase ends: the set limits hold for it as well. */
  measured(electrodes: readonly number[]): keyof typeof Status {
    for (const e of [...electrodes].sort((a, b) => a - b)) {
      const limit = this.limits.get(e);
      if (limit !== undefined && limit.amplitudeUa < 1000) return 'AMPLITUDE';
      if (limit !== undefined && limit.phasePc < 500_000) return 'PHASE_CHARGE';
    }
    return 'OK';
  }

  begin(slot: number, mode: Mode): void {
    this.therapy = 'STIMULATING';
    this.interlock = 'ARMED';
    this.slot = slot;
    this.mode = mode;
    this.reasons = ['NONE'];
  }

  /** The therapy, if there is one, is over. */
  end(...reasons: (keyof typeof StopReason)[]): void {
    if (this.therapy === 'IDLE') return;
    this.therapy = 'IDLE';
    this.interlock = 'DISARMED';
    this.reasons = reasons;
  }

  trip(nowUs: number): void {
    if (this.interlock === 'TRIPPED' || this.interlock === 'LOCKED') return;
    this.end('TRIP');
    this.trips++;
    this.tripUs = nowUs;
    this.interlock = this.trips >= 3 ? 'LOCKED' : 'TRIPPED';
  }

  /** Both limits together, or none; up only while disarmed. */
  setLimit(electrode: number, wanted: ModelLimit): Status {
    const held = this.limits.get(electrode) as ModelLimit;
    if (wanted.amplitudeUa > AMPLITUDE_UA_MAX || wanted.phasePc > PHASE_PC_MAX) return Status.LIMIT;
    const isUp = wanted.amplitudeUa > held.amplitudeUa || wanted.phasePc > held.phasePc;
    if (isUp && this.interlock !== 'DISARMED') return Status.LIMIT;
    this.limits.set(electrode, wanted);
    return Status.OK;
  }

  /** Lines that differ between the model and the device's own word; none where they agree. */
  differences(status: DeviceStatus): string[] {
    const lines: string[] = [];
    const same = (name: string, expected: unknown, seen: unknown) => {
      if (expected !== seen) lines.push(`${name}: ${String(seen)} instead of ${String(expected)}`);
    };
    same('therapy', this.therapy, status.therapy);
    same('interlock', this.interlock, status.interlock);
    same('slot', this.slot, status.slot);
    same('mode', this.mode === 1 ? 'free-running' : 'clinic', status.mode);
    if (!this.reasons.includes(status.stopReason))
      same('reason', this.reasons.join(' or '), status.stopReason);
    return lines;
  }
}
