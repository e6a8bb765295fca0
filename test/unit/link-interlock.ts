// A stand-in for the interlock in tests of the link: it keeps its state and limits, plays what it is asked to and logs it.

import {
  FIFO_SEGMENTS,
  READING_DISCHARGE_US,
  READING_LIMIT_PC,
  READING_LIMIT_UA,
  READING_QUEUE_US,
  READING_SEGMENTS,
  SENSE_BATTERY_MV,
  SENSE_NO_SAMPLE,
  SENSE_READBACK,
  SENSE_SELF_TEST,
  SENSE_TEMPERATURE_MC,
  STATUS_ACTIVE,
  STATUS_TRIP_SHIFT,
} from '../../firmware/board.ts';
import {
  AMPLITUDE_UA_MAX,
  DISCHARGE_US,
  ELECTRODES,
  HORIZON_US_MAX,
  PHASE_PC_MAX,
  PHASE_PC_SET_DEFAULT,
} from '../../firmware/profile.ts';
import { State, Status, Trip } from '../../firmware/status.ts';

export interface Segment {
  readonly startUs: number;
  readonly durationUs: number;
  readonly flags: number;
  readonly words: readonly number[];
}

export class InterlockMock {
  nowUs = 0;
  state = State.DISARMED;
  tripped = Trip.NONE;
  readonly played: Segment[] = [];
  readonly limitsUa = new Array<number>(ELECTRODES).fill(AMPLITUDE_UA_MAX);
  readonly limitsPc = new Array<number>(ELECTRODES).fill(PHASE_PC_SET_DEFAULT);
  readonly sensors = new Map<number, number>([
    [SENSE_BATTERY_MV, 3700],
    [SENSE_TEMPERATURE_MC, 36500],
    [SENSE_SELF_TEST, 1],
    [SENSE_READBACK, SENSE_NO_SAMPLE],
  ]);
  #queueEndUs = 0;
  #dischargedUs = DISCHARGE_US;

  /** What the interlock does by itself when time goes by. */
  poll(): void {
    if (this.state === State.ARMED && this.#queueEndUs > 0 && this.#queueEndUs <= this.nowUs)
      this.#off(State.DISARMED);
  }

  trip(trip: Trip, state: State = State.TRIPPED): void {
    this.#off(state);
    this.tripped = trip;
  }

  /** The functions that the stimulator imports. */
  readonly imports = {
    request: (durationUs: number, flags: number, ...words: number[]): number => {
      this.poll();
      if (this.state !== State.ARMED) return this.state === State.TRIPPED ? Status.TRIPPED : Status.NOT_ARMED;
      const startUs = Math.max(this.#queueEndUs, this.nowUs + 1);
      if (startUs + durationUs > this.nowUs + HORIZON_US_MAX) return Status.HORIZON;
      if (this.#queued() >= FIFO_SEGMENTS) return Status.FIFO_FULL;
      this.played.push({ startUs, durationUs, flags, words });
      this.#queueEndUs = startUs + durationUs;
      return Status.OK;
    },
    stop: (): number => {
      if (this.state === State.ARMED) this.#off(State.DISARMED);
      return Status.OK;
    },
    arm: (): number => {
      if (this.state === State.TRIPPED) return Status.TRIPPED;
      if (this.nowUs < this.#dischargedUs) return Status.DISCHARGING;
      if (this.state === State.DISARMED) this.#queueEndUs = 0;
      this.state = State.ARMED;
      return Status.OK;
    },
    clear: (): number => {
      if (this.state === State.LOCKED) return Status.LOCKED;
      this.tripped = Trip.NONE;
      if (this.state === State.TRIPPED) this.state = State.DISARMED;
      return Status.OK;
    },
    lower_limit: (electrode: number, amplitudeUa: number, phasePc: number): number => {
      if (amplitudeUa > this.limitsUa[electrode] || phasePc > this.limitsPc[electrode]) return Status.LIMIT;
      this.limitsUa[electrode] = amplitudeUa;
      this.limitsPc[electrode] = phasePc;
      return Status.OK;
    },
    raise_limit: (electrode: number, amplitudeUa: number, phasePc: number): number => {
      if (this.state === State.ARMED || amplitudeUa > AMPLITUDE_UA_MAX || phasePc > PHASE_PC_MAX)
        return Status.LIMIT;
      if (amplitudeUa < this.limitsUa[electrode] || phasePc < this.limitsPc[electrode]) return Status.LIMIT;
      this.limitsUa[electrode] = amplitudeUa;
      this.limitsPc[electrode] = phasePc;
      return Status.OK;
    },
    reading: (channel: number): number => {
      if (channel === READING_DISCHARGE_US) return Math.max(0, this.#dischargedUs - this.nowUs);
      if (channel === READING_QUEUE_US) return Math.max(0, this.#queueEndUs - this.nowUs);
      if (channel === READING_SEGMENTS) return this.played.length;
      if (channel >= READING_LIMIT_PC) return this.limitsPc[channel - READING_LIMIT_PC];
      if (channel >= READING_LIMIT_UA) return this.limitsUa[channel - READING_LIMIT_UA];
      return this.sensors.get(channel) ?? 0;
    },
    status: (): number => {
      this.poll();
      const active = this.#queueEndUs > this.nowUs ? STATUS_ACTIVE : 0;
      return this.state | (this.tripped << STATUS_TRIP_SHIFT) | active;
    },
  };

  #queued(): number {
    let count = 0;
    for (let i = this.played.length - 1; i >= 0; i--, count++) {
      if (this.played[i].startUs + this.played[i].durationUs <= this.nowUs) break;
    }
    return count;
  }

  /** What has not been played yet is dropped, and the stage discharges. */
  #off(state: State): void {
    while (this.played.length > 0 && this.played[this.played.length - 1].startUs > this.nowUs)
      this.played.pop();
    this.state = state;
    this.#queueEndUs = 0;
    this.#dischargedUs = this.nowUs + DISCHARGE_US;
  }
}
