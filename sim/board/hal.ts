// The calls that the modules import from "hal": each takes its time, lets what is due happen, and asks the board.

import {
  SENSE_BATTERY_MV,
  SENSE_MAGNET,
  SENSE_READBACK,
  SENSE_SELF_TEST,
  SENSE_TEMPERATURE_MC,
  SENSE_VOLTAGE_MV,
} from '../../firmware/board.ts';
import { NEXT, NOW } from '../clock/clock.ts';
import { CYCLES_PER_US } from '../clock/cycles.ts';
import type { Hal, StimulatorHal } from '../machine/machine.ts';
import { OffBy } from '../trace/marks.ts';
import type { Board } from './board.ts';
import { UnmodelledAccess } from './unmodelled.ts';

/** Indices into the charges: cycles of a call that queues a segment, of any other. */
export const CHARGE_SEGMENT = 0;
export const CHARGE_CALL = 1;

/** The HAL over a board. `charges` and the 16 words of `identity` are read at every call. */
export function createHal(board: Board, charges: Float64Array, identity: Int32Array): Hal & StimulatorHal {
  const { clock, stage, uart, heartbeat, playback, magnetInput, timerBase } = board;
  const time = clock.time;
  /** The present, with everything done that was due; then the call's own time passes. */
  const enter = (): number => {
    if (time[NEXT] <= time[NOW]) clock.catchUp();
    const cycle = time[NOW];
    time[NOW] = cycle + charges[CHARGE_CALL];
    return cycle;
  };
  return {
    clock_us: () => {
      const cycle = time[NOW];
      time[NOW] = cycle + charges[CHARGE_CALL];
      return ((cycle - timerBase[0]) / CYCLES_PER_US) | 0;
    },
    sense: (channel) => {
      const cycle = enter();
      // Every call of the interlock asks for these two.
      if (channel === SENSE_MAGNET) return magnetInput.read(cycle);
      if (channel === SENSE_READBACK) return playback.sampleUntil(cycle);
      return sense(board, channel, cycle);
    },
    segment_room: () => stage.room(enter()),
    segment: (durationUs, flags, w0, w1, w2, w3, w4, w5, w6, w7) => {
      if (time[NEXT] <= time[NOW]) clock.catchUp();
      const cycle = time[NOW];
      time[NOW] = cycle + charges[CHARGE_SEGMENT];
      stage.segment(cycle, durationUs, flags, w0, w1, w2, w3, w4, w5, w6, w7);
    },
    off: () => stage.off(enter(), OffBy.INTERLOCK),
    heartbeat: () => heartbeat.toggle(enter()),
    uart_read: () => {
      enter();
      return uart.read();
    },
    uart_write: (byte) => uart.send(enter(), byte),
    identity: (word) => {
      enter();
      return identity[word] ?? 0;
    },
  };
}

function sense(board: Board, channel: number, cycle: number): number {
  switch (channel) {
    case SENSE_VOLTAGE_MV:
      return board.playback.voltageMv;
    case SENSE_BATTERY_MV:
      return board.readBattery(cycle);
    case SENSE_TEMPERATURE_MC:
      return board.temperature.read(cycle);
    case SENSE_SELF_TEST:
      return board.selfTestPassed ? 1 : 0;
    default:
      throw new UnmodelledAccess(`hal.sense(${channel}): there is no such channel`);
  }
}
